"""The real process: `python -m bot` in a fresh folder with a fresh HOME, as somebody at a shell meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.testing import CACHE_VARIABLE

WAIT_S = 60.0
ROOT = Path(__file__).parent.parent
BOT = (sys.executable, "-m", "bot")


@dataclass(frozen=True)
class Ended:
    """What a process left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A folder to start the bot in; `data` is its data directory."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def environ(self, **variables: str) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        fresh = {"HOME": str(home), "HRC_DATA_DIR": str(self.data), "LANG": "C.UTF-8", "TZ": "America/Chicago"}
        quick = {"HRC_KNOWLEDGE_ENGINE": "lexical", CACHE_VARIABLE: os.environ[CACHE_VARIABLE]}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **quick, **fresh, **variables}

    def run(self, *arguments: str, lines: str | bytes = "", **variables: str) -> Ended:
        """Run to the end with `lines` as standard input."""
        given = lines.encode() if isinstance(lines, str) else lines
        done = subprocess.run(
            [*BOT, *arguments],
            input=given,
            capture_output=True,
            cwd=self.folder,
            env=self.environ(**variables),
            timeout=WAIT_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, **how: Any) -> subprocess.Popen[bytes]:
        """Start and return the process; its output is a pipe unless `how` says otherwise."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([*BOT, *arguments], cwd=self.folder, **{"env": self.environ(), **pipes, **how})

    def chat(self, *lines: str, role: str = "member", lang: str = "en") -> str:
        """Return what somebody sees who types `lines`; the process must end well and complain about nothing."""
        ended = self.run("chat", "--as", role, "--lang", lang, lines="".join(f"{line}\n" for line in lines))
        assert (ended.code, ended.err) == (0, "")
        return ended.out
