"""Copies over time as a picture: one stepped line a platform, told apart by its dashes too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES: Final = ("-", "--", ":", "-.")
MARKERS: Final = ("o", "s", "^", "D", "v", "P")
MARKED: Final = 12  # markers a line; more would hide it
_drawing = Lock()  # matplotlib shares fonts and settings between figures


@dataclass(frozen=True, slots=True)
class Line:
    """One platform: its label, and when each copy was shown, in units of the time axis, in order."""

    label: str
    moments: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the picture says, in the reader's language. Nobody else's words belong in it: they are not escaped."""

    title: str
    time_label: str
    count_label: str
    lines: tuple[Line, ...]
    note: str = ""


def drawn(drawing: Drawing) -> bytes:
    """Return the picture as a PNG file of 1080 by 600 pixels; takes a second at first: call it in a thread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _drawing, BytesIO() as file:
        figure = Figure(figsize=(9, 5), layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure.subplots(), drawing)
        figure.legend(loc="outside lower center", title=drawing.note or None)  # beside the lines, never over them
        figure.savefig(file, format="png", dpi=120)
        return file.getvalue()


def _draw(axes: Axes, drawing: Drawing) -> None:
    from matplotlib.ticker import MaxNLocator

    last = max((line.moments[-1] for line in drawing.lines if line.moments), default=0.0)
    for number, line in enumerate(drawing.lines):
        _draw_line(axes, number, line, last)
    axes.set(title=drawing.title, xlabel=drawing.time_label, ylabel=drawing.count_label)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)


def _draw_line(axes: Axes, number: int, line: Line, last: float) -> None:
    times: Sequence[float] = (0.0, *line.moments, last)
    counts = (0, *range(1, len(line.moments) + 1), len(line.moments))
    axes.step(
        times,
        counts,
        where="post",
        label=line.label,
        linestyle=STYLES[number % len(STYLES)],
        linewidth=2,
        marker=MARKERS[number % len(MARKERS)],
        markevery=max(len(times) // MARKED, 1),
    )
