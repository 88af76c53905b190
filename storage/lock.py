"""The instance lock: one process on one SQLite file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import ConfigError


class InstanceLock:
    """A lock on a file beside the database; the system frees it when the process ends, however it ends.

    Args:
        database: the SQLite file; the lock file has ".lock" behind its name and stays.

    Raises:
        ConfigError: another process holds it.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise ConfigError(
                f"DATABASE_URL: another hrc-bot process uses {database}; stop it first, or name another file"
            ) from error

    def release(self) -> None:
        os.close(self._file)
