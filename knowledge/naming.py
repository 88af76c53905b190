"""Finding a named thing by what people type: exact, then by its beginning, then by likeness."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

from rapidfuzz import fuzz, process

from knowledge.normalize import words

T = TypeVar("T")

SURE: Final = 84.0  # likeness in 0..100 from which a slip of the keyboard is forgiven
ALIKE: Final = 55.0  # likeness from which a name is worth offering
MAX_CHARS: Final = 200


class NameIndex(Generic[T]):
    """Things by their names in any language, accents and case aside.

    Args:
        named: (name, thing) pairs; a thing may have several names, the first thing with a name keeps it.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._things: dict[str, T] = {}
        for name, thing in named:
            self._things.setdefault(key(name), thing)
        self._things.pop("", None)

    def find(self, text: str) -> T | None:
        """Return the one thing that `text` clearly means, else None."""
        asked = key(text)
        exact = self._things.get(asked)
        if exact is not None or not asked:
            return exact
        return self._only(name for name in self._things if name.startswith(asked + " ")) or self._alike(asked)

    def nearest(self, text: str, limit: int = 3) -> tuple[T, ...]:
        """Return up to `limit` different things whose names are like `text`, most alike first."""
        found = process.extract(key(text), list(self._things), scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=limit * 4)
        unique: list[T] = []
        for name, _, _ in found:
            if self._things[name] not in unique:
                unique.append(self._things[name])
        return tuple(unique[:limit])

    def _only(self, names: Iterable[str]) -> T | None:
        things = [self._things[name] for name in names]
        return things[0] if things and all(thing == things[0] for thing in things) else None

    def _alike(self, asked: str) -> T | None:
        """Return the thing most like `asked`, unless another is as near or the numbers differ."""
        found = process.extract(asked, list(self._things), scorer=fuzz.token_sort_ratio, score_cutoff=SURE, limit=2)
        best = [name for name, score, _ in found if score == found[0][1] and _digits(name) == _digits(asked)]
        return self._only(best)


def key(text: str) -> str:
    """Return `text` as a name is compared: folded words, the first 200 characters."""
    return " ".join(words(text[:MAX_CHARS]))


def _digits(name: str) -> list[str]:
    return [word for word in name.split() if word.isdigit()]
