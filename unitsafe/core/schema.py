"""Which schemas this program knows, and which one the database has.

Nothing here asks Alembic: it and what it brings take 11 MB, which a server whose schema is up to
date need not pay. The migrations' files are named in their order, and say their revisions.
"""

import re

import sqlalchemy as sa

from unitsafe import config
from unitsafe.core.db import db

MIGRATIONS = config.ROOT / "migrations"
REVISION = re.compile(r"""^revision(?:: str)? = ["'](.+)["']$""", re.MULTILINE)


def revision() -> str | None:
    """The database's schema; None for an empty database."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def known_revisions() -> list[str]:
    """The schemas that this program knows, newest first."""
    files = sorted((MIGRATIONS / "versions").glob("*.py"), reverse=True)
    found = (REVISION.search(file.read_text("utf-8")) for file in files)
    return [name[1] for name in found if name]


def newest_revision() -> str:
    """The newest of them."""
    return known_revisions()[0]
