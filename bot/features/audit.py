"""The record of administrative acts, for the committee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from bot.command import Feature, Option
from bot.context import Context
from bot.domain.records import ERASED, OPERATOR, PERSON, PLATFORM, AuditEntry, AuditQuery
from bot.errors import UserInputError
from bot.i18n import N_, Translator
from bot.naming import account_of
from bot.permissions import steering
from bot.reply import Field, Mention, Moment, Reply, Section

SHOWN = 10

feature = Feature("audit", summary=N_("Every administrative act"), order=76)

_SINCE = Option(N_("The first day, like 2027-03-14; blank for all"), N_("Since"), max_chars=10)
_WHO = Option(N_("Whose acts, or acts about whom: a mention, an account, or a member number"), N_("Who"), "person")
_WHAT = Option(N_("How the act begins, like announce, or the thing, like announcement:12"), N_("What"), max_chars=30)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, as it fits into a button: number to go on from, first day, account, act."""

    before: int = 0
    since: str = ""
    account: str = ""
    act: str = ""

    @classmethod
    def of(cls, argument: str) -> _Asked:
        before, since, account, act = f"{argument}|||".split("|", 3)
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
        return cls(number, since, account, act.rstrip("|"))

    def argument(self, before: int) -> str:
        return f"{before}|{self.since}|{self.account}|{self.act}"


@feature.command(summary=N_("See administrative acts, newest first"), check=steering, example="audit what:announce")
async def audit(
    ctx: Context,
    since: Annotated[str, _SINCE] = "",
    who: Annotated[str, _WHO] = "",
    what: Annotated[str, _WHAT] = "",
) -> Reply:
    return await _page(ctx, _Asked(0, since.strip(), await _account(ctx, who), what.strip()))


async def _account(ctx: Context, who: str) -> str:
    return who if who in ("", OPERATOR, PLATFORM) else await account_of(ctx, who)


@feature.action("older", check=steering)
async def older(ctx: Context, argument: str) -> Reply:
    """Show what came before."""
    return await _page(ctx, _Asked.of(argument))


async def _page(ctx: Context, asked: _Asked) -> Reply:
    t = ctx.t
    accounts = await ctx.uow.members.accounts_of(asked.account) if asked.account else ()
    wanted = AuditQuery(_first_moment(ctx, asked.since), accounts, asked.act, asked.before)
    found = await ctx.uow.audit.find(wanted, SHOWN + 1)
    if not found:
        return Reply(t("There is no such act."))
    sections = [_entry(one, t, ctx.settings.zone) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        sections.append(Section(buttons=(older.button(t("Older ones"), asked.argument(found[SHOWN - 1].number)),)))
    return Reply(t("Acts, newest first."), tuple(sections))


def _first_moment(ctx: Context, since: str) -> datetime | None:
    """Return when the day begins.

    Raises:
        UserInputError: it is no date.
    """
    if not since:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), datetime.min.time(), UTC)
    except ValueError:
        text = ctx.t("“{text}” is not a date that I can read.", text=since)
        raise UserInputError(text, ctx.t("Write it like 2027-03-14."), "since") from None


def _entry(one: AuditEntry, t: Translator, zone: str) -> Section:
    outcome = t("refused") if one.outcome == "refused" else t("done")
    fields = (
        Field(t("When"), Moment(one.at, zone)),
        Field(t("Who"), _person(one.user_id, t)),
        Field(t("About"), _about(one.subject, t)),
        Field(t("Chapter"), one.workspace_id),
        Field(t("Outcome"), outcome),
    )
    return Section(f"#{one.number} {one.act}", fields=tuple(field for field in fields if field.value))


def _about(subject: str, t: Translator) -> str | Mention:
    return _person(subject.removeprefix(PERSON), t) if subject.startswith(PERSON) else subject


def _person(user_id: str, t: Translator) -> str | Mention:
    if user_id == PLATFORM:
        return t("the platform")
    if user_id == OPERATOR:
        return t("whoever runs this bot")
    if not user_id or user_id.startswith(ERASED):
        return t("somebody who was erased")
    return Mention(user_id)
