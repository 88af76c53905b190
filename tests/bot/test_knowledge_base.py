"""What chapters add, and what happens to content that changes while the bot runs."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.knowledge_base import KnowledgeBase, read_files
from bot.settings import Knowledge
from knowledge.errors import KnowledgeError
from knowledge.index import index_of
from knowledge.retrieval import search
from tests.knowledge.content import write_content

CHAPTER = """
theme: basics
topics:
  - id: our-hall
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    related: [what-is-hrc]
    en: {title: Where is the zeppelin hall?, questions: [zeppelin hall address], short: By the river., long: Gate two.}
    es: {title: ¿Dónde está el hangar?, questions: [dirección del hangar], short: Junto al río., long: Puerta dos.}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_content(tmp_path)


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    (folder / "topics").mkdir(parents=True)
    (folder / "topics" / "hall.yaml").write_text(CHAPTER, "utf-8")
    return folder


def opened(content: Path, **chapters: Path) -> KnowledgeBase:
    settings = Knowledge(chapters={f"fake:{place}": folder for place, folder in chapters.items()})
    reread = partial(read_files, settings, content)
    return KnowledgeBase(reread(), partial(index_of, precision=0.9), reread)


def found(knowledge: KnowledgeBase, place: str, question: str) -> list[str]:
    edition = knowledge.edition(place)
    hits = search(edition.index, question).hits
    assert all(hit.topic_id in edition.bank.topics for hit in hits)
    return [hit.topic_id for hit in hits]


def test_a_chapters_topic_is_found_there_alone(content, chapter):
    knowledge = opened(content, T1=chapter)
    assert found(knowledge, "fake:T1", "zeppelin hall address")[0] == "our-hall"
    for elsewhere in ("fake:T2", ""):
        assert "our-hall" not in found(knowledge, elsewhere, "zeppelin hall address")
        assert "our-hall" not in knowledge.edition(elsewhere).bank.topics


def test_everybodys_topics_are_found_in_a_chapter_too(content, chapter):
    knowledge = opened(content, T1=chapter)
    assert found(knowledge, "fake:T1", "bread recipe")[0] == found(knowledge, "", "bread recipe")[0] == "bread"


def test_two_chapters_may_use_the_same_id(content, chapter, tmp_path):
    other = tmp_path / "theirs"
    (other / "topics").mkdir(parents=True)
    (other / "topics" / "hall.yaml").write_text(CHAPTER.replace("By the river", "On the hill"), "utf-8")
    knowledge = opened(content, T1=chapter, T2=other)
    texts = [knowledge.edition(f"fake:{place}").bank.topics["our-hall"].text("en").short for place in ("T1", "T2")]
    assert texts == ["By the river.", "On the hill."]


def test_a_chapter_may_not_take_everybodys_id(content, chapter):
    (chapter / "topics" / "hall.yaml").write_text(CHAPTER.replace("id: our-hall", "id: bread"), "utf-8")
    with pytest.raises(KnowledgeError, match=r"hall\.yaml.*bread"):
        opened(content, T1=chapter)


async def test_changed_files_are_taken_up(content):
    knowledge = opened(content)
    path = content / "topics" / "basics.yaml"
    path.write_text(path.read_text("utf-8").replace("With flour.", "With rye."), "utf-8")
    assert await knowledge.reload()
    assert knowledge.common.bank.topics["bread"].text("en").short == "With rye."


async def test_a_broken_file_leaves_the_old_content(content):
    knowledge = opened(content)
    (content / "topics" / "basics.yaml").write_text("theme: [", "utf-8")
    assert not await knowledge.reload()
    assert found(knowledge, "", "bread recipe")[0] == "bread"


async def test_what_is_withdrawn_is_silent_at_once_also_where_the_files_hold_it(content, chapter):
    knowledge = opened(content, T1=chapter)
    assert "bread" in found(knowledge, "fake:T1", "bread recipe")
    adopting = asyncio.create_task(knowledge.adopt((), ["bread", "our-hall"]))
    await asyncio.sleep(0)
    for place in ("", "fake:T1"):
        assert {"bread", "our-hall"}.isdisjoint(knowledge.edition(place).bank.topics)
        assert {"bread", "our-hall"}.isdisjoint(found(knowledge, place, "bread recipe zeppelin hall address"))
    await adopting
    assert "bread" not in found(knowledge, "", "bread recipe")
    relations = [one for topic in knowledge.common.bank.topics.values() for one in topic.related]
    assert "bread" not in relations
    assert await knowledge.reload()
    assert "bread" not in knowledge.common.bank.topics


async def test_a_calibration_is_fitted_after_a_change_and_dropped_where_the_topics_change_meanwhile(content):
    knowledge = opened(content)
    before = (await knowledge.prepared()).calibration
    await knowledge.adopt((), ["bread"])
    assert knowledge.common.index.calibration == before
    fitting = asyncio.create_task(knowledge.fit())
    await asyncio.sleep(0)
    await knowledge.adopt((), [])
    await fitting
    assert "bread" in found(knowledge, "", "bread recipe")
    await knowledge.fit()
    assert "bread" in found(knowledge, "", "bread recipe")
