"""The ledger of checks as a workbook, on paper and as a year."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import python_calamine

from tests.paper.samples import plain_text
from unitsafe import clock
from unitsafe.checks import services
from unitsafe.core import excel


def sheet(content):
    book = python_calamine.load_workbook(io.BytesIO(content))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture
def walked(make, session):
    """One walk that was submitted with a remark like a formula, and what else is due today."""
    make.grid()
    make.day()
    check = make.submitted(make.walk(), make.someone("teacher"))
    check.note = "=HYPERLINK(1)"
    session.commit()
    return check


def test_the_workbook_holds_what_the_filters_show(browser, make, walked):
    client = browser(make.someone("officer"))
    answer = client.get("/checks.xlsx?status=done")
    (row,) = sheet(answer.response.data)
    assert (row["日期"], row["部位"], row["检查人"]) == (
        date(2026, 11, 23),
        walked.place,
        "teacher",
    )
    assert row["备注或漏查说明"] == "=HYPERLINK(1)" and row["异常项"] == 0
    assert len(sheet(client.get("/checks.xlsx").response.data)) > 1
    assert sheet(client.get("/checks.xlsx?first=2027-01-01").response.data) == []
    name = "%E6%A3%80%E6%9F%A5%E8%AE%B0%E5%BD%95_2026-11-23.xlsx"
    assert answer.headers["Content-Disposition"].endswith(name)
    assert int(answer.headers["Content-Length"]) == len(answer.response.data)


def test_the_paper_says_what_it_is_narrowed_to(browser, make, walked):
    grid = make.grid()
    answer = browser(make.someone("officer")).get(f"/checks.pdf?status=done&grid={grid.code}&q=层")
    text = plain_text(answer.response.data)
    assert f"范围：已完成、{grid.code}{grid.name}、含“层”" in text and "共1条" in text


def test_a_year_holds_its_months_that_have_begun(browser, make, walked):
    client = browser(make.someone("officer"))
    answer = client.get("/checks.zip")
    with zipfile.ZipFile(io.BytesIO(answer.response.data)) as archive:
        book, grid = archive.namelist()
        assert book.endswith("_检查记录_2026-11.xlsx") and grid.endswith("（月表）_2026-11.pdf")
        assert len(sheet(archive.read(book))) > 1 and archive.read(grid).startswith(b"%PDF")
    narrowed = client.get("/checks.zip?year=2026&status=done")
    with zipfile.ZipFile(io.BytesIO(narrowed.response.data)) as archive:
        (book,) = archive.namelist()
        assert len(sheet(archive.read(book))) == 1
    assert "没有符合条件的记录" in client.get("/checks.zip?year=2025").page.text()
    assert client.get("/checks.zip?year=2027").status == 404
    assert browser(make.someone("teacher")).get("/checks.zip").status == 403


def test_a_year_of_hazards_is_packed_by_the_day_of_finding(browser, make):
    hazard = make.hazard()
    answer = browser(make.someone("officer")).get("/hazards.zip")
    with zipfile.ZipFile(io.BytesIO(answer.response.data)) as archive:
        (name,) = archive.namelist()
        assert name.endswith("_隐患排查整改台账_2026-11.xlsx")
        assert [row["编号"] for row in sheet(archive.read(name))] == [hazard.number]


def test_only_so_many_workbooks_are_made_at_once(browser, make, walked, monkeypatch):
    monkeypatch.setattr(excel, "WAIT", 0)
    client = browser(make.someone("officer"))
    assert excel._at_once.acquire() and excel._at_once.acquire()
    try:
        answer = client.get("/checks.xlsx")
    finally:
        excel._at_once.release(2)
    assert answer.status == 409 and "正在导出" in answer.page.text()
    assert "刷新" not in answer.page.text()  # it says what to do itself
    assert client.get("/checks.xlsx").status == 200


def test_the_page_leads_to_its_files(browser, make, walked):
    page = browser(make.someone("officer")).get("/checks?status=done").page
    assert "/checks.xlsx?status=done" in page.links()
    years = [link for link in page.links() if ".zip" in link]
    assert years == ["/checks.zip?status=done&year=2026"], "the calendar begins in 2026"
    teacher = browser(make.someone("teacher")).get("/checks").page
    assert not [link for link in teacher.links() if ".zip" in link]


def test_whether_it_was_on_time_can_be_counted_again(browser, make, session, now):
    """Also of what was corrected later: the first version counts."""
    teacher = make.someone("teacher")
    make.grid()
    walks = [one for one in make.day() if one.checklist_key == "grid_walk"]
    make.submitted(walks[0], teacher)
    now.set("2026-11-23T23:30")
    with make.app.app_context():
        version = services.correct(
            session, walks[0], reason="漏记", by=make.actor(teacher), now=now()
        )
    session.commit()
    make.submitted(version, teacher)
    make.submitted(walks[1], teacher)
    now.set("2026-11-24T08:00")
    client = browser(make.someone("officer"))
    days = "checklist=grid_walk&first=2026-11-23&last=2026-11-23"
    rows = sheet(client.get(f"/checks.xlsx?{days}").response.data)
    assert sorted(row["按时"] for row in rows) == ["按时", "迟"]
    for status, wanted in (("on_time", ["按时"]), ("late", ["迟"])):
        rows = sheet(client.get(f"/checks.xlsx?{days}&status={status}").response.data)
        assert [row["按时"] for row in rows] == wanted
        assert client.get(f"/checks?{days}&status={status}").page.rows() == 1
    assert "没按时" in client.get(f"/checks?{days}&status=late").page.text("content")
    missed = client.get("/checks?status=late&checklist=daily_fire_patrol").page
    assert (
        missed.rows() == client.get("/checks?checklist=daily_fire_patrol&status=missed").page.rows()
    )


def test_a_deadline_at_the_end_of_a_day_stays_on_that_day(browser, make, session):
    make.grid()
    check = next(one for one in make.day() if clock.local(one.due_at).hour == 0)
    last = (clock.local(check.due_at) - timedelta(days=1)).date()
    rows = sheet(browser(make.someone("officer")).get("/checks.xlsx").response.data)
    row = next(row for row in rows if row["检查"] == check.title)
    assert row["应完成时间"] == datetime.combine(last, time(23, 59))
