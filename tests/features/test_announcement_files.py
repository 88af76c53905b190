"""The report of an announcement as a table and as a picture, for whoever asked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.domain.deliveries import Subject, Target
from bot.domain.preferences import Preferences
from bot.errors import DeliveryRefused
from bot.ports import Problem
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed
from tests.storage.test_members import ANA

NEW = 'announce new title:"Vote today" message:"The council votes."'
HEADER = ["Platform", "Kind", "Destination", "Copies", "State", "First try (UTC)", "Shown at (UTC)", "Reason"]
REPORT = "announce report 1"


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat, "fake:C1", "fake:C9")
        yield chat


async def _sent(chat, *, delivered=True):
    await chat.press(await chat.say(NEW, **STEERING), "Send")
    if delivered:
        await chat.deliver()
        chat.clock.advance(timedelta(minutes=1))  # people come after the channels
        await chat.deliver()


async def _with_reader(storage):
    """Let Ana have announcements as direct messages, at any hour."""
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.save(ANA, "fake:ana")
        wishes = Preferences(ANA.id, direct_announcements=True, quiet_from="00:00", quiet_to="00:00", zone=ANA.zone)
        await uow.preferences.save(wishes)


async def _with_mail(chat, storage):
    """Let a reader by mail have the announcement too, 65 seconds after it was sent."""
    async with storage.unit_of_work(writes=True) as uow:
        target = Target("", user_id="email:ana@example.org")
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, (target,), 1, chat.clock())
        rows = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
    sent = min(one.shown_at for one in rows if one.shown_at)
    shown = f"{sent + timedelta(seconds=65):%Y-%m-%d %H:%M:%S.%f}"
    await _set(storage, f"status = 'shown', shown = 1, shown_at = '{shown}' WHERE id = {rows[-1].id}")


async def _set(storage, words):
    async with storage.engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE delivery SET {words}")


async def _pressed(chat, label, **who):
    return await chat.press(await chat.say(REPORT, **STEERING | who), label)


def _rows(reply):
    (file,) = reply.attachments
    assert (file.name, file.media_type) == ("announcement-1-report.csv", "text/csv")
    assert not reply.public
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def _picture(reply):
    (file,) = reply.attachments
    assert (file.name, file.media_type) == ("announcement-1-delivery.png", "image/png")
    assert not reply.public
    picture = Image.open(io.BytesIO(file.content))
    picture.load()
    return picture


async def test_the_table_has_a_row_for_each_channel_and_counts_of_people(chat, sqlite_storage):
    await _with_reader(sqlite_storage)
    chat.messenger.failures.append(DeliveryRefused(Problem.ARCHIVED))
    await _sent(chat)
    await _set(sqlite_storage, "first_try_at = '2027-03-01 10:00:00'")
    await _set(sqlite_storage, "shown_at = '2027-03-01 10:00:07' WHERE status = 'shown'")
    reply = await _pressed(chat, "As CSV")
    first = "2027-03-01 10:00:00"
    header, *rows = _rows(reply)
    assert header == HEADER
    assert sorted(rows) == [
        ["fake", "Channel", "C1", "1", "failed", first, "", "the channel is archived"],
        ["fake", "Channel", "C9", "1", "posted", first, "2027-03-01 10:00:07", ""],
        ["fake", "Direct messages", "people", "1", "posted", "", "", ""],
    ]
    assert b"ana" not in reply.attachments[0].content.lower()
    assert ANA.id.encode() not in reply.attachments[0].content


async def test_the_table_counts_mail_and_calls_uncertain_what_nobody_knows(chat, sqlite_storage):
    await _sent(chat)
    await _set(sqlite_storage, "status = 'held' WHERE id = 1")
    await _with_mail(chat, sqlite_storage)
    uncertain, _, mail = _rows(await _pressed(chat, "As CSV"))[1:]
    assert uncertain[:5] == ["fake", "Channel", "C1", "1", "uncertain"]
    assert uncertain[-1] == "nobody can tell whether it arrived, or arrived twice"
    assert mail == ["email", "Mail", "mail", "1", "posted", "", "", ""]


async def test_no_spreadsheet_runs_a_cell_of_the_table(chat):
    await followed(chat, "fake:=HYPERLINK(1)")
    await _sent(chat)
    assert {row[2] for row in _rows(await _pressed(chat, "As CSV"))[1:]} == {"C1", "C9", "'=HYPERLINK(1)"}


async def test_the_table_comes_in_the_readers_language(chat):
    await _sent(chat, delivered=False)
    rows = _rows(await _pressed(chat, "Como CSV", lang="es"))
    assert rows[0][0] == "Plataforma"
    assert rows[1][:5] == ["fake", "Canal", "C1", "1", "en espera"]


async def test_the_picture_is_drawn_and_said_in_words(chat, sqlite_storage):
    await _with_reader(sqlite_storage)
    await _sent(chat)
    await _with_mail(chat, sqlite_storage)
    english = await _pressed(chat, "As a picture")
    picture = _picture(english)
    assert picture.size == (1080, 600)
    colors = picture.convert("RGB").getcolors(1080 * 600)
    assert max(colors)[1] == (255, 255, 255)
    assert len({color for count, color in colors if len(set(color)) > 1 and count > 100}) >= 2  # a line a platform
    assert "Fake: 3 posted" in words_of(english)
    assert "Mail: 1 posted" in words_of(english)
    assert _picture(await _pressed(chat, "Como imagen", lang="es")).tobytes() != picture.tobytes()


async def test_the_picture_holds_what_is_not_shown_and_that_copies_were_edited(chat, sqlite_storage):
    await _sent(chat)
    await _set(sqlite_storage, "status = 'held', shown_at = NULL WHERE id = 1")
    before = await _pressed(chat, "As a picture")
    assert "1 uncertain" in words_of(before)
    assert "edited" not in words_of(before)
    await chat.say('announce withdraw 1 reason:"The date is wrong."', **STEERING)
    chat.clock.advance(timedelta(hours=5))
    after = await _pressed(chat, "As a picture")
    assert "Copies were edited since: their times are those of the last edit." in words_of(after)
    assert _picture(after).tobytes() != _picture(before).tobytes()


async def test_nothing_is_drawn_before_anything_was_shown(chat, sqlite_storage):
    await _sent(chat, delivered=False)
    report = await chat.say(REPORT, **STEERING)
    button_of(report, "As CSV")
    with pytest.raises(LookupError):
        button_of(report, "As a picture")
    await chat.deliver()
    report = await chat.say(REPORT, **STEERING)
    await _set(sqlite_storage, "shown_at = NULL")
    reply = await chat.press(report, "As a picture")
    assert (reply.summary, reply.attachments) == (
        "Nothing of “Vote today (#1)” was shown yet: there is nothing to draw.",
        (),
    )


@pytest.mark.parametrize("label", ["As CSV", "As a picture"])
@pytest.mark.parametrize("who", [MEMBER, ELSEWHERE], ids=["member", "another chapter"])
async def test_rights_are_checked_again_when_a_file_is_asked_for(chat, who, label):
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    await chat.deliver()
    report = await chat.say(REPORT, **ORGANIZER)
    assert (await chat.press(report, label, **ORGANIZER)).attachments
    reply = await chat.press(report, label, **who)
    assert reply.attachments == ()
    assert reply.summary in ("Only organizers of this chapter can do this.", "I do not know that announcement.")
