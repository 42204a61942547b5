"""What nobody answers for, as the officer sees and mends it."""

import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from python_calamine import load_workbook

from unitsafe.grids.models import GridSpace, Role
from unitsafe.hazards.rules import Level, State
from unitsafe.people.models import Absence, Person, PersonStatus
from unitsafe.places.models import BuildingUse, Space
from unitsafe.school.models import School

PAGE = "/grids/coverage"


@pytest.fixture
def officer(browser, make):
    return browser(make.someone("officer"))


def rows(page, kind):
    """The rows of one kind as texts."""
    section = next((one for one in page.root.iter("section") if one.get("id") == kind), None)
    if section is None:
        return []
    found = [
        *section.iter("tr"),
        *(d for d in section.iter("div") if d.get("class") == "form-check"),
    ]
    return [
        "".join(row.itertext()) for row in found if row.tag != "tr" or row.find("th") is not None
    ]


def test_a_school_where_everything_is_held_says_so(officer, make, session):
    for role, grid in (("teacher", make.grid()), ("leader", make.block())):
        make.someone(role)
        assert grid
    make.assign(make.someone("principal"), make.root(), Role.LEADER)
    for role in ("manager", "director"):
        make.someone(role)
    make.person("宿管", ["dorm_keeper"])
    make.building("宿舍", BuildingUse.DORM)
    school = session.get(School, 1)
    school.settings = {"leaves_least": 1}
    session.commit()
    text = officer.get(PAGE).page.text("content")
    assert "没有网格的部位" in text
    assert rows(officer.get(PAGE).page, "no_member") == []
    assert "每个部位、每个岗位都有人" in officer.get(PAGE).page.text()


def test_a_space_without_grid_is_found_and_put_into_one(officer, make, session):
    grid = make.grid()
    make.space(name="新教室")
    page = officer.get(PAGE).page
    assert any("新教室" in row for row in rows(page, "unplaced"))
    space = session.scalars(sa.select(Space).where(Space.name == "新教室")).one()
    data = {"space": space.id, "grid_id": grid.id, "once": "k1"}
    for _again in range(2):
        assert officer.post(f"{PAGE}/place", data).status == 303
    held = session.scalars(sa.select(GridSpace.grid_id).where(GridSpace.space_id == space.id)).all()
    assert held == [grid.id]
    assert make.space_in(grid), "what was there stays"
    assert rows(officer.get(PAGE).page, "unplaced") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"grid_id": "1"}, "请先勾选"),
        ({"space": "SPACE"}, "请选择放进哪个网格"),
        ({"space": "SPACE", "grid_id": "77"}, "选择"),
    ],
)
def test_putting_nothing_or_nowhere_is_refused_and_the_ticks_stay(
    officer, make, session, data, message
):
    make.grid()
    space = make.space(name="新教室")
    leaf = make.grid().id
    sent = {
        key: {"SPACE": str(space.id), "1": str(leaf)}.get(value, value)
        for key, value in data.items()
    }
    answer = officer.post(f"{PAGE}/place", sent)
    assert answer.status == 422
    assert message in answer.page.text("content")
    ticked = [
        one.get("checked") for one in answer.page.root.iter("input") if one.get("name") == "space"
    ]
    assert (ticked == [None]) is ("space" not in data)


def test_rooms_fall_into_the_one_grid_of_their_floor(officer, make, session):
    grid = make.grid()
    near, far = make.space(name="新教室"), make.space(make.building("新楼"), "孤零零")
    assert officer.post(f"{PAGE}/place_by_floor", {"once": "k2"}).status == 303
    held = sa.select(GridSpace.grid_id).where(GridSpace.space_id.in_((near.id, far.id)))
    assert session.scalars(held).all() == [grid.id]
    assert [row for row in rows(officer.get(PAGE).page, "unplaced") if "孤零零" in row]
    assert officer.post(f"{PAGE}/place_by_floor", {"once": "k3"}).status == 409


def test_a_floor_with_two_grids_is_for_people_to_decide(officer, make):
    make.grid("一层"), make.grid("二层")
    make.space(name="新教室")
    assert "按楼层自动" not in officer.get(PAGE).page.text("content")


def test_a_roster_that_nobody_made_is_one_gap(officer, make):
    make.shift()
    head, *found = rows(officer.get(PAGE).page, "duty_gap")
    assert head and ["值班表" in row for row in found] == [True]


def test_grids_without_leader_or_member_are_listed_with_their_page(officer, make):
    grid = make.grid()
    page = officer.get(PAGE).page
    assert any("一层" in row for row in rows(page, "no_member"))
    assert any("教学楼片" in row for row in rows(page, "no_leader"))
    assert f"/grids/{grid.code}#assign" in page.links()


def test_a_post_of_a_boarding_school_must_be_filled(officer, make):
    assert any("宿舍管理员" in row for row in rows(officer.get(PAGE).page, "post_empty"))
    make.person("宿管", ["dorm_keeper"])
    assert not any("宿舍管理员" in row for row in rows(officer.get(PAGE).page, "post_empty"))


def test_a_key_area_that_nobody_holds_is_listed_until_somebody_does(officer, make, session):
    grid = make.grid()
    space = make.space_in(grid)
    space.is_key_area = True
    session.commit()
    assert any(
        space.name in row and "责任人" in row for row in rows(officer.get(PAGE).page, "key_area")
    )
    make.assign(make.person(), grid)
    assert not any("没有责任人" in row for row in rows(officer.get(PAGE).page, "key_area"))


def test_a_deputy_who_is_away_or_has_left_is_no_deputy(officer, make, session, now):
    one, deputy, third = make.person("甲"), make.person("乙"), make.person("丙")
    today = date(2026, 11, 23)
    session.add(Absence(person_id=one.id, deputy_id=deputy.id, from_on=today, until_on=today))
    session.commit()
    assert rows(officer.get(PAGE).page, "no_deputy") == []
    session.add(Absence(person_id=deputy.id, deputy_id=third.id, from_on=today, until_on=today))
    session.commit()
    assert any(
        "甲" in row and "乙今天也请假" in row for row in rows(officer.get(PAGE).page, "no_deputy")
    )
    session.get(Person, third.id).status = PersonStatus.LEFT
    session.commit()
    assert any("丙已离校" in row for row in rows(officer.get(PAGE).page, "no_deputy"))


def test_who_answers_for_too_many_grids_is_named(officer, make):
    person = make.person("全包")
    for name in ("一层", "二层", "三层"):
        make.assign(person, make.grid(name))
    assert rows(officer.get(PAGE).page, "too_many") == []
    make.assign(person, make.grid("四层"))
    assert any("全包" in row and "4个" in row for row in rows(officer.get(PAGE).page, "too_many"))


def test_a_block_with_too_few_spots_is_named(officer, make):
    make.grid()
    assert any(
        "教学楼片" in row and "有1个" in row for row in rows(officer.get(PAGE).page, "group_size")
    )


def test_an_account_that_nobody_used_for_thirty_days_is_named(officer, make, session, now):
    quiet = make.newcomer("没登录")
    session.get(Person, quiet.id).account_at = now() - timedelta(days=31)
    make.newcomer("新来的")
    session.commit()
    found = rows(officer.get(PAGE).page, "never_signed_in")
    assert any("没登录" in row for row in found) and not any("新来的" in row for row in found)


def test_one_kind_alone_is_shown_whole(officer, make):
    make.grid()
    for number in range(12):
        make.space(name=f"空{number:02d}")
    page = officer.get(PAGE).page
    assert len(rows(page, "unplaced")) == 10
    assert f"{PAGE}?kind=unplaced" in page.links()
    page = officer.get(f"{PAGE}?kind=unplaced").page
    assert len(rows(page, "unplaced")) == 12
    assert officer.get(f"{PAGE}?kind=nonsense").status == 200


def test_the_seven_fixes_stand_with_figure_and_gap(officer, make):
    make.assign(make.someone("principal"), make.root(), Role.LEADER)
    make.someone("manager")
    make.hazard()
    text = officer.get(PAGE).page.text("content")
    for term in (
        "领导定点",
        "全员定责",
        "监管定位",
        "排查定级",
        "培训定岗",
        "信息定时",
        "奖惩定则",
    ):
        assert term in text
    assert "还没有联系点：manager" in text
    assert "专门培训缺3人" in text


def test_only_those_who_see_the_school_open_it(browser, make):
    for role, status in (("teacher", 403), ("leader", 403), ("inspector", 200), ("principal", 200)):
        assert browser(make.someone(role)).get(PAGE).status == status
    assert browser(make.someone("inspector")).post(f"{PAGE}/place").status == 403


def link_of(page, term):
    """Where the row of one of the seven leads."""
    for line in page.root.iter("tr"):
        if any("".join(cell.itertext()).startswith(term) for cell in line.iter("th")):
            return next(line.iter("a")).get("href")
    raise AssertionError(term)


def test_the_seven_fixes_lead_to_what_is_missing(officer, make, session, now):
    now.set("2026-11-09T08:00")
    make.hazard(State.ASSIGNED), make.hazard(State.CLOSED)
    make.hazard(State.ASSIGNED, level=Level.SUSPECTED_MAJOR)
    now.set("2026-11-20T08:00")
    make.hazard(State.REPORTED)
    teacher = make.someone("teacher")
    walks = [one for one in make.day() if one.checklist_key == "grid_walk"]
    make.submitted(walks[0], teacher)
    now.set("2026-11-20T23:30")
    make.submitted(walks[1], teacher)
    now.set("2026-11-23T08:00")
    page = officer.get(PAGE).page
    for term, pattern in (
        ("全员定责", r"(\d+)人没签责任书"),
        ("排查定级", r"(\d+)条等受理"),
        ("奖惩定则", r"[红黄]牌(\d+)条"),
    ):
        missing = sum(int(one) for one in re.findall(pattern, page.text()))
        assert officer.get(link_of(page, term)).page.rows() == missing > 0, term
    (late,) = re.findall(r"有(\d+)份没有按时", page.text())
    found = officer.get(link_of(page, "信息定时").replace("/checks", "/checks.xlsx"))
    heads, *lines = load_workbook(io.BytesIO(found.response.data)).get_sheet_by_index(0).to_python()
    assert len(lines) == int(late) > 1
    assert "按时" not in {line[heads.index("按时")] for line in lines}
