"""The arrows between the packages, and the size of what is in them."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "adapters", "knowledge", "storage")
SDKS = ("slack_bolt", "slack_sdk", "discord", "prompt_toolkit")
FORBIDDEN = {
    "bot": ("adapters", "storage", "sqlalchemy", "alembic", *SDKS),
    "knowledge": ("bot", "adapters", "storage", "sqlalchemy", *SDKS),
    "storage": ("adapters", "knowledge", *SDKS),
    "adapters": ("storage", "sqlalchemy", "alembic"),
}
STORAGE_MAY = ("bot.domain", "bot.errors", "bot.ports", "bot.i18n")
FILES = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
COMPOSITION_ROOT = ROOT / "bot" / "__main__.py"
CORE = list((ROOT / "bot").rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """Yield every module that the file imports, type-only and late imports too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield node.module or ""


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _bodies() -> Iterator[tuple[int, str]]:
    for path in FILES:
        if "versions" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = 1 if ast.get_docstring(node) and len(node.body) > 1 else 0
                yield node.body[-1].end_lineno - node.body[first].lineno + 1, f"{path.name}:{node.name}"


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_no_import_goes_against_the_arrows(path):
    package = path.relative_to(ROOT).parts[0]
    if path == COMPOSITION_ROOT:
        return
    for module in _imports(path):
        assert module.split(".")[0] not in FORBIDDEN[package], f"{path} imports {module}"
        if package == "storage" and module.split(".")[0] == "bot":
            assert module.startswith(STORAGE_MAY), f"{path} imports {module}"


def test_adapters_do_not_import_each_other():
    for path in (ROOT / "adapters").rglob("*.py"):
        own = path.relative_to(ROOT).parts[1]
        for module in _imports(path):
            parts = module.split(".")
            assert parts[0] != "adapters" or len(parts) < 2 or parts[1] == own, f"{path} imports {module}"


@pytest.mark.parametrize("path", CORE, ids=_module)
def test_the_core_names_no_platform(path):
    assert not re.search(r"(?i)slack|discord", path.read_text()), path


def test_no_import_cycle():
    graph = {_module(path): set(_runtime_imports(path)) for path in FILES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"cycle: {' -> '.join([*trail, module])}"
        if module not in done:
            for target in graph.get(module, ()):
                visit(target, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def _runtime_imports(path: Path) -> Iterator[str]:
    """Yield what the file imports when it is loaded: not inside functions, not for types alone."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_files_stay_within_400_lines():
    long = {str(path): count for path in FILES if (count := path.read_text().count("\n") + 1) > 400}
    assert long == {}


def test_function_bodies_stay_within_40_lines_and_8_in_the_median():
    bodies = sorted(_bodies(), reverse=True)
    assert [one for one in bodies if one[0] > 40] == []
    assert statistics.median(length for length, _ in bodies) <= 8


def test_ports_have_at_most_five_methods():
    tree = ast.parse((ROOT / "bot" / "ports.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            assert len(methods) <= 5, node.name
