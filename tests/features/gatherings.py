"""What tests of convenings, announcements and channels begin with: people, a followed channel, a convening."""

from __future__ import annotations

from bot.reply import Moment, Reply
from bot.testing import Conversation

ORGANIZER = {
    "user": "fake:olga",
    "admin": True,
    "lang": "en",
    "workspace": "fake:T1",
    "channel": "fake:C1",
    "direct": False,
}
MEMBER = ORGANIZER | {"user": "fake:ana", "admin": False}
STEERING = ORGANIZER | {"user": "fake:steering", "admin": False}
ELSEWHERE = ORGANIZER | {"user": "fake:otto", "workspace": "fake:T2", "channel": "fake:C2"}
ADD = 'convening add title:"City assembly" starts:"2027-03-10 18:30" zone:America/New_York place:"City Hall"'


async def followed(chat: Conversation, *channels: str, options: str = "") -> None:
    """Let channels of the organizer's chapter follow everything."""
    for channel in channels or ("fake:C1",):
        await chat.say(f"channel follow {options}", **ORGANIZER | {"channel": channel})


async def planned(chat: Conversation, more: str = "", **who: object) -> Reply:
    """Plan a convening, save it and let it be posted; return what Save answered."""
    preview = await chat.say(f"{ADD} {more}", **ORGANIZER | who)
    reply: Reply = await chat.press(preview, "Save")
    await chat.deliver()
    return reply


def post(chat: Conversation, channel: str = "fake:C1") -> Reply:
    """Return the newest message in a channel."""
    return chat.messenger.seen_in(channel)[-1]


def value_of(reply: Reply, label: str) -> str:
    """Return what a field says; times as "weekday hour:minute zone"."""
    found = [one.value for section in reply.sections for one in section.fields if one.label == label]
    if not found:
        raise LookupError(f"no field {label!r}")
    return f"{found[0].at:%A %H:%M} {found[0].zone}" if isinstance(found[0], Moment) else str(found[0])
