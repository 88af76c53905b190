"""Run by Alembic with the connection that `storage.migrate` opened and in whose transaction everything happens."""

from alembic import context

from storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # true on both databases, since the driver's own transactions are off
)
with context.begin_transaction():
    context.run_migrations()
