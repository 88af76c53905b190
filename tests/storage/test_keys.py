"""Keys: where they are read from, what happens when they are missing or others, and how they are exchanged."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import ConfigError
from storage import open_storage
from storage.beside import Beside
from storage.engine import file_of, make_sync_engine
from storage.keys import FILE_NAME, KeyPlace, Keys, Unsealable, new_key
from storage.raw_rows import raw_tables
from storage.rotation import rotation
from tests.storage.test_members import ANA, join
from tests.storage.test_questions import ask

ROOT = Path(__file__).parents[2]


async def filled(url, folder, **how):
    """Let a member and some questions stand in the database, then close it."""
    storage = await open_storage(url, folder, **how)
    await join(storage, ANA, "fake:ana")
    for number in range(5):
        await ask(storage, text=f"Question {number}?")
    await storage.close()


async def names(url, folder, **how):
    storage = await open_storage(url, folder, **how)
    async with storage.unit_of_work(writes=False) as uow:
        member = await uow.members.by_user("fake:ana")
        questions = await uow.questions.open()
    await storage.close()
    return member, [one.text for one in questions]


def content(url):
    """Return every row of the tables with sealed columns, nothing opened."""
    engine = make_sync_engine(url, read_only=True)
    with engine.connect() as connection:
        found = {one.name: one.rows(connection) for one in raw_tables()}
    engine.dispose()
    return found


def rotated(url, place):
    with rotation(url, place) as run:
        return run.run(lambda _count: None)


def heads(url):
    return {
        value[:8]
        for table in raw_tables()
        for row in content(url)[table.name]
        for value in map(row.get, table.columns)
        if value
    }


async def test_a_new_database_gets_a_key_file_for_its_account_alone(database_url, tmp_path):
    await filled(database_url, tmp_path / "data")
    file = tmp_path / "data" / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (await names(database_url, tmp_path / "data"))[0] == ANA


async def test_keys_of_the_environment_win_and_no_file_is_made(sqlite_url, tmp_path):
    key = new_key()
    await filled(sqlite_url, tmp_path / "data", secret_keys=key)
    assert not (tmp_path / "data" / FILE_NAME).exists()
    (tmp_path / "data" / FILE_NAME).write_text("nonsense")
    assert (await names(sqlite_url, tmp_path / "data", secret_keys=f"{key},{new_key()}"))[0] == ANA


async def test_key_missing_refuses_the_start_and_makes_no_new_key(database_url, tmp_path):
    await filled(database_url, tmp_path / "data")
    before = content(database_url)
    (tmp_path / "data" / FILE_NAME).unlink()
    with pytest.raises(
        ConfigError, match=r"HRC_SECRET_KEYS: this database is encrypted and its keys are missing.*secret\.keys back"
    ):
        await open_storage(database_url, tmp_path / "data")
    assert not (tmp_path / "data" / FILE_NAME).exists()
    assert content(database_url) == before


@pytest.mark.parametrize("given", ["", new_key()], ids=["of the file", "of the variable"])
async def test_a_wrong_key_stops_the_start_before_anything_is_written(sqlite_url, tmp_path, given):
    await filled(sqlite_url, tmp_path / "data")
    path = file_of(sqlite_url)
    before = path.read_bytes()
    (tmp_path / "data" / FILE_NAME).write_text(new_key())
    with pytest.raises(ConfigError, match=r"HRC_SECRET_KEYS: the keys of .* do not open this database") as raised:
        await open_storage(sqlite_url, tmp_path / "data", secret_keys=given)
    assert "\n" not in str(raised.value)
    assert path.read_bytes() == before
    assert sorted(one.name for one in (tmp_path / "data").iterdir()) == [FILE_NAME]


async def test_a_database_that_lost_its_own_keys_gets_no_new_ones(sqlite_url, tmp_path):
    await filled(sqlite_url, tmp_path / "data")
    engine = make_sync_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM secret"))
    engine.dispose()
    with pytest.raises(ConfigError, match="table secret is empty"):
        await open_storage(sqlite_url, tmp_path / "data")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("abc", "HRC_SECRET_KEYS: key 1 is no key; write 32 bytes in base64"),
        (f"{'A' * 43}=,{'A' * 40}", "HRC_SECRET_KEYS: key 2 is no key"),
        (" , ", "HRC_SECRET_KEYS: holds no key"),
    ],
    ids=["short", "the second", "none"],
)
async def test_what_is_no_key_is_refused_before_a_file_is_made(tmp_path, given, told):
    with pytest.raises(ConfigError, match=told) as raised:
        await open_storage(f"sqlite:///{tmp_path}/new.db", tmp_path / "data", secret_keys=given)
    assert given.strip() not in str(raised.value) or given == " , "
    assert not (tmp_path / "new.db").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
async def test_a_key_file_that_others_can_read_is_refused(sqlite_url, tmp_path):
    await filled(sqlite_url, tmp_path / "data")
    (tmp_path / "data" / FILE_NAME).chmod(0o640)
    with pytest.raises(ConfigError, match="other people on this machine can read the keys; run: chmod 600"):
        await open_storage(sqlite_url, tmp_path / "data")
    with pytest.raises(ConfigError, match="chmod 600"):
        Beside(sqlite_url, KeyPlace("", tmp_path / "data")).keys()


def test_a_key_is_written_with_either_alphabet_and_comments_are_skipped(tmp_path):
    first, second = new_key(), new_key()
    (tmp_path / FILE_NAME).touch(0o600)
    (tmp_path / FILE_NAME).write_text(
        f"# newest\n{first.replace('+', '-').replace('/', '_').rstrip('=')}\n\n{second}\n"
    )
    assert KeyPlace("", tmp_path).read() == KeyPlace(f"{first}, {second}", tmp_path).read()


def test_a_value_opens_in_its_place_with_its_key_alone():
    old, new = (KeyPlace(new_key(), Path()).read() for _ in range(2))
    both = Keys((*new.secrets, *old.secrets))
    sealed = old.seal("Ana", "member|name|a1")
    assert both.open(sealed, "member|name|a1") == "Ana"
    for keys, about in ((new, "member|name|a1"), (both, "member|city|a1"), (both, "member|name|a2")):
        with pytest.raises(Unsealable):
            keys.open(sealed, about)


async def test_a_rotation_seals_everything_with_a_new_key_and_keeps_what_is_looked_up(database_url, tmp_path):
    place = KeyPlace("", tmp_path / "data")
    await filled(database_url, place.folder)
    done = rotated(database_url, place)
    assert (done.rows, done.unopened) == (9, ())
    newest = place.read().heads[0]
    assert heads(database_url) == {newest}
    member, questions = await names(database_url, place.folder)
    assert (member, questions) == (ANA, [f"Question {number}?" for number in range(5)])
    place.file.write_text(place.file.read_text().splitlines()[1])
    assert (await names(database_url, place.folder))[0] == ANA
    assert stat.S_IMODE(place.file.stat().st_mode) == 0o600


KILLED = """
import os, sys
from pathlib import Path
from storage import rotation as module
from storage.keys import KeyPlace
module.BATCH = 2
with module.rotation(sys.argv[1], KeyPlace("", Path(sys.argv[2]))) as run:
    run.run(lambda count: os.kill(os.getpid(), 9))
"""


async def test_key_rotated_half_opens_with_both_keys_and_goes_on(database_url, tmp_path):
    place = KeyPlace("", tmp_path / "data")
    await filled(database_url, place.folder)
    dead = subprocess.run([sys.executable, "-c", KILLED, database_url, str(place.folder)], cwd=ROOT, check=False)
    assert dead.returncode == -9
    both = place.read()
    assert heads(database_url) == set(both.heads)
    assert (await names(database_url, place.folder))[0] == ANA
    for alone in place.file.read_text().splitlines()[1:]:
        with pytest.raises(ConfigError, match="do not open this database"):
            await open_storage(database_url, tmp_path / "other", secret_keys=alone)
    rotated(database_url, place)
    assert place.read() == both
    assert heads(database_url) == {both.heads[0]}
    assert len(content(database_url)["secret"]) == 3


async def test_a_rotation_tells_what_no_key_opens_and_does_the_rest(sqlite_url, tmp_path):
    place = KeyPlace("", tmp_path / "data")
    await filled(sqlite_url, place.folder)
    engine = make_sync_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE question SET text = (SELECT text FROM question WHERE id = 2) WHERE id = 1"))
    engine.dispose()
    done = rotated(sqlite_url, place)
    assert done.unopened == ("a value of question.text cannot be opened in its row",)
    storage = await open_storage(sqlite_url, place.folder)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.by_user("fake:ana") == ANA
    await storage.close()


async def test_a_rotation_waits_for_the_bot_to_stop(sqlite_url, tmp_path):
    storage = await open_storage(sqlite_url, tmp_path / "data")
    with pytest.raises(ConfigError, match="another hrc-bot process"):
        rotated(sqlite_url, KeyPlace("", tmp_path / "data"))
    await storage.close()


async def test_keys_of_the_environment_are_rotated_once_a_new_one_stands_in_front(sqlite_url, tmp_path):
    old, new = new_key(), new_key()
    await filled(sqlite_url, tmp_path / "data", secret_keys=old)
    assert rotated(sqlite_url, KeyPlace(old, tmp_path)).rows == 0
    assert rotated(sqlite_url, KeyPlace(f"{new},{old}", tmp_path)).rows == 9
    assert (await names(sqlite_url, tmp_path / "data", secret_keys=new))[0] == ANA
