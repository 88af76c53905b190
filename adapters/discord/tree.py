"""Registry to application commands: pure data.

A feature with both a bare command and subcommands ("me", "me delete") has its bare one registered as "me show", since
Discord lets nobody run the name of a group. Source: Discord's documentation, interactions/application-commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.discord.render import shortened
from bot.command import Command, Parameter
from bot.domain.times import Zone, near_zones
from bot.i18n import Translator, Translators
from bot.registry import Registry
from bot.reply import Choice
from bot.text import fold

BARE = "show"
MAX_CHOICES = 25
MAX_DESCRIPTION = 100
CONTEXT = "command"  # the gettext context of names
LOCALES: Mapping[str, str] = {"es-ES": "es", "es-419": "es"}
_NAME = re.compile(r"[-_'\w]{1,32}")
_SUBCOMMAND, _STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL = 1, 3, 4, 5, 6, 7
_KINDS = {"person": _USER, "channel": _CHANNEL}
_TEXT_CHANNELS = [0, 5]
_GUILD, _BOT_DM = 0, 1


def paths(registry: Registry) -> dict[str, str]:
    """Return the name that is registered, word by word, to the command's own name."""
    groups = {name.split()[0] for name in registry.commands if " " in name}
    taken = registry.commands.keys()
    return {f"{name} {BARE}" if name in groups and f"{name} {BARE}" not in taken else name: name for name in taken}


def payloads(registry: Registry, translators: Translators) -> list[dict[str, Any]]:
    """Return the whole list of commands, as it is sent."""
    grouped: dict[str, dict[str, Command]] = {}
    for path, name in paths(registry).items():
        grouped.setdefault(path.split()[0], {})[path] = registry.commands[name]
    summaries = {feature.name: feature.summary for feature in registry.features}
    languages = {locale: translators[lang] for locale, lang in LOCALES.items()}
    every = [_top(word, group, summaries.get(word, ""), languages) for word, group in grouped.items()]
    return _distinct(every)


def _top(word: str, group: Mapping[str, Command], summary: str, languages: Mapping[str, Translator]) -> dict[str, Any]:
    places = {"type": 1, "contexts": [_GUILD, _BOT_DM], "integration_types": [0]}
    if word in group:
        return _named(word, group[word].summary, languages) | places | {"options": _options(group[word], languages)}
    subcommands = [_subcommand(path, one, languages) for path, one in group.items()]
    described = summary or next(iter(group.values())).summary
    return _named(word, described, languages) | places | {"options": _distinct(subcommands)}


def _subcommand(path: str, command: Command, languages: Mapping[str, Translator]) -> dict[str, Any]:
    named = _named(path.split(maxsplit=1)[1], command.summary, languages)
    return named | {"type": _SUBCOMMAND, "options": _options(command, languages)}


def _named(name: str, description: str, languages: Mapping[str, Translator]) -> dict[str, Any]:
    """Return name and description in every language; a translation that Discord would refuse is left out."""
    names = {locale: t.context(CONTEXT, name).lower() for locale, t in languages.items()}
    descriptions = {locale: shortened(t(description), MAX_DESCRIPTION) for locale, t in languages.items()}
    return {
        "name": name,
        "name_localizations": {locale: one for locale, one in names.items() if one != name and _NAME.fullmatch(one)},
        "description": shortened(description, MAX_DESCRIPTION),
        "description_localizations": descriptions,
    }


def _distinct(siblings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return `siblings` with no localized name standing twice: Discord refuses the whole list otherwise."""
    for locale in LOCALES:
        seen = {one["name"] for one in siblings}
        for one in siblings:
            local = one["name_localizations"].get(locale)
            if local in seen:
                del one["name_localizations"][locale]
            elif local:
                seen.add(local)
    return siblings


def _options(command: Command, languages: Mapping[str, Translator]) -> list[dict[str, Any]]:
    """Return the options, required ones first; a command with a form asks there for what is missing."""
    options = [_option(one, languages, required=one.required and not command.form) for one in command.parameters]
    return _distinct(sorted(options, key=lambda one: not one["required"]))


def _option(parameter: Parameter, languages: Mapping[str, Translator], *, required: bool) -> dict[str, Any]:
    named = _named(parameter.name, parameter.option.description, languages)
    return named | {"required": required} | _typed(parameter, languages)


def _typed(parameter: Parameter, languages: Mapping[str, Translator]) -> dict[str, Any]:
    option = parameter.option
    if option.kind in _KINDS:
        kind = _KINDS[option.kind]
        return {"type": kind} | ({"channel_types": _TEXT_CHANNELS} if kind == _CHANNEL else {})
    if parameter.type is bool:
        return {"type": _BOOLEAN}
    if is_suggested(parameter):
        return {"type": _STRING, "autocomplete": True}
    if parameter.type is int:
        return {"type": _INTEGER} | _bounds(option.minimum, option.maximum)
    if option.choices:
        return {"type": _STRING, "choices": [_choice(one, languages) for one in option.choices]}
    return {"type": _STRING} | ({} if parameter.type is datetime else {"max_length": min(option.max_chars, 6000)})


def _bounds(low: int | None, high: int | None) -> dict[str, int]:
    return {name: value for name, value in (("min_value", low), ("max_value", high)) if value is not None}


def _choice(choice: Choice, languages: Mapping[str, Translator]) -> dict[str, Any]:
    labels = {locale: shortened(t(choice.label), 100) for locale, t in languages.items()}
    return {"name": shortened(choice.label, 100), "name_localizations": labels, "value": choice.value}


def is_suggested(parameter: Parameter) -> bool:
    """Say whether values are offered while somebody types."""
    option = parameter.option
    return option.suggest is not None or parameter.type is Zone or len(option.choices) > MAX_CHOICES


def own_suggestions(parameter: Parameter, typed: str, t: Translator) -> Sequence[Choice]:
    """Return what fits `typed` among values that need no storage: fixed choices, time zones."""
    if parameter.type is Zone:
        return [Choice(name, name) for name in near_zones(typed or "America", MAX_CHOICES)]
    wanted = fold(typed)
    return [one for one in parameter.option.choices if wanted in fold(t(one.label)) or wanted in fold(one.value)]


def choices_of(found: Iterable[Choice], t: Translator) -> list[dict[str, str]]:
    """Return suggestions as Discord takes them: 25 at most, 100 characters each."""
    return list(_fitting(found, t))[:MAX_CHOICES]


def _fitting(found: Iterable[Choice], t: Translator) -> Iterator[dict[str, str]]:
    for one in found:
        if 0 < len(one.value) <= 100:
            yield {"name": shortened(t(one.label) or one.value, 100), "value": one.value}
