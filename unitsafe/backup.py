"""Backups: one zip with the database, the photos and the secret key, and the way back.

Only for SQLite; PostgreSQL has tools of its own. ``manifest.json`` in the zip says what made it,
which schema it holds, and size and SHA-256 of every other file.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from alembic.script import ScriptDirectory
from flask import Flask

from unitsafe import clock, config
from unitsafe.core import audit
from unitsafe.core.db import db, writing
from unitsafe.startup import prepare

DATABASE, SECRET_KEY, PHOTOS, MANIFEST = "unitsafe.db", "secret_key", "photos", "manifest.json"
PHOTO_NAME = re.compile(r"photos/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(-[a-z0-9]+)?(\.[a-z0-9]+)*")
MOST_MANIFEST = 256 * 1024 * 1024
"""Bytes; a line per photo, so this is room for a million of them."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class BackupError(Exception):
    """It was not done and nothing was changed; the text is one line that says why."""


@dataclass(frozen=True)
class FileFacts:
    """What a file in the zip must be like; ``size`` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; ``files`` by their names in the zip, without the manifest."""

    app_version: str
    schema_revision: str
    created_at: str
    files: dict[str, FileFacts]


@dataclass(frozen=True)
class Restored:
    """What a restore did: the backup's manifest, and where the former data lies, if there was."""

    manifest: Manifest
    before: Path | None


def make_backup(app: Flask, to: Path | None = None, *, now: datetime) -> Path:
    """Write a backup while the server may be running, and return the zip's path.

    ``to`` is the zip to write, which must not exist yet, or a folder; None means
    UNITSAFE_DATA/backups. The database is copied before the photos, and photos are kept before
    their rows are, so every photo that the copy names is in the zip. Raises BackupError.
    """
    source = database_file(app)
    if not source.is_file():
        raise BackupError(f"there is no database at {source}; nothing to back up")
    settings: config.Config = app.config["SETTINGS"]
    target = _target(to or settings.backups, is_folder=to is None or to.is_dir(), now=now)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE
            revision = _copy_database(source, copy)
            _write_zip(part, copy, settings, revision, now)
        part.replace(target)
    except OSError as error:
        raise BackupError(f"cannot write {target} ({error.strerror or error})") from None
    finally:
        part.unlink(missing_ok=True)
    return target


def restore_backup(app: Flask, file: Path, *, overwrite: bool, now: datetime) -> Restored:
    """Put a backup's database, photos and secret key in place and bring the schema up to date.

    The zip is unpacked and proven beside the data first; then the former data moves into
    ``before-restore-…`` and the new moves in. When anything fails, everything is as it was.

    :raises BackupError: the zip is not whole, there is data and not ``overwrite``, the server runs.
    :raises StartupError, ContentError: the restored data cannot be served with these settings.
    """
    database = database_file(app)
    if not overwrite and _holds_data(database):
        raise BackupError("this server holds data already; add --yes to put it aside and go on")
    settings: config.Config = app.config["SETTINGS"]
    places = {
        DATABASE: database,
        PHOTOS: settings.photos,
        SECRET_KEY: settings.data / SECRET_KEY,
    }
    stamp = _stamp(now)
    staged = {name: path.parent / f".restore-{stamp}" / name for name, path in places.items()}
    try:
        manifest = _unpack(file, staged)
        _require_stopped(app, database)
        aside = f"before-restore-{stamp}"
        with _moved(_moves(places, staged, aside), app, database):
            prepare(app, backup=file.absolute())
            _remember(app, manifest, now)
    except OSError as error:
        raise BackupError(f"nothing was restored ({error.strerror or error})") from None
    finally:
        for path in staged.values():
            shutil.rmtree(path.parent, ignore_errors=True)
    before = database.parent / aside
    return Restored(manifest, before if before.is_dir() else None)


def database_file(app: Flask) -> Path:
    """The SQLite file. Raises BackupError for another database."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        data = app.config["SETTINGS"].data
        raise BackupError(
            "the database is not an SQLite file: use pg_dump and pg_restore for PostgreSQL, "
            f"and copy {data / PHOTOS} and {data / SECRET_KEY} as well"
        )
    return Path(url.database)


def version() -> str:
    """This program's version, as pyproject.toml says."""
    text = (config.ROOT / "pyproject.toml").read_text("utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def _stamp(now: datetime) -> str:
    return clock.local(now).strftime("%Y%m%d-%H%M%S")


def _target(place: Path, *, is_folder: bool, now: datetime) -> Path:
    """The zip to write. Raises BackupError when there is one of that name."""
    target = place.absolute()
    if is_folder:
        target /= f"unitsafe-{_stamp(now)}.zip"
    if target.exists():
        raise BackupError(f"{target} exists already; give another name")
    return target


def _open(file: Path) -> "closing[sqlite3.Connection]":
    """The database in ``file``, which must exist; never waits for a lock."""
    return closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=0))


def _copy_database(source: Path, copy: Path) -> str:
    """A consistent copy in one file, whoever writes meanwhile; returns its schema revision."""
    try:
        with _open(source) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        return _revision_of(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied ({error})") from None


def _revision_of(file: Path) -> str:
    """The schema revision of a whole database. Raises sqlite3.Error for a damaged one."""
    with _open(file) as connection:
        if (fault := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(fault)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("it holds no schema")
    return str(row[0])


def _write_zip(
    part: Path, database: Path, settings: config.Config, revision: str, now: datetime
) -> None:
    """All files and then the manifest; only the server's account may read the zip."""
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            files = {
                DATABASE: _add(archive, database, DATABASE, zipfile.ZIP_DEFLATED),
                SECRET_KEY: _add(archive, settings.data / SECRET_KEY, SECRET_KEY),
            }
            for photo in sorted(settings.photos.rglob("*")):
                name = f"{PHOTOS}/{photo.relative_to(settings.photos).as_posix()}"
                if PHOTO_NAME.fullmatch(name) and photo.is_file():
                    files[name] = _add(archive, photo, name)
            made_at = clock.local(now).isoformat(timespec="seconds")
            manifest = asdict(Manifest(version(), revision, made_at, files))
            text = json.dumps(manifest, ensure_ascii=False, indent=1)
            archive.writestr(MANIFEST, text, zipfile.ZIP_DEFLATED)
        file.flush()
        os.fsync(file.fileno())


def _add(
    archive: zipfile.ZipFile, path: Path, name: str, method: int = zipfile.ZIP_STORED
) -> FileFacts:
    """Put a file into the zip under ``name``; photos are packed already, so they are only stored."""
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = method
    with path.open("rb") as source, archive.open(info, "w") as target:
        return _copy(source, target)


def _copy(source: IO[bytes], target: IO[bytes], most: int | None = None) -> FileFacts:
    """Copy to the end and say what went by; stops early when it is more than ``most`` bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(1024 * 1024):
        digest.update(chunk)
        size += len(chunk)
        if most is not None and size > most:
            break
        target.write(chunk)
    return FileFacts(digest.hexdigest(), size)


def _holds_data(database: Path) -> bool:
    """Whether a school or a person is in it; a file that cannot be read counts as data."""
    if not database.is_file():
        return False
    try:
        with _open(database) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            return any(
                connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]
                for table in tables & {"school", "person"}
            )
    except sqlite3.Error:
        return True


def _unpack(file: Path, staged: dict[str, Path]) -> Manifest:
    """Unpack the zip into the ``staged`` places, each file proven. Raises BackupError, OSError."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _read_manifest(archive)
            for name, facts in manifest.files.items():
                target = staged[name] if name in staged else _photo_place(staged[PHOTOS], name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("xb") as copy:
                    found = _copy(source, copy, most=facts.size)
                    copy.flush()
                    os.fsync(copy.fileno())
                if found != facts:
                    raise BackupError(f"{file.name} is damaged: {name} is not what was backed up")
    except FileNotFoundError:
        raise BackupError(f"there is no file {file}") from None
    except UNREADABLE as error:
        raise BackupError(f"{file.name} is damaged or not a backup ({error})") from None
    staged[SECRET_KEY].chmod(0o600)
    _require_known_schema(staged[DATABASE], manifest)
    return manifest


def _photo_place(photos: Path, name: str) -> Path:
    return photos / name.removeprefix(f"{PHOTOS}/")


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, whose names are just those of the zip. Raises BackupError, BadZipFile."""
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise BackupError("this zip is not a backup of UnitSafe: it has no manifest.json")
    try:
        said: dict[str, Any] = json.loads(archive.read(MANIFEST))
        files = {
            str(name): FileFacts(str(facts["sha256"]), int(facts["size"]))
            for name, facts in said.pop("files").items()
        }
        manifest = Manifest(**{key: str(value) for key, value in said.items()}, files=files)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError("the backup's manifest.json cannot be understood") from None
    for name in names:
        if name not in (DATABASE, SECRET_KEY, MANIFEST) and not PHOTO_NAME.fullmatch(name):
            raise BackupError(f"the zip holds {name!r}, which no backup of UnitSafe does")
    if sorted(names) != sorted([*files, MANIFEST]) or not {DATABASE, SECRET_KEY} <= files.keys():
        raise BackupError("the backup is not whole: its files are not those that it lists")
    return manifest


def _require_known_schema(database: Path, manifest: Manifest) -> None:
    try:
        revision = _revision_of(database)
    except sqlite3.Error as error:
        raise BackupError(f"the backup's database is damaged ({error})") from None
    scripts = ScriptDirectory(str(config.ROOT / "migrations")).walk_revisions()
    if revision not in {script.revision for script in scripts}:
        raise BackupError(
            f"the backup is from UnitSafe {manifest.app_version}, which is newer than this one "
            f"({version()}); upgrade first"
        )


def _require_stopped(app: Flask, database: Path) -> None:
    """Raises BackupError while anybody has the database open; folds its log into the file."""
    _close_connections(app)
    if not database.is_file():
        return
    try:
        with _open(database) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise BackupError("the server is still running; stop it, then restore") from None
    except sqlite3.DatabaseError:
        return  # damaged: it moves aside as it is


def _close_connections(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _logs_of(database: Path) -> list[Path]:
    """SQLite's files beside the database; with another database they would damage it."""
    return [database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal")]


def _moves(places: dict[str, Path], staged: dict[str, Path], aside: str) -> list[tuple[Path, Path]]:
    """What moves where: the former data aside, then the new in."""
    former = [*places.values(), *_logs_of(places[DATABASE])]
    out = [(path, path.parent / aside / path.name) for path in former]
    return out + [(staged[name], path) for name, path in places.items()]


@contextmanager
def _moved(moves: list[tuple[Path, Path]], app: Flask, database: Path) -> Iterator[None]:
    """Move what exists; when that or the block fails, move everything back."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
                done.append((source, target))
        yield
    except BaseException:
        _close_connections(app)
        for log in _logs_of(database):
            if done:
                log.unlink(missing_ok=True)
        for source, target in reversed(done):
            target.rename(source)
        for folder in {target.parent for _source, target in done}:
            if folder.name.startswith("before-restore-"):
                folder.rmdir()
        raise


def _remember(app: Flask, manifest: Manifest, now: datetime) -> None:
    """The restored log tells that, and to which moment, the clock was turned back."""
    with app.app_context(), writing() as session:
        subject = f"backup:{manifest.created_at}"
        data = {"from": manifest.created_at, "version": manifest.app_version}
        audit.record(session, "backup.restore", subject, by=None, now=now, data=data)
