"""The judge of outgoing bodies finds what Slack would refuse."""

from __future__ import annotations

import pytest

from tests.loopback.slack_limits import problems

GOOD = {"text": "x", "parse": "none", "unfurl_links": False, "unfurl_media": False}


def section(text: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def button(action_id: str, label: str = "Yes") -> dict:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id}


def test_a_good_body_passes():
    assert problems("chat.postMessage", {**GOOD, "blocks": [section("x &amp; <@U012AB3CD>")]}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "x" * 4000},
        {"text": "<!channel>"},
        {"link_names": True},
        {"parse": "full"},
        {"unfurl_links": True},
        {"blocks": [section("x")] * 51},
        {"blocks": [section("x" * 3001)]},
        {"blocks": [section("")]},
        {"blocks": [section("<!here>")]},
        {"blocks": [section("a & b")]},
        {"blocks": [{"type": "actions", "elements": [button("a"), button("a")]}]},
        {"blocks": [{"type": "actions", "elements": [button(str(n)) for n in range(26)]}]},
        {"blocks": [{"type": "actions", "elements": [button("a", "y" * 76)]}]},
        {"blocks": [{**section("x"), "block_id": "same"}, {**section("y"), "block_id": "same"}]},
        {"blocks": [{"type": "marquee"}]},
    ],
)
def test_a_broken_rule_is_named(change):
    assert problems("chat.postMessage", {**GOOD, **change}) != []
