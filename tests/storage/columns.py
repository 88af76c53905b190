"""Text columns that anybody may read, and why: what nobody typed and what names nobody.

A new column that is not here is declared `Sealed` or `AccountId` (docs/architecture.md, Encryption at rest).
"""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.types import TypeDecorator

from storage.models import Base
from storage.sealing import AccountText, AddressHash, Sealable
from storage.types import Word

HARMLESS = {
    "account.member_id": "random",
    "account.workspace_id": "a chapter",
    "announcement.only_city": "of the audience",
    "announcement.only_lang": "of the audience",
    "announcement.only_region": "of the audience",
    "announcement.only_role": "of the audience",
    "announcement.only_theme": "of the audience",
    "announcement.until_zone": "of what is announced",
    "announcement.when_zone": "of what is announced",
    "announcement.workspace_id": "a chapter",
    "approval.kind": "a word of ours",
    "approval.role": "a word of ours",
    "approval.workspace_id": "a chapter",
    "audit.act": "a word of ours",
    "audit.hash": "a hash over references",
    "audit.outcome": "a word of ours",
    "audit.subject": "a number or a reference",
    "audit.who": "a reference",
    "audit.workspace_id": "a chapter",
    "audit_person.ref": "random",
    "block.code": "a keyed hash",
    "block.workspace_id": "a chapter",
    "calendar.secret_hash": "a hash of random bits",
    "chapter.city": "of the chapter",
    "chapter.lang": "a language",
    "chapter.offers_channel_id": "a channel of a chapter",
    "chapter.workspace_id": "a chapter",
    "chapter.zone": "of the chapter",
    "chapter_choice.workspace_id": "a chapter",
    "consent.member_id": "random",
    "consent.text_version": "a version",
    "consent.way": "a word of ours",
    "convening.ends_zone": "of the convening",
    "convening.reminders": "lengths of time",
    "convening.repeat": "a rule",
    "convening.skipped": "days",
    "convening.starts_zone": "of the convening",
    "convening.themes": "words of ours",
    "convening.workspace_id": "a chapter",
    "conversation.key": "a keyed hash",
    "conversation.lang": "a language",
    "conversation.topic_id": "a topic",
    "delivery.error_code": "a word of ours",
    "delivery.key": "a keyed hash",
    "delivery.lane_id": "a chapter",
    "delivery.lang": "a language",
    "delivery.lease_owner": "random",
    "delivery.workspace_id": "a chapter",
    "draft.name": "a command",
    "draft.token": "random",
    "feedback.lang": "a language",
    "feedback.topic_id": "a topic",
    "follow.channel_id": "a channel of a chapter",
    "follow.lang": "a language",
    "follow.paused_reason": "a word of ours",
    "follow.workspace_id": "a chapter",
    "follow_topic.channel_id": "a channel of a chapter",
    "follow_topic.topic": "a word of ours",
    "given_answer.theme": "a theme",
    "given_answer.topic_id": "a topic",
    "inbox.key": "a keyed hash",
    "install_state.code": "a keyed hash",
    "installation.bot_id": "a bot",
    "installation.bot_user": "a bot",
    "installation.scopes": "words of the platform",
    "installation.workspace_id": "a chapter",
    "lane.blocked_reason": "a word of ours",
    "lane.id": "a chapter",
    "link.code": "a keyed hash",
    "link.maker_workspace": "a chapter",
    "link.taker_workspace": "a chapter",
    "member.consent_version": "a version",
    "member.id": "random",
    "meta.name": "a word of ours",
    "meta.value": "of the installation, nothing of people",
    "past_delivery.platform": "a platform",
    "preference.lang": "a language",
    "preference.quiet_from": "a time of day",
    "preference.quiet_to": "a time of day",
    "preference.zone": "a time zone",
    "published_topic.content": "published after a review",
    "published_topic.theme": "a theme",
    "published_topic.topic_id": "a topic",
    "question.lang": "a language",
    "question.theme": "a theme",
    "question.workspace_id": "a chapter",
    "remark.id": "random",
    "report.lang": "a language",
    "report.subject": "the number of a convening",
    "report.workspace_id": "a chapter",
    "role_grant.role": "a word of ours",
    "role_grant.theme": "a theme",
    "role_grant.workspace_id": "a chapter",
    "rsvp.lang": "a language",
    "rsvp.workspace_id": "a chapter",
    "secret.name": "a word of ours",
    "subscription.code": "a keyed hash",
    "subscription.id": "random",
    "subscription.lang": "a language",
    "subscription.list_id": "a list",
    "subscription.text_version": "a version",
    "suppression.code": "a keyed hash",
    "voice.code": "a keyed hash",
}
WORDS_OF_OURS = {"member.shown", "preference.topics"}  # JSON
UNREADABLE = (Sealable, AccountText, AddressHash, Word)


def readable() -> set[str]:
    """Return the text columns that whoever has the database reads, as table.column."""
    columns = [one for table in Base.metadata.tables.values() for one in table.columns]
    return {str(one) for one in columns if _is_text(one.type) and not isinstance(one.type, UNREADABLE)} - WORDS_OF_OURS


def _is_text(kind: object) -> bool:
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, String | Text)
