"""The real process with web pages alone: no token, no terminal."""

from __future__ import annotations

import signal
import subprocess
import time
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.adapters.web.conftest import free_port
from tests.command_line import WAIT_S, Shell


def _status(address: str, process: subprocess.Popen[bytes]) -> int:
    """Return the status of a page once the server answers."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s and process.poll() is None:
        try:
            with urlopen(address) as answer:
                return answer.status
        except HTTPError as error:
            return error.code
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"no answer; the process says {process.stderr.read() if process.stderr else b''!r}")


def test_run_serves_the_web_pages_until_it_is_stopped(tmp_path):
    shell, port = Shell(tmp_path), free_port()
    environ = shell.environ(HRC_WEB_ENABLED="true", HRC_WEB_PORT=str(port))
    process = shell.start("run", env=environ, stdin=subprocess.DEVNULL)
    try:
        assert _status(f"http://127.0.0.1:{port}/calendar/all.ics", process) == 200
        assert _status(f"http://127.0.0.1:{port}/", process) == 404
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert b"/calendar/all.ics" in said
    assert b"Traceback" not in said
