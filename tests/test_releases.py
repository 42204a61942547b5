"""A school of every earlier release comes up to date whole: backed up, migrated, usable."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests import releases
from tests.conftest import Clock
from tests.databases import empty_postgres
from tests.pages import Browser
from tests.test_migrations import POSTGRES, differences
from tests.writes import controls
from unitsafe import clock, create_app
from unitsafe.backups.restoring import restore_backup
from unitsafe.checks.models import Answer, Check
from unitsafe.config import Config
from unitsafe.core import audit, schema
from unitsafe.core.db import db
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.places.models import Space
from unitsafe.startup import StartupError, newest_revision, prepare, revision

ROOT = Path(__file__).parents[1]
LATEST = releases.NAMES[-1]
SQLITE_ONLY = pytest.mark.skipif(bool(POSTGRES), reason="a database that UnitSafe backs up")
NEXT_MONDAY = "2026-11-30T08:00"
PAGES = {
    "officer": (
        *("/", "/checks", "/hazards", "/grids", "/people", "/equipment", "/activities"),
        *("/documents", "/letters", "/roster/2026-11", "/settings", "/year-plan/2026-2027"),
    ),
    "principal": ("/", "/audit", "/grids/coverage", "/assessments", "/stats", "/appraisal/2026-11"),
    "teacher": ("/", "/checks", "/hazards", "/me"),
}
Old = Callable[[str], releases.Release]


@pytest.fixture
def old(app: Flask) -> Iterator[Old]:
    """`old(name)`: the app's database is as that release left it."""
    folder: Path = app.config["SETTINGS"].backups
    shutil.rmtree(folder, ignore_errors=True)

    def become(name: str) -> releases.Release:
        wipe(app)
        release = releases.read(name)
        releases.put(release, app)
        return release

    yield become
    shutil.rmtree(folder, ignore_errors=True)
    with app.app_context():
        db.session.remove()
        whole = revision() == newest_revision()
    if POSTGRES and not whole:  # the tests that follow want the schema; a file is put back anyway
        wipe(app)
        prepare(app)


def wipe(app: Flask) -> None:
    """No table is left."""
    with app.app_context():
        db.session.remove()
        if POSTGRES:
            with db.engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        db.engine.dispose()
        if not POSTGRES:
            file = Path(str(db.engine.url.database))
            for one in file.parent.glob(file.name + "*"):
                one.unlink()


def backups_of(app: Flask) -> list[str]:
    folder: Path = app.config["SETTINGS"].backups
    return sorted(file.name for file in folder.glob("*.zip")) if folder.is_dir() else []


def numbers(app: Flask) -> dict[str, int]:
    """How many rows each table has."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in sa.inspect(connection).get_table_names()
        }


def fewer(release: releases.Release, app: Flask) -> dict[str, tuple[int, int]]:
    """Tables that have fewer rows than the release left in them."""
    after = numbers(app)
    before = {table: len(found["rows"]) for table, found in release["tables"].items()}
    return {table: (n, after[table]) for table, n in before.items() if after.get(table, n) < n}


def orphans(app: Flask) -> list[str]:
    """Foreign keys with rows that point nowhere."""
    found = []
    with app.app_context(), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for key in table.foreign_key_constraints:
                other = key.referred_table.alias()
                there = sa.and_(*(one.parent == other.c[one.column.name] for one in key.elements))
                lost = sa.select(table).where(
                    *(column.is_not(None) for column in key.columns), ~sa.exists().where(there)
                )
                if connection.execute(lost.limit(1)).first():
                    found.append(str(key.name))
    return found


def person(app: Flask, username: str) -> Person:
    with app.app_context():
        return db.session.scalars(sa.select(Person).where(Person.username == username)).one()


# Every release


@pytest.mark.parametrize("name", releases.NAMES)
def test_a_school_of_this_release_comes_up_to_date_and_works_on(
    name: str, old: Old, app: Flask, now: Clock
) -> None:
    release = old(name)
    prepare(app)
    with app.app_context():
        assert revision() == newest_revision()
    assert differences(app) == []
    assert orphans(app) == []
    assert fewer(release, app) == {}
    if not POSTGRES:
        assert backups_of(app) == [f"before-upgrade-{release['revision']}-20261123-080000.zip"]
    now.set(NEXT_MONDAY)
    the_pages_open(app)
    a_tap_and_a_hazard_are_saved(app)
    with app.app_context():
        assert list(audit.verify(db.session())) == []


def the_pages_open(app: Flask) -> None:
    for username, pages in PAGES.items():
        browser = Browser(app, person(app, username))
        answers = {page: browser.client.get(page).status_code for page in pages}
        assert answers == dict.fromkeys(pages, 200), username


def a_tap_and_a_hazard_are_saved(app: Flask) -> None:
    teacher = Browser(app, person(app, "teacher"))
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        answers, hazards = counted(session, Answer), counted(session, Hazard)
        walk = sa.select(Check).where(
            Check.checklist_key == "grid_walk",
            Check.day == clock.today(),
            Check.assignee_id == person(app, "teacher").id,
        )
        check = session.scalars(walk).first()
        space = session.scalars(sa.select(Space.id).order_by(Space.id)).first()
    assert check is not None
    tap = teacher.hx("POST", f"/checks/{check.id}/answers", {"answer-gw_passage": "ok"})
    assert tap.status == 200
    form = controls(teacher.get("/hazards/new").page, "/hazards/new")
    form |= {"description": "插座松了", "category": "evac_blocked", "space_id": str(space)}
    assert teacher.post("/hazards/new", form).status == 303
    with Session(engine) as session:
        assert counted(session, Answer) == answers + 1
        assert counted(session, Hazard) == hazards + 1


def counted(session: Session, model: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_each_release_has_its_school() -> None:
    """Whoever makes a release keeps one (docs/releasing.md)."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = re.findall(r"^## .*?(\d{4}-\d{2}-\d{2})", text, re.MULTILINE)
    assert said and {name[-10:] for name in releases.NAMES} >= set(said)


# What goes wrong changes nothing


def state(app: Flask) -> tuple[str | None, dict[str, int]]:
    """The schema's revision, and how many rows each table has."""
    with app.app_context():
        return revision(), numbers(app)


def test_a_database_of_a_newer_program_is_refused(old: Old, app: Flask) -> None:
    old(LATEST)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
    before = state(app)
    with pytest.raises(StartupError, match=r"9999_later.*upgrade the program"):
        prepare(app)
    assert (state(app), backups_of(app)) == (before, [])


@SQLITE_ONLY
def test_without_a_backup_nothing_is_upgraded(old: Old, app: Flask) -> None:
    old(LATEST)
    folder: Path = app.config["SETTINGS"].backups
    folder.write_text("no folder")
    before = state(app)
    try:
        with pytest.raises(StartupError, match="could not be backed up") as refused:
            prepare(app)
    finally:
        folder.unlink()
    assert "\n" not in str(refused.value) and str(folder) in str(refused.value)
    assert state(app) == before


MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = '9999_breaks', {newest!r}

def upgrade():
    op.create_table('half', sa.Column('id', sa.Integer, primary_key=True))
    op.execute("UPDATE school SET name = 'half'")
    op.execute("{act}")
    {end}
"""


@pytest.mark.parametrize(
    ("act", "end"),
    [
        ("DELETE FROM plate_posting", "raise KeyError('what was never there')"),
        ("UPDATE nowhere SET id = 1", "pass"),
        ("DELETE FROM building", "pass"),
    ],
)
def test_a_migration_that_fails_leaves_the_old_schema_and_names_the_backup(
    old: Old, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, end: str
) -> None:
    """It raises by itself, the database refuses it, or it leaves rows that point nowhere."""
    name = old(LATEST)["revision"]
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with app.app_context():
        text = MIGRATION.format(newest=newest_revision(), act=act, end=end)
    (folder / "versions" / "9999_breaks.py").write_text(text, "utf-8")
    before = state(app)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", folder)
        with pytest.raises(StartupError, match="changed nothing") as refused:
            prepare(app)
    assert "\n" not in str(refused.value)
    assert state(app) == before
    with app.app_context(), db.engine.connect() as connection:
        school = connection.exec_driver_sql("SELECT name FROM school").scalar_one()
    assert school != "half"
    if not POSTGRES:
        assert f"before-upgrade-{name}-20261123-080000.zip" in str(refused.value)
        assert len(backups_of(app)) == 1


@SQLITE_ONLY
def test_an_upgrade_that_fails_at_every_start_does_not_fill_the_disk(
    old: Old, app: Flask, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = old(LATEST)["revision"]

    def fail(_app: Flask) -> None:
        raise KeyError("what was never there")

    monkeypatch.setattr("unitsafe.startup._migrate", fail)
    for minute in range(4):
        now.set(f"2026-11-23T08:0{minute}")
        with pytest.raises(StartupError, match="changed nothing"):
            prepare(app)
    kept = [f"before-upgrade-{name}-20261123-080{minute}00.zip" for minute in (2, 3)]
    assert backups_of(app) == kept


# Commands, processes, backups


def test_a_new_database_is_not_backed_up(old: Old, app: Flask) -> None:
    wipe(app)
    prepare(app)
    assert backups_of(app) == []


def test_the_log_is_proved_without_changing_the_schema(old: Old, app: Flask) -> None:
    old(LATEST)
    before = state(app)
    done = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert str(before[0]) in done.output and "start the server" in done.output
    assert state(app) == before


@SQLITE_ONLY
def test_an_old_schema_is_backed_up_as_it_is_and_restored_up_to_date(
    old: Old, app: Flask, tmp_path: Path, now: Clock
) -> None:
    release = old(LATEST)
    done = app.test_cli_runner().invoke(args=["backup", "--to", str(tmp_path / "old.zip")])
    assert done.exit_code == 0, done.output
    assert state(app)[0] == release["revision"]
    wipe(app)
    restored = restore_backup(app, tmp_path / "old.zip", overwrite=False, now=now())
    assert restored.manifest.schema_revision == release["revision"]
    with app.app_context():
        assert revision() == newest_revision()
        assert list(audit.verify(db.session())) == []
    assert orphans(app) == []
    assert fewer(release, app) == {}
    assert backups_of(app) == []  # the zip is one


PROCESS = """
import sys
from unitsafe import create_app
from unitsafe.startup import prepare
app = create_app()
print('ready', flush=True)
sys.stdin.readline()
prepare(app)
"""


def test_two_processes_that_start_at_once_upgrade_once(tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'unitsafe.db').as_posix()}"
    if POSTGRES:
        url = empty_postgres(f"two_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    app = create_app(Config("127.0.0.1", 0, tmp_path, url, None), TESTING=True)
    releases.put(releases.read(LATEST), app)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("UNITSAFE_")}
    environ = {**clean, "UNITSAFE_DATA": str(tmp_path), "DATABASE_URL": url, "PYTHONUTF8": "1"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    try:
        for process in both:
            assert process.stdout and process.stdout.readline() == "ready\n"
        for process in both:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120)[1] for process in both]
    finally:
        for process in both:
            process.kill()
            process.wait()
    assert [process.returncode for process in both] == [0, 0], said
    assert sum(text.count("schema 0") for text in said) == 1, said
    if not POSTGRES:
        assert len(backups_of(app)) == 1
    with app.app_context():
        assert revision() == newest_revision()
        db.session.remove()
        db.engine.dispose()
