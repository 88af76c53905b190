"""What people choose for themselves counts everywhere, on the next answer already."""

from __future__ import annotations

import json

import pytest

from bot.domain.visibility import Viewer, visible
from bot.reply import Form
from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, value_of


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await chat.say('join name:"Ana" city:Eugene consent:yes', **MEMBER)
        yield chat


async def wishes_of(chat, user_id="fake:ana"):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.preferences.of(user_id)


async def member_of(chat, user_id="fake:ana"):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.members.by_user(user_id)


async def test_settings_without_options_show_what_is_set(chat):
    reply = await chat.say("me settings")
    assert reply.summary == "These are your settings."
    assert value_of(reply, "Language") == "As my app says"
    assert value_of(reply, "Quiet hours") == "22:00-08:00"
    assert value_of(reply, "Themes") == "all"
    assert value_of(reply, "Who sees my name") == "Nobody"


async def test_the_chosen_language_counts_at_once_and_over_the_apps(chat):
    reply = await chat.say("me settings lang:es")
    assert reply.summary == "Sus ajustes están guardados."
    assert (await chat.say("privacy", lang="en")).summary == "Guardo lo menos posible."
    assert (await chat.say("me settings lang:platform")).summary == "Your settings are saved."
    assert (await chat.say("me settings", lang="es")).summary == "Estos son sus ajustes."


async def test_a_language_chosen_in_another_process_counts_from_the_first_form_on(chat, sqlite_storage):
    await chat.say("me settings lang:es")
    async with conversation(sqlite_storage) as other:
        form = await other.say("join", user="fake:ana", lang="en")
        assert form.inputs[0].label == "Nombre"


async def test_nobody_elses_language_changes(chat):
    await chat.say("me settings lang:es")
    assert (await chat.say("me settings", user="fake:bo", lang="en")).summary == "These are your settings."


async def test_options_that_are_left_out_stay(chat):
    await chat.say(
        'me settings quiet:"10pm to 7:30 am" zone:pacific topics:"basics, The Alliance" reminders:no announcements:yes'
    )
    await chat.say("me settings digest:yes")
    wishes = await wishes_of(chat)
    assert (wishes.quiet_from, wishes.quiet_to, wishes.zone) == ("22:00", "07:30", "America/Los_Angeles")
    assert (wishes.reminders, wishes.direct_announcements, wishes.digest) == (False, True, True)
    assert (await member_of(chat)).zone == "America/Los_Angeles"
    await chat.say("me settings quiet:none topics:all announcements:no")
    wishes = await wishes_of(chat)
    assert (wishes.quiet_from, wishes.quiet_to, wishes.topics, wishes.digest) == ("", "", (), True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("quiet:25:00-8:00", "is not a span of two times"),
        ("quiet:sometimes", "is not a span of two times"),
        ("topics:nonsense", "There is no theme"),
        ("zone:Nowhere", "is not a time zone"),
        ("show_name:everybody", "is not one of the choices"),
        ("reminders:perhaps", "is neither yes nor no"),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(chat, typed, said):
    before = await wishes_of(chat)
    assert said in (await chat.say(f"me settings digest:yes {typed}")).summary
    assert await wishes_of(chat) == before


async def test_both_forms_hold_what_is_set_and_store_what_is_changed(chat):
    card = await chat.say("me settings lang:en quiet:none")
    form = await chat.press(card, "Change it")
    assert isinstance(form, Form)
    values = {one.name: one.value for one in form.inputs}
    assert (values["lang"], values["quiet"], values["reminders"]) == ("en", "none", "yes")
    saved = await chat.submit(form, {"reminders": "no"})
    assert (value_of(saved, "Reminders"), value_of(saved, "Quiet hours")) == ("no", "none")
    seen = await chat.press(saved, "Who sees what")
    assert {one.value for one in seen.inputs} == {"nobody"}
    saved = await chat.submit(seen, {"show_name": "members", "show_email": "organizers"})
    assert value_of(saved, "Who sees my name") == "All members"
    member = await member_of(chat)
    assert [visible(member, one, Viewer(is_member=True)) for one in ("name", "email", "city")] == [True, False, False]
    assert visible(member, "email", Viewer(organizes=frozenset({"fake:T1"})))


async def test_somebody_who_has_not_joined_can_choose_a_language_but_no_announcements(chat):
    await chat.say("me settings lang:es quiet:none", user="fake:bo")
    assert (await wishes_of(chat, "fake:bo")).lang == "es"
    refused = await chat.say("me settings announcements:yes", user="fake:bo")
    assert refused.summary == "Solo los miembros pueden elegir esto."
    assert not (await wishes_of(chat, "fake:bo")).direct_announcements


async def test_opting_in_to_direct_messages_leaves_a_consent(chat):
    await chat.say("me settings announcements:yes")
    await chat.say("me settings announcements:no")
    (file,) = (await chat.say("me export")).attachments
    consents = json.loads(file.content)["data"]["consent"]["rows"]
    assert [(one["kind"], one["is_given"]) for one in consents][1:] == [
        ("direct_announcements", True),
        ("direct_announcements", False),
    ]


async def test_me_edit_opens_with_what_is_stored_and_empties_what_was_emptied(chat):
    form = await chat.say("me edit")
    assert {one.name: one.value for one in form.inputs}["city"] == "Eugene"
    reply = await chat.submit(form, {"city": "", "languages": "Spanish"})
    assert reply.summary == "Thank you, Ana. It is updated."
    member = await member_of(chat)
    assert (member.name, member.city, member.languages) == ("Ana", "", "Spanish")


async def test_me_edit_with_one_option_keeps_the_rest(chat):
    await chat.say("me edit languages:Spanish")
    member = await member_of(chat)
    assert (member.city, member.languages) == ("Eugene", "Spanish")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "A name is needed"),
        ({"email_list": "yes"}, "The email list needs your email address."),
        ({"email": "nonsense"}, "This is not one email address."),
    ],
)
async def test_me_edit_refuses_gaps_and_keeps_what_was_typed(chat, values, said):
    form = await chat.say("me edit")
    refused = await chat.submit(form, {"languages": "Nahuatl", **values})
    assert said in refused.summary
    again = await chat.press(refused, "Change it and try again")
    assert {one.name: one.value for one in again.inputs}["languages"] == "Nahuatl"
    assert (await member_of(chat)).languages == ""


async def test_me_edit_before_joining_says_how_to_join(chat):
    refused = await chat.say("me edit city:Salem", user="fake:bo")
    assert refused.summary == "You have not joined yet."


async def test_joining_again_keeps_what_is_left_out(chat):
    await chat.say("join name:Anita languages:Spanish consent:yes")
    member = await member_of(chat)
    assert (member.name, member.city, member.languages) == ("Anita", "Eugene", "Spanish")


async def test_the_welcome_names_next_convening_channels_and_settings(chat):
    await followed(chat)
    await planned(chat)
    welcome = await chat.say("join name:Bo consent:yes", **MEMBER | {"user": "fake:bo"})
    text = words_of(welcome)
    assert "City assembly" in text
    assert "Where your chapter hears news" in text
    assert (await chat.press(welcome, "Settings")).summary == "These are your settings."
    elsewhere = await chat.say("join name:Otto consent:yes", **ELSEWHERE)
    assert "Where your chapter hears news" not in words_of(elsewhere)


async def test_organizers_count_members_and_see_what_each_shows_them(chat):
    await chat.say("me settings show_name:organizers", **MEMBER)
    await chat.say("join name:Hidden city:Salem consent:yes", **MEMBER | {"user": "fake:bo"})
    await chat.say("join name:Otto consent:yes", **ELSEWHERE)
    await chat.say("me settings show_name:organizers", **ELSEWHERE)
    assert "Only organizers" in (await chat.say("members list", **MEMBER)).summary
    listed = await chat.say("members list", **ORGANIZER)
    text = words_of(listed)
    assert listed.summary == "2 members."
    assert "Ana" in text
    assert not any(word in text for word in ("Hidden", "Salem", "Otto", "Eugene"))
    assert [one.content.count(b"\n") for one in listed.attachments] == [2]
    committee = await chat.say("members list", **STEERING)
    assert (committee.summary, committee.attachments) == ("3 members.", ())
