"""Mail that comes to our tagged addresses: what bounced, and who wants to leave by mail. Pure; nothing is answered.

The tag in the recipient's address is a delivery's key, or "leave-" and a token. Without a tag of ours a mail means
nothing. Automatic replies mean nothing either: holidays, receipts, warnings that a mail is late.
Source: RFC 3464 (delivery status notifications), RFC 3834 (automatic replies).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Literal

from adapters.email.relay import enhanced_in, is_hard

LEAVE = "leave-"
MAX_BYTES = 1_000_000
_TAG = re.compile(r"\+([a-z0-9.-]{16,80})@", re.IGNORECASE)
_ADDRESSED = ("X-Original-To", "Delivered-To", "Envelope-To", "To")


@dataclass(frozen=True, slots=True)
class Event:
    """What a mail tells: `kind` and the key or token that proves it is about a mail of ours."""

    kind: Literal["hard", "soft", "leave"]
    tag: str


def read(content: bytes, recipients: Sequence[str] = ()) -> Event | None:
    """Return what the mail tells, None for one that means nothing to us; never raises, whatever came.

    Args:
        content: the whole mail.
        recipients: of the envelope, where they are known; else the headers are looked at.
    """
    try:
        mail = message_from_bytes(content[:MAX_BYTES], _class=EmailMessage, policy=default)
        tag = _tag(mail, recipients)
        if tag.startswith(LEAVE):
            return None if _is_automatic(mail) else Event("leave", tag.removeprefix(LEAVE))
        status = _status(mail) if tag else ""
    except Exception:  # the library stumbles over malformed headers in many ways
        return None
    key = tag.partition(".")[0]
    return Event("hard" if is_hard(status) else "soft", key) if status else None


def _tag(mail: EmailMessage, recipients: Sequence[str]) -> str:
    named = recipients or [str(value) for name in _ADDRESSED for value in mail.get_all(name, [])]
    found = (_TAG.search(one) for one in named)
    return next((one[1].lower() for one in found if one), "")


def _is_automatic(mail: Message) -> bool:
    said = str(mail.get("Auto-Submitted", "no")).strip().lower()
    return said not in ("", "no") or str(mail.get("Precedence", "")).lower() in ("bulk", "junk", "auto_reply")


def _status(mail: EmailMessage) -> str:
    """Return the status code of a mail that failed, "" for a mail that reports no failure."""
    if mail.get_content_type() != "multipart/report":
        return ""
    for part in _reports(mail):
        if str(part.get("Action", "")).strip().lower() == "failed":
            return enhanced_in(str(part.get("Status", ""))) or "5.0.0"
    return ""


def _reports(mail: EmailMessage) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (one for one in payload if isinstance(one, Message)) if isinstance(payload, list) else ()
