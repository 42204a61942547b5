"""A backup holds what the school has, and a restore brings back just that, or changes nothing."""

import hashlib
import json
import sqlite3
import stat
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Clock
from unitsafe import backup, config, create_app
from unitsafe.core import audit
from unitsafe.core.db import db, writing
from unitsafe.school import services as schools
from unitsafe.school.models import School
from unitsafe.school.rules import Stage
from unitsafe.startup import prepare

Open = Callable[[str], Flask]
STANDARD = "unitsafe-20261123-080000.zip"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database file with the newest schema and nothing in it, so that migrations run once."""
    data = tmp_path_factory.mktemp("schema")
    url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    app = create_app(config.Config("127.0.0.1", 0, data, url, None), TESTING=True)
    prepare(app)
    stop(app)
    return (data / "unitsafe.db").read_bytes()


@pytest.fixture
def server(tmp_path: Path, now: Clock, schema: bytes) -> Iterator[Open]:
    """`server(name)`: an installation of that name with its own data, on SQLite."""
    apps: dict[str, Flask] = {}

    def open_server(name: str) -> Flask:
        if name not in apps:
            data = tmp_path / name
            url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
            apps[name] = create_app(config.Config("127.0.0.1", 0, data, url, None), TESTING=True)
            apps[name].config["SCHEMA"] = schema
        return apps[name]

    yield open_server
    for app in apps.values():
        stop(app)


def stop(app: Flask) -> None:
    """The server of this installation has ended: nobody has its database open."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def found(app: Flask, name: str, now: Clock, photo: bytes = b"") -> Flask:
    """A school of that name, and a photo."""
    (data_of(app) / "unitsafe.db").write_bytes(app.config["SCHEMA"])
    with app.app_context(), writing() as session:
        schools.create_school(
            session,
            name=name,
            short_name="育新",
            stage=Stage.PRIMARY,
            flags={},
            is_sample=False,
            now=now(),
        )
    if photo:
        app.extensions["photos"].put(photo, ".jpg")
    return app


def data_of(app: Flask) -> Path:
    folder: Path = app.config["SETTINGS"].data
    return folder


def school_in(app: Flask) -> str | None:
    with app.app_context():
        school = db.session.get(School, 1)
        return school.name if school else None


def everything_in(folder: Path) -> dict[str, bytes]:
    """Name and content of every file, without the folder of SQLite's passing files."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A zip like ``source`` whose files have gone through ``change``."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def list_in_manifest(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Add a file to a zip so that its manifest names it, too."""
    manifest = json.loads(files["manifest.json"])
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"][name] = {"sha256": digest, "size": len(content)}
    files["manifest.json"], files[name] = json.dumps(manifest).encode(), content


def test_a_backup_holds_database_photos_and_key_with_their_checksums(
    server: Open, now: Clock
) -> None:
    app = found(server("old"), "育新小学", now, photo=b"a picture")
    file = backup.make_backup(app, now=now())
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
    assert manifest["app_version"] == backup.version()
    assert [name for name in manifest["files"] if name.startswith("photos/")]


def test_a_backup_holds_what_is_only_in_the_log_of_a_running_server(
    server: Open, now: Clock
) -> None:
    app = found(server("old"), "育新小学", now)
    assert (data_of(app) / "unitsafe.db-wal").stat().st_size > 0
    with zipfile.ZipFile(backup.make_backup(app, now=now())) as archive:
        copy = data_of(app) / "copy.db"
        copy.write_bytes(archive.read("unitsafe.db"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM school").fetchall() == [("育新小学",)]


def test_nothing_but_the_zip_is_left_in_the_folder_of_backups(server: Open, now: Clock) -> None:
    app = found(server("old"), "育新小学", now)
    backup.make_backup(app, now=now())
    assert [path.name for path in (data_of(app) / "backups").iterdir()] == [STANDARD]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_servers_account_can_read_a_backup(server: Open, now: Clock) -> None:
    file = backup.make_backup(found(server("old"), "育新小学", now), now=now())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_goes_where_it_is_told(server: Open, now: Clock, tmp_path: Path) -> None:
    app = found(server("old"), "育新小学", now)
    (tmp_path / "disk").mkdir()
    assert backup.make_backup(app, tmp_path / "disk", now=now()) == tmp_path / "disk" / STANDARD
    assert backup.make_backup(app, tmp_path / "x" / "b.zip", now=now()).is_file()


def test_a_backup_does_not_overwrite_another_file(server: Open, now: Clock, tmp_path: Path) -> None:
    app = found(server("old"), "育新小学", now)
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.make_backup(app, tmp_path / "mine.zip", now=now())
    assert (tmp_path / "mine.zip").read_text() == "mine"


def test_without_a_database_there_is_nothing_to_back_up(server: Open, now: Clock) -> None:
    with pytest.raises(backup.BackupError, match="no database"):
        backup.make_backup(server("empty"), now=now())
    assert not (data_of(server("empty")) / "unitsafe.db").exists()


def test_a_damaged_database_makes_no_backup(server: Open, now: Clock) -> None:
    app = server("old")
    (data_of(app) / "unitsafe.db").write_bytes(b"not a database" * 100)
    with pytest.raises(backup.BackupError, match="cannot be copied"):
        backup.make_backup(app, now=now())
    assert list((data_of(app) / "backups").iterdir()) == []


def test_for_postgresql_both_commands_name_the_tools_to_use(tmp_path: Path, now: Clock) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(config.Config("127.0.0.1", 0, tmp_path, url, None), TESTING=True)
    with pytest.raises(backup.BackupError, match="pg_dump"):
        backup.make_backup(app, now=now())
    with pytest.raises(backup.BackupError, match="pg_restore"):
        backup.restore_backup(app, tmp_path / "any.zip", overwrite=True, now=now())


def test_a_restore_on_an_empty_server_brings_everything_back(server: Open, now: Clock) -> None:
    old = found(server("old"), "育新小学", now, photo=b"a picture")
    file = backup.make_backup(old, now=now())
    new = server("new")
    done = backup.restore_backup(new, file, overwrite=False, now=now())
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
    file = backup.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    with pytest.raises(backup.BackupError, match="--yes"):
        backup.restore_backup(new, file, overwrite=False, now=now())
    assert school_in(new) == "向阳小学"
    photos = everything_in(data_of(new) / "photos")
    stop(new)
    done = backup.restore_backup(new, file, overwrite=True, now=now())
    assert school_in(new) == "育新小学"
    assert done.before == data_of(new) / "before-restore-20261123-080000"
    assert everything_in(done.before / "photos") == photos
    with closing(sqlite3.connect(done.before / "unitsafe.db")) as connection:
        assert connection.execute("SELECT name FROM school").fetchall() == [("向阳小学",)]


def test_a_restore_waits_for_the_server_to_be_stopped(server: Open, now: Clock) -> None:
    file = backup.make_backup(found(server("old"), "育新小学", now), now=now())
    new = found(server("new"), "向阳小学", now)
    stop(new)
    with closing(sqlite3.connect(data_of(new) / "unitsafe.db")) as running:
        running.execute("SELECT count(*) FROM school").fetchall()
        with pytest.raises(backup.BackupError, match="still running"):
            backup.restore_backup(new, file, overwrite=True, now=now())
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
    made = backup.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    stop(new)
    before = everything_in(tmp_path)
    bad = rewrite(made, tmp_path / "bad.zip", change)
    with pytest.raises(backup.BackupError, match=complaint):
        backup.restore_backup(new, bad, overwrite=True, now=now())
    bad.unlink()
    assert everything_in(tmp_path) == before
    assert not list(tmp_path.glob("**/.restore-*"))


@pytest.mark.parametrize("end", [40, 5_000, -30])
def test_a_zip_cut_short_is_refused(server: Open, now: Clock, tmp_path: Path, end: int) -> None:
    made = backup.make_backup(found(server("old"), "育新小学", now), now=now())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(made.read_bytes()[:end])
    with pytest.raises(backup.BackupError, match="damaged or not a backup"):
        backup.restore_backup(server("new"), cut, overwrite=False, now=now())


def test_a_byte_damaged_in_the_middle_is_noticed(server: Open, now: Clock, tmp_path: Path) -> None:
    made = backup.make_backup(found(server("old"), "育新小学", now), now=now())
    content = bytearray(made.read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(backup.BackupError, match="damaged"):
        backup.restore_backup(server("new"), tmp_path / "bad.zip", overwrite=False, now=now())


def test_a_backup_of_a_newer_program_is_refused(server: Open, now: Clock, tmp_path: Path) -> None:
    old = found(server("old"), "育新小学", now)
    with old.app_context(), writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made = backup.make_backup(old, now=now())
    with pytest.raises(backup.BackupError, match="upgrade first"):
        backup.restore_backup(server("new"), made, overwrite=False, now=now())


def test_when_the_restored_school_cannot_be_served_the_former_one_comes_back(
    server: Open, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.make_backup(found(server("old"), "育新小学", now, photo=b"one"), now=now())
    new = found(server("new"), "向阳小学", now, photo=b"two")
    stop(new)
    before = everything_in(data_of(new))

    def refuse(app: Flask, **_: object) -> None:
        assert school_in(app) == "育新小学"
        raise OSError("disk full")

    monkeypatch.setattr(backup, "prepare", refuse)
    with pytest.raises(backup.BackupError, match="disk full"):
        backup.restore_backup(new, made, overwrite=True, now=now())
    assert school_in(new) == "向阳小学"
    stop(new)
    names = everything_in(data_of(new)).keys()
    assert names == before.keys()
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
