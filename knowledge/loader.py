"""From the content files to a `Bank`, or to a list of everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from knowledge import entries
from knowledge.bank import Bank
from knowledge.composing import article_topic, city_topic, criterion_topic, term_topics
from knowledge.errors import KnowledgeError
from knowledge.normalize import LANGS, Lang, words
from knowledge.reading import Cursor, Findings
from knowledge.schema import Topic
from knowledge.strict_yaml import load

T = TypeVar("T")

CONTENT: Final = Path(__file__).parent / "content"
CHAPTER_FILES: Final = ("sources.yaml", "themes.yaml")


def load_bank(folder: Path = CONTENT) -> Bank:
    """Return the knowledge base in `folder`.

    Raises:
        KnowledgeError: the first fault, with file and line; `check` lists all of them.
    """
    return _sound(*read(folder))


def load_chapter(folder: Path, common: Bank) -> Bank:
    """Return what a chapter adds to the knowledge base: its own topics, sources and themes, nothing else.

    Args:
        folder: laid out as the content folder; `topics/` is needed, `sources.yaml` and `themes.yaml` are not.
        common: what everybody has; the chapter's topics may name its sources, themes and topics.
    Raises:
        KnowledgeError: the first fault, with file and line; `check_chapter` lists all of them.
    """
    return _sound(*read_chapter(folder, common))


def _sound(bank: Bank, findings: Findings) -> Bank:
    if findings.errors:
        first = findings.errors[0]
        count = len(findings.errors) - 1
        more = f" (and {count} more: run `hrc-bot knowledge check`)" if count else ""
        raise KnowledgeError(first.message + more, first.file, first.line)
    return bank


def check(folder: Path = CONTENT) -> list[KnowledgeError]:
    """Return every fault of the content in `folder`, by file and line; empty when it is sound."""
    return read(folder)[1].errors


def check_chapter(folder: Path, common: Bank) -> list[KnowledgeError]:
    """Return every fault of a chapter's own content in `folder`, by file and line; empty when it is sound."""
    return read_chapter(folder, common)[1].errors


def read(folder: Path) -> tuple[Bank, Findings]:
    """Read the content in `folder`; the bank is whole only where the findings hold no error."""
    files = _Files(folder, folder.name)
    bank = _read_bank(files)
    _check_names(files.findings, bank)
    _check_variants(files.findings, _owners(bank.topics.values()))
    return bank, files.sorted_findings()


def read_chapter(folder: Path, common: Bank) -> tuple[Bank, Findings]:
    """Read what a chapter adds to `common`; the same checks, and no id or question of `common` may be used again."""
    files = _Files(folder, str(folder))
    files.refuse_others(CHAPTER_FILES)
    own = _read_additions(files)
    _check_free(files.findings, common)
    _check_names(files.findings, common.joined(own))
    asked = {words(one): topic.id for topic in common.topics.values() for one in _variants(topic)}
    _check_variants(files.findings, _owners(own.topics.values()) | asked)
    return own, files.sorted_findings()


def _read_additions(files: _Files) -> Bank:
    optional = [name for name in CHAPTER_FILES if files.has(name)]
    sources = files.entries("sources.yaml", "sources", entries.source) if "sources.yaml" in optional else []
    themes = files.entries("themes.yaml", "themes", entries.theme) if "themes.yaml" in optional else []
    topics = [topic for path in files.topic_files() for topic in files.topics(path)]
    return Bank(
        sources={source.id: source for source in sources},
        themes=tuple(themes),
        topics={topic.id: topic for topic in topics},
        criteria=(),
        articles=(),
        terms=(),
        cities=(),
        digest=files.digest(),
    )


def _read_bank(files: _Files) -> Bank:
    criteria = tuple(files.entries("criteria.yaml", "criteria", entries.criterion))
    articles = tuple(files.entries("articles.yaml", "articles", entries.article))
    cities = tuple(files.entries("cities.yaml", "cities", entries.city))
    topics = [topic for path in files.topic_files() for topic in files.topics(path)]
    topics += [*map(criterion_topic, criteria), *map(article_topic, articles), *map(city_topic, cities)]
    terms = tuple(files.entries("glossary.yaml", "terms", entries.term))
    topics += tuple(term_topics(terms, topics))
    return Bank(
        sources={source.id: source for source in files.entries("sources.yaml", "sources", entries.source)},
        themes=tuple(files.entries("themes.yaml", "themes", entries.theme)),
        topics={topic.id: topic for topic in topics},
        criteria=tuple(sorted(criteria, key=lambda criterion: criterion.number)),
        articles=tuple(sorted(articles, key=lambda article: article.number)),
        terms=terms,
        cities=cities,
        uncovered=files.uncovered("uncovered.yaml"),
        digest=files.digest(),
    )


class _Files:
    """The files of a content folder, read once each, with what was found in them."""

    def __init__(self, folder: Path, shown: str) -> None:
        self._folder = folder
        self._shown = shown
        self._hash = hashlib.sha256()
        self.findings = Findings()

    def digest(self) -> str:
        """Return a hash over the files read so far."""
        return self._hash.hexdigest()

    def sorted_findings(self) -> Findings:
        """Return what was found, the errors by file and line."""
        self.findings.errors.sort(key=lambda error: (error.file, error.line))
        return self.findings

    def has(self, name: str) -> bool:
        """Tell whether the folder holds a file of this name."""
        return (self._folder / name).exists()

    def refuse_others(self, known: Iterable[str]) -> None:
        """Report files beside `known` that somebody expects to be read."""
        for path in sorted(self._folder.glob("*.y*ml")):
            if path.name not in known:
                fix = f"move topics into {self._name('topics')}, or remove the file"
                self._report(KnowledgeError(f"is not read here; {fix}", self._name(path.name)))

    def topic_files(self) -> list[str]:
        """Return the names of the topic files, in order."""
        names = sorted(f"topics/{path.name}" for path in (self._folder / "topics").glob("*.yaml"))
        if not names:
            self._report(KnowledgeError("holds no topic file; add one such as basics.yaml", self._name("topics")))
        return names

    def topics(self, name: str) -> Iterable[Topic]:
        """Read a file of topics, which all have its theme."""
        top = self._open(name)
        if top is None:
            return []
        place = top.fields(("theme", "topics")).at("theme")
        theme = place.text()
        if theme:
            self.findings.theme_uses.append((theme, place))
        return [entries.topic(item, theme) for item in top.at("topics").items()]

    def entries(self, name: str, key: str, read: Callable[[Cursor], T]) -> list[T]:
        """Read a file that is one list under `key`."""
        top = self._open(name)
        return [] if top is None else [read(item) for item in top.fields((key,)).at(key).items()]

    def uncovered(self, name: str) -> Mapping[Lang, tuple[str, ...]]:
        """Read the file of questions that no topic answers."""
        top = self._open(name) if self.has(name) else None
        return {} if top is None else top.fields(LANGS).per_language(entries.uncovered)

    def _open(self, name: str) -> Cursor | None:
        shown = self._name(name)
        try:
            document = load(self._folder / name, shown)
        except KnowledgeError as error:
            self._report(error)
            return None
        self._hash.update(name.encode() + b"\0" + repr(document.value).encode())
        return Cursor.top(document, shown, self.findings)

    def _name(self, name: str) -> str:
        return f"{self._shown}/{name}"

    def _report(self, error: KnowledgeError) -> None:
        self.findings.errors.append(error)


def _check_names(findings: Findings, bank: Bank) -> None:
    """Report every source, topic and theme that is named and does not exist."""
    _check_uses(findings.source_uses, bank.sources, "a source of sources.yaml")
    _check_uses(findings.topic_uses, bank.topics, "a topic")
    _check_uses(findings.theme_uses, {theme.id for theme in bank.themes}, "a theme of themes.yaml")


def _check_uses(uses: Iterable[tuple[str, Cursor]], known: Iterable[str], what: str) -> None:
    names = set(known)
    for name, place in uses:
        if name not in names:
            place.report(f"names {name!r}, which is not {what}; correct or remove it")


def _check_free(findings: Findings, common: Bank) -> None:
    """Report every id that everybody's content uses already."""
    taken = {"topic": common.topics, "source": common.sources, "theme": {theme.id for theme in common.themes}}
    for kind, names in taken.items():
        for name, place in findings.ids.get(kind, {}).items():
            if name in names:
                place.report(f"{name!r} is a {kind} of all chapters; choose another")


def _variants(topic: Topic) -> Iterable[str]:
    return (variant for text in topic.texts.values() for variant in text.variants)


def _owners(topics: Iterable[Topic]) -> dict[tuple[str, ...], str]:
    """Return the topic of each title, by its words."""
    return {words(text.title): topic.id for topic in topics for text in topic.texts.values()}


def _check_variants(findings: Findings, owners: dict[tuple[str, ...], str]) -> None:
    """Report a question that two topics share: retrieval could not tell them apart."""
    for topic_id, text, place in findings.variants:
        owner = owners.setdefault(words(text), topic_id)
        if owner != topic_id:
            place.report(f"{text!r} is also a question of {owner}; word it differently in one of them")
    for text, place in findings.uncovered:
        if words(text) in owners:
            place.report(f"{text!r} is a question of {owners[words(text)]}, so it is answered; remove it here")
