"""Who leads out of where: rules, pages, figures."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.paper.samples import plain_text
from unitsafe.core.domain import RuleError
from unitsafe.core.figures import METRICS, Period
from unitsafe.core.waiting import waiting
from unitsafe.evacuation import queries, rules, services
from unitsafe.evacuation.models import EvacGuide, MapCheck, PupilInNeed
from unitsafe.people.models import PersonStatus
from unitsafe.places.models import BuildingUse

TODAY = date(2026, 11, 23)
TERM = Period(date(2026, 9, 1), date(2027, 1, 22), TODAY)


@pytest.fixture
def client(browser, make):
    make.grid()
    return browser(make.someone("officer"))


@pytest.mark.parametrize("text", ["L", "LX", "lxm", "李某", "李某某"])
def test_what_stands_for_a_name(text):
    assert rules.initials(text) == text.upper()


@pytest.mark.parametrize("text", ["LXMY", "李晓明", "李明", "某", "李明某", "", "12"])
def test_a_full_name_is_refused(text):
    with pytest.raises(RuleError, match="不要写学生全名"):
        rules.initials(text)


def test_floors_are_those_it_has_and_those_with_spaces():
    assert rules.floor_numbers(2, [1, -1, 0]) == [-1, 1, 2]


def test_a_guide_is_placed_shown_and_ended(client, make, session):
    teacher = make.someone("teacher")
    path = f"/evacuation/{make.building().id}/1"
    assert "还没有人负责" in client.get(path).page.text()
    same = {"person_id": teacher.id, "deputy_id": teacher.id, "once": "same"}
    answer = client.post(f"{path}/guides", same)
    assert answer.status == 422 and "替补要另选一个人" in answer.page.text()
    sent = {"person_id": teacher.id, "deputy_id": "", "stand": "东侧楼梯口"}
    assert client.post(f"{path}/guides", sent).status == 303
    again = client.post(f"{path}/guides", sent)
    assert again.status == 422 and "已经是这一层的引导员" in again.page.text()
    key = (make.building().id, 1)
    assert queries.guides_on(session, TODAY) == {key: [teacher.id]}
    guide = session.scalars(sa.select(EvacGuide)).one()
    assert client.post(f"/evacuation/guides/{guide.id}/end").status == 303
    session.rollback()
    assert queries.guides_on(session, TODAY) == {}
    assert session.get_one(EvacGuide, guide.id).until_on == TODAY - timedelta(days=1)


def test_a_guide_who_left_leads_nobody(make, session):
    guide = make.guide()
    make.someone("teacher").status = PersonStatus.LEFT
    session.commit()
    assert queries.guides_on(session, TODAY) == {}
    assert guide.until_on is None


def test_a_floor_that_is_none_is_not_found(client, make):
    building = make.building("办公楼", BuildingUse.OFFICE)
    assert client.get(f"/evacuation/{building.id}/1").status == 404
    assert client.get(f"/evacuation/{make.building().id}/9").status == 404
    assert client.get(f"/evacuation/{make.building().id}/-1").status == 404


def test_a_route_leads_to_a_point_and_hangs_on_the_wall(client, make):
    point = {"name": "1号集合点", "place": "田径场"}
    assert client.post("/evacuation/points", point).status == 303
    twice = client.post("/evacuation/points", point)
    assert twice.status == 422 and "已经有“1号集合点”了" in twice.page.text()
    path = f"/evacuation/{make.building().id}/1"
    route = {"route": "走东楼梯", "exits": "东门", "point_id": "1"}
    assert client.post(f"{path}/route", route).status == 303
    make.guide(stand="东侧楼梯口")
    class_ = make.school_class("二年级3班", 2, space_id=make.space_in(make.grid()).id)
    make.pupil(make.someone("teacher"), school_class=class_)
    text = plain_text(client.get(f"/evacuation/{make.building().id}.pdf").response.data)
    for words in (
        "教学楼疏散引导分工表",
        "二年级3班teacher（东侧楼梯口）",
        "1号集合点（田径场）",
        "（未安排）",
        "二年级3班李某行动不便teacher",
    ):
        assert words in text


def test_the_maps_of_a_floor_are_ticked(client, make, session):
    space = make.space_in(make.grid())
    path = f"/evacuation/{make.building().id}/1"
    assert "请勾选核对过的房间" in client.post(f"{path}/maps", {}).page.text()
    sent = {"space": space.id, "checked_on": "2026-11-24"}
    assert "不能是以后的日子" in client.post(f"{path}/maps", sent).page.text()
    assert client.post(f"{path}/maps", {**sent, "checked_on": "2026-11-20"}).status == 303
    assert session.scalars(sa.select(MapCheck.space_id)).all() == [space.id]
    assert "2026-11-20" in client.get(path).page.text()


def test_a_pupil_is_no_name_and_has_two_helpers(client, make, session):
    class_, teacher = make.school_class(), make.someone("teacher")
    sent = {"class_id": class_.id, "initials": "李晓明", "need": "sight"}
    sent |= {"helper_id": teacher.id, "second_id": ""}
    answer = client.post("/evacuation/pupils", sent)
    assert answer.status == 422 and "不要写学生全名" in answer.page.text()
    twice = client.post("/evacuation/pupils", {**sent, "initials": "LXM", "second_id": teacher.id})
    assert "要是不同的人" in twice.page.text()
    assert client.post("/evacuation/pupils", {**sent, "initials": "lxm"}).status == 303
    assert session.scalars(sa.select(PupilInNeed.initials)).all() == ["LXM"]
    assert "要两个人" in client.get("/evacuation").page.text()


def test_pupils_are_seen_by_who_helps_and_who_arranges(browser, make):
    helper, other = make.someone("teacher"), make.person(posts=["homeroom_teacher"])
    make.pupil(helper)
    assert "李某" in browser(helper).get("/evacuation").page.text()
    assert "李某" not in browser(other).get("/evacuation").page.text()


def test_volunteers_are_staff_or_pupils(client, make):
    class_, teacher = make.school_class(), make.someone("teacher")
    path = "/evacuation/volunteers"
    both = {"person_id": teacher.id, "class_id": class_.id, "initials": "L"}
    assert "请填其中一种" in client.post(path, both).page.text()
    staff = {"person_id": teacher.id, "class_id": ""}
    assert client.post(path, staff).status == 303
    assert "已经登记过了" in client.post(path, staff).page.text()
    pupil = {"person_id": "", "class_id": class_.id, "initials": "王某"}
    assert client.post(path, pupil).status == 303
    text = client.get("/evacuation").page.text()
    assert "1个班有班级消防员，共1个班" in text and "王某" in text


def figure(session, key):
    return METRICS[key](session, TERM)


def test_the_figures_of_an_empty_school(make, session):
    make.school()
    for key in (
        "evac_guides_assigned_ratio",
        "evac_map_posted_ratio",
        "special_needs_helper_ratio",
    ):
        found = figure(session, key)
        assert (found.amount, found.whole, found.value) == (0, 0, None)


def test_the_figures_of_a_small_ledger(make, session):
    first, second = make.space_in(make.grid()), make.space_in(make.grid("二层"))
    make.guide(floor=2)
    make.building("宿舍楼", BuildingUse.DORM)
    found = figure(session, "evac_guides_assigned_ratio")
    assert (found.amount, found.whole) == (1, 6)
    assert first.id in {one.id for one in session.scalars(found.records)}
    officer = make.actor(make.someone("officer"))
    with make.app.app_context():
        for day in (date(2026, 9, 10), date(2026, 8, 31)):
            space = first if day.month == 9 else second
            services.check_maps(
                session,
                space.building_id,
                1,
                [space.id],
                checked_on=day,
                by=officer,
                now=make.now(),
            )
    session.commit()
    found = figure(session, "evac_map_posted_ratio")
    assert (found.amount, found.whole) == (1, 2)
    assert [one.id for one in session.scalars(found.records)] == [second.id]
    here, other, gone = make.person(), make.person(), make.person()
    make.pupil(here, other)
    alone, left, nobody = make.pupil(here), make.pupil(here, gone), make.pupil()
    gone.status = PersonStatus.LEFT
    session.commit()
    found = figure(session, "special_needs_helper_ratio")
    assert (found.amount, found.whole, found.value) == (1, 4, 0.25)
    assert {one.id for one in session.scalars(found.records)} == {alone.id, left.id, nobody.id}


def test_floors_without_a_guide_wait_for_who_arranges(app, make):
    make.building()
    make.guide(floor=1)

    def lines(person):
        with app.test_request_context():
            found = waiting(make.session, make.actor(person), TODAY)
            return [(one.badge, one.line) for one in found if "引导员" in one.title]

    assert lines(make.someone("officer")) == [(2, "教学楼 2层等")]
    assert lines(make.someone("teacher")) == []
