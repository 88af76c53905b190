"""The history of the tables, on both databases."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import ConfigError
from storage import migrations, open_storage
from storage.engine import make_sync_engine
from storage.migrate import check, current, upgrade
from storage.migrations import HEAD, REVISIONS
from storage.models import Base


def test_upgrade_makes_the_tables_of_the_models(empty_database_url):
    upgrade(empty_database_url)
    engine = make_sync_engine(empty_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


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


def test_the_list_of_revisions_is_alembics():
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]))
    script = ScriptDirectory.from_config(config)
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == REVISIONS
