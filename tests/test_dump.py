"""Whoever takes the database, or reads the log, learns no name, address, note or account: acts with marked words."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import inspect, text

from bot.domain.approvals import Approval, Approvers
from bot.domain.grants import Block, Grant
from bot.domain.records import AuditEntry
from bot.domain.subscriptions import Barred, Standing, Subscription, Way
from bot.logs import configure
from bot.reply import Form, Reply
from bot.settings import Log
from bot.testing import FrozenClock, conversation
from storage import open_storage
from storage.engine import file_of
from storage.keys import FILE_NAME
from tests.features.gatherings import ADD

MARK = "qxzwmark"
WORKSPACE, CHANNEL = "fake:T1", "fake:C1"
ORGANIZER = {
    "user": f"fake:{MARK}olga",
    "name": f"Olga {MARK}",
    "admin": True,
    "workspace": WORKSPACE,
    "channel": CHANNEL,
}
MEMBER = ORGANIZER | {"user": f"fake:{MARK}ana", "name": f"Ana {MARK}", "admin": False}
OTHER = MEMBER | {"user": f"fake:{MARK}bo", "name": f"Bo {MARK}"}
STEERING = f"fake:{MARK}steering"
COMMITTEE = MEMBER | {"user": STEERING}
JOIN = (
    f'join name:"Ana {MARK}" city:{MARK}ville email:{MARK}@example.org interests:"{MARK} housing" '
    f"languages:{MARK} consent:yes"
)
DETAILS = f'city:{MARK}ville description:"{MARK} meets" descripcion:"{MARK} se reúne" host:{MARK} capacity:1'


async def pressed(chat, reply, *labels, **who):
    """Press those of the buttons that are there."""
    for label in labels:
        there = [one.label for each in getattr(reply, "sections", ()) for one in each.buttons]
        if label in there:
            reply = await chat.press(reply, label, **who)
    return reply


async def said(chat, line, *labels, **who):
    """Type a command that must be understood, then press what it offers."""
    reply = await chat.say(line, **who)
    assert isinstance(reply, Form | Reply)
    assert "do not know" not in getattr(reply, "summary", ""), (line, reply)
    return await pressed(chat, reply, *labels, **who)


async def live(chat):
    """Let people do everything that stores something."""
    await said(chat, "channel follow", **ORGANIZER)
    for who in (MEMBER, OTHER):
        await said(chat, JOIN, **who)
    await said(chat, "me settings zone:America/Chicago quiet:21:00-09:00", **MEMBER)
    await said(chat, f"{ADD.replace('City', MARK)} {DETAILS}", "Save", "Save it anyway", **ORGANIZER)
    for who in (MEMBER, OTHER):
        await said(chat, "convening rsvp 1 yes", **who)
        await said(chat, f'convening needs 1 needs:"{MARK} ramp" language:es', **who)
    await said(chat, "convening calendar", **MEMBER)
    await chat.submit(await chat.say("join", **OTHER), {"name": f"Half {MARK}", "consent": "no"}, **OTHER)
    await asked(chat)
    await announced(chat)
    await said(chat, f'convening cancel 1 reason:"{MARK} is ill"', "Cancel it", "Yes, cancel it", **ORGANIZER)
    await chat.deliver()


async def asked(chat):
    await said(chat, f'questions ask question:"Where does {MARK} live?" consent:yes', "Send", **MEMBER)
    await said(chat, f'questions answer 1 answer:"Ask {MARK}." other_answer:"Pregunta a {MARK}."', "Send", **COMMITTEE)
    await said(chat, f'questions ask question:"Who is {MARK} really?" consent:yes', **OTHER)
    await said(chat, f'questions dismiss 2 reason:"{MARK} is private"', **COMMITTEE)


async def announced(chat):
    new = f'announce new title:"{MARK} votes" message:"Come to {MARK}." audience:all when:now'
    await said(chat, new, "Send", "Ask a second person", "Ask a second person anyway", **COMMITTEE)
    await said(chat, new.replace("all", "chapter"), "Send", "Send now", **ORGANIZER)
    await said(chat, f'announce correct 2 title:"{MARK} voted" message:"{MARK}"', "Correct every copy", **ORGANIZER)
    await said(chat, f'announce withdraw 2 reason:"{MARK} erred"', **ORGANIZER)


async def kept(uow, now):
    """Store what no command above does."""
    ana, bo, later = MEMBER["user"], OTHER["user"], now + timedelta(days=1)
    await uow.audit.add(AuditEntry(now, STEERING, "", "ban", f"person:{bo}"))
    await uow.grants.put(Grant(0, ana, "organizer", STEERING, now, later, WORKSPACE))
    await uow.blocks.add(Block(0, bo, "", f"{MARK} shouted", STEERING, now))
    await uow.approvals.add(
        Approval(0, "announcement", 1, MARK, (ana, bo), Approvers("steering"), now, later, reason=MARK)
    )
    await uow.calendars.renew(ana, now)
    await uow.conversations.remember(f"{CHANNEL}|{ana}", "what-is-hrc", "en", later)
    mail = Subscription(str(uuid4()), "news", f"{MARK}@example.org", Standing.ASKED, now, Way.CHAT, "1")
    await uow.subscriptions.save(mail)
    await uow.suppressions.add(f"{MARK}@example.org", Barred.ERASED, now)


async def stored(storage):
    """Return every value of every table as it stands in the database, by table."""
    async with storage.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        return {name: (await connection.execute(text(f'SELECT * FROM "{name}"'))).all() for name in names}


def on_disk(url, folder):
    """Return the bytes of the database's files, and of all else in the data directory but the keys."""
    path = file_of(url)
    beside = path.parent.glob(f"{path.name}*") if path else ()
    kept = [one for one in (*beside, *folder.rglob("*")) if one.is_file() and one.name != FILE_NAME]
    return b"".join(one.read_bytes() for one in kept).lower()


@pytest.fixture
def log():
    """Set the log up as the bot does; yield what it is written to."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    configure(Log(level="debug", format="json"))
    root.handlers[0].setStream(written)
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


FILLED = {"account", "announcement", "announcement_rev", "audit", "audit_person", "convening", "delivery", "draft"}
FILLED |= {"given_answer", "member", "preference", "question", "rsvp", "secret", "approval", "approval_hand", "consent"}
FILLED |= {"block", "calendar", "conversation", "correction", "role_grant", "subscription", "suppression", "inbox"}


async def test_subpoena_dump_and_log_name_nobody(database_url, tmp_path: Path, log):
    storage = await open_storage(database_url, tmp_path / "data")
    async with conversation(storage, clock=FrozenClock(), steering=(STEERING,)) as chat:
        await live(chat)
        async with storage.unit_of_work(writes=True) as uow:
            await kept(uow, chat.clock.now)
        seen = str(chat.messenger.messages)
    found = await stored(storage)
    await storage.close()
    assert FILLED - {name for name, rows in found.items() if rows} == set()
    assert MARK in seen
    assert {name: rows for name, rows in found.items() if MARK in str(rows).lower()} == {}
    assert MARK.encode() not in on_disk(database_url, tmp_path / "data")
    assert '"event"' in log.getvalue()
    assert MARK not in log.getvalue().lower()
