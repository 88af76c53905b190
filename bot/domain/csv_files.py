"""Tables as CSV files that a spreadsheet opens and never runs.

Source: RFC 4180; OWASP, "CSV Injection": a cell that begins with = + - @, tab or return may be taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int | float | None


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the file: UTF-8 with the mark that spreadsheets look for, CRLF; texts can be no formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(one) for one in header])
    writer.writerows([_harmless(one) for one in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _harmless(cell: Cell) -> Cell:
    """Return the cell with a quote in front when a spreadsheet might run it; numbers of our own stay numbers."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip(" \u00a0").startswith(_FORMULA) else cell
