"""What lies in the folder of backups, and what is known of each.

What a proof found lies beside the backups in ``.proofs``, a file each: it is worth nothing in a
database that may be lost, and nothing once the backup's file has changed.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from unitsafe import clock
from unitsafe.backups.rules import (
    NAME,
    PREFIX,
    BackupError,
    Fault,
    Kind,
    Remark,
    kind_of,
    moment_in,
)
from unitsafe.backups.verifying import Holdings

PROOFS, FAILURE = ".proofs", ".failure.json"
OTHERWISE = (TypeError, ValueError, KeyError, AttributeError)
"""What reading says of a file that another version wrote, or nobody: it counts as none."""
LEFT_OVER = timedelta(days=1)
"""Passing files of this age belong to nobody any more."""


@dataclass(frozen=True)
class Proof:
    """What reading a backup found: its ``holdings``, or the ``fault`` with a line for the console."""

    at: datetime
    holdings: Holdings | None = None
    fault: Fault | None = None
    line: str = ""


@dataclass(frozen=True)
class Backup:
    """A file of the folder; ``size`` in bytes, ``proof`` None until somebody looked."""

    name: str
    kind: Kind
    at: datetime
    size: int
    proof: Proof | None

    @property
    def is_good(self) -> bool:
        """Whether it was read to its end and found whole."""
        return self.proof is not None and self.proof.holdings is not None


@dataclass(frozen=True)
class Failure:
    """That the last backup was not made, and why."""

    at: datetime
    fault: Fault
    line: str


def backups(folder: Path) -> list[Backup]:
    """All of the folder, newest first; empty where there is none."""
    found = (_backup(path) for path in _zips(folder))
    return sorted((one for one in found if one), key=lambda one: (one.at, one.name), reverse=True)


def find(folder: Path, name: str) -> Backup | None:
    """The backup of exactly that name."""
    return _backup(folder / name) if NAME.fullmatch(name) else None


def last_good(folder: Path) -> Backup | None:
    """The newest one that was proven whole."""
    return next((one for one in backups(folder) if one.is_good), None)


def newest_daily(folder: Path) -> datetime | None:
    """When the server last made one by itself."""
    return next((one.at for one in backups(folder) if one.kind is Kind.DAILY), None)


def _zips(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (path for path in folder.iterdir() if NAME.fullmatch(path.name))


def _backup(path: Path) -> Backup | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    if not path.is_file():
        return None
    said = moment_in(path.name)
    at = (
        said.replace(tzinfo=clock.ZONE)
        if said
        else datetime.fromtimestamp(facts.st_mtime, clock.ZONE)
    )
    return Backup(path.name, kind_of(path.name), at, facts.st_size, _proof(path, _mark(path)))


def _mark(path: Path) -> list[int]:
    """What changes when the file does."""
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def _proof(path: Path, mark: list[int]) -> Proof | None:
    said = _read(_proof_file(path))
    with suppress(*OTHERWISE):
        return _understood(said) if said["mark"] == mark else None
    return None


def _understood(said: Any) -> Proof:
    held = said["holdings"]
    return Proof(
        at=datetime.fromisoformat(said["at"]),
        holdings=held
        and replace(
            Holdings(**held), remarks={Remark(kind): n for kind, n in held["remarks"].items()}
        ),
        fault=said["fault"] and Fault(said["fault"]),
        line=said["line"],
    )


def keep_proof(path: Path, proof: Proof) -> None:
    """Remember what was found; on a disk that takes nothing it is forgotten."""
    _write(_proof_file(path), {**asdict(proof), "at": proof.at.isoformat(), "mark": _mark(path)})


def _proof_file(path: Path) -> Path:
    return path.parent / PROOFS / f"{path.name}.json"


def failure(folder: Path) -> Failure | None:
    """Why the last backup was not made; None when it was."""
    said = _read(folder / FAILURE)
    with suppress(*OTHERWISE):
        at = datetime.fromisoformat(said["at"])
        return Failure(at, Fault(said["fault"]), str(said["line"]))
    return None


def note_failure(folder: Path, error: BackupError, now: datetime) -> None:
    """Remember for the page why a backup was not made."""
    _write(folder / FAILURE, {"at": now.isoformat(), "fault": error.fault, "line": str(error)})


def clear_failure(folder: Path) -> None:
    """One was made."""
    with suppress(OSError):
        (folder / FAILURE).unlink(missing_ok=True)


def remove(folder: Path, name: str) -> None:
    """Delete a backup and what is known of it. Raises OSError."""
    (folder / name).unlink(missing_ok=True)
    _proof_file(folder / name).unlink(missing_ok=True)


def sweep(folder: Path, now: datetime) -> None:
    """Delete what processes that were killed have left, and proofs of what is gone."""
    parts = (path for path in folder.glob("*.part") if _is_named_by_us(path.stem))
    for path in [*parts, *folder.glob(".backup-*"), *folder.glob(".verify-*")]:
        with suppress(OSError):
            if now.timestamp() - path.stat().st_mtime > LEFT_OVER.total_seconds():
                _delete(path)
    for path in (folder / PROOFS).glob("*.json"):
        with suppress(OSError):
            if not (folder / path.stem).exists():
                path.unlink(missing_ok=True)


def _is_named_by_us(name: str) -> bool:
    """Not by somebody who copies something of their own here."""
    is_ours = any(name.startswith(f"{prefix}-") for prefix in PREFIX.values())
    return is_ours and NAME.fullmatch(name) is not None and moment_in(name) is not None


def _delete(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            inner.unlink()
        path.rmdir()
    else:
        path.unlink()


def _read(file: Path) -> Any:
    """What a small file of ours says; None when there is none or it cannot be read."""
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write(file: Path, said: dict[str, Any]) -> None:
    """All of it or nothing."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        part.replace(file)
