"""Checks request bodies against Discord's OpenAPI description, read in place where the clone has it beside it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DESCRIPTION = Path(__file__).parents[3] / "shared" / "platforms" / "discord-openapi.json"


def is_present() -> bool:
    return DESCRIPTION.exists()


@cache
def _description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return loaded


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    paths = sorted(_description()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\{[^}]*\\}|{[^}]*}", "[^/]+", path)), path) for path in paths]


@cache
def _validator(method: str, template: str) -> Draft202012Validator | None:
    operation = _description()["paths"][template].get(method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Draft202012Validator({**schema, "components": _description()["components"]}) if schema else None


def body_problems(method: str, path: str, body: Any) -> list[str]:
    """Return where `body` breaks the description of `method` on `path`; empty without the description."""
    if not is_present() or body is None:
        return []
    template = next((template for pattern, template in _templates() if pattern.fullmatch(path)), None)
    if template is None:
        return [f"no such path: {path}"]
    validator = _validator(method, template)
    if validator is None:
        return [f"{method} {template} takes no body"]
    return [f"{method} {template}: {error.json_path} {error.message[:200]}" for error in validator.iter_errors(body)]
