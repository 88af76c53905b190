"""Typed settings from `config.yaml`, `.env` and the environment.

Later ones win: the file, then `HRC_<SECTION>_<KEY>` (also from `.env`), then the platforms' own variables. A wrong
value raises ConfigError with one line that names the key, the file or variable, and the fix.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    BaseModel,
    SecretStr,
    ValidationError,
)
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.errors import ConfigError
from bot.settings import SECRETS, M, Section, SectionSpec, Settings
from knowledge.errors import KnowledgeError
from knowledge.strict_yaml import load

PREFIX = "HRC_"


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
    for key, variable in _secrets(specs).items():
        if key in layers.places:
            raise ConfigError(
                f"{key} ({layers.places[key]}): secrets do not belong in the file; set {variable} instead"
            )


def _secrets(specs: tuple[SectionSpec, ...]) -> dict[str, str]:
    """Return the dotted keys that only a variable may set, each with that variable."""
    found = {key: variable for variable, key in SECRETS.items()}
    for spec in specs:
        secret = {key for key, field in spec.model.model_fields.items() if field.annotation is SecretStr}
        found |= {f"{spec.name}.{key}": variable for variable, key in spec.variables.items() if key in secret}
    return found


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
        elif name.startswith(PREFIX) and name not in known:
            near = process.extractOne(name, known.keys(), score_cutoff=85)
            if near:
                raise ConfigError(f"{name} (environment): unknown variable; did you mean {near[0]}?")


def _known_variables(specs: tuple[SectionSpec, ...]) -> dict[str, tuple[str, bool]]:
    """Return variable to (dotted key, whether it is a list)."""
    known = {"DATABASE_URL": ("database_url", False)}
    known |= {variable: (key, False) for variable, key in SECRETS.items()}
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
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
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
