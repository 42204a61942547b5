"""Alembic's environment: runs migrations on the app's engine."""

from alembic import context
from flask import current_app

from unitsafe.core.db import db

config = context.config


def run() -> None:
    """Migrate on a connection of the app; on SQLite inside one immediate transaction."""
    options = dict(current_app.extensions["migrate"].configure_args)
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: offline mode is not used here")
run()
