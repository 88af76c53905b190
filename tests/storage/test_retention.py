"""What is older than its age is deleted; counts stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from bot.domain.convenings import Going, Headcount
from bot.domain.deliveries import Subject, Target
from bot.jobs import tidy
from bot.mailing_files import Outcome, import_list
from bot.retention import due
from bot.settings import Retention
from bot.testing import conversation, settings_for_tests, words_of
from tests.features.gatherings import MEMBER, planned
from tests.storage.test_erasing import dumped
from tests.storage.test_members import ANA, ASSEMBLY, NOW, answer, at, join, rows

STARTS = ASSEMBLY.starts.utc
AGES = Retention()


def later(days):
    """Return a clock that stands so many days after the assembly is over."""
    return lambda: STARTS + timedelta(hours=3, days=days, minutes=1)


async def gathered(storage):
    """Let three people answer an assembly; a repeated one goes on."""
    async with storage.unit_of_work(writes=True) as uow:
        once = await uow.convenings.add(replace(ASSEMBLY, capacity=1))
        repeated = await uow.convenings.add(replace(ASSEMBLY, repeat="FREQ=WEEKLY;COUNT=60"))
    for name, going in (("qxana", Going.YES), ("bo", Going.YES), ("cy", Going.MAYBE)):
        await answer(storage, once.id, f"fake:{name}", f"fake:{name}", going)
    await answer(storage, repeated.id, "fake:bo", "fake:bo")
    return once, repeated


async def test_retention_due_erases_answers_and_keeps_their_count(storage):
    once, repeated = await gathered(storage)
    await tidy(storage.unit_of_work, later(89), AGES)
    assert len(await rows(storage, "rsvp")) == 4
    await tidy(storage.unit_of_work, later(91), AGES)
    assert [row["convening_id"] for row in await rows(storage, "rsvp")] == [repeated.id]
    assert "qxana" not in await dumped(storage)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.retention.past_headcount(once.id) == Headcount(yes=1, maybe=1, no=0, waiting=1)
        assert await uow.retention.past_headcount(repeated.id) is None


async def test_a_dry_run_says_what_is_due_and_deletes_nothing(storage):
    await gathered(storage)
    before = await dumped(storage)
    found = await due(storage.unit_of_work, AGES, later(91)())
    assert (found["rsvps_days"], found["questions_days"]) == (3, 0)
    assert await dumped(storage) == before


async def test_records_of_messages_become_counts_when_what_they_tell_about_is_over(storage):
    once, repeated = await gathered(storage)
    async with storage.unit_of_work(writes=True) as uow:
        targets = (Target("fake:T1", "fake:C1"), Target("fake:T1", user_id="fake:qxana"))
        for one in (once, repeated):
            await uow.deliveries.want(Subject.CONVENING, one.id, targets, 1, NOW)
    async with storage.engine.begin() as connection:
        await connection.execute(text("UPDATE delivery SET status = 'shown', last_try_at = created_at"))
    count = len(await rows(storage, "delivery"))
    ages = Retention(deliveries_days=30)
    await tidy(storage.unit_of_work, later(31), ages)
    assert {row["subject_id"] for row in await rows(storage, "delivery")} == {repeated.id}
    (gone,) = await rows(storage, "past_delivery")
    assert (gone["subject_id"], gone["platform"], gone["status"], gone["count"]) == (once.id, "fake", "shown", 2)
    assert count == 4


async def test_the_card_of_a_convening_that_is_long_over_keeps_its_headcount(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await planned(chat)
        await chat.say("convening rsvp 1 yes", **MEMBER)
        chat.clock.advance(timedelta(days=300))
        assert "1 coming" in words_of(await chat.say("convening show 1"))
        await tidy(sqlite_storage.unit_of_work, chat.clock, AGES)
        assert await rows(sqlite_storage, "rsvp") == []
        assert "1 coming" in words_of(await chat.say("convening show 1"))


async def test_erase_then_import_skips_the_address_and_counts_it(storage):
    await join(storage, ANA, "fake:ana")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase("fake:ana")
        listed = f"address,consented\n{ANA.email.upper()},2026-01-01\nbo@example.org,2026-01-01\n"
        found = await import_list(uow, settings_for_tests(), listed, NOW)
    assert found == {Outcome.ADDED: 1, Outcome.BARRED: 1}
    assert "ana@example.org" not in await dumped(storage)


def test_the_times_of_these_tests_are_right():
    assert at("2027-03-14 18:30").utc == STARTS
