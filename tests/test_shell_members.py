"""What the operator does with people's data from the shell."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.member_lists import VIEWERS, shown
from tests.storage.test_members import ANA

CY = replace(ANA, id="c3", name="=Cy", shown={"name": "committee", "city": "members"})
BO = replace(ANA, id="b2", name="Bo", shown={"name": "members", "email": "committee"})


def test_a_list_holds_what_each_member_lets_be_seen_and_nothing_else():
    committee, members = (shown((ANA, BO, CY), VIEWERS[one]) for one in ("committee", "members"))
    assert committee == [["=Cy", "Eugene", "", "", "", ""], ["Bo", "", "ana@example.org", "", "", ""]]
    assert members == [["", "Eugene", "", "", "", ""], ["Bo", "", "", "", "", ""]]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRC_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_an_export_of_members_is_csv_or_json_and_goes_into_a_private_file(shell, tmp_path):
    file = tmp_path / "members.csv"
    shell("export", "members", str(file))
    assert list(csv.reader(io.StringIO(file.read_text("utf-8-sig")))) == [
        ["name", "city", "email", "languages", "interests", "zone"]
    ]
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(shell("export", "members", "--json")) == {"members": 0, "shown": []}


def test_retention_run_says_how_much_went_or_would_go(shell):
    assert json.loads(shell("retention", "run", "--json"))["rsvps_days"] == 0
    assert "audit_days: 0 would be deleted" in shell("retention", "run", "--dry-run")
