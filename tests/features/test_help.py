"""Help, about and privacy: what people read before they trust the bot."""

from __future__ import annotations

import pytest

from bot.testing import STEERING, conversation, words_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def test_help_offers_three_questions_and_each_is_answered(chat):
    reply = await chat.say("")
    questions = [button.label for button in reply.sections[0].buttons]
    assert len(questions) == 3
    for question in questions:
        assert "Sources" in words_of(await chat.press(reply, question)), question


async def test_help_in_spanish_offers_questions_that_are_answered_in_spanish(chat):
    reply = await chat.say("help", lang="es")
    for button in reply.sections[0].buttons:
        assert "Fuentes" in words_of(await chat.press(reply, button.label)), button.label


async def test_help_shows_only_what_the_person_may_use(chat):
    assert "convening add" not in words_of(await chat.say("help"))
    assert "convening add" in words_of(await chat.say("help", user=STEERING))


async def test_help_for_a_command_names_its_options(chat):
    text = words_of(await chat.say("help right"))
    assert "article" in text
    assert "1 to 30" in text


async def test_the_first_word_of_a_group_explains_the_group(chat):
    assert "city show" in words_of(await chat.say("city"))


async def test_about_names_the_alliance_and_the_engine(chat):
    reply = await chat.say("about")
    assert "National Human Rights Cities Alliance" in reply.summary
    assert chat.dispatcher.services.knowledge.common.index.engine in words_of(reply)


async def test_privacy_says_what_is_kept_and_how_long(chat):
    text = words_of(await chat.say("privacy"))
    assert "24 hours" in text
    assert "until you delete" in text.lower()


@pytest.mark.parametrize("command", ["help", "about", "privacy", "topics", "criteria", "glossary", "city list"])
async def test_nothing_english_is_left_in_spanish_replies(chat, command):
    text = words_of(await chat.say(command, lang="es"))
    for word in (" the ", " with ", " what ", "Sources", "Type "):
        assert word not in text, text
