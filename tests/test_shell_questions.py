"""`hrc-bot ask` beside a bot that runs: what people published is answered in the shell too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.questions import PublishedTopic, TopicWords
from storage import open_storage
from tests.command_line import Shell

TOPIC = PublishedTopic(
    "asked-1-zeppelins",
    "basics",
    {
        "en": TopicWords("Who pays for zeppelin parking downtown?", (), "Nobody pays for it.", "Ask at the port."),
        "es": TopicWords(
            "¿Quién paga el aparcamiento de zepelines?", (), "No lo paga nadie.", "Pregunta en el puerto."
        ),
    },
    ("seed",),
    ("what-is-hrc",),
    datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.mark.parametrize("runs", [True, False])
async def test_the_shell_answers_from_published_topics_while_the_bot_runs_and_after(database_url, tmp_path, runs):
    storage = await open_storage(database_url, tmp_path / "data")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.published_topics.add(TOPIC)
    if not runs:
        await storage.close()
    asked = json.dumps({"id": 1, "text": TOPIC.words["es"].title})
    ended = Shell(tmp_path).run("ask", "--jsonl", lines=asked, DATABASE_URL=database_url)
    if runs:
        await storage.close()
    assert (ended.code, ended.err) == (0, "")
    answer = json.loads(ended.out)
    assert (answer["outcome"], answer["topic"], answer["lang"]) == ("answer", TOPIC.id, "es")
    assert answer["text"].startswith("No lo paga nadie.")
    assert answer["sources"] == ["seed"]


async def test_the_shell_answers_without_a_database(tmp_path):
    ended = Shell(tmp_path).run("ask", "what is a human rights city?")
    assert (ended.code, ended.err) == (0, "")
    assert "Universal Declaration" in ended.out
    assert not list(tmp_path.glob("data/*.db"))


async def test_an_export_leaves_out_what_was_withdrawn_and_deletes_a_file_of_nothing_else(database_url, tmp_path):
    storage = await open_storage(database_url, tmp_path / "data")
    others = [replace(TOPIC, id="asked-2-docks"), replace(TOPIC, id="asked-3-masts", theme="udhr")]
    async with storage.unit_of_work(writes=True) as uow:
        for one in (TOPIC, *others):
            await uow.published_topics.add(one)
    folder, shell = tmp_path / "content", Shell(tmp_path)
    assert shell.run("knowledge", "export", "--to", str(folder), DATABASE_URL=database_url).code == 0
    (folder / "topics" / "asked-pchr.yaml").write_text("theme: pchr\ntopics:\n  - id: asked-9-ours\n")
    async with storage.unit_of_work(writes=True) as uow:
        for one in (TOPIC, others[1]):
            await uow.published_topics.withdraw(one.id, "It is wrong.", TOPIC.approved_at)
    await storage.close()
    ended = shell.run("knowledge", "export", "--to", str(folder), DATABASE_URL=database_url)
    assert ended.out.splitlines()[1:] == [f"removed: {folder}/topics/asked-udhr.yaml", "1 published topics."]
    assert sorted(one.name for one in (folder / "topics").iterdir()) == ["asked-basics.yaml", "asked-pchr.yaml"]
    kept = (folder / "topics" / "asked-basics.yaml").read_text()
    assert ("asked-2-docks" in kept, TOPIC.id in kept) == (True, False)
