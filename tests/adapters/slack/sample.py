"""Small features with one command of each kind, for tests of the adapter."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

from bot.command import Answer, Feature, Option
from bot.context import Context
from bot.errors import UserInputError
from bot.features.form import feature as forms
from bot.forms import form_of
from bot.markup import escape
from bot.permissions import organizer, steering
from bot.registry import Registry
from bot.reply import Attachment, Button, Choice, Field, Mention, Moment, Reply, Section

sample = Feature("sample", summary="Sample")
asking = Feature("ask", summary="Ask")
helping = Feature("help", summary="Help")
done: Counter[str] = Counter()  # what handlers did, by words


def registry() -> Registry:
    return Registry([sample, asking, helping, forms])


@asking.command(summary="Ask")
async def ask(ctx: Context, question: Annotated[str, Option("Question", kind="text", max_chars=9000)]) -> Reply:
    done[question] += 1
    return Reply(ctx.t("yes") + ": " + question, (Section(buttons=(Button("Share", "sample.share", "7"),)),))


@helping.command(summary="Help")
async def help_(ctx: Context) -> Reply:
    return Reply("Commands")


@sample.command("echo", summary="Say it back")
async def echo(ctx: Context, text: Annotated[str, Option("Words", kind="text", max_chars=20_000)]) -> Reply:
    done[text] += 1
    buttons = (Button("Share", "sample.share", "7"), Button("Count", "sample.count", "7", "primary"))
    return Reply("Echo", (Section("Words", escape(text), (Field("As field", text),), buttons),))


@sample.command("who", summary="Who asks")
async def who(ctx: Context) -> Reply:
    actor, origin = ctx.request.actor, ctx.request.origin
    return Reply(
        f"{actor.user_id}|{actor.locale}|{actor.zone}|{actor.is_admin}|{origin.workspace_id}|{origin.channel_id}"
    )


def _no_bananas(ctx: Context, values: dict[str, object]) -> None:
    if values.get("title") == "banana":
        raise UserInputError("No bananas here.", "Take an apple.", "title")


@sample.command(
    "plan", summary="Plan it", form=True, ephemeral=False, writes=True, check=organizer, validate=_no_bananas
)
async def plan(
    ctx: Context,
    title: Annotated[str, Option("What it is called", "Title", max_chars=80)],
    seats: Annotated[int, Option("How many", "Seats", minimum=1)],
    kind: Annotated[str, Option("Kind", choices=(Choice("walk", "Walk"), Choice("talk", "Talk")))] = "",
    hidden: Annotated[str, Option("Not asked", on_form=False, max_chars=3000)] = "",
    public: Annotated[bool, Option("Open to all", kind="yesno")] = False,
) -> Reply:
    done[title] += 1
    if title == "late refusal":
        raise UserInputError("Refused after all.", "Choose another.", "title")
    fields = (
        Field("Title", title),
        Field("When", Moment(datetime(2027, 3, 14, 22, 30, tzinfo=UTC), "America/New_York")),
        Field("Host", Mention(ctx.user_id, "Ana")),
    )
    words = f"{title} {seats} {kind} {hidden} {public}"
    buttons = (Button("Yes", "sample.rsvp", "1:yes"), Button("Count", "sample.count", "7"))
    return Reply("Planned", (Section(words, "", fields, buttons),))


@sample.command("appeal", summary="Tell everybody", check=steering, writes=True)
async def appeal(ctx: Context, words: Annotated[str, Option("Words")] = "") -> Reply:
    done["appeal"] += 1
    return Reply("Sent to everybody")


@sample.command("draft", summary="Prepare it", check=organizer)
async def draft(ctx: Context) -> Reply:
    return Reply("Preview", (Section(buttons=(Button("Send it", "sample.send", "1"),)),))


@sample.action("send", check=organizer, writes=True)
async def send(ctx: Context, argument: str) -> Reply:
    done["send"] += 1
    return Reply("Sent", replaces=True)


@sample.command("join", summary="Join it", form=True)
async def join(ctx: Context, name: Annotated[str, Option("Name", "Your name")]) -> Reply:
    done[name] += 1
    return Reply(f"Welcome {name}")


@sample.action("rsvp", writes=True)
async def rsvp(ctx: Context, argument: str) -> Reply:
    done[argument] += 1
    return Reply(
        "Noted", card=Reply("Planned, with one coming", (Section(buttons=(Button("Yes", "sample.rsvp", "1"),)),))
    )


@sample.action("share")
async def share(ctx: Context, argument: str) -> Reply:
    return Reply(f"Shared {argument}", public=True)


@sample.action("count")
async def count(ctx: Context, argument: str) -> Reply:
    return Reply(f"Counted {argument}", replaces=True)


@sample.action("edit", opens_form=True)
async def edit(ctx: Context, argument: str) -> Answer:
    command = ctx.services.registry.commands["sample plan"]
    return form_of(command, {"title": argument}, ctx.t)


@sample.command("export", summary="A file")
async def export(ctx: Context) -> Reply:
    return Reply("Here it is", (Section(buttons=(Button("Edit", "sample.edit", "x"),)),), attachments=(_file(),))


def _file() -> Attachment:
    return Attachment("me.json", b'{"name": "Ana"}', "application/json")


@sample.command("fail", summary="It breaks")
async def fail(ctx: Context) -> Reply:
    raise RuntimeError("secret words of the failure")
