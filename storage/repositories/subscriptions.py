"""The email list, and the hashes of addresses that are not written to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.subscriptions import Barred, Purpose, Standing, Subscription
from storage.codes import code_of
from storage.models import DeliveryRow, MemberRow, SubscriptionRow, SuppressionRow
from storage.rows import entity_of, insert_into, run, values_of
from storage.traces import leave

_MAC_BYTES = 24
_TOKEN_BYTES = 16 + _MAC_BYTES  # a UUID stands in front; 40 bytes are 64 letters, and each means something


def address_code(secret: bytes, address: str) -> str:
    """Return the keyed hash of an address, alike for every way of writing it in small and capital letters."""
    return code_of(secret, "address", address.casefold())


class Subscriptions:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes, *, locks: bool) -> None:
        self._session = session
        self._secret = secret
        self._locks = locks

    async def get(self, subscription_id: str) -> Subscription | None:
        row = await self._session.get(
            SubscriptionRow, subscription_id, with_for_update=self._locks or None, populate_existing=self._locks
        )
        return entity_of(Subscription, row) if row else None

    async def of_address(self, list_id: str, address: str) -> Subscription | None:
        is_it = (SubscriptionRow.list_id == list_id, SubscriptionRow.code == address_code(self._secret, address))
        row = await self._session.scalar(select(SubscriptionRow).where(*is_it))
        return entity_of(Subscription, row) if row else None

    async def of_person(self, person_id: str) -> tuple[Subscription, ...]:
        if not person_id:
            return ()
        is_theirs = (SubscriptionRow.person_id == person_id) | (SubscriptionRow.claimed_by == person_id)
        rows = await self._session.scalars(select(SubscriptionRow).where(is_theirs).order_by(SubscriptionRow.id))
        return tuple(entity_of(Subscription, row) for row in rows)

    async def save(self, subscription: Subscription) -> Subscription:
        code = address_code(self._secret, subscription.address)
        await self._session.merge(SubscriptionRow(code=code, **values_of(subscription)))
        await self._session.flush()
        return subscription

    async def drop(self, subscription: Subscription, *, ends_wish: bool = True) -> None:
        no_wish = update(MemberRow).where(MemberRow.id == subscription.person_id).values(email_list=False)
        for statement in (
            delete(DeliveryRow).where(DeliveryRow.user_id == subscription.user_id),
            delete(SubscriptionRow).where(SubscriptionRow.id == subscription.id),
            *([no_wish] if subscription.person_id and ends_wish else []),
        ):
            await run(self._session, statement)
        await leave(self._session)

    async def readers(self, list_id: str) -> tuple[Subscription, ...]:
        are = (SubscriptionRow.list_id == list_id, SubscriptionRow.standing == Standing.CONFIRMED)
        rows = await self._session.scalars(select(SubscriptionRow).where(*are).order_by(SubscriptionRow.id))
        return tuple(entity_of(Subscription, row) for row in rows)

    async def reached(self, list_id: str) -> tuple[tuple[str, str], ...]:
        are = (SubscriptionRow.list_id == list_id, SubscriptionRow.standing == Standing.CONFIRMED)
        wanted = select(SubscriptionRow.id, SubscriptionRow.lang).where(*are).order_by(SubscriptionRow.id)
        return tuple((row.id, row.lang) for row in await self._session.execute(wanted))

    async def counts(self, list_id: str) -> Mapping[Standing, int]:
        wanted = select(SubscriptionRow.standing, func.count()).where(SubscriptionRow.list_id == list_id)
        found = await self._session.execute(wanted.group_by(SubscriptionRow.standing))
        return {row[0]: row[1] for row in found}

    async def asked_since(self, list_id: str, since: datetime) -> int:
        wanted = select(func.count()).where(SubscriptionRow.list_id == list_id, SubscriptionRow.mailed_at >= since)
        return await self._session.scalar(wanted) or 0

    async def forget_unconfirmed(self, asked_before: datetime) -> int:
        is_old = (SubscriptionRow.standing == Standing.ASKED) & (SubscriptionRow.asked_at < asked_before)
        is_claimed = (SubscriptionRow.asked_at < asked_before) & (SubscriptionRow.claimed_by != "")
        await run(self._session, update(SubscriptionRow).where(is_claimed).values(claimed_by=""))
        count = await run(self._session, delete(SubscriptionRow).where(is_old))
        if count:
            await leave(self._session)
        return count

    def token(self, purpose: Purpose, subscription: Subscription, about: str = "") -> str:
        mac = self._mac(purpose, subscription, about)
        return base64.b32encode(uuid.UUID(subscription.id).bytes + mac).decode().rstrip("=").lower()

    async def of_token(self, purpose: Purpose, token: str, list_id: str, about: str = "") -> Subscription | None:
        raw = _decoded(token)
        found = await self.get(str(uuid.UUID(bytes=raw[:16]))) if raw else None
        if found is None or found.list_id != list_id:
            return None
        return found if hmac.compare_digest(raw[16:], self._mac(purpose, found, about)) else None

    def _mac(self, purpose: Purpose, one: Subscription, about: str) -> bytes:
        """Return 192 bits; those to confirm are worth nothing once somebody asked anew."""
        once = one.asked_at.isoformat() if purpose is Purpose.CONFIRM else ""
        text = "|".join(("mail token", purpose, one.list_id, one.id, once, about))
        return hmac.new(self._secret, text.encode(), hashlib.sha256).digest()[:_MAC_BYTES]


def _decoded(token: str) -> bytes:
    """Return the bytes of a token, none for what cannot be one."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return b""
    return raw if len(raw) == _TOKEN_BYTES else b""


class Suppressions:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def add(self, address: str, reason: Barred, now: datetime) -> None:
        changed = {"reason": reason, "at": now}
        wanted = insert_into(self._session, SuppressionRow).values(code=self._code(address), **changed)
        await self._session.execute(wanted.on_conflict_do_update(index_elements=["code"], set_=changed))

    async def reason(self, address: str) -> Barred | None:
        found: Barred | None = await self._session.scalar(
            select(SuppressionRow.reason).where(SuppressionRow.code == self._code(address))
        )
        return found

    async def lift(self, address: str) -> None:
        await run(self._session, delete(SuppressionRow).where(SuppressionRow.code == self._code(address)))

    async def counts(self) -> Mapping[Barred, int]:
        found = await self._session.execute(select(SuppressionRow.reason, func.count()).group_by(SuppressionRow.reason))
        return {row[0]: row[1] for row in found}

    def _code(self, address: str) -> str:
        return address_code(self._secret, address)
