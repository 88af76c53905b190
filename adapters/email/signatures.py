"""What a mail's DKIM signature covers. The signature itself is for mailboxes to verify.

Source: RFC 6376, section 3.5 (the tag h); RFC 8058, section 4 (both List-Unsubscribe headers must be covered).
"""

from __future__ import annotations

import re
from email import message_from_bytes

NEEDED = ("List-Unsubscribe", "List-Unsubscribe-Post", "From")


def judged(content: bytes) -> tuple[bool, str]:
    """Return whether one signature covers all that a list needs, and a sentence that says what is missing."""
    mail = message_from_bytes(content)
    absent = [one for one in NEEDED if one not in mail]
    if absent:
        return False, f"This is no mail of the list: it lacks {', '.join(absent)}."
    signatures = [_covered(str(one)) for one in mail.get_all("DKIM-Signature", [])]
    if not signatures:
        return False, "The mail is not signed. Let your relay sign with DKIM; see docs/email.md."
    missing = min(([one for one in NEEDED if one.lower() not in signed] for signed in signatures), key=len)
    if missing:
        return False, f"The signature does not cover {', '.join(missing)}. Add it to the headers that your relay signs."
    return True, "The signature covers From, List-Unsubscribe and List-Unsubscribe-Post."


def _covered(signature: str) -> frozenset[str]:
    found = re.search(r"(?:^|;)\s*h\s*=\s*([^;]*)", signature)
    return frozenset(one.strip().lower() for one in found[1].split(":")) if found else frozenset()
