"""What goes over the wire: the golden payloads, the platform's limits, and nothing that people typed coming alive."""

from __future__ import annotations

import json
import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.custom_ids import FormId, Mode, button_id, parse_button, parse_form
from adapters.discord.markdown import escape
from adapters.discord.modals import modal, steps
from adapters.discord.render import messages, shortened, single
from bot.markup import escape as as_markup
from bot.reply import Attachment, Button, Field, Form, Input, Mention, Reply, Section
from tests.adapters.discord.examples import EN, GOLDEN, rendered
from tests.loopback.discord_limits import message_problems, modal_problems, units
from tests.loopback.discord_schema import body_problems, is_present


def content(reply: Reply) -> str:
    """Return all text of the reply as Discord gets it."""
    texts = []
    for one in messages(reply, EN):
        texts += [one.payload["content"], *(embed["description"] for embed in one.payload["embeds"])]
    return "\n".join(texts)


def visible(text: str) -> str:
    """Return what a reader sees: escapes undone."""
    return re.sub(r"\\(\W|_)", r"\1", text)


def test_every_example_is_rendered_as_agreed() -> None:
    assert rendered() == json.loads(GOLDEN.read_text())


def test_every_example_keeps_the_limits_and_fits_the_description(record_property: pytest.RecordProperty) -> None:
    record_property("discord-openapi.json", "present" if is_present() else "absent: not checked against it")
    for name, shown in rendered().items():
        if isinstance(shown, dict):
            assert modal_problems(shown) == [], name
            assert body_problems("POST", "/interactions/1/t/callback", {"type": 9, "data": shown}) == [], name
            continue
        for body in shown:
            assert message_problems(body | {"files": name == "files"}) == [], name
            assert body_problems("POST", "/channels/1/messages", body) == [], name


PLACES = ("summary", "title", "text", "label", "value")


def _notifies_nobody(text: str, where: str) -> None:
    """The text stays, and no request lets it notify anybody, whatever field it stands in."""
    made = {
        "summary": Reply(text),
        "title": Reply("", (Section(text),)),
        "text": Reply("", (Section(text=as_markup(text)),)),
        "label": Reply("", (Section(fields=(Field(text, "x"),)),)),
        "value": Reply("", (Section(fields=(Field("x", text),)),)),
    }[where]
    (one,) = messages(made, EN, notifies=True)
    assert one.payload["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert text in visible(one.payload["content"])


@pytest.mark.parametrize("where", PLACES)
def test_mention_discord_everyone_mention_discord_in_embed_title(where: str) -> None:
    _notifies_nobody("Meeting today @everyone", where)


@pytest.mark.parametrize("where", PLACES)
def test_mention_discord_here(where: str) -> None:
    _notifies_nobody("@here please read", where)


@pytest.mark.parametrize(
    ("text", "live"),
    [
        pytest.param("<@&81384788765712384> all staff", r"(?<!\\)<@", id="mention-discord-role"),
        pytest.param("thanks <@80351110224678912>", r"(?<!\\)<@", id="mention-discord-user"),
        pytest.param("<t:0:F> as a note", r"(?<!\\)<t:", id="discord-timestamp-injection"),
        ("<#123> and </ask:1> and <:x:1>", r"(?<!\\)<"),
        pytest.param("``` ``` **bold** ||spoiler|| ~~x~~", r"(?<!\\)(\*\*|\|\||~~|```)", id="markdown-break-out"),
        ("# heading", r"^# "),
        ("-# small", r"^-# "),
        ("> quote", r"^>"),
        ("1. list", r"^1\. "),
        pytest.param("@\u200beveryone and @every\u200bone", r"@everyone", id="zero-width-mention"),
    ],
)
def test_what_people_typed_is_not_live(text: str, live: str) -> None:
    for reply in (
        Reply(text),
        Reply("", (Section(text=as_markup(text)),)),
        Reply("", (Section(fields=(Field("a", text),)),)),
    ):
        shown = content(reply)
        assert text in visible(shown)
        for line in shown.removeprefix("**a:** ").split("\n"):
            assert not re.search(live, line), shown


def test_mention_from_member_name() -> None:
    named = Field("@everyone <!channel>", Mention("other:1", "<@&1> @everyone"))
    assert "\\<@&1\\> @everyone" in content(Reply("Coming", (Section(fields=(named,)),)))


def test_mention_double_encoded_text_stays_as_it_is() -> None:
    assert content(Reply("&lt;@&amp;1&gt;")) == "&lt;@&amp;1&gt;"


def test_link_discord_masked() -> None:
    shown = content(Reply("", (Section(text="[https://alliance.example](https://evil.example)"),)))
    assert "https://evil.example" in shown
    assert "](<https://evil.example>)" not in shown


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html;base64,PGI+", "file:///etc/passwd"])
def test_link_scheme_javascript(target: str) -> None:
    shown = content(Reply("", (Section(text=f"[rsvp]({target})"),)))
    assert "](" not in shown.replace("\\]", "")
    assert "rsvp" in shown


def test_link_userinfo() -> None:
    """An address that hides its host does not become a link; all of it can be read."""
    text = "https://alliance.example@evil.example/"
    for reply in (Reply(text), Reply("", (Section(text=text),)), Reply("", (Section(text=f"[go]({text})"),))):
        assert "https://" not in content(reply)
        assert "evil.example" in content(reply)


def test_link_punycode() -> None:
    assert content(Reply("https://xn--llince-3ta.example/")) == "<https://xn--llince-3ta.example/>"


def test_text_too_long_discord() -> None:
    """2,001 characters stand in one message, all of them, the rest visibly continued."""
    text = " ".join(f"word{at}" for at in range(400))[:2001]
    (one,) = messages(Reply(text), EN)
    assert message_problems(one.payload) == []
    assert one.payload["embeds"][0]["title"] == "(continued)"
    assert f"{one.payload['content']} {one.payload['embeds'][0]['description']}" == text


def test_a_very_long_text_goes_on_in_numbered_messages() -> None:
    words = [f"word{at}" for at in range(4000)]
    every = messages(Reply("", (Section(text=" ".join(words)),)), EN)
    assert len(every) > 1
    assert [message_problems(one.payload) for one in every] == [[]] * len(every)
    assert every[0].payload["content"].startswith(f"*Part 1 of {len(every)}*\n")
    assert re.findall(r"word\d+", content(Reply("", (Section(text=" ".join(words)),)))) == words


def test_a_delivery_that_is_too_long_carries_the_whole_text_as_a_file() -> None:
    words = [f"word{at}" for at in range(4000)]
    one = single(Reply("", (Section(text=" ".join(words)),)), EN)
    assert message_problems(one.payload) == []
    assert re.findall(r"word\d+", one.files[0].content.decode()) == words


def test_a_delivery_with_more_buttons_than_a_message_holds_is_an_authors_mistake() -> None:
    buttons = tuple(Button(str(at), "a.b", str(at)) for at in range(26))
    with pytest.raises(ValueError, match="25 buttons"):
        single(Reply("x", (Section(buttons=buttons),)), EN)


def test_emoji_length() -> None:
    """2,000 family emoji, 22,000 UTF-16 units: every one arrives whole."""
    family = "👨‍👩‍👧‍👦"
    every = messages(Reply(family * 2000), EN)
    assert [message_problems(one.payload) for one in every] == [[]] * len(every)
    clusters = regex.findall(r"\X", content(Reply(family * 2000)))
    assert clusters.count(family) == 2000


def test_sixty_buttons_stand_on_three_messages() -> None:
    buttons = tuple(Button(f"Topic {at}", "ask.topic", str(at)) for at in range(60))
    every = messages(Reply("Topics", (Section(buttons=buttons),)), EN)
    labels = [b["label"] for one in every for row in one.payload["components"] for b in row["components"]]
    assert labels == [one.label for one in buttons]
    assert [message_problems(one.payload) for one in every] == [[], [], []]


def test_thirty_files_go_with_three_messages() -> None:
    files = tuple(Attachment(f"{at}.txt", b"x") for at in range(30))
    assert [len(one.files) for one in messages(Reply("Files", attachments=files), EN)] == [10, 10, 10]


def test_equal_buttons_get_ids_of_their_own() -> None:
    (one,) = messages(Reply("x", (Section(buttons=(Button("A", "a.b"), Button("B", "a.b"))),)), EN)
    assert message_problems(one.payload) == []
    ids = [b["custom_id"] for row in one.payload["components"] for b in row["components"]]
    assert {parse_button(custom_id) for custom_id in ids} == {parse_button(button_id("a.b", ""))}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_escaped_text_reads_as_it_was_typed(text: str) -> None:
    assert visible(escape(text)) == visible(text.replace("\\", "\\\\"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3000), st.text(max_size=200))
def test_whatever_people_type_keeps_the_limits(text: str, title: str) -> None:
    reply = Reply("x" + text, (Section(title, text, (Field("a" + title, text),)),))
    for one in messages(reply, EN):
        assert message_problems(one.payload) == []


@given(st.text("ab👨‍👩‍👧 \n", max_size=60), st.integers(1, 20))
def test_shortened_text_keeps_its_limit(text: str, limit: int) -> None:
    assert units(shortened(text, limit)) <= limit


@given(
    st.from_regex(r"[a-z.]{1,20}", fullmatch=True), st.text(max_size=60), st.from_regex(r"[a-z2-7]{24}", fullmatch=True)
)
def test_a_buttons_id_reads_back(action: str, argument: str, key: str) -> None:
    read = parse_button(button_id(action, argument, key))
    assert read and (read.action, read.argument) == (action, argument)


@pytest.mark.parametrize("mode", Mode)
def test_a_forms_id_reads_back(mode: Mode) -> None:
    ident = FormId("party edit", 1, 3, mode, "tok_en-1", {"a": "b|c"})
    assert parse_form(str(ident)) == ident


@pytest.mark.parametrize("forged", ["", "rsvp:42:yes", "hrf|x", "hrf|1.2|q||a|", "hrf|0.1|n||a|[1]", "hrf|0.1|n||a|{"])
def test_forged_ids_of_forms_give_nothing_away(forged: str) -> None:
    ident = parse_form(forged)
    assert ident is None or ident.values == {}


def test_an_introduction_takes_the_place_of_one_input() -> None:
    form = Form("T", tuple(Input(f"i{at}", f"I{at}") for at in range(6)), "x", intro="Read *this*")
    assert [len(step) for step in steps(form)] == [4, 2]
    first = modal(form, 0, "id", EN)
    assert first["components"][0] == {"type": 10, "content": "Read \\*this\\*"}
    assert modal_problems(first) == []


def test_a_value_that_is_too_long_for_its_input_is_shown_whole() -> None:
    shown = modal(Form("T", (Input("a", "A", value="x" * 300, max_chars=80),), "x"), 0, "id", EN)
    assert shown["components"][0]["component"]["value"] == "x" * 300
    assert modal_problems(shown) == []
