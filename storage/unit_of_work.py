"""One session for each command: committed when the block ends well, rolled back when it raises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.announcements import AnnouncementStore, CorrectionStore
from bot.domain.approvals import ApprovalStore
from bot.domain.calendars import CalendarStore
from bot.domain.chapters import ChapterStore, FollowStore
from bot.domain.consents import ConsentStore
from bot.domain.convenings import ConveningStore
from bot.domain.conversations import ConversationStore
from bot.domain.deliveries import DeliveryStore, LaneStore, SendingStore
from bot.domain.events import EventStore
from bot.domain.feedback import FeedbackStore
from bot.domain.grants import BlockStore, GrantStore
from bot.domain.impressions import ImpressionStore
from bot.domain.installations import InstallationStore
from bot.domain.links import LinkStore
from bot.domain.members import MemberStore
from bot.domain.notices import NoticeStore
from bot.domain.preferences import PreferenceStore
from bot.domain.questions import AnswerStore, PublishedTopicStore, QuestionStore
from bot.domain.records import AuditStore, DraftStore, InboxStore
from bot.domain.reminders import ReminderStore
from bot.domain.reports import ReportStore
from bot.domain.retention import RetentionStore
from bot.domain.subscriptions import SubscriptionStore, SuppressionStore
from bot.errors import Busy
from bot.ports import UnitOfWork as Stores
from storage.engine import variant
from storage.failures import BUSY, WAIT
from storage.repositories.announcements import Announcements
from storage.repositories.approvals import Approvals
from storage.repositories.audit import Audit
from storage.repositories.blocks import Blocks
from storage.repositories.calendars import Calendars
from storage.repositories.chapters import Chapters
from storage.repositories.consents import Consents
from storage.repositories.convenings import Convenings
from storage.repositories.conversations import Conversations
from storage.repositories.corrections import Corrections
from storage.repositories.deliveries import Deliveries, Leasing
from storage.repositories.drafts import Drafts
from storage.repositories.events import Events
from storage.repositories.feedback import Feedback
from storage.repositories.follows import Follows
from storage.repositories.given_answers import GivenAnswers
from storage.repositories.grants import Grants
from storage.repositories.impressions import ImpressionsOf
from storage.repositories.inbox import Inbox
from storage.repositories.installations import Installations
from storage.repositories.lanes import Lanes
from storage.repositories.links import Links
from storage.repositories.members import Members
from storage.repositories.notices import Notices
from storage.repositories.preferences import Wishes
from storage.repositories.published_topics import PublishedTopics
from storage.repositories.questions import Questions
from storage.repositories.reminders import Reminders
from storage.repositories.reports import Reports
from storage.repositories.retention import Retention
from storage.repositories.sending import Sending
from storage.repositories.subscriptions import Subscriptions, Suppressions
from storage.shielding import to_its_end
from storage.traces import Traces


class UnitOfWork:
    """The stores of one transaction.

    Args:
        session: where they read and write.
        leasing: how deliveries are made and leased.
        writes: rows that are read may be changed, so others have to wait for them.
    """

    def __init__(self, session: AsyncSession, leasing: Leasing, *, writes: bool) -> None:
        self.announcements: AnnouncementStore = Announcements(session, locks=writes)
        self.answers: AnswerStore = GivenAnswers(session, locks=writes)
        self._audit = Audit(session, leasing.secret)
        self.audit: AuditStore = self._audit
        self.approvals: ApprovalStore = Approvals(session, locks=writes)
        self.calendars: CalendarStore = Calendars(session, leasing.secret)
        self.blocks: BlockStore = Blocks(session, leasing.secret)
        self.consents: ConsentStore = Consents(session)
        self.chapters: ChapterStore = Chapters(session)
        self.convenings: ConveningStore = Convenings(session, locks=writes)
        self.conversations: ConversationStore = Conversations(session, leasing.secret)
        self.corrections: CorrectionStore = Corrections(session)
        self.deliveries: DeliveryStore = Deliveries(session, leasing)
        self.drafts: DraftStore = Drafts(session)
        self.events: EventStore = Events(session)
        self.feedback: FeedbackStore = Feedback(session)
        self.follows: FollowStore = Follows(session)
        self.grants: GrantStore = Grants(session, leasing.secret, locks=writes)
        self.impressions: ImpressionStore = ImpressionsOf(session, leasing.secret)
        self.inbox: InboxStore = Inbox(session, leasing.secret)
        self.installations: InstallationStore = Installations(session, leasing.secret)
        self.lanes: LaneStore = Lanes(session, leasing)
        self.links: LinkStore = Links(session, leasing.secret)
        self.members: MemberStore = Members(session, leasing.secret)
        self.preferences: PreferenceStore = Wishes(session)
        self.notices: NoticeStore = Notices(session)
        self.published_topics: PublishedTopicStore = PublishedTopics(session, locks=writes)
        self.questions: QuestionStore = Questions(session, locks=writes)
        self.retention: RetentionStore = Retention(session)
        self.reports: ReportStore = Reports(session, locks=writes)
        self.subscriptions: SubscriptionStore = Subscriptions(session, leasing.secret, locks=writes)
        self.suppressions: SuppressionStore = Suppressions(session, leasing.secret)
        self.reminders: ReminderStore = Reminders(session)
        self.sending: SendingStore = Sending(session)

    async def finish(self) -> None:
        """Do what comes last in a transaction."""
        await self._audit.append()


class OpenUnitOfWork:
    """Opens units of work on one engine. On SQLite those that write take turns, first come, first served.

    Args:
        busy_timeout_s: how long one waits for its turn, or for a connection, before `Busy` is raised.
        traces: wiped after a unit of work that erased somebody, before its block ends.
    """

    def __init__(self, engine: AsyncEngine, leasing: Leasing, busy_timeout_s: float, traces: Traces) -> None:
        self._engines = {writes: variant(engine, writes=writes) for writes in (True, False)}
        self._leasing = leasing
        self._busy_timeout_s = busy_timeout_s
        self._traces = traces
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None
        self._leaving: set[asyncio.Task[None]] = set()

    async def left(self, timeout_s: float) -> None:
        """Wait until connections that nobody waits for any more are given back."""
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=timeout_s)

    def __call__(self, *, writes: bool) -> AbstractAsyncContextManager[Stores]:
        """Return the context manager.

        Raises:
            Busy: (on entering) somebody else keeps the database to themselves for too long.
        """
        return self._open(writes)

    @asynccontextmanager
    async def _open(self, writes: bool) -> AsyncIterator[Stores]:
        async with self._turns() if writes else nullcontext():
            async with self._session(writes) as session:
                stores = UnitOfWork(session, self._leasing, writes=writes)
                yield stores
                if writes:
                    await stores.finish()
                    await to_its_end(session.commit())
            if writes:
                await self._traces.wipe(session)

    @asynccontextmanager
    async def _session(self, writes: bool) -> AsyncIterator[AsyncSession]:
        """Yield a session that has begun; what was not committed is taken back before a cancellation goes on.

        Whoever is cancelled while it begins goes at once: a database that stands still keeps nobody waiting.
        """
        session = AsyncSession(self._engines[writes], expire_on_commit=False)
        beginning = asyncio.create_task(_begin(session))
        try:
            await asyncio.shield(beginning)
        except BaseException:
            leaving = asyncio.create_task(_given_back(beginning, session))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            raise
        try:
            yield session
        finally:
            await to_its_end(session.close())

    @asynccontextmanager
    async def _turns(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(self._busy_timeout_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise Busy(BUSY, WAIT) from error
        try:
            yield
        finally:
            self._turn.release()


async def _given_back(beginning: asyncio.Task[None], session: AsyncSession) -> None:
    """Close a session that is being begun; a connection that is cut while it is made would be lost for good."""
    await asyncio.gather(beginning, return_exceptions=True)
    await session.close()


async def _begin(session: AsyncSession) -> None:
    """Begin at once, so that whoever must wait for the lock waits here.

    Raises:
        Busy: no connection is free, or the lock is another's.
    """
    try:
        await session.connection()
    except PoolTimeoutError as error:
        raise Busy(BUSY, WAIT) from error
