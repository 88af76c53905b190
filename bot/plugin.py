"""What an adapter is: one folder that the entry points name.

The group `hrc_bot.adapters` maps a name to a `Plugin` in a module that imports no SDK, so that an SDK loads only where
its platform is configured.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from bot.dispatcher import Dispatcher
from bot.domain.lanes import Pace, Paces
from bot.i18n import Translators
from bot.ports import Messenger, OpenUnitOfWork
from bot.settings import SectionSpec, Settings

GROUP = "hrc_bot.adapters"


@dataclass(frozen=True)
class Host:
    """What an adapter gets from the composition root.

    `messengers` send by platform, or for one workspace alone by its id, where an adapter puts one there.
    """

    settings: Settings
    dispatcher: Dispatcher
    translators: Translators
    unit_of_work: OpenUnitOfWork
    messengers: dict[str, Messenger] = field(default_factory=dict)


class Adapter(Protocol):
    """A running platform."""

    @property
    def messenger(self) -> Messenger | None:
        """Return what sends to this platform, None for one that people only visit."""

    async def start(self) -> None:
        """Connect; return once people can use the bot.

        Raises:
            ConfigError: the platform refuses the configuration (a wrong token, for instance).
        """

    async def run(self) -> None:
        """Serve until cancelled or until the person leaves."""

    async def close(self) -> None:
        """Disconnect; requests in hand are finished first, for a few seconds at most."""


class Sender(Protocol):
    """What sends to a platform and hears nothing from it: a process that only delivers has this in place of Adapter."""

    @property
    def messenger(self) -> Messenger | None:
        """Return what sends to this platform, None for one that others look at and that sends nothing."""

    async def start(self) -> None:
        """Sign in.

        Raises:
            ConfigError: the platform refuses the configuration.
        """

    async def close(self) -> None:
        """Disconnect."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An adapter before it is loaded.

    `target` is "module:function"; the function takes a Host and returns an Adapter. `is_configured` says whether the
    settings ask for it; a `fallback` serves when nothing else is configured; one that `accompanies` serves beside
    others and is no place to talk. `locale` is the folder of its own catalogues. `manifest`, `sync` and `doctor` are
    targets of the operator's commands of those names, "" when it has none: `manifest(registry, settings, translators)`
    returns what to print as JSON; `sync(host)` is awaited and returns a sentence that says what changed;
    `doctor(settings, follows)` is awaited and returns a list of `bot.doctor.Check`. `commands` maps the names
    of operator's commands that this adapter alone can do to targets.
    `sender(settings, unit_of_work, messengers)` returns a `Sender`, for processes that only deliver; one without takes
    no part in those. `pace` says how fast messages may go, from the settings; one message a second and workspace
    without it.
    """

    name: str
    target: str
    is_configured: Callable[[Settings], bool]
    spec: SectionSpec | None = None
    locale: Path | None = None
    fallback: bool = False
    accompanies: bool = False
    manifest: str = ""
    sync: str = ""
    doctor: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    pace: Callable[[Settings], Pace] | None = None

    def create(self, host: Host) -> Adapter:
        """Import the adapter and build it."""
        adapter: Adapter = imported(self.target)(host)
        return adapter


def paces_of(settings: Settings, installed: Iterable[Plugin]) -> Paces:
    """Return how fast each platform's lanes may be used."""
    return Paces({one.name: one.pace(settings) for one in installed if one.pace})


def imported(target: str) -> Any:
    """Return what "module:name" names, importing the module."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def plugins() -> tuple[Plugin, ...]:
    """Return the installed adapters by name."""
    found = (point.load() for point in sorted(entry_points(group=GROUP), key=lambda one: one.name))
    return tuple(one for one in found if isinstance(one, Plugin))
