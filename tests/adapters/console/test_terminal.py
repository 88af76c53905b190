"""The chat on a terminal: a pseudo-terminal stands for the window."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator

import pytest

CTRL_C, CTRL_D, TAB = "\x03", "\x04", "\t"
WAIT_S = 20.0
# The terminal may leave out the space that follows.
PROMPT = ">"


class Window:
    """One end of a pseudo-terminal of 100 columns; the bot has the other one."""

    def __init__(self, shell, *arguments: str) -> None:
        self._ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (40, 100))
        self.before = termios.tcgetattr(theirs)
        self._theirs = theirs
        how = {"stdin": theirs, "stdout": theirs, "stderr": subprocess.PIPE, "start_new_session": True}
        colours = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.process = shell.start("chat", *arguments, env=shell.environ(**colours), **how)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def until(self, words: str) -> str:
        """Return what came since the last call, up to `words`."""
        end = time.monotonic() + WAIT_S
        while words not in self.seen:
            left = end - time.monotonic()
            assert left > 0, f"{words!r} did not come: {self.seen!r}"
            if select.select([self._ours], [], [], left)[0]:
                self.seen += os.read(self._ours, 65_536).decode(errors="replace")
        shown, self.seen = self.seen.split(words, 1)
        return shown + words

    def left(self) -> tuple[int, bytes]:
        """Return exit code and standard error once the process is over."""
        _, err = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, err

    @property
    def is_as_before(self) -> bool:
        """Say whether the terminal echoes and reads lines as it did before the start."""
        return termios.tcgetattr(self._theirs)[:4] == self.before[:4]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def window(shell) -> Iterator[Window]:
    opened = Window(shell)
    try:
        opened.until("Ctrl-D leaves.")
        opened.until(PROMPT)
        yield opened
    finally:
        opened.close()


def test_a_question_is_answered_in_colours(window):
    window.type("what is a human rights city?\r")
    shown = window.until("Not helpful")
    assert "\x1b[1m" in shown, "the short answer is bold"
    assert "\x1b[4mhttps://ushrnetwork.org/membership/miats/national-human-rights-city-alliance" in shown


def test_commands_complete_while_somebody_types(window):
    window.type("conv")
    window.until("convening list")
    window.type(TAB + CTRL_C)
    assert window.left() == (0, b"")


def test_values_complete_for_the_option_that_is_typed(window):
    window.type("join zone:chic")
    window.until("America/Chicago")


def test_inputs_of_a_form_complete(window):
    window.type("join\r")
    window.until("Name (required)")
    for answer in ("Ana", "yes", "", "", "", ""):
        window.type(answer + "\r")
    window.until("Time zone")
    window.type("denv")
    window.until("America/Denver")


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_a_key_leaves_well(window, key):
    window.type(key)
    assert window.left() == (0, b"")
    assert window.is_as_before


def test_ctrl_c_in_a_form_leaves_the_form_alone(window):
    window.type("join\r")
    window.until("Name (required)")
    window.until(PROMPT)
    window.type("Ana" + CTRL_C)
    window.until("You left the form; nothing was stored.")
    window.type("me\r")
    window.until("You have not joined")
    window.type("quit\r")
    assert window.left() == (0, b"")


def test_sigterm_leaves_the_terminal_as_it_was(window):
    window.process.send_signal(signal.SIGTERM)
    assert window.process.wait(5) == 0
    assert window.left() == (0, b"")
    assert window.is_as_before


def test_a_post_comes_above_the_line_that_is_typed(shell):
    opened = Window(shell, "--as", "steering")
    opened.until(PROMPT)
    opened.type("channel follow\r")
    opened.until("follows now")
    opened.type('announce new title:"Notes" message:"They are out."\r')
    opened.until("Discard")
    opened.type("1\rabo")
    opened.until("In the channel:")
    opened.until("They are out.")
    opened.type("ut\r")
    opened.until("Alliance")
    opened.close()
