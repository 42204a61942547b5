"""The month of every grid, for those who see it; each figure with the rows behind it."""

import io
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from tests.paper.samples import plain_text
from unitsafe.hazards.rules import State

MONTH = "/appraisal/2026-11"


@pytest.fixture
def month(make, now):
    """A walk done, a hazard that the teacher found and nobody fixes, one in another block."""
    now.set("2026-11-09T08:00")
    teacher = make.someone("teacher")
    make.hazard(State.ASSIGNED, by=teacher)
    now.set("2026-11-23T08:00")
    make.submitted(make.walk(), teacher)
    far = make.grid("二层", block="综合楼片")
    make.assign(make.person("王老师"), far)
    make.hazard(State.ASSIGNED, grid=far)


def row(page, name):
    """The text of the row of a grid."""
    for line in page.root.iter("tr"):
        heads = ["".join(cell.itertext()) for cell in line.iter("th")]
        if any(name in head for head in heads):
            return " ".join(" ".join(line.itertext()).split())
    raise AssertionError(name)


def links(page, name):
    for line in page.root.iter("tr"):
        if any(name in "".join(cell.itertext()) for cell in line.iter("th")):
            return [a.get("href") for a in line.iter("a")]
    raise AssertionError(name)


def test_each_grid_and_block_has_its_figures(make, browser, month):
    page = browser(make.someone("principal")).get(MONTH).page
    assert "网格内1" in row(page, "一层") and "本网格人1" in row(page, "一层")
    assert "1/1 100%" in row(page, "一层")
    assert "0/1 0%" in row(page, "一层") and "红牌 YH-2026-0001" in row(page, "一层")
    assert "网格内1" in row(page, "二层") and "本网格人0" in row(page, "二层")
    assert "1/1 100%" in row(page, "教学楼片")
    assert "发现隐患是尽责" in page.text()


def test_every_figure_leads_to_as_many_rows(make, browser, month):
    client = browser(make.someone("principal"))
    wanted = {"/checks": 1, "/hazards": 1}
    seen = 0
    for link in links(client.get(MONTH).page, "一层"):
        path = link.partition("?")[0]
        if path in wanted and "status=missed" not in link and "due_first" not in link:
            assert client.get(link).page.rows() == wanted[path], link
            seen += 1
    assert seen >= 4


def test_a_leader_sees_their_own_block_and_a_teacher_nothing(make, browser, month):
    page = browser(make.someone("leader")).get(MONTH).page
    assert "一层" in page.text() and "综合楼片" not in page.text("content")
    assert browser(make.someone("teacher")).get(MONTH).status == 403
    assert browser(make.someone("inspector")).get(MONTH).status == 200


def test_the_bare_address_leads_to_the_last_month_that_is_over(make, browser):
    answer = browser(make.someone("principal")).get("/appraisal")
    assert (answer.status, answer.location) == (303, "/appraisal/2026-10")


@pytest.mark.parametrize(
    ("address", "words"),
    [("/appraisal/2026-12", "这个月还没有到"), ("/appraisal/2026-01", "没有可以考核的")],
)
def test_a_month_to_come_and_an_empty_one_say_so(make, browser, month, address, words):
    page = browser(make.someone("principal")).get(address).page
    assert words in page.text() and page.rows() == 0


@pytest.mark.parametrize("text", ["2026-13", "2026", "november", "2026-1"])
def test_other_months_are_not_found(make, browser, text):
    assert browser(make.someone("principal")).get(f"/appraisal/{text}").status == 404


def test_the_workbook_holds_the_same_lines(make, browser, month):
    answer = browser(make.someone("principal")).get(f"{MONTH}.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:5] == ["名次", "编号", "网格", "级别", "得分"]
    assert {line[2] for line in rows[1:]} == {"教学楼片", "一层", "综合楼片", "二层"}
    for level in ("片区", "三级网格"):
        lines = [line for line in rows[1:] if line[3] == level]
        assert lines[0][0] == 1
        assert all((line[0] == "") == (line[4] == "") for line in lines)


def test_the_paper_of_a_leader_names_their_grids_and_asks_for_no_seal(make, browser, month):
    whole = plain_text(browser(make.someone("principal")).get(f"{MONTH}.pdf").response.data)
    assert "网格内1" in whole and "本网格人1" in whole and "打印时的分值" in whole
    assert "校长：" in whole and "盖章" in whole
    client = browser(make.someone("leader"))
    answer = client.get(f"{MONTH}.pdf")
    text = plain_text(answer.response.data)
    assert "教学楼片）" in text and "校长：" not in text and "盖章" not in text
    for suffix in ("pdf", "xlsx"):
        name = client.get(f"{MONTH}.{suffix}").headers["Content-Disposition"]
        assert "教学楼片_2026-11" in unquote(name)


def test_on_time_opens_the_checks_that_were(make, browser, month, now):
    """Also a walk that was handed in late is done; the figure and its rows leave it out."""
    teacher = make.someone("teacher")
    evening = [one for one in make.day() if one.checklist_key == "grid_walk"][1]
    now.set("2026-11-23T23:30")
    make.submitted(evening, teacher)
    client = browser(make.someone("principal"))
    found = links(client.get(MONTH).page, "一层")
    done, on_time = (
        client.get(next(one for one in found if f"status={status}" in one)).page.rows()
        for status in ("done", "on_time")
    )
    assert (done, on_time) == (2, 1)
