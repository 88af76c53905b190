"""Who comes in at all: rate limits, people and chapters that are kept out, and what somebody's standing is now."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from bot.command import Action, Command
from bot.context import Context
from bot.domain.grants import Standing
from bot.errors import KeptOut, TooFast
from bot.http import Visit
from bot.i18n import Translator
from bot.limits import REMEMBERED, Buckets
from bot.permissions import STEERING
from bot.ports import UnitOfWork
from bot.request import Kind, Request
from bot.settings import Settings

ALWAYS = frozenset({"about", "form", "help", "me", "privacy"})  # whoever is kept out may still see and erase their data
SILENCE = timedelta(days=1)
DAY_MIN = 24 * 60
SUGGESTION = 0.1  # of a request: one comes with each key that is typed
REFUSALS = (1.0, 20.0)  # audited refusals of one person: a minute, and at once
FOR_MANY = 100  # times what one visitor may ask: such a page is asked by programs that work for many people


class Gate:
    """The limits of one process, and what it told whom."""

    def __init__(self, settings: Settings) -> None:
        chosen = settings.limits
        self._people = Buckets(chosen.person_per_minute, chosen.person_at_once)
        self._chapters = Buckets(chosen.chapter_per_minute, chosen.chapter_at_once)
        self._refusals = Buckets(*REFUSALS)
        self._a_day: dict[str, Buckets] = {}
        self._told: OrderedDict[str, datetime] = OrderedDict()

    def slow_down(self, request: Request, t: Translator, cost: float = 1.0) -> None:
        """Count a request.

        Raises:
            TooFast: the person, or everybody in the chapter together, asked too much in a short time.
        """
        person, origin = request.actor.user_id, request.origin
        wait_s = self._people.wait_s(person, cost)
        if wait_s:
            is_told = not self._people.is_first_refusal(person)
            raise _too_fast(t("That was a lot in a short time."), wait_s, t, is_told=is_told)
        wait_s = 0.0 if origin.is_direct else self._chapters.wait_s(origin.workspace_id, cost)
        if wait_s:
            is_told = not self._chapters.is_first_refusal(origin.workspace_id)
            raise _too_fast(t("Many people are asking here at the same time."), wait_s, t, is_told=is_told)

    async def admitted(self, ctx: Context, declared: Command | Action, uow: UnitOfWork) -> Context:
        """Return the context with the person's standing, as storage knows it at this moment.

        Raises:
            KeptOut: the person is blocked, or the chapter is suspended.
        """
        standing = await uow.grants.standing(ctx.user_id, ctx.workspace_id, ctx.now)
        chapter = await uow.chapters.get(ctx.workspace_id)
        ctx = replace(ctx, stores=uow, standing=standing, chapter_zone=chapter.zone)
        if declared.name.replace(".", " ").split()[0] in ALWAYS:
            return ctx
        heeded = replace(standing, suspension=None) if STEERING in ctx.roles else standing
        refused = _kept_out(heeded, ctx.t, ctx.settings)
        if refused:
            refused.is_told = self._is_told(ctx)
            raise refused
        return ctx

    def count(self, ctx: Context, declared: Command | Action) -> None:
        """Count what one person may do a few times in a day only.

        Raises:
            TooFast: it was done too often.
        """
        a_day = declared.a_day if isinstance(declared, Command) else 0
        if a_day == 0:
            return
        buckets = self._a_day.setdefault(declared.name, Buckets(a_day / DAY_MIN, a_day))
        if buckets.wait_s(ctx.user_id):
            raise TooFast(ctx.t("That is as often as one person can do this in a day."), ctx.t("Try again tomorrow."))

    def may_audit(self, user_id: str) -> bool:
        """Say whether one more refusal of the person is worth an entry: a flood of them tells nothing more."""
        return not self._refusals.wait_s(user_id)

    def _is_told(self, ctx: Context) -> bool:
        """Say whether the person heard it within a day, and remember that they do now."""
        told_at = self._told.get(ctx.user_id)
        self._told[ctx.user_id] = ctx.now
        self._told.move_to_end(ctx.user_id)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return told_at is not None and ctx.now - told_at < SILENCE


def is_silent(error: KeptOut, request: Request) -> bool:
    """Say whether nothing is answered: plain words from somebody who was told already, in a channel or too fast."""
    is_quiet_place = not request.origin.is_direct or isinstance(error, TooFast)
    return error.is_told and request.kind is Kind.MESSAGE and is_quiet_place


class Visitors:
    """How much may be asked of the web pages from one internet address; known by keyed hashes, in memory alone."""

    def __init__(self, settings: Settings) -> None:
        chosen = settings.limits
        per_minute, at_once = chosen.visitor_per_minute, chosen.visitor_at_once
        self._each = Buckets(per_minute, at_once)
        self._for_many = Buckets(per_minute * FOR_MANY, at_once * FOR_MANY)
        self._key = secrets.token_bytes(32)

    def slow_down(self, peer: str, t: Translator, *, is_for_many: bool) -> None:
        """Count a request from the address `peer`; where nobody can tell it, nothing is counted.

        Raises:
            TooFast: too much was asked from there in a short time.
        """
        buckets = self._for_many if is_for_many else self._each
        wait_s = buckets.wait_s(self._code(peer)) if peer else 0.0
        if wait_s:
            raise _too_fast(t("That was a lot in a short time."), wait_s, t)

    def _code(self, peer: str) -> str:
        return hashlib.blake2b(_household(peer).encode(), key=self._key, digest_size=16).hexdigest()


async def kept_out(visit: Visit, t: Translator, *, user_id: str = "", workspace_id: str = "") -> KeptOut | None:
    """Return why a page is refused to whoever the account belongs to, or for that chapter; None where it is not.

    A link gives no right: who holds it is let into a suspended chapter no more than others, of the committee or not.
    """
    linked = await visit.uow.members.accounts_of(user_id) if user_id else ()
    accounts = dict.fromkeys((user_id, *linked))
    found = [await visit.uow.grants.standing(one, workspace_id, visit.now) for one in accounts]
    block = next((one.block for one in found if one.block), None)
    return _kept_out(Standing(block=block, suspension=found[0].suspension), t, visit.settings)


def _kept_out(standing: Standing, t: Translator, settings: Settings) -> KeptOut | None:
    """Return the refusal in words, None for somebody who may come in."""
    block = standing.block or standing.suspension
    if block is None:
        return None
    text, stays = t("The steering committee suspended this chapter."), ""
    if standing.block:
        text = t("The steering committee keeps you out of this bot.")
        stays = t("You can still see and erase what is kept about you: type me.")
    why = t("The reason: {reason}", reason=block.reason) if block.reason else ""
    email = settings.contact.email
    objection = t("If this is a mistake, write to {email}.", email=email) if email else ""
    return KeptOut(text, " ".join(one for one in (why, stays, objection) if one))


def _too_fast(text: str, wait_s: float, t: Translator, *, is_told: bool = False) -> TooFast:
    whole_s = math.ceil(wait_s)
    hint = t.plural("Try again in {count} second.", "Try again in {count} seconds.", whole_s)
    return TooFast(text, hint, is_told=is_told, wait_s=whole_s)


def _household(peer: str) -> str:
    """Return the address, of IPv6 the half that is the same for every machine of one connection (RFC 6177)."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or int(address) >> 64)
