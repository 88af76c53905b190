"""Who may do what: user groups, administrators, and rights that are taken away."""

from __future__ import annotations

import pytest

from adapters.slack.user_groups import KEPT_S
from tests.adapters.slack.sample import done
from tests.loopback.slack_api import Fault

GROUP = "S0ORGANIZERS"


@pytest.fixture
async def mapped(slack, connect):
    """Yield a bot for which the members of one user group are organizers, and Ana is in it."""
    slack.groups[GROUP] = ["U0ANA"]
    async with connect(HRC_ORGANIZER_ROLES=f"slack:{GROUP},discord:81384788765712384") as town:
        yield town


async def test_members_of_a_mapped_user_group_are_organizers(mapped):
    await mapped.slack.command("sample plan title:Assembly seats:5")
    assert (await mapped.slack.seen(1)).text.startswith("Planned")
    await mapped.slack.command("sample draft", user="U0BEN")
    assert "Only organizers of this chapter can do this." in (await mapped.slack.seen(2)).text


async def test_no_user_group_is_asked_for_unless_one_is_mapped(town):
    await town.slack.command("sample who")
    await town.slack.seen(1)
    assert town.slack.called("usergroups.users.list") == []


async def test_a_user_group_that_cannot_be_read_gives_no_rights(mapped):
    mapped.slack.faults["usergroups.users.list"] = [Fault(error="missing_scope")] * 2
    await mapped.slack.command("sample draft")
    assert "Only organizers of this chapter can do this." in (await mapped.slack.seen(1)).text


async def test_the_members_of_a_group_are_remembered_for_people_without_rights(mapped):
    for count, user in enumerate(("U0BEN", "U0EVA", "U0LEO"), 1):
        mapped.slack.users[user] = {}
        await mapped.slack.command("sample who", user=user)
        await mapped.slack.seen(count)
    assert len(mapped.slack.called("usergroups.users.list")) == 1


async def test_a_person_without_rights_is_looked_up_once_for_many_requests(town):
    for count in (1, 2, 3):
        await town.slack.command("sample who")
        await town.slack.seen(count)
    assert len(town.slack.called("users.info")) == 1


def test_no_right_is_remembered_for_more_than_a_minute():
    assert 0 < KEPT_S <= 60


async def test_role_removed_between(mapped):
    """Taken out of the group between preview and confirmation."""
    await mapped.slack.command("sample draft")
    preview = await mapped.slack.seen(1)
    mapped.slack.groups[GROUP] = []
    await mapped.slack.press(preview, "Send it")
    refusal = await mapped.slack.seen(2)
    assert refusal.only_for == "U0ANA"
    assert "Only organizers of this chapter can do this." in refusal.text
    assert done["send"] == 0


async def test_role_removed_between_for_an_administrator(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample draft")
    preview = await town.slack.seen(1)
    town.slack.users["U0ANA"]["is_admin"] = False
    await town.slack.press(preview, "Send it")
    assert "Only organizers of this chapter can do this." in (await town.slack.seen(2)).text
    assert done["send"] == 0


async def test_a_short_silence_of_slack_does_not_take_rights_away(mapped):
    await mapped.slack.command("sample draft")
    preview = await mapped.slack.seen(1)
    mapped.slack.faults["usergroups.users.list"] = [Fault(status=429, headers={"Retry-After": "30"})]
    await mapped.slack.press(preview, "Send it")
    await mapped.slack.until(lambda: preview.text == "Sent")


async def test_role_by_workspace_admin(town):
    town.slack.users["U0ANA"] |= {"is_admin": True, "is_owner": True}
    await town.slack.command("sample appeal words:vote")
    refusal = await town.slack.seen(1)
    assert refusal.only_for == "U0ANA"
    assert "Only the Alliance's steering committee can do this." in refusal.text
    assert done["appeal"] == 0
    town.slack.users["U0STEER"] = {}
    await town.slack.command("sample appeal words:vote", user="U0STEER")
    assert (await town.slack.seen(2)).text == "Sent to everybody"


async def test_an_administrator_of_another_workspace_who_presses_here_has_no_rights(town):
    town.slack.users["U0EVA"] = {"is_admin": True, "team_id": "T0OTHER"}
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample draft")
    foreign = {"id": "T0OTHER", "domain": "other"}
    await town.slack.press(await town.slack.seen(1), "Send it", user="U0EVA", team=foreign)
    assert "Only organizers of this chapter can do this." in (await town.slack.seen(2)).text
    assert done["send"] == 0
