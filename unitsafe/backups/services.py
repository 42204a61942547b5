"""Making, proving and clearing away backups, each with its line in the log."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from unitsafe import clock, config
from unitsafe.backups import catalogue
from unitsafe.backups.catalogue import Backup, Proof
from unitsafe.backups.making import make_backup
from unitsafe.backups.rules import (
    KEPT_BEFORE_UPGRADES,
    PREFIX,
    STAMP_FORMAT,
    BackupError,
    Fault,
    Keep,
    Kind,
    is_due,
    too_many,
)
from unitsafe.backups.verifying import verify
from unitsafe.backups.working import Doing, alone
from unitsafe.core import audit
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor
from unitsafe.school.models import School


def folder_of(app: Flask) -> Path:
    """Where this server's backups lie."""
    settings: config.Config = app.config["SETTINGS"]
    return settings.backups


def back_up(app: Flask, *, kind: Kind, by: Actor | None, now: datetime) -> Backup:
    """Make one in the folder of backups, read it to its end, and clear away what is too old.

    What is not whole is not kept. Why one was not made stays readable in the folder until the next
    is. Raises BackupError.
    """
    with alone(folder_of(app), Doing.MAKING, now=now):
        return _back_up(app, kind, by, now)


def before_upgrade(app: Flask, schema: str, *, now: datetime) -> Path:
    """Back up a database whose ``schema`` is older than the models, which are not asked for anything.

    A server that fails and is started again and again does not fill the disk: besides the one made
    only the newest of those before it stays.

    :raises BackupError: it was not made, or is not whole and was not kept.
    """
    folder = folder_of(app)
    name = f"{PREFIX[Kind.UPGRADE]}-{schema}-{clock.local(now).strftime(STAMP_FORMAT)}.zip"
    with alone(folder, Doing.MAKING, now=now):
        file = make_backup(app, folder / name, now=now, kind=Kind.UPGRADE)
        _require_whole(app, file, now)
        _clear_upgrades(folder, file.name)
    return file


def _clear_upgrades(folder: Path, made: str) -> None:
    others = [
        one.name
        for one in catalogue.backups(folder)
        if one.kind is Kind.UPGRADE and one.name != made
    ]
    for name in others[KEPT_BEFORE_UPGRADES - 1 :]:
        with suppress(OSError):  # somebody has it open; the next time tries again
            catalogue.remove(folder, name)


def _require_whole(app: Flask, file: Path, now: datetime) -> None:
    proof = _proven(app, file, now, deep=False)
    if proof.fault:
        file.unlink()
        raise BackupError(proof.line, proof.fault)


def _back_up(app: Flask, kind: Kind, by: Actor | None, now: datetime) -> Backup:
    folder = folder_of(app)
    try:
        file = make_backup(app, now=now, kind=kind)
        _require_whole(app, file, now)
    except BackupError as error:
        catalogue.note_failure(folder, error, now)
        raise
    catalogue.clear_failure(folder)
    with app.app_context():
        _record(file, kind, by, now)
        _clear_away(folder, now)
    found = catalogue.find(folder, file.name)
    assert found is not None
    return found


def _record(file: Path, kind: Kind, by: Actor | None, now: datetime) -> None:
    with writing() as session:
        data = {"size": file.stat().st_size, "kind": kind.value}
        audit.record(session, "backup.make", f"backup:{file.name}", by=by, now=now, data=data)


def prove(app: Flask, name: str, *, now: datetime) -> Proof:
    """Read a backup of the folder to its end, its log, too, and remember what was found.

    :raises BackupError: somebody is at work there.
    """
    folder = folder_of(app)
    with alone(folder, Doing.PROVING, now=now, name=name):
        return _proven(app, folder / name, now, deep=True)


def _proven(app: Flask, file: Path, now: datetime, *, deep: bool) -> Proof:
    settings: config.Config = app.config["SETTINGS"]
    try:
        held = verify(file, passphrase=settings.backup_passphrase, room=file.parent, deep=deep)
        proof = Proof(now, holdings=held)
    except BackupError as error:
        proof = Proof(now, fault=error.fault, line=str(error))
    catalogue.keep_proof(file, proof)
    return proof


def record_download(session: Session, name: str, *, by: Actor, now: datetime) -> None:
    """That somebody took the school's data along."""
    audit.record(session, "backup.download", f"backup:{name}", by=by, now=now)


def daily(app: Flask, *, now: datetime) -> Backup | None:
    """The backup of the day when it is due; None when it is not, or another process is at it.

    A server without a school has nothing to lose. Raises BackupError.
    """
    folder = folder_of(app)
    if not _is_due(folder, now):
        return None
    with app.app_context():
        if db.session.get(School, 1) is None:
            return None
        db.session.remove()
    try:
        with alone(folder, Doing.MAKING, now=now):
            if _is_due(folder, now):  # still, now that nobody else is at it
                return _back_up(app, Kind.DAILY, None, now)
    except BackupError as error:
        if error.fault is not Fault.BUSY:
            raise
    return None


def _is_due(folder: Path, now: datetime) -> bool:
    failure = catalogue.failure(folder)
    failed_at = failure.at if failure else None
    return is_due(catalogue.newest_daily(folder), failed_at, clock.local(now))


def keep(school: School) -> Keep:
    """How many the school wants to keep."""
    return Keep(
        school.number("backups_daily"),
        school.number("backups_weekly"),
        school.number("backups_monthly"),
    )


def _clear_away(folder: Path, now: datetime) -> None:
    school = db.session.get(School, 1)
    if school is None:
        return
    sound = [(one.name, one.at) for one in catalogue.backups(folder) if one.is_good]
    for name in too_many(sound, keep(school)):
        with suppress(OSError):  # somebody has it open; the next round tries again
            catalogue.remove(folder, name)
    catalogue.sweep(folder, now)
