"""Grants that end, and what storage knows of somebody who acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.grants import Block, Grant
from tests.storage.test_members import ANA, NOW, join, rows

YEAR = timedelta(days=365)
GRANT = Grant(0, "fake:ana", "organizer", "fake:steering", NOW, NOW + YEAR, workspace_id="fake:T1")
BLOCK = Block(0, "fake:ana", "", "Threats", "fake:steering", NOW)


async def put(storage, *grants):
    async with storage.unit_of_work(writes=True) as uow:
        return [await uow.grants.put(one) for one in grants]


async def block(storage, *blocks):
    async with storage.unit_of_work(writes=True) as uow:
        return [await uow.blocks.add(one) for one in blocks]


async def standing(storage, user_id="fake:ana", workspace_id="fake:T1", now=NOW):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.grants.standing(user_id, workspace_id, now)


async def test_somebody_unknown_has_no_standing(storage):
    found = await standing(storage)
    assert (found.accounts, found.grants, found.block, found.suspension) == (("fake:ana",), (), None, None)


async def test_a_standing_holds_what_runs_and_for_all_linked_accounts(storage):
    await join(storage, ANA, "fake:ana")
    await join(storage, ANA, "other:ana")
    expert = replace(GRANT, role="expert", workspace_id="", theme="udhr", user_id="other:ana")
    ended = replace(GRANT, role="steering", workspace_id="", until=NOW)
    await put(storage, GRANT, expert, ended, replace(GRANT, user_id="fake:bo", role="steering", workspace_id=""))
    for account in ("fake:ana", "other:ana"):
        found = await standing(storage, account)
        assert {*found.accounts} == {"fake:ana", "other:ana"}
        assert found.has("organizer", "fake:T1")
        assert not found.has("organizer", "fake:T2")
        assert not found.has("steering")
        assert found.themes == {"udhr"}
    assert not (await standing(storage, now=NOW + YEAR)).grants


async def test_a_block_is_of_an_account_and_a_suspension_of_a_chapter(storage):
    first, again, chapter = await block(storage, BLOCK, BLOCK, replace(BLOCK, user_id="", workspace_id="fake:T1"))
    assert (first.user_id, again) == ("fake:ana", None)
    found = await standing(storage)
    assert (found.block, found.suspension) == (first, chapter)
    elsewhere = await standing(storage, "fake:bo", "fake:T2")
    assert (elsewhere.block, elsewhere.suspension) == (None, None)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.blocks.is_suspended("fake:T1")
        assert not await uow.blocks.is_suspended("fake:ana")
        assert await uow.blocks.remove(chapter.id) == chapter
        assert await uow.blocks.remove(chapter.id) is None
        assert await uow.blocks.all() == (first,)


async def test_renewing_a_grant_makes_a_new_one_in_its_place(storage):
    (first,) = await put(storage, GRANT)
    (second,) = await put(storage, replace(GRANT, until=NOW + 2 * YEAR))
    assert second.id > first.id
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.grants.all() == (second,)
        assert await uow.grants.get(first.id) is None
        assert await uow.grants.forget(NOW + YEAR) == 0
        assert await uow.grants.holders("organizer", NOW) == (second,)
        assert await uow.grants.holders("organizer", NOW + 2 * YEAR) == ()
        assert await uow.grants.forget(NOW + 3 * YEAR) == 1


async def test_erasing_somebody_ends_their_grants_and_keeps_them_out_without_their_name(storage):
    given = replace(GRANT, user_id="fake:bo", granted_by="fake:ana")
    await put(storage, GRANT, given)
    await block(storage, BLOCK, replace(BLOCK, user_id="fake:bo", blocked_by="fake:ana"))
    async with storage.unit_of_work(writes=True) as uow:
        kept = await uow.members.kept("fake:ana")
        assert (kept.counts["role_grant"], kept.counts["block"]) == (2, 2)
        await uow.members.erase("fake:ana")
    assert [(row["user_id"], row["granted_by"]) for row in await rows(storage, "role_grant")] == [("fake:bo", "")]
    kept_out = [(row["user_id"], row["reason"], row["blocked_by"]) for row in await rows(storage, "block")]
    assert sorted(kept_out) == [("", "", "fake:steering"), ("fake:bo", "Threats", "")]
    assert (await standing(storage)).block
