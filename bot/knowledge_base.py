"""What the bot knows right now, for each chapter: content files, and topics that people made from answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol

import structlog

from bot.background import begun, done, result_of
from bot.errors import Busy
from bot.memory import give_back
from bot.ports import OpenUnitOfWork
from bot.settings import Knowledge
from knowledge.abstention import Calibration
from knowledge.bank import Bank
from knowledge.errors import KnowledgeError
from knowledge.index import Index, phrases_of, uncovered_of
from knowledge.loader import CONTENT, load_bank, load_chapter
from knowledge.schema import Topic
from knowledge.scoring import Phrase
from knowledge.selection import selected

log = structlog.get_logger("knowledge")

LOOKS_EVERY_S = 5.0  # for topics that another process published


class MakeIndex(Protocol):
    """How an index is made: engine, precision and caches are settled, see `knowledge.index.index_of`."""

    def __call__(
        self,
        variants: Mapping[str, Sequence[Phrase]],
        *,
        uncovered: Sequence[Phrase],
        related: Mapping[str, Sequence[str]],
        calibration: Calibration | None = None,
        at_once: bool = False,
    ) -> Index:
        """Return the index of the phrasings by topic id, of questions that no topic answers, and what is related."""


@dataclass(frozen=True, slots=True)
class _Indexes:
    """The index of the topics of all chapters together, and what each place searches of it; "" is everybody's."""

    whole: Index
    by_place: Mapping[str, Index]


@dataclass(frozen=True, slots=True)
class Edition:
    """What one chapter's people are answered from."""

    bank: Bank
    made: Future[_Indexes]
    place: str

    @property
    def index(self) -> Index:
        """What is searched; this blocks while it is still being made, so in the event loop wait for `ready` first."""
        found = self.made.result().by_place
        return found.get(self.place) or found[""]

    async def ready(self) -> None:
        """Wait until questions can be searched: seconds after a start, more after the very first."""
        await result_of(self.made)


@dataclass(frozen=True, slots=True)
class Files:
    """The content as the files hold it: everybody's, and what chapters add, by workspace."""

    common: Bank
    chapters: Mapping[str, Bank] = field(default_factory=dict)

    def without(self, withdrawn: Collection[str]) -> Files:
        """Return the files as if these topics stood in none of them."""
        if not withdrawn:
            return self
        chapters = {place: bank.without(withdrawn) for place, bank in self.chapters.items()}
        return Files(self.common.without(withdrawn), chapters)


@dataclass(frozen=True, slots=True)
class _Stock:
    """All topics at one moment; never changed, only replaced. `files` hold what was withdrawn too."""

    files: Files
    published: tuple[Topic, ...]
    withdrawn: frozenset[str]
    made: Future[_Indexes]
    editions: Mapping[str, Edition]  # "" is that of places without content of their own

    @property
    def needs_fitting(self) -> bool:
        """Whether the index is there, but not by the wanted engine with a calibration of its own."""
        return self.made.done() and not self.made.exception() and not self.made.result().whole.is_fitted


def read_files(settings: Knowledge, content: Path = CONTENT) -> Files:
    """Return the content files, checked.

    Raises:
        KnowledgeError: the first fault, with file and line.
    """
    common = load_bank(content)
    return Files(common, {place: load_chapter(folder, common) for place, folder in settings.chapters.items()})


class KnowledgeBase:
    """The current editions. Readers never wait: a new stock is made beside the old one and replaces it whole.

    At the start the content can be read at once, while the index is made in a thread of its own.

    Args:
        files: the content to begin with.
        make_index: see `MakeIndex`.
        reread: returns the files as they are now, or raises KnowledgeError.
        index: the index of `files.common` where it is there already and no chapter adds to it.
        first: how the first index is made, which answers until the wanted one is there.
        start: what `begin` sets, for a `first` that waits for it.
    """

    def __init__(
        self,
        files: Files,
        make_index: MakeIndex,
        reread: partial[Files] | None = None,
        index: Index | None = None,
        first: MakeIndex | None = None,
        start: Event | None = None,
    ) -> None:
        self._start = start
        self._make_index = make_index
        self._reread = reread
        self._version = 0
        self._changing = asyncio.Lock()
        self._news = asyncio.Event()
        making = partial(self._made, files, (), make_index=first, at_once=bool(first))
        made = done(_indexes(files, (), index)) if index else begun(making, "search")
        self._stock = _stock(files, (), frozenset(), made)

    @property
    def common(self) -> Edition:
        """What everybody is answered from."""
        return self._stock.editions[""]

    def edition(self, workspace_id: str) -> Edition:
        """Return what people of this workspace are answered from."""
        return self._stock.editions.get(workspace_id, self.common)

    def begin(self) -> None:
        """Let the first index be made: nothing else has need of the processor any more."""
        if self._start:
            self._start.set()

    async def prepared(self) -> Index:
        """Wait for everybody's index and return it.

        Raises:
            BaseException: it could not be made.
        """
        await self.common.ready()
        return self.common.index

    def wake(self) -> None:
        """Look for published topics now."""
        self._news.set()

    async def keep_current(self, open_unit_of_work: OpenUnitOfWork) -> None:
        """Take up published and withdrawn topics as they come, until cancelled; fitting goes on beside it."""
        fitting: asyncio.Task[None] | None = None
        try:
            while True:
                self._news.clear()
                try:
                    await self.take_up(open_unit_of_work)
                except Busy:
                    log.warning("published topics wait, storage is busy")
                fitting = self._fitting(fitting)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), LOOKS_EVERY_S)
        finally:
            if fitting:
                fitting.cancel()

    def _fitting(self, running: asyncio.Task[None] | None) -> asyncio.Task[None] | None:
        """Return the task that fits a calibration, a new one where there is need of it."""
        if running and not running.done():
            return running
        if running:
            running.result()
        return asyncio.create_task(self.fit()) if self._stock.needs_fitting else None

    async def take_up(self, open_unit_of_work: OpenUnitOfWork) -> bool:
        """Read what was published, corrected or withdrawn if anything was; say whether there was anything."""
        async with open_unit_of_work(writes=False) as uow:
            version = await uow.published_topics.version()
            if version == self._version:
                return False
            published = tuple(one.topic for one in await uow.published_topics.all())
            withdrawn = [one.id for one in await uow.published_topics.withdrawn()]
        await self.adopt(published, withdrawn)
        self._version = version
        log.info("published topics taken up", topics=len(published), withdrawn=len(withdrawn))
        return True

    async def adopt(self, published: tuple[Topic, ...], withdrawn: Collection[str] = ()) -> None:
        """Answer from these topics too, in place of those published before, and from none that was withdrawn.

        Texts change at once, and what is withdrawn is silent at once; new questions are found as soon as the index is
        made, by the calibration that was there.
        """
        async with self._changing:
            before = self._stock
            made = begun(partial(_narrowed, before.made, before.files, published, frozenset(withdrawn)), "search")
            self._stock = _stock(before.files, published, frozenset(withdrawn), made)
            now = await result_of(made)
            await self._replace(before.files, now.whole.calibration)

    async def fit(self) -> None:
        """Fit a calibration to the topics as they are; it comes to nothing where they change meanwhile."""
        stock = self._stock
        made = begun(partial(self._made, stock.files, stock.published, stock.withdrawn), "search")
        await result_of(made)
        if self._stock is stock:
            self._stock = _stock(stock.files, stock.published, stock.withdrawn, made)
        give_back()
        log.info("search is fitted", engine=self.common.index.engine)

    async def reload(self) -> bool:
        """Read the files again; where one is broken, keep what is there, tell the operator, and return False."""
        if self._reread is None:
            return False
        async with self._changing:
            try:
                files = await asyncio.to_thread(self._reread)
                now = await result_of(self._stock.made)
                await self._replace(files, now.whole.calibration)
            except KnowledgeError as error:
                log.error("content not reloaded, the old content stays", problem=str(error))
                return False
        log.info("content reloaded", topics=len(self.common.bank.topics))
        self.wake()
        return True

    async def _replace(self, files: Files, calibration: Calibration) -> None:
        published, withdrawn = self._stock.published, self._stock.withdrawn
        made = begun(partial(self._made, files, published, withdrawn, calibration), "search")
        await result_of(made)
        self._stock = _stock(files, published, withdrawn, made)

    def _made(
        self,
        files: Files,
        published: tuple[Topic, ...],
        withdrawn: frozenset[str] = frozenset(),
        calibration: Calibration | None = None,
        make_index: MakeIndex | None = None,
        *,
        at_once: bool = False,
    ) -> _Indexes:
        offered = files.without(withdrawn)
        common = offered.common
        related = {topic.id: topic.related for topic in common.topics.values()}
        variants = dict(_variants(offered, published))
        make = make_index or self._make_index
        uncovered = uncovered_of(common)
        index = make(variants, uncovered=uncovered, related=related, calibration=calibration, at_once=at_once)
        return _indexes(offered, published, index)


def _variants(files: Files, published: Sequence[Topic]) -> Iterator[tuple[str, list[Phrase]]]:
    """Yield the phrasings of all topics; a chapter's own topics carry the workspace before their id."""
    for topic in files.common.with_topics(published).topics.values():
        yield topic.id, phrases_of(topic)
    for place, own in files.chapters.items():
        for topic in own.topics.values():
            yield _own_name(place, topic.id), phrases_of(topic)


def _own_name(place: str, topic_id: str) -> str:
    return f"{place}/{topic_id}"


def _stock(files: Files, published: tuple[Topic, ...], withdrawn: frozenset[str], made: Future[_Indexes]) -> _Stock:
    banks = _banks(files.without(withdrawn), published).items()
    editions = {place: Edition(bank, made, place) for place, bank in banks}
    return _Stock(files, published, withdrawn, made, editions)


def _banks(files: Files, published: tuple[Topic, ...]) -> dict[str, Bank]:
    own = {place: files.common.joined(bank).with_topics(published) for place, bank in files.chapters.items()}
    return {"": files.common.with_topics(published), **own}


def _narrowed(
    made: Future[_Indexes], files: Files, published: tuple[Topic, ...], withdrawn: frozenset[str]
) -> _Indexes:
    """Return the index that was there, without what is not offered any more: that takes no time."""
    return _selections(files.without(withdrawn), published, made.result().whole)


def _indexes(files: Files, published: tuple[Topic, ...], index: Index) -> _Indexes:
    return _selections(files, published, index) if files.chapters else _Indexes(index, {"": index})


def _selections(files: Files, published: tuple[Topic, ...], index: Index) -> _Indexes:
    chapters = {place: {_own_name(place, one): one for one in own.topics} for place, own in files.chapters.items()}
    banks = _banks(files, published).items()
    return _Indexes(index, {place: _of(index, bank, chapters.get(place, {})) for place, bank in banks})


def _of(index: Index, bank: Bank, own: Mapping[str, str]) -> Index:
    """Return the index of the bank's topics alone; `own` names those that are kept under another name."""
    common = {one: one for one in bank.topics if one not in own.values()}
    return selected(index, {**common, **own})
