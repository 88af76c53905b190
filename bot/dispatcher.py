"""Find, check, convert, open a unit of work, run, and turn errors into replies.

The one place where errors become words, and the one `except Exception`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.command import RUN, Action, Answer, Command
from bot.context import Context, Services
from bot.convert import values_of
from bot.domain.records import AuditEntry
from bot.errors import BotError, Busy, CheckFailure, CommandError, CommandNotFound, KeptOut, UserInputError
from bot.forms import form_of
from bot.gate import SUGGESTION, Gate, is_silent
from bot.i18n import Translator, Translators
from bot.parsing import arguments_of
from bot.readers import Reader
from bot.refusals import failure_reply, refusal, reply_with_form
from bot.reply import Choice, Form, Reply
from bot.request import Kind, Request
from bot.small_talk import small_talk
from knowledge.normalize import words

log = structlog.get_logger("dispatcher")

# How a question begins: no command does.
_FIRST_WORDS = frozenset(["and", "y", "what", "who", "when", "where", "why", "how", "which"]) | frozenset(
    ["que", "quien", "cuando", "donde", "como", "cual"]
)

SILENT = Reply("", silent=True)
FORM_WITHIN_S = 1.0  # a form can be opened for a few seconds only, and the way there takes its time
RECOGNISES_WITHIN_S = 1.0  # platforms give three seconds for a form
REMEMBERED_S = 600.0  # platforms repeat an event for about six minutes
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request whose command is found and whose arguments are parsed; nothing was read or stored yet."""

    declared: Command | Action
    request: Request
    ctx: Context


class Dispatcher:
    """The core's front door.

    Args:
        services: what handlers work with.
        translators: all languages.
        on_write: called after a unit of work that wrote was committed, so that deliveries start at once.
    """

    def __init__(
        self, services: Services, translators: Translators, on_write: Callable[[], None] = lambda: None
    ) -> None:
        self.services = services
        self.registry = services.registry
        self.translators = translators
        self.wrote = on_write
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._gate = Gate(services.settings)

    def translator(self, request: Request) -> Translator:
        """Return the reader's language: the one they chose, else the platform's, else the installation's."""
        chosen = self.services.readers.of(request.actor.user_id).lang
        return self.translators[chosen or request.actor.locale or self.services.settings.language]

    async def recognise(self, user_id: str) -> None:
        """Learn what the person chose, so that `form_for` and `translator` speak their language; never fails."""
        readers = self.services.readers
        if readers.is_fresh(user_id):
            return
        try:
            async with asyncio.timeout(RECOGNISES_WITHIN_S), self.services.unit_of_work(writes=False) as uow:
                found = await uow.preferences.of(user_id)
                readers.remember(user_id, Reader(found.lang, found.zone))
        except (BotError, TimeoutError):
            log.info("nobody knows what the reader chose")

    def resolve(self, request: Request) -> Command | Action | None:
        """Return what `request` asks for, or None when there is no such thing; pure."""
        prepared = self._try_prepare(request)
        return prepared.declared if prepared else None

    async def form_for(self, request: Request) -> Form | None:
        """Return the form that must be filled in first, if the person may send it; within a second, else None."""
        try:
            prepared = self._prepare(request)
            form = _missing_form(prepared)
            if form is None:
                return None
            self._gate.slow_down(request, prepared.ctx.t)
            async with asyncio.timeout(FORM_WITHIN_S), self.services.unit_of_work(writes=False) as uow:
                prepared.declared.check(await self._gate.admitted(prepared.ctx, prepared.declared, uow))
        except (CommandError, TimeoutError):
            return None
        return form

    def problems(self, request: Request) -> dict[str, str]:
        """Return option name to what is wrong with it, for a submitted form; pure. "" names the form as a whole."""
        try:
            prepared = self._prepare(request)
            if not isinstance(prepared.declared, Command):
                return {}
            values, errors = values_of(prepared.declared, prepared.request.arguments, prepared.ctx.t, prepared.ctx.here)
            if not errors and prepared.declared.validate:
                prepared.declared.validate(prepared.ctx, values)
        except UserInputError as error:
            return {error.option: f"{error.text} {error.hint}".strip()}
        except CommandError:
            return {}
        return {name: f"{error.text} {error.hint}".strip() for name, error in errors.items()}

    async def handle(self, request: Request) -> Answer:
        """Answer `request`; there is always an answer, `SILENT` for one that was answered already."""
        t = self.translator(request)
        try:
            await self.recognise(request.actor.user_id)
            t = self.translator(request)
            if self._is_repeated(request):
                return SILENT
            self._gate.slow_down(request, t)
            prepared = self._prepare(request)
            return await self._run(prepared)
        except KeptOut as error:
            return SILENT if is_silent(error, request) else await self._refused(request, error)
        except CommandError as error:
            return await self._refused(request, error)
        except Exception as error:
            reference = secrets.token_hex(4)
            log.exception("request failed", reference=reference, request=request.name, error=type(error).__name__)
            return failure_reply(reference, t)

    async def suggest(self, request: Request, option: str, typed: str) -> Sequence[Choice]:
        """Return values to offer for an option while somebody types; empty when nothing can be read in time."""
        command = self.registry.commands.get(request.name)
        found = next((one for one in command.parameters if one.name == option), None) if command else None
        if found is None or found.option.suggest is None or command is None:
            return ()
        try:
            self._gate.slow_down(request, self.translator(request), SUGGESTION)
            async with self.services.unit_of_work(writes=False) as uow:
                ctx = await self._gate.admitted(self._context(request), command, uow)
                command.check(ctx)
                return await found.option.suggest(ctx, typed)
        except BotError:
            return ()

    def _context(self, request: Request, stores: Any = None) -> Context:
        zone = self.services.readers.of(request.actor.user_id).zone
        if zone:
            request = replace(request, actor=replace(request.actor, zone=zone))
        return Context(request, self.translator(request), self.services.clock(), self.services, stores)

    def _is_repeated(self, request: Request) -> bool:
        """Remember the request's key for ten minutes; say whether it was there already."""
        if not request.key:
            return False
        now = time.monotonic()
        while self._seen and (len(self._seen) > REMEMBERED or next(iter(self._seen.values())) < now - REMEMBERED_S):
            self._seen.popitem(last=False)
        return self._seen.setdefault(request.key, now) != now

    def _prepare(self, request: Request) -> _Prepared:
        """Find the command, read its arguments.

        Raises:
            CommandNotFound: nothing has that name.
        """
        ctx = self._context(request)
        if request.name == RUN:
            request = replace(request, kind=Kind.COMMAND, name="", text="/" + request.text)
        if not request.name or request.kind is Kind.MESSAGE:
            request = self._read(request, ctx)
        declared = self.registry.find(request.name)
        if declared is None:
            raise self._not_found(request.name, ctx.t)
        if isinstance(declared, Command) and request.text:
            request = request.with_arguments({**arguments_of(declared, request.text), **request.arguments})
        return _Prepared(declared, request, replace(ctx, request=request))

    def _read(self, request: Request, ctx: Context) -> Request:
        """Return plain words as a named request: a command when they begin with one, else a question."""
        text = request.text.strip()
        command, rest = self.registry.split(text)
        if request.kind is Kind.MESSAGE and not text.startswith("/") and (rest or command is None):
            return _as_question(request, text)
        if not text.removeprefix("/").strip():
            return replace(request, name="help", text="")
        if command is None:
            return self._unknown(request, text, ctx)
        if self._is_rather_a_question(command, text, rest, ctx):
            return _as_question(request, text)
        return replace(request, name=command.name, text=rest)

    def _unknown(self, request: Request, text: str, ctx: Context) -> Request:
        """Return what to do with words that begin with no command: a group's help, or a question.

        Raises:
            CommandNotFound: the words look like a misspelt command.
        """
        if self.registry.group(text.removeprefix("/").split()[0]):
            return replace(request, name="help", text=text.removeprefix("/"))
        if small_talk(text):
            return _as_question(request, text)
        if text.startswith("/") or self.registry.nearest(text) or (len(text.split()) < 3 and not _asks(text)):
            raise self._not_found(text, ctx.t)
        return _as_question(request, text)

    def _is_rather_a_question(self, command: Command, text: str, rest: str, ctx: Context) -> bool:
        """Say whether words that begin with a command's name are a sentence: "right to the city, what is it?"."""
        if command.name == "ask" or not rest or text.startswith("/"):
            return False
        if _asks(text):
            return True
        arguments = arguments_of(command, rest)
        _, errors = values_of(command, arguments, ctx.t, ctx.here)
        given = {name for name in errors if arguments.get(name)}
        return len(rest.split()) > 2 and bool(given) and ":" not in rest

    def _not_found(self, name: str, t: Translator) -> CommandNotFound:
        nearest = self.registry.nearest(name)
        hint = (
            t("Did you mean: {names}?", names=", ".join(nearest)) if nearest else t("Type help to see what I can do.")
        )
        return CommandNotFound(t("I do not know the command “{name}”.", name=name[:60]), hint, nearest)

    async def _run(self, prepared: _Prepared) -> Answer:
        declared, request, ctx = prepared.declared, prepared.request, prepared.ctx
        form = _missing_form(prepared)
        writes = (declared.writes or request.is_event) and form is None
        async with self.services.unit_of_work(writes=writes) as uow:
            ctx = await self._gate.admitted(ctx, declared, uow)
            declared.check(ctx)
            if form:
                return reply_with_form(form, ctx.t) if request.kind is Kind.MESSAGE else form
            values = _values(declared, request, ctx)
            if writes and request.key and not await uow.inbox.claim(request.key, ctx.now):
                return SILENT
            self._gate.count(ctx, declared)
            answer = await declared.handler(ctx, **values)
        if writes:
            self.wrote()
        return answer

    async def _refused(self, request: Request, error: CommandError) -> Reply:
        """Turn `error` into words; a missing right is audited, a form's values are kept."""
        prepared = self._try_prepare(request)
        if isinstance(error, Busy):
            log.warning("storage busy", request=request.name)
            self._seen.pop(request.key, None)
        if isinstance(error, CheckFailure) and prepared and self._gate.may_audit(request.actor.user_id):
            await self._audit(prepared)
        ctx = prepared.ctx if prepared else self._context(request)
        command = prepared.declared if prepared and isinstance(prepared.declared, Command) else None
        return await refusal(error, command, ctx)

    def _try_prepare(self, request: Request) -> _Prepared | None:
        try:
            return self._prepare(request)
        except CommandError:
            return None

    async def _audit(self, prepared: _Prepared) -> None:
        ctx = prepared.ctx
        entry = AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, prepared.declared.name, outcome="refused")
        try:
            async with self.services.unit_of_work(writes=True) as uow:
                await uow.audit.add(entry)
        except Busy:
            log.warning("a refusal could not be audited", act=entry.act)


def _asks(text: str) -> bool:
    return text.rstrip().endswith("?") or text.startswith("¿") or bool(_FIRST_WORDS.intersection(words(text)[:1]))


def _as_question(request: Request, text: str) -> Request:
    return replace(request, name="ask", text="", arguments={"question": text})


def _missing_form(prepared: _Prepared) -> Form | None:
    declared, arguments = prepared.declared, prepared.request.arguments
    if isinstance(declared, Command) and declared.missing(arguments):
        return form_of(declared, arguments, prepared.ctx.t)
    return None


def _values(declared: Command | Action, request: Request, ctx: Context) -> dict[str, Any]:
    """Return the handler's arguments.

    Raises:
        UserInputError: the first option that cannot be used.
    """
    if isinstance(declared, Action):
        return {"argument": request.text}
    values, errors = values_of(declared, request.arguments, ctx.t, ctx.here)
    for error in errors.values():
        raise error
    if declared.validate:
        declared.validate(ctx, values)
    return values
