"""Typed settings from `config.yaml`, `.env` and the environment.

Later ones win: the file, then `HRC_<SECTION>_<KEY>` (also from `.env`), then the platforms' own variables. A wrong
value raises ConfigError with one line that names the key, the file or variable, and the fix.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.domain.times import find_zone, near_zones
from bot.errors import ConfigError
from knowledge.errors import KnowledgeError
from knowledge.strict_yaml import load

PREFIX = "HRC_"
M = TypeVar("M", bound=BaseModel)
_ACCOUNT = re.compile(r"[a-z0-9-]+:[A-Za-z0-9-]+")  # ASCII alone: a letter that only looks like another is refused


class Section(BaseModel):
    """Base of every group of keys: unknown keys are refused, values never change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, values: Any) -> Any:
        """Take a key without a value for its default."""
        return {key: one for key, one in values.items() if one is not None} if isinstance(values, dict) else values

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation is not bool:
            raise ValueError("true and false are not possible here; write the value itself")
        return value


class Contact(Section):
    """How people reach the Alliance; shown in answers, never invented."""

    email: str = Field("", description="Address that people may write to; empty when there is none yet")
    list_url: str = Field("", description="Where to sign up for the email list; https only")
    website: str = Field("", description="The Alliance's own page; https only")

    @field_validator("email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        from email_validator import EmailNotValidError, validate_email

        try:
            return validate_email(value, check_deliverability=False).normalized if value else ""
        except EmailNotValidError:
            raise ValueError("write one address such as name@example.org") from None

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


class Retention(Section):
    """How long what people left here is kept."""

    questions_days: int = Field(180, ge=1, le=3650, description="Days until questions to people are deleted")


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
    retention: Retention = Retention()
    log: Log = Log()
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


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """An adapter's keys: its section's name, its model, and further variables that set a key.

    `variables` maps a variable to the key it sets ("EXAMPLE_TOKEN" to "token"). Keys whose type is SecretStr are
    refused in the file.
    """

    name: str
    model: type[Section]
    variables: Mapping[str, str]


@dataclass(slots=True)
class _Layers:
    """Values by dotted key, where each came from, and the names of the adapters' sections."""

    values: dict[str, Any]
    places: dict[str, str]
    names: tuple[str, ...]

    def put(self, key: str, value: Any, place: str) -> None:
        *path, last = key.split(".")
        table = self.values
        for part in path:
            if table.get(part) is None:
                table[part] = {}
            table = table[part]
            if not isinstance(table, dict):
                return  # the file holds something else there, which is refused later
        table[last] = value
        self.places[key] = place


def load_settings(path: Path | None, environ: Mapping[str, str], specs: Iterable[SectionSpec] = ()) -> Settings:
    """Return the settings.

    Args:
        path: the file, or None for `config.yaml` in the current folder when there is one.
        environ: the environment; `.env` in the current folder is read below it.
    Raises:
        ConfigError: the first thing that is wrong, in one line.
    """
    specs = tuple(specs)
    layers = _Layers({}, {}, tuple(spec.name for spec in specs))
    _read_file(path, layers, specs)
    variables = {**_dotenv(Path(".env")), **environ}
    _read_variables(variables, layers, specs)
    if "sections" in layers.values:
        raise ConfigError(
            f"sections ({layers.places['sections']}): {_unknown('sections', _keys_at(Settings, [], layers))}"
        )
    given = {spec.name: layers.values.pop(spec.name, None) for spec in specs}
    sections = {
        spec.name: _validated(spec.model, {} if given[spec.name] is None else given[spec.name], layers, spec.name)
        for spec in specs
    }
    settings = _validated(Settings, layers.values, layers, "")
    return settings.model_copy(update={"sections": sections})


def _read_file(path: Path | None, layers: _Layers, specs: tuple[SectionSpec, ...]) -> None:
    file = path or Path("config.yaml")
    if not file.exists():
        if path is not None:
            raise ConfigError(f"{path}: there is no such file; copy config.example.yaml to it or leave --config out")
        return
    try:
        value, positions = load(file, file.name)
    except KnowledgeError as error:
        raise ConfigError(str(error)) from None
    if not isinstance(value, dict | None):
        raise ConfigError(f"{file.name}: must hold keys and values; see config.example.yaml")
    layers.values = value or {}
    layers.places = {".".join(map(str, key)): f"{file.name} line {line}" for key, line in positions.items()}
    _refuse_secrets(layers, specs)


def _refuse_secrets(layers: _Layers, specs: tuple[SectionSpec, ...]) -> None:
    for spec in specs:
        for key, field in spec.model.model_fields.items():
            if field.annotation is SecretStr and f"{spec.name}.{key}" in layers.places:
                variable = next(name for name, target in spec.variables.items() if target == key)
                place = layers.places[f"{spec.name}.{key}"]
                raise ConfigError(
                    f"{spec.name}.{key} ({place}): secrets do not belong in the file; set {variable} instead"
                )


def _dotenv(path: Path) -> dict[str, str]:
    """Return the variables of `.env`.

    Raises:
        ConfigError: others on this machine can read the file, or we cannot.
    """
    if not path.exists():
        return {}
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{path.name}: other people on this machine can read its secrets; run: chmod 600 {path.name}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path.name}: cannot be read as UTF-8 text; save it again as such") from None
    for line in parse_stream(io.StringIO(text)):
        if line.error or (line.key and line.value is None):
            raise ConfigError(f"{path.name} line {line.original.line}: write NAME=value there, or # in front of it")
    return {key: value or "" for key, value in dotenv_values(stream=io.StringIO(text)).items()}


def _read_variables(variables: Mapping[str, str], layers: _Layers, specs: tuple[SectionSpec, ...]) -> None:
    known = _known_variables(specs)
    for name, value in variables.items():
        if name in known and value != "":
            key, is_list = known[name]
            items = [part.strip() for part in value.split(",") if part.strip()]
            layers.put(key, items if is_list else value, f"the variable {name}")
        elif name.startswith(PREFIX) and name not in known and name not in _OTHERS:
            near = process.extractOne(name, known.keys(), score_cutoff=85)
            if near:
                raise ConfigError(f"{name} (environment): unknown variable; did you mean {near[0]}?")


_OTHERS = ("HRC_SECRET_KEYS",)


def _known_variables(specs: tuple[SectionSpec, ...]) -> dict[str, tuple[str, bool]]:
    """Return variable to (dotted key, whether it is a list)."""
    known = {"DATABASE_URL": ("database_url", False)}
    for key, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            known |= _section_variables(key, field.annotation)
        elif key != "sections":
            known[f"{PREFIX}{key.upper()}"] = (key, key in ("steering", "organizer_roles"))
    for spec in specs:
        known |= _section_variables(spec.name, spec.model)
        known |= {variable: (f"{spec.name}.{key}", False) for variable, key in spec.variables.items()}
    return known


def _section_variables(name: str, model: type[BaseModel]) -> dict[str, tuple[str, bool]]:
    keys = (key for key, field in model.model_fields.items() if field.annotation is not SecretStr)
    return {f"{PREFIX}{name}_{key}".upper(): (f"{name}.{key}", False) for key in keys}


def _validated(model: type[M], values: Any, layers: _Layers, prefix: str) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_line(error, model, layers, prefix)) from None


def _line(error: ValidationError, model: type[BaseModel], layers: _Layers, prefix: str) -> str:
    """Return the first fault as one line: key, place, what is wrong and the fix."""
    fault = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in fault["loc"]]
    key = ".".join(([prefix] if prefix else []) + path)
    place = next((layers.places[k] for k in _prefixes(key) if k in layers.places), "not set")
    if fault["type"] == "extra_forbidden":
        return f"{key} ({place}): {_unknown(path[-1], _keys_at(model, path[:-1], layers))}"
    return f"{key} ({place}): {_fix(fault)}"


def _unknown(name: str, keys: list[str]) -> str:
    near = process.extractOne(name, keys, score_cutoff=65)
    return (
        f"unknown key; did you mean {near[0]}?"
        if near
        else f"unknown key; remove it, or write one of {', '.join(keys)}"
    )


_FIXES = {
    "literal_error": "write {expected}",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "int_parsing_size": "write a smaller number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "greater_than_equal": "write a number of at least {ge}",
    "less_than_equal": "write a number of at most {le}",
    "string_type": "write text; put quotes around it",
    "path_type": "write the path of a folder",
    "tuple_type": "write a list, such as [one, another]",
    "dict_type": "write a theme and its accounts on each of the lines below it",
    "model_type": "write its keys on the lines below it, each as key: value",
}


def _fix(fault: ErrorDetails) -> str:
    """Return what to write instead, in the words of somebody who edits a file."""
    known = _FIXES.get(fault["type"])
    return known.format(**fault.get("ctx", {})) if known else fault["msg"].removeprefix("Value error, ")


def _prefixes(key: str) -> Iterable[str]:
    parts = key.split(".")
    return (".".join(parts[:count]) for count in range(len(parts), 0, -1))


def _keys_at(model: type[BaseModel], path: list[str], layers: _Layers) -> list[str]:
    names = layers.names if model is Settings and not path else ()
    for part in path:
        inner = model.model_fields[part].annotation if part in model.model_fields else None
        model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
    secrets = {key for key, field in model.model_fields.items() if field.annotation is SecretStr}
    return [*(key for key in model.model_fields if key != "sections" and key not in secrets), *names]
