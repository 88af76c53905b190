"""One reply of each kind, and how Discord gets them; `python -m tests.adapters.discord.examples` writes golden.json."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.discord.modals import modal, steps
from adapters.discord.render import messages
from bot.i18n import core_translators
from bot.markup import escape
from bot.reply import Attachment, Button, Choice, Field, Form, Input, Mention, Moment, Reply, Section

GOLDEN = Path(__file__).parent / "golden.json"
EN = core_translators()["en"]
WHEN = Moment(datetime(2027, 3, 14, 22, 30, tzinfo=UTC), "America/New_York")
NASTY = "*a* _b_ ~~c~~ ||d|| `e` # f > g [h](https://evil.example) <@1> <t:0:F> :i:"

REPLIES = {
    "a sentence": Reply("Saved."),
    "an answer": Reply(
        "A human rights city takes human rights as its frame.",
        (
            Section(text="It **decides** so *in public*.\n\n- one `code`\n- two\n\n1. first\n\n> said"),
            Section("Sources", "- [The page](https://alliance.example/a_b?c=d), 2024\n- <https://alliance.example>"),
            Section(
                "Read on", buttons=(Button("Why?", "ask.topic", "why"), Button("How?", "ask.topic", "how", "primary"))
            ),
        ),
    ),
    "a card": Reply(
        "City assembly",
        (
            Section(
                "City assembly",
                fields=(
                    Field("When", WHEN),
                    Field("Host", Mention("discord:801")),
                    Field("From", Mention("other:U1", "Ben_")),
                ),
                buttons=tuple(Button(one, "convening.rsvp", f"12:{one}") for one in ("Yes", "Maybe", "No")),
            ),
        ),
    ),
    "two cards with the same buttons": Reply(
        "Convenings",
        tuple(
            Section(f"Assembly {at}", buttons=(Button("Yes", "convening.rsvp", f"{at}:yes", "danger"),))
            for at in (1, 2)
        ),
    ),
    "what people typed": Reply(NASTY, (Section(NASTY, escape(NASTY), (Field(NASTY, NASTY),)),)),
    "files": Reply("All of it", attachments=(Attachment("me.json", b"{}", "application/json"),)),
}
FORM = Form(
    "Announce",
    (
        Input("title", "Title", required=True, hint="What it is about", max_chars=80),
        Input("consent", "Consent", "yesno", required=True, value="yes"),
        Input("text", "Message", "text", value="typed before", max_chars=3000),
        Input("lang", "Language", "choice", value="es", choices=(Choice("en", "English"), Choice("es", "Español"))),
        Input("count", "Count", "number"),
        Input("when", "When"),
    ),
    "announce new",
)


def rendered() -> dict[str, Any]:
    """Return every example as it goes over the wire."""
    shown = {name: [one.payload for one in messages(reply, EN)] for name, reply in REPLIES.items()}
    forms = {f"a form, step {at}": modal(FORM, at, f"id{at}", EN) for at in range(len(steps(FORM)))}
    return {**shown, **forms}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(rendered(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
