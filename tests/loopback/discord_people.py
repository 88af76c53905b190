"""People on the loopback Discord: they type commands, press buttons, fill in forms and write messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.loopback.discord_accounts import APPLICATION, BOT, CHANNEL, GUILD, THREAD, thread, user
from tests.loopback.discord_records import Exchange
from tests.loopback.discord_server import DiscordServer

_COMMAND, _COMPONENT, _AUTOCOMPLETE, _MODAL = 2, 3, 4, 5
_ADMINISTRATOR = 1 << 3


@dataclass
class Person:
    """One account; `guild` None writes directly to the bot."""

    server: DiscordServer
    number: int
    name: str = "Ana"
    locale: str = "en-US"
    is_admin: bool = False
    roles: list[int] = field(default_factory=list)
    guild: int | None = GUILD
    channel: int = CHANNEL

    async def command(self, path: str, **options: Any) -> Exchange:
        """Type a command; returns once it is answered at all."""
        return await self._answered(await self.command_only(path, **options))

    async def command_only(self, path: str, **options: Any) -> Exchange:
        """Type a command, and do not wait."""
        return await self._send(_COMMAND, command_data(path, options))

    async def types(self, path: str, option: str, text: str, **others: Any) -> list[dict[str, Any]]:
        """Type into an option; returns what is offered."""
        data = command_data(path, {**others, option: text})
        _innermost(data)[-1]["focused"] = True
        exchange = await self._answered(await self._send(_AUTOCOMPLETE, data))
        return exchange.choices or []

    async def press(self, message: dict[str, Any], label: str) -> Exchange:
        """Press the button that reads `label`."""
        return await self._answered(await self.press_only(message, label))

    async def press_only(self, message: dict[str, Any], label: str) -> Exchange:
        """Press, and do not wait."""
        return await self.forge(message, button(message, label)["custom_id"])

    async def forge(self, message: dict[str, Any], custom_id: str) -> Exchange:
        """Send a press of whatever id."""
        return await self._send(_COMPONENT, {"custom_id": custom_id, "component_type": 2}, message)

    async def submit(self, exchange: Exchange, **values: str) -> Exchange:
        """Send the form that `exchange` opened: what stands in it, with `values` typed over."""
        assert exchange.modal is not None, "no form was opened"
        components = [_filled(one, values) for one in exchange.modal["components"] if one["type"] == 18]
        data = {"custom_id": exchange.modal["custom_id"], "components": components}
        return await self._answered(await self._send(_MODAL, data, exchange.pressed))

    async def says(self, text: str, *, mentions: bool = False, **more: Any) -> str:
        """Write a message; returns its id."""
        number = str(self.server.snowflake())
        message = {
            "id": number,
            "channel_id": str(self.channel),
            "author": user(self.number, self.name),
            "content": text,
            "timestamp": "2026-11-23T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [user(BOT, "Bot", bot=True)] if mentions else [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
        }
        if self.guild is not None:
            message |= {"guild_id": str(self.guild), "member": self._member()}
        await self.server.dispatch("MESSAGE_CREATE", message | more)
        return number

    async def answered(self, exchange: Exchange) -> Exchange:
        """Wait until the person sees the answer, not only that one is coming."""
        await self.server.until(lambda: _is_over(exchange), "an answer")
        return exchange

    async def _answered(self, exchange: Exchange) -> Exchange:
        await self.server.until(lambda: _is_over(exchange), "an answer")
        return exchange

    def _member(self) -> dict[str, Any]:
        rights = str(_ADMINISTRATOR if self.is_admin else 1 << 11)
        named = {"user": user(self.number, self.name), "nick": None, "avatar": None, "flags": 0, "permissions": rights}
        return named | {
            "roles": [str(one) for one in self.roles],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
        }

    async def _send(self, kind: int, data: dict[str, Any], message: dict[str, Any] | None = None) -> Exchange:
        exchange = Exchange(self.server.snowflake(), secrets.token_hex(16), kind, message)
        self.server.exchanges[exchange.token] = exchange
        await self.server.dispatch("INTERACTION_CREATE", self.payload(exchange, data, message))
        return exchange

    def payload(
        self, exchange: Exchange, data: dict[str, Any], message: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return an interaction as the platform sends it."""
        place: dict[str, Any] = {"channel_id": str(self.channel), "channel": {"id": str(self.channel), "type": 1}}
        if self.guild is None:
            place["user"] = user(self.number, self.name)
        else:
            general = {"id": str(self.channel), "type": 0, "name": "general", "guild_id": str(self.guild)}
            place["channel"] = thread(THREAD) if self.channel == THREAD else general
            place |= {"guild_id": str(self.guild), "guild": {"id": str(self.guild), "features": [], "locale": "en-US"}}
            place["member"] = self._member()
        sent = {k: v for k, v in message.items() if k != "files"} if message else None
        return (
            place
            | {
                "id": str(exchange.id),
                "application_id": str(APPLICATION),
                "type": exchange.kind,
                "token": exchange.token,
                "version": 1,
                "data": data,
                "locale": self.locale,
                "app_permissions": "0",
                "entitlements": [],
                "authorizing_integration_owners": {},
                "context": 0,
                "attachment_size_limit": 1 << 20,
            }
            | ({"message": sent} if sent else {})
        )


def _is_over(exchange: Exchange) -> bool:
    """Say whether there is something to see; an acknowledged press alone is not."""
    if exchange.modal is not None or exchange.choices is not None or exchange.follow_ups:
        return True
    is_shown = exchange.answer == 5 and exchange.original is not None and not exchange.is_loading
    return is_shown or exchange.edited > 0


def command_data(path: str, options: dict[str, Any]) -> dict[str, Any]:
    name, *rest = path.split()
    inner = [{"name": key, "type": _type(value), "value": value} for key, value in options.items()]
    if rest:
        inner = [{"name": rest[0], "type": 1, "options": inner}]
    return {"id": "1", "name": name, "type": 1, "options": inner}


def _innermost(data: dict[str, Any]) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = data["options"]
    return options[0]["options"] if options and options[0]["type"] == 1 else options


def _type(value: Any) -> int:
    return 5 if isinstance(value, bool) else 4 if isinstance(value, int) else 3


def _filled(label: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    one = label["component"]
    name = one["custom_id"]
    if one["type"] == 3:
        chosen = [option["value"] for option in one["options"] if option.get("default")]
        chosen = [values[name]] if values.get(name) else chosen
        inner = {"type": 3, "custom_id": name, "values": chosen}
    else:
        inner = {"type": 4, "custom_id": name, "value": values.get(name, one.get("value", ""))}
    return {"type": 18, "id": 1, "component": inner | {"id": 2}}


def button(message: dict[str, Any], label: str) -> dict[str, Any]:
    """Return the button that reads `label`."""
    buttons = [one for row in message["components"] for one in row["components"]]
    found = [one for one in buttons if one["label"] == label]
    assert found, f"no button {label!r} among {[one['label'] for one in buttons]}"
    one: dict[str, Any] = found[0]
    return one
