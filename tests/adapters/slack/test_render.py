"""Replies and forms as Block Kit: golden shapes, limits, and what people typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from adapters.slack.modal import view
from adapters.slack.render import Message, render
from adapters.slack.wire import decode, without_mention
from bot.i18n import core_translators
from bot.markup import escape
from bot.reply import Button, ChannelMention, Choice, Field, Form, Input, Mention, Moment, Reply, Section
from tests.loopback.slack_limits import problems

T = core_translators()["en"]


def rendered(reply: Reply) -> tuple[Message, ...]:
    """Return the messages, none of which Slack would refuse."""
    messages = render(reply, T)
    assert [problems("chat.postMessage", one.body()) for one in messages] == [[]] * len(messages)
    return messages


def mrkdwn(message: Message) -> str:
    texts = [block["text"]["text"] for block in message.blocks if "text" in block]
    texts += [one["text"] for block in message.blocks for one in block.get("fields", ())]
    return "\n".join(texts)


def typed(text: str) -> Reply:
    """Return a reply that holds what somebody typed in every place there is."""
    mention = Mention("discord:1", text)
    section = Section(text, escape(text), (Field(text, text), Field("Host", mention)), (Button(text[:70], "a.b", "1"),))
    return Reply(text, (section,))


def shown_escaped(text: str, escaped: str) -> None:
    (message,) = rendered(typed(text))
    assert message.text.count(escaped) == 6
    assert mrkdwn(message).replace("\u200b", "").count(escaped) == 6


def test_a_reply_is_sections_fields_and_buttons_with_all_of_it_as_text():
    at = datetime(2027, 3, 14, 22, 30, tzinfo=UTC)
    fields = (Field("When", Moment(at, "America/New_York")), Field("Host", Mention("slack:U024BE7LH", "Ana")))
    text = "**Bold** and *italic*, `code`, [label](https://example.org/a?b=1&c=2)\n\n- one\n- two\n\n> quoted"
    section = Section("Assembly", text, fields, (Button("Yes", "convening.rsvp", "42:yes", "primary"),))
    (message,) = rendered(Reply("City assembly.", (section,)))
    words = {"type": "mrkdwn", "verbatim": True}
    prose = "*Bold* and _italic_, `code`, <https://example.org/a?b=1&amp;c=2|label>\n\n• one\n• two\n\n>quoted"
    when = "Sunday, March 14, 2027, 6:30 PM EDT (GMT-04:00)"
    assert message.body() == {
        "text": "City assembly.\nAssembly\nBold and italic, code, label (https://example.org/a?b=1&amp;c=2)\n\n"
        f"• one\n• two\n\n&gt; quoted\nWhen: {when}\nHost: Ana",
        "blocks": [
            {"type": "section", "text": {**words, "text": "City assembly."}},
            {"type": "section", "text": {**words, "text": "*Assembly*"}},
            {"type": "section", "text": {**words, "text": prose}},
            {
                "type": "section",
                "fields": [
                    {**words, "text": f"*When*\n<!date^1805063400^{{date_long_pretty}} {{time}}|{when}>"},
                    {**words, "text": "*Host*\n<@U024BE7LH>"},
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Yes", "emoji": False},
                        "action_id": "convening.rsvp#0",
                        "value": "42:yes",
                        "style": "primary",
                    }
                ],
            },
        ],
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_mention_slack_channel():
    shown_escaped("<!channel> vote now", "&lt;!channel&gt; vote now")


def test_mention_slack_here():
    shown_escaped("<!here|here> come", "&lt;!here|here&gt; come")


def test_mention_slack_everyone():
    shown_escaped("<!everyone>", "&lt;!everyone&gt;")


def test_mention_slack_usergroup():
    shown_escaped("<!subteam^S012AB3CD>", "&lt;!subteam^S012AB3CD&gt;")


def test_mention_slack_user():
    shown_escaped("<@U012AB3CD> did this", "&lt;@U012AB3CD&gt; did this")


def test_mention_slack_bare_at():
    (message,) = rendered(typed("@channel come"))
    body = message.body()
    assert body["parse"] == "none"
    assert "link_names" not in body
    assert all(block["text"]["verbatim"] for block in body["blocks"] if "text" in block)


def test_mention_slack_fallback_text():
    (message,) = rendered(Reply("<!channel> news", (Section("<!channel>"),)))
    assert message.text == "&lt;!channel&gt; news\n&lt;!channel&gt;"


def test_mention_from_member_name():
    names = tuple(Field("Coming", Mention(user, "<!channel>")) for user in ("discord:80351110224678912", "slack:x>"))
    (message,) = rendered(Reply("Who is coming", (Section(fields=names),)))
    assert mrkdwn(message).count("&lt;!channel&gt;") == 2


def test_mention_double_encoded():
    once = decode("&amp;lt;!channel&amp;gt;", names=True)
    assert once == "&lt;!channel&gt;"
    (message,) = rendered(Reply(once))
    assert message.text == "&amp;lt;!channel&amp;gt;"
    (message,) = rendered(Reply(decode("&lt;!channel&gt;", names=True)))
    assert message.text == "&lt;!channel&gt;"


def test_slack_date_injection():
    shown_escaped("<!date^0^{date_long}|now>", "&lt;!date^0^{date_long}|now&gt;")


def test_link_slack_spoof():
    text = "<https://evil.example/login|https://alliance.example>"
    (message,) = rendered(typed(text))
    assert "<http" not in mrkdwn(message)
    label = "[https://alliance.example](https://evil.example/login)"
    (message,) = rendered(Reply("x", (Section(text=label),)))
    assert "(<https://evil.example/login>)" in mrkdwn(message)


def test_link_scheme_javascript():
    (message,) = rendered(Reply("x", (Section(text="[rsvp](javascript:alert(1))"),)))
    assert "<javascript" not in mrkdwn(message)
    assert "rsvp (javascript:alert(1))" in mrkdwn(message)


def test_link_userinfo():
    (message,) = rendered(Reply("x", (Section(text="see https://alliance.example@evil.example/ now"),)))
    assert "<http" not in mrkdwn(message)


def test_link_punycode():
    (message,) = rendered(Reply("x", (Section(text="[here](https://állince.example/)"),)))
    assert "<https://xn--llince-ota.example/|here>" in mrkdwn(message)


def test_unfurl_private():
    (message,) = rendered(Reply("x", (Section(text="https://video.example/room?secret=1"),)))
    assert (message.body()["unfurl_links"], message.body()["unfurl_media"]) == (False, False)


def test_text_too_long_slack():
    long = " ".join(f"word{number}" for number in range(700))
    sections = (Section("Long", escape(long), (Field("Value", long),)), *(Section(f"T{n}", "text") for n in range(51)))
    messages = rendered(Reply("Much", sections))
    assert len(messages) > 2
    shown = " ".join(mrkdwn(one) for one in messages).replace("\n", " ")
    assert shown.split().count("word350") == 2
    for number in range(700):
        assert f"word{number}" in shown.split()
    for number in range(51):
        assert f"*T{number}*" in shown.split()
    assert messages[0].blocks[-1]["elements"][0]["text"] == f"Part 1 of {len(messages)}"


def test_the_text_beside_the_blocks_is_complete_in_every_part():
    long = " ".join(f"word{number}" for number in range(900))
    messages = rendered(Reply("Much", (Section("Long", escape(long)),)))
    spoken = " ".join(one.text for one in messages).split()
    assert [f"word{number}" in spoken for number in range(900)] == [True] * 900


def test_emoji_length():
    family = "👨‍👩‍👧‍👦"
    messages = rendered(Reply("x", (Section(text=family * 2000),)))
    assert sum(one.text.count(family) for one in messages) == 2000


def test_one_long_word_is_cut_and_nothing_lost():
    messages = rendered(Reply("x", (Section(text="a" * 9000, fields=(Field("F", "b" * 5000),)),)))
    assert sum(mrkdwn(one).count("a") for one in messages) >= 9000
    assert sum(mrkdwn(one).count("b") for one in messages) >= 5000


def test_a_link_stays_whole_when_its_paragraph_is_split():
    text = "word " * 550 + "[label with words](https://example.org/path) " + "word " * 550
    messages = rendered(Reply("x", (Section(text=text),)))
    assert "<https://example.org/path|label with words>" in "".join(mrkdwn(one) for one in messages)


def test_twenty_six_buttons_take_two_rows_with_ids_that_differ():
    buttons = tuple(Button(f"B{number}", "a.b", str(number)) for number in range(26))
    (message,) = rendered(Reply("x", (Section(buttons=buttons),)))
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    assert [len(row) for row in rows] == [25, 1]


def test_a_channel_is_a_link_to_it_in_blocks_and_text():
    here, elsewhere = ChannelMention("slack:C0TOWN", "C0TOWN"), ChannelMention("discord:81384", "<!channel>")
    (message,) = rendered(Reply("Follows", (Section(fields=(Field("Channel", here), Field("Other", elsewhere))),)))
    assert "<#C0TOWN>" in mrkdwn(message)
    assert message.text == "Follows\nChannel: <#C0TOWN>\nOther: &lt;!channel&gt;"


def test_more_than_ten_fields_take_two_sections():
    fields = tuple(Field(f"F{number}", "x") for number in range(11))
    (message,) = rendered(Reply("x", (Section(fields=fields),)))
    assert [len(block["fields"]) for block in message.blocks if "fields" in block] == [10, 1]


@pytest.mark.parametrize("text", ["*not bold*", "_not italic_", "~kept~", "`kept`"])
def test_typed_formatting_marks_stay_marks(text):
    (message,) = rendered(Reply("x", (Section(text=escape(text)),)))
    assert text not in mrkdwn(message)
    assert text in mrkdwn(message).replace("\u200b", "")
    assert text in message.text


def test_bold_inside_a_word_is_shown_bold():
    (message,) = rendered(Reply("x", (Section(text="re**mark**able"),)))
    assert "re\u200b*mark*" in mrkdwn(message)


def test_a_modal_keeps_values_and_says_what_is_needed():
    inputs = (
        Input("title", "Title", required=True, value="<!channel> & co", hint="What it is called", max_chars=80),
        Input("kind", "Kind", "choice", value="Talk", choices=(Choice("walk", "Walk"), Choice("talk", "Talk"))),
        Input("open", "Open", "yesno", value="yes"),
        Input("text", "Text", "text", max_chars=5000),
    )
    made = view(Form("Plan it", inputs, "sample plan", {"city": "Eugene"}, "Intro <!here>"), {"channel": "C1"}, T)
    assert problems("views.open", {"view": made}) == []
    assert json.loads(made["private_metadata"]) == {
        "action": "sample plan",
        "hidden": {"city": "Eugene"},
        "origin": {"channel": "C1"},
    }
    intro, title, kind, is_open, text = made["blocks"]
    assert intro["text"]["text"] == "Intro &lt;!here&gt;"
    assert title["element"]["initial_value"] == "<!channel> & co"
    assert (title["optional"], kind["optional"]) == (False, True)
    assert title["hint"]["text"] == "What it is called"
    assert kind["element"]["initial_option"]["value"] == "talk"
    assert is_open["element"]["initial_option"]["value"] == "yes"
    assert (text["element"]["multiline"], text["element"]["max_length"]) == (True, 3000)


def test_hidden_values_too_long_for_a_modal_become_inputs():
    form = Form("Plan it", (Input("title", "Title"),), "sample plan", {"notes": "n" * 2990})
    made = view(form, {"response_url": "https://hooks.slack.com/x"}, T)
    assert problems("views.open", {"view": made}) == []
    assert made["blocks"][1]["element"]["initial_value"] == "n" * 2990


def test_two_hundred_choices_come_in_groups():
    choices = tuple(Choice(str(number), f"Choice {number}") for number in range(200))
    made = view(Form("Pick", (Input("pick", "Pick", "choice", value="150", choices=choices),), "a"), {}, T)
    assert problems("views.open", {"view": made}) == []
    assert len(made["blocks"][0]["element"]["option_groups"]) == 2


@pytest.mark.parametrize(
    ("typed_text", "read"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("<https://example.org>", "https://example.org"),
        ("<https://example.org|example.org>", "https://example.org"),
        ("<https://example.org|label>", "label (https://example.org)"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<#C012AB3CD|general>", "#general"),
        ("<@U012AB3CD>", "@U012AB3CD"),
        ("<!channel>", "<!channel>"),
    ],
)
def test_what_slack_delivers_is_read_once(typed_text, read):
    assert decode(typed_text, names=True) == read


def test_people_and_channels_in_commands_become_ids():
    assert decode("<#C012AB3CD|general> <@U012AB3CD|ana>", names=False) == "slack:C012AB3CD slack:U012AB3CD"


def test_our_own_mention_is_no_part_of_the_question():
    assert without_mention("<@U0BOT>: what is it?", "U0BOT") == "what is it?"
