"""What `hrc-bot doctor` asks Discord: token, application, gateway, clock, followed channels. Nothing is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import discord
from discord.http import Route

from adapters.discord.connections import connector
from adapters.discord.markdown import own_number
from adapters.discord.settings import APPS, NAME, DiscordSettings, section_of, token_line
from adapters.discord.wire import USER_AGENT
from bot import doctor
from bot.doctor import Check
from bot.domain.chapters import Follow
from bot.ports import Problem, utc_now
from bot.settings import Settings

FEW_STARTS = 20  # Source: Discord's documentation, gateway, session start limit: 1,000 a day
UNREACHABLE = "Look whether this machine reaches the internet, and whether discord.api_url is right."
_PROBLEMS = {10003: Problem.CHANNEL_GONE, 50001: Problem.NO_PERMISSION, 50013: Problem.NO_PERMISSION}


async def examined(settings: Settings, follows: Sequence[Follow]) -> list[Check]:
    """Return what Discord says about the configuration and the channels that follow."""
    section = section_of(settings)
    Route.BASE = section.api_url
    client = discord.Client(intents=discord.Intents.none(), connector=connector())
    try:
        return [check async for check in _checks(client, section, follows)]
    finally:
        await client.close()


async def _checks(client: discord.Client, section: DiscordSettings, follows: Sequence[Follow]) -> AsyncIterator[Check]:
    try:
        await client.login(section.token.get_secret_value())
    except discord.LoginFailure:
        yield Check("discord token", "fault", token_line())
        return
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        yield Check("discord token", "fault", f"Discord cannot be reached ({type(error).__name__})", UNREACHABLE)
        return
    yield Check("discord token", "ok", f"signed in as {client.user}")
    yield _application(await _got(client, "/oauth2/applications/@me"))
    yield _gateway(await _got(client, "/gateway/bot"))
    yield doctor.clock(await _date(section.api_url), utc_now(), NAME)
    for follow in follows:
        found = await _got(client, f"/channels/{own_number(follow.channel_id)}")
        problem = "" if isinstance(found, dict) else _PROBLEMS.get(found, Problem.UNKNOWN)
        yield doctor.channel(follow, problem)


async def _got(client: discord.Client, path: str) -> dict[str, Any] | int:
    """Return what Discord answers, or its error code."""
    try:
        answer: dict[str, Any] = await client.http.request(Route("GET", path))
    except discord.HTTPException as error:
        return error.code or error.status
    except (aiohttp.ClientError, OSError):
        return 0
    return answer


async def _date(base: str) -> str:
    """Return the `Date` header of an answer that needs no token."""
    opened = aiohttp.ClientSession(connector=connector(), headers={"User-Agent": USER_AGENT}, trust_env=True)
    try:
        async with opened as session, session.get(f"{base}/gateway") as answer:
            return answer.headers.get("Date", "")
    except (aiohttp.ClientError, OSError, TimeoutError):
        return ""


def _application(found: dict[str, Any] | int) -> Check:
    if not isinstance(found, dict):
        return Check("discord application", "warning", f"Discord did not show it ({found})")
    if found.get("interactions_endpoint_url"):
        fix = f"Empty Interactions Endpoint URL under General Information at {APPS}."
        return Check("discord application", "fault", "commands are sent to a web address, not to this bot", fix)
    return Check("discord application", "ok", f"{found.get('name')}; no privileged intent is needed")


def _gateway(found: dict[str, Any] | int) -> Check:
    if not isinstance(found, dict):
        return Check("discord gateway", "fault", f"Discord names none ({found})", "Try again in a minute.")
    left = int((found.get("session_start_limit") or {}).get("remaining", FEW_STARTS))
    if left < FEW_STARTS:
        return Check("discord gateway", "warning", f"{left} starts are left today", "Find out why the bot restarts.")
    return Check("discord gateway", "ok", f"{found.get('url')}")
