"""A convening entered the way people do it, for tests of the adapter with all features."""

from __future__ import annotations

from bot.domain.chapters import Follow
from tests.adapters.slack.conftest import Town
from tests.loopback.slack_api import Message

ASSEMBLY = "City assembly"
TYPED = f'convening add title:"{ASSEMBLY}" starts:"2027-03-14 18:30" zone:America/New_York place:"City Hall"'


async def added(town: Town) -> None:
    """Announce a convening as the steering member does: type it, look at the preview, save it."""
    town.slack.users["U0STEER"] = {}
    before = len(town.slack.messages)
    await town.slack.command(TYPED, user="U0STEER")
    preview = await town.slack.seen(before + 1)
    await town.slack.press(preview, "Save", user="U0STEER")
    await town.slack.until(lambda: "is saved" in preview.text)


async def posted(town: Town) -> Message:
    """Announce a convening in a town whose channel follows convenings; return the card that the channel shows."""
    async with town.storage.unit_of_work(writes=True) as uow:
        follow = Follow("slack:T0HRC", "slack:C0TOWN", ("convenings",), "en", "slack:U0STEER", town.clock())
        await uow.follows.save(follow)
    await added(town)
    await town.outbox.once()
    return next(one for one in town.slack.messages if one.channel == "C0TOWN" and not one.only_for)
