"""What the core needs from outside: storage, messengers, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

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
from bot.i18n import Translator
from bot.reply import MessageRef, Reply


class UnitOfWork(Protocol):
    """The stores of one transaction: committed when the block ends well, rolled back when it raises.

    Stores raise `Busy` when the database cannot answer in time.
    """

    announcements: AnnouncementStore
    answers: AnswerStore
    approvals: ApprovalStore
    audit: AuditStore
    calendars: CalendarStore
    blocks: BlockStore
    consents: ConsentStore
    chapters: ChapterStore
    convenings: ConveningStore
    conversations: ConversationStore
    corrections: CorrectionStore
    deliveries: DeliveryStore
    drafts: DraftStore
    events: EventStore
    feedback: FeedbackStore
    follows: FollowStore
    grants: GrantStore
    impressions: ImpressionStore
    inbox: InboxStore
    installations: InstallationStore
    lanes: LaneStore
    links: LinkStore
    members: MemberStore
    preferences: PreferenceStore
    notices: NoticeStore
    published_topics: PublishedTopicStore
    questions: QuestionStore
    retention: RetentionStore
    reports: ReportStore
    subscriptions: SubscriptionStore
    suppressions: SuppressionStore
    reminders: ReminderStore
    sending: SendingStore


class OpenUnitOfWork(Protocol):
    """Opens a unit of work; one that writes takes the write lock at once."""

    def __call__(self, *, writes: bool) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return the context manager."""


class Problem(StrEnum):
    """Why a platform takes no message: what adapters report in place of their platform's own codes.

    `DeliveryRefused` carries one as its code, `Messenger.channel_problem` returns one; people read words for it.
    """

    CHANNEL_GONE = "channel_gone"  # deleted, never there, or another workspace's
    NOT_IN_CHANNEL = "not_in_channel"
    NO_PERMISSION = "no_permission"
    FULL = "full"  # the list takes no more entries
    DM_CLOSED = "dm_closed"
    SIGNED_OUT = "signed_out"  # the platform does not take our token any more
    ARCHIVED = "archived"
    SHARED_OUTSIDE = "shared_outside"  # people of another organisation are in the channel
    RATE_LIMITED = "rate_limited"
    ADDRESS_REFUSED = "address_refused"  # of mail: no such mailbox, or it takes nothing
    LEFT_LIST = "left_list"  # the reader is not on the email list any more
    MAIL_WAITS = "mail_waits"  # the reader's mail server asks for patience
    MAIL_WAITED = "mail_waited"  # for two days, in vain
    UNCERTAIN = "uncertain"  # it may have arrived, or have arrived twice; nobody can look
    UNKNOWN = "unknown"


class Messenger(Protocol):
    """Sends what nobody asked for just now: posts to channels and direct messages.

    Every method raises DeliveryRefused (do not try again), DeliveryDelayed (the platform asks us to wait),
    DeliveryUncertain (sent, no answer) or DeliveryError (try again later). No method retries a post by itself.
    """

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        """Post to a channel; `key` marks the message so that it can be found and is not made twice.

        `thread_id` names the place in the channel as `Origin.answer_place` did, "" the channel itself.
        """

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        """Send a direct message."""

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        """Replace what a message shows; DeliveryRefused("message_gone") when somebody deleted it."""

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:
        """Return the message marked `key` that went to the channel, its thread or the person at or after `since`.

        Raises:
            DeliveryRefused: this bot may not read the history, so nobody can tell.
        """

    async def channel_problem(self, channel_id: str, workspace_id: str, thread_id: str = "") -> str:
        """Return "" when the bot can post to the channel, or to that place in it, else a `Problem`.

        A channel of another workspace is `channel_gone`, as one that does not exist.
        """


class Wakeups(Protocol):
    """Hears that another process stored something to send."""

    @property
    def has_others(self) -> bool:
        """Say whether there may be another process at all."""

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for each hint until cancelled."""


@runtime_checkable
class Previewer(Protocol):
    """What a messenger offers beside `Messenger` when it can tell how a post will look."""

    def preview(self, reply: Reply, t: Translator) -> tuple[str, ...]:
        """Return the parts that people would see, one after the other, in the platform's own way of writing."""


@runtime_checkable
class EventBoards(Protocol):
    """A messenger whose workspaces have a list of events: addressed like a channel, with replies that hold an event."""

    def board_of(self, workspace_id: str) -> str:
        """Return the address of a workspace's list of events."""


def messenger_of(messengers: Mapping[str, Messenger], platform: str, workspace_id: str) -> Messenger | None:
    """Return what sends to a place: the workspace's own messenger where it has one, else its platform's."""
    is_here = workspace_id.startswith(f"{platform}:")
    return (messengers.get(workspace_id) if is_here else None) or messengers.get(platform)


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time now, aware UTC."""
    return datetime.now(UTC)
