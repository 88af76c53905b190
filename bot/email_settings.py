"""The keys of the `email` section."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bot.outgoing import callable_address
from bot.section import Section, one_address


class Email(Section):
    """The email list: how mail leaves, under which names, and who keeps the list."""

    host: str = Field("", description="The mail relay (SMTP server); empty: no mail is sent")
    port: int = Field(587, ge=1, le=65535, description="Port of the relay")
    user: str = Field("", description="Account at the relay; empty: no login")
    tls: Literal["starttls", "tls", "none"] = Field("starttls", description="none: for a relay on this machine alone")
    from_address: str = Field("", description="Sender that people see, such as news@example.org")
    from_name: str = Field("", max_length=80, description="Name beside the sender's address")
    list_id: str = Field("", description="Name of the list (RFC 2919), like news.example.org; from the sender if empty")
    mode: Literal["own", "address", "mailman"] = Field(
        "own", description="own: the bot keeps the list; address: one mail to a list; mailman: and its members too"
    )
    list_address: str = Field("", description="Address of the existing list, for the modes address and mailman")
    mailman_url: str = Field("", description="REST address of Mailman 3, such as http://localhost:8001/3.1")
    bounce_address: str = Field("", description="Where mail that comes back goes; needs plus addresses")
    bounce_listen: str = Field("", description="host:port on which the bot takes mail that comes back; empty: nowhere")
    rate_per_s: float = Field(10.0, ge=0.01, le=1000, description="Mails a second that the relay takes")
    connections: int = Field(2, ge=1, le=20, description="Connections to the relay that are kept open")
    password: SecretStr = Field(SecretStr(""), description="Password at the relay")
    mailman_user: SecretStr = Field(SecretStr(""), description="Account of Mailman's REST interface")
    mailman_password: SecretStr = Field(SecretStr(""), description="Password of Mailman's REST interface")

    @field_validator("from_address", "list_address", "bounce_address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        return one_address(value)

    @field_validator("from_name", "host", "user")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("write it in one line, without control characters")
        return value.strip()

    @field_validator("host")
    @classmethod
    def _relay(cls, value: str) -> str:
        return callable_address(value)

    @field_validator("list_id")
    @classmethod
    def _list_name(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
            raise ValueError("write a name such as news.example.org: letters of English, digits, hyphens and dots")
        return value.lower()

    @field_validator("bounce_listen")
    @classmethod
    def _place(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("write host:port, such as 127.0.0.1:2525")
        return value

    @field_validator("mailman_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("write a full address such as http://localhost:8001/3.1")
        return callable_address(value).rstrip("/")

    @property
    def is_on(self) -> bool:
        return bool(self.host)

    @property
    def keeps_list(self) -> bool:
        """Say whether the list of readers is the bot's own."""
        return self.is_on and self.mode == "own"
