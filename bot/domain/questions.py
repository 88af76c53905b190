"""Questions that people asked a person, the answers they got, and the topics that these became."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from knowledge.normalize import LANGS, Lang
from knowledge.schema import SourceRef, Topic, TopicText

Texts = Mapping[str, str]  # language to text


class Asked(StrEnum):
    """Where a question is."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that somebody agreed to have stored, and where its answer goes.

    `id` is 0 until stored. `channel_id` is "" when the asker is answered privately; `thread_id` is the place in that
    channel, "" for the channel itself. `answer_id` names what settled it.
    `noticed_at` is when its experts were told of it, or will be; None when a question like it had them told already.
    Times are aware UTC.
    """

    id: int
    user_id: str
    workspace_id: str
    channel_id: str
    lang: str
    text: str
    theme: str
    asked_at: datetime
    state: Asked = Asked.OPEN
    answer_id: int = 0
    noticed_at: datetime | None = None
    thread_id: str = ""

    def settled(self, state: Asked, answer_id: int) -> AskedQuestion:
        return replace(self, state=state, answer_id=answer_id)


class Proposal(StrEnum):
    """Where an answer is on its way to a topic."""

    NONE = "none"  # a dismissal, or an answer that is not to be published
    DRAFT = "draft"  # something of it is missing, usually the other language
    PROPOSED = "proposed"  # waits for a second person
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What an expert wrote to everybody who asked the same, and the topic proposed from it.

    `texts` holds the answer, or the reason of a dismissal, in the languages that it was written in; `titles` the
    question as the topic will read. `revision` counts changes of the proposal: an approval names the one it saw.
    `proposed_by` changed the words last; `first_words` is the digest of what `answered_by` wrote, "" where unknown.
    `topic_id` names the topic that it became, or that it corrects.
    """

    id: int
    answered_by: str
    answered_at: datetime
    theme: str
    texts: Texts
    is_dismissal: bool = False
    proposal: Proposal = Proposal.NONE
    titles: Texts = field(default_factory=dict)
    proposed_by: str = ""
    revision: int = 1
    approved_by: str = ""
    topic_id: str = ""
    first_words: str = ""

    @property
    def writers(self) -> tuple[str, ...]:
        """Return who wrote the words as they stand, whom another person has to approve.

        Words that read as they were first given are those of whoever gave them, whoever put them back.
        """
        if not self.first_words:
            return (self.answered_by, self.proposed_by)
        return (self.answered_by if self.digest == self.first_words else self.proposed_by,)

    @property
    def digest(self) -> str:
        """Return a short hash of the words in all languages; how lines end does not matter."""
        said = [sorted((lang, _lines(text)) for lang, text in some.items()) for some in (self.titles, self.texts)]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def first_given(self) -> GivenAnswer:
        """Return the answer with its words kept in mind as those of `answered_by`."""
        return replace(self, first_words=self.digest, proposed_by=self.answered_by)

    def reworded(self, titles: Texts, texts: Texts, by: str) -> GivenAnswer:
        """Return the answer in the words of `by`; whoever sends it unchanged wrote nothing."""
        changed = replace(self, titles=titles, texts=texts)
        return changed if changed.digest == self.digest else replace(changed, proposed_by=by)


def _lines(text: str) -> str:
    return "\n".join(text.strip().splitlines())


@dataclass(frozen=True, slots=True)
class TopicWords:
    """A published topic in one language; `questions` are phrasings beside the title."""

    title: str
    questions: tuple[str, ...]
    short: str
    long: str


@dataclass(frozen=True, slots=True)
class PublishedTopic:
    """A topic that came out of an answer and that a second person approved; its texts are in English and Spanish.

    `id` never changes; a topic of the same id in the content files, where an export was merged, replaces it.
    """

    id: str
    theme: str
    words: Mapping[str, TopicWords]
    sources: tuple[str, ...]
    related: tuple[str, ...]
    approved_at: datetime

    @property
    def topic(self) -> Topic:
        """Return it as the knowledge base holds topics."""
        texts = {lang: _text(lang, self.words[lang]) for lang in LANGS}
        refs = tuple(SourceRef(one) for one in self.sources)
        return Topic(self.id, self.approved_at.date(), refs, self.related, texts, self.theme)


def _text(lang: Lang, words: TopicWords) -> TopicText:
    return TopicText(lang, words.title, words.questions, words.short, words.long)


@dataclass(frozen=True, slots=True)
class WithdrawnTopic:
    """What is left of a topic that was taken back: it answers nowhere, also where content files still hold it."""

    id: str
    theme: str
    reason: str
    withdrawn_at: datetime


class QuestionStore(Protocol):
    """Questions that wait for a person, and those that were settled."""

    async def add(self, question: AskedQuestion) -> AskedQuestion:
        """Store a new one and return it with its id."""

    async def get(self, question_id: int) -> AskedQuestion | None:
        """Return the question."""

    async def open(self, limit: int = 500) -> tuple[AskedQuestion, ...]:
        """Return the newest `limit` of those that wait, oldest of them first."""

    async def settled_by(self, answer_id: int) -> tuple[AskedQuestion, ...]:
        """Return what an answer settled, oldest first."""

    async def of_user(self, user_id: str, since: datetime) -> tuple[AskedQuestion, ...]:
        """Return what the account asked at or after `since`; its other requests wait until this unit of work ends."""

    async def save(self, question: AskedQuestion) -> AskedQuestion:
        """Store a changed one."""

    async def forget(self, before: datetime) -> int:
        """Delete questions and answers older than `before`, and the messages that were for their askers.

        Published topics stay. Returns how many questions went.
        """


class AnswerStore(Protocol):
    """Answers that experts gave."""

    async def add(self, answer: GivenAnswer) -> GivenAnswer:
        """Store a new one and return it with its id."""

    async def get(self, answer_id: int) -> GivenAnswer | None:
        """Return the answer."""

    async def save(self, answer: GivenAnswer) -> GivenAnswer:
        """Store a changed one."""

    async def unpublished(self) -> tuple[GivenAnswer, ...]:
        """Return the drafts and proposals, oldest first."""


class PublishedTopicStore(Protocol):
    """Topics made from answers."""

    async def add(self, topic: PublishedTopic) -> None:
        """Publish a topic; the version rises."""

    async def get(self, topic_id: str) -> PublishedTopic | None:
        """Return the topic unless it was withdrawn."""

    async def correct(self, topic: PublishedTopic) -> None:
        """Publish other words in place of those of the same id; the version rises."""

    async def withdraw(self, topic_id: str, reason: str, at: datetime) -> None:
        """Take a topic back: its words are deleted, its id stays taken; the version rises."""

    async def all(self) -> tuple[PublishedTopic, ...]:
        """Return every published topic that was not withdrawn, oldest first."""

    async def withdrawn(self) -> tuple[WithdrawnTopic, ...]:
        """Return the withdrawn ones, oldest first."""

    async def version(self) -> int:
        """Return a number that changes whenever `all` does; 0 while there is none."""
