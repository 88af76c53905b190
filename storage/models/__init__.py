"""Rows, one file per group of tables; importing this registers all of them."""

from storage.models.announcements import AnnouncementRevRow, AnnouncementRow, CorrectionRow
from storage.models.approvals import ApprovalHandRow, ApprovalRow
from storage.models.base import LONG_AGO, Base
from storage.models.chapters import ChapterChoiceRow, ChapterRow, FollowRow, FollowTopicRow
from storage.models.convenings import (
    ConveningRow,
    EventRow,
    ImpressionRow,
    NoticeRow,
    PastHeadcountRow,
    RemarkRow,
    ReminderRow,
    RsvpRow,
    VoiceRow,
)
from storage.models.deliveries import (
    IS_CLAIMABLE,
    IS_DIRECT,
    IS_LEASED,
    IS_UNSETTLED,
    DeliveryRow,
    LaneRow,
    PastDeliveryRow,
)
from storage.models.grants import BlockRow, GrantRow
from storage.models.installations import InstallationRow, InstallStateRow
from storage.models.mailing import SubscriptionRow, SuppressionRow
from storage.models.people import (
    AccountRow,
    CalendarRow,
    ConsentRow,
    ConversationRow,
    LinkRow,
    LinkTryRow,
    MemberRow,
    PreferenceRow,
)
from storage.models.questions import FeedbackRow, GivenAnswerRow, PublishedTopicRow, QuestionRow
from storage.models.records import AuditPersonRow, AuditRow, DraftRow, InboxRow, MetaRow, SecretRow
from storage.models.reports import ReportRow

__all__ = [
    "IS_CLAIMABLE",
    "IS_DIRECT",
    "IS_LEASED",
    "IS_UNSETTLED",
    "LONG_AGO",
    "AccountRow",
    "AnnouncementRevRow",
    "AnnouncementRow",
    "ApprovalHandRow",
    "ApprovalRow",
    "AuditPersonRow",
    "AuditRow",
    "Base",
    "BlockRow",
    "CalendarRow",
    "ChapterChoiceRow",
    "ChapterRow",
    "ConsentRow",
    "ConveningRow",
    "ConversationRow",
    "CorrectionRow",
    "DeliveryRow",
    "DraftRow",
    "EventRow",
    "FeedbackRow",
    "FollowRow",
    "FollowTopicRow",
    "GivenAnswerRow",
    "GrantRow",
    "ImpressionRow",
    "InboxRow",
    "InstallStateRow",
    "InstallationRow",
    "LaneRow",
    "LinkRow",
    "LinkTryRow",
    "MemberRow",
    "MetaRow",
    "NoticeRow",
    "PastDeliveryRow",
    "PastHeadcountRow",
    "PreferenceRow",
    "PublishedTopicRow",
    "QuestionRow",
    "RemarkRow",
    "ReminderRow",
    "ReportRow",
    "RsvpRow",
    "SecretRow",
    "SubscriptionRow",
    "SuppressionRow",
    "VoiceRow",
]
