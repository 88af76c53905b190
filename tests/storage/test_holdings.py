"""Every table with something about a person is described, and what is described is what is found."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect, text

from bot.domain.consents import Consent, Consented
from bot.domain.holdings import HOLDINGS, NAMELESS, PERSONAL, Goes
from bot.settings import Retention
from storage.holdings import row_of
from storage.models import Base
from tests.storage.test_erasing import NOW, OTHER, PERSON, WHO, answer, leaves_everywhere
from tests.storage.test_members import join, rows

TABLES = sorted(Base.metadata.tables)
NAMES_SOMEBODY = re.compile(r"(^|_)(user_id|person_id|member_id|email|by|who)$")


def test_every_table_is_described_or_said_to_know_no_person():
    described = [one.table for one in HOLDINGS]
    assert sorted([*described, *NAMELESS]) == TABLES


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: one.table)
def test_every_column_of_a_table_about_people_has_a_meaning(holding):
    columns = Base.metadata.tables[holding.table].columns.keys()
    if holding.names:
        assert [name for name in columns if not holding.meaning(name)] == []
    assert set(holding.columns) | set(holding.technical) | set(holding.names) | set(holding.moves) <= set(columns)
    assert not holding.age or holding.age in Retention.model_fields


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_names_somebody_is_looked_at_when_they_leave(table):
    names = {name for one in HOLDINGS if one.table == table for name in (*one.names, *one.moves)}
    columns = {name for name in Base.metadata.tables[table].columns.keys() if NAMES_SOMEBODY.search(name)}  # noqa: SIM118
    elsewhere = {"email"} if table == "member" else set()
    assert columns - elsewhere <= names


async def everything(storage):
    """Let a member with two accounts leave something in every table about people."""
    convening = await leaves_everywhere(storage)
    await join(storage, PERSON, WHO)
    await join(storage, PERSON, OTHER)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.consents.add(Consent(PERSON.id, Consented.MEMBERSHIP, True, "fake: form", "2026-11", NOW))
    await answer(storage, convening.id, "fake:bo", "fake:bo")


async def tables_naming(storage, *marks):
    """Return the tables in which one of `marks` stands."""
    async with storage.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        found = {name: str((await connection.execute(text(f'SELECT * FROM "{name}"'))).all()) for name in names}
    return {name for name, content in found.items() if any(mark in content for mark in marks)}


async def test_an_export_holds_every_row_about_the_person_and_nobody_elses(storage):
    await everything(storage)
    async with storage.unit_of_work(writes=False) as uow:
        exported = await uow.members.exported(OTHER)
        kept = await uow.members.kept(WHO)
        assert not any((await uow.members.exported("fake:nobody")).values())
    assert await tables_naming(storage, WHO, OTHER, PERSON.id) <= {name for name, found in exported.items() if found}
    assert {name: len(found) for name, found in exported.items() if found} == kept.counts
    assert "fake:bo" not in str(exported)
    assert [one["answer"].value for one in exported["rsvp"]] == ["yes"]
    assert len(exported["audit"]) == 1


async def test_erasing_does_what_is_described(storage):
    await everything(storage)
    stay = {one.table: len(await rows(storage, one.table)) for one in PERSONAL if one.goes is Goes.STAYS}
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase(WHO)
        assert not any((await uow.members.exported(WHO)).values())
    assert await tables_naming(storage, WHO, OTHER, PERSON.id) == set()
    assert {table: len(await rows(storage, table)) for table in stay} == stay


def test_rows_of_a_table_that_there_is_not_are_an_error():
    with pytest.raises(LookupError):
        row_of("nothing")
