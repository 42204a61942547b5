"""On PostgreSQL its own tools make the copy and put it back; the proof reads what they wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.backups.servers import school_in, stop
from tests.conftest import POSTGRES, Clock
from tests.databases import empty_postgres
from tests.factories import Make
from unitsafe import config, create_app
from unitsafe.backups import postgres
from unitsafe.backups.making import make_backup
from unitsafe.backups.restoring import restore_backup
from unitsafe.backups.rules import BackupError, Fault, Remark
from unitsafe.backups.verifying import verify
from unitsafe.core import audit
from unitsafe.core.db import db

pytestmark = pytest.mark.skipif(not POSTGRES, reason="with TEST_DATABASE_URL only")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """A server with an empty database of its own."""
    url = empty_postgres("unitsafe_restored")
    app = create_app(config.Config("127.0.0.1", 0, tmp_path / "new", url, None), TESTING=True)
    yield app
    stop(app)


def test_a_backup_is_proven_and_comes_back_in_an_empty_place(
    app: Flask, make: Make, now: Clock, tmp_path: Path, empty: Flask
) -> None:
    hazard = make.hazard()
    hazard.description = odd = "走道\\堆了\t纸箱\n两处"
    make.session.commit()
    make.photo(make.someone("officer"))
    log, name = make.session.query(audit.AuditEntry).count(), make.school().name
    make.session.close()
    stop(app)
    made = make_backup(app, tmp_path / "made.zip", now=now())
    held = verify(made, room=tmp_path, deep=True)
    assert (held.school, held.hazards, held.photos, held.remarks) == (name, 1, 1, {})
    restore_backup(empty, made, overwrite=False, now=now())
    with empty.app_context():
        text = db.session.scalar(sa.text("SELECT description FROM hazard"))
        assert list(audit.verify(db.session())) == []
        assert db.session.query(audit.AuditEntry).count() == log + 1
    assert text == odd
    stop(empty)
    with pytest.raises(BackupError, match="--yes"):
        restore_backup(empty, made, overwrite=False, now=now())


def test_a_log_that_was_changed_is_noticed_and_a_failed_restore_leaves_the_former_school(
    app: Flask,
    make: Make,
    now: Clock,
    tmp_path: Path,
    empty: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.hazard()
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit_entry SET actor_name = 'x'")
    make.session.close()
    stop(app)
    made = make_backup(app, tmp_path / "made.zip", now=now())
    assert verify(made, room=tmp_path, deep=True).remarks[Remark.BROKEN_LOG] >= 1
    restore_backup(empty, made, overwrite=False, now=now())
    with empty.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE school SET name = '向阳小学'")
    stop(empty)

    def refuse(_app: Flask, **_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("unitsafe.backups.restoring.prepare", refuse)
    now.set("2026-11-23T09:00")
    with pytest.raises(BackupError, match="nothing was restored"):
        restore_backup(empty, made, overwrite=True, now=now())
    assert school_in(empty) == "向阳小学"
    with empty.app_context():
        db.session.remove()
        with db.engine.connect(), pytest.raises(BackupError, match="still running"):
            other = create_app(empty.config["SETTINGS"], TESTING=True)
            restore_backup(other, made, overwrite=True, now=now())


def test_without_the_tools_it_is_said_what_to_install(
    app: Flask, now: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not on PATH: install") as told:
        make_backup(app, tmp_path / "made.zip", now=now())
    assert told.value.fault is Fault.TOOLS
    assert (
        postgres.moment("2026-11-23 00:00:00.5+00").isoformat()
        == "2026-11-23T00:00:00.500000+00:00"
    )
