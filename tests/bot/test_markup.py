"""The small markup: what becomes a link, and that people's text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import escape, parse, plain, safe_url


def _links(text):
    return [(span.text, span.url) for block in parse(text) for span in block.spans if span.url]


def _words(text):
    return "".join(span.text for block in parse(text) for span in block.spans)


def test_bold_italic_code_link_list_and_quote_are_understood():
    blocks = parse("**b** *i* `c` [l](https://a.org)\n\n- one\n- two\n\n1. first\n\n> said")
    spans = blocks[0].spans
    assert (spans[0].text, spans[0].bold) == ("b", True)
    assert [block.kind for block in blocks] == ["paragraph", "item", "item", "item", "quote"]
    assert [block.marker for block in blocks] == ["", "•", "•", "1.", ""]


def test_markdown_break_out_headings_spoilers_and_html_stay_literal():
    text = "# heading ||spoiler|| ~~x~~ <b>html</b> ![i](https://a.org/x.png)"
    assert "# heading ||spoiler|| ~~x~~ <b>html</b> !" in _words(text)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_escaped_text_shows_exactly_what_was_typed(text):
    text = " ".join(text.split())
    assert _words(escape(text)) == text


def test_link_scheme_javascript_is_no_link():
    assert _links("[rsvp](javascript:alert(1))") == []
    assert "javascript:alert(1)" in _words("[rsvp](javascript:alert(1))")


def test_link_scheme_data_is_no_link():
    assert _links("[x](data:text/html;base64,PGI+)") == []


def test_link_userinfo_is_refused_and_the_host_stays_visible():
    assert _links("https://alliance.example@evil.example/") == []
    assert _links("[join](https://alliance.example@evil.example/)") == []
    assert "evil.example" in _words("[join](https://alliance.example@evil.example/)")


def test_link_discord_masked_label_with_another_host_shows_the_true_address():
    links = _links("[https://alliance.example](https://evil.example)")
    assert ("https://evil.example", "https://evil.example") in links
    assert ("https://alliance.example", "https://evil.example") not in links


def test_link_punycode_is_shown_in_ascii():
    assert safe_url("https://állince.example/") == "https://xn--llince-ota.example/"
    assert safe_url("https://xn--llince-3ta.example/") == "https://xn--llince-3ta.example/"


def test_addresses_in_running_text_become_links_without_the_full_stop():
    assert _links("see https://a.org/b.") == [("https://a.org/b", "https://a.org/b")]


@pytest.mark.parametrize("url", ["http://", "https:///x", "ftp://a.org", "//a.org", "https://a b.org", "https://[::1"])
def test_broken_addresses_are_no_links(url):
    assert safe_url(url) == ""


@given(st.text())
def test_any_text_is_parsed_without_error(text):
    parse(text)
    plain(text)


def test_plain_text_names_the_address_behind_a_label():
    assert plain("[the page](https://a.org)") == "the page (https://a.org)"
