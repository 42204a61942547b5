"""The pages of activities, from the plan of a drill to its record."""

import io
from datetime import date

import pytest
import python_calamine
import sqlalchemy as sa

from tests.factories import PDF, picture
from tests.paper.samples import plain_text
from unitsafe.activities.models import Activity, DrillClass, HeadCount
from unitsafe.activities.rules import State
from unitsafe.hazards.models import Hazard

DRILL = {
    "kind": "drill",
    "form": "evacuation",
    "title": "十一月疏散演练",
    "planned_on": "2026-11-23",
    "planned_at": "09:30",
    "space_id": "",
    "place": "全校",
    "commander": "沈清和",
    "scene": "二层教室起火",
    "signal": "广播连续短鸣",
    "routes": "东半部走东侧楼梯，到操场集合",
    "target_seconds": "110",
}
NO_SCRIPT = {"Accept": "text/html"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def client(browser, officer):
    return browser(officer)


@pytest.fixture
def school_class(make):
    room = make.space_in(make.grid())
    return make.school_class(space_id=room.id, head_teacher_id=make.someone("teacher").id)


@pytest.fixture
def address(client, officer, school_class):
    """Where a planned drill of the class is shown."""
    data = {**DRILL, "organiser_id": officer.id, "classes": school_class.id}
    return client.post("/activities/new", data).location


def running(client, address):
    client.post(f"{address}/step", {"action": "start"})


def test_a_drill_from_plan_to_archive(client, address, make, session, now, officer):
    assert address == "/activities/HD2026-0001"
    page = client.get(address).page
    for words in ("十一月疏散演练", "沈清和", "三年级2班", "应到42人", "开始演练，计时"):
        assert words in page.text()
    assert "打印演练通知" in page.text()
    client.post(f"{address}/step", {"action": "notify"})
    now.set("2026-11-23T09:30:00")
    answer = client.post(f"{address}/step", {"action": "start"})
    assert (answer.status, answer.location) == (303, f"{address}/run")
    page = client.get(f"{address}/run").page
    assert "没有点名：三年级2班" in page.text("board")
    part = session.scalars(sa.select(DrillClass)).one()
    now.set("2026-11-23T09:31:40")
    assert client.post(f"{address}/count", {"part_id": part.id, "whole": "1"}).status == 303
    floor = {"building_id": part.building_id, "floor": part.floor}
    assert client.post(f"{address}/count", floor).status == 303
    assert "各班都点过名了" in client.get(f"{address}/run").page.text("board")
    now.set("2026-11-23T09:33:00")
    assert client.post(f"{address}/step", {"action": "stop"}).status == 303
    page = client.get(address).page
    assert "1分40秒 达标" in page.text()
    judged = {"evaluation": "有序", "suitable": "all", "sufficient": "basic", "problems": "门锁着"}
    assert client.post(f"{address}/evaluate", judged).status == 303
    refused = client.post(f"{address}/step", {"action": "archive"})
    assert refused.status == 409 and "登记成隐患" in refused.page.text()
    issue = {"description": "西门锁着", "category": "evac_blocked", "level": "normal"}
    assert client.post(f"{address}/issues", {**issue, "space_id": ""}).status == 303
    number = session.scalars(sa.select(Hazard.number)).one()
    assert f"/hazards/{number}" in client.get(address).page.links()
    assert address in client.get(f"/hazards/{number}").page.links()
    files = {"photo_file": (picture(), "a.jpg"), "file_upload": (io.BytesIO(PDF), "签到表.pdf")}
    assert client.post(f"{address}/attach", files).status == 303
    assert client.post(f"{address}/step", {"action": "archive"}).status == 303
    page = client.get(address).page
    assert "已归档" in page.text() and "签到表.pdf" in page.text()
    assert not [form for form in page.root.iter("form") if form.get("action") != "/logout"]
    printed = plain_text(client.get(f"{address}.pdf").response.data)
    for words in (
        "演练记录",
        "HD2026-0001",
        "1分40秒（目标1分50秒，达标）",
        "西门锁着",
        "三年级2班",
    ):
        assert words in printed


def test_the_notice_says_who_goes_which_way(client, address):
    printed = plain_text(client.get(f"{address}/notice.pdf").response.data)
    for words in (
        "关于开展应急疏散演练的通知",
        "东半部走东侧楼梯",
        "三年级2班",
        "2026年11月23日09:30",
    ):
        assert words in printed


def test_a_phone_tells_how_long_it_kept_a_count(client, browser, make, address, session, now):
    now.set("2026-11-23T09:30:00")
    running(client, address)
    part = session.scalars(sa.select(DrillClass.id)).one()
    now.set("2026-11-23T09:40:00")
    phone = browser(make.someone("teacher"))
    sent = {"part_id": part, "present": "41", "late_seconds": "510", "once": "k1"}
    for _twice in range(2):
        answer = phone.post(f"{address}/count", sent, headers=SCRIPT)
        assert (answer.status, answer.json) == (200, {"saved": True})
    row = session.scalars(sa.select(HeadCount)).one()
    assert (row.present, row.late_seconds) == (41, 510)
    assert row.counted_at == now.set("2026-11-23T09:31:30")
    text = phone.hx("GET", f"{address}/run").page.text(f"class-{part}")
    assert "少1人" in text and "1分30秒" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"present": "43"}, "请在备注里写明原因"),
        ({"present": ""}, "请填实到人数"),
        ({"present": "abc"}, "不是有效的整数"),
        ({"present": "-1"}, "0以上的整数"),
    ],
)
def test_a_count_that_cannot_be_is_told_beside_the_class(client, address, session, typed, said):
    running(client, address)
    part = session.scalars(sa.select(DrillClass.id)).one()
    plain = client.post(f"{address}/count", {"part_id": part, **typed})
    assert plain.status == 422 and said in plain.page.text()
    script = client.post(f"{address}/count", {"part_id": part, **typed}, headers=SCRIPT)
    assert script.status == 422 and said in script.json["message"]
    assert session.scalars(sa.select(HeadCount)).all() == []


def test_a_drill_on_paper_that_ended_before_it_began_is_refused_beside_the_field(
    client, address, session
):
    typed = {"held_on": "2026-11-20", "started": "09:50", "ended": "09:48"}
    answer = client.post(f"{address}/hold", typed)
    assert answer.status == 422 and "结束时间不能早于开始时间" in answer.page.text()
    more = {"held_on": "2026-11-20", "expected": "42", "present": "50"}
    answer = client.post(f"{address}/hold", more)
    assert answer.status == 422 and "写明原因" in answer.page.text()
    sound = {**typed, "ended": "09:52", "expected": "42", "present": "41"}
    assert client.post(f"{address}/hold", sound).status == 303
    drill = session.scalars(sa.select(Activity)).one()
    assert (drill.state, drill.seconds, drill.present) == (State.HELD, 120, 41)
    text = client.get(address).page.text()
    assert "超过目标" in text and "补录" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form": "full", "elements": ["alarm", "evacuation"]}, "报警、灭火、疏散、救护四项"),
        ({"classes": []}, "请选参加的班级"),
        ({"organiser_id": ""}, "请选组织人"),
        ({"planned_on": "1026-11-23"}, "请核对年份"),
        ({"title": ""}, "请填写名称"),
    ],
)
def test_a_plan_that_lacks_something_is_shown_again(client, officer, school_class, changes, said):
    data = {**DRILL, "organiser_id": officer.id, "classes": school_class.id, **changes}
    answer = client.post("/activities/new", data)
    assert answer.status == 422 and said in answer.page.text()


def test_the_form_of_a_new_drill_offers_the_usual(client, make, school_class):
    make.school_class("一年级1班", grade=1, boarders=5)
    day = client.get("/activities/new?kind=drill").page
    night = client.get("/activities/new?kind=drill&form=night").page
    assert day.value("target_seconds") == "120"

    def ticked(page):
        boxes = [one for one in page.root.iter("input") if one.get("name") == "classes"]
        return [one.get("checked") is not None for one in boxes]

    assert (ticked(day), ticked(night)) == ([True, True], [True, False])


def test_a_change_keeps_what_was_there_and_shows_what_changed(client, address, officer, session):
    form = client.get(f"{address}/edit").page
    assert (form.value("commander"), form.value("scene")) == ("沈清和", "二层教室起火")
    data = {**DRILL, "organiser_id": officer.id, "classes": "1", "version": form.value("version")}
    assert client.post(f"{address}/edit", {**data, "signal": "警铃"}).status == 303
    assert "警报信号：广播连续短鸣→警铃" in client.get(address).page.text()
    late = client.post(f"{address}/edit", {**data, "signal": "口哨"})
    assert late.status == 409


def test_a_cancelled_drill_wants_a_reason(client, address):
    answer = client.post(f"{address}/step", {"action": "cancel"})
    assert answer.status == 422 and "请写明取消的原因" in answer.page.text()
    assert client.post(f"{address}/step", {"action": "cancel", "note": "下雨"}).status == 303
    assert "下雨" in client.get(address).page.text()


def test_who_takes_part_sees_it_and_changes_nothing(browser, make, address):
    teacher, nobody = browser(make.someone("teacher")), browser(make.someone("nobody"))
    page = teacher.get(address).page
    assert "开始演练" not in page.text()
    assert teacher.get(f"{address}/edit").status == 403
    assert teacher.post(f"{address}/step", {"action": "start"}).status == 403
    for path in ("", ".pdf", "/notice.pdf", "/run", "/edit"):
        assert nobody.get(f"{address}{path}").status == 404
    assert nobody.get("/activities").page.rows() == 0
    assert teacher.get("/activities").page.rows() == 1


def test_the_ledger_filters_counts_and_exports(client, address, make):
    make.drill(title="宿舍演练", planned_on=date(2026, 10, 12))
    page = client.get("/activities?kind=drill").page
    assert page.rows() == 2 and "演练 2" in page.text()
    assert "本学期疏散演练" in page.text() and "9月 0 / 1 ✗ 没有演练" in page.text()
    for query, rows in (
        ("q=宿舍", 1),
        ("q=HD2026-0001", 1),
        ("state=held", 0),
        ("first=2026-11-01", 1),
        ("last=2026-11-01", 1),
        ("kind=meeting", 0),
        ("form=night", 0),
        ("kind=nonsense&state=x&first=y", 2),
    ):
        assert client.hx("GET", f"/activities?{query}").page.rows() == rows, query
    book = client.get("/activities.xlsx?kind=drill").response.data
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert [row[3] for row in rows] == ["名称", "宿舍演练", "十一月疏散演练"]
