"""Convenings: gatherings, and who said they come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.recurrence import occurrences
from bot.domain.times import WallTime

LASTS_WITHOUT_END = timedelta(hours=3)


class Scope(StrEnum):
    """Who a convening is shown to: every chapter, or its own alone."""

    ALL = "all"
    CHAPTER = "chapter"


class Going(StrEnum):
    """What a person answered."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Convening:
    """A gathering. `id` is 0 until stored; `revision` rises by one with every change that people see.

    `repeat` is "" or an RRULE value, `skipped` are those of its days on which it does not take place. `place` is an
    address or a link, `link` where to take part online; with `hide_place` both are told only to those who come.
    `description` is for readers of English, `descripcion` of Spanish; one of them may be "". `access` holds words that
    `bot.domain.access` knows and free ones, `themes` ids of themes. `capacity` 0 means no limit. `cancelled_reason` may
    be "" on a cancelled one.
    `reminders` are times before each date ("7d, 1h"), "none", or "" for the usual ones. What became of it: how many
    people `attended`, `notes`, a link to a `recording`, `next_steps`; `asked_at` is when people were asked how it was.
    """

    id: int
    workspace_id: str
    created_by: str
    created_at: datetime
    title: str
    starts: WallTime
    place: str
    ends: WallTime | None = None
    city: str = ""
    description: str = ""
    languages: str = ""
    access: str = ""
    capacity: int = 0
    hide_names: bool = False
    repeat: str = ""
    revision: int = 1
    cancelled_at: datetime | None = None
    cancelled_reason: str = ""
    reminders: str = ""
    link: str = ""
    descripcion: str = ""
    host: str = ""
    themes: tuple[str, ...] = ()
    hide_place: bool = False
    skipped: tuple[date, ...] = ()
    audience: Scope = Scope.ALL
    attended: int | None = None
    notes: str = ""
    recording: str = ""
    next_steps: str = ""
    asked_at: datetime | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def dates(self) -> tuple[WallTime, ...]:
        """Return when it starts: once, or each time that `repeat` brings (at most 500), without the skipped days."""
        every = occurrences(self.repeat, self.starts)
        return tuple(one for one in every if one.local.date() not in self.skipped) if self.skipped else every

    @property
    def public_place(self) -> str:
        """Return the place as everybody may read it, "" when it is told only to those who come."""
        return "" if self.hide_place else self.place

    @property
    def public_link(self) -> str:
        return "" if self.hide_place else self.link

    def about(self, lang: str) -> str:
        """Return the description in `lang`, else the one that there is."""
        texts = (self.descripcion, self.description) if lang == "es" else (self.description, self.descripcion)
        return texts[0] or texts[1]

    def is_seen_from(self, workspace_id: str) -> bool:
        """Say whether it is shown in that chapter; what is for every chapter is shown everywhere."""
        return self.audience is Scope.ALL or (bool(workspace_id) and self.workspace_id == workspace_id)

    @property
    def over_at(self) -> datetime:
        """Return when the last date is over, aware UTC; three hours after its start when no end was given."""
        return self._over(self.dates[-1])

    def next_date(self, now: datetime) -> WallTime:
        """Return the start of the first date that is not over at `now`, else of the last one."""
        return next((date for date in self.dates if self._over(date) > now), self.dates[-1])

    def end_of(self, date: WallTime) -> WallTime | None:
        """Return when the date that starts at `date` ends, as long after as the first one by the clock on the wall."""
        return WallTime(date.local + (self.ends.local - self.starts.local), date.zone) if self.ends else None

    def _over(self, date: WallTime) -> datetime:
        end = self.end_of(date)
        return end.utc if end else date.utc + LASTS_WITHOUT_END

    def revised(self) -> Convening:
        """Return it with the next revision, since what people see of it changed."""
        return replace(self, revision=self.revision + 1)

    def cancelled(self, reason: str, now: datetime) -> Convening:
        return replace(self, cancelled_at=now, cancelled_reason=reason, revision=self.revision + 1)


@dataclass(frozen=True, slots=True)
class Rsvp:
    """One person's answer. `person_id` is the member's id, or the account's user id for somebody not registered.

    `order` is the place in the queue: it rises with each time somebody newly says yes. `user_id` is where to reach
    them, by way of `workspace_id` and in the language `lang`. `needs` is what they need to take part and `speaks` the
    language that they need, both for organizers alone; `is_hidden` keeps their name from organizers too.
    """

    convening_id: int
    person_id: str
    user_id: str
    answer: Going
    answered_at: datetime
    order: int = 0
    workspace_id: str = ""
    lang: str = "en"
    needs: str = ""
    speaks: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Headcount:
    """Counts over all platforms; `waiting` are those who said yes when it was full."""

    yes: int
    maybe: int
    no: int
    waiting: int


class ConveningStore(Protocol):
    """Convenings and answers."""

    async def add(self, convening: Convening) -> Convening:
        """Store a new one and return it with its id."""

    async def save(self, convening: Convening) -> Convening:
        """Store a changed one.

        Raises:
            Conflict: somebody else changed it since it was read (the stored revision is not `revision - 1`).
        """

    async def get(self, convening_id: int) -> Convening | None:
        """Return the convening, cancelled ones too; one that writes keeps others from changing it until it ends."""

    async def upcoming(self, now: datetime, limit: int = 10, *, workspace_id: str | None = "") -> tuple[Convening, ...]:
        """Return those neither over (`over_at`, so repeated ones stay) nor cancelled, by `next_date`, soonest first.

        Those of every chapter, and that chapter's own; every chapter's own for None.
        """

    async def calendar(self, since: datetime, workspace_id: str | None = "") -> tuple[Convening, ...]:
        """Return those that are not over at `since`, cancelled ones too, by their id.

        Those of one chapter, those for every chapter for "", or all that there are for None.
        """

    async def over(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of those that are over and about which nobody was asked how they were, cancelled ones too."""

    async def rsvp_of(self, convening_id: int, person_id: str) -> Rsvp | None:
        """Return the person's answer."""

    async def answer(self, rsvp: Rsvp) -> Rsvp:
        """Insert or replace the person's answer; a new yes gets the next `order`."""

    async def answers(self, convening_id: int) -> tuple[Rsvp, ...]:
        """Return every answer, in order of `order`."""

    async def attending(self, person_id: str) -> tuple[Rsvp, ...]:
        """Return the person's answers of any convening, newest first."""


def headcount(convening: Convening, answers: tuple[Rsvp, ...]) -> Headcount:
    """Return the counts; those beyond the capacity wait."""
    yes = sum(one.answer is Going.YES for one in answers)
    coming = min(yes, convening.capacity) if convening.capacity else yes
    maybe = sum(one.answer is Going.MAYBE for one in answers)
    return Headcount(coming, maybe, len(answers) - yes - maybe, yes - coming)


def promoted(before: tuple[str, ...], convening: Convening, answers: tuple[Rsvp, ...]) -> tuple[Rsvp, ...]:
    """Return the answers of those who waited (`before`: their person ids) and now have a place, in order."""
    still = {*waiting(convening, answers)}
    return tuple(one for one in answers if one.answer is Going.YES and one.person_id in {*before} - still)


def waiting(convening: Convening, answers: tuple[Rsvp, ...]) -> tuple[str, ...]:
    """Return the person ids that wait for a place, in the order in which they will get one."""
    if not convening.capacity:
        return ()
    yes = sorted((one for one in answers if one.answer is Going.YES), key=lambda one: one.order)
    return tuple(one.person_id for one in yes[convening.capacity :])
