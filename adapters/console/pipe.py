"""Plain lines in and out: standard input and output that are files, pipes, or a terminal that only one of them is."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterable

from adapters.console.render import Line, rows
from adapters.console.screen import Offers

MAX_LINE_BYTES = 4 * 1024 * 1024  # the rest of a longer line is left out; no command takes as much
_CHUNK = 65_536
_AHEAD = 16
_ECHOED = 400


class InputLines:
    """The lines of a file descriptor, read by a thread that nobody waits for when the process ends.

    Lines end with LF or CRLF, the last one also with the end of the input. Bytes that are not UTF-8 become U+FFFD.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._places = threading.Semaphore(_AHEAD)
        self._buffer = bytearray()
        self._ended = False
        self._thread: threading.Thread | None = None

    async def next(self) -> str:
        """Return the next line.

        Raises:
            EOFError: there is none.
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0 and not self._ended:
            searched = len(self._buffer)
            if searched > MAX_LINE_BYTES:
                del self._buffer[MAX_LINE_BYTES:]
                searched = MAX_LINE_BYTES
            await self._more()
        if end < 0 and not self._buffer:
            raise EOFError
        return self._cut(end)

    def _cut(self, end: int) -> str:
        line = bytes(self._buffer if end < 0 else self._buffer[:end])
        del self._buffer[: len(line) + 1]
        return line.decode("utf-8", "replace").removeprefix("\ufeff").removesuffix("\r")

    async def _more(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._pump, args=(asyncio.get_running_loop(),), daemon=True)
            self._thread.start()
        chunk = await self._chunks.get()
        self._places.release()
        self._buffer += chunk
        self._ended = not chunk

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read until the end; stop when the loop is closed."""
        chunk = b"-"
        while chunk:
            self._places.acquire()
            try:
                chunk = os.read(self._descriptor, _CHUNK)
            except OSError:
                chunk = b""
            try:
                loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
            except RuntimeError:
                return


class Pipe:
    """Answers every line of standard input in plain text, with the line before it."""

    interactive = False

    def __init__(self) -> None:
        # without a standard input its number may belong to another file by now
        self._lines = InputLines(sys.stdin.fileno()) if sys.stdin else None
        self._is_heard = sys.stdout is not None

    async def read(self, prompt: str, offers: Offers | None = None, *, remember: bool = False) -> str:  # noqa: ARG002
        if self._lines is None or not self._is_heard:
            raise EOFError
        line = await self._lines.next()
        self._echo(prompt, line)
        return line

    def _echo(self, prompt: str, line: str) -> None:
        start = rows(line[:_ECHOED])[0]
        self._put(prompt + start + ("…" if len(line) > len(start) else ""))

    def write(self, lines: Iterable[Line]) -> None:
        self._put("\n".join(line.plain for line in lines))

    def _put(self, text: str) -> None:
        """Write and flush; whoever closed the other end has heard enough."""
        if not self._is_heard:
            return
        try:
            print(text, flush=True)  # noqa: T201 - standard output is this adapter's platform
        except BrokenPipeError:
            self._is_heard = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
