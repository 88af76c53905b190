"""The history of the tables, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import migrations
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


def test_the_list_of_revisions_is_alembics():
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]))
    script = ScriptDirectory.from_config(config)
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == REVISIONS
