"""Commands of whoever runs the server."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.models import Answer, CheckEvent
from unitsafe.core.append_only import statements
from unitsafe.core.audit import AuditEntry
from unitsafe.hazards.models import HazardEvent
from unitsafe.school.models import School

APPEND_ONLY = (AuditEntry, Answer, CheckEvent, HazardEvent)


def run(app, *words):
    """(exit code, output) of a command."""
    result = app.test_cli_runner().invoke(args=list(words))
    assert not isinstance(result.exception, Exception), result.exception
    return result.exit_code, result.output


@contextmanager
def unguarded(session: Session, table: str) -> Iterator[Session]:
    """A database whose table somebody has freed from its triggers."""
    dialect = session.get_bind().dialect.name
    names = [f"{table}_no_update", f"{table}_no_delete"]
    if dialect == "postgresql":
        names = [f"{table}_append_only"]
    for name in names:
        on = f" ON {table}" if dialect == "postgresql" else ""
        session.execute(sa.text(f"DROP TRIGGER {name}{on}"))
    yield session
    session.commit()
    connection = session.connection()
    for sql in statements(table, dialect):
        connection.exec_driver_sql(sql.replace("%", "%%") if "%" in sql else sql)
    session.commit()


@pytest.fixture
def history(make):
    """A school in which a few things were done."""
    walk = make.submitted(make.walk(), make.someone("teacher"))
    make.hazard()
    return walk


def test_the_content_pack_is_sound_and_its_counts_are_told(app):
    code, output = run(app, "content", "check")
    assert code == 0
    assert "检查表 19" in output.replace("：", " ")


def test_an_untouched_log_is_proved_whole(app, history, session):
    total = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    assert run(app, "audit", "verify") == (0, f"audit log intact: {total} entries\n")


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = '别人'",
        "data = '{}'",
        "origin = 'elsewhere'",
        "act = 'other.act'",
        "subject = 'person:99'",
        "at = '2020-01-01 00:00:00'",
    ],
)
def test_a_changed_entry_is_found_and_named(app, history, session, change):
    entry = session.scalars(sa.select(AuditEntry.id).where(AuditEntry.act == "check.submit")).one()
    with unguarded(session, "audit_entry"):
        session.execute(sa.text(f"UPDATE audit_entry SET {change} WHERE id = :id"), {"id": entry})
    code, output = run(app, "audit", "verify")
    assert code == 1
    assert f"entry {entry}: " in output


def test_a_missing_entry_is_found(app, history, session):
    entry = session.scalars(sa.select(AuditEntry.id).where(AuditEntry.act == "check.submit")).one()
    with unguarded(session, "audit_entry"):
        session.execute(sa.text("DELETE FROM audit_entry WHERE id = :id"), {"id": entry})
    code, output = run(app, "audit", "verify")
    assert code == 1
    assert f"entry {entry + 1}: does not follow entry {entry - 1}" in output


def test_a_changed_answer_of_a_signed_check_is_found(app, history, session):
    entry = session.scalars(sa.select(AuditEntry.id).where(AuditEntry.act == "check.submit")).one()
    with unguarded(session, "answer"):
        session.execute(
            sa.text("UPDATE answer SET result = 'fail' WHERE check_id = :id"), {"id": history.id}
        )
    code, output = run(app, "audit", "verify")
    assert code == 1
    assert f"entry {entry}: " in output


def test_an_answer_slipped_into_a_signed_check_is_found(app, history, session):
    row = session.scalars(sa.select(Answer).where(Answer.check_id == history.id)).first()
    session.add(
        Answer(
            check_id=history.id,
            item_key=row.item_key,
            result="fail",
            note="",
            at=row.at,
            by_id=row.by_id,
        )
    )
    session.commit()
    assert run(app, "audit", "verify")[0] == 1


@pytest.mark.parametrize("model", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_happened(history, session, model, act):
    table = model.__tablename__
    assert session.scalar(sa.select(sa.func.count()).select_from(model)) > 0
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(act.format(table)))
    session.rollback()


def test_the_demonstration_refuses_a_database_that_holds_data(app, make, session):
    make.school()
    code, output = run(app, "demo")
    assert code == 1
    assert output.startswith("unitsafe: ") and output.count("\n") == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(School)) == 1


def test_the_same_demonstration_twice_is_refused_the_second_time(app, make, session):
    make.school(is_sample=True)
    assert run(app, "demo", "--seed", "2")[0] == 1
