"""Many hazards given to one person at once."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.core.audit import AuditEntry
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import Action, Level, State


@pytest.fixture
def two(make):
    """An ordinary and a serious hazard in the teacher's hands."""
    return [make.hazard(), make.hazard(level=Level.SERIOUS)]


def picks(hazards):
    return [f"{one.number}/{one.version}" for one in hazards]


def send(client, hazards, to, **changes):
    data = {"pick": picks(hazards), "to_id": to.id, "due_on": "2026-11-30", **changes}
    return client.post("/hazards/dispatch?state=open", data)


def test_what_was_ticked_goes_to_one_person_and_keeps_level_and_measure(
    browser, make, session, two
):
    two[0].measure = "搬走"
    session.commit()
    handyman, client = make.person("总务老师"), browser(make.someone("officer"))
    answer = send(client, two, handyman)
    assert (answer.status, answer.location) == (303, "/hazards?state=open")
    session.expire_all()
    assert {(one.holder_id, one.due_on, one.state) for one in two} == {
        (handyman.id, date(2026, 11, 30), State.ASSIGNED)
    }
    assert [one.level for one in two] == [Level.NORMAL, Level.SERIOUS]
    assert two[0].measure == "搬走"
    steps = session.scalars(sa.select(HazardEvent).where(HazardEvent.to_id == handyman.id)).all()
    assert [step.action for step in steps] == [Action.DISPATCH] * 2
    acts = sa.select(AuditEntry.subject).where(AuditEntry.act == "hazard.dispatch")
    assert len(session.scalars(acts).all()) == 2
    assert "2条隐患已派给总务老师" in client.get(answer.location).page.text()


def test_one_that_cannot_be_assigned_keeps_all_where_they_are(browser, make, session, two):
    done = make.hazard(State.RECTIFIED)
    answer = send(browser(make.someone("officer")), [*two, done], make.person("总务老师"))
    text = answer.page.text("rows")
    assert answer.status == 422
    assert (
        "1条不能派单，所以一条也没有派" in text and f"{done.number} 这条隐患已上报整改完成" in text
    )
    session.expire_all()
    assert {one.holder_id for one in two} == {make.someone("teacher").id}
    ticked = [
        e.get("value") for e in answer.page.root.iter("input") if e.get("checked") is not None
    ]
    assert ticked == picks(reversed(two))


def test_two_people_at_once_the_second_hears_what_changed(browser, make, session, two):
    first, second = browser(make.someone("officer")), browser(make.someone("manager"))
    one, other = make.person("甲老师"), make.person("乙老师")
    before = picks(two)
    assert send(first, two[:1], one).status == 303
    answer = send(second, two, other, pick=before)
    assert answer.status == 422 and f"{two[0].number} 刚刚有人处理过" in answer.page.text("rows")
    session.expire_all()
    assert [hazard.holder_id for hazard in two] == [one.id, make.someone("teacher").id]


def test_the_same_form_twice_assigns_once(browser, make, session, two):
    client, to = browser(make.someone("officer")), make.person("总务老师")
    sent = {"pick": picks(two), "to_id": to.id, "due_on": "2026-11-30", "once": "same"}
    for _ in range(2):
        assert client.post("/hazards/dispatch", sent).status == 303
    steps = sa.select(sa.func.count()).select_from(HazardEvent).where(HazardEvent.to_id == to.id)
    assert session.scalar(steps) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pick": []}, "请先勾选"),
        ({"pick": ["YH-2026-9999/x", "x", "/hazards/1"]}, "请先勾选"),
        ({"pick": [f"YH-2026-{n:04d}/1" for n in range(101)]}, "一次最多派100条"),
        ({"pick": ["YH-2026-9999/1"]}, "没有这条隐患"),
        ({"to_id": ""}, "请选整改责任人"),
        ({"to_id": "x"}, "请选整改责任人"),
        ({"due_on": "2206-11-30"}, "请核对年份"),
        ({"due_on": "2026-11-01"}, "不能早于今天"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_assigned(
    browser, make, session, two, changes, message
):
    to = make.person("总务老师")
    answer = send(browser(make.someone("officer")), two, to, **changes)
    assert answer.status == 422 and message in answer.page.text()
    assert session.scalars(sa.select(Hazard.id).where(Hazard.holder_id == to.id)).all() == []


def test_a_leader_assigns_in_their_own_grids_only(browser, make, session, two):
    far, to = make.hazard(grid=make.grid("二层", "综合楼片")), make.person("总务老师")
    leader = browser(make.someone("leader"))
    page = leader.get("/hazards").page
    offered = [e.get("value") for e in page.root.iter("input") if e.get("name") == "pick"]
    assert sorted(offered) == picks(two)
    answer = send(leader, [two[0], far], to)
    assert answer.status == 422 and "不在您的网格里" in answer.page.text("rows")
    assert send(leader, two, to).status == 303


def test_whoever_assigns_nothing_sees_no_boxes_and_is_refused(browser, make, two):
    teacher = browser(make.someone("teacher"))
    assert 'name="pick"' not in teacher.get("/hazards").page.html
    assert send(teacher, two, make.someone("officer")).status == 403
