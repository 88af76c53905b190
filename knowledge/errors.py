"""What can be wrong with the knowledge base, said in one line that names the file."""

from __future__ import annotations


class KnowledgeError(Exception):
    """A fault in a content file, or in how the knowledge base is used.

    `str()` is one line: `content/topics/basics.yaml:12: topics[3].en.short is missing; add it`.

    Args:
        message: what is wrong and what to do, without a full stop.
        file: the file's name as people know it; empty when no file is at fault.
        line: 1-based; 0 when the fault has no line.
    """

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(message, file, line)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join((f"{place}: {self.message}" if place else self.message).split())
