"""A proof reads all of a backup; a passphrase locks it; nothing half is ever left."""

import errno
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from flask import Flask

from tests.backups.servers import Open, data_of, everything_in, found, rewrite, school_in
from tests.conftest import Clock
from unitsafe.backups import archive, making, restoring, sealing, verifying
from unitsafe.backups.rules import BackupError, Fault, Remark
from unitsafe.core import audit
from unitsafe.core.db import db, writing

PASSPHRASE = "rain on the old roof"


def prove(file: Path, passphrase: str = "") -> verifying.Holdings:
    return verifying.verify(file, passphrase=passphrase, room=file.parent, deep=True)


def change(app: Flask, *statements: str) -> None:
    """What somebody does past the program."""
    with closing(sqlite3.connect(data_of(app) / "unitsafe.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_one_tells_what_it_holds_and_touches_nothing(
    server: Open, now: Clock, tmp_path: Path
) -> None:
    app = found(server("old"), "育新小学", now, photo=b"a picture")
    made = making.make_backup(app, tmp_path / "kept.zip", now=now())
    before = everything_in(data_of(app))
    held = prove(made)
    assert (held.school, held.created_at) == ("育新小学", "2026-11-23T08:00:00+08:00")
    assert (held.remarks, held.is_locked) == ({}, False)
    assert everything_in(data_of(app)) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_the_schools_own_data_lacks_is_told_and_the_backup_is_whole(
    server: Open, now: Clock
) -> None:
    app = found(server("old"), "育新小学", now)
    lost = "a" * 64
    change(
        app,
        "INSERT INTO photo (digest, thumb, width, height, at, by_id) "
        f"VALUES ('{lost}', '{lost}', 1, 1, '2026-11-23 00:00:00', 77)",
        "DROP TRIGGER audit_entry_no_update",
        "UPDATE audit_entry SET actor_name = 'nobody'",
    )
    held = prove(making.make_backup(app, now=now()))
    expected = {Remark.MISSING_FILES: 1, Remark.LOOSE_ROWS: 1, Remark.BROKEN_LOG: 1}
    assert held.remarks == expected
    assert len(verifying.complaints(held)) == 3


def test_a_photo_that_is_no_longer_what_it_was_counts_as_missing(server: Open, now: Clock) -> None:
    app = found(server("old"), "育新小学", now)
    key = app.extensions["photos"].put(b"a picture", ".jpg")
    app.extensions["photos"].path(key, ".jpg").write_bytes(b"rotten")
    change(
        app,
        "INSERT INTO photo (digest, thumb, width, height, at) "
        f"VALUES ('{key}', '{key}', 1, 1, '2026-11-23 00:00:00')",
    )
    held = prove(making.make_backup(app, now=now()))
    assert held.remarks == {Remark.MISSING_FILES: 1}


def test_a_manifest_that_was_exchanged_is_noticed(server: Open, now: Clock, tmp_path: Path) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now), now=now())
    bad = rewrite(made, tmp_path / "bad.zip", lambda _files: None)
    content = bad.read_bytes()
    bad.write_bytes(content[:-1] + (b"0" if content[-1:] != b"0" else b"1"))
    with pytest.raises(BackupError, match="not the one it was closed with"):
        prove(bad)


def test_the_manifest_tells_the_settings_without_secrets(tmp_path: Path) -> None:
    from unitsafe.config import read

    environ = {
        "UNITSAFE_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://school:secret@host/unitsafe?password=secret",
        "UNITSAFE_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    settings = read(environ)
    assert settings.told()["DATABASE_URL"] == "postgresql+psycopg://host/unitsafe"
    assert "secret" not in str(settings.told())
    assert PASSPHRASE not in str(settings.told()) + repr(settings)


def test_with_a_passphrase_nobody_else_reads_it_and_it_comes_back(
    server: Open, now: Clock, tmp_path: Path
) -> None:
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    made = making.make_backup(old, tmp_path / "locked.zip", now=now(), passphrase=PASSPHRASE)
    assert b"manifest" not in made.read_bytes()
    assert prove(made, PASSPHRASE).is_locked
    for wrong in ("", "rain on the new roof"):
        with pytest.raises(BackupError, match="passphrase") as told:
            prove(made, wrong)
        assert (told.value.fault, "\n" in str(told.value)) == (Fault.PASSPHRASE, False)
    new = server("new")
    restoring.restore_backup(new, made, overwrite=False, now=now(), passphrase=PASSPHRASE)
    assert school_in(new) == "育新小学"
    assert [path.name for path in tmp_path.rglob(".*")] == []
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(content)
    with pytest.raises(BackupError, match="damaged"):
        prove(made, PASSPHRASE)


def test_the_key_of_a_passphrase_is_one_that_age_reads() -> None:
    text = sealing.identity(PASSPHRASE, sealing.Lock("00" * 16, time=1, memory=64))
    assert str(pyrage.x25519.Identity.from_str(text)) == text


@pytest.mark.parametrize("numbers", [{"memory": 1 << 30}, {"time": 10**6}, {"lanes": 0}])
def test_a_lock_that_would_stop_the_machine_is_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="nobody made"):
        sealing.Lock("00" * 16, **numbers)


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("place", ["add", "close", "sync"])
def test_a_full_disk_leaves_nothing_half_and_the_older_ones_where_they_are(
    server: Open, now: Clock, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    app = found(server("old"), "育新小学", now)
    older = making.make_backup(app, now=now())
    now.set("2026-11-23T09:00")
    monkeypatch.setattr(making, place, full)
    with pytest.raises(BackupError, match="is full: no backup was made") as told:
        making.make_backup(app, now=now())
    assert told.value.fault is Fault.FULL
    assert [path.name for path in older.parent.iterdir()] == [older.name]


def test_it_is_not_begun_when_there_is_no_room(
    server: Open, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = found(server("old"), "育新小学", now)
    monkeypatch.setattr(making, "SPARE", 1 << 60)
    monkeypatch.setattr(making, "_write_zip", None)
    with pytest.raises(BackupError, match="is full"):
        making.make_backup(app, now=now())


def test_what_four_threads_had_written_before_is_in_it(server: Open, now: Clock) -> None:
    app = found(server("old"), "育新小学", now)
    acknowledged: list[str] = []
    stop, ready = threading.Event(), threading.Barrier(5)

    def write(name: str) -> None:
        ready.wait()
        number = 0
        with app.app_context():
            while not stop.is_set():
                subject = f"{name}:{number}"
                with writing() as session:
                    audit.record(session, "school.change", subject, by=None, now=now())
                acknowledged.append(subject)
                number += 1

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    ready.wait()
    try:
        while len(acknowledged) < 40:
            stop.wait(0.01)
        before = set(acknowledged)
        made = making.make_backup(app, now=now())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert prove(made).remarks == {}
    new = server("new")
    restoring.restore_backup(new, made, overwrite=False, now=now())
    with new.app_context():
        subjects = set(db.session.scalars(db.select(audit.AuditEntry.subject)))
        assert list(audit.verify(db.session())) == []
    assert before <= subjects


def test_the_commands_lock_prove_and_tell_a_wrong_passphrase(
    server: Open, now: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = found(server("old"), "育新小学", now)
    run: Callable[..., object] = app.test_cli_runner().invoke
    file = str(tmp_path / "locked.zip")

    def said(*words: str, typed: str | None = None) -> tuple[int, str]:
        result = run(args=list(words), input=typed)
        return result.exit_code, result.output.strip().splitlines()[-1]  # type: ignore[attr-defined]

    short = said("backup", "--to", file, "--passphrase", typed="short\nshort\n")
    assert short == (1, "unitsafe: give at least 12 characters")
    typed = f"{PASSPHRASE}\n{PASSPHRASE}\n"
    assert said("backup", "--to", file, "--passphrase", typed=typed)[0] == 0
    code, line = said("restore", "--verify", file)
    assert (code, "UNITSAFE_BACKUP_PASSPHRASE" in line) == (1, True)
    settings = replace(app.config["SETTINGS"], backup_passphrase=PASSPHRASE)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    code, line = said("restore", "--verify", file)
    assert (code, line.startswith("sound: 育新小学 as of 2026-11-23T08:00:00")) == (0, True)
    assert said("restore", "--verify", file, "--passphrase", typed="another one\n") == (
        1,
        "unitsafe: the passphrase is not that of locked.zip",
    )
    change(app, "DROP TRIGGER audit_entry_no_update", "UPDATE audit_entry SET actor_name = 'x'")
    made = making.make_backup(app, now=now())
    code, line = said("restore", "--verify", str(made))
    assert (code, "audit log" in line) == (1, True)


def test_a_backup_of_the_first_format_is_still_read(
    server: Open, now: Clock, tmp_path: Path
) -> None:
    import json

    made = making.make_backup(found(server("old"), "育新小学", now), now=now())

    def as_before(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        del manifest["format"], manifest["environment"]
        files["manifest.json"] = json.dumps(manifest).encode()

    old = rewrite(made, tmp_path / "old.zip", as_before)
    assert prove(old).school == "育新小学"
    assert archive.FORMAT == 2
