"""The statistics on screen, on paper and as a workbook; each number with the rows behind it."""

import io
import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from tests.paper.samples import plain_text
from unitsafe.checks.rules import State as CheckState
from unitsafe.core.figures import METRICS, Figure
from unitsafe.hazards.rules import State


@pytest.fixture
def autumn(make, now):
    """A term with hazards in September and November, one place again, and a walk done."""
    make.school()
    now.set("2026-09-14T08:00")
    make.hazard(State.CLOSED)
    make.hazard(State.ASSIGNED)
    now.set("2026-11-23T08:00")
    make.hazard(State.REJECTED)
    make.hazard(grid=make.grid("二层", block="综合楼片"))
    make.submitted(make.walk(), make.someone("teacher"))


def test_the_first_line_says_the_one_thing(make, browser, autumn):
    page = browser(make.someone("principal")).get("/stats").page
    assert "本学期查到隐患3条，已销号1条，平均0.0天整改。" in page.text()
    assert (
        "还没结束的1天已查1/5次，不计在内。" in page.text() and "每天的检查应做" not in page.text()
    )
    assert "反复出现" in page.text() and "看数字" in page.text()


def links(page):
    """(text, address) of every link, those in drawings included."""
    for one in page.root.iter():
        if str(one.tag).split("}")[-1] == "a":
            yield "".join(one.itertext()).strip(), one.get("href") or ""


CELL = re.compile(r"应查(\d+)次，|已查\d+/(\d+)，未完")


@pytest.mark.parametrize(
    ("who", "what"), [("principal", ""), ("principal", "?building={}"), ("leader", "")]
)
def test_every_number_leads_to_as_many_rows(make, browser, now, autumn, session, who, what):
    make.patrol().state = CheckState.SKIPPED
    session.commit()
    now.set("2026-11-24T13:00")
    client = browser(make.someone(who))
    seen, cells = 0, []
    for text, href in links(client.get(f"/stats{what.format(make.building().id)}").page):
        if href.startswith("/hazards?") and text.isdigit():
            assert client.get(href).page.rows() == int(text), href
            seen += 1
        if href.startswith("/checks?") and (cell := CELL.search(text)):
            number = int(cell[1] or cell[2])
            assert client.get(href).page.rows() == number, text
            cells.append(text.split("：")[0])
    assert seen > 8
    assert cells == ["11月23日周一", "11月24日周二"]


def test_today_has_no_tick(make, browser, autumn):
    page = browser(make.someone("principal")).get("/stats").page
    (text,) = (text for text, _href in links(page) if "11月23日" in text)
    assert "已查1/5，未完" in text and "…" in text and "✓" not in text


def test_the_buildings_say_how_many_hazards_have_none(make, browser, session, autumn):
    lost, hall = make.hazard(), make.hazard()
    lost.space_id = None
    hall.space_id = make.space(make.building("综合楼"), "门厅").id
    session.commit()
    client = browser(make.someone("principal"))
    assert "另有1条没有写明楼栋" in client.get("/stats").page.text()
    assert "另有1条没有写明楼栋" in plain_text(client.get("/stats.pdf").response.data)
    assert "没有写明楼栋" in str(sheet_of(client.get("/stats.xlsx")))


def test_months_of_ones_own_and_a_building(make, browser, autumn):
    client, house = browser(make.someone("manager")), make.building().id
    page = client.get("/stats?from=2026-09&to=2026-10").page
    assert "2026年9月至10月查到隐患2条" in page.text() and "2026-10-31" in page.text()
    assert "近12个月查到隐患3条" in client.get("/stats?period=months").page.text()
    assert (
        "查到隐患2条" in client.get(f"/stats?building={house}&from=2026-09&to=2026-09").page.text()
    )
    elsewhere = make.building("综合楼").id
    page = client.get(f"/stats?building={elsewhere}").page
    assert "按这些条件没有检查" in page.text()


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ("from=abc", "from", "请填年月"),
        ("to=2026-13", "to", "请填年月"),
        ("from=1900-01&to=2100-12", "from", "从2000年"),
        ("from=2000-01&to=2100-12", "to", "最多看24个月"),
        ("from=2026-10&to=2026-09", "to", "早于开始"),
        ("grid=99", "grid", "没有这个网格"),
        ("building=999", "building", "没有这栋楼"),
        ("building=x", "building", "没有这栋楼"),
    ],
)
def test_a_filter_that_cannot_be_followed_is_said_beside_it(
    make, browser, autumn, asked, field, said
):
    client = browser(make.someone("manager"))
    for kind in ("", ".pdf", ".xlsx"):
        answer = client.get(f"/stats{kind}?{asked}")
        assert answer.status == 422 and said in answer.page.text(f"f-{field}-error")
        assert "查到隐患" not in answer.page.text("content")


def test_filters_that_exclude_each_other_are_said(make, browser, autumn):
    hall, own = make.building("综合楼"), make.building()
    room = make.space(hall, "门厅")
    manager, leader = (browser(make.someone(who)) for who in ("manager", "leader"))
    asked = f"/stats?grid={make.grid().code}&building="
    assert manager.get(f"{asked}{own.id}").status == 200
    for url in (f"{asked}{hall.id}", f"/stats?building={room.building_id}"):
        answer = leader.get(url)
        assert answer.status == 422
        assert "没有部位在综合楼" in answer.page.text("f-building-error")
    assert manager.get(f"{asked}{hall.id}").status == 422
    assert manager.get(f"/stats?building={hall.id}").status == 200
    offered = [one.text for one in leader.get("/stats").page.root.iter("option")]
    assert own.name in offered and hall.name not in offered


def test_a_leader_sees_only_their_own_grids_and_a_teacher_nothing(make, browser, autumn):
    leader = browser(make.someone("leader"))
    page = leader.get("/stats").page
    assert "查到隐患2条" in page.text() and "综合楼片" not in page.text("content")
    far = make.grid("二层", block="综合楼片").code
    answer = leader.get(f"/stats?grid={far}")
    assert answer.status == 422 and "查到隐患" not in answer.page.text()
    for link in page.root.iter("a"):
        if (link.get("href") or "").startswith("/hazards?"):
            assert "grid=01-01" in link.get("href")
    assert "综合楼片" in browser(make.someone("inspector")).get("/stats").page.text("content")
    assert browser(make.someone("teacher")).get("/stats").status == 403


def test_a_leader_of_nothing_sees_nothing(make, browser, autumn):
    page = browser(make.person("新网格长", ["grid_leader"])).get("/stats").page
    assert "您没有负责的网格，没有可以统计的" in page.text()


def test_an_empty_school_says_what_comes_first(make, browser):
    page = browser(make.someone("principal")).get("/stats").page
    assert "没有可以统计的" in page.text() and "/calendar" in page.links()


def test_figures_of_the_assessment_stand_month_by_month(make, browser, autumn, monkeypatch):
    for key in ("hazards_closed_on_time_rate", "backfilled_record_rate"):
        monkeypatch.setitem(METRICS, key, lambda _session, _days: Figure(1, 3))
    monkeypatch.setitem(METRICS, "daily_patrol_completion_rate", lambda _s, _d: Figure(None, 0))
    client = browser(make.someone("principal"))
    page = client.get("/stats").page
    assert "补录率" in page.text() and page.text().count("1/3 33%") == 6
    for link in page.root.iter("a"):
        if "1/3" in "".join(link.itertext()):
            assert client.get(link.get("href")).status == 200
    assert "补录率" not in client.get(f"/stats?grid={make.grid().code}").page.text()


def sheet_of(answer):
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.get_data()))
    return book.get_sheet_by_index(0).to_python()


def test_the_workbook_holds_a_line_for_each_number(make, browser, autumn):
    rows = sheet_of(browser(make.someone("principal")).get("/stats.xlsx"))
    assert rows[0][:4] == ["统计", "名称", "时间", "数量"]
    lines = {tuple(row[:7]) for row in rows[1:]}
    assert ("每月隐患", "发现", "2026年9月", 2.0) in {line[:4] for line in lines}
    assert ("每天的检查", "", date(2026, 11, 23), 5.0, 1.0, "已查，未完", "") in lines
    assert ("隐患类别", "疏散通道与安全出口", "", 3.0) in {line[:4] for line in lines}


def test_the_paper_shows_the_same_in_drawings(make, browser, autumn):
    answer = browser(make.someone("principal")).get("/stats.pdf?period=year")
    text = plain_text(answer.response.data)
    for wanted in (
        "本学年查到隐患3条",
        "每天的检查按时完成多少",
        "反复出现的隐患",
        "每月发现和销号",
    ):
        assert wanted in text
    assert "疏散通道与安全出口" in text and "9月" in text
    assert re.search(r"2026-08-01至2026-11-23", text)


def test_an_empty_paper_prints(make, browser):
    answer = browser(make.someone("principal")).get("/stats.pdf")
    text = plain_text(answer.response.data)
    assert "没有登记隐患" in text and "共1页" in text


def test_checks_of_today_are_no_empty_school(make, browser):
    make.walk()
    page = browser(make.someone("principal")).get("/stats").page
    assert "已查0/3次" in page.text() and "没有可以统计的" not in page.text()
