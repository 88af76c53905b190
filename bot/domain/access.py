"""What makes a gathering open to everybody, under fixed names, so that each reader gets them in their language.

People write them in their own words, separated by commas; what no name fits stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.i18n import N_, Translator

NAMES: Mapping[str, str] = {
    "asl": N_("Sign language (ASL)"),
    "captions": N_("Live captions"),
    "wheelchair": N_("Wheelchair access"),
    "childcare": N_("Child care"),
    "cost help": N_("Help with costs"),
    "quiet room": N_("Quiet room"),
}
_ALSO = {
    "asl": "sign language|asl interpretation|asl interpreter|sign language (asl)|lengua de senas|lengua de senas (asl)"
    "|lenguaje de senas|interprete de senas",
    "captions": "live captions|captioning|cart|closed captions|subtitles|subtitulos|subtitulos en vivo|subtitulado",
    "wheelchair": "wheelchair access|wheelchair accessible|step free|step-free|silla de ruedas"
    "|acceso en silla de ruedas|acceso para silla de ruedas|acceso para sillas de ruedas",
    "childcare": "child care|kids|cuidado infantil|cuidado de ninos|guarderia",
    "cost help": "help with costs|travel help|help with travel|cost|costs|ayuda con los costos|ayuda con los gastos"
    "|ayuda con costos|ayuda economica",
    "quiet room": "quiet space|sala tranquila|sala silenciosa|cuarto tranquilo|espacio tranquilo",
}
_OTHER = "other"


def parts(text: str) -> tuple[str, ...]:
    """Return the names and free words in `text`, in order, each once."""
    items = (one.strip(" .") for one in re.split(r"[,;\n]| and (?=\w)| y (?=\w)", text))
    return tuple(dict.fromkeys(_named(one) for one in items if one))


def shown(text: str, t: Translator) -> str:
    """Return `text` with what has a name in the reader's language."""
    known = [t(NAMES[one]) for one in parts(text) if one in NAMES]
    return ", ".join([*known, *(one for one in parts(text) if one not in NAMES)])


def choices(t: Translator) -> str:
    """Return every name, for hints."""
    return ", ".join(t(one) for one in NAMES.values())


def counted(texts: Iterable[str], t: Translator) -> dict[str, int]:
    """Return how many of `texts` name each; free words count together."""
    counts = Counter(one for text in texts for one in {one if one in NAMES else _OTHER for one in parts(text)})
    labels = {name: t(label) for name, label in NAMES.items()} | {_OTHER: t("Something else")}
    return {label: counts[name] for name, label in labels.items() if counts[name]}


def _named(item: str) -> str:
    """Return the name for one item, else the item."""
    plain = unicodedata.normalize("NFKD", item.casefold())
    words = " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())
    return next((name for name, also in _ALSO.items() if words == name or words in also.split("|")), item)
