"""What has to be true before the first request: schema, settings, clock."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from unitsafe import clock, config, content
from unitsafe.checks.planning import create_default_plans
from unitsafe.core import disk
from unitsafe.core.db import db, one_process, writing
from unitsafe.equipment.services import renew_all
from unitsafe.school import settings as school_settings
from unitsafe.school.models import School


class StartupError(Exception):
    """The app cannot serve; the text is one line that says why and how to mend it."""


def prepare(app: Flask) -> None:
    """Bring the schema up to date, check the stored settings, set a sample school's clock.

    :raises StartupError, ContentError: with the mend.
    """
    content.load()
    with app.app_context():
        try:
            with one_process():
                if revision() != newest_revision():
                    upgrade()
                ready(app)
        except sa.exc.DatabaseError as error:
            first_line = str(error.orig).strip().splitlines()[0]
            if disk.fault(error) is not None:
                raise StartupError(
                    f"the database cannot be written ({first_line}); "
                    "check the disk and who may write in UNITSAFE_DATA"
                ) from None
            raise StartupError(
                f"the database does not open ({first_line}); check DATABASE_URL and UNITSAFE_DATA"
            ) from None


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


def revision() -> str | None:
    """The schema's revision; None for an empty database."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory(str(config.ROOT / "migrations")).get_current_head()
