"""What `hrc-bot db check` looks at. A check says in one sentence what it found, or raises ConfigError with the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.upkeep import Found
from bot.errors import ConfigError
from storage.engine import make_engine
from storage.keys import KeyPlace, Unsealable
from storage.migrate import check, plain
from storage.migrations import HEAD
from storage.raw_rows import RawTable, raw_tables
from storage.repositories.audit import Audit
from storage.sealing import give_cipher
from storage.vault import Vault, opened

Check = Callable[[AsyncSession, Vault], Awaitable[str]]


async def whole(session: AsyncSession, _vault: Vault) -> str:
    """Every page and index is sound, and no row points to one that is not there."""
    if session.get_bind().dialect.name != "sqlite":
        return "PostgreSQL looks after its files; amcheck looks deeper"
    connection = await session.connection()
    result = (await connection.exec_driver_sql("PRAGMA integrity_check(1)")).scalar()
    loose = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
    if result != "ok" or loose:
        raise ConfigError("the file is damaged; restore a backup")
    return "every page is sound, and no row points to one that is missing"


async def sealed(session: AsyncSession, vault: Vault) -> str:
    """Every sealed value opens in its row."""
    faults: Counter[str] = Counter()
    count, old = 0, 0
    keys = vault.cipher.keys
    for table in raw_tables():
        for about, value in await (await session.connection()).run_sync(_values, table):
            count, old = count + 1, old + (not value.startswith(keys.heads[0]))
            try:
                keys.open(value, about)
            except Unsealable as error:
                faults[str(error)] += 1
    if faults:
        told = "; ".join(f"{text} ({number})" for text, number in sorted(faults.items()))
        raise ConfigError(f"{told}: changed, moved from another row, or of a key that is not there; restore a backup")
    rest = f"; {old} of an older key, which hrc-bot db rotate-keys seals anew" if old else ""
    return f"{count} values open{rest}"


async def audit(session: AsyncSession, vault: Vault) -> str:
    """The chain of the audit is whole."""
    faults = await Audit(session, vault.instance_key).faults()
    if faults:
        raise ConfigError("; ".join(faults))
    return "its chain is whole"


CHECKS: dict[str, Check] = {"soundness": whole, "encryption": sealed, "audit": audit}


async def examine(url: str, place: KeyPlace) -> list[Found]:
    """Run every check; the first ones decide whether the others can be run at all."""
    try:
        check(url)
    except ConfigError as error:
        return [Found("tables", False, str(error))]
    found = [Found("tables", True, f"{plain(url)} has those of this release ({HEAD})")]
    engine = make_engine(url)
    try:
        async with AsyncSession(engine) as session:
            try:
                vault = await (await session.connection()).run_sync(opened, place)
            except ConfigError as error:
                return [*found, Found("keys", False, str(error))]
            if vault is None:
                return [*found, Found("keys", True, "will be made at the first start")]
            give_cipher(engine.sync_engine, vault.cipher)
            found.append(Found("keys", True, f"{place.name} opens this database"))
            return [*found, *[await _judged(name, one, session, vault) for name, one in CHECKS.items()]]
    finally:
        await engine.dispose()


async def _judged(name: str, one: Check, session: AsyncSession, vault: Vault) -> Found:
    try:
        return Found(name, True, await one(session, vault))
    except (ConfigError, Unsealable) as error:
        return Found(name, False, str(error))


def _values(connection: Connection, table: RawTable) -> list[tuple[str, str]]:
    rows = table.rows(connection)
    return [(table.about(row, name), row[name]) for row in rows for name in table.columns if row[name]]
