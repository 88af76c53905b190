"""What `hrc-bot email bounce` and `hrc-bot email signed` do."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from adapters.email.incoming import MAX_BYTES, read
from adapters.email.signatures import judged
from adapters.email.spool import put


def bounce(data_dir: Path, mail: BinaryIO, recipient: str) -> None:
    """Store what a mail that came back says; nothing where it is about no mail of ours.

    Args:
        recipient: the envelope's, "" when nobody told it.
    """
    event = read(mail.read(MAX_BYTES), [recipient] if recipient else [])
    if event:
        put(data_dir, event)


def signed(mail: BinaryIO) -> tuple[bool, str]:
    """Return whether a mail's signature covers what lists need, and a sentence about it."""
    return judged(mail.read(MAX_BYTES))
