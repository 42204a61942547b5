"""The file of a backup: a zip with ``manifest.json``, which lists size and SHA-256 of all the rest.

The zip's comment holds the SHA-256 of the manifest, so that one line stands for everything in it.
"""

import hashlib
import json
import os
import re
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from unitsafe import config
from unitsafe.backups.rules import BackupError, Fault
from unitsafe.core.blobs import Blobs, parts_of

DATABASE, DUMP, SECRET_KEY = "unitsafe.db", "unitsafe.pgdump", "secret_key"
PHOTOS, MANIFEST = "photos", "manifest.json"
PHOTO_NAME = re.compile(r"photos/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(-[a-z0-9]+)?(\.[a-z0-9]+)*")
MOST_MANIFEST = 256 * 1024 * 1024
"""Bytes; a line per photo, so this is room for a million of them."""
FORMAT = 2
"""1: without comment and environment, as version 0.1 wrote it."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class FileFacts:
    """What a file in the zip must be like; ``size`` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; ``files`` by their names in the zip, without the manifest.

    ``environment``: the settings under which the server ran, without secrets, for whoever sets up
    the next one.
    """

    app_version: str
    schema_revision: str
    created_at: str
    files: dict[str, FileFacts]
    format: int = FORMAT
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The name of the database in the zip."""
        return DUMP if DUMP in self.files else DATABASE


def version() -> str:
    """This program's version, as pyproject.toml says."""
    text = (config.ROOT / "pyproject.toml").read_text("utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def photos_of(store: Blobs) -> Iterator[tuple[str, Path]]:
    """Every kept file: its name in the zip, and where it lies, or a copy of it. Raises StorageError."""
    for name in sorted(store.names()):
        path = store.path(*parts_of(name))
        if path.is_file():
            yield f"{PHOTOS}/{name}", path


def create(path: Path) -> IO[bytes]:
    """A new file that only the server's account may read."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(handle, "w+b")


def sync(file: IO[bytes]) -> None:
    """What was written to ``file`` is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def add(
    archive: zipfile.ZipFile, path: Path, name: str, method: int = zipfile.ZIP_STORED
) -> FileFacts:
    """Put a file into the zip under ``name``; photos are packed already, so they are only stored."""
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = method
    with path.open("rb") as source, archive.open(info, "w") as target:
        return copy(source, target)


def close(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Write the manifest as the last file, and its digest as the zip's comment."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    archive.writestr(MANIFEST, text, zipfile.ZIP_DEFLATED)
    archive.comment = seal_of(text)


def seal_of(manifest: bytes) -> bytes:
    """The comment of a zip that was closed with this manifest."""
    return b"unitsafe-backup sha256=" + hashlib.sha256(manifest).hexdigest().encode()


class _Nowhere:
    """Takes everything and keeps nothing."""

    def write(self, data: bytes) -> int:
        return len(data)


NOWHERE: Any = _Nowhere()


def copy(source: IO[bytes], target: IO[bytes], most: int | None = None) -> FileFacts:
    """Copy to the end and say what went by; stops early when it is more than ``most`` bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(1024 * 1024):
        digest.update(chunk)
        size += len(chunk)
        if most is not None and size > most:
            break
        target.write(chunk)
    return FileFacts(digest.hexdigest(), size)


@contextmanager
def reading(file: IO[bytes], name: str) -> Iterator[zipfile.ZipFile]:
    """The zip in ``file``; whatever is wrong with its bytes is a BackupError about ``name``."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except UNREADABLE as error:
        line = f"{name} is damaged or not a backup ({error})"
        raise BackupError(line, Fault.DAMAGED) from None


def proven(
    archive: zipfile.ZipFile, name: str, facts: FileFacts, target: IO[bytes], what: str
) -> None:
    """Copy a file of the zip ``what`` to ``target``. Raises BackupError unless it is as listed."""
    with archive.open(name) as source:
        found = copy(source, target, most=facts.size)
    if found != facts:
        raise BackupError(f"{what} is damaged: {name} is not what was backed up", Fault.DAMAGED)


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, whose names are just those of the zip. Raises BackupError, BadZipFile."""
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        line = "this zip is not a backup of UnitSafe: it has no manifest.json"
        raise BackupError(line, Fault.DAMAGED)
    text = archive.read(MANIFEST)
    manifest = _understood(text)
    if manifest.format >= FORMAT and archive.comment != seal_of(text):
        line = "the backup is not whole: its manifest.json is not the one it was closed with"
        raise BackupError(line, Fault.DAMAGED)
    databases = {DATABASE, DUMP} & manifest.files.keys()
    for name in names:
        if name not in (DATABASE, DUMP, SECRET_KEY, MANIFEST) and not PHOTO_NAME.fullmatch(name):
            line = f"the zip holds {name!r}, which no backup of UnitSafe does"
            raise BackupError(line, Fault.DAMAGED)
    if (
        sorted(names) != sorted([*manifest.files, MANIFEST])
        or SECRET_KEY not in manifest.files
        or len(databases) != 1
    ):
        line = "the backup is not whole: its files are not those that it lists"
        raise BackupError(line, Fault.DAMAGED)
    return manifest


def _understood(text: bytes) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(text)
        return Manifest(
            app_version=str(said["app_version"]),
            schema_revision=str(said["schema_revision"]),
            created_at=str(said["created_at"]),
            files={
                str(name): FileFacts(str(facts["sha256"]), int(facts["size"]))
                for name, facts in said["files"].items()
            },
            format=int(said.get("format", 1)),
            environment={str(k): str(v) for k, v in said.get("environment", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        line = "the backup's manifest.json cannot be understood"
        raise BackupError(line, Fault.DAMAGED) from None
