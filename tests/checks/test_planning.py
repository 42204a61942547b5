"""What is due each day, for whom; asked twice, asked late, asked anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import TERM
from unitsafe import clock
from unitsafe.checks import planning, services
from unitsafe.checks.models import Check, CheckPhoto, Plan, PlannedDay
from unitsafe.checks.rules import State
from unitsafe.grids.models import Role
from unitsafe.people import services as people
from unitsafe.people.models import Absence
from unitsafe.people.queries import person
from unitsafe.places.models import BuildingUse
from unitsafe.school.models import SchoolDay

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)
NATIONAL_DAY, MADE_UP = date(2026, 10, 1), date(2026, 10, 10)


@pytest.fixture
def plan(app, session, now):
    """Produce a day at six in the morning, as often as asked; gives back what is new."""

    def produce(day=MONDAY):
        now.set(f"{day}T06:00")
        with app.app_context():
            added = planning.plan_day(session, day, now=now())
        session.commit()
        return added

    return produce


@pytest.fixture
def again(app, session, now):
    def produce(day=MONDAY):
        with app.app_context():
            planning.plan_again(session, day, now())
        session.commit()

    return produce


@pytest.fixture
def ensure(app, session, now):
    """Open 今日: everything up to that day is produced."""

    def produce(day):
        now.set(f"{day}T06:00")
        with app.test_request_context():
            planning.ensure_planned(session, day, now=now())
        session.rollback()

    return produce


def checks(session, key="", **values):
    found = sa.select(Check).filter_by(**values).order_by(Check.id)
    if key:
        found = found.where(Check.checklist_key == key)
    return session.scalars(found).all()


def keys(session, **values):
    return sorted(
        f"{c.checklist_key}/{c.target_key}/{c.round_no}" for c in checks(session, **values)
    )


def test_a_day_is_produced_once_however_often_it_is_asked_for(make, plan, session):
    make.someone("officer"), make.someone("teacher")
    assert plan() > 0
    before = [(c.id, c.assignee_id, c.opens_at) for c in checks(session)]
    assert plan() == 0
    assert [(c.id, c.assignee_id, c.opens_at) for c in checks(session)] == before
    assert session.scalars(sa.select(PlannedDay.day)).all() == [MONDAY]


def test_a_school_day_holds_the_patrol_of_each_building_and_two_walks_of_each_grid(
    make, plan, session
):
    officer, teacher = make.someone("officer"), make.someone("teacher")
    make.building("实验楼")
    plan()
    patrols = checks(session, "daily_fire_patrol", day=MONDAY)
    assert [(c.place, c.assignee_id) for c in patrols] == [
        ("教学楼", officer.id),
        ("实验楼", officer.id),
    ]
    walks = checks(session, "grid_walk", day=MONDAY)
    assert [(c.place, c.label, c.assignee_id) for c in walks] == [
        ("一层", "上午巡", teacher.id),
        ("一层", "下午巡", teacher.id),
    ]
    assert {c.state for c in checks(session)} == {State.DUE}


def test_the_patrol_lies_in_the_lowest_grid_above_all_its_rooms(make, plan, session):
    make.grid("一层"), make.grid("二层")
    make.building("空楼")
    plan()
    where = {c.place: c.grid_id for c in checks(session, "daily_fire_patrol")}
    assert where == {"教学楼": make.block().id, "空楼": make.root().id}


def test_nights_are_walked_in_dormitories_only(make, plan, session):
    make.grid()
    make.building("宿舍楼", BuildingUse.DORM)
    plan(date(2026, 11, 22))  # Sunday: boarders are back
    assert [c.place for c in checks(session, "night_dorm")] == ["宿舍楼"] * 4
    assert [c.round_no for c in checks(session, "night_dorm")] == [1, 2, 3, 4]
    assert not checks(session, "grid_walk")
    assert len(checks(session, "daily_fire_patrol")) == 2


KINDS = [
    (MONDAY, 1, 2),
    (SATURDAY, 0, 0),
    (SATURDAY + timedelta(1), 1, 0),
    (NATIONAL_DAY, 0, 0),
    (MADE_UP, 1, 2),
    (TERM[0] - timedelta(1), 1, 0),
    (TERM[0] - timedelta(2), 0, 0),
    (TERM[1] + timedelta(3), 0, 0),
]


@pytest.mark.parametrize(("day", "patrols", "walks"), KINDS)
def test_the_calendar_decides_weekends_holidays_and_make_up_days(
    make, plan, session, day, patrols, walks
):
    make.someone("teacher")
    plan(day)
    assert len(checks(session, "daily_fire_patrol", day=day)) == patrols
    assert len(checks(session, "grid_walk", day=day)) == walks


def test_days_on_which_nobody_opened_the_app_are_made_up_for(make, ensure, session):
    make.someone("teacher"), make.someone("officer")
    ensure(date(2026, 11, 20))
    ensure(MONDAY)
    planned = session.scalars(sa.select(PlannedDay.day).order_by(PlannedDay.day)).all()
    assert planned == [date(2026, 11, day) for day in (20, 21, 22, 23)]
    walked = {c.day.day for c in checks(session, "grid_walk")}
    assert walked == {20, 23}
    total = len(checks(session))
    ensure(MONDAY)
    ensure(date(2026, 11, 21))
    assert len(checks(session)) == total


def test_a_long_holiday_is_made_up_for_but_not_for_ever(make, ensure, session):
    make.grid()
    ensure(date(2025, 1, 1))
    ensure(MONDAY)
    planned = session.scalars(sa.select(PlannedDay.day).order_by(PlannedDay.day)).all()
    assert planned[1] == MONDAY - timedelta(planning.LONGEST_GAP)
    assert len(planned) == planning.LONGEST_GAP + 2


def test_before_the_school_is_set_up_nothing_is_produced(app, ensure, session):
    ensure(MONDAY)
    assert session.scalars(sa.select(PlannedDay.day)).all() == []


def test_two_people_who_open_the_app_at_midnight_produce_the_day_once(make, app, session, now):
    make.someone("teacher"), make.someone("officer")

    def open_app(_number):
        with app.test_request_context():
            from unitsafe.core.db import db

            planning.ensure_planned(db.session(), MONDAY, now=now())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_app, range(12)))
    session.rollback()
    found = keys(session)
    assert len(found) == len(set(found)) > 0


# -- people ----------------------------------------------------------------------------------------


def absent(make, session, person, deputy, first=MONDAY, last=MONDAY):
    session.add(Absence(person_id=person.id, deputy_id=deputy.id, from_on=first, until_on=last))
    session.commit()


def test_the_walk_of_an_absent_member_goes_to_the_deputy_for_those_days_only(make, plan, session):
    teacher, deputy = make.someone("teacher"), make.person("代理")
    absent(make, session, teacher, deputy)
    plan(MONDAY), plan(MONDAY + timedelta(1))
    assert {c.assignee_id for c in checks(session, "grid_walk", day=MONDAY)} == {deputy.id}
    later = checks(session, "grid_walk", day=MONDAY + timedelta(1))
    assert {c.assignee_id for c in later} == {teacher.id}


def test_a_new_members_walk_goes_to_the_deputy_during_an_absence(make, plan, session):
    make.someone("teacher")
    new, deputy = make.person("新人"), make.person("代理")
    make.assign(new, make.grid(), Role.MEMBER, MONDAY)
    absent(make, session, new, deputy)
    plan()
    assert {c.assignee_id for c in checks(session, "grid_walk")} == {deputy.id}


def test_an_absent_officers_patrol_goes_to_the_other_officer_before_the_deputy(make, plan, session):
    first, deputy = make.someone("officer"), make.person("代理")
    make.grid()
    absent(make, session, first, deputy)
    plan()
    assert {c.assignee_id for c in checks(session, "daily_fire_patrol")} == {deputy.id}
    second = make.person("第二位", ["safety_officer"])
    plan(MONDAY + timedelta(1))
    absent(make, session, first, deputy, MONDAY + timedelta(2), MONDAY + timedelta(2))
    plan(MONDAY + timedelta(2))
    days = {c.day: c.assignee_id for c in checks(session, "daily_fire_patrol")}
    assert days[MONDAY + timedelta(1)] == first.id
    assert days[MONDAY + timedelta(2)] == second.id


def test_without_an_officer_the_gatekeeper_patrols_and_without_anyone_it_is_nobodys(
    make, plan, session
):
    make.grid()
    plan()
    assert {c.assignee_id for c in checks(session, "daily_fire_patrol")} == {None}
    keeper = make.person("门卫", ["gatekeeper"])
    plan(MONDAY + timedelta(1))
    later = checks(session, "daily_fire_patrol", day=MONDAY + timedelta(1))
    assert {c.assignee_id for c in later} == {keeper.id}


# -- grids and plans -------------------------------------------------------------------------------


def test_a_grid_without_spaces_or_without_rooms_to_walk_gets_no_walk(make, plan, session):
    from unitsafe.grids import services as grids

    full = make.grid("一层")
    empty = grids.add_grid(session, name="空格", parent=make.block(), by=None, now=make.now())
    store = grids.add_grid(session, name="设备房", parent=make.block(), by=None, now=make.now())
    room = make.space(kind="power_room")
    grids.put_spaces(session, store, [room.id], today=TERM[0], by=None, now=make.now())
    session.commit()
    plan()
    walked = {c.grid_id for c in checks(session, "grid_walk")}
    assert walked == {full.id}
    assert empty.id not in walked


def test_an_inactive_plan_produces_nothing(make, plan, session):
    make.someone("teacher")
    make.plan("grid_walk").is_active = False
    session.commit()
    plan()
    assert not checks(session, "grid_walk")
    assert checks(session, "daily_fire_patrol")


def test_a_school_without_boarders_has_no_night_rounds(make, plan, session):
    make.school(has_canteen=True)
    make.building("宿舍楼", BuildingUse.DORM)
    make.grid()
    plan()
    assert not make.plan("night_dorm").is_active
    assert not checks(session, "night_dorm")


def test_a_school_that_starts_in_the_middle_of_a_month_gets_that_months_checks(make, plan, session):
    make.grid()
    plan(date(2026, 11, 20))
    assert [c.day.isoformat() for c in checks(session, "monthly_facility")] == ["2026-11-01"]
    (short,) = checks(session, "quarterly_inspection")
    assert (short.title, short.item_limit) == ("月度防火检查（简版）", 12)
    plan(date(2026, 11, 21))
    assert len(checks(session, "monthly_facility")) == 1


def test_a_school_that_starts_at_the_end_of_a_quarter_gets_the_full_inspection(make, plan, session):
    make.grid()
    plan(date(2026, 12, 21))
    (full,) = checks(session, "quarterly_inspection")
    assert (full.title, full.item_limit, full.day) == (
        "季度防火检查（全版）",
        None,
        date(2026, 12, 1),
    )


def test_what_was_due_before_the_school_started_is_not_asked_of_it(make, plan, session, now):
    make.grid()
    plan(date(2026, 11, 26))  # the monthly check was due on the 25th
    assert checks(session, "monthly_facility") == []
    assert [c.day.isoformat() for c in checks(session, "quarterly_inspection")] == ["2026-11-01"]


def test_a_weekly_plan_of_a_school_that_starts_on_a_wednesday_begins_that_week(make, plan, session):
    make.grid()
    make.plan("monthly_facility").unit = "week"
    session.commit()
    plan(date(2026, 11, 25))
    assert [c.day for c in checks(session, "monthly_facility")] == [MONDAY]


def test_a_building_added_in_the_middle_of_a_month_gets_that_months_check(
    make, plan, again, session
):
    make.school()
    plan()  # the first page of a new school, before anything is entered
    assert not checks(session)
    make.grid()
    again()
    assert [c.place for c in checks(session, "monthly_facility")] == ["教学楼"]
    assert [c.place for c in checks(session, "quarterly_inspection")] == ["全校"]
    assert len(checks(session, "grid_walk")) == 2


# -- after a change --------------------------------------------------------------------------------


def test_planning_again_drops_the_untouched_and_keeps_what_somebody_has_begun(
    make, plan, again, session
):
    teacher = make.someone("teacher")
    morning = make.walk()
    make.answered(morning, teacher)
    session.get_one(SchoolDay, MONDAY).teaching = False
    session.commit()
    again()
    assert [c.id for c in checks(session, "grid_walk")] == [morning.id]
    assert checks(session, "daily_fire_patrol")  # boarders stay
    session.get_one(SchoolDay, MONDAY).teaching = True
    session.commit()
    again()
    assert [c.round_no for c in checks(session, "grid_walk")] == [1, 2]


def test_planning_again_keeps_a_check_that_has_only_a_photo_so_far(make, again, session):
    officer = make.someone("officer")
    patrol = make.patrol()
    session.add(
        CheckPhoto(check_id=patrol.id, item_key="dp_fire_use", photo_id=make.photo(officer).id)
    )
    session.commit()
    make.plan("daily_fire_patrol").is_active = False
    session.commit()
    again()
    assert [c.id for c in checks(session, "daily_fire_patrol")] == [patrol.id]


def test_planning_again_keeps_what_was_missed_explained_or_skipped(make, again, session, now):
    teacher = make.someone("teacher")
    morning, evening = (c for c in make.day() if c.checklist_key == "grid_walk")
    with make.app.app_context():
        services.skip(session, evening, reason="外出", by=make.actor(teacher), now=now())
    session.commit()
    now.set("2026-11-24T08:00")
    make.plan("grid_walk").is_active = False
    session.commit()
    again()
    assert [(c.id, c.state) for c in checks(session, "grid_walk")] == [
        (morning.id, State.DUE),
        (evening.id, State.SKIPPED),
    ]


def test_planning_again_leaves_a_night_that_has_begun_yesterday_alone(
    make, plan, again, session, now
):
    make.building("宿舍楼", BuildingUse.DORM)
    make.grid()
    first = date(2026, 12, 1)
    plan(first), plan(first + timedelta(1))
    now.set("2026-12-02T08:00")
    again(first + timedelta(1))
    assert len(checks(session, "night_dorm", day=first)) == 4


def test_planning_again_gives_the_day_and_the_month_to_a_new_officer(make, plan, again, session):
    old = make.someone("officer")
    make.grid()
    plan()
    new = make.person("新安全员", ["safety_officer"])
    with make.app.app_context():
        officer = person(session, old.id)
        people.leave(session, officer, today=MONDAY, by=make.actor(new), now=make.now())
    session.commit()
    again()
    assert {c.assignee_id for c in checks(session, "daily_fire_patrol")} == {new.id}
    assert {c.assignee_id for c in checks(session, "monthly_facility")} == {new.id}


def test_a_day_that_was_never_produced_is_not_planned_again(make, again, session):
    make.grid()
    again()
    assert checks(session) == []


def test_new_windows_take_effect_on_what_is_still_to_come(make, plan, again, session):
    teacher = make.someone("teacher")
    make.answered(make.walk(), teacher)
    walks = make.plan("grid_walk")
    walks.windows = [
        {"opens": "07:00", "due": "08:00", "label": "早"},
        {"opens": "15:00", "due": "16:00", "label": "晚"},
    ]
    session.commit()
    again()
    assert [c.label for c in checks(session, "grid_walk")] == ["上午巡", "晚"]


def test_the_default_plans_come_once(make, app, session, now):
    school = make.school()
    before = session.scalar(sa.select(sa.func.count()).select_from(Plan))
    make.plan("grid_walk").title = "我们的双巡"
    session.commit()
    with app.app_context():
        planning.create_default_plans(session, school, now=now())
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Plan)) == before == 9
    assert make.plan("grid_walk").title == "我们的双巡"


def test_what_stays_due_keeps_its_number_when_the_day_is_planned_again(make, plan, again, session):
    make.someone("officer"), make.someone("teacher")
    plan()
    before = {(c.plan_id, c.target_key, c.round_no): c.id for c in checks(session)}
    make.grid("二层")  # another grid sorts between them
    again()
    after = {(c.plan_id, c.target_key, c.round_no): c.id for c in checks(session)}
    assert set(before) < set(after)
    assert {key: after[key] for key in before} == before


def test_a_check_planned_again_is_up_to_date(make, plan, again, session):
    make.someone("officer"), make.someone("teacher")
    plan()
    walk = make.plan("grid_walk")
    walk.title, walk.windows = "护楼", [{"opens": "07:00", "due": "07:30", "label": "早"}]
    successor = make.person("接替的人", ["homeroom_teacher"])
    make.assign(successor, make.grid(), Role.MEMBER, MONDAY)
    session.commit()
    again()
    (left,) = checks(session, "grid_walk", day=MONDAY)
    assert (left.title, left.assignee_id) == ("护楼", successor.id)
    assert left.due_at.isoformat() == "2026-11-22T23:30:00+00:00"


def test_the_number_of_a_dropped_check_is_never_another_ones(make, plan, again, session):
    make.someone("officer"), make.someone("teacher")
    plan()
    numbers = {c.id for c in checks(session, "grid_walk", day=MONDAY)}
    walk = make.plan("grid_walk")
    for is_active in (False, True):
        walk.is_active = is_active
        session.commit()
        again()
    assert checks(session, "grid_walk", day=MONDAY)
    assert not numbers & {c.id for c in checks(session)}


@pytest.fixture
def special(session):
    """Name, first and last day of each check before a term or a holiday, oldest first."""

    def found():
        session.expire_all()
        rows = session.scalars(
            sa.select(Check)
            .where(Check.checklist_key.in_(("before_term", "before_holiday")))
            .order_by(Check.due_at)
        )
        return [
            (one.label, one.day, clock.local(one.due_at - timedelta(minutes=1)).date())
            for one in rows
        ]

    return found


def test_before_a_term_and_each_long_holiday_the_school_is_looked_over_once(make, ensure, special):
    make.someone("director"), make.root()
    ensure(date(2026, 8, 24))
    for day in (date(2026, 8, 25), date(2026, 9, 18), NATIONAL_DAY, date(2027, 1, 25)):
        ensure(day)
    assert special() == [
        ("开学前", date(2026, 8, 25), date(2026, 9, 1)),
        ("中秋节前", date(2026, 9, 18), date(2026, 9, 24)),
        ("国庆节前", date(2026, 9, 25), date(2026, 9, 30)),
        ("元旦前", date(2026, 12, 25), date(2026, 12, 31)),
        ("寒假前", date(2027, 1, 16), date(2027, 1, 22)),
    ]


def test_a_school_that_starts_in_the_last_days_still_has_its_check(make, plan, special):
    make.someone("director"), make.root()
    plan(date(2026, 12, 29))
    assert special() == [("元旦前", date(2026, 12, 25), date(2026, 12, 31))]


def test_the_check_follows_the_calendar_and_the_schools_numbers(
    make, session, ensure, again, special, now
):
    make.someone("director"), make.root()
    ensure(MONDAY)
    ensure(date(2026, 12, 26))
    session.get_one(SchoolDay, date(2026, 12, 31)).teaching = False
    session.commit()
    again(date(2026, 12, 26))
    assert special() == [("元旦前", date(2026, 12, 24), date(2026, 12, 30))]
    make.school().settings = {"before_holiday_days": 3}
    session.commit()
    again(date(2026, 12, 26))
    assert special() == [], "three days are enough, and they have not begun"
    ensure(date(2026, 12, 28))
    assert special() == [("元旦前", date(2026, 12, 28), date(2026, 12, 30))]


def test_a_number_changed_in_the_middle_makes_no_second_check(make, session, ensure, special):
    make.someone("director"), make.root()
    ensure(MONDAY)
    ensure(date(2026, 12, 26))
    make.school().settings = {"before_holiday_days": 3}
    session.commit()
    ensure(date(2026, 12, 30))
    assert special() == [("元旦前", date(2026, 12, 25), date(2026, 12, 31))]
