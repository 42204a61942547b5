"""Which schemas this program knows, and which one the database has.

Nothing here asks Alembic: it and what it brings take 11 MB, which a server whose schema is up to
date need not pay. The files of the migrations are named after their revisions, in their order.
"""

import sqlalchemy as sa

from unitsafe import config
from unitsafe.core.db import db

MIGRATIONS = config.ROOT / "migrations"


def revision() -> str | None:
    """The database's schema; None for an empty database."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def known_revisions() -> list[str]:
    """The schemas that this program knows, newest first."""
    return sorted((file.stem for file in (MIGRATIONS / "versions").glob("*.py")), reverse=True)


def newest_revision() -> str:
    """The newest of them."""
    return known_revisions()[0]
