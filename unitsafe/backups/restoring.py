"""Putting a backup in place of a server's data."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from unitsafe import clock, config
from unitsafe.backups import archive, contents, postgres, sealing
from unitsafe.backups.archive import DATABASE, DUMP, PHOTOS, SECRET_KEY, Manifest
from unitsafe.backups.making import database_url, is_sqlite
from unitsafe.backups.rules import STAMP_FORMAT, BackupError, Fault
from unitsafe.backups.verifying import require_known
from unitsafe.core import audit, serving
from unitsafe.core.blobs import Blobs, BlobStore, StorageError, parts_of, write_whole
from unitsafe.core.db import db, writing
from unitsafe.startup import prepare


@dataclass(frozen=True)
class Restored:
    """What a restore did: the backup's manifest, and where the former data lies, if there was."""

    manifest: Manifest
    before: Path | None


def restore_backup(
    app: Flask, file: Path, *, overwrite: bool, now: datetime, passphrase: str = ""
) -> Restored:
    """Put a backup's database, photos and secret key in place and bring the schema up to date.

    The zip is unpacked and proven beside the data first; then the former database and key move
    into ``before-restore-…`` and the new move in. PostgreSQL's former data goes into a dump there,
    and what is put back is put back by its tools. Photos are named after their content: those that
    are missing are added to the others, wherever they are kept, and the former ones stay. When
    anything fails, everything is as it was, but for photos that were added already.

    :raises BackupError: the zip is not whole, there is data and not ``overwrite``, the server runs.
    :raises StartupError, ContentError: the restored data cannot be served with these settings.
    """
    settings: config.Config = app.config["SETTINGS"]
    passphrase = passphrase or settings.backup_passphrase
    database: _File | _Server = _Server(app) if not is_sqlite(database_url(app)) else _File(app)
    if not overwrite and database.holds_data():
        raise BackupError("this server holds data already; add --yes to put it aside and go on")
    stamp = clock.local(now).strftime(STAMP_FORMAT)
    aside = f"before-restore-{stamp}"
    places = {
        database.name: database.place,
        SECRET_KEY: settings.data / SECRET_KEY,
    }
    staged = {name: path.parent / f".restore-{stamp}" / name for name, path in places.items()}
    photos = staged[SECRET_KEY].with_name(PHOTOS)
    try:
        manifest = _unpack(file, staged, photos, database.name, passphrase)
        database.require_stopped()
        moves = _moves(places, staged, aside, database.logs())
        with _moved(moves, database), database.replaced(aside):
            prepare(app, backup=file.absolute())
            _add_photos(app.extensions["photos"], BlobStore(photos))
            _remember(app, manifest, now)
    except OSError as error:
        raise BackupError(f"nothing was restored ({error.strerror or error})") from None
    except StorageError as error:
        why = str(error.__cause__ or error).splitlines()[0]
        raise BackupError(f"nothing was restored: the photos cannot be kept ({why})") from None
    finally:
        for path in staged.values():
            shutil.rmtree(path.parent, ignore_errors=True)
    before = database.place.parent / aside
    return Restored(manifest, before if before.is_dir() else None)


def _add_photos(store: Blobs, unpacked: BlobStore) -> None:
    """Keep what is not kept yet. A file in the folder that is no longer what it was counts as
    missing: perhaps the restore is because of it. Raises StorageError, OSError."""
    kept = set(store.names())
    for name in unpacked.names():
        data, (key, suffix) = (unpacked.root / name).read_bytes(), parts_of(name)
        if name not in kept:
            store.put(data, suffix)
        elif (
            isinstance(store, BlobStore)
            and hashlib.sha256(data).hexdigest() == key
            and (store.root / name).read_bytes() != data
        ):
            write_whole(store.root / name, data)


class _File:
    """An SQLite database: its file moves."""

    name = DATABASE

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.place = Path(str(database_url(app).database))

    def holds_data(self) -> bool:
        """Whether a school or a person is in it; a file that cannot be read counts as data."""
        if not self.place.is_file():
            return False
        try:
            with contents.opened(self.place) as connection:
                tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
                return any(
                    connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]
                    for table in tables & {"school", "person"}
                )
        except sqlite3.Error:
            return True

    def require_stopped(self) -> None:
        """Raises BackupError while anybody has the database open; folds its log into the file."""
        self.disconnect()
        if not self.place.is_file():
            return
        try:
            serving.claim(self.app)
        except serving.NotOurs:
            raise BackupError("the server is still running; stop it, then restore") from None
        try:
            with contents.opened(self.place) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise BackupError("the server is still running; stop it, then restore") from None
        except sqlite3.DatabaseError:
            return  # damaged: it moves aside as it is

    def disconnect(self) -> None:
        """Let go of the database."""
        _close_connections(self.app)

    def logs(self) -> list[Path]:
        """SQLite's files beside the database; with another database they would damage it."""
        return [self.place.with_name(self.place.name + end) for end in ("-wal", "-shm", "-journal")]

    @contextmanager
    def replaced(self, _aside: str) -> Iterator[None]:
        """Moving it was enough."""
        yield


class _Server:
    """A PostgreSQL database: what it holds is dumped, and put back by its tools."""

    name = DUMP

    def __init__(self, app: Flask) -> None:
        self.app, self.url = app, database_url(app)
        self.place: Path = app.config["SETTINGS"].data / DUMP

    def holds_data(self) -> bool:
        """Whether a school or a person is in it."""
        with self.app.app_context(), db.engine.connect() as connection:
            tables = set(sa.inspect(connection).get_table_names()) & {"school", "person"}
            counts = [f"SELECT EXISTS (SELECT 1 FROM {table})" for table in tables]
            return any(connection.exec_driver_sql(sql).scalar() for sql in counts)

    def require_stopped(self) -> None:
        """Raises BackupError while anybody else is connected."""
        with self.app.app_context(), db.engine.connect() as connection:
            others = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).scalar()
        self.disconnect()
        if others:
            raise BackupError("the server is still running; stop it, then restore")

    def disconnect(self) -> None:
        """Let go of the database."""
        _close_connections(self.app)

    def logs(self) -> list[Path]:
        """It keeps them itself."""
        return []

    @contextmanager
    def replaced(self, aside: str) -> Iterator[None]:
        """The former data dumped and the new put in; when the block fails, the former comes back."""
        former = self.place.parent / aside / DUMP
        former.parent.mkdir(exist_ok=True)
        postgres.dump(self.url, former)
        try:
            postgres.restore(self.place, self.url)
            yield
        except BaseException:
            self.disconnect()
            postgres.restore(former, self.url)
            former.unlink()
            raise
        self.place.unlink()


def _unpack(
    file: Path, staged: dict[str, Path], photos: Path, wanted: str, passphrase: str
) -> Manifest:
    """Unpack the zip into the ``staged`` places and the folder ``photos``, each file proven.
    Raises BackupError, OSError."""
    room = staged[wanted].parent
    room.mkdir(parents=True, exist_ok=True)
    with (
        sealing.opened(file, passphrase, room) as (plain, _is_locked),
        archive.reading(plain, file.name) as packed,
    ):
        manifest = archive.read_manifest(packed)
        if manifest.database != wanted:
            here, there = (
                ("SQLite", "PostgreSQL") if wanted == DATABASE else ("PostgreSQL", "SQLite")
            )
            raise BackupError(f"the backup is of {there}; this server keeps its data in {here}")
        for name, facts in manifest.files.items():
            target = staged[name] if name in staged else _photo_place(photos, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as copy:
                archive.proven(packed, name, facts, copy, file.name)
                archive.sync(copy)
    staged[SECRET_KEY].chmod(0o600)
    require_known(_revision(staged[wanted], wanted), manifest)
    return manifest


def _photo_place(photos: Path, name: str) -> Path:
    return photos / name.removeprefix(f"{PHOTOS}/")


def _revision(database: Path, kind: str) -> str:
    if kind == DUMP:
        return contents.of_dump(database, deep=False).revision
    try:
        with contents.opened(database) as connection:
            return contents.whole(connection, deep=False)
    except sqlite3.Error as error:
        line = f"the backup's database is damaged ({error})"
        raise BackupError(line, Fault.DAMAGED) from None


def _close_connections(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _moves(
    places: dict[str, Path], staged: dict[str, Path], aside: str, logs: list[Path]
) -> list[tuple[Path, Path]]:
    """What moves where: the former data aside, then the new in."""
    out = [(path, path.parent / aside / path.name) for path in [*places.values(), *logs]]
    return out + [(staged[name], path) for name, path in places.items()]


@contextmanager
def _moved(moves: list[tuple[Path, Path]], database: _File | _Server) -> Iterator[None]:
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
        database.disconnect()
        for log in database.logs():
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
