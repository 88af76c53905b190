"""The history of the tables, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from bot.domain.lanes import Pace, Paces
from bot.errors import ConfigError
from bot.i18n import core_translators
from bot.outbox import Outbox, Post
from bot.registry import load
from bot.testing import PLATFORM, FakeMessenger, FrozenClock, settings_for_tests
from storage import migrations, open_storage
from storage.engine import make_sync_engine
from storage.keys import KeyPlace
from storage.migrate import check, current, upgrade
from storage.migrations import HEAD, REVISIONS
from storage.models import Base
from tests.storage.columns import HARMLESS, readable
from tests.storage.test_members import NOW


def test_upgrade_makes_the_tables_of_the_models(empty_database_url):
    upgrade(empty_database_url)
    engine = make_sync_engine(empty_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_text_column_is_sealed_or_known_to_be_harmless():
    assert sorted(readable() - HARMLESS.keys()) == []
    assert sorted(HARMLESS.keys() - readable()) == []


def test_upgrade_twice_changes_nothing(empty_database_url):
    assert current(empty_database_url) is None
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    assert current(empty_database_url) == HEAD
    check(empty_database_url)


def _upgrade_to(url, revision):
    """Bring an empty database to an older revision, as the release of that time did."""
    config, engine = Config(), make_sync_engine(url)
    config.set_main_option("script_location", str(migrations.__path__[0]))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        config.attributes["place"] = None
        command.upgrade(config, revision)
    return engine


async def test_a_database_of_the_first_release_is_refused_until_it_is_upgraded_and_keeps_its_rows(
    empty_database_url, tmp_path
):
    engine = _upgrade_to(empty_database_url, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO feedback (topic_id, lang, helpful, not_helpful) VALUES ('a', 'en', 3, 1)"
        )
    engine.dispose()
    with pytest.raises(ConfigError, match=r"older than this release.*hrc-bot db upgrade"):
        await open_storage(empty_database_url, tmp_path)
    upgrade(empty_database_url)
    storage = await open_storage(empty_database_url, tmp_path)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.feedback.totals("a", "en") == (3, 1)
        assert await uow.questions.open() == ()
    await storage.close()


QUEUED = 1_000


def _queued(engine):
    """Store an announcement of the first release that 1,000 channels of 250 workspaces wait for."""
    meta = MetaData()
    meta.reflect(engine)
    texts = dict.fromkeys(("user_id", "message_id", "error_code"), "")
    numbers = {"part": 0, "wanted": 1, "shown": 0, "attempts": 0}
    kept = {"workspace_id": "fake:T1", "created_by": "fake:ana", "audience": "all", "state": "sent"}
    row = {"subject": "announcement", "subject_id": 1, "lang": "en", "status": "pending", **texts, **numbers}
    made = {"created_at": NOW, "next_attempt_at": NOW}
    lanes = [{"id": f"fake:T{lane}", "ready_at": NOW} for lane in range(250)]
    channels = [
        {"address": f"fake:C{at}", "channel_id": f"fake:C{at}", "key": f"k{at}", "lane_id": f"fake:T{at % 250}"}
        for at in range(QUEUED)
    ]
    with engine.begin() as connection:
        connection.execute(
            meta.tables["announcement"].insert(),
            {"id": 1, **kept, "sent_by": "fake:ana", "created_at": NOW, "sent_at": NOW, "revision": 1},
        )
        words = {"announcement_id": 1, "revision": 1, "title": "News", "message": "We meet.", "message_es": ""}
        connection.execute(meta.tables["announcement_rev"].insert(), words)
        connection.execute(meta.tables["lane"].insert(), lanes)
        connection.execute(
            meta.tables["delivery"].insert(),
            [{**row, **made, **one, "workspace_id": one["lane_id"]} for one in channels],
        )


async def test_upgrade_with_queue(empty_database_url, tmp_path):
    """What the release before left waiting goes out under this one, in its words."""
    engine = _upgrade_to(empty_database_url, "0001")
    _queued(engine)
    engine.dispose()
    upgrade(empty_database_url, KeyPlace("", tmp_path))
    storage = await open_storage(empty_database_url, tmp_path, paces=Paces(other=Pace(gap=timedelta(0))))
    messenger, words = FakeMessenger(), core_translators()
    outbox = Outbox(
        Post(storage.unit_of_work, load(), {PLATFORM: messenger}, words, settings_for_tests(), FrozenClock(NOW))
    )
    while await outbox.once():
        pass
    assert Counter(one.address for one in messenger.messages.values()) == {f"fake:C{at}": 1 for at in range(QUEUED)}
    assert {one.reply.summary for one in messenger.messages.values()} == {"News"}
    await storage.close()


def test_the_list_of_revisions_is_alembics():
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]))
    script = ScriptDirectory.from_config(config)
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == REVISIONS
