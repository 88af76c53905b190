"""Who comes in at all: rate limits, people and chapters that are kept out, and what somebody's standing is now."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

from bot.command import Action, Command
from bot.context import Context
from bot.domain.grants import Block
from bot.errors import KeptOut, TooFast
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
            text, words = t("That was a lot in a short time."), t.plural
            hint = words("Try again in {count} second.", "Try again in {count} seconds.", math.ceil(wait_s))
            raise TooFast(text, hint, is_told=is_told)
        wait_s = 0.0 if origin.is_direct else self._chapters.wait_s(origin.workspace_id, cost)
        if wait_s:
            is_told = not self._chapters.is_first_refusal(origin.workspace_id)
            text = t("Many people are asking here at the same time.")
            hint = t.plural("Try again in {count} second.", "Try again in {count} seconds.", math.ceil(wait_s))
            raise TooFast(text, hint, is_told=is_told)

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
        if standing.block:
            raise self._blocked(ctx, standing.block)
        if standing.suspension and STEERING not in ctx.roles:
            raise self._suspended(ctx, standing.suspension)
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

    def _blocked(self, ctx: Context, block: Block) -> KeptOut:
        t = ctx.t
        stays = t("You can still see and erase what is kept about you: type me.")
        hint = f"{_why(block, t)} {stays} {_object(ctx)}".strip()
        return KeptOut(t("The steering committee keeps you out of this bot."), hint, is_told=self._is_told(ctx))

    def _suspended(self, ctx: Context, suspension: Block) -> KeptOut:
        t = ctx.t
        hint = f"{_why(suspension, t)} {_object(ctx)}".strip()
        return KeptOut(t("The steering committee suspended this chapter."), hint, is_told=self._is_told(ctx))

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


def _why(block: Block, t: Translator) -> str:
    return t("The reason: {reason}", reason=block.reason) if block.reason else ""


def _object(ctx: Context) -> str:
    email = ctx.settings.contact.email
    return ctx.t("If this is a mistake, write to {email}.", email=email) if email else ""
