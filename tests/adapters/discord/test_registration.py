"""Registering the commands: once, again when something changed, and by the operator's command."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.adapters.discord.conftest import Running
from tests.loopback.discord_records import Fault
from tests.loopback.discord_server import TOKEN, DiscordServer

ROOT = Path(__file__).parents[3]
PUT = r"/applications/\d+/commands"


async def sync(server: DiscordServer, folder: Path, token: str = TOKEN) -> tuple[int, str, str]:
    """Run the operator's command; return its exit code, what it printed and what it complained about."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "DISCORD_BOT_TOKEN": token,
        "DISCORD_API_URL": server.api_url,
        "HRC_DATA_DIR": str(folder / "data"),
        "HRC_KNOWLEDGE_ENGINE": "lexical",
        **{key: value for key, value in os.environ.items() if key.startswith("COVERAGE")},
    }
    command = (sys.executable, "-m", "bot", "commands", "sync", "discord")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_operator_sends_the_commands_and_only_when_they_changed(
    server: DiscordServer, tmp_path: Path
) -> None:
    code, out, _ = await sync(server, tmp_path)
    assert (code, f"Discord: {len(server.commands)} commands sent." in out) == (0, True)
    assert {"ask", "convening", "announce"} <= {one["name"] for one in server.commands}
    code, out, _ = await sync(server, tmp_path)
    assert (code, "nothing changed" in out) == (0, True)
    assert len(server.sent("PUT", PUT)) == 1
    assert server.identified == 0


async def test_commands_that_somebody_removed_come_back(server: DiscordServer, tmp_path: Path) -> None:
    await sync(server, tmp_path)
    server.commands = server.commands[1:]
    code, out, _ = await sync(server, tmp_path)
    assert (code, "commands sent" in out) == (0, True)
    assert len(server.sent("PUT", PUT)) == 2


@pytest.mark.parametrize(("token", "words"), [("wrong", "Discord refuses it"), ("", "is missing")])
async def test_a_token_that_is_no_use_is_named_in_one_line(
    server: DiscordServer, tmp_path: Path, token: str, words: str
) -> None:
    code, _, err = await sync(server, tmp_path, token)
    assert code == 1
    line = err.splitlines()[-1]
    assert line.startswith("hrc-bot: discord.token (the variable DISCORD_BOT_TOKEN)") and words in line
    assert "Traceback" not in err


async def test_a_discord_that_refuses_the_commands_is_told_in_one_line(server: DiscordServer, tmp_path: Path) -> None:
    server.faults.append(Fault("PUT", PUT, status=400, body={"code": 50035, "message": "Invalid Form Body"}))
    code, _, err = await sync(server, tmp_path)
    assert code == 1
    assert "Discord did not take the commands (50035)" in err and "Traceback" not in err


async def test_a_start_goes_on_when_the_commands_are_refused_and_tries_again_next_time(
    running: Running, server: DiscordServer
) -> None:
    server.faults.append(Fault("PUT", PUT, status=400, body={"code": 50035, "message": "Invalid Form Body"}))
    async with running():
        assert server.commands == []
    async with running():
        assert server.commands != []


async def test_a_second_start_registers_nothing(running: Running, server: DiscordServer) -> None:
    async with running():
        pass
    before = len(server.calls)
    async with running():
        pass
    assert len(server.sent("PUT", PUT)) == 1
    assert {one.method for one in server.calls[before:]} == {"GET"}
