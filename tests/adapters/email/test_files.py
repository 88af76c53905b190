"""The list as a file: what an import takes, what it leaves out, and what an export holds."""

from __future__ import annotations

import pytest

from bot.domain.subscriptions import Barred, Standing, Way
from bot.mailing_files import Outcome, export_list, import_list
from tests.storage.test_members import rows

ANA = "ana@example.org"


async def imported(mail, text):
    settings, now = mail.chat.dispatcher.services.settings, mail.chat.clock()
    async with mail.storage.unit_of_work(writes=True) as uow:
        return await import_list(uow, settings, text, now)


async def test_an_import_takes_addresses_with_their_date_of_consent(mail):
    text = "Address,Consented,Lang\nana@example.org,2025-05-01,es\nBo@EXAMPLE.org,2025-06-01,\n"
    assert await imported(mail, text) == {Outcome.ADDED: 2}
    one = await mail.of(ANA)
    assert (one.standing, one.way, one.lang, f"{one.confirmed_at:%Y-%m-%d}") == (
        Standing.CONFIRMED,
        Way.IMPORT,
        "es",
        "2025-05-01",
    )
    assert await imported(mail, text) == {Outcome.KNOWN: 2}


async def test_an_import_brings_nobody_back_who_left_was_erased_or_bounced(mail):
    async with mail.storage.unit_of_work(writes=True) as uow:
        for number, reason in enumerate(Barred):
            await uow.suppressions.add(f"a{number}@example.org", reason, mail.chat.clock())
    text = "address,consented\n" + "".join(f"A{number}@example.org,2025-05-01\n" for number in range(3))
    assert await imported(mail, text) == {Outcome.BARRED: 3}
    assert await rows(mail.storage, "subscription") == []


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("ana@example.org,", Outcome.NO_CONSENT),
        ("ana@example.org,soon", Outcome.NO_CONSENT),
        ("ana@example.org,2031-01-01", Outcome.NO_CONSENT),
        ("nobody,2025-01-01", Outcome.NO_ADDRESS),
        ('"a@example.org,b@example.org",2025-01-01', Outcome.NO_ADDRESS),
        ('"x@example.org\nBcc: all@example.org",2025-01-01', Outcome.NO_ADDRESS),
        (",", Outcome.NO_ADDRESS),
    ],
)
async def test_a_row_that_cannot_be_used_is_counted_and_left_out(mail, row, outcome):
    assert await imported(mail, f"address,consented\n{row}\n") == {outcome: 1}
    assert await rows(mail.storage, "subscription") == []


async def test_a_file_without_the_columns_is_refused(mail):
    with pytest.raises(ValueError, match="address,consented,lang"):
        await imported(mail, "email;date\nana@example.org;2025-01-01\n")


async def test_a_great_import_leaves_room_for_people_who_ask(mail):
    lines = "".join(f"r{number}@example.org,2025-05-01\n" for number in range(250))
    await imported(mail, f"address,consented\n{lines}")
    await mail.join(ANA)


async def test_an_export_holds_the_confirmed_and_can_be_imported_elsewhere(mail):
    await mail.join(ANA)
    await mail.chat.say("email join waits@example.org", user="fake:bo")
    settings = mail.chat.dispatcher.services.settings
    async with mail.storage.unit_of_work(writes=False) as uow:
        content = await export_list(uow, settings)
    text = content.decode("utf-8-sig")
    assert text.splitlines() == ["address,consented,lang,way", "ana@example.org,2026-11-23,en,chat"]
    assert await imported(mail, text) == {Outcome.KNOWN: 1}
