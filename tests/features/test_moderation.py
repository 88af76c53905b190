"""Keeping people and chapters out, the record of acts in chat, and reports to moderators."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.jobs import tidy
from bot.settings import Retention
from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, planned
from tests.storage.test_members import rows

BO = MEMBER | {"user": "fake:bo"}


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


async def test_the_committee_keeps_a_person_out_and_lets_them_in_again(chat, sqlite_storage):
    added = await chat.say("block add person:fake:bo reason:Threats", **STEERING)
    assert "They are kept out from now on." in words_of(added)
    assert "keeps you out" in words_of(await chat.say("convening list", **BO))
    again = await chat.say("block add person:fake:bo reason:Again", **STEERING)
    assert "They are kept out already." in words_of(again)
    listed = await chat.say("block list", **STEERING)
    assert "Threats" in words_of(listed)
    await chat.press(listed, "Let in again", **STEERING)
    assert "keeps you out" not in words_of(await chat.say("convening list", **BO))
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        acts = [(one.act, one.subject) for one in await uow.audit.recent()]
    assert acts == [("block remove", "person:fake:bo"), ("block add", "person:fake:bo")]


async def test_the_committee_suspends_a_chapter(chat):
    reply = await chat.say('block add chapter:here reason:"No answer for a year"', **STEERING)
    assert "The chapter is suspended from now on" in words_of(reply)
    assert "No answer for a year" in words_of(await chat.say("convening list", **MEMBER))
    assert "suspended" not in words_of(await chat.say("convening list", **ELSEWHERE))
    gone = await chat.press(await chat.say("block list", **STEERING), "Let in again", **STEERING)
    assert "stays unsent" in words_of(gone)


@pytest.mark.parametrize(
    ("typed", "who", "words"),
    [
        ("block add person:fake:bo reason:No", ORGANIZER, "Only the Alliance's steering committee can do this."),
        ("block add reason:No", STEERING, "Name a person or a chapter."),
        ("block add person:fake:bo chapter:here reason:No", STEERING, "One of both, not none and not two."),
        ("block add person:fake:steering reason:No", STEERING, "They are in the steering committee."),
        ("block add chapter:nowhere reason:No", STEERING, "I do not know that chapter."),
        ("block remove 7", STEERING, "There is no such entry."),
        ("audit", ORGANIZER, "Only the Alliance's steering committee can do this."),
        ("audit since:yesterday", STEERING, "“yesterday” is not a date that I can read."),
        ("audit who:Bo", STEERING, "I do not know who that is."),
        ("reports list", MEMBER, "Only organizers of this chapter can do this."),
        ("reports close 7", ORGANIZER, "I do not know that report."),
    ],
)
async def test_what_cannot_be_done_is_refused_with_the_reason(chat, typed, who, words):
    reply = await chat.say(typed, **who)
    assert reply.private or "no such" in reply.summary
    assert words in words_of(reply)


async def test_the_record_is_paged_and_narrowed_down_for_the_committee(chat):
    for number in range(12):
        await chat.say(f"block add person:fake:p{number} reason:No", **STEERING)
    await chat.say("channel status", **MEMBER)
    first = await chat.say("audit", **STEERING)
    assert first.sections[0].title == "#13 channel status"
    assert "refused" in words_of(first)
    second = await chat.press(first, "Older ones", **STEERING)
    assert [one.title for one in second.sections] == ["#3 block add", "#2 block add", "#1 block add"]
    mine = words_of(await chat.say("audit who:fake:ana", **STEERING))
    assert ("channel status" in mine, "block add" in mine) == (True, False)
    about = words_of(await chat.say("audit who:fake:p7 what:block", **STEERING))
    assert "#8 block add" in about
    paged = await chat.say("audit since:2026-11-23 who:fake:steering what:block", **STEERING)
    assert [one.title for one in (await chat.press(paged, "Older ones", **STEERING)).sections] == [
        "#2 block add",
        "#1 block add",
    ]
    assert "There is no such act." in words_of(await chat.say("audit since:2030-01-01", **STEERING))
    refused = await chat.press(first, "Older ones", **ORGANIZER)
    assert "Only the Alliance's steering committee" in words_of(refused)


async def test_a_report_is_stored_without_its_author_and_the_moderators_are_told_once(chat, sqlite_storage):
    await planned(chat)
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    await chat.deliver()
    reply = await chat.say('report what:"convening 1" why:"It is somebody\'s home"', **MEMBER)
    assert "Your account is not stored with it." in words_of(reply)
    await chat.say('report what:"convening 1" why:"Again"', **MEMBER)
    await chat.deliver()
    for moderator in ("fake:bo", "fake:steering"):
        told = chat.messenger.seen_in(moderator)[-1]
        assert told.summary == "2 reports wait for a moderator."
        assert "home" not in words_of(told)
    assert chat.messenger.seen_in("fake:ana") == []
    assert [row["reporter_id"] for row in await rows(sqlite_storage, "report")] == ["", ""]
    listed = words_of(await chat.say("reports list", **ORGANIZER))
    assert "It is somebody's home" in listed
    assert words_of(await chat.say("reports list", **ELSEWHERE)).startswith("0 reports")


async def test_later_reports_wait_an_hour_for_their_notice(chat):
    await chat.say("report what:first", **MEMBER)
    await chat.deliver()
    chat.clock.advance(timedelta(minutes=10))
    await chat.say("report what:second", **BO)
    await chat.say("report what:third", **BO)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:steering")) == 1
    chat.clock.advance(timedelta(hours=1))
    await chat.deliver()
    seen = [one.summary for one in chat.messenger.seen_in("fake:steering")]
    assert seen == ["1 report waits for a moderator.", "3 reports wait for a moderator."]
    assert words_of(await chat.say("reports list", **ORGANIZER)).startswith("0 reports")


async def test_whoever_wants_an_answer_gets_it_in_their_language_and_erasing_takes_it_all(chat, sqlite_storage):
    await chat.say('report what:"The answer on housing" answer_me:yes', **MEMBER | {"lang": "es"})
    await chat.say("report what:other answer_me:yes", **BO)
    listed = await chat.say("reports list", **STEERING)
    assert "Wants an answer: yes" in words_of(listed)
    closed = await chat.say('reports close 1 answer:"It is mended"', **STEERING)
    assert closed.summary == "The report is closed."
    assert "It is closed already." in words_of(await chat.say("reports close 1", **STEERING))
    await chat.deliver()
    told = chat.messenger.seen_in("fake:ana")[-1]
    assert told.summary == "La moderación revisó lo que usted avisó."
    assert "It is mended" in words_of(told)
    await chat.press(await chat.say("me delete", **MEMBER | {"lang": "en"}), "Yes, erase it", **MEMBER)
    assert [row["text"] for row in await rows(sqlite_storage, "report")] == ["other"]


async def test_one_person_sends_five_reports_a_day(chat, sqlite_storage):
    for _ in range(5):
        await chat.say("report what:x", **MEMBER)
    assert "as often as one person can do this in a day" in words_of(await chat.say("report what:x", **MEMBER))
    assert "Thank you" in words_of(await chat.say("report what:x", **BO))
    assert len(await rows(sqlite_storage, "report")) == 6


async def test_an_organizer_does_not_close_their_own_report(chat):
    await planned(chat)
    await chat.say('report what:"convening 1" answer_me:yes', **ORGANIZER)
    assert "Nobody closes their own report." in words_of(await chat.say("reports close 1", **ORGANIZER))
    assert "closed" in words_of(await chat.say("reports close 1", **STEERING))


async def test_old_reports_acts_and_ended_roles_are_deleted(chat, sqlite_storage):
    await chat.say("report what:x", **MEMBER)
    await chat.say("role grant person:fake:bo role:organizer until:2026-12-01", **ORGANIZER)
    chat.clock.advance(timedelta(days=181))
    await tidy(sqlite_storage.unit_of_work, chat.clock, Retention())
    assert [len(await rows(sqlite_storage, table)) for table in ("report", "role_grant", "audit")] == [0, 0, 1]
    chat.clock.advance(timedelta(days=731))
    await tidy(sqlite_storage.unit_of_work, chat.clock, Retention())
    assert await rows(sqlite_storage, "audit") == []
