"""Collects the texts that people see into the catalogues: `python -m tests.words` adds the new ones, untranslated."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.registry import load

ROOT = Path(__file__).parent.parent
FOLDERS = {"bot": ROOT / "bot" / "locale" / "es.po", "adapters": ROOT / "adapters" / "locale" / "es.po"}
SOURCES = {"bot": ("bot", "storage"), "adapters": ("adapters",)}
KEYWORDS = {"t": None, "N_": None, "plural": (1, 2)}


def wanted(folder: str) -> Catalog:
    """Return every text in the code that the catalogue of `folder` serves, untranslated.

    Storage has no catalogue of its own: the core shows its texts. Command names stand in the context "command".
    """
    catalogue = Catalog(locale="es", project="hrc-bot", fuzzy=False)
    for source in SOURCES[folder]:
        for _, _, text, _, _ in extract_from_dir(ROOT / source, [("**.py", "python")], {}, keywords=KEYWORDS):
            if text:
                catalogue.add(text)
    if folder == "bot":
        for word in sorted({word for name in load().commands for word in name.split()}):
            catalogue.add(word, context="command")
    return catalogue


def stored(folder: str) -> Catalog:
    """Return the catalogue as the file has it, or an empty one."""
    path = FOLDERS[folder]
    with io.BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale="es")


def updated(folder: str) -> Catalog:
    """Return the wanted texts with the translations that the file has; nothing is guessed."""
    catalogue, old = wanted(folder), stored(folder)
    for message in catalogue:
        known = old.get(message.id, message.context) if message.id else None
        if known:
            message.string = known.string
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return the catalogue as a file: sorted, without places or dates, so that a change shows what changed."""
    catalogue.header_comment = "# Spanish. Written by hand; `make words` adds new texts."
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, no_location=True, sort_output=True, omit_header=True)
    header = b'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return header + b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n' + buffer.getvalue()


if __name__ == "__main__":
    for folder, path in FOLDERS.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written(updated(folder)))
