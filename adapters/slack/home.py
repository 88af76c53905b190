"""The Home tab: a welcome, the next convenings with the person's own answers, questions to try, and joining."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.slack.render import render
from bot.command import RUN
from bot.domain.convenings import Convening, Going
from bot.domain.members import Member
from bot.errors import Busy
from bot.features.convening_cards import listing
from bot.features.help import QUESTIONS
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import ORGANIZER, roles_of
from bot.plugin import Host
from bot.ports import UnitOfWork
from bot.reply import Button, Field, Reply, Section
from bot.request import Request

SOON = 3  # convenings shown to everybody; those that the person answered are shown besides
LOOKED_AT = 10


async def home(host: Host, request: Request) -> Reply:
    """Return what the Home tab of the asking person shows."""
    t = host.dispatcher.translator(request)
    try:
        async with host.unit_of_work(writes=False) as uow:
            records = await _records(uow, host, request, t)
    except Busy:
        text = escape(t("The calendar cannot be read just now. Open this tab again in a minute."))
        records = (Section(text=text),)
    summary = t("Welcome! I answer questions about human rights cities, with sources, and tell you when people meet.")
    return Reply(summary, (_questions(t), *records))


def home_view(reply: Reply, t: Translator) -> dict[str, Any]:
    """Return `reply` as the view that `views.publish` takes."""
    return {"type": "home", "blocks": [block for message in render(reply, t) for block in message.blocks]}


def _questions(t: Translator) -> Section:
    buttons = tuple(Button(t(one), RUN, f"ask {t(one)}") for one in QUESTIONS)
    others = (Button(t("Ask something else"), RUN, "ask", "primary"), Button(t("All commands"), RUN, "help"))
    return Section(t("Try one of these questions"), buttons=(*buttons, *others))


async def _records(uow: UnitOfWork, host: Host, request: Request, t: Translator) -> tuple[Section, ...]:
    now, user_id = host.dispatcher.services.clock(), request.actor.user_id
    member = await uow.members.by_user(user_id)
    answers = {one.convening_id: one.answer for one in await uow.convenings.attending(member.id if member else user_id)}
    coming = await uow.convenings.upcoming(now, limit=LOOKED_AT, workspace_id=request.origin.workspace_id)
    shown = tuple(one for at, one in enumerate(coming) if at < SOON or one.id in answers)
    standing = await uow.grants.standing(user_id, request.origin.workspace_id, now)
    is_organizer = ORGANIZER in roles_of(request, host.settings, standing)
    listed = listing(shown, t, now, is_organizer=is_organizer)
    convenings = [_answered(section, one, answers, t) for section, one in zip(listed.sections, shown, strict=False)]
    rest = listed.sections[len(convenings) :]
    return (Section(t("Next convenings"), escape(listed.summary)), *convenings, *rest, _membership(member, t))


def _answered(section: Section, convening: Convening, answers: dict[int, Going], t: Translator) -> Section:
    """Return a convening's section with the person's answer, where there is one."""
    if convening.id not in answers:
        return section
    words = {Going.YES: t("Yes"), Going.MAYBE: t("Maybe"), Going.NO: t("No")}
    mine = Field(t("Your answer"), words[answers[convening.id]])
    return replace(section, fields=(*section.fields, mine))


def _membership(member: Member | None, t: Translator) -> Section:
    title = t("Your registration")
    if member is None:
        text = t("You have not joined yet. It takes a minute, and you choose what you tell.")
        return Section(title, escape(text), buttons=(Button(t("Join"), RUN, "join", "primary"),))
    text = t("You have joined as {name}.", name=member.name)
    return Section(title, escape(text), buttons=(Button(t("See what is kept about me"), RUN, "me"),))
