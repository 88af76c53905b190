"""What nobody foresaw on the command line: one plain line with a reference for people, the details in a file."""

from __future__ import annotations

import os
import secrets
import traceback
from datetime import datetime
from pathlib import Path

from bot.logs import masked

FILE = "errors.log"
MAX_BYTES = 1_000_000  # a file of this size makes way for a new one; one older one is kept


def told(error: BaseException, folder: Path, now: datetime) -> str:
    """Write the details into `folder` and return the line for the person.

    Secrets and addresses are masked; the file is for this account alone. Where it cannot be written the line says so.
    """
    reference = secrets.token_hex(4)
    line = f"something went wrong that nobody foresaw (reference {reference})"
    try:
        path = _written(error, folder, f"{now.isoformat(timespec='seconds')} {reference}")
    except OSError as failure:
        reason = f"{type(error).__name__}; the details could not be written below {folder}: {failure.strerror}"
        return f"{line}. Please report it with the command that you typed: {reason}"
    return f"{line}. Please report it; the details are in {path}"


def _written(error: BaseException, folder: Path, heading: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    if path.exists() and path.stat().st_size > MAX_BYTES:
        path.replace(path.with_name(f"{FILE}.1"))
    lines = "".join(traceback.format_exception(error)).splitlines()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write("\n".join([heading, *(f"  {masked(one)}" for one in lines), ""]))
    return path
