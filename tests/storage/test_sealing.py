"""What stands in the database: nothing that anybody could read without the keys, and no value outside of its row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.questions import Asked
from bot.domain.records import Draft
from bot.errors import UserInputError
from storage.keys import Unsealable
from storage.models import Base, ConveningRow, DraftRow, MemberRow, QuestionRow
from storage.sealing import cipher_of
from tests.storage.test_members import ANA, ASSEMBLY, NOW, join, rows
from tests.storage.test_questions import ask


async def stored(storage, query, **values):
    """Return what stands in the database, nothing opened."""
    async with storage.engine.connect() as connection:
        return (await connection.execute(text(query), values)).all()


async def execute(storage, statement, many=None):
    async with storage.engine.begin() as connection:
        await connection.execute(statement, many)


async def test_what_people_wrote_comes_back_and_is_unreadable_in_the_database(storage):
    await join(storage, ANA, "fake:ana")
    question = await ask(storage, text="Who feeds the dragon?")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.drafts.put(Draft("t1", "fake:ana", "join", {"name": "Ana"}, NOW))
        await uow.convenings.add(ASSEMBLY)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.by_user("fake:ana") == ANA
        assert (await uow.questions.get(question.id)).text == "Who feeds the dragon?"
        assert (await uow.convenings.get(1)).title == "Assembly"
    found = str(
        await stored(storage, "SELECT * FROM member, account, question, convening")
        + await stored(storage, "SELECT * FROM draft")
    )
    assert [
        word
        for word in ("Ana", "Eugene", "example", "dragon", "Assembly", "Hall", "fake:ana", "fake:bo")
        if word in found
    ] == []


async def test_the_same_name_never_looks_the_same_and_the_same_account_always_does(storage):
    await join(storage, ANA, "fake:ana")
    await join(storage, replace(ANA, id="a2"), "fake:eva")
    (one, two) = await stored(storage, "SELECT name FROM member")
    assert one != two
    await ask(storage, user_id="fake:ana")
    assert await stored(storage, "SELECT a.member_id FROM account a JOIN question q ON q.user_id = a.user_id") == [
        ("a1",)
    ]


async def test_ciphertext_moved_to_another_row_is_refused(storage):
    await join(storage, ANA, "fake:ana")
    await join(storage, replace(ANA, id="a2", email="eva@example.org"), "fake:eva")
    await execute(storage, text("UPDATE member SET email = (SELECT email FROM member WHERE id = 'a1') WHERE id = 'a2'"))
    async with storage.unit_of_work(writes=False) as uow:
        assert (await uow.members.by_user("fake:ana")).email == ANA.email
        with pytest.raises(Unsealable, match=r"member\.email cannot be opened"):
            await uow.members.by_user("fake:eva")


@pytest.mark.parametrize("change", ["city = email", "city = substr(city, 1, 20)", "city = 'Eugene'"])
async def test_a_value_of_another_column_cut_or_in_clear_is_refused(sqlite_storage, change):
    await join(sqlite_storage, ANA, "fake:ana")
    await execute(sqlite_storage, text(f"UPDATE member SET {change}"))
    with pytest.raises(Unsealable):
        await rows(sqlite_storage, "member")


async def test_statements_without_the_orm_are_sealed_too(storage):
    await join(storage, ANA, "fake:ana")
    await execute(storage, update(MemberRow).where(MemberRow.id == "a1").values(city="Salem", zone=""))
    (member,) = await rows(storage, "member")
    known = dict(member)
    await execute(storage, insert(Base.metadata.tables["member"]), [known | {"id": f"b{n}"} for n in range(3)])
    await execute(storage, insert(MemberRow).values(known | {"id": "c1", "name": "Eva"}))
    found = await rows(storage, "member")
    assert {(row["id"], row["name"], row["city"], row["zone"]) for row in found} == {
        *((one, ANA.name, "Salem", "") for one in ("a1", "b0", "b1", "b2")),
        ("c1", "Eva", "Salem", ""),
    }
    assert "Salem" not in str(await stored(storage, "SELECT * FROM member"))


@pytest.mark.parametrize(
    "statement",
    [
        update(MemberRow).values(city="Salem"),
        update(MemberRow).where(MemberRow.zone == "").values(city="Salem"),
        update(MemberRow).where(MemberRow.id == "a1").values(id="a2"),
        select(MemberRow.id).where(MemberRow.city == "Salem"),
    ],
    ids=["every row", "rows by another column", "another key", "compared"],
)
async def test_what_cannot_be_sealed_is_refused_as_a_fault_of_the_program(sqlite_storage, statement):
    with pytest.raises((TypeError, StatementError)) as raised:
        await execute(sqlite_storage, statement)
    assert any(word in str(raised.value) for word in ("a sealed column", "its new key", "primary key of its row"))
    assert "Salem" not in str(raised.value)


async def test_numbers_of_rows_are_drawn_before_they_are_stored_and_never_again(storage):
    async with storage.unit_of_work(writes=True) as uow:
        first, second = await uow.convenings.add(ASSEMBLY), await uow.convenings.add(ASSEMBLY)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.convenings._session.delete(await uow.convenings._session.get(ConveningRow, second.id))
    async with storage.unit_of_work(writes=True) as uow:
        third = await uow.convenings.add(ASSEMBLY)
    assert (first.id, second.id, third.id) == (1, 2, 3)


async def test_rows_written_without_the_orm_get_their_numbers_too(storage):
    asked = {"user_id": "fake:ana", "workspace_id": "fake:T1", "channel_id": "", "lang": "en", "theme": "basics"}
    asked |= {"asked_at": NOW, "state": Asked.OPEN, "answer_id": 0}
    await ask(storage, text="First?")
    await execute(storage, insert(QuestionRow).values(**asked, text="Second?"))
    await execute(storage, insert(QuestionRow), [{**asked, "text": f"{name}?"} for name in ("Third", "Fourth")])
    assert {row["id"]: row["text"] for row in await rows(storage, "question")} == {
        1: "First?",
        2: "Second?",
        3: "Third?",
        4: "Fourth?",
    }


async def test_a_row_whose_key_changes_is_sealed_anew(storage):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.drafts.put(Draft("t1", "fake:ana", "join", {"name": "Ana"}, NOW))
    async with AsyncSession(storage.engine) as session:
        (await session.scalars(select(DraftRow))).one().token = "t2"
        await session.commit()
    assert [(row["token"], row["values"]) for row in await rows(storage, "draft")] == [("t2", {"name": "Ana"})]


async def test_a_character_that_cannot_be_stored_is_refused_in_sealed_columns_too(sqlite_storage):
    with pytest.raises(UserInputError):
        await join(sqlite_storage, replace(ANA, name="A\0na"), "fake:ana")
    assert await rows(sqlite_storage, "member") == []


async def test_addresses_are_found_however_they_are_written(sqlite_storage):
    address = cipher_of(sqlite_storage.engine.dialect).address
    assert address("Ana@Example.org ") == address("ana@example.org") != address("eva@example.org")
    assert "ana" not in address("ana@example.org")
    assert address(" ") == ""
