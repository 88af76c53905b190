"""Questions from the shell: the same road as in a chat, without one."""

from __future__ import annotations

import json
from typing import Any

from bot.answers import dates
from bot.i18n import core_translators
from bot.knowledge_base import Edition
from bot.markup import plain
from bot.small_talk import reply_to
from bot.understanding import understand


def answered(edition: Edition, text: str, lang: str | None) -> dict[str, Any]:
    """Return `outcome, topic, lang, text, sources, related, score` for one question.

    The question's language decides the answer's; `lang` is for texts too short to tell.
    """
    found = understand(edition, text, lang)
    best = found.topics[0] if found.topics else None
    topic = best if found.outcome == "answer" else None
    words = topic.text(found.lang) if topic else None
    talk = reply_to(found.said, core_translators()[found.lang]) if found.said else ""
    return {
        "outcome": found.outcome,
        "topic": best.id if best else None,
        "lang": found.lang,
        "text": f"{words.short}\n\n{plain(words.long)}" if words else talk,
        "sources": [ref.id for ref in topic.sources] if topic else [],
        "related": list(topic.related) if topic else [one.id for one in found.topics],
        "score": round(found.score, 4),
    }


def answer_line(edition: Edition, line: str) -> str:
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
        found = answered(edition, _whole(text), lang)
    return _whole(json.dumps({"id": given.get("id"), **found}, ensure_ascii=False))


def _whole(text: str) -> str:
    """Return `text` with half characters, which no output can hold, as question marks."""
    return text.encode("utf-8", "replace").decode()


def answer_text(edition: Edition, question: str, lang: str | None) -> str:
    """Return the answer as plain text with its sources."""
    found = answered(edition, question, lang)
    t, bank = core_translators()[found["lang"]], edition.bank
    if found["outcome"] == "answer" and not found["topic"]:
        return str(found["text"])
    if found["outcome"] == "answer":
        topic = bank.topics[found["topic"]]
        cited = [bank.sources[one] for one in found["sources"]]
        lines = [f"- {one.title}, {one.author}" + (f" {one.url}" if one.url else "") for one in cited]
        age = dates(topic.reviewed, bank.criteria_version(topic), t)
        return "\n".join([found["text"], "", t("Sources"), *lines, "", age])
    if found["outcome"] == "unsure":
        titles = [f"- {bank.topics[one].text(found['lang']).title}" for one in found["related"]]
        return "\n".join(
            [t("I am not sure what you mean, so I would rather ask than guess."), t("Did you mean"), *titles]
        )
    return t("I do not know the answer to that.")
