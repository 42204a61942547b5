"""The page, the day's own backup, the warning."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.backups.servers import Open, found, stop
from tests.conftest import Clock
from unitsafe import config, create_app
from unitsafe.backups import catalogue, making, services, working
from unitsafe.backups.rules import BackupError, Fault, Kind
from unitsafe.core.audit import AuditEntry
from unitsafe.reminders import scheduler

PASSPHRASE = "rain on the old roof"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of backups: another disk, empty."""
    settings = replace(app.config["SETTINGS"], backups_at=tmp_path / "disk")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return tmp_path / "disk"


@pytest.fixture
def old(server: Open, now: Clock) -> Iterator[Flask]:
    """A school on a server of its own."""
    yield found(server("old"), "育新小学", now, photo=b"a picture")


def acts(session):
    entries = session.query(AuditEntry).filter(AuditEntry.act.like("backup.%"))
    return [(one.act, one.subject, one.actor_name) for one in entries.order_by(AuditEntry.id)]


@pytest.mark.parametrize("by_swap", [False, True])
def test_the_officer_makes_one_and_sees_what_it_holds(folder, make, browser, session, by_swap):
    officer = make.someone("officer")
    make.hazard()
    client = browser(officer)
    answer = client.hx("POST", "/backups") if by_swap else client.post("/backups")
    assert answer.status == (200 if by_swap else 303)
    page = client.get("/backups").page
    name = "unitsafe-20261123-080000.zip"
    assert f"备份做好了，检验过，内容完整：{name}" in page.text()
    assert "隐患1条" in page.text("backups") and "完整" in page.text("backups")
    assert "最近一份可用的备份：今天 08:00" in page.text()
    assert acts(session) == [("backup.make", f"backup:{name}", officer.name)]
    assert [path.name for path in folder.glob("*.zip")] == [name]


def test_a_proof_a_download_and_a_damaged_one(folder, make, browser, session):
    officer = make.someone("officer")
    client, name = browser(officer), make.backup()
    assert "没检验过" in client.get("/backups").page.text("backups")
    assert client.post(f"/backups/{name}/prove").status == 303
    page = client.get("/backups").page
    assert f"{name}：内容有损坏，不能用来恢复。" in page.text()
    assert "不能用" in page.text("backups")
    answer = client.get(f"/backups/{name}")
    assert (answer.status, answer.response.data) == (200, b"no zip")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert acts(session) == [("backup.download", f"backup:{name}", officer.name)]


@pytest.mark.parametrize(
    "name", [".lock", "..%2Funitsafe.db", "..", "unitsafe.db", "nothing.zip", ".proofs"]
)
def test_nothing_else_is_given_out(folder, make, browser, name):
    make.backup()
    (folder / ".lock").touch()
    client = browser(make.someone("officer"))
    assert client.get(f"/backups/{name}").status in (404, 308)
    assert client.post(f"/backups/{name}/prove").status in (404, 405)


def test_why_it_was_not_made_stands_on_the_page_until_the_next_is(
    folder, make, browser, monkeypatch
):
    client = browser(make.someone("officer"))

    def fails(*_args, **_kwargs):
        raise BackupError("the disk of /x is full", Fault.FULL)

    with monkeypatch.context() as patch:
        patch.setattr(services, "make_backup", fails)
        client.post("/backups")
    text = client.get("/backups").page.text()
    assert "没有做成：放备份的磁盘满了" in text and "the disk of /x is full" in text
    client.post("/backups")
    assert "the disk of /x is full" not in client.get("/backups").page.text()


def test_what_takes_longer_is_shown_while_it_goes_on(folder, make, browser, monkeypatch, now):
    client, go_on = browser(make.someone("officer")), threading.Event()
    make_one = services.make_backup

    def slowly(*args, **kwargs):
        assert go_on.wait(20)
        return make_one(*args, **kwargs)

    monkeypatch.setattr(working, "PATIENCE", 0.05)
    monkeypatch.setattr(services, "make_backup", slowly)
    client.post("/backups")
    page = client.get("/backups").page
    assert "还在进行" in page.text() and "正在备份，今天 08:00开始。" in page.text("backups")
    before = {thread.name for thread in threading.enumerate()}
    monkeypatch.setattr(working, "PATIENCE", 5)
    client.post("/backups")
    assert "另一份备份正在做" in client.get("/backups").page.text()
    go_on.set()
    for thread in threading.enumerate():
        if thread.name in before and "_try" in thread.name:
            thread.join(20)
    assert "完整" in client.hx("GET", "/backups").page.text("backups")


def test_whoever_runs_the_installation_is_told_when_the_last_good_one_is_old(
    folder, make, browser, now
):
    officer, principal = browser(make.someone("officer")), browser(make.someone("principal"))
    assert "可用的备份" not in officer.get("/").page.text()
    now.set("2026-11-25T20:00")
    assert "可用的备份" not in officer.get("/").page.text()
    now.set("2026-11-26T08:00")
    assert "3天没有可用的备份" in officer.get("/").page.text()
    assert "3天没有可用的备份" not in principal.get("/").page.text()
    assert "已经3天没有可用的备份" in officer.get("/backups").page.text("backups")
    make.backup()  # damaged: it does not count
    officer.post("/backups/unitsafe-20261120-160000.zip/prove")
    assert "3天没有可用的备份" in officer.get("/").page.text()
    officer.post("/backups")
    assert "可用的备份" not in officer.get("/").page.text()


def names(app: Flask) -> list[str]:
    return [one.name for one in catalogue.backups(services.folder_of(app))]


def test_the_day_has_one_and_the_next_day_another(old, now):
    made = services.daily(old, now=now())
    assert made is not None and made.is_good
    assert services.daily(old, now=now.set("2026-11-23T23:00")) is None
    assert services.daily(old, now=now.set("2026-11-24T02:30")) is not None
    expected = ["unitsafe-daily-20261124-023000.zip", "unitsafe-daily-20261123-080000.zip"]
    assert names(old) == expected


def test_two_servers_on_one_folder_make_one(old, now):
    settings = old.config["SETTINGS"]
    other = create_app(settings, TESTING=True)
    barrier, errors = threading.Barrier(2), []

    def start(app: Flask) -> None:
        barrier.wait()
        try:
            services.daily(app, now=now())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start, args=(app,)) for app in (old, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop(other)
    assert (errors, len(names(old))) == ([], 1)


def test_a_server_without_a_school_makes_none(server, now):
    app = server("empty")
    (app.config["SETTINGS"].data / "unitsafe.db").write_bytes(app.config["SCHEMA"])
    assert services.daily(app, now=now()) is None
    assert not services.folder_of(app).exists()


def test_one_that_is_not_whole_is_not_kept_and_the_older_ones_are(old, now, monkeypatch, caplog):
    services.daily(old, now=now())
    before = names(old)
    now.set("2026-11-24T02:31")

    def damaged(*_args, **_kwargs):
        raise BackupError("x is damaged", Fault.DAMAGED)

    with monkeypatch.context() as patch:
        patch.setattr(services, "verify", damaged)
        scheduler.back_up(old)
    assert "x is damaged" in caplog.text
    failure = catalogue.failure(services.folder_of(old))
    assert failure is not None and failure.fault is Fault.DAMAGED
    assert names(old) == before
    now.set("2026-11-24T03:00")
    scheduler.back_up(old)
    assert names(old) == before  # it rests for an hour
    now.set("2026-11-24T03:40")
    scheduler.back_up(old)
    assert len(names(old)) == 2


def test_old_ones_go_and_left_overs_with_them(old, now, monkeypatch):
    folder = services.folder_of(old)
    first = services.daily(old, now=now())
    assert first is not None
    mine = making.make_backup(old, now=now())
    for days in range(1, 12):  # as if one had been made and proven every day
        moment = now() - timedelta(days=days)
        copy = folder / f"unitsafe-daily-{moment:%Y%m%d-%H%M%S}.zip"
        copy.write_bytes(b"a day's backup")
        catalogue.keep_proof(copy, first.proof)
    (folder / "unitsafe-20261101-000000.zip.part").write_bytes(b"killed")
    (folder / ".backup-killed").mkdir()
    (folder / "film.mp4.part").write_bytes(b"somebody copies")
    monkeypatch.setattr(catalogue, "LEFT_OVER", timedelta(days=-9999))
    services.back_up(old, kind=Kind.DAILY, by=None, now=now.set("2026-11-24T02:30"))
    left = names(old)
    daily = [name for name in left if "daily" in name]
    assert mine.name in left
    assert "unitsafe-daily-20261115-000000.zip" in daily  # the newest of its week
    assert len(daily) == 8 and "unitsafe-daily-20261116-000000.zip" not in daily
    assert sorted(path.name for path in folder.iterdir() if path.name not in left) == [
        ".lock",
        ".proofs",
        "film.mp4.part",
    ]
    assert {path.stem for path in (folder / ".proofs").iterdir()} == set(left) - {mine.name}


@pytest.mark.parametrize(
    "said", ["[]", "null", '{"mark": 1}', '{"at": 7, "fault": "later", "line": "", "mark": MARK}']
)
def test_what_another_version_noted_counts_as_nothing(folder, make, browser, said):
    folder.mkdir()
    zip_ = folder / "unitsafe-20261123-080000.zip"
    zip_.write_bytes(b"a backup")
    (folder / ".proofs").mkdir()
    note = said.replace("MARK", str(catalogue._mark(zip_)))
    (folder / ".proofs" / f"{zip_.name}.json").write_text(note, "utf-8")
    (folder / ".failure.json").write_text(note, "utf-8")
    assert [one.proof for one in catalogue.backups(folder)] == [None]
    assert catalogue.failure(folder) is None
    assert zip_.name in browser(make.someone("officer")).get("/backups").page.text()


def test_what_goes_wrong_at_work_is_not_a_folder_that_cannot_be_written(folder, now):
    with (
        pytest.raises(OSError, match="of its own"),
        working.alone(folder, working.Doing.MAKING, now=now()),
    ):
        raise OSError("a reason of its own")
    assert working.going_on(folder) is None
    with working.alone(folder, working.Doing.PROVING, now=now()):
        assert working.going_on(folder) is not None
    folder.with_name("file").write_text("no folder")
    with (
        pytest.raises(BackupError, match="cannot write in") as told,
        working.alone(folder.with_name("file"), working.Doing.MAKING, now=now()),
    ):
        pass
    assert told.value.fault is Fault.UNWRITABLE


def test_the_passphrase_of_the_settings_locks_and_opens(old, now, monkeypatch):
    settings = replace(old.config["SETTINGS"], backup_passphrase=PASSPHRASE)
    monkeypatch.setitem(old.config, "SETTINGS", settings)
    made = services.daily(old, now=now())
    assert made is not None and made.proof is not None and made.proof.holdings is not None
    assert made.proof.holdings.is_locked
    assert services.prove(old, made.name, now=now()).fault is None


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"UNITSAFE_BACKUPS": "/mnt/disk"}, Path("/mnt/disk")),
    ],
)
def test_another_folder_is_named_by_the_environment(tmp_path, environ, expected):
    settings = config.read({"UNITSAFE_DATA": str(tmp_path), **environ})
    assert settings.backups == (expected or tmp_path / "backups")


def test_a_passphrase_that_is_easily_guessed_is_refused(tmp_path):
    environ = {"UNITSAFE_DATA": str(tmp_path), "UNITSAFE_BACKUP_PASSPHRASE": "123456"}
    with pytest.raises(config.ConfigError, match="UNITSAFE_BACKUP_PASSPHRASE"):
        config.read(environ)
