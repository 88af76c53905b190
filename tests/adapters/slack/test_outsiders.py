"""Guests, people of other organisations, and channels that are shared with them (Slack Connect)."""

from __future__ import annotations

import pytest

from adapters.slack.people import actor_of
from bot.registry import load
from tests.adapters.slack.real import added


@pytest.fixture
async def real(connect):
    """Yield a bot with all of its features."""
    async with connect(load()) as town:
        yield town


async def follow_of(town):
    async with town.storage.unit_of_work(writes=False) as uow:
        return await uow.follows.get("slack:T0HRC", "slack:C0TOWN")


async def said(town, text, **who):
    """Type a command; return what the bot answered."""
    count = len(town.slack.messages)
    await town.slack.command(text, **who)
    await town.slack.until(lambda: len(town.slack.messages) > count)
    return town.slack.messages[-1].text


@pytest.mark.parametrize(
    ("info", "is_guest"),
    [
        ({"team_id": "T1"}, False),
        ({"team_id": "T1", "is_restricted": True, "is_admin": True}, True),
        ({"team_id": "T1", "is_ultra_restricted": True}, True),
        ({"team_id": "T2", "is_stranger": True, "is_owner": True}, True),
        ({"team_id": "T2"}, True),
    ],
)
def test_guests_and_people_of_other_organisations_are_told_apart(info, is_guest):
    actor = actor_of("U1", "T1", info)
    assert (actor.is_guest, actor.is_admin) == (is_guest, False)


async def test_a_guest_reads_what_guests_can_do_and_no_mapped_group_makes_them_an_organizer(slack, connect):
    slack.groups["S0ORGANIZERS"] = ["U0GUEST"]
    slack.users["U0GUEST"] = {"is_restricted": True}
    async with connect(load(), HRC_ORGANIZER_ROLES="slack:S0ORGANIZERS") as town:
        refusal = await said(town, "channel follow", user="U0GUEST")
        assert "As a guest you can ask, look things up, join and answer convenings." in refusal
        assert await follow_of(town) is None
        assert "No convening is planned yet" in await said(town, "convening list", user="U0GUEST")


async def test_guest_and_shared_channels(real):
    """Posts stop in a channel that became shared, also those that wait, until the committee allows them."""
    real.slack.users["U0ANA"]["is_admin"] = True
    await said(real, "channel follow")
    await added(real)
    event = {"type": "channel_shared", "connected_team_id": "E0OTHER", "channel": "C0TOWN", "ts": None}
    await real.slack.event(event)
    while not (await follow_of(real)).paused_reason:
        await real.slack.until(lambda: True)
    real.slack.channels["C0TOWN"] = {"is_member": True, "is_ext_shared": True}
    before = len(real.slack.called("chat.postMessage"))
    await real.outbox.once()
    assert len(real.slack.called("chat.postMessage")) == before
    status = await said(real, "channel status")
    assert "People of another organisation are in the channel." in status
    refused = await said(real, "channel follow")
    assert "Somebody in the steering committee can allow it" in refused
    assert (await follow_of(real)).paused_reason == "shared_outside"
    real.slack.users["U0STEER"] = {}
    await said(real, "channel follow", user="U0STEER")
    assert (await follow_of(real)).paused_reason == ""
    async with real.storage.unit_of_work(writes=False) as uow:
        acts = [(one.user_id, one.act) for one in await uow.audit.recent() if one.outcome == "done"]
    assert ("platform", "channel shared") in acts
