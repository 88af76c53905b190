"""All features by name, found by walking `bot.features`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TypeVar

from rapidfuzz import fuzz, process

import bot.features
from bot.command import Action, Command, Feature

T = TypeVar("T")


class Registry:
    """Commands and actions by name.

    Raises:
        ValueError: two commands or two actions share a name.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        self.features = tuple(sorted(features, key=lambda one: (one.order, one.name)))
        self.commands: dict[str, Command] = {}
        self.actions: dict[str, Action] = {}
        for feature in self.features:
            for command in feature.commands:
                _add(self.commands, command.name, command)
            for action in feature.actions:
                _add(self.actions, action.name, action)
        self.renderers = {subject: one for feature in self.features for subject, one in feature.renderers.items()}
        self.pages = tuple(page for feature in self.features for page in feature.pages)
        if len({(page.method, page.path) for page in self.pages}) < len(self.pages):
            raise ValueError("two pages have the same address")
        self.approvables = {kind: one for feature in self.features for kind, one in feature.approvables.items()}
        self._words = max((name.count(" ") + 1 for name in self.commands), default=1)

    def find(self, name: str) -> Command | Action | None:
        """Return the command or action of that name."""
        return self.commands.get(name) or self.actions.get(name)

    def split(self, text: str) -> tuple[Command | None, str]:
        """Return the command that `text` begins with, and the words that follow it."""
        words = text.strip().removeprefix("/").split(maxsplit=self._words)
        for count in range(min(self._words, len(words)), 0, -1):
            command = self.commands.get(" ".join(words[:count]).casefold())
            if command:
                return command, _rest(text, count)
        return None, text

    def group(self, word: str) -> tuple[Command, ...]:
        """Return the commands whose first word is `word`."""
        return tuple(one for name, one in self.commands.items() if name.split()[0] == word.casefold())

    def nearest(self, text: str, limit: int = 3) -> tuple[str, ...]:
        """Return the names of the commands that come closest to `text`, best first; empty when none is close."""
        wanted = " ".join(text.strip().removeprefix("/").casefold().split()[: self._words])
        heads = {*self.commands, *(name.split()[0] for name in self.commands)}
        found = process.extract(wanted, sorted(heads), scorer=fuzz.ratio, limit=limit, score_cutoff=60)
        return tuple(name for name, _, _ in found)


def _add(table: dict[str, T], name: str, one: T) -> None:
    if name in table:
        raise ValueError(f"{name!r} is declared twice")
    table[name] = one


def _rest(text: str, count: int) -> str:
    parts = text.strip().removeprefix("/").split(maxsplit=count)
    return parts[count] if len(parts) > count else ""


def walk(package: ModuleType = bot.features) -> Iterator[Feature]:
    """Yield the `feature` of every module in `package`, once where several modules add to one."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__, package.__name__ + ".")]
    features = [getattr(importlib.import_module(name), "feature", None) for name in names]
    yield from {id(one): one for one in features if isinstance(one, Feature)}.values()


def load() -> Registry:
    """Return the registry of the features that the project ships."""
    return Registry(walk())
