"""Files that only whoever has a key can read, written piece by piece: a cut, swapped or changed one does not open.

A file is the line `MAGIC`, version and id of the key, seven random bytes, then pieces of 1 MiB sealed with AES-256-GCM.
The nonce of a piece is those bytes, its number and whether it is the last one.

Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
(2015), the construction STREAM.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import ConfigError
from storage.keys import HEAD_BYTES, KeyPlace, Keys, derived

MAGIC = b"hrc-bot backup 1\n"
PIECE = 1024 * 1024
_TAG, _PREFIX = 16, 7

Told = Callable[[int], None]  # how many bytes were done since the last call


def write_sealed(source: Path, target: Path, keys: Keys, told: Told) -> None:
    """Write `source` sealed with the newest key to `target`, which must not exist; it is whole or not there."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    head, secret = next(iter(keys.by_head.items()))
    with source.open("rb") as plain, os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        begun = MAGIC + head + os.urandom(_PREFIX)
        out.write(begun)
        _seal_pieces(plain, out, AESGCM(derived(secret, "backup")), begun, told)
        out.flush()
        os.fsync(out.fileno())
    os.link(part, target)  # unlike a rename it replaces nothing
    part.unlink()


def read_sealed(source: Path, target: Path, place: KeyPlace, told: Told) -> None:
    """Write to `target` what `source` holds.

    Raises:
        ConfigError: it is no backup, is damaged, or its key is missing.
    """
    keys = place.read()
    with source.open("rb") as sealed, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        begun = sealed.read(len(MAGIC) + HEAD_BYTES + _PREFIX)
        if not begun.startswith(MAGIC) or len(begun) < len(MAGIC) + HEAD_BYTES + _PREFIX:
            raise ConfigError(f"{source}: this is no backup that hrc-bot made; name another file")
        secret = keys.by_head.get(begun[len(MAGIC) : -_PREFIX]) if keys else None
        if secret is None:
            raise ConfigError(f"{source}: its key is not in {place.name}; add it there, behind the newest one")
        try:
            _open_pieces(sealed, out, AESGCM(derived(secret, "backup")), begun, told)
        except InvalidTag as error:
            raise ConfigError(f"{source}: this backup is damaged or was changed; name another one") from error


def _seal_pieces(plain: BinaryIO, out: BinaryIO, cipher: AESGCM, begun: bytes, told: Told) -> None:
    number, piece = 0, plain.read(PIECE)
    while True:
        after = plain.read(PIECE)
        out.write(cipher.encrypt(_nonce(begun, number, is_last=not after), piece, begun))
        told(len(piece))
        if not after:
            return
        number, piece = number + 1, after


def _open_pieces(sealed: BinaryIO, out: BinaryIO, cipher: AESGCM, begun: bytes, told: Told) -> None:
    number, piece = 0, sealed.read(PIECE + _TAG)
    while True:
        after = sealed.read(PIECE + _TAG)
        out.write(cipher.decrypt(_nonce(begun, number, is_last=not after), piece, begun))
        told(len(piece))
        if not after:
            return
        number, piece = number + 1, after


def _nonce(begun: bytes, number: int, *, is_last: bool) -> bytes:
    return begun[-_PREFIX:] + number.to_bytes(4, "big") + bytes([is_last])
