"""The year's plan in the browser."""

import io

import pytest
import python_calamine
import sqlalchemy as sa

from unitsafe.core.db import db
from unitsafe.year_plan.models import OwnEntry, PlanMark, PlanSignature

YEAR = "/year-plan/2026-2027"
MANUAL = f"{YEAR}/key_areas/2026-2027"


@pytest.fixture
def officer(browser, make):
    make.school()
    return browser(make.someone("officer"))


def form(client, path, action):
    page = client.get(path).page
    found = next(one for one in page.root.iter("form") if one.get("action") == action)
    return {one.get("name"): one.get("value") or "" for one in found.iter("input")}


def test_the_menu_leads_to_the_year_that_runs(officer):
    answer = officer.get("/year-plan")
    assert (answer.status, answer.headers["Location"]) == (303, YEAR)


def test_two_entries_of_a_month_stand_apart(officer):
    cells = [one for one in officer.get(YEAR).page.root.iter("td") if len(one.findall("a")) > 1]
    assert cells
    assert all(link.tail == " " for cell in cells for link in cell.findall("a")[:-1])


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/year-plan/2026",
            "/year-plan/2026-2028",
            "/year-plan/1999-2000",
            "/year-plan/9999-10000",
        ),
        *(f"{YEAR}/nothing/2026-2027", f"{YEAR}/drill/2026-08", f"{YEAR}/own/7"),
    ],
)
def test_an_odd_year_or_entry_is_unknown(officer, path):
    assert officer.get(path).status == 404


def test_everybody_on_the_staff_reads_the_year_and_nobody_else_marks_it(browser, make):
    make.school()
    client = browser(make.someone("teacher"))
    page = client.get(YEAR).page
    assert "签订责任书" in page.text() and "增加一项" not in page.text()
    entry = client.get(MANUAL).page.text()
    assert "第十九条" in entry and "登记完成" not in entry
    assert client.post(f"{MANUAL}/mark", {"act": "done"}).status == 403


def test_what_rests_on_custom_alone_is_marked_as_to_be_checked(officer):
    page = officer.get(f"{YEAR}/fire_month/2026-2027").page.text()
    assert "待核" in page and "没有可以引用的条文" in page


@pytest.mark.parametrize("htmx", [True, False])
def test_an_entry_is_marked_with_its_paper(officer, session, make, htmx):
    sent = form(officer, MANUAL, f"{MANUAL}/mark")
    scan = make.file(make.someone("officer"))
    sent |= {"done_on": "2026-11-20", "note": "核对过", "file": str(scan.id)}
    sent.pop("file_upload", None)
    post = officer.hx if htmx else None
    answer = (
        post("POST", f"{MANUAL}/mark", data=sent) if post else officer.post(f"{MANUAL}/mark", sent)
    )
    assert answer.status == (200 if htmx else 303)
    mark = session.scalars(sa.select(PlanMark)).one()
    assert (mark.note, mark.file_id) == ("核对过", scan.id)
    assert "已完成" in officer.get(MANUAL).page.text()


def test_a_mark_without_its_day_or_reason_is_shown_again(officer, session):
    sent = form(officer, MANUAL, f"{MANUAL}/mark") | {"done_on": ""}
    sent.pop("file_upload", None)
    assert officer.post(f"{MANUAL}/mark", sent).status == 422
    dropped = officer.post(f"{MANUAL}/mark", {"act": "drop", "note": ""})
    assert dropped.status == 422
    assert officer.post(f"{MANUAL}/mark", {"act": "x"}).status == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(PlanMark)) == 0


def test_the_school_adds_an_entry_that_stands_among_the_months(officer, session):
    sent = {"text": "消防器材进社区", "due_on": "2027-03-31", "post": "safety_officer"}
    assert officer.post(f"{YEAR}/add", sent).status == 303
    own = session.scalars(sa.select(OwnEntry)).one()
    assert "消防器材进社区" in officer.get(YEAR).page.text()
    assert officer.get(f"{YEAR}/own/{own.id}").status == 200
    late = officer.post(f"{YEAR}/add", {**sent, "due_on": "2028-01-01"})
    assert late.status == 409 and "完成期限" in late.page.text()


def test_the_principal_signs_and_the_page_says_so(browser, make, session):
    make.school()
    principal = make.someone("principal")
    client = browser(principal)
    sent = form(client, YEAR, f"{YEAR}/sign") | {"agree": "y", "typed_name": "不是我"}
    wrong = client.post(f"{YEAR}/sign", sent)
    assert wrong.status == 422
    assert client.post(f"{YEAR}/sign", {**sent, "typed_name": principal.name}).status == 303
    assert session.scalar(sa.select(PlanSignature.typed_name)) == principal.name
    page = client.get(YEAR).page.text()
    assert "签批 · 在线签字" in page and "校长签批 我已看过" not in page


def test_filters_leave_what_they_say(officer):
    assert "没有符合条件" in officer.get(f"{YEAR}?state=dropped").page.text()
    mine = officer.get(f"{YEAR}?mine=1").page.text("plan")
    assert "每日防火巡查" in mine and "签订责任书" not in mine


def test_the_workbook_has_a_row_for_each_entry(officer):
    answer = officer.get(f"{YEAR}.xlsx")
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["期间", "要做的事", "完成期限", "由谁办"]
    assert len(rows) > 100


def test_the_paper_opens(officer):
    answer = officer.get(f"{YEAR}.pdf")
    assert answer.status == 200 and answer.response.data.startswith(b"%PDF")


def test_the_page_takes_as_many_statements_with_marks_as_without(officer, app):
    seen = []

    def count():
        seen.clear()
        with app.app_context():
            engine = db.engine
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", listener)
        officer.get(YEAR)
        sa.event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    count()  # the first visit of a device is noted
    few = count()
    for day in ("2027-03-01", "2027-04-01", "2027-05-01"):
        officer.post(
            f"{YEAR}/add", {"text": "一件事", "due_on": day, "post": "safety_officer", "once": day}
        )
    officer.post(f"{MANUAL}/mark", {"act": "done", "done_on": "2026-11-20", "note": ""})
    assert count() == few <= 24
