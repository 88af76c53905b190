"""How the person who asks wants to be written to, and who sees which of their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Annotated

from bot.command import Answer, Command, Option
from bot.context import Context
from bot.domain.consents import CONSENT_VERSION, Consent, Consented
from bot.domain.members import Member
from bot.domain.preferences import Preferences
from bot.domain.times import Zone
from bot.domain.visibility import FIELDS, Seen, seen_by
from bot.errors import CheckFailure, UserInputError
from bot.features.join import suggest_zones, way_of
from bot.features.me import feature
from bot.forms import form_of
from bot.i18n import LANGUAGES, N_, Translator, core_translators
from bot.markup import escape
from bot.readers import Reader
from bot.reply import Choice, Field, Form, Reply, Section

PLATFORM, ALL, NONE = "platform", "all", "none"
LANGUAGE_CHOICES = (
    Choice(PLATFORM, N_("As my app says")),
    *(Choice(code, name) for code, name in LANGUAGES.items()),
)
SEEN_CHOICES = (
    Choice(Seen.NOBODY, N_("Nobody")),
    Choice(Seen.ORGANIZERS, N_("Organizers of my chapter")),
    Choice(Seen.COMMITTEE, N_("They and the steering committee")),
    Choice(Seen.MEMBERS, N_("All members")),
)
LABELS = {
    "name": N_("Who sees my name"),
    "city": N_("Who sees my city"),
    "email": N_("Who sees my email"),
    "languages": N_("Who sees my languages"),
    "interests": N_("Who sees my interests"),
    "zone": N_("Who sees my time zone"),
}
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?\s*([ap]m)?"
_QUIET = re.compile(rf"{_CLOCK}\s*(?:-|–|to|until|a|hasta)\s*{_CLOCK}", re.IGNORECASE)
_NO_QUIET = {NONE, "off", "no", "ninguna", "ninguno"}
_EVERY = {ALL, "todas", "todos", "todo"}


def _shown(field: str) -> Option:
    return Option(LABELS[field], label=LABELS[field], choices=SEEN_CHOICES, aliases=(f"see_{field}",))


@feature.command(
    "settings",
    summary=N_("Choose language, time zone, quiet hours, messages, and who sees what"),
    form_title=N_("My settings"),
    writes=True,
    form=True,
    example='me settings lang:es quiet:"22:00-08:00"',
)
async def settings(
    ctx: Context,
    lang: Annotated[
        str | None, Option(N_("Language that I answer in"), label=N_("Language"), choices=LANGUAGE_CHOICES)
    ] = None,
    zone: Annotated[
        Zone | None,
        Option(N_("For example America/Chicago"), label=N_("Time zone"), max_chars=64, suggest=suggest_zones),
    ] = None,
    quiet: Annotated[
        str | None, Option(N_("When nothing is sent to you: 22:00-08:00, or none"), label=N_("Quiet hours"))
    ] = None,
    reminders: Annotated[
        bool | None, Option(N_("Reminders of convenings that you answered, yes or no"), label=N_("Reminders"))
    ] = None,
    announcements: Annotated[
        bool | None, Option(N_("Announcements as direct messages, yes or no"), label=N_("Announcements to me"))
    ] = None,
    digest: Annotated[
        bool | None, Option(N_("One message a week in place of single ones, yes or no"), label=N_("Weekly digest"))
    ] = None,
    topics: Annotated[
        str | None, Option(N_("Themes with commas between them, or all"), label=N_("Themes"), max_chars=400)
    ] = None,
    show_name: Annotated[str | None, _shown("name")] = None,
    show_city: Annotated[str | None, _shown("city")] = None,
    show_email: Annotated[str | None, _shown("email")] = None,
    show_languages: Annotated[str | None, _shown("languages")] = None,
    show_interests: Annotated[str | None, _shown("interests")] = None,
    show_zone: Annotated[str | None, _shown("zone")] = None,
) -> Reply:
    """Store what is given and leave the rest; without any option show what is set."""
    member = await ctx.uow.members.by_user(ctx.user_id)
    before = await ctx.uow.preferences.of(ctx.user_id)
    given = {
        "lang": "" if lang == PLATFORM else lang,
        "zone": zone,
        **_quiet_hours(quiet, ctx.t),
        "reminders": reminders,
        "direct_announcements": announcements,
        "digest": digest,
        "topics": None if topics is None else _themes(topics, ctx),
    }
    named = {name: value for name, value in given.items() if value is not None}
    wishes = replace(before, **named)  # type: ignore[arg-type]  # the options have the types of the fields
    shown = (show_name, show_city, show_email, show_languages, show_interests, show_zone)
    chosen = {name: far for name, far in zip(FIELDS, shown, strict=True) if far}
    if member is None and (chosen or wishes.direct_announcements or wishes.digest):
        raise CheckFailure(
            ctx.t("Only members can choose this."),
            ctx.t("Type join to become one; only a name of your choice is needed."),
        )
    if member and chosen:
        member = await ctx.uow.members.save(replace(member, shown={**member.shown, **chosen}), ctx.user_id)
    if wishes != before:
        await _store(ctx, wishes, before, member)
    return _card(ctx, wishes, member, is_changed=wishes != before or bool(chosen))


async def _store(ctx: Context, wishes: Preferences, before: Preferences, member: Member | None) -> None:
    await ctx.uow.preferences.save(wishes)
    if member and wishes.direct_announcements != before.direct_announcements:
        kind, is_given = Consented.DIRECT_ANNOUNCEMENTS, wishes.direct_announcements
        await ctx.uow.consents.add(Consent(member.id, kind, is_given, way_of(ctx), CONSENT_VERSION, ctx.now))
    for account in await ctx.uow.members.accounts_of(ctx.user_id):
        ctx.services.readers.remember(account, Reader(wishes.lang, wishes.zone))


def _quiet_hours(typed: str | None, t: Translator) -> dict[str, str]:
    """Return the fields of Preferences that `typed` sets.

    Raises:
        UserInputError: it holds no two times.
    """
    if typed is None:
        return {}
    if typed.casefold() in _NO_QUIET:
        return {"quiet_from": "", "quiet_to": ""}
    found = _QUIET.fullmatch(typed.strip())
    clocks = [_clock(*found.groups()[at : at + 3]) for at in (0, 3)] if found else []
    if not all(clocks) or not clocks:
        raise UserInputError(
            t("“{text}” is not a span of two times.", text=typed), t("Write it like 22:00-08:00, or none."), "quiet"
        )
    return {"quiet_from": clocks[0], "quiet_to": clocks[1]}


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    """Return "HH:MM", "" for no time of day."""
    number = int(hour)
    if half:
        number = number % 12 + (12 if half.casefold() == "pm" else 0) if 1 <= number <= 12 else 24
    return f"{time(number, int(minute or 0)):%H:%M}" if number < 24 and int(minute or 0) < 60 else ""


def _themes(typed: str, ctx: Context) -> tuple[str, ...]:
    """Return the ids of the themes named; () for all.

    Raises:
        UserInputError: there is no such theme.
    """
    if typed.casefold().strip() in _EVERY:
        return ()
    ids = []
    mark = ";" if ";" in typed else ","
    for word in (one.strip() for one in typed.split(mark) if one.strip()):
        found = ctx.bank.find_theme(word)
        if found is None:
            names = "; ".join(theme.name(ctx.t.lang) for theme in ctx.bank.themes)
            raise UserInputError(
                ctx.t("There is no theme “{theme}”.", theme=word),
                ctx.t("The themes are: {names}.", names=names),
                "topics",
            )
        ids.append(found.id)
    return tuple(dict.fromkeys(ids))


@feature.action("wishes", opens_form=True)
async def wishes_form(ctx: Context, argument: str) -> Answer:  # noqa: ARG001 - every action takes its argument
    """Open the form of language, zone, quiet hours and messages with what is set."""
    wishes = await ctx.uow.preferences.of(ctx.user_id)
    return _form(settings, _words(wishes, ctx), ctx.t, is_about_fields=False)


@feature.action("shown", opens_form=True)
async def shown_form(ctx: Context, argument: str) -> Answer:  # noqa: ARG001 - every action takes its argument
    """Open the form of who sees which field with what is set."""
    member = await ctx.uow.members.by_user(ctx.user_id)
    if member is None:
        raise CheckFailure(
            ctx.t("Only members can choose this."),
            ctx.t("Type join to become one; only a name of your choice is needed."),
        )
    values = {f"show_{name}": str(seen_by(member, name)) for name in FIELDS}
    return _form(settings, values, ctx.t, is_about_fields=True)


def _form(command: Command, values: Mapping[str, str], t: Translator, *, is_about_fields: bool) -> Form:
    asked = tuple(one for one in command.parameters if one.name.startswith("show_") is is_about_fields)
    return form_of(replace(command, parameters=asked), values, t)


def _words(wishes: Preferences, ctx: Context) -> dict[str, str]:
    """Return the settings as somebody would type them."""
    yes_or_no = {True: "yes", False: "no"}
    return {
        "lang": wishes.lang or PLATFORM,
        "zone": wishes.zone,
        "quiet": _span(wishes) or NONE,
        "reminders": yes_or_no[wishes.reminders],
        "announcements": yes_or_no[wishes.direct_announcements],
        "digest": yes_or_no[wishes.digest],
        "topics": _theme_names(wishes, ctx, ctx.t) or ALL,
    }


def _span(wishes: Preferences) -> str:
    return "" if wishes.quiet_from == wishes.quiet_to else f"{wishes.quiet_from}-{wishes.quiet_to}"


def _theme_names(wishes: Preferences, ctx: Context, t: Translator) -> str:
    return "; ".join(theme.name(t.lang) for theme in ctx.bank.themes if theme.id in wishes.topics)


def _card(ctx: Context, wishes: Preferences, member: Member | None, *, is_changed: bool) -> Reply:
    """Return what is set, in the language that counts from now on."""
    t = core_translators()[wishes.lang or ctx.request.actor.locale or ctx.settings.language]
    buttons = (
        wishes_form.button(t("Change it"), style="primary"),
        *((shown_form.button(t("Who sees what")),) if member else ()),
    )
    sections = [Section(fields=_fields(ctx, wishes, t), buttons=buttons)]
    if member:
        told = t("Organizers see counts even where they see no names.")
        sections.append(Section(t("Who sees what"), escape(told), _seen_fields(member, t)))
    else:
        sections.append(
            Section(text=escape(t("Members can also get announcements and choose who sees what: type join.")))
        )
    return Reply(t("Your settings are saved.") if is_changed else t("These are your settings."), tuple(sections))


def _fields(ctx: Context, wishes: Preferences, t: Translator) -> tuple[Field, ...]:
    zone = wishes.zone or t("{zone}, as nobody told me another", zone=ctx.request.actor.zone or ctx.settings.zone)
    return (
        Field(t("Language"), LANGUAGES[wishes.lang] if wishes.lang else t("As my app says")),
        Field(t("Time zone"), zone),
        Field(t("Quiet hours"), _span(wishes) or t("none")),
        Field(t("Reminders"), t.either(wishes.reminders)),
        Field(t("Announcements to me"), t.either(wishes.direct_announcements)),
        Field(t("Weekly digest"), t.either(wishes.digest)),
        Field(t("Themes"), _theme_names(wishes, ctx, t) or t("all")),
    )


def _seen_fields(member: Member, t: Translator) -> tuple[Field, ...]:
    labels = {one.value: t(one.label) for one in SEEN_CHOICES}
    return tuple(Field(t(LABELS[name]), labels[seen_by(member, name)]) for name in FIELDS)
