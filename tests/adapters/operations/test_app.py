"""What programs that watch over the bot hear."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from datetime import timedelta
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.domain.deliveries import Subject, Target
from bot.ports import Problem, utc_now
from storage import open_storage
from storage.migrate import upgrade
from tests import postgres
from tests.adapters.operations.conftest import watched
from tests.adapters.web.conftest import free_port
from tests.command_line import WAIT_S, Shell

CHANNELS = 1000


async def test_health_with_dead_db_is_alive_and_not_ready_and_names_no_secret(tmp_path):
    with postgres.own_server() as server:
        upgrade(server.url)
        storage = await open_storage(server.url, tmp_path / "data")
        async with watched(storage) as ask:
            assert await ask("/readyz") == (200, "ok\n")
            server.stop()
            assert await ask("/livez") == (200, "ok\n")
            assert await ask("/readyz") == (503, "database: no answer\n")
            assert await ask("/metrics") == (503, "database: no answer\n")
            server.start()
            assert await ask("/readyz") == (200, "ok\n")
        await storage.close()


async def test_metrics_cardinality_holds_no_id_of_a_channel_member_or_workspace(storage):
    async with storage.unit_of_work(writes=True) as uow:
        due = utc_now() - timedelta(minutes=5)
        some = tuple(Target(f"fake:W{number % 7}XYZ", f"fake:C{number}XYZ") for number in range(CHANNELS))
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, some, 1, due)
        await uow.deliveries.want(Subject.ANSWER, 1, (Target("", user_id="fake:UanaXYZ"),), 1, utc_now())
        await uow.lanes.block("fake:W1XYZ", utc_now() + timedelta(minutes=1), Problem.RATE_LIMITED)
    async with watched(storage) as ask:
        status, text = await ask("/metrics")
    assert status == 200
    assert f'hrc_deliveries{{platform="fake",state="pending"}} {CHANNELS + 1}.0' in text
    assert 'hrc_lanes_blocked{platform="fake",reason="rate_limited"} 1.0' in text
    assert "hrc_sending_paused 0.0" in text
    age = re.search(r'hrc_oldest_waiting_seconds\{platform="fake"\} (\S+)', text)
    assert age
    assert 300 <= float(age[1]) < 400
    assert "XYZ" not in text
    assert len([line for line in text.splitlines() if not line.startswith("#")]) < 30


def _ready(address: str) -> str:
    """Return what `/readyz` says once somebody listens."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        try:
            with urlopen(address) as answer:
                return answer.read().decode()
        except HTTPError:
            time.sleep(0.05)  # it says that it is not connected yet
        except URLError:
            time.sleep(0.05)
    raise AssertionError("nobody answers")


def test_the_running_bot_is_ready_and_its_port_leads_nowhere_else(tmp_path):
    shell, port = Shell(tmp_path), free_port()
    process = shell.start("run", env=shell.environ(HRC_OPERATIONS_PORT=str(port)), stdin=subprocess.DEVNULL)
    try:
        assert _ready(f"http://127.0.0.1:{port}/readyz") == "ok\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in said


def test_a_port_that_is_taken_stops_the_start_and_names_the_key(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = Shell(tmp_path).run("run", HRC_OPERATIONS_PORT=str(other.getsockname()[1]))
    assert ended.code == 1
    assert ended.err.startswith("hrc-bot: operations.host and operations.port: cannot listen on 127.0.0.1 port ")
    assert "HRC_OPERATIONS_PORT" in ended.err
