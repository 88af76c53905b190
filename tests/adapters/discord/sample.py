"""A small bot of its own: one command or action of each kind that the adapter has to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from bot.command import Answer, Feature, Option
from bot.context import Context
from bot.domain.times import Zone
from bot.errors import Conflict, UserInputError
from bot.forms import form_of
from bot.markup import escape
from bot.permissions import organizer
from bot.reply import Attachment, Button, Choice, Field, Form, Mention, Reply, Section

ask = Feature("ask", "Questions")
me = Feature("me", "What is held about me")
join = Feature("join", "Join")
party = Feature("party", "Parties")
form = Feature("form", "Forms")


class Stage:
    """What the handlers did, and a door that holds slow ones up."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        self.door = asyncio.Event()
        self.door.set()


stage = Stage()


@ask.command(summary="Ask a question", example="ask why")
async def ask_(ctx: Context, question: Annotated[str, Option("Your question", max_chars=1000)]) -> Reply:
    if question == "is it broken?":
        raise RuntimeError("the core is broken")
    await stage.door.wait()
    stage.done.append(("ask", question))
    return Reply(
        f"You asked: {question}",
        (Section("Sources", escape(question), buttons=(share.button("Share", question[:20]),)),),
    )


@ask.action("share")
async def share(ctx: Context, argument: str) -> Reply:
    return Reply(f"Shared: {argument}", public=True)


@me.command(summary="See what is kept about you")
async def me_(ctx: Context) -> Reply:
    return Reply(
        f"{ctx.request.actor.name} {ctx.user_id}", (Section(fields=(Field("Roles", ",".join(sorted(ctx.roles))),)),)
    )


@me.command("delete", summary="Erase it")
async def delete(ctx: Context) -> Reply:
    return Reply("Erased", attachments=(Attachment("me.json", b"{}", "application/json"),))


async def cities(ctx: Context, typed: str) -> Sequence[Choice]:
    await stage.door.wait()
    if typed == "broken":
        raise RuntimeError("the core is broken")
    if typed == "long":
        return [Choice("v" * 101, "too long a value"), Choice("c1", "\U0001f30d" * 99)]
    return [Choice(f"c{at}", f"{typed} city {at}") for at in range(40)]


def _check(ctx: Context, values: Mapping[str, Any]) -> None:
    if values.get("email") and "@" not in values["email"]:
        raise UserInputError("This is no address.", "Write it with an @.", "email")
    if values.get("level") == "f" and not values.get("email"):
        raise UserInputError("Few letters need an address.", "Add yours.", "email")


@join.command(summary="Join", form=True, form_title="Join us", writes=True, validate=_check)
async def join_(
    ctx: Context,
    name: Annotated[str, Option("Your name", label="Name", max_chars=80)],
    consent: Annotated[bool, Option("May I keep this?", label="Consent")],
    city: Annotated[str, Option("Your city", label="City", suggest=cities)] = "",
    email: Annotated[str, Option("Your address", label="Email")] = "",
    about: Annotated[str, Option("About you", label="About", kind="text", max_chars=500)] = "",
    zone: Annotated[Zone, Option("Your zone", label="Time zone")] = Zone(""),  # noqa: B008 - immutable
    level: Annotated[str, Option("How much", label="Level", choices=(Choice("a", "All"), Choice("f", "Few")))] = "",
    count: Annotated[int, Option("How many", label="Count", minimum=1, maximum=9)] = 1,
) -> Reply:
    stage.done.append(("join", name, str(consent), city, email, about, zone, level, str(count)))
    return Reply(f"Welcome, {name}", (Section(fields=(Field("About", about),)),))


@party.command("add", summary="Announce a party", check=organizer, ephemeral=False, form=True, writes=True)
async def add(
    ctx: Context,
    title: Annotated[str, Option("What", label="Title", max_chars=80)],
    host: Annotated[str, Option("Who", label="Host")] = "",
) -> Reply:
    if title == "taken":
        raise Conflict("That title is taken.", "Choose another.")
    stage.done.append(("party add", title))
    fields = (Field("Title", title), Field("Host", Mention(host, "Host") if host else ""))
    return Reply(
        f"Party: {title}", (Section(title, fields=fields, buttons=(answer.button("Yes", "1:yes", "primary"),)),)
    )


@party.command("edit", summary="Change a party", opens_form=True, ephemeral=False)
async def edit(
    ctx: Context,
    title: Annotated[str, Option("What", on_form=False)],
    host: Annotated[str, Option("Who", label="Host")] = "",
) -> Answer:
    await stage.door.wait()
    if not host:
        one = form_of(ctx.services.registry.commands["party edit"], {"title": title}, ctx.t)
        return Form(one.title, one.inputs, one.action, {"title": title, "was": "x" * 80})
    stage.done.append(("party edit", title, host))
    return Reply(f"Edited {title} for {host}")


@party.action("answer", writes=True)
async def answer(ctx: Context, argument: str) -> Reply:
    await stage.door.wait()
    said = ("answer", ctx.user_id, argument)
    if stage.done and stage.done[-1] == said:
        return Reply("", silent=True)
    stage.done.append(said)
    card = Reply(
        "Party: 1 comes", (Section("Party", buttons=(answer.button("Yes", "1:yes"), answer.button("No", "1:no"))),)
    )
    return Reply(f"You said {argument}", card=card)


@party.action("secret")
async def secret(ctx: Context, argument: str) -> Reply:
    return Reply(f"For you alone: {argument}", replaces=True, private=True)


@party.command("tell", summary="Ask for what is private in public", ephemeral=False)
async def tell(ctx: Context) -> Reply:
    return Reply("For you alone: told", private=True)


@party.action("next")
async def following(ctx: Context, argument: str) -> Reply:
    return Reply(f"Page {argument}", (Section(buttons=(following.button("Next", int(argument) + 1),)),), replaces=True)


@party.command("list", summary="List parties")
async def listed(ctx: Context) -> Reply:
    return Reply("Page 1", (Section(buttons=(following.button("Next", 2), Button("Join", "command.run", "join"))),))


@form.action("again", opens_form=True)
async def again(ctx: Context, argument: str) -> Answer:
    draft = await ctx.uow.drafts.get(argument, ctx.user_id, ctx.now)
    if draft is None:
        return Reply("It is gone.")
    return form_of(ctx.services.registry.commands[draft.name], draft.values, ctx.t)


FEATURES = (ask, me, join, party, form)
