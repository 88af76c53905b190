"""Published answers: corrected with a second person, withdrawn at once, and seen by their experts."""

from __future__ import annotations

import pytest

from bot.domain.topic_files import files_of
from bot.reply import Form
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, STEERING
from tests.features.test_questions import (
    ANA,
    EXPERT,
    NOBODY_KNOWS,
    RESPUESTA,
    SECOND,
    TITULO,
    approved,
    asked,
    chat,
    published,
    whole_answer,
)

__all__ = ["chat"]
TOPIC = "asked-1-who-pays-for-zeppelin-parking-downtown"
GONE = "This answer is not there any more."


@pytest.fixture
async def topical(chat, storage):
    """A chat in which an answer became a topic that everybody gets."""
    await asked(chat)
    await whole_answer(chat)
    await approved(chat, SECOND)
    await taken_up(chat, storage)
    return chat


async def taken_up(chat, storage):
    return await chat.dispatcher.services.knowledge.take_up(storage.unit_of_work)


async def withdrawn(chat, who=STEERING, topic=TOPIC):
    return await chat.say(f'questions withdraw topic:"{topic}" reason:"The port closed."', **who)


async def acts(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return [(one.user_id, one.act, one.subject, one.outcome) for one in await uow.audit.recent()]


async def test_a_withdrawn_topic_answers_nowhere_and_its_buttons_say_so(topical, storage):
    answer = await topical.say(f"ask {NOBODY_KNOWS}", **MEMBER)
    assert answer.summary == "Nobody pays. Zeppelins park for free."
    reply = await withdrawn(topical)
    assert reply.summary == f"Withdrawn: “{NOBODY_KNOWS}”."
    assert await taken_up(topical, storage)
    assert (await topical.say(f"ask {NOBODY_KNOWS}", **MEMBER)).summary == "I do not know the answer to that."
    for label in ("Share", "Helpful", "Not helpful"):
        assert (await topical.press(answer, label)).summary == GONE
    assert await published(storage) == ()
    assert files_of(await published(storage)) == {}


async def test_a_withdrawal_is_audited_and_its_reason_kept_for_the_experts(topical, storage):
    await withdrawn(topical)
    assert (await acts(storage))[0] == ("fake:steering", "questions withdraw", f"topic:{TOPIC}", "done")
    listed = await topical.say("questions published", **SECOND)
    assert listed.summary == "Every published answer was withdrawn."
    assert "The reason: The port closed." in words_of(listed)
    assert (await withdrawn(topical)).summary == "This answer was withdrawn already."


async def test_a_topic_is_withdrawn_by_its_title_in_any_language(topical, storage):
    assert "Withdrawn" in (await withdrawn(topical, topic=TITULO)).summary
    assert await published(storage) == ()


@pytest.mark.parametrize("who", [MEMBER, ORGANIZER], ids=["member", "organizer who is no expert"])
async def test_only_experts_and_the_committee_withdraw_and_a_refusal_is_audited(topical, storage, who):
    refused = await withdrawn(topical, who)
    assert refused.summary == "Only the steering committee and people named as experts can do this."
    assert len(await published(storage)) == 1
    assert (await acts(storage))[0][1:] == ("questions withdraw", "", "refused")


@pytest.mark.parametrize("is_theirs", [False, True], ids=["another theme", "their theme"])
async def test_an_expert_withdraws_topics_of_their_own_themes_alone(topical, storage, is_theirs):
    (topic,) = await published(storage)
    another = "glossary" if topic.theme != "glossary" else "basics"
    async with conversation(storage, experts={topic.theme if is_theirs else another: ("fake:eva",)}) as other:
        await taken_up(other, storage)
        summary = (await withdrawn(other, EXPERT)).summary
    assert ("Withdrawn" in summary) is is_theirs
    assert len(await published(storage)) == (0 if is_theirs else 1)


async def test_a_topic_that_nobody_published_cannot_be_withdrawn(topical):
    reply = await withdrawn(topical, topic="what-is-hrc")
    assert reply.summary == "No answer that people published here is called so."


async def test_the_list_shows_what_was_published_with_its_buttons(topical):
    listed = await topical.say("questions published", **STEERING)
    assert listed.summary == "1 published answer."
    form = await topical.press(listed, "Withdraw it")
    assert isinstance(form, Form)
    assert form.inputs[0].value == TOPIC
    assert "Withdrawn" in (await topical.submit(form, {"reason": "The port closed."})).summary


async def corrected(chat, who=STEERING, **values):
    form = await chat.press(await chat.say("questions published", **who), "Correct it", **who)
    assert [one.value for one in form.inputs[1:]] == [
        NOBODY_KNOWS,
        "Nobody pays\\. Zeppelins park for free\\.\n\nAsk at [the port](https://port.example).",
        TITULO,
        "No paga nadie\\. Los zepelines aparcan gratis\\.\n\nPregunta en [el puerto](https://port.example).",
    ]
    return await chat.submit(form, values, **who)


async def test_a_correction_waits_for_a_second_person_and_then_takes_the_place_of_the_old_words(topical, storage):
    shown = await corrected(topical, answer="The port pays.\n\nSince today.", respuesta=RESPUESTA)
    with pytest.raises(LookupError):
        button_of(shown, "Approve")
    await taken_up(topical, storage)
    assert "Nobody pays" in (await topical.say(f"ask {NOBODY_KNOWS}", **ANA)).summary
    assert "Published" in (await approved(topical, SECOND)).summary
    (topic,) = await published(storage)
    assert (topic.id, topic.words["en"].short, topic.words["en"].long) == (TOPIC, "The port pays.", "Since today.")
    assert topic.words["es"].short == "No paga nadie. Los zepelines aparcan gratis."
    assert await taken_up(topical, storage)
    assert (await topical.say(f"ask {NOBODY_KNOWS}", **ANA)).summary == "The port pays."


async def test_a_correction_keeps_how_the_topic_was_asked(topical, storage):
    (before,) = await published(storage)
    await corrected(topical, title="Does zeppelin parking cost anything?")
    await approved(topical, SECOND)
    (after,) = await published(storage)
    assert set(before.words["en"].questions) | {before.words["en"].title} <= set(after.words["en"].questions)
    assert after.words["en"].title == "Does zeppelin parking cost anything?"
    assert (after.sources, after.related) == (before.sources, before.related)


async def test_a_correction_that_changes_nothing_is_none(topical):
    assert (await corrected(topical)).summary == "Nothing was changed."
    assert (await topical.say("questions list", **SECOND)).sections == ()


async def test_a_withdrawal_settles_the_correction_that_was_on_its_way(topical, storage):
    await corrected(topical, answer="The port pays.")
    preview = await topical.press(await topical.say("questions list", **SECOND), "Check it", **SECOND)
    await withdrawn(topical)
    assert "no proposal any more" in (await topical.press(preview, "Approve", **SECOND)).summary
    assert await published(storage) == ()
