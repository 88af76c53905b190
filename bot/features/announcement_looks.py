"""How an announcement looks on each platform: by the platform's own renderer, so that limits and splits are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.context import Context
from bot.domain.announcements import Announcement
from bot.domain.deliveries import Target
from bot.errors import NotFound
from bot.features.announcement_cards import numbered, posted
from bot.i18n import LANGUAGES, core_translators
from bot.markup import escape
from bot.ports import Previewer
from bot.reply import Button, Field, Reply, Section

LOOKS = "announce.looks"


def looks_section(ctx: Context, draft: Announcement, targets: Iterable[Target]) -> tuple[Section, ...]:
    """Return in how many parts each platform shows it, with a button for each; empty where no platform can tell."""
    t, platforms = ctx.t, list(_platforms(ctx, targets))
    if not platforms:
        return ()
    fields = tuple(Field(name.capitalize(), _counts(ctx, draft, one)) for name, one in platforms)
    label = t("How it looks on {platform}")
    buttons = tuple(
        Button(label.format(platform=name.capitalize()), LOOKS, f"{draft.id}:{name}") for name, _ in platforms
    )
    return (Section(t("On each platform"), fields=fields, buttons=buttons),)


def _platforms(ctx: Context, targets: Iterable[Target]) -> Iterator[tuple[str, Previewer]]:
    for name in dict.fromkeys(one.platform for one in targets):
        messenger: object = ctx.services.messengers.get(name)
        if isinstance(messenger, Previewer):
            yield name, messenger


def _languages(draft: Announcement) -> tuple[str, ...]:
    return tuple(lang for lang in LANGUAGES if draft.speaks(lang))


def _counts(ctx: Context, draft: Announcement, previewer: Previewer) -> str:
    """Return for each language in how many parts it comes: "English: 1 part"."""
    counts = [(lang, len(_parts(draft, lang, previewer))) for lang in _languages(draft)]
    words = (
        ctx.t.plural("{name}: {count} part", "{name}: {count} parts", n, name=LANGUAGES[lang]) for lang, n in counts
    )
    return ", ".join(words)


def _parts(draft: Announcement, lang: str, previewer: Previewer) -> tuple[str, ...]:
    t = core_translators()[lang]
    return previewer.preview(posted(draft, t), t)


def looks_on(ctx: Context, draft: Announcement, platform: str) -> Reply:
    """Return every part in every language exactly as the platform gets it, its marks included.

    Raises:
        NotFound: no such platform is connected, or it cannot tell.
    """
    t = ctx.t
    messenger: object = ctx.services.messengers.get(platform)
    if not isinstance(messenger, Previewer):
        raise NotFound(t("This platform is not connected."), t("Type announce list to see the newest."))
    sections = []
    for lang in _languages(draft):
        parts = _parts(draft, lang, messenger)
        for number, part in enumerate(parts, 1):
            title = t("{name}, part {number} of {count}", name=LANGUAGES[lang], number=number, count=len(parts))
            sections.append(Section(title, escape(part)))
    summary = t("“{title}” as {platform} gets it", title=numbered(draft), platform=platform.capitalize())
    return Reply(summary, tuple(sections))
