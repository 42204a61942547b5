"""Making a backup while people work."""

import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import datetime
from errno import EFBIG, ENOSPC
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from unitsafe import clock, config
from unitsafe.backups import contents, postgres, sealing
from unitsafe.backups.archive import (
    DATABASE,
    DUMP,
    SECRET_KEY,
    FileFacts,
    Manifest,
    add,
    close,
    create,
    photos_of,
    sync,
    version,
)
from unitsafe.backups.rules import BackupError, Fault, Kind, name_for
from unitsafe.core.blobs import FULL, Blobs, StorageError, StorageFull
from unitsafe.core.db import db

__all__ = ["BackupError", "make_backup"]
SPARE = 64 * 1024 * 1024
"""Bytes that a backup leaves on its disk: the school goes on writing there. Source: product default."""


def make_backup(
    app: Flask,
    to: Path | None = None,
    *,
    now: datetime,
    kind: Kind = Kind.MANUAL,
    passphrase: str = "",
) -> Path:
    """Write a backup while the server may be running, and return the zip's path.

    ``to`` is the zip to write, which must not exist yet, or a folder, which is made when there is
    none; None means the folder of backups. ``passphrase`` locks it; without one, that of the settings does, if there is any. The
    database is copied before the photos, and photos are kept before their rows are, so every photo
    that the copy names is in the zip. The schema is left as it is. Raises BackupError.
    """
    settings: config.Config = app.config["SETTINGS"]
    url = database_url(app)
    if is_sqlite(url) and not Path(str(url.database)).is_file():
        line = f"there is no database at {url.database}; nothing to back up"
        raise BackupError(line, Fault.MISSING)
    target = _target(to or settings.backups, to is None or _is_folder(to), kind, now)
    part = target.with_name(target.name + ".part")
    passphrase = passphrase or settings.backup_passphrase
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        _require_room(app, url, target.parent, copies=2 if passphrase else 1)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            plain = Path(folder) / "plain.zip" if passphrase else part
            _write_zip(plain, Path(folder), app, url, now)
            if passphrase:
                with plain.open("rb") as source, create(part) as sealed:
                    sealing.seal(source, sealed, passphrase)
                    sync(sealed)
        part.replace(target)
    except OSError as error:
        raise _cannot_write(target, error) from None
    except StorageError as error:
        if isinstance(error.__cause__, OSError) and isinstance(error, StorageFull):
            raise _cannot_write(settings.photos, error.__cause__) from None  # a copy of a photo
        line = f"the photos cannot be read ({str(error.__cause__ or error).splitlines()[0]})"
        raise BackupError(line, Fault.AWAY) from None
    finally:
        part.unlink(missing_ok=True)
    return target


def database_url(app: Flask) -> sa.URL:
    """Where the database is. Raises BackupError for one in memory."""
    with app.app_context():
        url = db.engine.url
    if is_sqlite(url) and url.database in (None, "", ":memory:"):
        raise BackupError("the database is in memory; there is nothing to back up")
    return url


def is_sqlite(url: sa.URL) -> bool:
    """Whether the database is a file."""
    return url.get_backend_name() == "sqlite"


def _is_folder(place: Path) -> bool:
    """Whether it is one or, when there is nothing yet, is not called like a zip."""
    return place.is_dir() or place.suffix.lower() != ".zip"


def _target(place: Path, is_folder: bool, kind: Kind, now: datetime) -> Path:
    """The zip to write. Raises BackupError when there is one of that name."""
    target = place.absolute()
    if is_folder:
        target /= name_for(kind, clock.local(now))
    if target.exists():
        raise BackupError(f"{target} exists already; give another name")
    return target


def _cannot_write(target: Path, error: OSError) -> BackupError:
    if error.errno in FULL | {EFBIG}:
        line = f"the disk of {target.parent} is full: no backup was made; make room and try again"
        return BackupError(line, Fault.FULL)
    return BackupError(f"cannot write {target} ({error.strerror or error})", Fault.UNWRITABLE)


def _require_room(app: Flask, url: sa.URL, folder: Path, *, copies: int) -> None:
    """Raises OSError rather than filling a disk on which the school may be writing.

    A copy of the database and the zip (twice, when it is locked) lie there at the same time.
    """
    store: Blobs = app.extensions["photos"]
    photos = store.total()
    database = Path(str(url.database)).stat().st_size if is_sqlite(url) else 0
    if shutil.disk_usage(folder).free < database + copies * (database + photos) + SPARE:
        raise OSError(ENOSPC, "no room")


def _write_zip(target: Path, folder: Path, app: Flask, url: sa.URL, now: datetime) -> None:
    """All files and then the manifest; only the server's account may read the zip."""
    settings: config.Config = app.config["SETTINGS"]
    name = DATABASE if is_sqlite(url) else DUMP
    database = folder / name
    revision = _copy(url, database, app)
    with create(target) as file:
        with zipfile.ZipFile(file, "w") as archive:
            method = zipfile.ZIP_DEFLATED if is_sqlite(url) else zipfile.ZIP_STORED
            files: dict[str, FileFacts] = {name: add(archive, database, name, method)}
            database.unlink()
            files[SECRET_KEY] = add(archive, settings.data / SECRET_KEY, SECRET_KEY)
            for photo, path in photos_of(app.extensions["photos"]):
                files[photo] = add(archive, path, photo)
            made_at = clock.local(now).isoformat(timespec="seconds")
            close(
                archive,
                Manifest(version(), revision, made_at, files, environment=settings.told()),
            )
        sync(file)


def _copy(url: sa.URL, copy: Path, app: Flask) -> str:
    """A consistent copy, whoever writes meanwhile; returns its schema revision."""
    if is_sqlite(url):
        return _copy_sqlite(Path(str(url.database)), copy)
    postgres.dump(url, copy)
    with app.app_context(), db.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found)


def _copy_sqlite(source: Path, copy: Path) -> str:
    try:
        with contents.opened(source) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        with contents.opened(copy) as copied:
            return contents.whole(copied, deep=False)
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OSError(ENOSPC, str(error)) from None
        line = f"{source} cannot be copied ({error})"
        raise BackupError(line, Fault.DAMAGED) from None
