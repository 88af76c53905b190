"""Questions to people: asked with consent, answered once, and published after a second person agreed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answers import MAX_CARRIED, carried
from bot.domain.questions import Asked, Proposal
from bot.domain.topic_files import files_of
from bot.errors import DeliveryRefused, DeliveryUncertain
from bot.features.question_topics import split_answer
from bot.jobs import tidy
from bot.ports import Problem
from bot.reply import Button, Form, Reply, Section
from bot.request import Kind, Request
from bot.settings import Retention
from bot.testing import button_of, conversation, words_of
from bot.text import utf16_units
from knowledge import entries
from knowledge.reading import Cursor, Findings
from knowledge.strict_yaml import load
from tests.features.gatherings import MEMBER, ORGANIZER, STEERING, followed
from tests.storage.test_erasing import dumped
from tests.storage.test_members import ANA as ANA_MEMBER

SECOND = STEERING | {"user": "fake:second"}
EXPERT = MEMBER | {"user": "fake:eva"}
ANA, BO, CY = (MEMBER | {"user": f"fake:{name}", "direct": True} for name in ("ana", "bo", "cy"))
NOBODY_KNOWS = "Who pays for zeppelin parking downtown?"
LIKE_IT = "who pays for zeppelin parking in downtown"
HOSTILE = "<!channel> @everyone <@U123> [click](http://evil.example) **bold** `code` " + "\u202e" + "zeppelin"
ANSWER = "Nobody pays. Zeppelins park for free.\n\nAsk at [the port](https://port.example)."
RESPUESTA = "No paga nadie. Los zepelines aparcan gratis.\n\nPregunta en [el puerto](https://port.example)."
TITULO = "¿Quién paga el aparcamiento de zepelines?"


@pytest.fixture
async def chat(storage):
    async with conversation(storage, steering=("fake:steering", "fake:second")) as chat:
        yield chat


async def asked(chat, who=ANA, text=NOBODY_KNOWS, **values):
    """Ask in plain words, press the button, send the form."""
    reply = await chat.say(f"ask {text}", **who)
    form = await chat.press(reply, "Ask a person")
    return await chat.submit(form, {"question": text, "consent": "yes"} | values)


async def answered(chat, who=STEERING, number=1, **values):
    form = await chat.say(f"questions answer {number}", **who)
    return await chat.submit(form, {"answer": ANSWER} | values)


async def whole_answer(chat, who=STEERING, number=1):
    return await answered(chat, who, number, other_answer=RESPUESTA, other_question=TITULO)


async def published(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.published_topics.all()


async def questions(storage):
    async with storage.unit_of_work(writes=False) as uow:
        found = [await uow.questions.get(number) for number in range(1, 20)]
    return [one for one in found if one]


def seen(chat, address):
    return [words_of(one) for one in chat.messenger.seen_in(address)]


async def test_the_button_opens_a_form_that_holds_the_question(chat, storage):
    reply = await chat.say(f"ask {NOBODY_KNOWS}", **ANA)
    form = await chat.press(reply, "Ask a person")
    assert isinstance(form, Form)
    assert [(one.label, one.value) for one in form.inputs] == [
        ("Your question", NOBODY_KNOWS),
        ("Do you agree?", ""),
        ("Answer me", ""),
    ]
    assert await questions(storage) == []


async def test_without_consent_nothing_is_stored_and_a_person_can_be_reached_all_the_same(chat, storage):
    reply = await asked(chat, consent="no")
    assert reply.summary == "Nothing was stored. You can reach a person yourself."
    assert "Contact" in words_of(reply)
    assert await questions(storage) == []
    assert "zeppelin" not in await dumped(storage)


async def test_a_question_is_stored_and_the_asker_told_where_the_answer_comes(chat, storage):
    reply = await asked(chat)
    assert reply.summary == "Your question is with a person now."
    assert "as a direct message" in words_of(reply)
    (stored,) = await questions(storage)
    assert (stored.text, stored.user_id, stored.channel_id, stored.lang) == (NOBODY_KNOWS, "fake:ana", "", "en")


async def test_the_same_question_sent_twice_is_counted_once(chat, storage):
    form = await chat.press(await chat.say(f"ask {NOBODY_KNOWS}", **ANA), "Ask a person")
    values = {"consent": "yes"}
    replies = await asyncio.gather(*(chat.submit(form, values, key="fake:press|1") for _ in range(3)))
    assert sum(not one.silent for one in replies) == 1
    again = await asyncio.gather(*(chat.submit(form, values, key=f"fake:press|{n}") for n in (2, 3)))
    assert {one.summary for one in again} == {"You asked that already. It is waiting for a person."}
    assert len(await questions(storage)) == 1


async def test_two_presses_at_the_same_moment_store_one_question(chat, storage):
    form = await chat.press(await chat.say(f"ask {NOBODY_KNOWS}", **ANA), "Ask a person")
    await asyncio.gather(*(chat.submit(form, {"consent": "yes"}) for _ in range(4)))
    assert len(await questions(storage)) == 1


async def test_one_account_asks_five_questions_a_day(chat, storage):
    for number in range(5):
        await asked(chat, text=f"zeppelin number {number * 1111} please explain")
    refused = await asked(chat, text="another zeppelin altogether, why?")
    assert refused.summary == "You asked 5 questions today. That is all I can pass on in a day."
    assert len(await questions(storage)) == 5
    chat.clock.advance(timedelta(days=1, minutes=1))
    assert "with a person now" in (await asked(chat, text="another zeppelin altogether, why?")).summary


async def test_experts_of_the_theme_are_told_and_nobody_else(storage):
    async with conversation(storage, experts={"udhr": ("fake:eva",)}) as chat:
        await asked(chat, text="article 12 of the universal declaration and zeppelins of 1948?", who=ANA)
        assert (await questions(storage))[0].theme == "udhr"
        await chat.deliver()
        (notice,) = chat.messenger.seen_in("fake:eva")
        assert {sent.address for sent in chat.messenger.messages.values()} == {"fake:eva"}
        assert "zeppelins of 1948" in words_of(notice)
        assert [one.label for one in notice.sections[-1].buttons] == ["Answer", "Dismiss"]


async def test_the_steering_committee_is_told_where_nobody_is_named(chat):
    await asked(chat)
    await chat.deliver()
    assert sorted(sent.address for sent in chat.messenger.messages.values()) == ["fake:second", "fake:steering"]


async def test_where_nobody_could_answer_nothing_is_stored_and_it_says_so(storage):
    async with conversation(storage, steering=(), contact={"email": "hello@alliance.example"}) as chat:
        reply = await asked(chat)
        assert reply.summary == "Nobody is named here yet who answers questions. Nothing was stored."
        assert "hello@alliance.example" in words_of(reply).replace("\\", "")
    assert await questions(storage) == []


async def test_questions_alike_bring_one_notice_an_hour(chat):
    await asked(chat, ANA)
    await chat.deliver()
    await asked(chat, BO, LIKE_IT)
    await asked(chat, CY, LIKE_IT + "?")
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:steering")) == 1
    chat.clock.advance(timedelta(hours=1, minutes=1))
    await chat.deliver()
    notices = chat.messenger.seen_in("fake:steering")
    assert len(notices) == 2
    assert notices[1].summary == "3 questions like this wait for you."


async def test_the_list_groups_what_is_alike_most_asked_first(chat):
    await asked(chat, ANA, "How heavy is a submarine made of chocolate?")
    await asked(chat, ANA)
    await asked(chat, BO, LIKE_IT)
    reply = await chat.say("questions list", **STEERING)
    assert reply.summary == "2 questions wait."
    assert [one.title for one in reply.sections] == [
        f"#2 {NOBODY_KNOWS}",
        "#1 How heavy is a submarine made of chocolate?",
    ]
    assert "Asked: 2 times" in words_of(reply)
    assert LIKE_IT in words_of(reply)


@pytest.mark.parametrize("who", [MEMBER, ORGANIZER], ids=["member", "organizer who is no expert"])
async def test_questions_are_for_experts_alone(chat, storage, who):
    await asked(chat)
    for text in (
        "questions list",
        "questions ratings",
        "questions answer question:1 answer:hello",
        "questions dismiss question:1 reason:no",
        "questions propose number:1 title:a answer:b titulo:c respuesta:d",
    ):
        reply = await chat.say(text, **who)
        assert reply.summary == "Only the steering committee and people named as experts can do this."
    assert (await questions(storage))[0].state is Asked.OPEN
    request = Request(Kind.COMMAND, "questions answer", chat.actor, chat.origin)
    assert await chat.dispatcher.suggest(request, "question", "zepp") == ()


@pytest.mark.parametrize("label", ["Check it", "Approve", "Change it", "Do not publish"])
async def test_a_press_without_the_right_is_refused_and_audited(chat, storage, label):
    await asked(chat)
    reply = await whole_answer(chat)
    if label in ("Check it", "Approve"):
        reply = await chat.say("questions list", **SECOND)
    if label == "Approve":
        reply = await chat.press(reply, "Check it", **SECOND)
    refused = await chat.press(reply, label, **MEMBER)
    assert refused.summary == "Only the steering committee and people named as experts can do this."
    assert await published(storage) == ()
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.outcome for one in await uow.audit.recent() if one.user_id == "fake:ana"] == ["refused"]


async def test_an_expert_whose_right_ended_can_neither_answer_nor_approve(storage):
    async with conversation(storage, steering=("fake:steering", "fake:second")) as chat:
        await asked(chat)
        await whole_answer(chat)
        preview = await chat.press(await chat.say("questions list", **SECOND), "Check it", **SECOND)
    async with conversation(storage) as chat:
        assert "Only the steering committee" in (await chat.press(preview, "Approve", **SECOND)).summary
    assert await published(storage) == ()


async def test_an_expert_works_on_questions_of_their_own_themes_alone(storage):
    async with conversation(storage, experts={"no-such": ("fake:eva",)}) as chat:
        await asked(chat)
        assert (await chat.say("questions list", **EXPERT)).summary == "No question waits for you."
        refused = await answered(chat, EXPERT)
        assert refused.summary == "This question belongs to a theme of other experts."
    assert (await questions(storage))[0].state is Asked.OPEN


async def test_an_answer_reaches_everybody_who_asked_the_same_once_and_privately(chat, storage):
    await asked(chat, ANA)
    await asked(chat, BO, LIKE_IT)
    reply = await answered(chat, number=2)
    assert "Your answer is on its way." in reply.summary
    assert "It goes to 2 people who asked." in words_of(reply)
    await chat.deliver()
    for address, text in (("fake:ana", NOBODY_KNOWS), ("fake:bo", LIKE_IT)):
        (message,) = seen(chat, address)
        assert "A person answered your question." in message
        assert text in message
        assert "Zeppelins park for free" in message
    assert {one.state for one in await questions(storage)} == {Asked.ANSWERED}
    assert (await chat.say("questions answer 1 answer:again", **STEERING)).summary == "This question is settled."


async def test_a_question_answered_by_two_experts_at_once_is_answered_once(chat, storage):
    await asked(chat)
    form = await chat.say("questions answer 1", **STEERING)
    replies = await asyncio.gather(*(chat.submit(form, {"answer": ANSWER}) for _ in range(3)))
    await chat.deliver()
    assert sum("on its way" in one.summary for one in replies) == 1
    assert len(chat.messenger.seen_in("fake:ana")) == 1


async def test_the_answer_goes_to_the_channel_where_the_asker_wanted_it(chat):
    reply = await asked(chat, MEMBER, answer_to="here")
    assert "posted in this channel" in words_of(reply)
    await answered(chat)
    await chat.deliver()
    (message,) = seen(chat, "fake:C1")
    assert "A person answered a question that was asked here." in message
    assert chat.messenger.seen_in("fake:ana") == []


async def test_the_answer_goes_to_the_thread_where_it_was_asked_and_to_each_of_several(chat, storage):
    for who, text, thread in ((MEMBER, NOBODY_KNOWS, "t1"), (BO | {"direct": False}, LIKE_IT, "t2")):
        reply = await asked(chat, who | {"channel": "fake:C1", "thread": thread}, text, answer_to="here")
        assert "below the question" in words_of(reply)
    chat.origin = replace(chat.origin, thread_id="")
    await answered(chat, number=2)
    await chat.deliver()
    assert sorted(one.thread_id for one in chat.messenger.messages.values() if one.address == "fake:C1") == ["t1", "t2"]
    assert [one.thread_id for one in await questions(storage)] == ["t1", "t2"]


async def test_an_answer_for_a_thread_whose_sending_was_cut_off_is_looked_up_there_and_seen_once(chat):
    await asked(chat, MEMBER | {"thread": "t1"}, answer_to="here")
    chat.origin = replace(chat.origin, thread_id="")
    await answered(chat)
    chat.messenger.failures.append(DeliveryUncertain("timeout"))
    await chat.deliver()
    chat.clock.advance(timedelta(minutes=1))
    await chat.deliver()
    (sent,) = [one for one in chat.messenger.messages.values() if one.address == "fake:C1"]
    assert sent.thread_id == "t1"


async def test_an_answer_that_the_thread_refuses_comes_privately_and_the_channel_is_followed_on(chat, storage):
    await followed(chat)
    await asked(chat, MEMBER | {"thread": "t1"}, answer_to="here")
    chat.origin = replace(chat.origin, thread_id="")
    await answered(chat)
    chat.messenger.closed.add("t1")
    await chat.deliver()
    (message,) = seen(chat, "fake:ana")
    assert "A person answered your question." in message
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.paused_reason for one in await uow.follows.of_workspace("fake:T1")] == [""]


async def test_where_the_bot_cannot_post_the_answer_comes_privately(chat, storage):
    chat.messenger.problems["fake:C1"] = Problem.NOT_IN_CHANNEL
    reply = await asked(chat, MEMBER, answer_to="here")
    assert "as a direct message" in words_of(reply)
    assert (await questions(storage))[0].channel_id == ""


async def test_an_answer_survives_a_refused_message_to_another_asker(chat):
    await asked(chat, ANA)
    await asked(chat, BO, LIKE_IT)
    await answered(chat)
    chat.messenger.failures.append(DeliveryRefused(Problem.DM_CLOSED))
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:ana")) + len(chat.messenger.seen_in("fake:bo")) == 1


async def test_an_answer_whose_sending_was_cut_off_is_looked_up_and_seen_once(chat):
    await asked(chat)
    await answered(chat)
    chat.messenger.failures.append(DeliveryUncertain("timeout"))
    await chat.deliver()
    chat.clock.advance(timedelta(minutes=1))
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:ana")) == 1


async def test_a_question_from_elsewhere_is_not_told_to_whoever_asked_it(chat):
    await asked(chat, STEERING)
    await chat.deliver()
    assert {sent.address for sent in chat.messenger.messages.values()} == {"fake:second"}


async def test_confirm_by_same_person_from_another_account_is_not_offered(chat, storage):
    await asked(chat)
    async with storage.unit_of_work(writes=True) as uow:
        for account in ("fake:steering", "fake:second"):
            await uow.members.save(ANA_MEMBER, account)
    await whole_answer(chat)
    preview = await chat.press(await chat.say("questions list", **SECOND), "Check it", **SECOND)
    with pytest.raises(LookupError):
        button_of(preview, "Approve")


async def test_a_button_with_a_number_that_is_none_gets_a_clear_answer(chat):
    for argument in ("", "x", "99", "1:2", "-1", "9" * 30):
        old = Reply("old", (Section(buttons=(Button("Old", "questions.check", argument),)),))
        assert (await chat.press(old, "Old", **STEERING)).summary == "I do not know that answer."
        old = Reply("old", (Section(buttons=(Button("Old", "questions.approve", argument),)),))
        assert (await chat.press(old, "Old", **STEERING)).summary == "I do not know that answer."


async def test_a_dismissal_says_why_and_experts_see_that_it_is_settled(chat):
    await asked(chat)
    await chat.deliver()
    reply = await chat.say('questions dismiss question:1 reason:"This is about *airships*, not rights."', **STEERING)
    assert reply.summary == "The question is dismissed."
    await chat.deliver()
    (message,) = seen(chat, "fake:ana")
    assert "Thank you for asking" in message
    assert "This is about *airships*, not rights." in message
    assert chat.messenger.seen_in("fake:second")[0].summary == "This question is settled."


async def test_an_answer_in_one_language_waits_for_the_other(chat, storage):
    await asked(chat)
    reply = await answered(chat)
    assert "Question and answer are missing in: Español." in words_of(reply)
    listed = await chat.say("questions list", **SECOND)
    assert "something is missing" in words_of(listed)
    form = await chat.press(listed, "Complete it", **SECOND)
    values = {one.name: one.value for one in form.inputs}
    assert (values["number"], values["title"], values["answer"]) == ("1", NOBODY_KNOWS, ANSWER)
    shown = await chat.submit(form, {"titulo": TITULO, "respuesta": RESPUESTA}, **SECOND)
    assert "A second person has to approve it" in words_of(shown)
    assert await published(storage) == ()


async def test_a_second_person_sees_all_of_it_and_publishes_it(chat, storage):
    await asked(chat)
    own = await whole_answer(chat)
    with pytest.raises(LookupError):
        button_of(own, "Approve")
    await chat.deliver()
    assert "somebody has to check it" in seen(chat, "fake:second")[-1]
    preview = await chat.press(chat.messenger.seen_in("fake:second")[-1], "Check it", **SECOND)
    for text in (NOBODY_KNOWS, TITULO, "Nobody pays. Zeppelins park for free.", "No paga nadie.", "Sources", "Related"):
        assert text in words_of(preview)
    reply = await chat.press(preview, "Approve", **SECOND)
    assert reply.summary == f"Published: “{NOBODY_KNOWS}” is answered everywhere now."
    (topic,) = await published(storage)
    assert topic.words["es"].title == TITULO
    assert topic.words["en"].short == "Nobody pays. Zeppelins park for free."
    assert topic.words["en"].long == "Ask at [the port](https://port.example)."
    assert topic.id == "asked-1-who-pays-for-zeppelin-parking-downtown"
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.published_topics.version() == 1
        assert (await uow.answers.get(1)).proposal is Proposal.PUBLISHED
    await chat.deliver()
    assert seen(chat, "fake:second")[-1] == "This proposal is settled."
    assert (await chat.say(f"ask {LIKE_IT}", **ANA)).summary != topic.words["en"].short
    assert await chat.dispatcher.services.knowledge.take_up(storage.unit_of_work)
    assert (await chat.say(f"ask {NOBODY_KNOWS}", **ANA)).summary == topic.words["en"].short
    assert (await chat.say(f"ask {TITULO}", **ANA | {"lang": "es"})).summary == topic.words["es"].short


async def test_approving_twice_publishes_once(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    preview = await chat.press(await chat.say("questions list", **SECOND), "Check it")
    replies = await asyncio.gather(*(chat.press(preview, "Approve") for _ in range(3)))
    assert sum("Published" in one.summary for one in replies) == 1
    assert len(await published(storage)) == 1


async def test_nobody_approves_their_own_answer(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    preview = await chat.press(await chat.say("questions list", **SECOND), "Check it")
    assert (await chat.press(preview, "Approve", **STEERING)).summary == "Nobody approves what they wrote themselves."
    assert await published(storage) == ()


async def test_whoever_changed_the_text_does_not_approve_it(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    form = await chat.press(await chat.say("questions list", **SECOND), "Check it", **SECOND)
    form = await chat.press(form, "Change it", **SECOND)
    changed = await chat.submit(form, {"answer": "Something else entirely."}, **SECOND)
    with pytest.raises(LookupError):
        button_of(changed, "Approve")


async def changed(chat, who, **values):
    """Change the proposal from its preview."""
    preview = await chat.press(await chat.say("questions list", **who), "Check it", **who)
    return await chat.submit(await chat.press(preview, "Change it", **who), values, **who)


async def approved(chat, who):
    preview = await chat.press(await chat.say("questions list", **who), "Check it", **who)
    return await chat.press(preview, "Approve", **who)


async def test_of_two_people_the_first_approves_what_the_second_made_of_the_answer(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    await changed(chat, SECOND, answer="Somebody else pays.")
    await chat.deliver()
    assert "somebody has to check it" in seen(chat, "fake:steering")[-1]
    assert "Published" in (await approved(chat, STEERING)).summary
    (topic,) = await published(storage)
    assert topic.words["en"].short == "Somebody else pays."


async def test_words_sent_again_unchanged_stay_those_of_whoever_wrote_them(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    await changed(chat, SECOND, answer=ANSWER.replace("\n", "\r\n") + "\n")
    with pytest.raises(LookupError):
        await approved(chat, STEERING)
    assert "Published" in (await approved(chat, SECOND)).summary
    assert len(await published(storage)) == 1


async def test_the_first_answer_put_back_is_that_of_whoever_gave_it(chat):
    await asked(chat)
    await whole_answer(chat)
    await changed(chat, SECOND, answer="Somebody else pays.")
    await changed(chat, SECOND, answer=ANSWER)
    with pytest.raises(LookupError):
        await approved(chat, STEERING)
    assert "Published" in (await approved(chat, SECOND)).summary


async def test_two_people_who_change_it_in_turn_can_always_approve_the_others_words(chat):
    await asked(chat)
    await whole_answer(chat)
    for who, other, text in ((SECOND, STEERING, "One."), (STEERING, SECOND, "Two."), (SECOND, STEERING, "Three.")):
        await changed(chat, who, answer=text)
        with pytest.raises(LookupError):
            await approved(chat, who)
        button_of(await chat.press(await chat.say("questions list", **other), "Check it", **other), "Approve")


async def test_an_approval_lapses_when_the_text_changed_since(storage):
    async with conversation(storage, steering=("fake:steering", "fake:second", "fake:third")) as chat:
        await asked(chat)
        await whole_answer(chat)
        preview = await chat.press(await chat.say("questions list", **SECOND), "Check it", **SECOND)
        form = await chat.press(preview, "Change it", **STEERING)
        await chat.submit(form, {"answer": "Somebody else pays."}, **STEERING)
        late = await chat.press(preview, "Approve", **SECOND)
        assert late.summary == "It changed since you saw it. Please check it again."
        assert await published(storage) == ()
        assert "Published" in (await chat.press(late, "Approve", **SECOND)).summary
        (topic,) = await published(storage)
        assert topic.words["en"].short == "Somebody else pays."


async def test_what_is_not_to_be_published_leaves_the_list(chat, storage):
    await asked(chat)
    reply = await whole_answer(chat)
    await chat.press(reply, "Do not publish", **STEERING)
    assert (await chat.say("questions list", **SECOND)).sections == ()
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:ana")) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"answer": "word " * 300}, "The answer is too long in English"),
        ({"answer": "See [this](http://plain.example)."}, "Links must begin with https:// (English)"),
        ({"title": "What is a human rights city?"}, "answers exactly this question already"),
    ],
)
async def test_what_the_knowledge_base_would_refuse_is_no_proposal(chat, changed, words):
    await asked(chat)
    form = await chat.press(await whole_answer(chat), "Change it")
    reply = await chat.submit(form, changed)
    assert words in words_of(reply)
    assert "something is missing" in words_of(await chat.say("questions list", **SECOND))


async def test_published_topics_are_valid_content_files(chat, storage):
    await asked(chat, ANA, "yes: no, #1 'quote' \"zeppelin\" & *star* {brace} 2026-11-24?")
    await whole_answer(chat)
    preview = await chat.press(await chat.say("questions list", **SECOND), "Check it")
    await chat.press(preview, "Approve")
    (topic,) = topics = await published(storage)
    ((name, text),) = files_of(topics).items()
    findings = Findings()
    top = Cursor.top(load(text, name), name, findings).fields(("theme", "topics"))
    read = [entries.topic(item, top.at("theme").text()) for item in top.at("topics").items()]
    assert findings.errors == []
    assert read == [topic.topic]


async def test_low_rated_answers_are_listed_worst_first(chat):
    for label, times in (("Not helpful", 3), ("Helpful", 1)):
        for _ in range(times):
            await chat.press(await chat.say("ask what is a human rights city?", **ANA), label)
    await chat.press(await chat.say("ask how do I join the Alliance?"), "Not helpful")
    reply = await chat.say("questions ratings", **STEERING)
    assert [one.value for one in reply.sections[0].fields] == ["3", "1"]
    assert len(reply.sections) == 2


async def test_the_list_of_questions_tells_of_answers_that_did_not_help(chat):
    assert "not helpful" not in words_of(await chat.say("questions list", **STEERING))
    await chat.press(await chat.say("ask what is a human rights city?", **ANA), "Not helpful")
    listed = await chat.say("questions list", **STEERING)
    assert "1 answer was called not helpful." in words_of(listed)
    assert "called not helpful most often" in (await chat.press(listed, "Show them", **STEERING)).summary


async def test_me_counts_my_questions_and_erasing_takes_them_and_the_notice_of_them(chat, storage):
    await asked(chat)
    await chat.deliver()
    assert "Questions that you asked a person: 1" in words_of(await chat.say("me", **ANA))
    await chat.press(await chat.say("me delete", **ANA), "Yes, erase it")
    await chat.deliver()
    assert await questions(storage) == []
    assert seen(chat, "fake:steering") == ["This question is settled."]
    assert "zeppelin" not in await dumped(storage)
    assert "fake:ana" not in await dumped(storage)


async def test_an_erased_question_takes_its_words_out_of_what_was_proposed(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    preview = await chat.press(await chat.say("questions list", **SECOND), "Check it", **SECOND)
    await chat.press(await chat.say("me delete", **ANA), "Yes, erase it")
    assert "no proposal any more" in (await chat.press(preview, "Approve", **SECOND)).summary
    assert NOBODY_KNOWS.lower() not in await dumped(storage)


async def test_an_expert_who_erases_themselves_leaves_nothing_that_they_could_approve(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    await chat.press(await chat.say("me delete", **STEERING), "Yes, erase it")
    assert "fake:steering" not in await dumped(storage)
    assert (await chat.say("questions list", **STEERING)).sections == ()
    await chat.deliver()
    assert "Zeppelins park for free" in seen(chat, "fake:ana")[0]


async def test_questions_older_than_the_retention_date_disappear_with_their_addresses(chat, storage):
    await asked(chat)
    await whole_answer(chat)
    await chat.press(await chat.press(await chat.say("questions list", **SECOND), "Check it"), "Approve")
    await chat.deliver()
    chat.clock.advance(timedelta(days=29))
    await tidy(storage.unit_of_work, chat.clock, Retention(questions_days=30))
    assert len(await questions(storage)) == 1
    chat.clock.advance(timedelta(days=2))
    await tidy(storage.unit_of_work, chat.clock, Retention(questions_days=30))
    assert await questions(storage) == []
    assert "fake:ana" not in await dumped(storage)
    assert len(await published(storage)) == 1


async def test_mention_in_every_field_of_the_loop_is_shown_as_typed(chat):
    await asked(chat, MEMBER, HOSTILE, answer_to="here")
    reply = await chat.say("questions list", **STEERING)
    assert "[click](http://evil.example)" in words_of(reply)
    await chat.submit(await chat.say("questions dismiss 1", **STEERING), {"reason": HOSTILE})
    await chat.deliver()
    text = seen(chat, "fake:C1")[0]
    assert text.count("<!channel> @everyone") == 2
    assert text.count("[click](http://evil.example)") == 2


async def test_a_question_of_ten_thousand_characters_opens_a_form_that_says_it_was_cut(chat):
    reply = await chat.say("ask " + "zeppelin parking " * 580, **ANA)
    form = await chat.press(reply, "Ask a person")
    assert form.inputs[0].value.endswith("…")
    refused = await chat.submit(form, {"question": "z" * 1001, "consent": "yes"})
    assert "at most 1000 characters" in refused.summary


@pytest.mark.parametrize("text", ["z" * 500, "😀" * 200, "a b " * 100, " ", "", "ñandú " * 40])
def test_a_button_carries_a_question_within_its_limit(text):
    assert utf16_units(carried(text)) <= MAX_CARRIED


async def test_a_spanish_question_is_asked_answered_and_published_in_spanish(chat):
    reply = await chat.say("ask ¿Quién paga los zepelines del puerto?", **ANA | {"lang": "es"})
    form = await chat.press(reply, "Preguntar a una persona")
    assert form.title == "Preguntar a una persona"
    thanks = await chat.submit(form, {"consent": "sí"})
    assert "Su pregunta está ahora en manos de una persona" in words_of(thanks)
    await answered(chat)
    await chat.deliver()
    (message,) = seen(chat, "fake:ana")
    assert "Una persona respondió a su pregunta." in message
    assert "Se muestra en English." in message


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("One. Two.", "One. Two.", "why"),
        ("One **bold**.\n\nMore.", "One bold.", "More."),
        ("First one. " + "word " * 59 + "end.", "First one.", "word " * 59 + "end."),
    ],
)
def test_the_short_answer_is_the_first_paragraph_or_what_fits_of_it(text, short, long):
    assert split_answer(text, "why") == (short, long)


def test_a_first_sentence_too_long_is_cut_and_then_stands_in_full():
    short, long = split_answer("word " * 80, "why")
    assert len(short.split()) == 60
    assert long == ("word " * 80).strip()
