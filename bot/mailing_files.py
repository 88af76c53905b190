"""The email list as CSV: addresses that come with a date of consent, and the list as its keepers may take it along."""

from __future__ import annotations

import csv
import io
import uuid
from collections import Counter
from datetime import UTC, date, datetime, time
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from bot.domain.csv_files import csv_file
from bot.domain.subscriptions import TEXT_VERSION, Standing, Subscription, Way
from bot.i18n import LANGUAGES
from bot.mailing import list_id
from bot.ports import UnitOfWork
from bot.settings import Settings

MAX_ROWS = 200_000
COLUMNS = ("address", "consented", "lang")


class Outcome(StrEnum):
    """What became of a row of an import."""

    ADDED = "added"
    KNOWN = "on the list already"
    BARRED = "left, erased or bounced before, so not added"
    NO_ADDRESS = "no address"
    NO_CONSENT = "no date of consent (YYYY-MM-DD, not in the future)"


async def import_list(uow: UnitOfWork, settings: Settings, text: str, now: datetime) -> Counter[Outcome]:
    """Add the addresses whose owners agreed, all of them or, when this raises, none; return what became of each row.

    Args:
        text: CSV with the columns address and consented (YYYY-MM-DD), and lang (en or es) if there is one.
    Raises:
        ValueError: the columns are missing, or there are too many rows.
    """
    rows = csv.DictReader(io.StringIO(text))
    names = [(one or "").strip().casefold() for one in rows.fieldnames or ()]
    if not {"address", "consented"} <= set(names):
        raise ValueError("the first line must name the columns: address,consented,lang")
    rows.fieldnames = names
    found: Counter[Outcome] = Counter()
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise ValueError(f"at most {MAX_ROWS} rows at once")
        found[await _row(uow, settings, {name: (row.get(name) or "").strip() for name in COLUMNS}, now)] += 1
    return found


async def _row(uow: UnitOfWork, settings: Settings, row: dict[str, str], now: datetime) -> Outcome:
    address, consented = _address(row["address"]), _consent(row["consented"], now)
    if not address:
        return Outcome.NO_ADDRESS
    if consented is None:
        return Outcome.NO_CONSENT
    if await uow.suppressions.reason(address):
        return Outcome.BARRED
    which = list_id(settings.email)
    if await uow.subscriptions.of_address(which, address):
        return Outcome.KNOWN
    lang = row["lang"] if row["lang"] in LANGUAGES else settings.language
    new = Subscription(
        str(uuid.uuid4()),
        which,
        address,
        Standing.CONFIRMED,
        now,
        Way.IMPORT,
        TEXT_VERSION,
        lang,
        confirmed_at=consented,
    )
    await uow.subscriptions.save(new)
    return Outcome.ADDED


def _address(typed: str) -> str:
    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return ""
    return f"{found.local_part}@{found.ascii_domain}"


def _consent(typed: str, now: datetime) -> datetime | None:
    try:
        day = datetime.combine(date.fromisoformat(typed), time(), UTC)
    except ValueError:
        return None
    return day if day <= now else None


async def export_list(uow: UnitOfWork, settings: Settings) -> bytes:
    """Return the confirmed addresses as CSV, in the columns that an import reads, and the way each came."""
    found = await uow.subscriptions.readers(list_id(settings.email))
    lines = [(one.address, f"{one.confirmed_at:%Y-%m-%d}", one.lang, one.way.value) for one in found]
    return csv_file((*COLUMNS, "way"), sorted(lines))
