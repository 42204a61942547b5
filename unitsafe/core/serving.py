"""One server for one SQLite file.

What a server keeps in memory (who may do what, the short way of a tap, limits on guessing) another
process would not hear of in time, so a second server is refused. Commands may run beside it. On
PostgreSQL nothing is refused.
"""

from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from flask import Flask

from unitsafe.core.db import db


class NotOurs(Exception):
    """The database cannot be served by this process; the text is one line that says why."""


def claim(app: Flask) -> None:
    """Keep every other process off serving the app's database until this process ends, however it
    ends. Claiming again changes nothing.

    The lock lies beside the database, on the same disk, whatever UNITSAFE_DATA is called.

    :raises NotOurs: another process serves it, or its folder is missing or cannot be written.
    """
    database = _sqlite_file(app)
    if database is None:
        return
    file = database.with_name(f"{database.name}.serving")
    lock = FileLock(file, blocking=False, thread_local=False, is_singleton=True)
    if not file.parent.is_dir():
        raise NotOurs(f"there is no folder {file.parent}; check DATABASE_URL and UNITSAFE_DATA")
    try:
        lock.acquire()
    except Timeout:
        raise NotOurs(
            f"another server is running on {database}; stop it first, "
            "or give this one a folder of its own with UNITSAFE_DATA"
        ) from None
    except OSError as error:
        raise NotOurs(
            f"cannot write in {file.parent} ({error.strerror or error}); "
            "check the disk, UNITSAFE_DATA and DATABASE_URL"
        ) from None
    app.extensions["serving"] = lock


def _sqlite_file(app: Flask) -> Path | None:
    """Where the database really lies, links followed."""
    with app.app_context():
        url: sa.URL = db.engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).resolve()
