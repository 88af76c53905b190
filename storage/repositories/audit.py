"""Administrative acts, append-only and chained."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.records import ERASED, OPERATOR, PERSON, PLATFORM, AuditEntry, AuditQuery
from storage.audit_chain import ANCHOR, Anchor, faults, link
from storage.models import AuditPersonRow, AuditRow, MetaRow
from storage.rows import insert_into, run

_NO_ACCOUNT = ("", OPERATOR, PLATFORM)


class Audit:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret
        self._waiting: list[AuditEntry] = []

    async def add(self, entry: AuditEntry) -> None:
        """Keep the entry for `append`, with references in place of accounts."""
        who, subject = await self._reference(entry.user_id), entry.subject
        if subject.startswith(PERSON):
            subject = PERSON + await self._reference(subject.removeprefix(PERSON))
        self._waiting.append(replace(entry, user_id=who, subject=subject))

    async def append(self) -> None:
        """Chain what waits; the last thing of a unit of work, since others wait for the anchor from here on."""
        if not self._waiting:
            return
        anchor = await self._locked_anchor()
        for entry in self._waiting:
            numbered = replace(entry, number=anchor.last + 1)
            chained = replace(numbered, hash=link(anchor.head, numbered))
            self._session.add(_row(chained))
            anchor = anchor.after(chained)
        self._waiting.clear()
        await self._session.flush()
        await self._store(anchor)

    async def recent(self, limit: int = 50) -> tuple[AuditEntry, ...]:
        return await self.find(AuditQuery(), limit)

    async def find(self, wanted: AuditQuery, limit: int) -> tuple[AuditEntry, ...]:
        await self.append()
        rows = await self._session.scalars(_fitting(wanted).order_by(AuditRow.id.desc()).limit(limit))
        return await self._named([_entry(row) for row in rows])

    async def forget(self, before: datetime) -> int:
        first_kept = await self._session.scalar(select(func.min(AuditRow.id)).where(AuditRow.at >= before))
        old = select(AuditRow).order_by(AuditRow.id.desc()).limit(1)
        last = await self._session.scalar(old if first_kept is None else old.where(AuditRow.id < first_kept))
        if last is None:
            return 0
        anchor = await self._locked_anchor()
        count = await run(self._session, delete(AuditRow).where(AuditRow.id <= last.id))
        await self._store(replace(anchor, removed=last.id, base=last.hash))
        await run(self._session, delete(AuditPersonRow).where(~_is_named()))
        return count

    async def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the chain; nothing when it is whole."""
        stored = await self._session.scalar(select(MetaRow.value).where(MetaRow.name == ANCHOR))
        return tuple(faults(await self.all(), stored, self._secret))

    async def all(self) -> tuple[AuditEntry, ...]:
        """Return every entry, oldest first, with references in place of accounts."""
        rows = await self._session.scalars(select(AuditRow).order_by(AuditRow.id))
        return tuple(_entry(row) for row in rows)

    async def _reference(self, user_id: str) -> str:
        """Return what stands for the account; it is random, so that nothing leads back once the person is erased."""
        if user_id in _NO_ACCOUNT or user_id.startswith(ERASED):
            return user_id
        wanted = select(AuditPersonRow.ref).where(AuditPersonRow.user_id == user_id)
        found = await self._session.scalar(wanted)
        if found is None:
            row = {"ref": f"p{secrets.token_hex(10)}", "user_id": user_id}
            await self._session.execute(insert_into(self._session, AuditPersonRow).on_conflict_do_nothing(), row)
            found = await self._session.scalar(wanted)
        return str(found)

    async def _named(self, entries: Iterable[AuditEntry]) -> tuple[AuditEntry, ...]:
        """Return the entries with the accounts of those who are not erased."""
        entries = tuple(entries)
        refs = {one for entry in entries for one in _references(entry)}
        wanted = select(AuditPersonRow.ref, AuditPersonRow.user_id).where(AuditPersonRow.ref.in_(refs))
        known = {str(row.ref): str(row.user_id) for row in await self._session.execute(wanted)}
        return tuple(_with_accounts(one, known) for one in entries)

    async def _locked_anchor(self) -> Anchor:
        """Return the anchor; nobody else appends until this transaction ends."""
        wanted = select(MetaRow.value).where(MetaRow.name == ANCHOR).with_for_update()
        anchor = Anchor.opened(await self._session.scalar(wanted) or "", self._secret)
        if anchor is not None:
            return anchor
        newest = await self._session.scalar(select(AuditRow).order_by(AuditRow.id.desc()).limit(1))
        await run(self._session, delete(MetaRow).where(MetaRow.name == ANCHOR))
        remade = Anchor(last=newest.id, head=newest.hash, remade=newest.id) if newest else Anchor(remade=0)
        await self._session.execute(insert(MetaRow).values(name=ANCHOR, value=remade.sealed(self._secret)))
        return remade

    async def _store(self, anchor: Anchor) -> None:
        kept = update(MetaRow).where(MetaRow.name == ANCHOR).values(value=anchor.sealed(self._secret))
        await run(self._session, kept)


def _fitting(wanted: AuditQuery) -> Select[AuditRow]:
    found = select(AuditRow)
    if wanted.since:
        found = found.where(AuditRow.at >= wanted.since)
    if wanted.before:
        found = found.where(AuditRow.id < wanted.before)
    if wanted.user_ids:
        refs = select(AuditPersonRow.ref).where(AuditPersonRow.user_id.in_(wanted.user_ids))
        about = select(PERSON + AuditPersonRow.ref).where(AuditPersonRow.user_id.in_(wanted.user_ids))
        own = AuditRow.who.in_([one for one in wanted.user_ids if one in _NO_ACCOUNT])
        found = found.where(or_(AuditRow.who.in_(refs), AuditRow.subject.in_(about), own))
    if wanted.act:
        is_act = AuditRow.act.startswith(wanted.act, autoescape=True)
        found = found.where(is_act | (AuditRow.subject == wanted.act))
    return found


def _is_named() -> ColumnElement[bool]:
    """Return the condition that an entry names the person."""
    by, about = AuditRow.who == AuditPersonRow.ref, AuditRow.subject == PERSON + AuditPersonRow.ref
    return exists().where(by | about).correlate(AuditPersonRow)


def _references(entry: AuditEntry) -> Iterator[str]:
    yield entry.user_id
    if entry.subject.startswith(PERSON):
        yield entry.subject.removeprefix(PERSON)


def _with_accounts(entry: AuditEntry, known: dict[str, str]) -> AuditEntry:
    def named(ref: str) -> str:
        is_account = ref not in _NO_ACCOUNT and not ref.startswith(ERASED)
        return known.get(ref, ERASED + ref) if is_account else ref

    subject = entry.subject
    if subject.startswith(PERSON):
        subject = PERSON + named(subject.removeprefix(PERSON))
    return replace(entry, user_id=named(entry.user_id), subject=subject)


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.number,
        at=entry.at,
        who=entry.user_id,
        workspace_id=entry.workspace_id,
        act=entry.act,
        subject=entry.subject,
        outcome=entry.outcome,
        hash=entry.hash,
    )


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.at, row.who, row.workspace_id, row.act, row.subject, row.outcome, row.id, row.hash)
