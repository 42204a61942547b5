"""On PostgreSQL several server processes keep actors: a counter in the database says whether what
they keep still holds.

Triggers count up in the transaction that changes people, their devices, posts, absences, assignments
or grids, whoever makes the change: this process, another one, a command, hand-written SQL. Each
request reads the counter with one short select. SQLite has one server process and does without.
"""

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.db import Model
from unitsafe.grids.models import Assignment, Grid
from unitsafe.people.models import Absence, Person, PersonPost, SignIn

ADDED_MATTERS = {
    **{kind.__tablename__: True for kind in (PersonPost, Absence, Assignment, Grid)},
    **{kind.__tablename__: False for kind in (Person, SignIn)},
}
"""Tables that hold the policy, and whether a new row can change an actor that is kept already."""


class PolicyVersion(Model):
    """One row, from the first change on."""

    __tablename__ = "policy_version"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(sa.BigInteger)


_VERSION = sa.select(PolicyVersion.version)


def reader(engine: sa.Engine) -> Callable[[], int]:
    """Asks for the version as it is committed now; on SQLite it is always the same."""
    if engine.dialect.name != "postgresql":
        return lambda: 0
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")

    def current() -> int:
        with alone.connect() as connection:
            return connection.scalar(_VERSION) or 0

    return current


def statements(dialect: str) -> Iterator[str]:
    """SQL of the triggers. The day of the last visit, noted for everybody every morning, is no
    change of the policy."""
    if dialect != "postgresql":
        return
    yield (
        "CREATE OR REPLACE FUNCTION policy_changed() RETURNS trigger AS $$ BEGIN "
        "INSERT INTO policy_version (id, version) VALUES (1, 1) "
        "ON CONFLICT (id) DO UPDATE SET version = policy_version.version + 1; "
        "RETURN NULL; END $$ LANGUAGE plpgsql"
    )
    for table, added_matters in ADDED_MATTERS.items():
        if added_matters:
            yield (
                f"CREATE TRIGGER {table}_policy_added AFTER INSERT ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION policy_changed()"
            )
        yield (
            f"CREATE TRIGGER {table}_policy_changed AFTER UPDATE ON {table} FOR EACH ROW "
            "WHEN (to_jsonb(OLD) - 'last_seen_on' IS DISTINCT FROM to_jsonb(NEW) - 'last_seen_on') "
            "EXECUTE FUNCTION policy_changed()"
        )
        yield (
            f"CREATE TRIGGER {table}_policy_removed AFTER DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION policy_changed()"
        )
