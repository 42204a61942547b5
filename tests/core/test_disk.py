"""A disk that takes nothing: one sentence for it, nothing half there, reading goes on."""

import errno
import io
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import errors as postgresql
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories import PDF, picture
from unitsafe.core import disk, excel
from unitsafe.core.audit import AuditEntry
from unitsafe.core.blobs import BlobStore
from unitsafe.core.db import db
from unitsafe.core.disk import Fault
from unitsafe.files.models import StoredFile
from unitsafe.hazards.models import Hazard
from unitsafe.photos.models import Photo

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def set_up(app: Flask, pragma: str, back: str) -> Iterator[None]:
    """Every connection that the app takes from the pool with this pragma."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite only")

    def taken(dbapi: Any, *_more: object) -> None:
        dbapi.execute(f"PRAGMA {pragma}")

    def given_back(dbapi: Any, _record: object) -> None:
        dbapi.execute(f"PRAGMA {back}")

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    try:
        yield
    finally:
        event.remove(engine, "checkout", taken)
        event.remove(engine, "checkin", given_back)


def full(app: Flask) -> AbstractContextManager[None]:
    """The database file cannot grow: SQLite takes its size for the limit."""
    return set_up(app, "max_page_count=1", "max_page_count=4294967294")


def read_only(app: Flask) -> AbstractContextManager[None]:
    """As on a disk that was mounted read-only."""
    return set_up(app, "query_only=ON", "query_only=OFF")


def report(make, number: int) -> dict[str, str]:
    """A hazard as the form sends it."""
    return {
        "once": f"report-{number}",
        "space_id": str(make.space_in(make.grid()).id),
        "description": f"第{number}处：" + "走道堆了课桌" * 60,
        "category": "evac_blocked",
    }


def hazards(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Hazard.id))) or 0


FAULTS = [
    (OSError(errno.ENOSPC, ""), Fault.FULL),
    (OSError(errno.EDQUOT, ""), Fault.FULL),
    (OSError(errno.EFBIG, ""), Fault.FULL),
    (OSError(errno.EROFS, ""), Fault.READ_ONLY),
    (OSError(errno.EIO, ""), Fault.FAILING),
    (OSError(errno.ENOENT, ""), None),
    (OSError("without a number"), None),
    (sa.exc.OperationalError("", {}, postgresql.DiskFull()), Fault.FULL),
    (sa.exc.InternalError("", {}, postgresql.ReadOnlySqlTransaction()), Fault.READ_ONLY),
    (sa.exc.OperationalError("", {}, postgresql.IoError()), Fault.FAILING),
    (sa.exc.OperationalError("", {}, postgresql.AdminShutdown()), None),
    (ValueError(), None),
]


@pytest.mark.parametrize(("error", "expected"), FAULTS)
def test_errors_of_every_kind_say_what_the_disk_did(error, expected):
    assert disk.fault(error) is expected


SQLITE = [
    (sqlite3.SQLITE_FULL, Fault.FULL),
    (sqlite3.SQLITE_READONLY_DIRECTORY, Fault.READ_ONLY),
    (sqlite3.SQLITE_IOERR_WRITE, Fault.FAILING),
    (sqlite3.SQLITE_IOERR_FSYNC, Fault.FAILING),
    (sqlite3.SQLITE_BUSY, None),
    (sqlite3.SQLITE_CONSTRAINT_UNIQUE, None),
]


@pytest.mark.parametrize(("code", "expected"), SQLITE)
def test_sqlites_extended_codes_count_as_their_family(code, expected):
    error = sqlite3.OperationalError("")
    error.sqlite_errorcode = code
    assert disk.fault(sa.exc.OperationalError("", {}, error)) is expected


def test_a_database_that_is_full_says_so_loses_nothing_and_goes_on_with_room(
    app, browser, make, session
):
    teacher = browser(make.someone("teacher"))
    forms = [report(make, number) for number in range(40)]
    with full(app):
        done = 0
        while (answer := teacher.post("/hazards/new", forms[done])).status == 303:
            done += 1
        assert answer.status == 507
        assert "磁盘满了" in answer.page.text() and "后退" in answer.page.text()
        again = teacher.hx("POST", "/hazards/new", forms[done])
        assert (again.status, again.headers["HX-Retarget"]) == (507, "#messages")
        assert "请管理员清理磁盘" in again.page.text()
        assert hazards(session) == done
        assert teacher.get("/hazards").status == 200
        assert browser(None).get("/healthz").status == 200
    for _twice in range(2):
        assert teacher.post("/hazards/new", forms[done]).status == 303
    assert hazards(session) == done + 1
    acts = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.act == "hazard.report")
    assert session.scalar(acts) == done + 1


@pytest.mark.parametrize("path", ["/", "/hazards", "/checks", "/letters", "/grids/map", "/me"])
def test_pages_are_read_though_nothing_can_be_written(app, browser, make, path):
    make.grid()
    officer = browser(make.someone("officer"))
    with read_only(app):
        answer = officer.get(path)
    assert answer.status == 200
    if path == "/":  # the day's checks could not be made
        assert "不是最新" in answer.page.text("messages")


def test_what_is_written_to_a_read_only_database_is_refused_in_words_and_nothing_is_kept(
    app, browser, make, session
):
    teacher, form = browser(make.someone("teacher")), report(make, 1)
    with read_only(app):
        answer = teacher.post("/hazards/new", form)
        assert (answer.status, "不能写入" in answer.page.text()) == (507, True)
        assert teacher.post("/photos", {"photo": (picture(), "a.jpg")}).status == 507
    assert hazards(session) == 0
    assert session.scalar(sa.select(sa.func.count(Photo.id))) == 0
    assert teacher.post("/hazards/new", form).status == 303


def test_a_tap_that_is_not_saved_is_told_by_both_ways_and_saved_later(app, browser, make, session):
    walk = make.walk()
    teacher, path = browser(make.someone("teacher")), f"/checks/{walk.id}/answers"
    with app.app_context():
        from unitsafe.checks.taps import read_sheet

        first, second = [item.key for item in read_sheet(session, walk.id).items][:2]
    assert teacher.hx("POST", path, {f"answer-{first}": "ok"}).status == 200
    with read_only(app):
        for _way in range(2):
            answer = teacher.hx("POST", path, {f"answer-{second}": "ok"})
            assert (answer.status, "不能写入" in answer.page.text()) == (507, True)
    assert teacher.hx("POST", path, {f"answer-{second}": "ok"}).status == 200


def test_the_reminders_round_hears_of_the_disk_instead_of_showing_old_things(app, make, session):
    from unitsafe.checks.planning import ensure_planned

    make.someone("officer")
    with read_only(app), app.app_context(), pytest.raises(sa.exc.OperationalError):
        ensure_planned(db.session(), make.now().date(), now=make.now())


@pytest.mark.parametrize(("code", "says"), [(errno.ENOSPC, "磁盘已满"), (errno.EROFS, "不能写入")])
def test_a_file_for_which_the_disk_has_no_room_is_refused_beside_its_form(
    browser, make, session, monkeypatch, code, says
):
    def refuse(*_args: object) -> None:
        raise OSError(code, "")

    officer = browser(make.someone("officer"))
    monkeypatch.setattr("unitsafe.core.blobs.write_whole", refuse)
    photo = officer.post("/photos", {"photo": (picture("teal"), "a.jpg")})
    assert (photo.status, says in photo.json["message"]) == (507, True)
    form = {**report(make, 1), "photo_file": (picture("navy"), "a.jpg")}
    shown = officer.post("/hazards/new", form)
    assert (shown.status, says in shown.page.text()) == (422, True)
    assert form["description"] in shown.page.value("description")
    paper = {"title": "制度", "file_upload": (io.BytesIO(PDF + b"%new\n"), "a.pdf")}
    assert says in officer.post("/documents/new", paper).page.text()
    for table in (Photo, StoredFile, Hazard):
        assert session.scalar(sa.select(sa.func.count(table.id))) == 0


def no_temporary_file(*_args: object, **_kwargs: object) -> None:
    raise NO_ROOM


@pytest.mark.parametrize("path", ["/hazards.xlsx", "/hazards.pdf"])
def test_a_full_temporary_folder_is_said_instead_of_a_file(browser, make, monkeypatch, path):
    make.hazard()
    officer = browser(make.someone("officer"))
    monkeypatch.setattr(tempfile, "TemporaryFile", no_temporary_file)
    monkeypatch.setattr("unitsafe.core.printing.TemporaryDirectory", no_temporary_file)
    answer = officer.get(path)
    assert answer.status == 507
    assert "磁盘满了" in answer.page.text() and "后退" not in answer.page.text()


def test_a_workbook_that_does_not_fit_is_the_disks_error(monkeypatch):
    class Small(io.BytesIO):
        def write(self, data: object) -> int:
            raise NO_ROOM

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_kwargs: Small())
    with pytest.raises(OSError, match="No space"):
        excel.workbook("表", [excel.Column("甲")], [["一"]])


def test_a_paper_without_room_for_its_photos_is_not_printed_without_them(monkeypatch, tmp_path):
    from unitsafe.core import printing

    monkeypatch.setattr("shutil.copyfile", no_temporary_file)
    with pytest.raises(OSError, match="No space"):
        printing._gather({"a": tmp_path / "a.jpg"}, tmp_path)


def test_another_error_of_a_file_stays_an_error_of_the_program(browser, make, monkeypatch):
    def lost(*_args: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "gone")

    officer = browser(make.someone("officer"))
    monkeypatch.setattr(BlobStore, "put", lost)
    with pytest.raises(FileNotFoundError):
        officer.post("/photos", {"photo": (picture(), "a.jpg")})
