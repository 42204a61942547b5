"""The month of every person: whose a check and a hazard are, who sees whom, each with its rows."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from tests.paper.samples import plain_text
from unitsafe.appraisal import queries
from unitsafe.appraisal.rules import Weights
from unitsafe.hazards.rules import CardNumbers, State

MONTH = "/appraisal/2026-11"
PEOPLE = f"{MONTH}?by=person"


@pytest.fixture
def lines(make, session, now):
    """What somebody sees of November, by name."""

    def read(who="principal"):
        actor = make.actor(make.someone(who))
        first, last = date(2026, 11, 1), date(2026, 11, 30)
        with make.app.app_context():
            book = queries.book(session, first, last, now(), CardNumbers(), Weights())
            return {one.person.name: one for one in queries.person_lines(session, actor, book)}

    return read


@pytest.fixture
def month(make, now):
    """The teacher walks in the morning, the leader in the evening for the teacher; a day without.
    The teacher found a hazard, fixed one and has to fix one that is late."""
    now.set("2026-11-09T08:00")
    teacher, leader = make.someone("teacher"), make.someone("leader")
    make.hazard(State.ASSIGNED, by=teacher)
    make.hazard(State.CLOSED)
    make.assign(make.person("王老师"), make.grid("二层", block="综合楼片"))
    make.day()  # nobody walks on the 9th
    now.set("2026-11-23T08:00")
    morning, evening = (
        one
        for one in make.day()
        if one.checklist_key == "grid_walk" and one.assignee_id == teacher.id
    )
    make.submitted(morning, teacher)
    now.set("2026-11-23T17:00")
    make.submitted(evening, leader)
    now.set("2026-11-24T08:00")


def test_a_check_is_of_whoever_handed_it_in_or_else_to_whom_it_was_given(month, lines):
    found = lines()
    teacher = found["teacher"].month
    assert (teacher.done, teacher.expected) == (1, 3)  # two missed on the 9th
    assert teacher.on_time == 1
    assert found["leader"].month.done == 1
    assert found["王老师"].month.done == 0 and found["王老师"].month.expected > 0


def test_a_hazard_is_of_whoever_had_to_fix_it(month, lines):
    found = lines()
    teacher = found["teacher"]
    assert (teacher.month.due, teacher.month.fixed, teacher.month.red) == (2, 1, 1)
    assert [one.number for one in teacher.cards] == ["YH-2026-0001"]
    assert teacher.month.found_by == found["officer"].month.found_by == 1
    assert found["王老师"].month.due == 0


def test_the_best_stand_first_and_those_without_checks_without_a_score(make, month, lines):
    make.hazard(by=make.person("只报隐患的人"))
    found = list(lines().values())
    scores = [one.score for one in found if one.score is not None]
    assert scores == sorted(scores, reverse=True)
    assert [one.score for one in found][len(scores) :] == [None] * (len(found) - len(scores))
    assert "只报隐患的人" in {one.person.name for one in found if one.score is None}


def test_who_sees_whom(make, month, lines):
    make.someone("inspector")
    assert {"teacher", "王老师", "officer", "leader"} <= set(lines())
    assert "inspector" not in lines()  # visitors answer for nothing
    assert set(lines("leader")) == {"teacher", "leader"}
    assert set(lines("teacher")) == {"teacher"}


def row(page, name):
    for line in page.root.iter("tr"):
        if any(name in "".join(cell.itertext()) for cell in line.iter("th")):
            return line
    raise AssertionError(name)


def test_every_figure_leads_to_as_many_rows(make, browser, month):
    client = browser(make.someone("principal"))
    line = row(client.get(PEOPLE).page, "teacher")
    links = [link.get("href") for link in line.iter("a")]
    rows = {
        link: client.get(link).page.rows()
        for link in links
        if link.startswith(("/checks?", "/hazards?"))
    }
    counts = {word: n for link, n in rows.items() for word in WANTED if word in link}
    assert counts == WANTED


WANTED = {"status=done": 1, "status=missed": 2, "reporter=": 1, "holder=": 2}


def test_a_teacher_sees_the_own_line_alone(make, browser, month):
    client = browser(make.someone("teacher"))
    assert client.get("/appraisal").location == "/appraisal/2026-10?by=person"
    page = client.get(PEOPLE).page
    assert page.rows() == 1 and "王老师" not in page.text("content")
    assert "谁交的检查算谁的" in page.text() and f"{MONTH}.pdf?by=person" not in page.links()
    assert client.get(f"{MONTH}.pdf?by=person").status == 403
    assert client.get(f"{MONTH}.xlsx?by=person").status == 403
    assert "/appraisal?by=person" in client.get("/me").page.links()


def test_how_it_is_counted_shows_the_schools_own_points(make, browser, month, session):
    officer = browser(make.someone("officer"))
    data = {"number_appraisal_completion": 70, "number_appraisal_red": 9}
    page = officer.get("/settings").page
    assert "检查完成占" in page.text()
    make.school().settings = {"appraisal_completion": 70, "appraisal_red": 9}
    session.commit()
    text = officer.get(PEOPLE).page.text()
    assert f"检查完成{data['number_appraisal_completion']}分" in text
    assert f"红牌每张扣{data['number_appraisal_red']}分" in text


def test_the_workbook_and_the_paper_hold_the_same_people(make, browser, month):
    client = browser(make.someone("principal"))
    answer = client.get(f"{MONTH}.xlsx?by=person")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["名次", "姓名", "负责的网格", "得分"]
    assert {"teacher", "王老师", "officer"} <= {line[1] for line in rows[1:]}
    people = plain_text(client.get(f"{MONTH}.pdf?by=person").response.data)
    whole = plain_text(client.get(f"{MONTH}.pdf").response.data)
    for text in (people, whole):
        assert "王老师" in text and "本月没有奖惩记录" in text and "校长：" in text
    assert "三级网格" in whole and "三级网格" not in people
