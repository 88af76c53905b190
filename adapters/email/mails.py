"""Answers as mail: plain text and simple HTML, without remote content. Pure.

Source: RFC 2369 and RFC 8058 (List-Unsubscribe, one click), RFC 2919 (List-Id), RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.features.convening_cards import RSVP
from bot.i18n import Translator
from bot.markup import Block, Span, parse
from bot.reply import Attachment, Button, Field, Mention, Moment, Reply, Section

MAX_SUBJECT = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_STYLE = "font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em"


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names mail of the list goes out. `tagged` is the envelope's sender for a delivery's key."""

    sender: str
    sender_name: str
    list_id: str
    list_name: str
    bounces: str = ""

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def tagged(self, tag: str) -> str:
        """Return an address of ours that names `tag`; the plain sender where no mail that comes back is read."""
        local, _, domain = self.bounces.rpartition("@")
        return f"{local}+{tag}@{domain}" if self.bounces else self.sender


@dataclass(frozen=True, slots=True)
class Leaving:
    """How this reader gets off the list: a page's address, and a tag of an address that takes mail; "" for none."""

    url: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it is written. `key` and `at` stay the same however often it is sent.

    `link` returns the page that a button leads to, "" for a button that works in chat alone. `earlier` is the key of
    the mail that this one corrects. `bulk` is False for the mail that asks to confirm.
    """

    to: str
    reply: Reply
    t: Translator
    key: str
    at: datetime
    leaving: Leaving = Leaving()
    link: Callable[[Button], str] = lambda _button: ""
    earlier: str = ""
    bulk: bool = True


def message_id(key: str, names: Names) -> str:
    return f"<{key}@{names.domain}>"


def written(letter: Letter, names: Names) -> EmailMessage:
    """Return the mail; the reader's is the only address in it but our own."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(names.sender_name or names.list_name, addr_spec=names.sender)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = one_line(letter.reply.summary)[:MAX_SUBJECT]
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = message_id(letter.key, names)
    if letter.earlier:
        mail["In-Reply-To"] = mail["References"] = message_id(letter.earlier, names)
    for name, value in _list_headers(letter, names):
        mail[name] = value
    mail.set_content(text_of(letter, names), cte="quoted-printable")
    mail.add_alternative(html_of(letter, names), subtype="html", cte="quoted-printable")
    for one in letter.reply.attachments:
        _attach(mail, one)
    return mail


def _list_headers(letter: Letter, names: Names) -> Iterator[tuple[str, str]]:
    yield "List-Id", f"{names.list_name} <{names.list_id}>"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    if letter.bulk:
        yield "Precedence", "list"
    mailto = f"<mailto:{names.tagged(letter.leaving.tag)}?subject=unsubscribe>" if _takes_mail(letter, names) else ""
    page = f"<{letter.leaving.url}>" if letter.leaving.url else ""
    if page or mailto:
        yield "List-Unsubscribe", ", ".join(one for one in (page, mailto) if one)
    if page:
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _takes_mail(letter: Letter, names: Names) -> bool:
    return bool(names.bounces and letter.leaving.tag)


def _attach(mail: EmailMessage, one: Attachment) -> None:
    main, _, sub = one.media_type.partition(";")[0].partition("/")
    if main == "text":
        method = re.search(rb"^METHOD:([A-Z]+)\r?$", one.content, re.MULTILINE)
        params = {"method": method[1].decode()} if sub == "calendar" and method else {}
        mail.add_attachment(one.content.decode(), subtype=sub, filename=one.name, params=params, cte="base64")
    else:
        mail.add_attachment(one.content, maintype=main, subtype=sub or "octet-stream", filename=one.name)


def one_line(text: str) -> str:
    """Return `text` in one line, without characters that do more than show."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    return _CONTROL.sub("", text)


# ---- plain text -------------------------------------------------------------


def text_of(letter: Letter, names: Names) -> str:
    parts = [clean(letter.reply.summary)]
    parts += ["\n".join(_section_lines(one, letter)) for one in letter.reply.sections]
    parts.append("\n".join(["-- ", *foot(letter, names)]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _section_lines(section: Section, letter: Letter) -> Iterator[str]:
    if section.title:
        yield clean(section.title)
    for block in parse(section.text):
        yield clean(_block_text(block))
    for field in section.fields:
        yield f"{clean(field.label)}: {one_line(value_of(field, letter.t))}"
    for button in section.buttons:
        if url := letter.link(button):
            yield f"{clean(button.label)}: {url}"
    if others := elsewhere(section, letter):
        yield others


def _block_text(block: Block) -> str:
    words = "".join(s.text if not s.url or s.url == s.text else f"{s.text} ({s.url})" for s in block.spans)
    if block.kind == "quote":
        return "\n".join(f"> {line}" for line in words.split("\n"))
    return f"{block.marker} {words}" if block.marker else words


def value_of(field: Field, t: Translator) -> str:
    """Return a field's value in words; a time in the zone in which it was planned."""
    if isinstance(field.value, Moment):
        return t.moment(_local(field.value))
    return field.value.name if isinstance(field.value, Mention) else field.value


def _local(moment: Moment) -> datetime:
    from zoneinfo import ZoneInfo

    return moment.at.astimezone(ZoneInfo(moment.zone))


def elsewhere(section: Section, letter: Letter) -> str:
    """Return which buttons need a chat, "" for none."""
    labels = [one_line(one.label) for one in section.buttons if not letter.link(one)]
    return letter.t("In chat with the bot: {labels}", labels=", ".join(labels)) if labels else ""


def foot(letter: Letter, names: Names) -> Sequence[str]:
    """Return why the reader gets this, and how to end it."""
    if not letter.bulk:
        return (names.list_name,)
    why = letter.t("You get this because you are on the email list {name}.", name=names.list_name)
    way = letter.t("Unsubscribe: {address}", address=letter.leaving.url) if letter.leaving.url else ""
    return tuple(one for one in (why, way) if one)


# ---- HTML -------------------------------------------------------------------


def html_of(letter: Letter, names: Names) -> str:
    body = [f"<h1>{_escaped(letter.reply.summary)}</h1>"]
    body += [part for one in letter.reply.sections for part in _section_html(one, letter)]
    body.append("<hr>" + "".join(f"<p><small>{_foot_html(line, letter)}</small></p>" for line in foot(letter, names)))
    title = _escaped(one_line(letter.reply.summary))
    head = f'<html lang="{letter.t.lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!doctype html>{head}<body style="{_STYLE}">{"".join(body)}</body></html>'


def _foot_html(line: str, letter: Letter) -> str:
    url = letter.leaving.url
    return _escaped(line).replace(_escaped(url), _link(url, url)) if url else _escaped(line)


def _section_html(section: Section, letter: Letter) -> Iterator[str]:
    if section.title:
        yield f"<h2>{_escaped(section.title)}</h2>"
    for block in parse(section.text):
        tag = "blockquote" if block.kind == "quote" else "p"
        marker = f"{html.escape(block.marker)} " if block.marker else ""
        yield f"<{tag}>{marker}{''.join(map(_span_html, block.spans))}</{tag}>"
    for field in section.fields:
        yield f"<p><strong>{_escaped(field.label)}:</strong> {_escaped(value_of(field, letter.t))}</p>"
    links = [_link(url, button.label) for button in section.buttons if (url := letter.link(button))]
    if links:
        yield f"<p>{' &nbsp; '.join(links)}</p>"
    if others := elsewhere(section, letter):
        yield f"<p>{_escaped(others)}</p>"


def _span_html(span: Span) -> str:
    words = _link(span.url, span.text) if span.url else _escaped(span.text)
    for tag, is_on in (("strong", span.bold), ("em", span.italic), ("code", span.code)):
        words = f"<{tag}>{words}</{tag}>" if is_on else words
    return words


def _link(url: str, label: str) -> str:
    return f'<a href="{html.escape(url)}">{_escaped(label)}</a>'


def _escaped(text: str) -> str:
    return html.escape(clean(text)).replace("\n", "<br>")


def is_rsvp(button: Button) -> bool:
    return button.action == RSVP
