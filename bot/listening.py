"""What is said when a server of ours cannot listen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import ConfigError


@contextmanager
def listening(section: str, host: str, port: int) -> Iterator[None]:
    """Begin to listen in the block, at the address that `section.host` and `section.port` name.

    Raises:
        ConfigError: the address is not ours, or another program listens there.
    """
    try:
        yield
    except OSError as error:
        said = os.strerror(error.errno or 0)
        raise ConfigError(
            f"{section}.host and {section}.port: cannot listen on {host} port {port} ({said}); "
            f"stop the other program, or name another port in {section}.port or HRC_{section.upper()}_PORT"
        ) from None
