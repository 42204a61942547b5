"""The statistics on screen, on paper and as a workbook; each number with the rows behind it."""

import io
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from python_calamine import CalamineWorkbook

from tests.paper.samples import plain_text
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
    assert "每天的检查应做1次，按时1次（100%）。" in page.text()
    assert "反复出现" in page.text() and "看数字" in page.text()


def test_every_number_leads_to_as_many_rows(make, browser, autumn):
    client = browser(make.someone("principal"))
    seen = 0
    for link in client.get("/stats").page.root.iter("a"):
        text, href = "".join(link.itertext()).strip(), link.get("href") or ""
        if href.startswith("/hazards?") and text.isdigit():
            assert client.get(href).page.rows() == int(text), href
            seen += 1
        if href.startswith("/checks?") and "应查" in text:
            asked = parse_qs(urlsplit(href).query)
            assert asked["first"] == asked["last"] == ["2026-11-23"]
            assert "应查1次，按时1次（100%）" in text
            seen += 1
    assert seen > 8


def test_months_of_ones_own_and_a_building(make, browser, autumn):
    client, house = browser(make.someone("manager")), make.building().id
    page = client.get("/stats?from=2026-09&to=2026-10").page
    assert "2026年9月至10月查到隐患2条" in page.text() and "2026-10-31" in page.text()
    assert "近12个月查到隐患3条" in client.get("/stats?period=months").page.text()
    assert (
        "查到隐患2条" in client.get(f"/stats?building={house}&from=2026-09&to=2026-09").page.text()
    )
    elsewhere = make.building("综合楼").id
    assert "没有可以统计的" in client.get(f"/stats?building={elsewhere}").page.text()


def test_a_leader_sees_only_their_own_grids_and_a_teacher_nothing(make, browser, autumn):
    leader = browser(make.someone("leader"))
    page = leader.get("/stats").page
    assert "查到隐患2条" in page.text() and "综合楼片" not in page.text("content")
    far = make.grid("二层", block="综合楼片").code
    assert "查到隐患2条" in leader.get(f"/stats?grid={far}").page.text()
    for link in page.root.iter("a"):
        if (link.get("href") or "").startswith("/hazards?"):
            assert "grid=01-01" in link.get("href")
    assert "综合楼片" in browser(make.someone("inspector")).get("/stats").page.text("content")
    assert browser(make.someone("teacher")).get("/stats").status == 403


def test_a_leader_of_nothing_sees_nothing(make, browser, autumn):
    page = browser(make.person("新网格长", ["grid_leader"])).get("/stats").page
    assert "没有可以统计的" in page.text()


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


def test_the_workbook_holds_a_line_for_each_number(make, browser, autumn):
    answer = browser(make.someone("principal")).get("/stats.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.get_data()))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["统计", "名称", "时间", "数量"]
    lines = {tuple(row[:4]) for row in rows[1:]}
    assert ("每月隐患", "发现", "2026年9月", 2.0) in lines
    assert ("每天的检查", "", date(2026, 11, 23), 1.0) in lines
    assert ("隐患类别", "疏散通道与安全出口", "", 3.0) in lines


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
    assert "没有登记隐患" in plain_text(answer.response.data)
