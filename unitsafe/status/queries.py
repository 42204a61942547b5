"""Facts about the server: its database, its disk, its process."""

import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.config import Config
from unitsafe.core.audit import AuditEntry
from unitsafe.core.blobs import Blobs, BlobStore
from unitsafe.files.models import StoredFile
from unitsafe.people.models import SignIn
from unitsafe.photos.models import Photo
from unitsafe.photos.services import SUFFIX
from unitsafe.status.rules import Use

SAMPLE = 40
"""So many of the newest photos are looked at to estimate what all of them take."""
VERIFIED = "audit.verify"
"""The act of the log's entry about a verification of the log."""


@dataclass(frozen=True)
class Database:
    """``size`` is in bytes, with what is not yet in SQLite's main file."""

    name: str
    revision: str
    size: int


@dataclass(frozen=True)
class Kept:
    """How many, and about how many bytes; None where that cannot be seen from here."""

    count: int
    size: int | None


@dataclass(frozen=True)
class Verification:
    """``entries`` of the log were verified; ``faults`` are the numbers of the first wrong ones."""

    at: datetime
    entries: int
    faults: list[int]


def database(session: Session) -> Database:
    """What keeps the data."""
    revision = session.scalar(sa.text("SELECT version_num FROM alembic_version")) or ""
    if session.get_bind().dialect.name == "sqlite":
        pages = session.scalar(sa.text("PRAGMA page_count")) or 0
        size = pages * (session.scalar(sa.text("PRAGMA page_size")) or 0)
        version = session.scalar(sa.text("SELECT sqlite_version()"))
        return Database(f"SQLite {version}", revision, size)
    size = session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    version = session.scalar(sa.text("SHOW server_version"))
    return Database(f"PostgreSQL {version}", revision, size)


def photos(session: Session, store: Blobs) -> Kept:
    """All photos; their bytes are estimated from the newest ones, if they lie in a folder: nothing is
    fetched from a bucket for it."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Photo)) or 0
    if not isinstance(store, BlobStore):
        return Kept(count, None)
    newest = session.scalars(sa.select(Photo).order_by(Photo.id.desc()).limit(SAMPLE))
    sizes = [
        _size(store.path(photo.digest, SUFFIX)) + _size(store.path(photo.thumb, SUFFIX))
        for photo in newest
    ]
    seen = [size for size in sizes if size]
    return Kept(count, round(count * sum(seen) / len(seen)) if seen else None)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def files(session: Session) -> Kept:
    """All attached files."""
    count, size = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(StoredFile.size), 0))
    ).one()
    return Kept(count, int(size))


def people_today(session: Session, today: date) -> int:
    """How many people have used it today."""
    return (
        session.scalar(
            sa.select(sa.func.count(SignIn.person_id.distinct())).where(
                SignIn.last_seen_on == today
            )
        )
        or 0
    )


@dataclass(frozen=True)
class Disk:
    """``free`` and ``total`` bytes of the disk on which data, photos or backups (``use``) lie."""

    use: Use
    free: int
    total: int


def disks(settings: Config) -> Iterator[Disk]:
    """Each disk once, under the first of what lies on it; none that does not answer."""
    seen = set()
    folders = {Use.DATA: settings.data, Use.PHOTOS: settings.photos, Use.BACKUPS: settings.backups}
    for use, folder in folders.items():
        with suppress(OSError):
            there = next(one for one in (folder, *folder.parents) if one.exists())
            device = there.stat().st_dev
            if device not in seen:
                yield Disk(use, *room(there))
                seen.add(device)


def room(folder: Path) -> tuple[int, int]:
    """Free and all bytes of the disk of ``folder``."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def memory() -> int | None:
    """Bytes of memory that this process takes; None where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError, ValueError):
        return None


def python() -> str:
    """What runs the program."""
    return f"Python {platform.python_version()} · {platform.system()} {platform.machine()}"


def last_verification(session: Session) -> Verification | None:
    """The last time the log was verified from the page."""
    entry = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.act == VERIFIED)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    if entry is None:
        return None
    said = json.loads(entry.data)
    return Verification(entry.at, said["entries"], said["faults"])
