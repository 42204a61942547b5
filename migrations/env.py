"""Alembic's environment: runs migrations on the app's engine."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context
from flask import current_app

from unitsafe.core.db import db

config = context.config


def run() -> None:
    """Migrate on a connection of the app, in one transaction: all the way or not at all. On SQLite
    it is an immediate one, so that what is read is still so when it is written."""
    options = dict(current_app.extensions["migrate"].configure_args)
    with db.engine.connect() as connection, _tables_may_be_rebuilt(connection):
        context.configure(
            connection=connection.execution_options(sqlite_begin="IMMEDIATE"),
            target_metadata=db.metadata,
            transactional_ddl=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
            _require_whole(connection)


@contextmanager
def _tables_may_be_rebuilt(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which other tables name:
    foreign keys are looked at afterwards. Source: sqlite.org/lang_altertable.html §7."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection  # no transaction has begun on it yet
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _require_whole(connection: sa.Connection) -> None:
    """Raises RuntimeError, before anything is committed, when a row of SQLite points nowhere."""
    if connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5):
        raise RuntimeError(f"rows that point nowhere after the migration: {broken}")


if context.is_offline_mode():
    raise SystemExit("migrations need a database: offline mode is not used here")
run()
