"""All that is held about the person who asks, as one file with its meanings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.domain.holdings import PERSONAL, Holding
from bot.features.me import feature, kept_of
from bot.features.privacy import kept_for
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Attachment, Reply, Section

FILE = "human-rights-cities-my-data.json"


@feature.command("export", summary=N_("Get all that is kept about you as a file"), example="me export")
async def export(ctx: Context) -> Reply:
    """Return one JSON file: every table with its meaning, and every row about the person in it."""
    await kept_of(ctx)
    rows = await ctx.uow.members.exported(ctx.user_id)
    t = ctx.t
    content = {
        "about": t("All that the Human Rights Cities bot keeps about you, and what it means."),
        "made_at": ctx.now.isoformat(),
        "accounts": list(await ctx.uow.members.accounts_of(ctx.user_id)),
        "data": {one.table: _described(one, rows.get(one.table, ()), ctx) for one in PERSONAL},
    }
    text = t("Only you get it. It is plain text: keep it where nobody else reads it.")
    file = Attachment(FILE, json.dumps(content, ensure_ascii=False, indent=2).encode(), "application/json")
    return Reply(t("This is all that is kept about you."), (Section(text=escape(text)),), attachments=(file,))


def _described(holding: Holding, rows: tuple[Mapping[str, Any], ...], ctx: Context) -> dict[str, Any]:
    t = ctx.t
    columns = {name: t(holding.meaning(name)) for row in rows[:1] for name in row}
    return {
        "what": t(holding.title),
        "why": t(holding.why),
        "kept": kept_for(holding, ctx.settings, t),
        "columns": columns,
        "rows": [{name: _plain(value) for name, value in row.items()} for row in rows],
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; times as ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
