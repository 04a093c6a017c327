"""Alembic's entry: migrates the database of the running app, or the one it is handed."""

from alembic import context

from loyalty.models import Card

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Card.metadata,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
