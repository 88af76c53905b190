"""Questions in plain words: answers with sources, doubt said out loud, and never silence."""

from __future__ import annotations

import pytest

from bot.request import Kind
from bot.testing import button_of, conversation, words_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def test_the_first_question_is_answered_with_its_source(chat):
    reply = await chat.say("ask what is a human rights city?")
    assert "Universal Declaration of Human Rights" in reply.summary
    assert "Sources" in words_of(reply)
    assert "US Human Rights Network" in words_of(reply)


async def test_the_language_of_the_question_decides_the_answer(chat):
    reply = await chat.say("¿qué es una ciudad de derechos humanos?", lang="en")
    assert "Declaración Universal" in reply.summary
    assert "Fuentes" in words_of(reply)


async def test_plain_words_in_a_direct_message_are_a_question(chat):
    reply = await chat.say("what is a human rights city", kind=Kind.MESSAGE, direct=True)
    assert "Universal Declaration" in reply.summary


async def test_an_off_topic_question_gets_an_honest_no_and_a_person(chat):
    reply = await chat.say("ask how do I bake sourdough bread in a dutch oven?")
    assert reply.summary in (
        "I do not know the answer to that.",
        "I am not sure what you mean, so I would rather ask than guess.",
    )
    form = await chat.press(reply, "Ask a person")
    assert form.inputs[0].value == "how do I bake sourdough bread in a dutch oven?"


async def test_asking_a_person_names_the_configured_address(storage):
    async with conversation(storage, contact={"email": "hello@alliance.example"}) as chat:
        reply = await chat.say("ask zzz qqq xxx")
        form = await chat.press(reply, "Ask a person")
        person = await chat.submit(form, {"consent": "no"})
        assert "hello" in words_of(person)
        assert "alliance" in words_of(person)


async def test_sharing_posts_the_answer_to_everybody(chat):
    reply = await chat.say("ask what is a human rights city?")
    shared = await chat.press(reply, "Share")
    assert shared.public
    assert shared.summary == reply.summary
    assert "Helpful" not in words_of(shared)


async def test_an_answer_in_a_direct_message_offers_no_share(chat):
    reply = await chat.say("ask what is a human rights city?", direct=True)
    with pytest.raises(LookupError):
        button_of(reply, "Share")


async def test_a_rating_is_counted_without_a_name(chat, storage):
    reply = await chat.say("ask what is a human rights city?")
    thanks = await chat.press(reply, "Helpful")
    assert "Thank you" in thanks.summary
    with pytest.raises(LookupError):
        button_of(thanks.card, "Helpful")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.feedback.totals("what-is-hrc", "en") == (1, 0)


async def test_a_related_topic_opens_from_its_button(chat):
    reply = await chat.say("ask what is a human rights city?")
    related = next(s for s in reply.sections if s.title == "Related").buttons[0]
    opened = await chat.press(reply, related.label)
    assert opened.summary != reply.summary
    assert "Sources" in words_of(opened)


async def test_a_button_of_a_removed_topic_gets_a_clear_answer(chat):
    from bot.reply import Button, Reply, Section

    old = Reply("old", (Section(buttons=(Button("Gone", "ask.topic", "no-such-topic:en"),)),))
    assert (await chat.press(old, "Gone")).summary == "This answer is not there any more."


async def test_the_next_convening_is_answered_from_the_records(chat):
    reply = await chat.say("ask when is the next convening?")
    assert "No convening is announced at the moment" in words_of(reply)


@pytest.mark.parametrize(
    "text", ["😀😀😀", "?!...", "'; DROP TABLE member;--", "a" * 10_000, "مرحبا كيف حالك", "<b>hi</b>", "x " * 4000]
)
async def test_odd_questions_get_an_answer_and_no_error(chat, text):
    reply = await chat.say(f"ask {text}")
    assert reply.summary
    assert "went wrong" not in reply.summary


async def test_a_sentence_that_begins_like_a_command_is_a_question(chat):
    reply = await chat.say("right to the city, what is it?")
    assert "not a number" not in words_of(reply)


async def test_a_misspelt_command_gets_the_nearest_ones(chat):
    reply = await chat.say("/topcs")
    assert "topics" in words_of(reply)
    assert "I know" in (await chat.press(reply, "topics")).summary


CHECKLIST = "ask what are the twelve criteria of the self-assessment?"


async def test_an_answer_that_quotes_the_criteria_carries_their_version_and_another_does_not(chat):
    for text in (CHECKLIST, "criteria", "criteria 4"):
        assert "Criteria: version of November 23, 2026." in words_of(await chat.say(text)), text
    assert "Criteria: version of" not in words_of(await chat.say("ask what is a human rights city?"))
    spanish = await chat.say("criteria 4", lang="es")
    assert "Criterios: versión del 23 de noviembre de 2026." in words_of(spanish)


async def test_a_long_answer_has_a_short_version_with_its_sources_and_a_way_back(chat):
    whole = await chat.say(CHECKLIST)
    short = await chat.press(whole, "Short version")
    assert (short.summary, short.replaces, short.private) == (whole.summary, True, True)
    assert "Sources" in words_of(short)
    assert whole.sections[0].text not in [one.text for one in short.sections]
    again = await chat.press(short, "Whole answer")
    assert (again.sections, again.replaces) == (whole.sections, True)
    shared = await chat.press(short, "Share")
    assert shared.public
    assert [one.text for one in shared.sections] == [short.sections[0].text]


async def test_in_a_direct_message_the_short_version_takes_the_answers_place(chat):
    short = await chat.press(await chat.say(CHECKLIST, direct=True), "Short version")
    assert (short.replaces, short.private) == (True, False)
    with pytest.raises(LookupError):
        button_of(short, "Share")


@pytest.mark.parametrize("text", ["criteria 4", "right 25", 'city show name:"Washington, DC"'])
async def test_long_cards_of_the_lists_have_a_short_version_too(chat, text):
    short = await chat.press(await chat.say(text), "Short version")
    assert "Sources" in words_of(short)
    assert "Whole answer" in words_of(short)


async def test_a_short_answer_has_no_shorter_version(chat):
    with pytest.raises(LookupError):
        button_of(await chat.say("ask what is a duty-bearer?"), "Short version")
