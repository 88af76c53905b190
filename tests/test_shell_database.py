"""`hrc-bot db`: checks, copies and keys, as the operator types them."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from storage import open_storage
from tests.storage.test_members import ANA, join


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRC_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def hrc_bot(*arguments, code=0):
    ended = CliRunner().invoke(main, ["db", *arguments])
    assert ended.exit_code == code, ended.output
    return ended.stdout.strip()


def test_a_database_is_made_checked_copied_and_brought_back_with_another_key(folder):
    asyncio.run(filled(folder))
    found = json.loads(hrc_bot("check", "--json"))
    assert [one["subject"] for one in found if one["is_well"]] == ["tables", "keys", "soundness", "encryption", "audit"]
    assert hrc_bot("backup", "copy.hrc").startswith("copy.hrc holds ")
    assert json.loads(hrc_bot("rotate-keys", "--json")) == {"rows": 4, "unopened": []}
    assert "4 rows are encrypted with the newest key" in hrc_bot("rotate-keys")
    assert "Sending is paused; start the bot, look around, then run hrc-bot resume." in hrc_bot(
        "restore", "copy.hrc", "--force"
    )
    assert "7 values open; 7 of an older key" in hrc_bot("check")
    assert hrc_bot("hold", "--since", "2027-03-14T06:00:00").startswith(
        "0 deliveries will be looked up. Sending is paused"
    )


def test_a_fault_ends_with_exit_code_1_and_one_line(folder):
    asyncio.run(filled(folder))
    (folder / "data" / "secret.keys").unlink()
    assert "fault   keys: HRC_SECRET_KEYS: this database is encrypted and its keys are missing" in hrc_bot(
        "check", code=1
    )
    ended = CliRunner().invoke(main, ["db", "restore", "nothing.hrc"])
    assert (ended.exit_code, ended.output.strip().splitlines()[-1]) == (
        1,
        "hrc-bot: nothing.hrc: there is no such file",
    )


def test_a_fresh_key_is_one_that_the_bot_takes(folder, monkeypatch):
    monkeypatch.setenv("HRC_SECRET_KEYS", hrc_bot("make-key"))
    hrc_bot("upgrade")
    asyncio.run(filled(folder, secret_keys=hrc_bot("make-key")))


async def filled(folder, **keys):
    storage = await open_storage(f"sqlite:///{folder}/data/hrc-bot.db", folder / "data", **keys)
    await join(storage, ANA, "fake:ana")
    await storage.close()
