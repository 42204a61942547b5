"""The schema that migrations build is the one that the models describe, up and down."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.orm import Session

from tests.addresses import furnish
from tests.databases import empty_postgres
from tests.factories import Make
from unitsafe import create_app
from unitsafe.config import Config
from unitsafe.core import schema
from unitsafe.core.append_only import statements
from unitsafe.core.db import db
from unitsafe.grids import policy_version
from unitsafe.startup import newest_revision, prepare, revision

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
APPEND_ONLY = (
    "audit_entry",
    "hazard_event",
    "answer",
    "check_event",
    "grid_past",
    "plate_posting",
    "roster_event",
    "equipment_event",
    "visit_event",
    "tip_event",
    "activity_event",
    "head_count",
    "floor_cleared",
    "equipment_inspection",
    "maintenance_event",
    "reading",
    "document_version",
    "document_file",
    "document_reading",
    "document_event",
    "map_check",
    "hot_work_event",
    "kit_count",
    "muster",
    "year_plan_own",
    "year_plan_mark",
    "year_plan_signature",
    "quarter_figures",
    "assessment_score",
    "assessment_score_file",
    "assessment_veto",
    "assessment_event",
    "appraisal_note",
)


@pytest.fixture
def fresh(tmp_path: Path, now: object) -> Iterator[Flask]:
    """An app of its own on an empty database without tables."""
    url = f"sqlite:///{(tmp_path / 'unitsafe.db').as_posix()}"
    if POSTGRES:
        url = empty_postgres(f"migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    app = create_app(Config("127.0.0.1", 0, tmp_path, url, None), TESTING=True)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def differences(app: Flask) -> list[object]:
    """What Alembic would change to make the database like the models."""
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        return list(compare_metadata(context, db.metadata))


def tables(app: Flask) -> set[str]:
    """The names of all tables."""
    with app.app_context():
        return set(sa.inspect(db.engine).get_table_names())


def triggers(app: Flask) -> int:
    """How many triggers there are."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
    if POSTGRES:
        sql = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.exec_driver_sql(sql).scalar_one())


def expected_triggers() -> int:
    """One for each statement that makes a trigger."""
    dialect = "postgresql" if POSTGRES else "sqlite"
    made = [sql for table in APPEND_ONLY for sql in statements(table, dialect)]
    made += policy_version.statements(dialect)
    return sum(sql.startswith("CREATE TRIGGER") for sql in made)


def test_the_migrations_build_what_the_models_describe(fresh: Flask) -> None:
    prepare(fresh)
    assert differences(fresh) == []
    assert tables(fresh) == {*db.metadata.tables, "alembic_version"}
    assert triggers(fresh) == expected_triggers()


def test_the_files_tell_the_order_that_alembic_goes(fresh: Flask) -> None:
    walked = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    assert schema.known_revisions() == [script.revision for script in walked]


def test_starting_again_changes_nothing(fresh: Flask) -> None:
    prepare(fresh)
    prepare(fresh)
    with fresh.app_context():
        assert revision() == newest_revision()
    assert differences(fresh) == []


def test_a_school_with_data_goes_down_and_up_again(fresh: Flask, now: object) -> None:
    prepare(fresh)
    with fresh.app_context():
        engine = db.engine
    with Session(engine) as session:
        furnish(Make(session, fresh, now))  # type: ignore[arg-type]
    with fresh.app_context():
        db.session.remove()
        downgrade(revision="base")
    assert tables(fresh) == {"alembic_version"}
    assert triggers(fresh) == 0
    with fresh.app_context():
        upgrade()
    assert differences(fresh) == []
    assert triggers(fresh) == expected_triggers()


def test_an_old_school_keeps_its_data_when_the_program_is_newer(fresh: Flask, now: object) -> None:
    """Every revision from the first with data on: up to the newest, nothing lost."""
    with fresh.app_context():
        upgrade(revision="0001")
        engine = db.engine
    with Session(engine) as session:
        session.execute(
            sa.text(
                "INSERT INTO building (name, use, floors, position, is_active)"
                " VALUES ('教学楼', 'teaching', 3, 1, :yes)"
            ),
            {"yes": True},
        )
        session.commit()
    prepare(fresh)
    with Session(engine) as session:
        assert session.scalar(sa.text("SELECT name FROM building")) == "教学楼"
    with fresh.app_context():
        assert revision() == newest_revision()
