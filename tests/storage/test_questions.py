"""Questions to people, answers, published topics and conversations, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deliveries import Subject, Target
from bot.domain.feedback import Rating
from bot.domain.questions import Asked, AskedQuestion, GivenAnswer, Proposal, PublishedTopic, TopicWords, WithdrawnTopic
from bot.errors import NotFound
from bot.jobs import tidy
from bot.settings import Retention
from tests.storage.test_erasing import dumped, erase, left_in, on_disk, traces
from tests.storage.test_members import NOW, rows

WHO, EXPERT = "fake:qxana", "fake:eva"
QUESTION = AskedQuestion(0, WHO, "fake:T1", "", "en", "Who feeds the dragon?", "basics", NOW)
ANSWER = GivenAnswer(0, EXPERT, NOW, "basics", {"en": "We do.", "es": "Nosotras."}, titles={"en": "Who feeds it?"})
WORDS = TopicWords("Who feeds it?", ("who feeds the dragon",), "We do.", "Every *day*.")
TOPIC = PublishedTopic(
    "asked-1-who", "basics", {"en": WORDS, "es": replace(WORDS, title="¿Quién?")}, ("project",), ("what-is-hrc",), NOW
)


async def ask(storage, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.questions.add(replace(QUESTION, **changes))


async def give(storage, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.answers.add(replace(ANSWER, **changes))


async def test_a_question_comes_back_as_asked_and_leaves_the_open_ones_once_settled(storage):
    first, second = await ask(storage), await ask(storage, user_id="fake:bo", channel_id="fake:C1", thread_id="t1")
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.questions.open() == (first, second)
        await uow.questions.save(first.settled(Asked.ANSWERED, 7))
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.questions.open() == (second,)
        assert await uow.questions.settled_by(7) == (first.settled(Asked.ANSWERED, 7),)
        assert await uow.questions.get(first.id) == first.settled(Asked.ANSWERED, 7)
        assert await uow.questions.of_user(WHO, NOW) == (first.settled(Asked.ANSWERED, 7),)
        assert await uow.questions.of_user(WHO, NOW + timedelta(seconds=1)) == ()


async def test_of_many_open_questions_the_newest_are_returned(storage):
    for number in range(5):
        await ask(storage, text=f"question {number}")
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.text for one in await uow.questions.open(limit=2)] == ["question 3", "question 4"]


async def test_what_was_erased_meanwhile_cannot_be_saved(storage):
    question, answer = await ask(storage), await give(storage)
    for store, gone in (("questions", replace(question, id=99)), ("answers", replace(answer, id=99))):
        with pytest.raises(NotFound):
            async with storage.unit_of_work(writes=True) as uow:
                await getattr(uow, store).save(gone)


async def test_answers_that_could_be_topics_are_listed_until_they_are(storage):
    draft = await give(storage, proposal=Proposal.DRAFT)
    ready = await give(storage, proposal=Proposal.PROPOSED)
    await give(storage)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.answers.unpublished() == (draft, ready)
        await uow.answers.save(replace(ready, proposal=Proposal.PUBLISHED, topic_id="asked-2"))
        assert await uow.answers.unpublished() == (draft,)


async def test_a_published_topic_comes_back_whole_and_raises_the_version(storage):
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.published_topics.version() == 0
        await uow.published_topics.add(TOPIC)
        await uow.published_topics.add(replace(TOPIC, id="asked-2"))
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.published_topics.all() == (TOPIC, replace(TOPIC, id="asked-2"))
        assert await uow.published_topics.version() == 2


async def test_a_topic_that_is_corrected_or_withdrawn_raises_the_version_and_its_words_go(storage, database_url):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.published_topics.add(replace(TOPIC, words={"en": WORDS, "es": replace(WORDS, long="Qxana")}))
        await uow.published_topics.correct(TOPIC)
    async with storage.unit_of_work(writes=True) as uow:
        assert (await uow.published_topics.get(TOPIC.id), await uow.published_topics.version()) == (TOPIC, 2)
        await uow.published_topics.withdraw(TOPIC.id, "It is wrong.", NOW)
        assert await uow.published_topics.get(TOPIC.id) is None
        assert (await uow.published_topics.all(), await uow.published_topics.version()) == ((), 3)
        assert await uow.published_topics.withdrawn() == (WithdrawnTopic(TOPIC.id, "basics", "It is wrong.", NOW),)
    assert "dragon" not in await dumped(storage)
    assert on_disk(database_url, {"Qxana"}) == set()
    with pytest.raises(NotFound):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.published_topics.correct(TOPIC)


async def test_a_forgotten_question_leaves_no_bytes_in_the_file(sqlite_storage, sqlite_url):
    await ask(sqlite_storage, text="Qxana Qxperez asks")
    marks = await traces(sqlite_storage)
    assert on_disk(sqlite_url, marks)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        await uow.questions.forget(NOW + timedelta(seconds=1))
    assert on_disk(sqlite_url, marks) == set()


async def test_housekeeping_ends_conversations_and_keeps_questions_for_their_days(storage):
    question = await ask(storage)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.conversations.remember(WHO, "what-is-hrc", "en", NOW + timedelta(minutes=15))
    await tidy(storage.unit_of_work, lambda: NOW + timedelta(days=180), Retention())
    assert await rows(storage, "conversation") == []
    assert [row["id"] for row in await rows(storage, "question")] == [question.id]
    await tidy(storage.unit_of_work, lambda: NOW + timedelta(days=180, seconds=1), Retention())
    assert await rows(storage, "question") == []


async def test_forgetting_deletes_old_questions_answers_and_their_messages_alone(storage):
    old, new = await ask(storage), await ask(storage, asked_at=NOW + timedelta(days=2))
    answer, newer = await give(storage), await give(storage, answered_at=NOW + timedelta(days=2))
    targets = (Target("fake:T1", user_id=WHO),)
    async with storage.unit_of_work(writes=True) as uow:
        for one in (old, new):
            await uow.deliveries.want(Subject.QUESTION_NOTICE, one.id, targets, 1, NOW)
            await uow.deliveries.want(Subject.ANSWER, one.id, targets, 1, NOW)
        for one in (answer, newer):
            await uow.deliveries.want(Subject.PROPOSAL, one.id, targets, 1, NOW)
        await uow.published_topics.add(TOPIC)
        assert await uow.questions.forget(NOW + timedelta(days=1)) == 1
    assert {row["id"] for row in await rows(storage, "question")} == {new.id}
    assert {row["id"] for row in await rows(storage, "given_answer")} == {newer.id}
    left = {(row["subject"], row["subject_id"]) for row in await rows(storage, "delivery")}
    assert left == {
        (Subject.QUESTION_NOTICE, new.id),
        (Subject.ANSWER, new.id),
        (Subject.PROPOSAL, newer.id),
    }
    assert len(await rows(storage, "published_topic")) == 1


async def test_erase_me_takes_questions_and_every_name_out_of_answers(storage, database_url):
    question = await ask(storage, text="Qxana Qxperez asks", channel_id="fake:C1")
    answer = await give(storage, proposal=Proposal.PROPOSED, titles={"en": "Qxana Qxperez asks"}, proposed_by="fake:bo")
    await give(storage, answered_by=WHO, proposal=Proposal.PROPOSED)
    await give(storage, answered_by=EXPERT, proposal=Proposal.PUBLISHED, approved_by=WHO)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.questions.save(question.settled(Asked.ANSWERED, answer.id))
        await uow.conversations.remember(f"fake:C1|{WHO}", "what-is-hrc", "en", NOW)
        kept = await uow.members.kept(WHO)
    marks = await traces(storage)
    assert (kept.questions, kept.counts["given_answer"]) == ((question.id,), 2)
    await erase(storage)
    assert left_in(await dumped(storage)) == []
    assert on_disk(database_url, marks) == set()
    states = [row["proposal"] for row in sorted(await rows(storage, "given_answer"), key=lambda row: row["id"])]
    assert states == [Proposal.DRAFT, Proposal.NONE, Proposal.PUBLISHED]


async def test_a_conversation_is_recalled_until_it_expires_and_names_nobody(storage):
    until = NOW + timedelta(minutes=15)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.conversations.remember(WHO, "what-is-hrc", "en", NOW + timedelta(minutes=1))
        await uow.conversations.remember(WHO, "join-alliance", "es", until)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.conversations.recall(WHO, NOW + timedelta(minutes=14)) == ("join-alliance", "es")
        assert await uow.conversations.recall("fake:bo", NOW) is None
        assert await uow.conversations.recall(WHO, until) is None
        assert await uow.conversations.forget_expired(NOW) == 0
        assert await uow.conversations.forget_expired(until) == 1
    assert left_in(await dumped(storage)) == []


async def test_ratings_come_worst_first_and_only_where_somebody_was_not_helped(storage):
    async with storage.unit_of_work(writes=True) as uow:
        for topic_id, lang, is_helpful in (
            ("a", "en", False),
            ("b", "es", False),
            ("b", "es", False),
            ("c", "en", True),
        ):
            await uow.feedback.count(topic_id, lang, is_helpful)
        assert await uow.feedback.worst(5) == (Rating("b", "es", 0, 2), Rating("a", "en", 0, 1))
        assert await uow.feedback.worst(1) == (Rating("b", "es", 0, 2),)
