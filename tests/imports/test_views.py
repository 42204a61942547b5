"""An import in the browser, step by step."""

import io
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.addresses import changed, contents
from tests.writes import controls
from unitsafe.core.audit import AuditEntry
from unitsafe.imports.models import ImportDraft, ImportRun, What
from unitsafe.imports.reading import read
from unitsafe.people.models import Person
from unitsafe.places.models import Space

from .test_reading import DATA, workbook

ROOMS = "楼栋,楼层,部位,种类\n新楼,1,101教室,\n新楼,2,201教室,\n"
BAD = ROOMS + "新楼,顶层,301教室,\n"


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


def send(client, what, data, name="名单.csv", *, swap=False):
    """Upload a file as the page's form does; where it leads."""
    path = f"/import/{what}"
    sent = controls(client.get(path).page, path)
    sent["file"] = (io.BytesIO(data if isinstance(data, bytes) else data.encode()), name)
    return client.hx("POST", path, sent) if swap else client.post(path, sent)


def press(client, page_path, action, **typed):
    """Send a form of a page as it is shown, with what is typed."""
    return client.post(action, {**controls(client.get(page_path).page, action), **typed})


@pytest.fixture
def preview(officer):
    """`preview(what, data)`: the address of the preview of a list."""

    def go(what, data, **columns):
        path = send(officer, what, data).location
        answer = press(officer, path, path, **columns)
        assert answer.status == 303, answer.page.text("content")
        return answer.location

    return go


def test_rooms_are_also_found_under_buildings(officer):
    assert "楼栋与部位" in officer.get("/import/buildings").page.text("page-title")
    assert officer.get("/import/gardens").status == 404


@pytest.mark.parametrize("swap", [False, True])
def test_a_list_goes_in_and_comes_out_again(officer, session, swap):
    before = session.scalar(sa.select(sa.func.count()).select_from(Space))
    columns = send(officer, "spaces", ROOMS, swap=swap).location
    path = press(officer, columns, columns).location
    text = officer.get(path).page.text("content")
    assert "新增 2 条" in text and "新楼栋 新楼" in text and "当作“教室”" in text
    run = press(officer, path, path).location
    assert "2新增" in officer.get(run).page.text("content")
    assert session.scalar(sa.select(sa.func.count()).select_from(Space)) == before + 2
    assert session.scalar(sa.select(sa.func.count()).select_from(ImportDraft)) == 0
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "import.carry_out")).one()
    assert '"new": 2' in entry.data and "sha256" in entry.data
    assert press(officer, run, f"{run}/undo").location == run
    assert session.scalar(sa.select(sa.func.count()).select_from(Space)) == before
    assert "已撤销" in officer.get("/import").page.text("content")


def test_a_list_with_problems_waits_for_a_decision(officer, preview, session):
    path = preview("spaces", BAD)
    page = officer.get(path).page
    assert "看不懂这个楼层" in page.text("rows")
    assert not [form for form in page.root.iter("form") if form.get("action") == path]
    assert officer.post(path, {"seen": "x"}).status == 409
    assert officer.get(f"{path}?only=problem").page.rows() == 1
    chosen = f"{path}?leave_out=1"
    run = press(officer, chosen, path).location
    text = officer.get(run).page.text("content")
    assert "没有导入的行" in text and "看不懂这个楼层" in text
    assert session.scalar(sa.select(sa.func.count()).select_from(Space)) == 2


def test_what_changed_since_the_preview_is_looked_at_again(officer, preview, make, session):
    path = preview("spaces", ROOMS)
    sent = controls(officer.get(path).page, path)
    make.space(make.building("新楼"), "101教室")
    before = contents(session)
    answer = officer.post(path, sent)
    assert answer.status == 409 and "重新看一遍" in answer.page.text("content")
    assert changed(before, contents(session)) == {}
    assert press(officer, path, path).status == 303


def test_namesakes_want_a_confirmation(officer, preview, session):
    path = preview("people", "姓名,电话\n王芳,13800000001\n王芳,13800000002\n")
    answer = press(officer, path, path)
    assert answer.status == 409 and "勾选确认" in answer.page.text("content")
    press(officer, path, path, confirmed="y")
    assert session.scalar(sa.select(sa.func.count()).where(Person.name == "王芳")) == 2


def test_columns_that_were_guessed_wrong_are_put_right(officer, session):
    path = send(officer, "spaces", "甲,乙,丙\n新楼,1,101教室\n").location
    page = officer.get(path).page
    assert page.value("column_building") == ""
    answer = press(officer, path, path)
    assert answer.status == 422 and "请选择哪一列是楼栋" in answer.page.text("content")
    answer = press(officer, path, path, column_building="0", column_name="0")
    assert answer.status == 422 and "选了同一列" in answer.page.text("content")
    answer = press(officer, path, path, column_building="0", column_name="2", column_floor="1")
    assert "新增 1 条" in officer.get(answer.location).page.text("content")


def test_another_sheet_or_row_of_heads_can_be_chosen(officer):
    path = send(officer, "spaces", (DATA / "rooms.xlsx").read_bytes(), "部位.xlsx").location
    page = officer.get(path).page
    assert page.value("sheet") == "1" or "部位清单" in page.text("content")
    other = officer.get(f"{path}?sheet=0").page
    assert "下面没有内容" in other.text("content")
    assert officer.get(f"{path}?sheet=1&heads=0").page.value("column_building") == ""


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "教室.xlsx", "不是表格"),
        (b"", "空.csv", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "旧.xls", "打不开"),
        (workbook(A1="楼栋", XFD90000="x"), "远.xlsx", "很远的地方"),
    ],
)
def test_a_file_that_is_no_list_is_refused_beside_the_field(officer, session, data, name, words):
    answer = send(officer, "spaces", data, name)
    assert answer.status == 422 and words in answer.page.text("content")
    assert session.scalar(sa.select(sa.func.count()).select_from(ImportDraft)) == 0


def test_no_file_is_asked_for(officer):
    answer = officer.post("/import/people", {})
    assert answer.status == 422 and "请先选择文件" in answer.page.text("content")


def test_a_file_sent_twice_is_kept_once(officer, session):
    sent = controls(officer.get("/import/spaces").page, "/import/spaces")
    places = [
        officer.post(
            "/import/spaces", {**sent, "file": (io.BytesIO(ROOMS.encode()), "a.csv")}
        ).location
        for _ in range(2)
    ]
    assert places[0] == places[1]
    assert session.scalar(sa.select(sa.func.count()).select_from(ImportDraft)) == 1


def test_a_file_belongs_to_whoever_sent_it_and_goes_after_a_week(
    officer, make, browser, session, now
):
    path = send(officer, "spaces", ROOMS).location
    assert browser(make.someone("manager")).get(path).status == 404
    assert officer.get(path.replace("spaces", "people")).status == 404
    now.moment += timedelta(days=8)
    send(officer, "people", "姓名\n王芳\n")
    kept = session.scalars(sa.select(ImportDraft.what)).all()
    assert kept == [What.PEOPLE]


def test_an_undo_that_is_held_says_by_what(officer, preview, make, session):
    path = preview("spaces", ROOMS)
    run = press(officer, path, path).location
    room = session.scalars(sa.select(Space).where(Space.name == "101教室")).one()
    make.equipment(room)
    answer = press(officer, run, f"{run}/undo")
    assert answer.status == 409
    assert "新楼 101教室：里面登记了消防器材" in answer.page.text("content")
    assert session.scalars(sa.select(ImportRun)).one().undone_at is None


@pytest.mark.parametrize("what", What)
def test_a_template_comes_back_without_a_complaint(officer, make, what):
    make.grid()
    answer = officer.get(f"/import/{what}.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = read(answer.response.data)[0]
    example = sheet.rows[1]
    assert example[1][0].startswith("示例")
    path = send(officer, what, answer.response.data, "模板.xlsx").location
    page = officer.get(path).page
    assert "没有这一列" in page.text("content")
    answer = press(officer, path, path)
    assert "没有读到内容" in officer.get(answer.location).page.text("content")


@pytest.mark.parametrize(
    ("post", "what", "status"),
    [
        ("grid_info", "spaces", 200),
        ("grid_info", "people", 403),
        ("grid_info", "equipment", 403),
        ("safety_director", "people", 200),
        ("homeroom_teacher", "spaces", 403),
    ],
)
def test_each_list_is_for_those_who_keep_its_records(make, browser, post, what, status):
    client = browser(make.person("某人", [post]))
    assert client.get(f"/import/{what}").status == status
    assert client.get(f"/import/{what}.xlsx").status == status


def test_two_thousand_rows_are_previewed_and_imported_without_a_wait(officer, preview, session):
    rows = "".join(f"{n % 7 + 1}号教学楼,{n // 100 + 1},{n}教室\n" for n in range(2000))
    path = preview("spaces", "楼栋,楼层,部位\n" + rows)
    began = time.process_time()
    page = officer.get(path).page
    shown = time.process_time() - began
    assert "新增 2000 条" in page.text("content") and page.rows() == 100
    assert shown < 3
    assert officer.get(f"{path}?page=20").page.rows() == 100
    began = time.process_time()
    press(officer, path, path)
    assert time.process_time() - began < 8
    assert session.scalar(sa.select(sa.func.count()).select_from(Space)) == 2000
