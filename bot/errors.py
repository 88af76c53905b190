"""The error tree.

BotError
├── CommandError       its text is for the person; `hint` says what to do next
│   └── CommandNotFound · UserInputError · CheckFailure · KeptOut (TooFast) · NotFound · Conflict · Busy
├── DeliveryError      the platform refused or lost a message
│   └── DeliveryRefused · DeliveryUncertain · DeliveryDelayed · DeliveryPostponed · DeliveryDropped
└── ConfigError        at start only; one line naming the key, the file or variable, and the fix
"""

from __future__ import annotations

from datetime import datetime


class BotError(Exception):
    """Base of every error that this project raises on purpose."""


class CommandError(BotError):
    """An error whose text is shown to the person who asked.

    Args:
        text: one plain sentence, already in the reader's language.
        hint: what to do next, or an empty string.
    """

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


class CommandNotFound(CommandError):
    """No command has that name; `nearest` holds the names that come closest."""

    def __init__(self, text: str, hint: str = "", nearest: tuple[str, ...] = ()) -> None:
        super().__init__(text, hint)
        self.nearest = nearest


class UserInputError(CommandError):
    """An option holds something that cannot be used; `option` names it when one is to blame."""

    def __init__(self, text: str, hint: str = "", option: str = "") -> None:
        super().__init__(text, hint)
        self.option = option


class CheckFailure(CommandError):
    """The person may not do this; the text says which right is missing and who can help."""


class KeptOut(CommandError):
    """The person is blocked, or the chapter suspended; `is_told` says that the person heard so a while ago."""

    def __init__(self, text: str, hint: str = "", *, is_told: bool = False) -> None:
        super().__init__(text, hint)
        self.is_told = is_told


class TooFast(KeptOut):
    """Too much was asked in a short time; `is_told` says that the person heard so, and asked all the same.

    Args:
        wait_s: seconds until it may be asked again, 0 where that is said in words alone.
    """

    def __init__(self, text: str, hint: str = "", *, is_told: bool = False, wait_s: int = 0) -> None:
        super().__init__(text, hint, is_told=is_told)
        self.wait_s = wait_s


class NotFound(CommandError):
    """The thing named does not exist, or not for this person."""


class Conflict(CommandError):
    """The thing exists already, or changed in the meantime."""


class Busy(CommandError):
    """The storage could not answer in time; nothing was stored, trying again is right."""


class DeliveryError(BotError):
    """A message did not go out.

    Args:
        code: a `bot.ports.Problem`, or what else went wrong in one word; never free text from people.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = str(code)


class DeliveryRefused(DeliveryError):
    """Trying again cannot help: the channel is gone, archived, or the bot is not in it."""


class DeliveryUncertain(DeliveryError):
    """The request went out and no answer came: it may or may not be visible."""


class DeliveryDelayed(DeliveryError):
    """The platform asks us to wait; this does not count as an attempt.

    Args:
        retry_after_s: seconds to wait, between 0 and 3600.
        only_here: it holds for this message's place alone; else everything that is limited together waits.
    """

    def __init__(self, code: str, retry_after_s: float, *, only_here: bool = False) -> None:
        super().__init__(code)
        self.retry_after_s = min(max(retry_after_s, 0.0), 3600.0)
        self.only_here = only_here


class DeliveryPostponed(DeliveryError):
    """Whoever renders it says: not now, for instance in the reader's quiet hours; this does not count as an attempt.

    Args:
        until: aware.
    """

    def __init__(self, code: str, until: datetime) -> None:
        super().__init__(code)
        self.until = until


class DeliveryDropped(DeliveryError):
    """Whoever renders it says: there is nothing to send any more; the code says why, for the report."""


class ConfigError(BotError):
    """A setting is missing or wrong; the text is one line naming key, place and fix."""
