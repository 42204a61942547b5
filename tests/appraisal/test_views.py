"""The month of every grid, for those who see it; each figure with the rows behind it."""

import io

import pytest
from python_calamine import CalamineWorkbook

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
