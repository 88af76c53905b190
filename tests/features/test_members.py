"""Joining, seeing what is kept, and being erased."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.domain.holdings import HOLDINGS
from bot.reply import Form
from bot.request import Actor, Origin
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, followed, planned, post, value_of
from tests.storage.test_erasing import dumped

ANA = (
    'join name:"Ana" city:Eugene email:ana@example.org languages:"English, Spanish" '
    "zone:America/Los_Angeles consent:yes"
)


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        await followed(chat)
        chat.actor, chat.origin = Actor("fake:ana", "Ana", "en"), Origin("fake:T1", "fake:C1")
        yield chat


async def _member(storage, user_id="fake:ana"):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.members.by_user(user_id)


async def test_join_without_options_opens_the_form(chat):
    form = await chat.say("join")
    assert isinstance(form, Form)
    labels = [one.label for one in form.inputs]
    assert labels == ["Name", "Consent", "City", "Email", "Languages", "Interests", "Time zone", "Email list"]


async def test_joining_stores_what_was_told_and_welcomes_with_the_next_convening(chat, storage):
    reply = await chat.say(ANA)
    assert reply.summary == "Welcome, Ana. You are a member now."
    assert "Next convening" in words_of(reply)
    member = await _member(storage)
    assert (member.name, member.city, member.email) == ("Ana", "Eugene", "ana@example.org")
    assert member.consented_at == chat.clock.now


async def test_joining_twice_counts_once_and_updates(chat, storage):
    await chat.say(ANA)
    reply = await chat.say("join name:Anita consent:yes")
    assert "updated" in reply.summary
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.count() == 1
    assert (await _member(storage)).name == "Anita"


async def test_a_repeated_delivery_of_join_is_acted_on_once(chat, storage):
    first = await chat.say(ANA, key="fake:1")
    second = await chat.say(ANA, key="fake:1")
    assert first.summary
    assert second.silent


async def test_without_consent_nothing_is_stored(chat, storage):
    reply = await chat.say("join name:Ana consent:no")
    assert "Without your consent" in reply.summary
    assert await _member(storage) is None


async def test_a_refused_form_opens_again_with_what_was_typed(chat, storage):
    reply = await chat.say('join name:"Ana" city:Eugene email:nonsense consent:yes')
    form = await chat.press(reply, "Change it and try again")
    assert {one.name: one.value for one in form.inputs}["city"] == "Eugene"
    assert "Welcome" in (await chat.submit(form, {"email": "ana@example.org"})).summary


async def test_a_kept_form_is_opened_for_its_owner_alone(chat):
    reply = await chat.say('join name:"Ana" email:nonsense consent:yes')
    assert "not kept" in (await chat.press(reply, "Change it and try again", user="fake:eve")).summary


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("a@example.org,b@example.org", id="email-multiple"),
        pytest.param("x@example.org\r\nBcc: all@example.org", id="email-header-injection"),
        "nobody",
        "a@b@c.example",
    ],
)
async def test_what_is_not_one_address_is_refused(chat, storage, address):
    reply = await chat.dispatcher.handle(_join(chat, email=address))
    assert "Welcome" not in reply.summary
    assert await _member(storage) is None


def _join(chat, **values):
    from bot.request import Kind, Request

    return Request(Kind.ACTION, "join", chat.actor, chat.origin, arguments={"name": "Ana", "consent": "yes", **values})


async def test_email_idn_is_stored_in_its_ascii_form(chat, storage):
    await chat.dispatcher.handle(_join(chat, email="ana@bücher.example"))
    assert (await _member(storage)).email == "ana@xn--bcher-kva.example"


async def test_email_case_and_dots_keep_the_person_and_lower_the_domain(chat, storage):
    await chat.dispatcher.handle(_join(chat, email="Ana@EXAMPLE.org"))
    assert (await _member(storage)).email == "Ana@example.org"


async def test_me_shows_what_is_kept(chat):
    await chat.say(ANA)
    text = words_of(await chat.say("me"))
    assert "ana@example.org" in text
    assert "America/Los_Angeles" in text


async def test_me_before_joining_says_that_nothing_is_kept(chat):
    reply = await chat.say("me")
    assert "nothing is kept" in reply.summary
    assert "join" in words_of(reply)


async def test_erase_me_asks_first_and_leaves_nothing(chat, storage):
    await chat.say(ANA)
    asked = await chat.say("me delete")
    assert await _member(storage) is not None
    done = await chat.press(asked, "Yes, erase it")
    assert done.summary == "Everything kept about you is erased."
    assert await _member(storage) is None
    assert "nothing is kept" in (await chat.say("me")).summary


async def test_me_tells_somebody_who_only_answered_what_is_kept(chat):
    await planned(chat)
    await chat.press(post(chat), "Maybe", **MEMBER)
    reply = await chat.say("me", **MEMBER)
    assert reply.summary == "This is what is kept about you."
    assert value_of(reply, "Answers to convenings") == "1"
    text = words_of(reply)
    assert "You have not joined." in text
    assert "City assembly (#1): Maybe" in text
    assert "Email" not in text


async def test_me_shows_the_newest_answers_and_counts_the_older_ones(chat):
    for number in range(1, 13):
        await planned(chat, f'title:"Assembly {number}"')
        await chat.say(f"convening rsvp {number} yes", **MEMBER)
        chat.clock.advance(timedelta(minutes=1))
    text = words_of(await chat.say("me", **MEMBER))
    assert "Assembly 12 (#12): Yes" in text
    assert "Assembly 2 (#2)" not in text
    assert "and 2 older ones" in text


async def test_erase_me_works_for_somebody_who_only_answered(chat, storage):
    await planned(chat)
    await chat.press(post(chat), "Yes", **MEMBER)
    await chat.say("join name:Ana email:nonsense consent:yes", **MEMBER)  # leaves a half-filled form
    asked = await chat.press(await chat.say("me", **MEMBER), "Delete it all")
    assert value_of(await chat.say("me"), "Forms not finished") == "1"
    done = await chat.press(asked, "Yes, erase it")
    assert done.summary == "Everything kept about you is erased."
    assert "nothing is kept" in (await chat.say("me")).summary
    assert "nothing is kept" in (await chat.say("me delete")).summary
    assert "nothing is kept" in (await chat.press(asked, "Yes, erase it")).summary
    assert MEMBER["user"] not in await dumped(storage)


async def test_an_organizer_reads_what_stays_before_erasing(chat, storage):
    await planned(chat)
    me = await chat.say("me", **ORGANIZER)
    assert value_of(me, "Convenings that you announced") == value_of(me, "Channels that you let follow") == "1"
    asked = await chat.press(me, "Delete it all")
    assert "What stays, without your account: Convenings that you announced" in words_of(asked)
    await chat.press(asked, "Yes, erase it")
    assert "City assembly" in words_of(await chat.say("convening show 1"))
    async with storage.unit_of_work(writes=False) as uow:
        assert {one.user_id[:7] for one in await uow.audit.recent()} == {"erased:"}


async def test_spanish_readers_see_what_is_kept_in_spanish(chat):
    await planned(chat)
    await chat.press(post(chat), "Maybe", **MEMBER)
    text = words_of(await chat.say("me", **MEMBER | {"lang": "es"}))
    assert "City assembly (#1): Quizás" in text
    assert "No se ha unido." in text


async def _exported(chat, **who):
    reply = await chat.say("me export", **who)
    (file,) = reply.attachments
    assert (file.name, file.media_type) == ("human-rights-cities-my-data.json", "application/json")
    return json.loads(file.content)


async def test_an_export_is_one_file_of_everything_with_its_meaning(chat):
    await planned(chat)
    await chat.press(post(chat), "Maybe", **MEMBER)
    await chat.say(ANA)
    found = await _exported(chat)
    assert found["accounts"] == ["fake:ana"]
    record, answers = found["data"]["member"], found["data"]["rsvp"]
    assert (record["rows"][0]["email"], record["columns"]["email"]) == ("ana@example.org", "your email address")
    assert answers["rows"][0]["answer"] == "maybe"
    assert [(one["kind"], one["way"]) for one in found["data"]["consent"]["rows"]] == [("membership", "fake: words")]
    assert all(one["what"] and one["why"] and one["kept"] for one in found["data"].values())


async def test_an_export_speaks_the_readers_language(chat):
    await chat.say(ANA)
    assert (await _exported(chat, lang="es"))["data"]["member"]["columns"]["email"] == "su correo electrónico"


async def test_export_other_gets_the_accounts_own_rows_alone(chat):
    await chat.say(ANA)
    assert "nothing is kept" in (await chat.say("me export", user="fake:eve", name="Ana")).summary
    await chat.say("join name:Ana consent:yes")
    assert "ana@example.org" not in json.dumps(await _exported(chat))


async def test_export_in_channel_is_private(chat):
    assert chat.dispatcher.registry.commands["me export"].ephemeral


async def test_the_email_list_leaves_a_consent_and_its_withdrawal(chat, storage):
    await chat.say(f"{ANA} email_list:yes")
    await chat.say(f"{ANA} email_list:no")
    async with storage.unit_of_work(writes=False) as uow:
        member = await uow.members.by_user("fake:ana")
        said = await uow.consents.of(member.id)
    assert [(one.kind.value, one.is_given) for one in said] == [
        ("membership", True),
        ("email_list", True),
        ("email_list", False),
    ]


async def test_privacy_says_of_everything_that_is_held_what_it_is_for_and_how_long(chat):
    text = words_of(await chat.say("privacy"))
    for one in HOLDINGS:
        assert f"{one.title}: {one.why}" in text
    assert "Until 730 days after the act" in text


async def test_keeping_it_after_all_erases_nothing(chat, storage):
    await chat.say(ANA)
    asked = await chat.say("me delete")
    assert (await chat.press(asked, "No, keep it")).summary == "Nothing was erased."
    assert await _member(storage) is not None


async def test_export_other_nobody_sees_another_persons_record(chat):
    await chat.say(ANA)
    other = await chat.say("me", user="fake:eve", name="Ana")
    assert "nothing is kept" in other.summary
    assert "ana@example.org" not in words_of(other)


@pytest.mark.parametrize("name", ["An\x00a", "An\ud800a"])
async def test_nul_byte_and_lone_surrogate_are_refused_before_storage(chat, storage, name):
    reply = await chat.dispatcher.handle(_join(chat, name=name))
    assert reply.summary == "This text holds characters that cannot be stored."
    assert await _member(storage) is None


async def test_rtl_override_is_removed_from_names(chat, storage):
    await chat.dispatcher.handle(_join(chat, name="Ana\u202efdp.exe"))
    assert (await _member(storage)).name == "Anafdp.exe"


async def test_combining_flood_is_refused_or_cut(chat, storage):
    reply = await chat.dispatcher.handle(_join(chat, name="a" + "\u0301" * 5000))
    assert "too long" in reply.summary
    await chat.dispatcher.handle(_join(chat, name="a" + "\u0301" * 40))
    assert len((await _member(storage)).name) == 9


async def test_sql_metacharacters_in_a_name_are_only_text(chat, storage):
    await chat.dispatcher.handle(_join(chat, name="Robert'); DROP TABLE member;-- % _"))
    assert (await _member(storage)).name == "Robert'); DROP TABLE member;-- % _"


async def test_spanish_readers_get_everything_in_spanish(chat):
    form = await chat.say("join", lang="es")
    assert form.inputs[0].label == "Nombre"
    reply = await chat.submit(form, {"name": "Ana", "consent": "sí"})
    assert reply.summary == "Le damos la bienvenida, Ana. Ya es miembro."
    assert button_of(await chat.say("me"), "Borrarlo todo")
