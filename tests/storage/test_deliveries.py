"""The outbox: what is made, leased, finished and taken back, on both databases."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.deliveries import Status, Subject, Target, delivery_key
from storage import open_storage
from storage.engine import file_of
from tests.storage.test_members import NOW, rows

ROOT = Path(__file__).parents[2]
LEASE = timedelta(seconds=60)
ONE = Target("fake:T1", "fake:C1", lang="es")
TWO = Target("fake:T2", "fake:C2")


async def want(storage, *targets, revision=1, due=NOW, subject_id=1):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.deliveries.want(Subject.ANNOUNCEMENT, subject_id, targets, revision, due)


async def claim(storage, now=NOW, limit=64, lease=LEASE):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.lanes.claim(now, now + lease, limit)


async def finish(storage, row, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.finish(replace(row, **changes))


async def raised(storage, revision):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, 1, revision, NOW + timedelta(minutes=1))


async def recover(storage, now=NOW):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.lanes.recover(now)


async def report(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)


async def shown(storage, target=ONE, revision=1):
    """Store a delivery that people see already."""
    await want(storage, target, revision=revision)
    (row,) = await claim(storage)
    await finish(storage, row, status=Status.SHOWN, shown=revision, message_id="fake:m1", shown_at=NOW)


async def test_each_target_gets_one_row(storage):
    assert await want(storage, ONE, TWO, ONE) == 2
    assert await want(storage, ONE, TWO) == 0
    first, second = await report(storage)
    assert (first.target, second.target) == (ONE, TWO)
    assert (first.status, first.wanted, first.shown, first.next_attempt_at) == (Status.PENDING, 1, 0, NOW)
    assert first.key == delivery_key(storage.instance_key, Subject.ANNOUNCEMENT, 1, "fake:C1")


async def test_the_keys_of_an_installation_stay_and_differ_from_those_of_another(storage, tmp_path):
    other = await open_storage("sqlite:///:memory:", tmp_path)
    assert len(storage.instance_key) == 32
    assert other.instance_key != storage.instance_key
    await other.close()
    found = {row["name"]: row["value"] for row in await rows(storage, "secret")}
    assert found["instance_key"] == storage.instance_key.hex()


async def test_a_claim_leases_one_row_of_each_lane(storage):
    await want(storage, ONE, Target("fake:T1", "fake:C3"), TWO)
    found = await claim(storage)
    assert [one.target.address for one in found] == ["fake:C1", "fake:C2"]
    assert [(one.status, one.first_try_at, one.last_try_at) for one in found] == [(Status.PENDING, NOW, NOW)] * 2
    assert [one.status for one in await report(storage)] == [Status.LEASED, Status.PENDING, Status.LEASED]


async def test_a_lane_rests_while_one_of_its_rows_is_on_its_way_and_for_its_gap(storage):
    await want(storage, ONE, Target("fake:T1", "fake:C3"))
    (row,) = await claim(storage)
    assert await claim(storage, NOW + timedelta(seconds=5)) == ()
    await finish(storage, row, status=Status.SHOWN, shown=1, message_id="fake:m1")
    assert await claim(storage, NOW + timedelta(milliseconds=999)) == ()
    assert [one.target.address for one in await claim(storage, NOW + timedelta(seconds=1))] == ["fake:C3"]


async def test_a_small_lane_is_not_behind_a_large_one(storage):
    """Sixty lanes of which one holds 300 rows: two claims of 32 serve each lane once."""
    await want(storage, *(Target("fake:big", f"fake:B{number}") for number in range(300)))
    await want(storage, *(Target(f"fake:T{number:02}", f"fake:C{number}") for number in range(59)), subject_id=2)
    served = [one.lane_id for _ in range(2) for one in await claim(storage, limit=32)]
    assert len(served) == len(set(served)) == 60


async def test_what_is_not_due_is_not_claimed(storage):
    later = NOW + timedelta(hours=1)
    await want(storage, ONE, due=later)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.lanes.next_due() == later
    assert await claim(storage) == ()
    assert len(await claim(storage, later)) == 1
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.lanes.next_due() is None


async def test_next_due_counts_the_rest_of_the_lane(storage):
    await want(storage, ONE, Target("fake:T1", "fake:C3"))
    (row,) = await claim(storage)
    await finish(storage, row, status=Status.SHOWN, shown=1, message_id="fake:m1")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.lanes.next_due() == NOW + timedelta(seconds=1)


async def test_an_outcome_is_stored_and_the_lease_given_back(storage):
    await want(storage, ONE)
    (row,) = await claim(storage)
    await finish(storage, row, status=Status.SHOWN, shown=1, message_id="fake:m1", shown_at=NOW, attempts=1)
    (found,) = await report(storage)
    assert (found.status, found.shown, found.message_id, found.shown_at) == (Status.SHOWN, 1, "fake:m1", NOW)
    (stored,) = await rows(storage, "delivery")
    assert (stored["lease_owner"], stored["lease_until"]) == (None, None)


async def test_an_outcome_of_somebody_who_lost_the_lease_is_not_stored(storage):
    await want(storage, ONE)
    (row,) = await claim(storage)
    await finish(storage, row, status=Status.PENDING, error_code="timeout")
    await finish(storage, row, status=Status.SHOWN, shown=1, message_id="fake:late")
    (found,) = await report(storage)
    assert (found.status, found.message_id) == (Status.PENDING, "")


async def test_edit_before_posted(storage):
    """Of three targets one is shown, one on its way, one waiting: each ends at the newer revision, once."""
    await shown(storage)
    await want(storage, TWO, Target("fake:T3", "fake:C3"))
    (leased,) = await claim(storage, NOW, 1)
    await raised(storage, 2)
    by_address = {one.target.address: one for one in await report(storage)}
    assert {name: (one.status, one.wanted) for name, one in by_address.items()} == {
        "fake:C1": (Status.PENDING, 2),
        "fake:C2": (Status.LEASED, 2),
        "fake:C3": (Status.PENDING, 2),
    }
    assert (by_address["fake:C1"].message_id, by_address["fake:C3"].next_attempt_at) == ("fake:m1", NOW)
    await finish(storage, leased, status=Status.SHOWN, shown=1, message_id="fake:m2")
    again = next(one for one in await report(storage) if one.target == TWO)
    assert (again.status, again.next_attempt_at) == (Status.PENDING, NOW + timedelta(minutes=1))


async def test_a_row_that_showed_the_newer_revision_already_stays_shown(storage):
    await want(storage, ONE)
    (row,) = await claim(storage)
    await raised(storage, 2)
    await finish(storage, row, status=Status.SHOWN, shown=2, message_id="fake:m1")
    assert [one.status for one in await report(storage)] == [Status.SHOWN]


async def test_edit_out_of_order(storage):
    await shown(storage, revision=3)
    await raised(storage, 2)
    await want(storage, ONE, revision=2)
    (row,) = await report(storage)
    assert (row.status, row.wanted, row.shown) == (Status.SHOWN, 3, 3)


async def test_cancel_while_sending(storage):
    await shown(storage)
    await want(storage, TWO, Target("fake:T3", "fake:C3"))
    await claim(storage, NOW, 1)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.deliveries.drop_pending(Subject.ANNOUNCEMENT, 1) == 1
    await raised(storage, 2)
    found = {one.target.address: (one.status, one.wanted) for one in await report(storage)}
    assert found == {"fake:C1": (Status.PENDING, 2), "fake:C2": (Status.LEASED, 2), "fake:C3": (Status.DROPPED, 1)}


async def test_what_was_dropped_or_refused_is_tried_again_when_it_is_wanted_again(storage):
    await want(storage, ONE, TWO)
    (row,) = await claim(storage, NOW, 1)
    await finish(storage, row, status=Status.REFUSED, error_code="not_in_channel")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.drop_pending(Subject.ANNOUNCEMENT, 1)
    await want(storage, ONE, TWO)
    assert [one.status for one in await report(storage)] == [Status.REFUSED, Status.PENDING]
    await want(storage, ONE, TWO, revision=2)
    assert [(one.status, one.wanted) for one in await report(storage)] == [(Status.PENDING, 2)] * 2


async def test_a_deleted_message_is_not_posted_again(storage):
    await want(storage, ONE)
    (row,) = await claim(storage)
    await finish(storage, row, status=Status.GONE, error_code="message_gone")
    await want(storage, ONE, revision=2)
    await raised(storage, 3)
    assert [one.status for one in await report(storage)] == [Status.GONE]


async def test_own_leases_are_not_taken_back_before_their_end(storage):
    await want(storage, ONE)
    await claim(storage)
    assert await recover(storage) == 0
    assert [one.status for one in await report(storage)] == [Status.LEASED]


async def test_a_lease_that_is_over_is_looked_up(storage):
    await want(storage, ONE)
    await claim(storage, lease=timedelta(seconds=-1))
    assert await recover(storage, NOW + timedelta(seconds=10)) == 1
    (row,) = await claim(storage, NOW + timedelta(seconds=10))
    assert (row.status, row.first_try_at) == (Status.VERIFY, NOW)


async def test_what_a_dead_process_sent_a_moment_ago_may_land_before_it_is_looked_up(storage):
    await want(storage, ONE)
    await claim(storage, lease=timedelta(seconds=-1))
    assert await recover(storage, NOW + timedelta(seconds=1)) == 1
    assert await claim(storage, NOW + timedelta(seconds=9)) == ()
    assert len(await claim(storage, NOW + timedelta(seconds=10))) == 1


async def test_the_leases_of_a_dead_process_are_looked_up_at_once(database_url, tmp_path):
    """The first process ends without a word; its lease of an hour is no reason to wait."""
    code = """
import asyncio, os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.domain.deliveries import Subject, Target
from storage import open_storage

async def work():
    storage = await open_storage(sys.argv[1], Path(sys.argv[2]))
    now = datetime.now(UTC)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, (Target("fake:T1", "fake:C1"),), 1, now)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.claim(now, now + timedelta(hours=1), 1)
    os.kill(os.getpid(), 9)

asyncio.run(work())
"""
    dead = subprocess.run([sys.executable, "-c", code, database_url, str(tmp_path)], cwd=ROOT, check=False)
    assert dead.returncode == -signal.SIGKILL
    storage = await open_storage(database_url, tmp_path)
    assert [one.status for one in await report(storage)] == [Status.LEASED]
    while await recover(storage) == 0:  # a server needs a moment to see that its client is gone
        await asyncio.sleep(0.05)
    assert [one.status for one in await report(storage)] == [Status.VERIFY]
    await storage.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_two_processes_share_rows_and_leave_each_others_alone(storage, database_url, tmp_path):
    other = await open_storage(database_url, tmp_path / "data")
    await want(storage, *(Target(f"fake:T{number}", f"fake:C{number}") for number in range(20)))
    claims = await asyncio.gather(*(claim(one, limit=5) for one in (storage, other, storage, other)))
    taken = [one.id for found in claims for one in found]
    assert len(taken) == len(set(taken))
    assert await recover(other) == await recover(storage) == 0
    await other.close()
    assert await recover(storage) == len(claims[1]) + len(claims[3])


async def test_crash_in_fan_out(database_url, tmp_path):
    """The process is killed when 10,000 rows are written and nothing is committed; the next one finds none."""
    code = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.domain.deliveries import Subject, Target
from storage import open_storage

async def work():
    storage = await open_storage(sys.argv[1], Path(sys.argv[2]))
    targets = tuple(Target(f"fake:T{n % 200}", f"fake:C{n}") for n in range(10_000))
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, targets, 1, datetime.now(UTC))
        if sys.argv[3] == "crash":
            os.kill(os.getpid(), 9)
    await storage.close()

asyncio.run(work())
"""
    command = [sys.executable, "-c", code, database_url, str(tmp_path)]
    assert subprocess.run([*command, "crash"], cwd=ROOT, check=False).returncode == -signal.SIGKILL
    storage = await open_storage(database_url, tmp_path)
    assert await report(storage) == ()
    await storage.close()
    subprocess.run([*command, "finish"], cwd=ROOT, check=True)
    storage = await open_storage(database_url, tmp_path)
    assert len(await report(storage)) == 10_000
    await storage.close()


async def test_two_workers_sqlite(sqlite_storage, sqlite_url, tmp_path):
    code = (
        "import asyncio, sys; from pathlib import Path; from storage import open_storage;"
        "asyncio.run(open_storage(sys.argv[1], Path(sys.argv[2])))"
    )
    second = subprocess.run(
        [sys.executable, "-c", code, sqlite_url, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    said = second.stderr.strip().splitlines()[-1]
    assert said.endswith(f"another hrc-bot process uses {file_of(sqlite_url)}; stop it first, or name another file")
    assert await want(sqlite_storage, ONE) == 1
    assert Path(f"{file_of(sqlite_url)}.lock").stat().st_mode & 0o777 == 0o600
