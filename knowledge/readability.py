"""How hard a text is to read, in any language, from the length of its sentences and words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from knowledge.normalize import Lang

LONG_WORD: Final = 7  # letters
LEAST_WORDS: Final = 30  # in fewer, one long word would decide
# LIX above 60 is called very difficult; Spanish words are longer, and our own plain texts read 10 points higher there.
FAR_ABOVE_PLAIN: Final[Mapping[Lang, float]] = {"en": 65.0, "es": 75.0}

_WORD: Final = re.compile(r"[^\W\d_]+")
_SENTENCE_END: Final = re.compile(r"[.!?:;](?=\s|$)|\n+")


def lix(text: str) -> float | None:
    """Return the readability index of a text, about 20 (very easy) to 60 and more (very difficult).

    Words a sentence, plus the share of words of more than six letters in per cent; a colon, a semicolon and a new line
    end a sentence too. None for texts of fewer than 30 words.

    Source: Björnsson, 1968, "Läsbarhet"; Anderson, 1983, "Lix and Rix".
    """
    words = _WORD.findall(text)
    if len(words) < LEAST_WORDS:
        return None
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    return len(words) / len(sentences) + 100 * sum(len(word) >= LONG_WORD for word in words) / len(words)
