"""Servers that let the bot in, lose a channel, or take the bot out."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.chapters import Follow
from bot.domain.deliveries import Subject
from bot.ports import utc_now
from tests.loopback.discord_accounts import guild

PLACE, CHANNEL = "discord:900", "discord:901"


def new():
    """Return a server as its first event has it; those that were there before say that they are not unavailable."""
    return {key: value for key, value in guild().items() if key != "unavailable"}


@pytest.fixture
async def follow(sqlite):
    one = Follow(PLACE, CHANNEL, ("convenings",), "en", "discord:77", utc_now())
    async with sqlite.unit_of_work(writes=True) as uow:
        await uow.follows.save(one)
    return one


async def until(storage, holds):
    """Wait until what is stored is so; return it."""
    async with asyncio.timeout(10):
        while True:
            async with storage.unit_of_work(writes=False) as uow:
                if found := await holds(uow):
                    return found
            await asyncio.sleep(0.02)


async def told(uow, subject):
    async with asyncio.timeout(5):
        stamps = range(int(utc_now().timestamp()) - 20, int(utc_now().timestamp()) + 1)
        return [row for stamp in stamps for row in await uow.deliveries.of_subject(subject, stamp)]


async def test_the_owner_of_a_server_that_lets_the_bot_in_is_told_how_to_begin(server, sqlite, running):
    async with running() as adapter:
        await adapter._connected().wait_until_ready()  # a server that comes while the others do counts as known
        await server.dispatch("GUILD_CREATE", {**new(), "id": "900", "owner_id": "77", "preferred_locale": "es-ES"})
        (row,) = await until(sqlite, lambda uow: told(uow, Subject.WELCOME))
        assert (row.target.workspace_id, row.target.user_id, row.target.lang) == (PLACE, "discord:77", "es")


async def test_a_server_that_takes_the_bot_out_gets_nothing_more(server, sqlite, running, follow):
    async with running():
        await server.dispatch("GUILD_CREATE", {**new(), "id": "900", "owner_id": "77"})
        await server.dispatch("GUILD_DELETE", {"id": "900"})

        async def paused(uow):
            return [one for one in await uow.follows.of_workspace(PLACE) if one.paused_reason == "signed_out"]

        assert await until(sqlite, paused)


async def test_an_outage_of_a_server_is_no_leaving(server, sqlite, running, follow):
    async with running() as adapter:
        await adapter._connected().wait_until_ready()
        await server.dispatch("GUILD_CREATE", {**new(), "id": "900", "owner_id": "77"})
        await until(sqlite, lambda uow: told(uow, Subject.WELCOME))
        await server.dispatch("GUILD_DELETE", {"id": "900", "unavailable": True})
        await server.dispatch("GUILD_CREATE", {**new(), "id": "902", "owner_id": "78"})
        await until(sqlite, lambda uow: _two(uow))
        async with sqlite.unit_of_work(writes=False) as uow:
            (one,) = await uow.follows.of_workspace(PLACE)
        assert one.paused_reason == ""


async def _two(uow):
    return len(await told(uow, Subject.WELCOME)) == 2


async def test_a_deleted_channel_is_told_to_whoever_let_it_follow(server, sqlite, running, follow):
    channel = {"id": "901", "type": 0, "guild_id": "900", "name": "town", "position": 0, "permission_overwrites": []}
    async with running():
        await server.dispatch("GUILD_CREATE", {**new(), "id": "900", "owner_id": "77", "channels": [channel]})
        await server.dispatch("CHANNEL_DELETE", channel)
        (row,) = await until(sqlite, lambda uow: told(uow, Subject.CHANNEL_LOST))
        assert row.target.user_id == "discord:77"
