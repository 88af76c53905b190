"""What `config.yaml` and the environment may set: every key of the core, typed, with its default and meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from bot.domain.reminders import LeadError, leads_of, written
from bot.domain.times import find_zone, near_zones
from bot.email_settings import Email
from bot.section import Section as Section
from bot.section import one_address

M = TypeVar("M", bound=BaseModel)
_ACCOUNT = re.compile(r"[a-z0-9-]+:[A-Za-z0-9-]+")  # ASCII alone: a letter that only looks like another is refused


class Contact(Section):
    """How people reach the Alliance; shown in answers, never invented."""

    email: str = Field("", description="Address that people may write to; empty when there is none yet")
    list_url: str = Field("", description="Where to sign up for the email list; https only")
    website: str = Field("", description="The Alliance's own page; https only")

    @field_validator("email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        return one_address(value)

    @field_validator("list_url", "website")
    @classmethod
    def _https(cls, value: str) -> str:
        if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
            raise ValueError("write a full address that begins with https://")
        return value


class Knowledge(Section):
    """How the bot searches, and how careful it is before it answers."""

    engine: Literal["auto", "hybrid", "lexical"] = Field(
        "auto", description="auto: by wording and meaning where the embedding is installed, else lexical: by wording"
    )
    model_dir: Path | None = Field(None, description="Folder of an ONNX sentence model instead of the packaged one")
    model_prefix: str = Field("", description="Put before every text for that model, such as: query")
    precision: float = Field(0.98, ge=0.5, le=0.999, description="Share of given answers that must be right")
    cache_dir: Path | None = Field(None, description="Where the search keeps its numbers; data_dir/cache by default")
    chapters: dict[str, Path] = Field({}, description="Workspace (platform:ID) to the folder of its own topics")

    @field_validator("chapters")
    @classmethod
    def _workspaces(cls, value: dict[str, Path]) -> dict[str, Path]:
        for one in value:
            if not _ACCOUNT.fullmatch(one):
                raise ValueError("write each workspace as platform:ID, in letters of English, digits and hyphens")
        return value


class Approvals(Section):
    """What needs a second person before it happens."""

    alone: bool = Field(False, description="Where nobody else could approve, whoever asks may confirm it themselves")
    alone_chapters: tuple[str, ...] = Field((), description="Workspaces whose only organizer confirms their own")
    days: int = Field(14, ge=1, le=365, description="Days until a request that nobody approved lapses")

    @field_validator("alone_chapters")
    @classmethod
    def _workspaces(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _ACCOUNT.fullmatch(one):
                raise ValueError("write each workspace as platform:ID, in letters of English, digits and hyphens")
        return value


class Roles(Section):
    """Rights that people give each other in chat."""

    grant_days: int = Field(365, ge=1, le=3650, description="Days until a granted role ends")


class Limits(Section):
    """How much may be asked in a short time; 0 a minute is no limit."""

    person_per_minute: int = Field(120, ge=0, le=100_000, description="Requests of one person, a minute")
    person_at_once: int = Field(300, ge=1, le=100_000, description="Requests of one person, at once after a quiet time")
    chapter_per_minute: int = Field(2400, ge=0, le=1_000_000, description="Requests of one chapter, a minute")
    chapter_at_once: int = Field(6000, ge=1, le=1_000_000, description="Requests of one chapter, at once")
    visitor_per_minute: int = Field(120, ge=0, le=100_000, description="Web pages asked from one address, a minute")
    visitor_at_once: int = Field(300, ge=1, le=100_000, description="Web pages asked from one address, at once")


class Retention(Section):
    """How long what people left here is kept."""

    questions_days: int = Field(180, ge=1, le=3650, description="Days until questions to people are deleted")
    rsvps_days: int = Field(90, ge=1, le=3650, description="Days after a convening until answers to it become counts")
    deliveries_days: int = Field(180, ge=1, le=3650, description="Days until records of messages become counts")
    reports_days: int = Field(180, ge=1, le=3650, description="Days until reports to moderators are deleted")
    audit_days: int = Field(730, ge=1, le=3650, description="Days until acts in the audit are deleted")
    inbox_hours: int = Field(24, ge=1, le=720, description="Hours until codes of requests are deleted")
    forms_minutes: int = Field(60, ge=5, le=1440, description="Minutes until a form that was not finished is deleted")
    links_minutes: int = Field(10, ge=2, le=60, description="Minutes until a code that links two accounts is deleted")

    @property
    def links_last(self) -> timedelta:
        return timedelta(minutes=self.links_minutes)

    @property
    def forms_last(self) -> timedelta:
        return timedelta(minutes=self.forms_minutes)


class Reminders(Section):
    """When people are reminded of convenings to which they said yes or maybe."""

    before: str = Field("7d, 1d, 1h", description="How long before, with commas; none for no reminders")
    late_share: float = Field(0.25, ge=0, le=1, description="Share of that time by which a reminder may come late")

    @field_validator("before")
    @classmethod
    def _times(cls, value: str) -> str:
        try:
            return written(leads_of(value))
        except LeadError:
            raise ValueError("write up to five times between 10m and 60d, such as 7d, 1d, 1h; or none") from None


class Convenings(Section):
    """Who may show a convening to every chapter."""

    trusted: tuple[str, ...] = Field((), description="Accounts and workspaces that need no approval for every chapter")

    @field_validator("trusted")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _ACCOUNT.fullmatch(one):
                raise ValueError("write each as platform:ID, in letters of English, digits and hyphens")
        return value


class Web(Section):
    """The bot's own web server: calendar feeds, and what links in messages lead to."""

    enabled: bool = Field(False, description="Serve the web pages; on by itself where public_url is set")
    host: str = Field("127.0.0.1", description="Address the web server listens on")
    port: int = Field(8080, ge=1, le=65535, description="Port the web server listens on")
    public_url: str = Field("", description="https address at which people reach the web server")
    trusts_proxy: bool = Field(False, description="Believe the server in front who visits (last X-Forwarded-For)")

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
        is_plain = parts.hostname and not (parts.username or parts.query or parts.fragment)
        if value and not ((parts.scheme == "https" or is_here) and is_plain):
            raise ValueError("write the full address, such as https://bot.example.org; http is for this machine alone")
        return value.rstrip("/")

    @property
    def is_on(self) -> bool:
        return self.enabled or bool(self.public_url)

    @property
    def prefix(self) -> str:
        """Return the path of `public_url`, "" for none."""
        return urlsplit(self.public_url).path

    def address(self, path: str) -> str:
        """Return the full address of a page, "" while the web server is off."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.public_url or f'http://{host}:{self.port}'}{path}" if self.is_on else ""


class Operations(Section):
    """What programs that watch over the bot ask: whether it lives, whether it is ready, and figures."""

    host: str = Field("127.0.0.1", description="Address for programs that watch over the bot; nobody else's business")
    port: int = Field(0, ge=0, le=65535, description="Port for /livez, /readyz and /metrics; 0: off")


class Deliveries(Section):
    """What the outbox does where it cannot know."""

    on_unknown: Literal["hold", "skip", "resend"] = Field(
        "hold", description="A message that may have arrived and cannot be looked up: ask a person, skip, or send again"
    )
    settle_s: float = Field(10, ge=1, le=600, description="Seconds until a request without an answer has surely landed")


class Log(Section):
    """What is written about the bot's own work; never what people wrote."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is written")
    format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, else JSON lines")


class Settings(Section):
    """Every key of the core; `sections` holds those of the adapters, by name."""

    data_dir: Path = Field(Path("data"), description="Folder of the database file, the lock and the caches")
    database_url: str = Field("", description="sqlite:///path or postgresql://...; empty: a SQLite file in data_dir")
    language: Literal["en", "es"] = Field("en", description="Language for readers whose platform tells none")
    zone: str = Field("America/New_York", description="Time zone for readers whose platform tells none")
    steering: tuple[str, ...] = Field((), description="The steering committee's accounts, platform in front")
    organizer_roles: tuple[str, ...] = Field((), description="Platform roles that make an organizer in their workspace")
    experts: dict[str, tuple[str, ...]] = Field({}, description="Theme to the accounts that answer its questions")
    contact: Contact = Contact()
    knowledge: Knowledge = Knowledge()
    approvals: Approvals = Approvals()
    convenings: Convenings = Convenings()
    roles: Roles = Roles()
    limits: Limits = Limits()
    retention: Retention = Retention()
    web: Web = Web()
    operations: Operations = Operations()
    email: Email = Email()
    reminders: Reminders = Reminders()
    deliveries: Deliveries = Deliveries()
    log: Log = Log()
    secret_keys: SecretStr = Field(SecretStr(""), description="Keys of field encryption, newest first; variable alone")
    sections: dict[str, Any] = Field({}, exclude=True)

    @field_validator("steering", "organizer_roles")
    @classmethod
    def _accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _ACCOUNT.fullmatch(one):
                raise ValueError("write each as platform:ID, in letters of English, digits and hyphens")
        return value

    @field_validator("experts", mode="before")
    @classmethod
    def _experts_by_theme(cls, value: Any) -> Any:
        """Take `theme=platform:ID,theme=platform:ID` from a variable."""
        if not isinstance(value, str):
            return value
        pairs = [one.strip().partition("=")[::2] for one in value.split(",") if one.strip()]
        return {theme: [one for name, one in pairs if name == theme] for theme, _ in pairs}

    @field_validator("experts")
    @classmethod
    def _expert_accounts(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for accounts in value.values():
            cls._accounts(accounts)
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        found = find_zone(value)
        if found is None:
            raise ValueError(f"no such time zone; did you mean {' or '.join(near_zones(value))}?")
        return found

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        known = value.startswith(("sqlite:///", "postgresql://", "postgres://"))
        if value and (not known or value == "sqlite:///"):
            raise ValueError("write sqlite:///path or postgresql://user@host/name")
        return value

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'hrc-bot.db'}"

    def section(self, name: str, kind: type[M]) -> M:
        """Return an adapter's own settings."""
        value = self.sections[name]
        if not isinstance(value, kind):
            raise TypeError(f"{name} holds {type(value).__name__}")
        return value


SECRETS: Mapping[str, str] = {
    "HRC_SECRET_KEYS": "secret_keys",
    "EMAIL_SMTP_PASSWORD": "email.password",
    "MAILMAN_USER": "email.mailman_user",
    "MAILMAN_PASSWORD": "email.mailman_password",
}
"""Variable to the key of the core that it alone may set."""


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """An adapter's keys: its section's name, its model, and further variables that set a key.

    `variables` maps a variable to the key it sets ("EXAMPLE_TOKEN" to "token"). Keys whose type is SecretStr are
    refused in the file.
    """

    name: str
    model: type[Section]
    variables: Mapping[str, str]
