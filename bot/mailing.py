"""Getting onto the email list and off it: what `join`, `email`, the web pages and imports share.

Nothing but the mail that asks to confirm goes to an address until its owner confirms. Whoever asks learns nothing of
who is on the list already: the answer, and the work done for it, are the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.deliveries import Subject, Target
from bot.domain.subscriptions import (
    LIST,
    PLATFORM,
    TEXT_VERSION,
    Barred,
    Purpose,
    Standing,
    Subscription,
    Way,
    list_of,
)
from bot.email_settings import Email
from bot.ports import UnitOfWork
from bot.settings import Settings

ASKS_EVERY = timedelta(minutes=10)  # a second mail to confirm, at the earliest
ASKS_A_DAY = 3
ASKS_AN_HOUR = 200  # to all addresses together


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody's wish to be on the list. `person_id` is a member who calls the address theirs, "" for nobody."""

    address: str
    lang: str
    way: Way
    person_id: str = ""


def list_id(email: Email) -> str:
    return list_of(email.list_id, email.from_address)


def target_of(subscription: Subscription) -> Target:
    """Return where the subscription's mail goes; the address itself is not in it."""
    return Target(LIST, user_id=subscription.user_id, lang=subscription.lang)


async def subscribe(uow: UnitOfWork, settings: Settings, wish: Wish, now: datetime) -> None:
    """Ask the address's owner to confirm; for one that is on the list already, tell them so.

    Mails to one address are limited, whoever asks; a member whose address is confirmed as theirs gets none.
    """
    which = list_id(settings.email)
    known = await uow.subscriptions.of_address(which, wish.address)
    is_busy = await uow.subscriptions.asked_since(which, now - timedelta(hours=1)) >= ASKS_AN_HOUR
    one = known or _new(wish, which, now)
    if is_busy or _is_theirs(one, wish) or not _may_mail(one, now):
        return
    asked = await uow.subscriptions.save(_asked(one, wish, now))
    await uow.deliveries.want(Subject.SUBSCRIPTION, asked.asks, (target_of(asked),), 1, now)


def _new(wish: Wish, which: str, now: datetime) -> Subscription:
    return Subscription(str(uuid.uuid4()), which, wish.address, Standing.ASKED, now, wish.way, TEXT_VERSION, wish.lang)


def _is_theirs(one: Subscription, wish: Wish) -> bool:
    return one.standing is Standing.CONFIRMED and bool(wish.person_id) and one.person_id == wish.person_id


def _may_mail(one: Subscription, now: datetime) -> bool:
    """Say whether the address may get one more mail to confirm: three a day, none within ten minutes."""
    since = now - one.mailed_at if one.mailed_at else None
    return since is None or since >= timedelta(days=1) or (since >= ASKS_EVERY and one.asks % ASKS_A_DAY != 0)


def _asked(one: Subscription, wish: Wish, now: datetime) -> Subscription:
    """Return it with one more mail to confirm; a confirmed one stays as it is until its owner says more."""
    again = replace(one, asked_at=now, mailed_at=now, asks=one.asks + 1, claimed_by=wish.person_id)
    if one.standing is Standing.CONFIRMED:
        return again
    standing = Standing.ASKED if one.standing is Standing.LEAVING else one.standing
    return replace(again, standing=standing, way=wish.way, text_version=TEXT_VERSION, lang=wish.lang)


async def confirm(uow: UnitOfWork, token: str, settings: Settings, now: datetime) -> Subscription | None:
    """Confirm what the token stands for, once; None when it is forged, too old or used."""
    found = await confirmable(uow, token, settings, now)
    if found is None:
        return None
    stored = await uow.subscriptions.save(found.confirmed(now))
    await uow.suppressions.lift(stored.address)
    if stored.person_id:
        await uow.members.adopt(stored.person_id, stored.user_id)
    return stored


async def confirmable(uow: UnitOfWork, token: str, settings: Settings, now: datetime) -> Subscription | None:
    """Return what the token would confirm."""
    found = await uow.subscriptions.of_token(Purpose.CONFIRM, token, list_id(settings.email))
    return found if found and found.waits_for_proof(now) else None


async def unsubscribe(
    uow: UnitOfWork, one: Subscription, settings: Settings, now: datetime, *, ends_wish: bool = True
) -> None:
    """Take the subscription off the list at once, and remember the address's hash, so that no import brings it back.

    Where another program keeps the list, the address stays until that program has heard of it. `ends_wish`: the
    member's record says no from now on.
    """
    if one.confirmed_at:
        await uow.suppressions.add(one.address, Barred.LEFT, now)
    if settings.email.mode != "mailman":
        return await uow.subscriptions.drop(one, ends_wish=ends_wish)
    leaving = await uow.subscriptions.save(replace(one, standing=Standing.LEAVING, asks=one.asks + 1))
    await uow.deliveries.want(Subject.SUBSCRIPTION, leaving.asks, (target_of(leaving),), 1, now)
    return None


async def bounce(uow: UnitOfWork, subscription_id: str, now: datetime, *, is_hard: bool) -> None:
    """Remember that mail came back; an address that is given up gets none any more, and no import brings it back."""
    one = await uow.subscriptions.get(subscription_id)
    if one is None:
        return
    stored = await uow.subscriptions.save(one.bounced(now, is_hard=is_hard))
    if stored.standing is Standing.SUSPENDED:
        await uow.suppressions.add(stored.address, Barred.BOUNCED, now)


async def follow_wish(uow: UnitOfWork, settings: Settings, wish: Wish, now: datetime, *, is_wanted: bool) -> None:
    """Bring the list in line with what a member's record says: ask for the address given, end those of others.

    Without a relay only the wish is stored, with the member's record.
    """
    if not settings.email.is_on:
        return
    for one in await uow.subscriptions.of_person(wish.person_id):
        is_another = one.address.casefold() != wish.address.casefold()
        if one.person_id == wish.person_id and (is_another or not is_wanted):
            await unsubscribe(uow, one, settings, now, ends_wish=not is_wanted)
    if is_wanted and wish.address:
        await subscribe(uow, settings, wish, now)


async def mail_targets(uow: UnitOfWork, settings: Settings) -> tuple[Target, ...]:
    """Return who gets what goes to everybody: each confirmed subscription, or the one list that another keeps."""
    if not settings.email.is_on:
        return ()
    if not settings.email.keeps_list:
        return (Target(LIST, LIST, lang=settings.language),)
    reached = await uow.subscriptions.reached(list_id(settings.email))
    return tuple(Target(LIST, user_id=f"{PLATFORM}:{one}", lang=lang) for one, lang in reached)
