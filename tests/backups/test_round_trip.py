"""A backup holds what the school has, and a restore brings back just that, or changes nothing."""

import hashlib
import json
import sqlite3
import stat
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.backups.servers import (
    Open,
    data_of,
    everything_in,
    found,
    list_in_manifest,
    rewrite,
    school_in,
    stop,
)
from tests.conftest import Clock
from tests.fake_s3 import BUCKET, environment, fake_s3
from unitsafe import config, create_app, startup
from unitsafe.backups import making, restoring
from unitsafe.backups.archive import version
from unitsafe.backups.rules import Fault
from unitsafe.core import audit
from unitsafe.core.db import db, writing

STANDARD = "unitsafe-20261123-080000.zip"


def test_a_backup_holds_database_photos_and_key_with_their_checksums(
    server: Open, now: Clock
) -> None:
    app = found(server("old"), "育新小学", now, photo=b"a picture")
    file = making.make_backup(app, now=now())
    assert (file.parent, file.name) == (data_of(app) / "backups", STANDARD)
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert sorted([*manifest["files"], "manifest.json"]) == sorted(archive.namelist())
        for name, facts in manifest["files"].items():
            content = archive.read(name)
            digest = hashlib.sha256(content).hexdigest()
            assert facts == {"sha256": digest, "size": len(content)}
        assert archive.read("secret_key") == (data_of(app) / "secret_key").read_bytes()
    assert manifest["created_at"] == "2026-11-23T08:00:00+08:00"
    assert manifest["app_version"] == version()
    assert [name for name in manifest["files"] if name.startswith("photos/")]


def test_a_backup_holds_what_is_only_in_the_log_of_a_running_server(
    server: Open, now: Clock
) -> None:
    app = found(server("old"), "育新小学", now)
    assert (data_of(app) / "unitsafe.db-wal").stat().st_size > 0
    with zipfile.ZipFile(making.make_backup(app, now=now())) as archive:
        copy = data_of(app) / "copy.db"
        copy.write_bytes(archive.read("unitsafe.db"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM school").fetchall() == [("育新小学",)]


def test_nothing_but_the_zip_is_left_in_the_folder_of_backups(server: Open, now: Clock) -> None:
    app = found(server("old"), "育新小学", now)
    making.make_backup(app, now=now())
    assert [path.name for path in (data_of(app) / "backups").iterdir()] == [STANDARD]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_servers_account_can_read_a_backup(server: Open, now: Clock) -> None:
    file = making.make_backup(found(server("old"), "育新小学", now), now=now())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_goes_where_it_is_told(server: Open, now: Clock, tmp_path: Path) -> None:
    app = found(server("old"), "育新小学", now)
    (tmp_path / "disk").mkdir()
    assert making.make_backup(app, tmp_path / "disk", now=now()) == tmp_path / "disk" / STANDARD
    assert making.make_backup(app, tmp_path / "x" / "b.zip", now=now()).is_file()
    new = tmp_path / "other" / "disk"
    assert making.make_backup(app, new, now=now()) == new / STANDARD


def test_a_backup_does_not_overwrite_another_file(server: Open, now: Clock, tmp_path: Path) -> None:
    app = found(server("old"), "育新小学", now)
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(making.BackupError, match="exists already"):
        making.make_backup(app, tmp_path / "mine.zip", now=now())
    assert (tmp_path / "mine.zip").read_text() == "mine"


def test_without_a_database_there_is_nothing_to_back_up(server: Open, now: Clock) -> None:
    with pytest.raises(making.BackupError, match="no database"):
        making.make_backup(server("empty"), now=now())
    assert not (data_of(server("empty")) / "unitsafe.db").exists()


def test_a_damaged_database_makes_no_backup(server: Open, now: Clock) -> None:
    app = server("old")
    (data_of(app) / "unitsafe.db").write_bytes(b"not a database" * 100)
    with pytest.raises(making.BackupError, match="cannot be copied"):
        making.make_backup(app, now=now())
    assert list((data_of(app) / "backups").iterdir()) == []


def test_a_postgresql_that_does_not_answer_makes_no_backup(tmp_path: Path, now: Clock) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(config.Config("127.0.0.1", 0, tmp_path, url, None), TESTING=True)
    with pytest.raises(making.BackupError, match="pg_dump"):
        making.make_backup(app, now=now())
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a tool that is a script")
def test_only_a_missing_tool_lets_an_upgrade_go_on_without_a_backup(
    tmp_path: Path, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(config.Config("127.0.0.1", 0, tmp_path / "data", url, None), TESTING=True)
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    assert startup._backup(app, "0001") is None
    tool = tools / "pg_dump"
    tool.write_text("#!/bin/sh\necho 'pg_dump: error: server version mismatch' >&2\nexit 1\n")
    tool.chmod(0o755)
    with pytest.raises(making.BackupError, match="pg_dump: server version mismatch") as told:
        making.make_backup(app, now=now())
    assert told.value.fault is Fault.FAILED
    with pytest.raises(startup.StartupError, match=r"not upgraded.*server version mismatch"):
        startup._backup(app, "0001")


def test_what_was_made_on_sqlite_is_not_put_into_postgresql(
    server: Open, tmp_path: Path, now: Clock
) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now), now=now())
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(config.Config("127.0.0.1", 0, tmp_path / "new", url, None), TESTING=True)
    with pytest.raises(making.BackupError, match="the backup is of SQLite"):
        restoring.restore_backup(app, made, overwrite=True, now=now())


def test_a_restore_on_an_empty_server_brings_everything_back(server: Open, now: Clock) -> None:
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    file = making.make_backup(old, now=now())
    new = server("new")
    done = restoring.restore_backup(new, file, overwrite=False, now=now())
    assert school_in(new) == "育新小学"
    assert done.before is not None  # the key that an empty server has made for itself
    assert everything_in(data_of(new) / "photos") == everything_in(data_of(old) / "photos")
    key = "secret_key"
    assert (data_of(new) / key).read_bytes() == (data_of(old) / key).read_bytes()
    with new.app_context():
        assert list(audit.verify(db.session())) == []
        last = db.session.query(audit.AuditEntry).order_by(audit.AuditEntry.id.desc()).first()
        assert last is not None
        assert (last.act, last.subject) == ("backup.restore", "backup:2026-11-23T08:00:00+08:00")


def test_a_server_with_data_is_only_overwritten_when_told_and_keeps_the_former_data(
    server: Open, now: Clock
) -> None:
    file = making.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    with pytest.raises(making.BackupError, match="--yes"):
        restoring.restore_backup(new, file, overwrite=False, now=now())
    assert school_in(new) == "向阳小学"
    photos = everything_in(data_of(new) / "photos") | everything_in(file.parents[1] / "photos")
    stop(new)
    done = restoring.restore_backup(new, file, overwrite=True, now=now())
    assert school_in(new) == "育新小学"
    assert done.before == data_of(new) / "before-restore-20261123-080000"
    assert everything_in(data_of(new) / "photos") == photos  # the former and those added
    with closing(sqlite3.connect(done.before / "unitsafe.db")) as connection:
        assert connection.execute("SELECT name FROM school").fetchall() == [("向阳小学",)]


def test_photos_that_are_no_longer_what_they_were_come_back_and_none_gets_worse(
    server: Open, now: Clock
) -> None:
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    rotten = old.extensions["photos"].put(b"another", ".jpg")
    old.extensions["photos"].path(rotten, ".jpg").write_bytes(b"rotten")
    file = making.make_backup(old, now=now())
    new = server("new")
    store = new.extensions["photos"]
    store.put(b"another", ".jpg")
    key = store.put(b"a picture", ".jpg")
    store.path(key, ".jpg").write_bytes(b"rotten")
    restoring.restore_backup(new, file, overwrite=False, now=now())
    assert store.path(key, ".jpg").read_bytes() == b"a picture"
    assert store.path(rotten, ".jpg").read_bytes() == b"another"


def test_photos_in_a_folder_elsewhere_stay_there_and_are_added_to(
    tmp_path: Path, server: Open, now: Clock
) -> None:
    """It may be the root of another disk: it cannot be moved, and nothing lies beside it."""
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    file = making.make_backup(old, now=now())
    settings = server("new").config["SETTINGS"]
    disk = tmp_path / "disk"
    disk.mkdir()
    with_disk = replace(settings, photos_at=str(disk))
    new = create_app(with_disk, TESTING=True)
    before = disk.stat().st_ino
    restoring.restore_backup(new, file, overwrite=False, now=now())
    stop(new)
    assert everything_in(disk) == everything_in(data_of(old) / "photos")
    assert disk.stat().st_ino == before
    assert list(tmp_path.rglob(".restore-*")) == []


def test_photos_come_back_into_a_bucket(
    tmp_path: Path, server: Open, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    file = making.make_backup(old, now=now())
    with fake_s3() as far:
        for name, value in environment(far).items():
            monkeypatch.setenv(name, value)
        far.objects["kept"] = b"of somebody"
        settings = replace(server("new").config["SETTINGS"], photos_at=f"s3://{BUCKET}/unitsafe")
        new = create_app(settings, TESTING=True)
        restoring.restore_backup(new, file, overwrite=False, now=now())
        stop(new)
        assert sorted(far.objects.values()) == [b"a picture", b"of somebody"]
        far.refuses = 403
        with pytest.raises(making.BackupError, match="photos cannot be read") as told:
            making.make_backup(new, now=now())
        assert told.value.fault is Fault.AWAY
        with pytest.raises(making.BackupError, match="nothing was restored: the photos"):
            restoring.restore_backup(new, file, overwrite=True, now=now.set("2026-11-23T09:00"))
    assert school_in(new) == "育新小学"
    stop(new)


def test_a_restore_waits_for_the_server_to_be_stopped(server: Open, now: Clock) -> None:
    file = making.make_backup(found(server("old"), "育新小学", now), now=now())
    new = found(server("new"), "向阳小学", now)
    stop(new)
    with closing(sqlite3.connect(data_of(new) / "unitsafe.db")) as running:
        running.execute("SELECT count(*) FROM school").fetchall()
        with pytest.raises(making.BackupError, match="still running"):
            restoring.restore_backup(new, file, overwrite=True, now=now())
    assert school_in(new) == "向阳小学"
    assert not list(data_of(new).glob("before-restore-*"))


def flip(files: dict[str, bytes]) -> None:
    files["secret_key"] = bytes([files["secret_key"][0] ^ 1]) + files["secret_key"][1:]


def lengthen(files: dict[str, bytes]) -> None:
    files["unitsafe.db"] += b"more"


def lose_a_file(files: dict[str, bytes]) -> None:
    del files[next(name for name in files if name.startswith("photos/"))]


def slip_out(files: dict[str, bytes]) -> None:
    list_in_manifest(files, "photos/../../slipped.txt", b"x")


def slip_to_the_root(files: dict[str, bytes]) -> None:
    list_in_manifest(files, "/slipped.txt", b"x")


def slip_on_windows(files: dict[str, bytes]) -> None:
    list_in_manifest(files, "photos\\..\\..\\slipped.txt", b"x")


def bring_a_stranger(files: dict[str, bytes]) -> None:
    list_in_manifest(files, "app.py", b"x")


def hide_a_file(files: dict[str, bytes]) -> None:
    files["photos/aa/bb/" + "a" * 64 + ".jpg"] = b"not in the manifest"


def garble_the_manifest(files: dict[str, bytes]) -> None:
    files["manifest.json"] = b'{"files": []}'


def have_no_manifest(files: dict[str, bytes]) -> None:
    del files["manifest.json"]


def swap_the_database(files: dict[str, bytes]) -> None:
    list_in_manifest(files, "unitsafe.db", b"no database at all" * 100)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (flip, "secret_key is not what was backed up"),
        (lengthen, "unitsafe.db is not what was backed up"),
        (lose_a_file, "not whole"),
        (slip_out, "no backup of UnitSafe does"),
        (slip_to_the_root, "no backup of UnitSafe does"),
        (slip_on_windows, "no backup of UnitSafe does"),
        (bring_a_stranger, "no backup of UnitSafe does"),
        (hide_a_file, "not whole"),
        (garble_the_manifest, "cannot be understood"),
        (have_no_manifest, "no manifest.json"),
        (swap_the_database, "database is damaged"),
    ],
)
def test_a_backup_that_is_not_right_is_refused_and_nothing_changes(
    server: Open,
    now: Clock,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    complaint: str,
) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    stop(new)
    before = everything_in(tmp_path)
    bad = rewrite(made, tmp_path / "bad.zip", change)
    with pytest.raises(making.BackupError, match=complaint):
        restoring.restore_backup(new, bad, overwrite=True, now=now())
    bad.unlink()
    assert everything_in(tmp_path) == before
    assert not list(tmp_path.glob("**/.restore-*"))


@pytest.mark.parametrize("end", [40, 5_000, -30])
def test_a_zip_cut_short_is_refused(server: Open, now: Clock, tmp_path: Path, end: int) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now), now=now())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(made.read_bytes()[:end])
    with pytest.raises(making.BackupError, match=r"damaged or not|not whole"):
        restoring.restore_backup(server("new"), cut, overwrite=False, now=now())


def test_a_byte_damaged_in_the_middle_is_noticed(server: Open, now: Clock, tmp_path: Path) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now), now=now())
    content = bytearray(made.read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(making.BackupError, match="damaged"):
        restoring.restore_backup(server("new"), tmp_path / "bad.zip", overwrite=False, now=now())


def test_a_backup_of_a_newer_program_is_refused(server: Open, now: Clock, tmp_path: Path) -> None:
    old = found(server("old"), "育新小学", now)
    with old.app_context(), writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made = making.make_backup(old, now=now())
    with pytest.raises(making.BackupError, match="upgrade first"):
        restoring.restore_backup(server("new"), made, overwrite=False, now=now())


def test_when_the_restored_school_cannot_be_served_the_former_one_comes_back(
    server: Open, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    stop(new)
    before = everything_in(data_of(new))

    def refuse(app: Flask, **_: object) -> None:
        assert school_in(app) == "育新小学"
        raise OSError("disk full")

    monkeypatch.setattr(restoring, "prepare", refuse)
    with pytest.raises(making.BackupError, match="disk full"):
        restoring.restore_backup(new, made, overwrite=True, now=now())
    assert school_in(new) == "向阳小学"
    stop(new)
    names = everything_in(data_of(new)).keys()
    assert names == before.keys() | {"unitsafe.db.serving"}  # that it may be restored at all
    assert everything_in(data_of(new) / "photos") != {}


def test_the_commands_print_where_the_zip_is_and_what_was_restored(
    server: Open, now: Clock
) -> None:
    old = found(server("old"), "育新小学", now)
    done = old.test_cli_runner().invoke(args=["backup"])
    assert (done.exit_code, STANDARD in done.output, " MB)" in done.output) == (0, True, True)
    file = str(data_of(old) / "backups" / STANDARD)
    again = old.test_cli_runner().invoke(args=["backup"])
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    new = server("new")
    done = new.test_cli_runner().invoke(args=["restore", file])
    assert (done.exit_code, "2026-11-23T08:00:00" in done.output) == (0, True)
    again = new.test_cli_runner().invoke(args=["restore", file])
    assert (again.exit_code, "--yes" in again.output) == (1, True)
    missing = new.test_cli_runner().invoke(args=["restore", file + ".not", "--yes"])
    assert (missing.exit_code, "there is no file" in missing.output) == (1, True)
