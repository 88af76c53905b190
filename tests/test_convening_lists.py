"""Convenings for other programs: what cards say, and counts."""

from __future__ import annotations

import csv
import io
import json

from click.testing import CliRunner

from bot.__main__ import main
from bot.convening_lists import COLUMNS, as_file
from bot.testing import conversation
from tests.features.gatherings import MEMBER, planned


async def test_a_list_of_convenings_holds_counts_and_nothing_of_persons(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await planned(chat, 'hide_place:yes host:"=Chapter" themes:basics')
        await chat.say("convening rsvp 1 yes", **MEMBER)
    content = (await as_file(sqlite_storage.unit_of_work, as_json=False)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert (row["title"], row["starts"], row["zone"]) == ("City assembly", "2027-03-10 18:30", "America/New_York")
    assert (row["yes"], row["maybe"], row["place"], row["host"]) == ("1", "0", "", "'=Chapter")
    assert "fake:ana" not in content and "fake:olga" not in content
    (told,) = json.loads(await as_file(sqlite_storage.unit_of_work, as_json=True))
    assert set(told) == set(COLUMNS)


def test_the_shell_writes_the_list_into_a_private_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRC_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "convenings.csv"
    done = CliRunner().invoke(main, ["export", "convenings", str(file)])
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text("utf-8-sig").splitlines() == [",".join(COLUMNS)]
