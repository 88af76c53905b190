"""Messages of which nobody knows whether they arrived, or that came to nothing: a person decides."""

from __future__ import annotations

from bot.command import Feature
from bot.context import Context
from bot.domain.deliveries import Delivery, Status, Subject
from bot.domain.records import AuditEntry
from bot.errors import NotFound
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.permissions import STEERING, organizer, owns
from bot.problems import reason_of
from bot.reply import Button, ChannelMention, Field, Reply, Section

SHOWN = 10
_KINDS = {
    Subject.CONVENING: N_("a convening"),
    Subject.ANNOUNCEMENT: N_("an announcement"),
    Subject.REMINDER: N_("a reminder"),
    Subject.FEEDBACK: N_("the question how it was"),
    Subject.ANSWER: N_("an answer to a question"),
}

feature = Feature("deliveries", summary=N_("Messages that wait for your decision"), order=46)


@feature.command(
    "", summary=N_("See messages that may not have arrived, and decide"), check=organizer, example="deliveries"
)
async def waiting(ctx: Context) -> Reply:
    """Show what is held, and what was given up, in this chapter; to the steering committee, everywhere."""
    where = "" if STEERING in ctx.roles else ctx.workspace_id
    found = await ctx.uow.deliveries.unsettled(where, SHOWN + 1)
    why = await ctx.uow.sending.paused()
    note = ctx.t("Sending is paused. Whoever runs the bot starts it with: hrc-bot resume") if why else ""
    sections = (Section(text=escape(note)),) if note else ()
    if not found:
        return Reply(ctx.t("No message waits for a decision."), sections)
    summary = ctx.t.plural("{count} message waits.", "{count} messages wait.", min(len(found), SHOWN))
    if len(found) > SHOWN:
        summary = ctx.t("More than {count} messages wait; these are the oldest.", count=SHOWN)
    return Reply(summary, (*sections, *(_entry(one, ctx.t) for one in found[:SHOWN])))


def _entry(row: Delivery, t: Translator) -> Section:
    """Return what is known of one message; a person's name is not told."""
    what = t(_KINDS[row.subject]) if row.subject in _KINDS else t("a message")
    place = ChannelMention(row.target.channel_id) if row.target.channel_id else t("a direct message")
    fields = (Field(t("What"), f"{what} (#{row.subject_id})"), Field(t("Where"), place))
    return Section(text=escape(f"{_state(row, t)} {_why(row, t)}"), fields=fields, buttons=settling_buttons(row, t))


def _state(row: Delivery, t: Translator) -> str:
    if row.status is Status.HELD:
        return t("It may have arrived, and I cannot look. Look there before you send it again.")
    return t("It was tried eight times.")


def _why(row: Delivery, t: Translator) -> str:
    return t("The reason: {reason}.", reason=reason_of(row.error_code, t))


def settling_buttons(row: Delivery, t: Translator) -> tuple[Button, ...]:
    """Return what a person can do about a message; nothing for one that needs no decision."""
    if row.status not in (Status.HELD, Status.DEAD):
        return ()
    return (again.button(t("Send it again"), row.id), leave.button(t("Leave it"), row.id))


@feature.action("again", check=organizer, writes=True)
async def again(ctx: Context, argument: str) -> Reply:
    await _settle(ctx, argument, is_again=True)
    return Reply(ctx.t("It is sent again."), replaces=True)


@feature.action("leave", check=organizer, writes=True)
async def leave(ctx: Context, argument: str) -> Reply:
    await _settle(ctx, argument, is_again=False)
    return Reply(ctx.t("It is left as it is."), replaces=True)


async def _settle(ctx: Context, argument: str, *, is_again: bool) -> None:
    """Settle a row once; whoever presses has to be an organizer of its chapter now.

    Raises:
        NotFound: somebody decided already, or there is no such message.
        CheckFailure: it belongs to another chapter.
    """
    delivery_id = int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 10 else 0
    row = await ctx.uow.deliveries.get(delivery_id)
    if row is not None:
        owns(ctx, row.target.workspace_id)
    if row is None or not await ctx.uow.deliveries.resolve(delivery_id, again=is_again, due=ctx.now):
        raise NotFound(
            ctx.t("This message waits for no decision any more."), ctx.t("Type deliveries to see those that do.")
        )
    act = "deliveries again" if is_again else "deliveries leave"
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, f"delivery:{delivery_id}"))
