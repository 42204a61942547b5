"""What has to be true before the first request: schema, settings, clock."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Flask

from unitsafe import clock, content
from unitsafe.checks.planning import create_default_plans
from unitsafe.core import disk, schema
from unitsafe.core.db import db, writing
from unitsafe.core.schema import known_revisions, newest_revision, revision
from unitsafe.equipment.services import renew_all
from unitsafe.school import settings as school_settings
from unitsafe.school.models import School

if TYPE_CHECKING:
    from flask_migrate import Migrate


class StartupError(Exception):
    """The app cannot serve; the text is one line that says why and how to mend it."""


log = logging.getLogger(__name__)
OTHER_PROCESS_SECONDS = 3600
"""How long a process waits while another one upgrades; a copy of ten years of photos takes long."""
UPGRADING = 7452
"""The advisory lock of PostgreSQL that whoever upgrades holds."""


def prepare(app: Flask, *, backup: Path | None = None) -> None:
    """Bring the schema up to date, check the stored settings, set a sample school's clock.

    A database that holds data is backed up before its schema changes, unless ``backup`` is
    already one of just this data.

    :raises StartupError, ContentError: with the mend.
    """
    content.load()
    with app.app_context():
        try:
            if revision() != newest_revision():
                bring_up_to_date(app, backup)
            ready(app)
        except sa.exc.DatabaseError as error:
            if disk.fault(error) is not None:
                raise StartupError(
                    f"the database cannot be written ({_first_line(error)}); "
                    "check the disk and who may write in UNITSAFE_DATA"
                ) from None
            raise StartupError(
                f"the database does not open ({_first_line(error)}); "
                "check DATABASE_URL and UNITSAFE_DATA"
            ) from None


def bring_up_to_date(app: Flask, backup: Path | None = None) -> None:
    """Migrate to the newest schema, all the way or not at all; what another process began is waited
    for. Inside an app context.

    :raises StartupError: the database is of a newer program, it cannot be backed up, or a migration
        failed; nothing was changed then.
    """
    with _alone():
        found, newest = revision(), newest_revision()
        if found == newest:  # another process was first
            return
        if found is not None and found not in known_revisions():
            raise StartupError(
                f"the database is of a newer UnitSafe (schema {found}, this program knows up to "
                f"{newest}): upgrade the program, or restore a backup from before"
            )
        if backup is None and found is not None and _holds_data():
            backup = _backup(app, found)
        try:
            _migrate(app)
        except Exception as error:
            log.exception("the migration failed")
            raise StartupError(
                f"the upgrade from schema {found} to {newest} failed ({_first_line(error)}) and "
                f"changed nothing; run the version from before, {_with(backup)}, and report this"
            ) from error
    if found is not None:  # a warning, because commands show nothing less
        log.warning("schema %s → %s, %s", found, newest, _with(backup))


def require_current_schema() -> None:
    """For commands that only read. Raises StartupError for a schema that has to be upgraded."""
    if (found := revision()) != newest_revision():
        raise StartupError(
            f"the database has schema {found or 'none yet'}, this program reads "
            f"{newest_revision()}: start the server once, which upgrades it after a backup"
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process at a time is in here; one that dies lets the next in."""
    url = db.engine.url
    if url.get_backend_name() == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(UPGRADING)))
            try:
                yield
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(UPGRADING)))
    elif not url.database or url.database == ":memory:":
        yield
    else:
        with closing(_locked(Path(f"{url.database}.upgrade-lock"))):
            yield


def _locked(file: Path) -> sqlite3.Connection:
    """An empty database of its own, held by this process until it is closed: SQLite locks files on
    every system. Raises StartupError."""
    try:
        connection = sqlite3.connect(file, timeout=OTHER_PROCESS_SECONDS)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        raise StartupError(
            f"cannot lock {file} for the upgrade ({error}); let this account write in its folder"
        ) from None
    return connection


def _holds_data() -> bool:
    """Whether a school or a person is in it; both tables are as old as the first schema."""
    with db.engine.connect() as connection:
        return any(
            connection.execute(sa.select(sa.text("1")).select_from(table).limit(1)).first()
            for table in (sa.table("school"), sa.table("person"))
        )


def _backup(app: Flask, found: str) -> Path | None:
    """A backup of the old schema, read to its end; None where PostgreSQL's tools are missing, as on
    a machine that is not the database's. Raises StartupError when it fails."""
    from unitsafe.backups import services
    from unitsafe.backups.rules import BackupError, Fault

    folder: Path = app.config["SETTINGS"].backups
    try:
        return services.before_upgrade(app, found, now=clock.now())
    except (BackupError, OSError) as error:
        if isinstance(error, BackupError) and error.fault is Fault.TOOLS:
            log.warning("not backed up: %s", error)
            return None
        raise StartupError(
            f"not upgraded, because the data could not be backed up before: {error}; "
            f"mend that and start again; backups go to {folder}"
        ) from None


def _with(backup: Path | None) -> str:
    return f"backup in {backup}" if backup else "no backup made"


def _first_line(error: BaseException) -> str:
    """What went wrong, in one line."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def ready(app: Flask) -> None:
    """Settings, clock and content of an existing schema, inside an app context."""
    wanted = app.config["SETTINGS"].now
    school = db.session.get(School, 1)
    if school is not None:
        if found := school_settings.problems(school.settings):
            raise StartupError("; ".join(found))
        if wanted is not None and not school.is_sample:
            raise StartupError(
                "UNITSAFE_NOW: the clock can only be set for a sample school; remove it"
            )
    clock.set_to(wanted)
    if school is not None:
        with writing() as session:
            create_default_plans(session, session.get_one(School, 1), now=clock.now())
            renew_all(session)  # the content's intervals may be newer than the due days
    db.session.remove()


def alembic(app: Flask) -> "Migrate":
    """What `flask db` and the upgrade use."""
    from flask_migrate import Migrate

    found = Migrate(render_as_batch=True, compare_type=True)
    found.init_app(app, db, directory=str(schema.MIGRATIONS))
    return found


def _migrate(app: Flask) -> None:
    from alembic import command

    command.upgrade(alembic(app).get_config(), "head")
