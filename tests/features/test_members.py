"""Joining, seeing what is kept, and being erased."""

from __future__ import annotations

import pytest

from bot.reply import Form
from bot.testing import button_of, conversation, words_of

ANA = (
    'join name:"Ana" city:Eugene email:ana@example.org languages:"English, Spanish" '
    "zone:America/Los_Angeles consent:yes"
)


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
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
    "address", ["a@example.org,b@example.org", "nobody", "x@example.org\r\nBcc: all@example.org", "a@b@c.example"]
)
async def test_email_multiple_and_email_header_injection_are_refused(chat, storage, address):
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
