"""Run by Alembic for every command, on the connection that `persistence.migrate` hands over."""

from alembic import context

from persistence.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # A revision that may not run inside a transaction, such as one that indexes concurrently, leaves it by itself.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
