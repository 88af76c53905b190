"""The keys of field encryption: read from `HRC_SECRET_KEYS` or a file beside the database, never stored in it.

A key is 32 random bytes in base64. Several are separated by commas or line ends, newest first: the newest seals, each
opens what it sealed. What is sealed names its key by an id derived from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import ConfigError

VARIABLE = "HRC_SECRET_KEYS"
FILE_NAME = "secret.keys"
KEY_BYTES = 32
HEAD_CHARS = 8  # version and key id in base64: what tells which key a sealed value needs
_VERSION = b"\x01"
_ID_BYTES, _NONCE_BYTES = 5, 12
HEAD_BYTES = 1 + _ID_BYTES
_HEADING = "# Keys of hrc-bot, newest first. Without them nothing personal in the database can be read.\n"


class Unsealable(ValueError):
    """A sealed value that none of the keys opens in its place: changed, moved from another row, or of another key."""


def derived(secret: bytes, purpose: str, size: int = KEY_BYTES) -> bytes:
    """Return a key for one purpose; keys of different purposes tell nothing of each other.

    Source: RFC 5869 (HKDF), without salt since `secret` is uniformly random.
    """
    return HKDF(SHA256(), size, salt=None, info=f"hrc-bot {purpose}".encode()).derive(secret)


def new_key() -> str:
    """Return a fresh key as it is written into the variable or the file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


@dataclass(frozen=True, repr=False)
class Keys:
    """Keys, newest first. A sealed value is base64 of version, key id, nonce and ciphertext with its tag."""

    secrets: tuple[bytes, ...]

    def seal(self, text: str, about: str) -> str:
        """Encrypt `text` with the newest key, bound to `about`: the table, column and row where it stands.

        Source: NIST SP 800-38D (AES-GCM), 12 random bytes of nonce: safe for 2**32 values under one key.
        """
        head, cipher = self._newest
        nonce = os.urandom(_NONCE_BYTES)
        sealed = cipher.encrypt(nonce, text.encode(), head + about.encode())
        return base64.urlsafe_b64encode(head + nonce + sealed).rstrip(b"=").decode()

    def open(self, sealed: str, about: str) -> str:
        """Decrypt what `seal` made for the same `about`.

        Raises:
            Unsealable: it is not that.
        """
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            head, nonce = raw[:HEAD_BYTES], raw[HEAD_BYTES : HEAD_BYTES + _NONCE_BYTES]
            opened = self._ciphers[head].decrypt(nonce, raw[HEAD_BYTES + _NONCE_BYTES :], head + about.encode())
            return opened.decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise Unsealable(f"a value of {'.'.join(about.split('|')[:2])} cannot be opened in its row") from error

    def knows(self, sealed: str) -> bool:
        """Say whether one of the keys is the one that `sealed` names."""
        return sealed[:HEAD_CHARS] in self.heads

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Return how values sealed with each key begin, newest first."""
        return tuple(base64.urlsafe_b64encode(head).decode() for head in self._ciphers)

    @cached_property
    def by_head(self) -> dict[bytes, bytes]:
        """Return the keys by version and id, newest first."""
        return {_VERSION + _id_of(one): one for one in self.secrets}

    @cached_property
    def _ciphers(self) -> dict[bytes, AESGCM]:
        return {head: AESGCM(derived(one, "field")) for head, one in self.by_head.items()}

    @cached_property
    def _newest(self) -> tuple[bytes, AESGCM]:
        return next(iter(self._ciphers.items()))


def _id_of(secret: bytes) -> bytes:
    return hashlib.sha256(b"hrc-bot key id" + secret).digest()[:_ID_BYTES]


@dataclass(frozen=True, repr=False)
class KeyPlace:
    """Where the keys are.

    Args:
        given: what `HRC_SECRET_KEYS` holds; "" where the file in `folder` is meant.
        folder: the data directory.
    """

    given: str
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / FILE_NAME

    @property
    def name(self) -> str:
        """Return where the keys in use come from, for messages."""
        return VARIABLE if self.given else str(self.file)

    def read(self) -> Keys | None:
        """Return the keys, None where there are none.

        Raises:
            ConfigError: one is no key, or others on this machine can read the file.
        """
        if self.given:
            return _parsed(self.given, VARIABLE)
        try:
            mode = self.file.stat().st_mode
            text = self.file.read_text("ascii")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.file}: cannot be read; it must be a text file of this account") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise ConfigError(
                f"{self.file}: other people on this machine can read the keys; run: chmod 600 {self.file}"
            )
        return _parsed(text, str(self.file))

    def make(self) -> Keys:
        """Make the file with one new key and return it; where another process was faster, return its keys.

        Raises:
            ConfigError: the file cannot be made.
        """
        try:
            descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self.read() or self.make()
        except OSError as error:
            raise ConfigError(f"{self.file}: the keys cannot be stored there: {error.strerror}") from error
        _write(descriptor, _HEADING + new_key() + "\n")
        return self.read() or self.make()

    def put_in_front(self) -> Keys:
        """Write one more key into the file, before those that are there; the file is whole at any moment.

        Raises:
            ConfigError: the file cannot be changed.
        """
        there = self.file.read_text("ascii").removeprefix(_HEADING)
        beside = self.file.with_suffix(".new")
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            _write(descriptor, f"{_HEADING}{new_key()}\n{there}")
            beside.replace(self.file)
        except OSError as error:
            raise ConfigError(f"{self.file}: a new key cannot be stored there: {error.strerror}") from error
        return _parsed(self.file.read_text("ascii"), str(self.file))


def _parsed(text: str, place: str) -> Keys:
    """Return the keys that `text` lists.

    Raises:
        ConfigError: there is none, or one is no key; the text never shows it.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    words = [one for one in re.split(r"[,\s]+", "\n".join(lines)) if one]
    found = tuple(dict.fromkeys(_key(one, number, place) for number, one in enumerate(words, start=1)))
    if not found:
        raise ConfigError(f"{place}: holds no key; put the keys of this database there, 32 bytes in base64 each")
    return Keys(found)


def _key(word: str, number: int, place: str) -> bytes:
    try:
        raw = base64.b64decode(word.translate(str.maketrans("-_", "+/")) + "=" * (-len(word) % 4), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ConfigError(f"{place}: key {number} is no key; write 32 bytes in base64 (44 characters), commas between")
    return raw


def _write(descriptor: int, text: str) -> None:
    """Write and close, so that a power cut after it loses nothing."""
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
