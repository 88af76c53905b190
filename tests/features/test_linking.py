"""Two accounts become one person when both prove and confirm it, and count once from then on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.testing import conversation, words_of
from tests.features.gatherings import MEMBER, followed, planned, post, value_of
from tests.storage.test_members import rows

SLACKER = MEMBER | {"user": "fake:ana", "name": "Ana"}
DISCORDER = MEMBER | {"user": "other:ana", "name": "ana88", "workspace": "other:G1", "channel": "other:C9"}
HERE = DISCORDER | {"workspace": "fake:T1"}  # as one account that two workspaces know
EVE = MEMBER | {"user": "fake:eve", "name": "Eve"}


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        await chat.say('join name:"Ana" city:Eugene consent:yes', **SLACKER)
        yield chat


async def code_from(chat, **who):
    reply = await chat.say("me link", **who)
    return re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", reply.summary)[0]


async def link(chat, first=SLACKER, second=DISCORDER):
    """Take both accounts through all steps; return the last answer."""
    code = await code_from(chat, **first)
    asked = await chat.say(f"me link {code.lower()}", **second)
    await chat.press(asked, "Yes, that is me", **second)
    confirm = await chat.say("me link", **first)
    return await chat.press(confirm, "Link the accounts", **first)


async def people(chat):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.members.accounts_of("fake:ana"), await uow.members.count()


async def test_a_code_typed_on_the_other_side_and_confirmed_on_both_links_the_accounts(chat):
    done = await link(chat)
    assert done.summary == "Both accounts are you now."
    assert await people(chat) == (("fake:ana", "other:ana"), 1)
    assert value_of(await chat.say("me", **DISCORDER), "Name") == "Ana"


async def test_each_side_sees_who_the_other_is_before_it_confirms(chat):
    code = await code_from(chat, **SLACKER)
    asked = await chat.say(f"me link {code}", **DISCORDER)
    assert asked.summary == "The code was made by “Ana” on Fake. Is that you?"
    await chat.press(asked, "Yes, that is me", **DISCORDER)
    await chat.deliver()
    (message,) = chat.messenger.seen_in("fake:ana")
    assert message.summary == "“ana88” on Other typed your code. Is that you?"
    assert "Both accounts are you now." in (await chat.press(message, "Link the accounts", **SLACKER)).summary


async def test_a_code_alone_links_nothing(chat):
    code = await code_from(chat, **SLACKER)
    asked = await chat.say(f"me link {code}", **EVE)
    assert (await people(chat))[0] == ("fake:ana",)
    taken = await chat.press(asked, "Yes, that is me", **EVE)
    assert "Now confirm it as" in taken.summary
    assert (await people(chat))[0] == ("fake:ana",)
    question = await chat.say("me link", **SLACKER)
    assert "“Eve” on Fake typed your code" in question.summary
    assert "too old, or done" in (await chat.press(question, "Link the accounts", **EVE)).summary
    assert (await chat.press(question, "No", **SLACKER)).summary == "Nothing was linked."
    assert "too old, or done" in (await chat.press(question, "Link the accounts", **SLACKER)).summary
    assert (await people(chat))[0] == ("fake:ana",)


async def test_a_code_holds_for_ten_minutes_and_once(chat):
    code = await code_from(chat, **SLACKER)
    await chat.say(f"me link {code}", **EVE)
    assert "not valid" in (await chat.say(f"me link {code}", **DISCORDER)).summary
    code = await code_from(chat, **SLACKER)
    chat.clock.advance(timedelta(minutes=10))
    assert "not valid" in (await chat.say(f"me link {code}", **DISCORDER)).summary


async def test_a_new_code_replaces_the_last_one(chat):
    first, second = await code_from(chat, **SLACKER), await code_from(chat, **SLACKER)
    assert "not valid" in (await chat.say(f"me link {first}", **DISCORDER)).summary
    assert "Is that you?" in (await chat.say(f"me link {second}", **DISCORDER)).summary


async def test_five_wrong_codes_stop_an_account_for_an_hour(chat):
    for _ in range(5):
        assert "not valid" in (await chat.say("me link AAAA-AAAA", **EVE)).summary
    code = await code_from(chat, **SLACKER)
    assert "Too many wrong codes" in (await chat.say(f"me link {code}", **EVE)).summary
    assert "Is that you?" in (await chat.say(f"me link {code}", **DISCORDER)).summary
    chat.clock.advance(timedelta(hours=1))
    assert "not valid" in (await chat.say("me link AAAA-AAAA", **EVE)).summary


async def test_codes_are_stored_as_hashes_alone(chat, storage):
    code = await code_from(chat, **SLACKER)
    (row,) = await rows(storage, "link")
    assert code not in str(row)
    assert code.replace("-", "") not in str(row)


async def test_nobody_links_an_account_with_itself(chat):
    code = await code_from(chat, **SLACKER)
    assert (await chat.say(f"me link {code}", **SLACKER)).summary == "These accounts are linked already."


async def test_answers_count_once_and_whoever_waited_gets_the_place(chat):
    await followed(chat)
    await planned(chat, "capacity:2")
    card = post(chat)
    for who in (SLACKER, HERE, EVE):
        await chat.press(card, "Yes", **who)
    assert "1 waiting" in words_of(await chat.say("convening show 1", **EVE))
    await link(chat)
    await chat.deliver()
    shown = words_of(await chat.say("convening show 1", **EVE))
    assert "2 of 2 places taken" in shown
    assert "waiting" not in shown
    assert any("place" in words_of(one) for one in chat.messenger.seen_in("fake:eve"))
    chat.clock.advance(timedelta(minutes=1))
    await chat.say("convening rsvp 1 no", **HERE)
    assert "1 of 2 places taken" in words_of(await chat.say("convening show 1", **EVE))


async def test_of_two_records_what_was_told_last_stays_and_is_shown_before(chat, storage):
    await chat.say("me settings show_name:members show_city:members", **SLACKER)
    chat.clock.advance(timedelta(days=1))
    await chat.say('join name:"Anita" languages:Spanish consent:yes', **DISCORDER)
    await chat.say("me settings lang:es show_name:organizers", **DISCORDER)
    code = await code_from(chat, **SLACKER)
    asked = await chat.say(f"me link {code}", **DISCORDER)
    await chat.press(asked, "Sí, soy yo", **DISCORDER)
    question = await chat.say("me link", **SLACKER)
    told = [value_of(question, label) for label in ("Name", "City", "Languages")]
    assert told == ["Anita", "Eugene", "Spanish"]
    await chat.press(question, "Link the accounts", **SLACKER)
    async with storage.unit_of_work(writes=False) as uow:
        member = await uow.members.by_user("other:ana")
        consents = await uow.consents.of(member.id)
        wishes = await uow.preferences.of("fake:ana")
    assert (member.name, member.city, member.languages) == ("Anita", "Eugene", "Spanish")
    assert member.shown == {"name": "organizers"}
    assert member.chapters == ("fake:T1", "other:G1")
    assert len(consents) == 2
    assert wishes.lang == "es"
    assert await people(chat) == (("fake:ana", "other:ana"), 1)


async def test_somebody_who_has_not_joined_can_link_from_their_side(chat):
    done = await link(chat, first=DISCORDER, second=SLACKER)
    assert done.summary == "Both accounts are you now."
    assert await people(chat) == (("fake:ana", "other:ana"), 1)


async def test_two_accounts_of_which_none_joined_are_told_to_join(chat):
    refused = await link(chat, first=EVE, second=DISCORDER)
    assert refused.summary == "One of the accounts must be a member."


async def test_erasing_erases_all_linked_accounts(chat, storage):
    await link(chat)
    asked = await chat.say("me delete", **DISCORDER)
    await chat.press(asked, "Yes, erase it", **DISCORDER)
    assert "nothing is kept" in (await chat.say("me", **SLACKER)).summary
    assert await rows(storage, "account") == []


async def test_unlinking_leaves_everything_with_the_other_accounts(chat, storage):
    await followed(chat)
    await planned(chat)
    await chat.press(post(chat), "Yes", **HERE)
    await link(chat)
    listed = await chat.say("me unlink", **SLACKER)
    parted = await chat.press(listed, "2. Other", **SLACKER)
    assert parted.summary == "The account is not linked any more."
    assert await people(chat) == (("fake:ana",), 1)
    assert value_of(await chat.say("me", **SLACKER), "Answers to convenings") == "1"
    assert "nothing is kept" in (await chat.say("me", **DISCORDER)).summary
    assert "linked with no other" in (await chat.say("me unlink", **SLACKER)).summary
    assert "no such account" in (await chat.press(listed, "2. Other", **SLACKER)).summary


async def test_an_account_can_part_itself_by_number(chat):
    await link(chat)
    assert "no such account" in (await chat.say("me unlink 3", **DISCORDER)).summary
    await chat.say("me unlink 2", **DISCORDER)
    assert await people(chat) == (("fake:ana",), 1)
