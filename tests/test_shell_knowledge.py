"""`hrc-bot knowledge`: measuring, counting and exporting, as an operator at a shell meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from knowledge.loader import CONTENT, check
from storage import open_storage
from tests.command_line import Shell
from tests.test_shell_questions import TOPIC

PNG = b"\x89PNG\r\n\x1a\n"
ASKED = (
    {"id": "1", "lang": "en", "text": "What is a human rights city?", "gold": ["what-is-hrc"]},
    {"id": "2", "lang": "es", "text": "qwxz vbnm", "gold": [], "theme": "basics"},
    {"id": "3", "lang": "en", "text": "What is a human rights city?", "gold": ["udhr-article-25"]},
)


def asked(folder: Path, *rows: object) -> Path:
    path = folder / "asked.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_eval_prints_figures_and_misses_and_draws_a_picture(tmp_path):
    picture = tmp_path / "reliability.png"
    ended = Shell(tmp_path).run(
        "knowledge", "eval", str(asked(tmp_path, *ASKED)), "--misses", "--picture", str(picture)
    )
    assert (ended.code, ended.err) == (0, "")
    miss, engine, head, everything, *parts = ended.out.splitlines()
    assert miss.startswith("wrong answer: 3 'What is a human rights city?': what-is-hrc, not udhr-article-25")
    assert engine == "engine: lexical"
    assert head.split()[:3] == ["asked", "right", "1st"]
    assert everything.split()[:4] == ["all", "3", "50.0", "%"]
    assert [" ".join(line.split()[:2]) for line in parts] == [
        "language en",
        "language es",
        "theme basics",
        "theme udhr",
    ]
    assert picture.read_bytes().startswith(PNG)


def test_eval_gives_json_for_scripts(tmp_path):
    ended = Shell(tmp_path).run("knowledge", "eval", str(asked(tmp_path, *ASKED)), "--json")
    found = json.loads(ended.out)
    assert (found["all"]["questions"], found["all"]["covered"], found["all"]["wrong"]) == (3, 2, 0.5)
    assert found["language es"]["right_first"] is None


def test_eval_refuses_a_broken_line_and_a_picture_it_cannot_write_in_one_line(tmp_path):
    shell = Shell(tmp_path)
    ended = shell.run("knowledge", "eval", str(asked(tmp_path, ASKED[0], {"id": "4"})))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("hrc-bot: ") and "asked.jsonl:2: is not" in ended.err
    ended = shell.run("knowledge", "eval", str(asked(tmp_path, *ASKED)), "--picture", str(tmp_path / "no" / "x.png"))
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "cannot be written" in ended.err


def test_stats_count_the_content_and_show_when_the_bot_answers(tmp_path):
    ended = Shell(tmp_path).run("knowledge", "stats")
    assert (ended.code, ended.err) == (0, "")
    assert "criteria: 12; articles: 30; cities: " in ended.out
    assert "engine: lexical\nanswers from a confidence of 0." in ended.out


async def test_published_topics_are_exported_as_sound_content(database_url, tmp_path):
    storage = await open_storage(database_url, tmp_path / "data")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.published_topics.add(TOPIC)
    await storage.close()
    folder = tmp_path / "content"
    ended = Shell(tmp_path).run("knowledge", "export", "--to", str(folder), DATABASE_URL=database_url)
    path = folder / "topics" / "asked-basics.yaml"
    assert (ended.code, ended.out.splitlines()) == (0, [str(path), "1 published topics."])
    assert "Who pays for zeppelin parking downtown?" in path.read_text(encoding="utf-8")
    whole = tmp_path / "whole"
    shutil.copytree(CONTENT, whole)
    shutil.copy(path, whole / "topics")
    assert [str(fault) for fault in check(whole)] == []


def test_a_chapters_content_is_checked_too(tmp_path):
    topics = tmp_path / "boston" / "topics"
    topics.mkdir(parents=True)
    (topics / "local.yaml").write_text("theme: basics\ntopics:\n  - id: broken\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(f"knowledge:\n  chapters:\n    slack:T1: {topics.parent}\n")
    ended = Shell(tmp_path).run("knowledge", "check")
    assert ended.code == 1
    assert f"error: {topics}/local.yaml:3: topics[0].reviewed is missing; add it" in ended.out
