"""Questions from the shell: the same road as in a chat, without one."""

from __future__ import annotations

import json
from typing import Any

from bot.i18n import core_translators
from bot.markup import plain
from knowledge.bank import Bank
from knowledge.index import Index
from knowledge.normalize import guess
from knowledge.retrieval import search


def answered(bank: Bank, index: Index, text: str, lang: str | None) -> dict[str, Any]:
    """Return `outcome, topic, lang, text, sources, related, score` for one question.

    The question's language decides the answer's; `lang` is for texts too short to tell.
    """
    result = search(index, text, lang=guess(text) or lang)
    shown = result.lang
    best = result.hits[0] if result.hits else None
    topic = bank.topics[best.topic_id] if best and result.outcome == "answer" else None
    words = topic.text(shown) if topic else None
    return {
        "outcome": result.outcome,
        "topic": best.topic_id if best else None,
        "lang": shown,
        "text": f"{words.short}\n\n{plain(words.long)}" if words else "",
        "sources": [ref.id for ref in topic.sources] if topic else [],
        "related": [hit.topic_id for hit in result.hits] if not topic else list(topic.related),
        "score": round(best.score, 4) if best else 0.0,
    }


def answer_line(bank: Bank, index: Index, line: str) -> str:
    """Return one JSON line for one JSON line `{"id", "text", "lang"?}`; a broken line gives an error line."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    given = asked if isinstance(asked, dict) else {}
    text, lang = given.get("text"), given.get("lang")
    if not isinstance(text, str) or not isinstance(lang, str | None):
        found: dict[str, Any] = {"error": "write one object a line with id and text"}
    else:
        found = answered(bank, index, _whole(text), lang)
    return _whole(json.dumps({"id": given.get("id"), **found}, ensure_ascii=False))


def _whole(text: str) -> str:
    """Return `text` with half characters, which no output can hold, as question marks."""
    return text.encode("utf-8", "replace").decode()


def answer_text(bank: Bank, index: Index, question: str, lang: str | None) -> str:
    """Return the answer as plain text with its sources."""
    found = answered(bank, index, question, lang)
    t = core_translators()[found["lang"]]
    if found["outcome"] == "answer":
        cited = [bank.sources[one] for one in found["sources"]]
        lines = [f"- {one.title}, {one.author}" + (f" {one.url}" if one.url else "") for one in cited]
        return "\n".join([found["text"], "", t("Sources"), *lines])
    if found["outcome"] == "unsure":
        titles = [f"- {bank.topics[one].text(found['lang']).title}" for one in found["related"]]
        return "\n".join(
            [t("I am not sure what you mean, so I would rather ask than guess."), t("Did you mean"), *titles]
        )
    return t("I do not know the answer to that.")
