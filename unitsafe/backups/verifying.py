"""Proving a backup without touching any server's data."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from unitsafe.backups import archive, contents, sealing
from unitsafe.backups.archive import DATABASE, NOWHERE, PHOTOS, Manifest
from unitsafe.backups.contents import Contents
from unitsafe.backups.rules import BackupError, Fault, Remark
from unitsafe.core.schema import known_revisions


@dataclass(frozen=True)
class Holdings:
    """What a sound backup holds. ``remarks``: what is wrong with the school's own data in it."""

    created_at: str
    app_version: str
    revision: str
    school: str
    checks: int
    hazards: int
    photos: int
    is_locked: bool
    remarks: dict[Remark, int]


def verify(file: Path, *, passphrase: str = "", room: Path | None = None, deep: bool) -> Holdings:
    """Read all of a backup: checksums, database, schema, and that every kept file is in it.

    ``deep``: indexes and the audit log, too, which takes longer. ``room`` is the folder for passing
    files; None means the system's. Raises BackupError.
    """
    try:
        with (
            sealing.opened(file, passphrase, room) as (plain, is_locked),
            tempfile.TemporaryDirectory(dir=room, prefix=".verify-") as folder,
        ):
            manifest, found = _read(plain, file.name, Path(folder), deep)
    except OSError as error:
        line = f"cannot read {file} ({error.strerror or error})"
        raise BackupError(line, Fault.UNWRITABLE) from None
    require_known(found.revision, manifest)
    return Holdings(
        created_at=manifest.created_at,
        app_version=manifest.app_version,
        revision=found.revision,
        school=found.school,
        checks=found.counts["check_record"],
        hazards=found.counts["hazard"],
        photos=found.counts["photo"],
        is_locked=is_locked,
        remarks={kind: number for kind, number in found.remarks.items() if number},
    )


def _read(plain: IO[bytes], name: str, folder: Path, deep: bool) -> tuple[Manifest, Contents]:
    with archive.reading(plain, name) as packed:
        manifest = archive.read_manifest(packed)
        database = folder / manifest.database
        for one, facts in manifest.files.items():
            if one == manifest.database:
                with archive.create(database) as copy:
                    archive.proven(packed, one, facts, copy, name)
            else:
                archive.proven(packed, one, facts, NOWHERE, name)
    read = contents.of_sqlite if manifest.database == DATABASE else contents.of_dump
    found = read(database, deep=deep)
    found.remarks[Remark.MISSING_FILES] = len(found.files - _sound_files(manifest))
    return manifest, found


def _sound_files(manifest: Manifest) -> set[str]:
    """The kept files whose content is the one that they are named after."""
    names = (name for name in manifest.files if name.startswith(f"{PHOTOS}/"))
    return {name for name in names if Path(name).name.startswith(manifest.files[name].sha256)}


def require_known(revision: str, manifest: Manifest) -> None:
    """Raises BackupError for a schema that this program has no migration from."""
    if revision not in known_revisions():
        line = (
            f"the backup is from UnitSafe {manifest.app_version}, which is newer than this one "
            f"({archive.version()}); upgrade first"
        )
        raise BackupError(line, Fault.TOO_NEW)


def in_a_line(found: Holdings) -> str:
    """What it holds, for the console."""
    return (
        f"{found.school or 'no school'} as of {found.created_at} · checks {found.checks} · "
        f"hazards {found.hazards} · photos {found.photos} · schema {found.revision}"
        f"{' · locked' if found.is_locked else ''}"
    )


COMPLAINTS = {
    Remark.MISSING_FILES: "photos or files that the database names are not there",
    Remark.LOOSE_ROWS: "rows refer to rows that are not there",
    Remark.BROKEN_LOG: "entries of the audit log are not as they were written",
}


def complaints(found: Holdings) -> list[str]:
    """What is wrong with the school's own data, for the console."""
    return [f"{number} {COMPLAINTS[kind]}" for kind, number in found.remarks.items()]
