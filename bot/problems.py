"""What a platform's refusal means, in words for people: the reason, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.i18n import N_, Translator
from bot.ports import Problem

_REASONS: Mapping[Problem, str] = {
    Problem.CHANNEL_GONE: N_("the channel does not exist any more"),
    Problem.NOT_IN_CHANNEL: N_("the bot is not in the channel"),
    Problem.NO_PERMISSION: N_("the bot may not see the channel or write in it"),
    Problem.FULL: N_("the list of events is full there"),
    Problem.DM_CLOSED: N_("the person takes no direct messages from the bot"),
    Problem.SIGNED_OUT: N_("the bot is signed out there"),
    Problem.ARCHIVED: N_("the channel is archived"),
    Problem.SHARED_OUTSIDE: N_("people of another organisation are in the channel"),
    Problem.RATE_LIMITED: N_("the platform asks the bot to wait"),
    Problem.ADDRESS_REFUSED: N_("the mail address takes no mail"),
    Problem.LEFT_LIST: N_("the reader is not on the email list any more"),
    Problem.MAIL_WAITS: N_("the reader's mail server asks to wait"),
    Problem.MAIL_WAITED: N_("the mail could not be handed over for two days"),
    Problem.UNCERTAIN: N_("nobody can tell whether it arrived, or arrived twice"),
    Problem.UNKNOWN: N_("the platform did not take it"),
}
_FIXES: Mapping[Problem, str] = {
    Problem.CHANNEL_GONE: N_("Type channel follow in another channel."),
    Problem.NOT_IN_CHANNEL: N_("Invite me to the channel, then type channel follow there again."),
    Problem.NO_PERMISSION: N_("Let me see the channel and send messages in it, then type channel follow there again."),
    Problem.FULL: N_("Remove events that are not needed any more."),
    Problem.DM_CLOSED: N_("The person can allow direct messages in the platform's privacy settings."),
    Problem.SIGNED_OUT: N_("Ask the operator to connect the bot again."),
    Problem.ARCHIVED: N_("Open the channel again, or choose another one; then type channel follow there."),
    Problem.SHARED_OUTSIDE: N_("Somebody in the steering committee can allow it by typing channel follow there."),
    Problem.RATE_LIMITED: N_("Try again in a minute."),
    Problem.ADDRESS_REFUSED: N_("The reader can join the email list again with another address."),
    Problem.LEFT_LIST: N_("Nothing is to do; the reader can join again."),
    Problem.MAIL_WAITS: N_("It is tried again for two days."),
    Problem.MAIL_WAITED: N_("Ask the operator to look at the mail relay."),
    Problem.UNCERTAIN: N_("Look into the mailbox or the list before you send it again."),
    Problem.UNKNOWN: N_("Type channel follow there again; if it stops again, ask the operator to look into the log."),
}


def reason_of(code: str, t: Translator) -> str:
    """Return why, in small letters and without a full stop; `code` may be none of ours."""
    return t(_REASONS[_problem(code)])


def fix_of(code: str, t: Translator) -> str:
    """Return what to do about it, one sentence."""
    return t(_FIXES[_problem(code)])


def sentence_of(code: str, t: Translator) -> str:
    """Return reason and fix as two sentences."""
    reason = reason_of(code, t)
    return f"{reason[:1].upper()}{reason[1:]}. {fix_of(code, t)}"


def _problem(code: str) -> Problem:
    return Problem(code) if code in set(Problem) else Problem.UNKNOWN
