"""Talking: greetings and the like, and questions that only make sense after an answer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.asking import answer_line
from bot.jobs import tidy
from bot.request import Kind
from bot.testing import conversation, knowledge_for_tests, settings_for_tests, words_of

FIRST = "what is a human rights city?"
ONLY_AFTER_IT = "and Boston?"


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        chat.direct = {"kind": Kind.MESSAGE, "direct": True, "channel": "fake:D1"}
        yield chat


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("hello", "Hello!"),
        ("Hi there 👋", "Hello!"),
        ("Good morning, everyone!", "Hello!"),
        ("hola", "¡Hola!"),
        ("¡Buenos días!", "¡Hola!"),
        ("Thank you so much!!", "You are welcome"),
        ("muchas gracias", "De nada"),
        ("hi, thanks", "You are welcome"),
        ("can you help me?", "I answer questions"),
        ("¿me puedes ayudar?", "Respondo preguntas"),
        ("you are useless", "I am sorry that I did not help"),
        ("adiós", "Hasta pronto"),
    ],
)
async def test_who_asks_nothing_gets_a_short_reply(chat, said, answer):
    assert (await chat.say(said, **chat.direct)).summary.startswith(answer)


@pytest.mark.parametrize(
    "asked", ["hello, what is a human rights city?", "what is abuse of rights?", "thanks to whom?"]
)
async def test_a_question_with_a_greeting_is_a_question(chat, asked):
    summary = (await chat.say(asked, **chat.direct)).summary
    assert not summary.startswith(("Hello!", "You are welcome", "I am sorry that I did not help"))


@pytest.mark.parametrize(("said", "answer"), [("hola", "¡Hola!"), ("thanks", "You are welcome"), ("y Boston", "")])
async def test_small_talk_and_short_questions_are_no_unknown_commands(chat, said, answer):
    reply = await chat.say(said)
    assert reply.summary.startswith(answer)
    assert "command" not in words_of(reply)
    assert "comando" not in words_of(reply).replace("Todos los comandos", "")


async def test_a_follow_up_question_uses_the_topic_just_answered(chat):
    alone = await chat.say(ONLY_AFTER_IT, **chat.direct)
    await chat.say(FIRST, **chat.direct)
    after = await chat.say(ONLY_AFTER_IT, **chat.direct)
    assert "Boston" in words_of(after)
    assert words_of(after) != words_of(alone)


async def test_a_follow_up_in_spanish_is_answered_in_spanish(chat):
    await chat.say("¿qué es una ciudad de derechos humanos?", **chat.direct)
    reply = await chat.say("¿y Boston?", **chat.direct)
    assert "Boston" in words_of(reply)
    assert "Did you mean" not in words_of(reply)


async def test_a_topic_shown_by_a_button_can_be_followed_up(chat):
    alone = words_of(await chat.say(ONLY_AFTER_IT, **chat.direct))
    topics = await chat.say("definition", **chat.direct)
    label = next(one.label for section in topics.sections for one in section.buttons if one.action == "ask.topic")
    await chat.press(topics, label)
    assert words_of(await chat.say(ONLY_AFTER_IT, **chat.direct)) != alone


async def test_follow_ups_end_after_a_quarter_of_an_hour(chat, storage):
    alone = words_of(await chat.say(ONLY_AFTER_IT, **chat.direct))
    await chat.say(FIRST, **chat.direct)
    chat.clock.advance(timedelta(minutes=16))
    assert words_of(await chat.say(ONLY_AFTER_IT, **chat.direct)) == alone
    await tidy(storage.unit_of_work, chat.clock, settings_for_tests().retention)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.conversations.forget_expired(chat.clock()) == 0


async def test_follow_ups_stay_with_the_person_and_the_place(chat):
    alone = words_of(await chat.say(ONLY_AFTER_IT, **chat.direct))
    await chat.say(FIRST, **chat.direct)
    assert words_of(await chat.say(ONLY_AFTER_IT, **chat.direct | {"user": "fake:bo"})) == alone
    elsewhere = chat.direct | {"user": "fake:ana", "channel": "fake:D2"}
    assert words_of(await chat.say(ONLY_AFTER_IT, **elsewhere)) == alone


async def test_a_channel_without_threads_has_no_follow_ups(chat):
    public = {"kind": Kind.MESSAGE, "channel": "fake:C9"}
    alone = words_of(await chat.say(ONLY_AFTER_IT, **public))
    await chat.say(FIRST, **public)
    assert words_of(await chat.say(ONLY_AFTER_IT, **public)) == alone


async def test_a_question_of_its_own_is_not_bent_to_the_last_topic(chat):
    alone = words_of(await chat.say("how do I join the Alliance?", **chat.direct))
    await chat.say(FIRST, **chat.direct)
    assert words_of(await chat.say("how do I join the Alliance?", **chat.direct)) == alone


def test_the_shell_answers_small_talk_like_the_chat():
    line = json.loads(answer_line(knowledge_for_tests().common, '{"id": "1", "text": "hola"}'))
    assert (line["outcome"], line["topic"], line["lang"]) == ("answer", None, "es")
    assert line["text"].startswith("¡Hola!")
