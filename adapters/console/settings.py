"""The keys of the `console` section."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.settings import Section, SectionSpec

NAME = "console"


class ConsoleSettings(Section):
    """Who types here, and in which language; `hrc-bot chat --as` and `--lang` decide both."""

    role: Literal["member", "organizer", "steering"] = Field("member", description="Whose rights to try")
    lang: Literal["", "en", "es"] = Field("", description="Language of the chat; empty: that of the system")


SPEC = SectionSpec(NAME, ConsoleSettings, {})
