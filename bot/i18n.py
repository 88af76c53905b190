"""Words shown to people: gettext catalogues, read from `.po` files at start.

`N_` marks a text for extraction where it is declared; a `Translator` turns it into words where it is shown.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime, get_timezone_gmt
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
DEFAULT_LANGUAGE = "en"
CORE_CATALOGUES = Path(__file__).parent / "locale"


def N_(text: str) -> str:  # noqa: N802 - the field's own name for it
    """Mark `text` for extraction and return it as it is."""
    return text


def language_of(locale: str) -> str:
    """Return the language we speak that fits a locale such as "es-MX" or "en_US"; English when none does."""
    code = locale.replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


class Translator:
    """One language: `t("Hello {name}", name=...)`.

    Args:
        lang: "en" or "es".
        catalogue: the translations; English passes through.
    """

    def __init__(self, lang: str, catalogue: NullTranslations) -> None:
        self.lang = lang
        self._catalogue = catalogue

    def __call__(self, text: str, /, **values: object) -> str:
        """Return `text` in this language with `values` filled in; values are never formatted again."""
        words = self._catalogue.gettext(text) if text else ""
        return words.format(**values) if values else words

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form that `count` asks for; `{count}` may stand in the text."""
        return self._catalogue.ngettext(one, many, count).format(count=count, **values)

    def context(self, context: str, text: str) -> str:
        """Return `text` as it reads in `context` (a gettext msgctxt)."""
        return self._catalogue.pgettext(context, text)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return the text in this language, else the English one."""
        return texts.get(self.lang) or texts[DEFAULT_LANGUAGE]

    def moment(self, at: datetime) -> str:
        """Return weekday, date, time, zone and offset: "Sunday, March 14, 2027, 6:30 PM EDT (GMT-04:00)"."""
        pattern = "EEEE, MMMM d, y, h:mm a" if self.lang == "en" else "EEEE, d 'de' MMMM 'de' y, HH:mm"
        words = format_datetime(at, pattern, locale=self.lang).replace("\u202f", " ")
        name = at.tzname() or ""
        offset = get_timezone_gmt(at, locale="en")
        return f"{words} {name} ({offset})" if name and not name.startswith(("+", "-")) else f"{words} ({offset})"

    def day(self, day: date) -> str:
        """Return a date in words: "November 23, 2026"."""
        return format_date(day, "long", locale=self.lang)

    def either(self, yes: bool) -> str:
        """Return "yes" or "no"."""
        return self(N_("yes")) if yes else self(N_("no"))


def _read(path: Path) -> GNUTranslations:
    """Return the catalogue in `path`; fuzzy entries do not count."""
    buffer = io.BytesIO()
    with path.open("rb") as file:
        write_mo(buffer, read_po(file))
    buffer.seek(0)
    return GNUTranslations(buffer)


class Translators:
    """All languages, from the catalogues of the core and of the adapters in use.

    Args:
        folders: folders that hold `<language>.po`; earlier ones win.
    """

    def __init__(self, folders: Iterable[Path] = (CORE_CATALOGUES,)) -> None:
        self._by_language = {lang: Translator(lang, _chained(lang, tuple(folders))) for lang in LANGUAGES}

    def __getitem__(self, lang: str) -> Translator:
        return self._by_language[language_of(lang)]

    def __iter__(self) -> Iterator[Translator]:
        return iter(self._by_language.values())


def _chained(lang: str, folders: tuple[Path, ...]) -> NullTranslations:
    first = NullTranslations()
    for folder in folders:
        path = folder / f"{lang}.po"
        if path.exists():
            first.add_fallback(_read(path))
    return first


@cache
def core_translators() -> Translators:
    """Return the translators of the core's own catalogue, read once."""
    return Translators()
