"""Tables whose rows are written once: the database itself refuses to change or delete them."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import event


def statements(table: str, dialect: str) -> Iterator[str]:
    """SQL that makes ``table`` append-only on ``dialect``."""
    if dialect == "sqlite":
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    elif dialect == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
        )
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def append_only(table: sa.FromClause) -> None:
    """Guard a model's ``__table__`` when it is created from the models (tests, empty databases)."""

    @event.listens_for(table, "after_create")
    def _guard(target: sa.Table, connection: sa.Connection, **_: object) -> None:
        for sql in statements(target.name, connection.dialect.name):
            connection.exec_driver_sql(sql.replace("%", "%%") if "%" in sql else sql)
