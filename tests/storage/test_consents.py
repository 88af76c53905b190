"""Consents are only ever added to."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.consents import Consent, Consented
from tests.storage.test_members import NOW


async def test_consents_are_added_when_something_changes_and_never_changed(storage):
    given = Consent("a1", Consented.MEMBERSHIP, True, "fake: form", "2026-11", NOW)
    async with storage.unit_of_work(writes=True) as uow:
        for one in (given, given, replace(given, kind=Consented.EMAIL_LIST), replace(given, is_given=False), given):
            await uow.consents.add(one)
        await uow.consents.add(replace(given, text_version="2027-01"))
        found = await uow.consents.of("a1")
    assert [(one.kind, one.is_given, one.text_version) for one in found] == [
        (Consented.MEMBERSHIP, True, "2026-11"),
        (Consented.EMAIL_LIST, True, "2026-11"),
        (Consented.MEMBERSHIP, False, "2026-11"),
        (Consented.MEMBERSHIP, True, "2026-11"),
        (Consented.MEMBERSHIP, True, "2027-01"),
    ]
