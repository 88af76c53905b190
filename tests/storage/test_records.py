"""Announcements, follows, drafts, the inbox, the audit, feedback."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.announcements import Announcement, Audience, State
from bot.domain.chapters import Follow
from bot.domain.records import AuditEntry, Draft
from bot.errors import Conflict, NotFound
from tests.storage.test_members import NOW, at, rows

WHEN = at("2027-03-14 18:30", "America/Chicago")
NEWS = Announcement(0, "fake:T1", "fake:ana", NOW, "News", "We *meet*.", "Nos *reunimos*.", when=WHEN)
FOLLOW = Follow("fake:T1", "fake:C1", ("announcements", "convenings"), "es", "fake:ana", NOW)


async def announce(storage, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.announcements.add(replace(NEWS, **changes))


async def follow(storage, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.follows.save(replace(FOLLOW, **changes))


async def test_an_announcement_comes_back_as_written(storage):
    stored = await announce(storage)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.announcements.save(stored.sent("fake:bo", NOW))
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.announcements.get(stored.id) == stored.sent("fake:bo", NOW)
        assert await uow.announcements.get(stored.id + 1) is None


async def test_the_text_of_a_revision_never_changes(storage):
    stored = await announce(storage)
    with pytest.raises(Conflict):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.announcements.save(replace(stored, message="Other words"))
    async with storage.unit_of_work(writes=True) as uow:
        await uow.announcements.save(replace(stored, message="Other words", revision=2))
    found = {row["revision"]: row["message"] for row in await rows(storage, "announcement_rev")}
    assert found == {1: "We *meet*.", 2: "Other words"}
    async with storage.unit_of_work(writes=False) as uow:
        assert (await uow.announcements.get(stored.id)).message == "Other words"


async def test_an_announcement_that_is_not_there_cannot_be_changed(storage):
    with pytest.raises(NotFound):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.announcements.save(replace(NEWS, id=9))


async def test_recent_announcements_are_newest_first_and_bound_to_their_workspace(storage):
    first, other, last = (
        await announce(storage),
        await announce(storage, workspace_id="fake:T2"),
        await announce(storage),
    )
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.id for one in await uow.announcements.recent("fake:T1")] == [last.id, first.id]
        assert [one.id for one in await uow.announcements.recent(limit=2)] == [last.id, other.id]


async def test_the_same_text_is_found_if_it_was_sent_lately_to_the_same_people(storage):
    sent = await announce(storage, state=State.SENT, sent_at=NOW)
    await announce(storage, message="Other", state=State.SENT, sent_at=NOW)
    draft = await announce(storage)
    async with storage.unit_of_work(writes=False) as uow:
        same = uow.announcements.same_text_since
        assert await same(draft, NOW - timedelta(minutes=10)) == sent
        assert await same(sent, NOW - timedelta(minutes=10)) is None
        assert await same(draft, NOW + timedelta(seconds=1)) is None
        assert await same(replace(draft, audience=Audience.ALL), NOW) is None
        assert await same(replace(draft, workspace_id="fake:T2"), NOW) is None


async def test_a_channel_has_one_follow(storage):
    await follow(storage)
    await follow(storage, topics=("convenings",), created_by="fake:bo")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.follows.get("fake:T1", "fake:C1") == replace(
            FOLLOW, topics=("convenings",), created_by="fake:bo"
        )
        assert await uow.follows.get("fake:T2", "fake:C1") is None
    assert len(await rows(storage, "follow_topic")) == 1


async def test_another_workspace_cannot_take_or_remove_a_channels_follow(storage):
    await follow(storage)
    with pytest.raises(Conflict):
        await follow(storage, workspace_id="fake:T2")
    async with storage.unit_of_work(writes=True) as uow:
        assert not await uow.follows.remove("fake:T2", "fake:C1")
        assert await uow.follows.remove("fake:T1", "fake:C1")
    assert await rows(storage, "follow_topic") == []


async def test_a_topic_reaches_unpaused_channels_oldest_first(storage):
    await follow(storage, channel_id="fake:C2", created_at=NOW + timedelta(hours=1))
    await follow(storage)
    await follow(storage, channel_id="fake:C3", topics=("convenings",))
    await follow(storage, channel_id="fake:C4", workspace_id="fake:T2")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.follows.pause("fake:C4", "is_archived")
        assert (await uow.follows.get("fake:T2", "fake:C4")).paused_reason == "is_archived"
    await follow(storage, channel_id="fake:C5", workspace_id="fake:T2", created_at=NOW + timedelta(hours=2))
    async with storage.unit_of_work(writes=False) as uow:
        channels = [one.channel_id for one in await uow.follows.of_topic("announcements")]
        assert channels == ["fake:C1", "fake:C2", "fake:C5"]
        assert [one.channel_id for one in await uow.follows.of_topic("convenings", "fake:T2")] == ["fake:C5"]
        assert [one.channel_id for one in await uow.follows.of_workspace("fake:T2")] == ["fake:C4", "fake:C5"]


async def test_a_draft_is_its_authors_until_it_expires(storage):
    draft = Draft("t1", "fake:ana", "join", {"name": "Ana\0", "city": "ñ \ud83d"}, NOW + timedelta(hours=1))
    async with storage.unit_of_work(writes=True) as uow:
        await uow.drafts.put(replace(draft, values={}))
        await uow.drafts.put(draft)
        assert await uow.drafts.get("t1", "fake:ana", NOW) == draft
        assert await uow.drafts.get("t1", "fake:bo", NOW) is None
        assert await uow.drafts.get("t1", "fake:ana", draft.expires_at) is None
        assert (await uow.drafts.forget(NOW), await uow.drafts.forget(draft.expires_at)) == (0, 1)


async def test_a_dropped_draft_is_gone(storage):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.drafts.put(Draft("t1", "fake:ana", "join", {}, NOW + timedelta(hours=1)))
        await uow.drafts.drop("t1")
    assert await rows(storage, "draft") == []


async def test_of_two_at_once_one_claims_a_request(storage):
    async def claim():
        async with storage.unit_of_work(writes=True) as uow:
            return await uow.inbox.claim("event:1", NOW)

    assert sorted(await asyncio.gather(claim(), claim(), claim())) == [False, False, True]
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.inbox.forget(NOW) == 0
        assert await uow.inbox.forget(NOW + timedelta(days=1)) == 1
        assert await uow.inbox.claim("event:1", NOW)


async def test_the_audit_tells_the_newest_first(storage):
    entries = [
        AuditEntry(NOW, "fake:ana", "fake:T1", act, "announcement:1") for act in ("announce new", "announce send")
    ]
    async with storage.unit_of_work(writes=True) as uow:
        for one in entries:
            await uow.audit.add(one)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.audit.recent() == tuple(reversed(entries))
        assert await uow.audit.recent(limit=1) == (entries[1],)


async def test_feedback_given_at_once_is_all_counted(storage):
    async def press(helpful):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.feedback.count("what", "en", helpful)

    await asyncio.gather(*(press(one) for one in (True, False, True, True)))
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.feedback.totals("what", "en") == (3, 1)
        assert await uow.feedback.totals("what", "es") == (0, 0)


async def test_what_a_block_stored_before_it_raised_is_gone(storage):
    with pytest.raises(ZeroDivisionError):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.audit.add(AuditEntry(datetime.now(UTC), "fake:ana", "fake:T1", "join"))
            raise ZeroDivisionError
    assert await rows(storage, "audit") == []


async def test_a_unit_of_work_that_only_reads_cannot_write(storage):
    with pytest.raises(RuntimeError, match="only reads"):
        async with storage.unit_of_work(writes=False) as uow:
            await uow.inbox.claim("event:1", NOW)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.inbox.claim("event:1", NOW)
