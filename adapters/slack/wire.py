"""Slack's own writing: ids, and text with its control sequences.

Source: docs.slack.dev, messaging/formatting-message-text.
"""

from __future__ import annotations

import re

from adapters.slack.settings import NAME

_CONTROL = re.compile(r"<([^<>]+)>")
_FORMATS = re.compile(r"(?<![^\W_])([*_~`])(?=\S)([^\n]*?\S)\1(?![^\W_])")
_QUOTE = re.compile(r"(?m)^(\s*)(&gt;)")
_BLANK = "\u200b"  # keeps Slack from reading typed asterisks and the like as formatting; mentions rely on escaping


def ours(slack_id: str) -> str:
    """Return our form of an id: "slack:U024BE7LH"; "" stays ""."""
    return f"{NAME}:{slack_id}" if slack_id else ""


def theirs(our_id: str) -> str:
    """Return Slack's form of one of our ids."""
    return our_id.removeprefix(f"{NAME}:")


def escape(text: str) -> str:
    """Return `text` so that Slack shows exactly it: nothing in it notifies, links or is replaced."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Return plain text as mrkdwn: escaped, and typed formatting marks stay marks."""
    escaped = _QUOTE.sub(rf"\1{_BLANK}\2", escape(text))
    return _FORMATS.sub(rf"\1{_BLANK}\2{_BLANK}\1", escaped)


def decode(text: str, *, names: bool) -> str:
    """Return what a person typed, decoded once.

    Args:
        text: as Slack delivers it: `& < >` as entities, people, channels and links in angle brackets.
        names: write people and channels by name (questions) instead of by our id (options of a command).
    """
    words = _CONTROL.sub(lambda found: _readable(found.group(1), names), text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _readable(inside: str, names: bool) -> str:
    target, _, label = inside.partition("|")
    if target[0] in "@#":
        return f"{target[0]}{label or target[1:]}" if names else ours(target[1:])
    if target.startswith("mailto:"):
        return target.removeprefix("mailto:")
    if re.match(r"https?://", target):
        return target if not label or target.split("://", 1)[1].startswith(label) else f"{label} ({target})"
    return f"&lt;{inside}&gt;"


def without_mention(text: str, bot_user: str) -> str:
    """Return `text` without the bot's own name in it."""
    return re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>[:,]?", " ", text).strip() if bot_user else text.strip()
