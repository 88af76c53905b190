"""A database of an earlier release, full of names in clear: after the upgrade nothing of them can be read in it."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData

from bot.domain.convenings import Going
from bot.errors import ConfigError
from storage import open_storage
from storage.engine import file_of
from storage.keys import KeyPlace, new_key
from storage.migrate import upgrade
from tests.storage.test_members import NOW, rows
from tests.storage.test_migrations import _upgrade_to
from tests.test_dump import MARK, on_disk, stored

WHO = f"fake:{MARK}"
MEMBER = {
    "id": "a1",
    "name": f"Ana {MARK}",
    "city": MARK,
    "email": f"{MARK}@example.org",
    "languages": "es",
    "zone": "",
}
WORKSPACE = {"workspace_id": "fake:T1"}
PLACE = {"title": MARK, "place": f"{MARK} street 1", "city": MARK, "description": MARK, "languages": "", "access": MARK}
ROWS = {
    "meta": {"name": "instance_key", "value": "ab" * 32},
    "member": MEMBER
    | {"interests": MARK, "email_list": False, "consent_version": "1", "consented_at": NOW, "created_at": NOW},
    "account": {"user_id": WHO, "member_id": "a1"},
    "convening": PLACE
    | WORKSPACE
    | {"id": 1, "created_by": WHO, "created_at": NOW, "starts_zone": "UTC", "starts_local": NOW.replace(tzinfo=None)}
    | {"capacity": 0, "hide_names": False, "repeat": "", "revision": 1, "cancelled_reason": ""},
    "rsvp": WORKSPACE
    | {"convening_id": 1, "person_id": "a1", "user_id": WHO, "lang": "en", "answer": "yes", "answered_at": NOW}
    | {"position": 1},
    "draft": {"token": "t", "user_id": WHO, "name": "join", "values": f'{{"name": "{MARK}"}}', "expires_at": NOW},
    "question": WORKSPACE
    | {"id": 1, "user_id": WHO, "channel_id": "", "lang": "en", "text": f"Who is {MARK}?", "theme": "basics"}
    | {"state": "open", "asked_at": NOW, "answer_id": 0},
    "audit": WORKSPACE | {"id": 1, "at": NOW, "user_id": WHO, "act": "me", "subject": "", "outcome": "done"},
}


def fill(engine):
    meta = MetaData()
    meta.reflect(engine)
    with engine.begin() as connection:
        for table, row in ROWS.items():
            connection.execute(meta.tables[table].insert(), row)
    engine.dispose()


async def test_names_in_clear_are_sealed_by_the_upgrade_and_leave_no_bytes(empty_database_url, tmp_path):
    fill(_upgrade_to(empty_database_url, "0003"))
    assert not file_of(empty_database_url) or MARK.encode() in on_disk(empty_database_url, tmp_path / "data")
    (tmp_path / "data").mkdir()
    upgrade(empty_database_url, KeyPlace("", tmp_path / "data"))
    assert MARK.encode() not in on_disk(empty_database_url, tmp_path / "data")
    storage = await open_storage(empty_database_url, tmp_path / "data")
    assert MARK not in str(await stored(storage))
    assert storage.instance_key.hex() == ROWS["meta"]["value"]
    async with storage.unit_of_work(writes=True) as uow:
        member = await uow.members.by_user(WHO)
        assert (member.name, member.email, member.zone) == (MEMBER["name"], MEMBER["email"], "")
        assert [one.text for one in await uow.questions.open()] == [ROWS["question"]["text"]]
        assert (await uow.convenings.get(1)).place == PLACE["place"]
        assert (await uow.convenings.rsvp_of(1, "a1")).answer is Going.YES
        assert await uow.audit.faults() == ()
    assert [row["values"] for row in await rows(storage, "draft")] == [{"name": MARK}]
    assert [row["name"] for row in await rows(storage, "meta")] == ["audit_anchor"]
    await storage.close()


async def test_an_upgrade_that_is_given_a_key_makes_no_file(empty_database_url, tmp_path):
    fill(_upgrade_to(empty_database_url, "0003"))
    key = new_key()
    upgrade(empty_database_url, KeyPlace(key, tmp_path))
    assert not (tmp_path / "secret.keys").exists()
    storage = await open_storage(empty_database_url, tmp_path / "data", secret_keys=key)
    async with storage.unit_of_work(writes=False) as uow:
        assert (await uow.members.by_user(WHO)).city == MARK
    await storage.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_upgrade_that_does_not_know_where_keys_are_changes_nothing(empty_database_url):
    fill(_upgrade_to(empty_database_url, "0003"))
    with pytest.raises(ConfigError, match="HRC_SECRET_KEYS: say where the keys are"):
        upgrade(empty_database_url)
