"""The table of a quarter in the browser: scoring, vetoes, hazards, signatures."""

import pytest
import sqlalchemy as sa

from tests.assessments.test_services import answered, found, staff, team  # noqa: F401
from unitsafe.assessments.models import AssessmentEvent, Score, VetoMark
from unitsafe.assessments.rules import State, Step
from unitsafe.hazards.models import Hazard

HERE = "/assessments/2026Q3"
MANUAL = f"{HERE}/items/c3_04"
"""Scored by people alone, of two points."""


@pytest.mark.usefixtures("found")
def test_points_are_saved_in_the_table_with_all_sums(make, browser, session):
    teacher = browser(make.someone("teacher"))
    sent = {"part": "1", "seen": "0", "points": "1.5", "note": "一扇窗打不开"}
    answer = teacher.hx("POST", MANUAL, sent)
    assert answer.status == 200
    assert [one.id for one in session.scalars(sa.select(Score))]
    swapped = answer.response.text
    assert all(
        f'id="{name}"' in swapped for name in ("panel-c3_04", "got-c3_04", "sum-g31", "tiles")
    )
    assert answer.page.text("got-c3_04") == "1.5"


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    ("points", "note", "message"),
    [
        ("2.5", "看过", "得分要在0到2之间"),
        ("-1", "看过", "得分要在0到2之间"),
        ("1.234", "看过", "最多两位小数"),
        ("abc", "看过", "请填数字"),
        ("NaN", "看过", "请填数字"),
        ("1", "", "请写明现场情况"),
        ("1", "写了𡉯", "U+2126F"),
    ],
)
def test_points_that_cannot_be_are_refused_beside_their_field(
    make, browser, session, points, note, message
):
    teacher = browser(make.someone("teacher"))
    sent = {"part": "1", "seen": "0", "points": points, "note": note}
    answer = teacher.post(MANUAL, sent)
    assert answer.status == 422
    assert message in answer.page.text("content")
    assert session.scalars(sa.select(Score)).all() == []


@pytest.mark.usefixtures("found")
def test_the_second_of_two_sees_what_the_first_gave(make, browser, session):
    first, second = (browser(make.someone(role)) for role in ("teacher", "leader"))
    sent = {"part": "1", "seen": "0", "points": "1", "note": "一扇窗打不开"}
    first.hx("POST", MANUAL, sent)
    answer = second.hx("POST", MANUAL, {**sent, "points": "2", "note": "都能打开"})
    assert answer.status == 422
    assert "刚刚打了1分（一扇窗打不开）" in answer.response.text
    assert answer.page.text("got-c3_04") == "1"
    assert len(session.scalars(sa.select(Score)).all()) == 1


@pytest.mark.usefixtures("found")
def test_only_the_team_scores(make, browser):
    assert browser(make.someone("manager")).post(MANUAL, {"part": "1"}).status == 403


def test_a_veto_and_its_withdrawal_need_a_reason(make, browser, session, found):  # noqa: F811
    teacher, where = browser(make.someone("teacher")), f"{HERE}/vetoes/gv_fire"
    assert teacher.hx("POST", where, {"seen": "0", "holds": "yes"}).status == 422
    answer = teacher.hx("POST", where, {"seen": "0", "holds": "yes", "note": "厨房起火"})
    assert (answer.status, "一票否决" in answer.page.text("vetoes")) == (200, True)
    [mark] = session.scalars(sa.select(VetoMark)).all()
    taken_back = {"seen": str(mark.id), "holds": "no"}
    assert teacher.hx("POST", where, taken_back).status == 422
    assert teacher.hx("POST", where, {**taken_back, "note": "经查没有起火"}).status == 200


@pytest.mark.usefixtures("found")
def test_the_rows_behind_the_figure_of_a_veto_can_be_seen(make, browser):
    page = browser(make.someone("principal")).get(f"{HERE}/records/window_bars_open:重大")
    assert page.status == 200
    assert "门窗设置影响逃生" in page.page.text("page-title") + page.response.text


@pytest.mark.usefixtures("found")
def test_a_hazard_is_made_of_the_table_as_it_is_now(make, browser, session):
    officer, teacher = browser(make.someone("officer")), browser(make.someone("teacher"))
    given = {"part": "1", "seen": "0", "points": "1", "note": "一扇窗打不开"}
    teacher.post(MANUAL, given)
    newest = session.scalars(sa.select(Score.id)).one()
    teacher.post(MANUAL, {**given, "seen": str(newest), "points": "2", "note": "修好了"})
    officer.post(f"{HERE}/hazards", {"item": "c3_04"})
    assert session.scalars(sa.select(Hazard)).all() == []
    officer.post(f"{HERE}/hazards", {"item": "c2_01"})
    assert session.scalars(sa.select(Hazard.source_ref)).all() == ["2026Q3/items/c2_01"]


def test_the_head_of_a_department_finds_and_signs_it(make, browser, session, answered):  # noqa: F811
    head = make.person("教务主任", ["academic_director"], username="head")
    client = browser(head)
    assert "四个能力自评" in client.get("/").page.text("content")
    where = f"{HERE}/steps/department"
    seen = client.get(where).page.value("seen")
    sent = {"seen": seen, "agree": "y", "department": "教务处"}
    wrong = client.post(where, {**sent, "typed_name": "李四"})
    assert (wrong.status, "不一致" in wrong.page.text("content")) == (422, True)
    assert client.post(where, {**sent, "typed_name": head.name}).status == 303
    steps = session.scalars(sa.select(AssessmentEvent.step).order_by(AssessmentEvent.id)).all()
    assert steps[-1] is Step.DEPARTMENT


def test_the_manager_reviews_also_when_in_the_team(make, browser, session, answered):  # noqa: F811
    manager = make.someone("manager")
    officer = browser(make.someone("officer"))
    officer.post(f"{HERE}/team", {"person": str(manager.id)})
    make.sign_assessment(answered, Step.DEPARTMENT, make.someone("director"))
    assert "去审核" in browser(manager).get("/").page.text("content")


def test_what_changed_after_the_review_is_not_signed(make, browser, session):
    make.school(has_boarding=True, has_fixed_systems=True, has_fire_control_room=True)
    one = make.signed_assessment(as_far_as=State.REVIEWED)
    school = make.school()
    school.flags = {**school.flags, "has_boarding": False}
    session.commit()
    page = browser(make.someone("principal")).get(f"{HERE}/steps/sign").page
    assert "审核以后评分表有变动" in page.text("content")
    session.refresh(one)
    assert one.state is State.REVIEWED


@pytest.mark.parametrize(
    ("code", "why"),
    [("2027Q1", "还没有开始"), ("2019Q1", "校历开始以前"), ("2026Q9", "没有这个季度")],
)
def test_a_quarter_that_cannot_be_assessed_says_why(make, browser, code, why):
    make.school()
    officer = browser(make.someone("officer"))
    answer = officer.get(f"/assessments/{code}")
    assert (answer.status, why in answer.response.text) == (404, True)
    answer = officer.post("/assessments", {"quarter": code})
    assert (answer.status, why in answer.page.text("content")) == (422, True)
