"""Memory on a small machine: less held by threads, and what the start used is given back.

Source: the GNU C library's manual, mallopt(3) and malloc_trim(3). Other C libraries have neither, and need neither.
"""

from __future__ import annotations

import ctypes
import gc
import sys

_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
_LARGE = 3 << 20  # bytes; what is larger goes back to the system at once, while the library's own limit rises with use


def share_arena() -> None:
    """Let all threads allocate from one arena: 6 MB less, and the interpreter's lock serves them one by one anyway.

    Large arrays are kept out of it, or those of each question would leave 30 MB behind.
    """
    _call("mallopt", _M_ARENA_MAX, 1)
    _call("mallopt", _M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Return to the system what was needed for a while only: building the index leaves 28 MB."""
    gc.collect()
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    if sys.platform == "linux":
        function = getattr(ctypes.CDLL(None), name, None)
        if function:
            function(*arguments)
