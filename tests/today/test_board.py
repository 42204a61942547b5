"""今日: what one has to do, and the school's day in figures and tiles."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import services
from unitsafe.checks.models import Check, Finding
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import CardNumbers, Level, State
from unitsafe.people.models import Absence
from unitsafe.places.models import BuildingUse
from unitsafe.today import board

TODAY = date(2026, 11, 23)


@pytest.fixture
def my_day(app, make, session, now):
    def of(role):
        person = make.someone(role) if isinstance(role, str) else role
        with app.app_context():
            return board.my_day(
                session, make.actor(person), now(), board.stands_today(session, clock.today())
            )

    return of


@pytest.fixture
def school_day(app, make, session, now):
    def of(role="principal"):
        with app.app_context():
            actor, stands = (
                make.actor(make.someone(role)),
                board.stands_today(session, clock.today()),
            )
            return board.school_day(session, actor, now(), CardNumbers(), stands)

    return of


def names(checks):
    return [f"{check.title} {check.label}".strip() for check in checks]


def of_kind(checks, key):
    return [check for check in checks if check.checklist_key == key]


# -- my day ----------------------------------------------------------------------------------------


def test_a_teacher_sees_the_walk_that_is_open_and_the_one_to_come(make, my_day):
    make.day()
    mine = my_day("teacher")
    assert names(mine.due) == ["网格一日双巡 上午巡"]
    assert names(mine.later) == ["网格一日双巡 下午巡"]
    assert (mine.periodic, mine.done, mine.missed) == ([], [], 0)


def test_an_officer_sees_the_patrol_and_apart_from_it_the_months_inspection(make, my_day):
    make.day()
    mine = my_day("officer")
    assert names(mine.due) == ["每日防火巡查"]
    assert names(mine.periodic) == ["消防设施器材月检"]


def test_nobody_sees_what_is_anothers(make, my_day):
    make.day()
    mine = my_day("inspector")
    assert not (mine.due or mine.later or mine.periodic or mine.to_countersign or mine.to_decide)


def test_what_nobody_is_named_for_is_seen_by_all_who_may_do_it(make, my_day, session):
    make.day()
    session.execute(
        sa.update(Check).where(Check.checklist_key == "daily_fire_patrol").values(assignee_id=None)
    )
    session.commit()
    keeper = make.person("门卫", ["gatekeeper"])
    assert names(my_day(keeper).due) == ["每日防火巡查"]
    assert names(my_day("officer").due) == ["每日防火巡查"]
    assert my_day("teacher").due[0].checklist_key == "grid_walk"


def test_done_work_moves_down_and_is_gone_tomorrow(make, my_day, now):
    walk = make.submitted(make.walk(), make.someone("teacher"))
    mine = my_day("teacher")
    assert (mine.due, list(mine.done)) == ([], [walk])
    now.set("2026-11-24T08:00")
    assert my_day("teacher").done == []


def test_a_monthly_check_done_today_is_done_today(make, my_day):
    facility = of_kind(make.day(), "monthly_facility")[0]
    make.submitted(facility, make.someone("officer"))
    assert list(my_day("officer").done) == [facility]


def test_a_night_round_after_midnight_is_still_to_be_done_in_the_small_hours(make, my_day, now):
    make.building("宿舍楼", BuildingUse.DORM)
    keeper = make.person("宿管", ["dorm_keeper"])
    make.day()
    now.set("2026-11-24T02:30")
    assert names(my_day(keeper).due) == [
        "学生宿舍夜查 第一次",
        "学生宿舍夜查 第二次",
        "学生宿舍夜查 第三次",
    ]
    now.set("2026-11-24T12:00")
    assert my_day(keeper).due == []
    assert my_day(keeper).missed == 4


def test_missed_checks_are_counted_until_they_are_explained_and_never_pile_up_as_due(
    app, make, my_day, now, session
):
    make.day()
    now.set("2026-11-24T06:00")
    mine = my_day("teacher")
    assert (mine.due, mine.missed) == ([], 2)
    first = of_kind(session.scalars(sa.select(Check).order_by(Check.id)), "grid_walk")[0]
    with app.app_context():
        services.explain(
            session, first, reason="外出", by=make.actor(make.someone("teacher")), now=now()
        )
    session.commit()
    assert my_day("teacher").missed == 1


def test_the_second_signature_waits_for_the_one_who_may_give_it(make, my_day):
    patrol = make.submitted(make.patrol(), make.someone("officer"))
    assert list(my_day("manager").to_countersign) == [patrol]
    for role in ("officer", "teacher", "principal", "director"):
        assert my_day(role).to_countersign == []


def test_a_hazard_waits_with_its_holder_then_with_those_who_decide(make, my_day):
    hazard = make.hazard(State.ASSIGNED)
    assert list(my_day("teacher").to_fix) == [hazard]
    assert my_day("director").to_decide == []
    fixed = make.hazard(State.RECTIFIED)
    assert list(my_day("teacher").to_fix) == [hazard]
    assert list(my_day("director").to_decide) == [fixed]


def test_a_deputy_sees_the_walk_of_the_absent_member(make, my_day, session):
    teacher, deputy = make.someone("teacher"), make.person("代理")
    session.add(Absence(person_id=teacher.id, deputy_id=deputy.id, from_on=TODAY, until_on=TODAY))
    session.commit()
    make.day()
    assert names(my_day(deputy).due) == ["网格一日双巡 上午巡"]
    assert my_day(teacher).due == []


# -- the school's day ------------------------------------------------------------------------------


def test_the_figures_of_an_ordinary_morning(make, school_day):
    make.day()
    found = school_day()
    assert (found.done, found.expected, found.missed) == (0, 3, 0)
    assert (found.open_hazards, found.yellow, found.red) == (0, 0, 0)
    assert [one.check.title for one in found.patrols] == ["每日防火巡查"]


def test_a_patrol_that_found_something_is_not_in_order(make, school_day, session):
    patrol, officer = make.patrol(), make.someone("officer")
    make.submitted(patrol, officer)
    assert [(one.kind, one.hazards) for one in school_day().patrols] == [("ok", 0)]
    hazard = make.hazard()
    session.add(Finding(check_id=patrol.id, item_key="dp_fire_use", hazard_id=hazard.id))
    session.commit()
    assert [(one.kind, one.hazards) for one in school_day().patrols] == [("warn", 1)]


def test_the_figures_follow_what_is_done_skipped_and_missed(app, make, school_day, session, now):
    walks = of_kind(make.day(), "grid_walk")
    make.submitted(walks[0], make.someone("teacher"))
    assert (school_day().done, school_day().expected) == (1, 3)
    with app.app_context():
        services.skip(
            session, walks[1], reason="外出", by=make.actor(make.someone("teacher")), now=now()
        )
    session.commit()
    assert (school_day().done, school_day().expected) == (1, 2)
    now.set("2026-11-24T00:00")
    assert school_day().missed == 1  # the patrol


def test_a_corrected_record_counts_once(app, make, school_day, session, now):
    patrol = make.submitted(make.patrol(), make.someone("officer"))
    with app.app_context():
        services.correct(
            session, patrol, reason="漏记", by=make.actor(make.someone("officer")), now=now()
        )
    session.commit()
    assert (school_day().done, school_day().expected) == (1, 3)


CARDS = [
    (Level.NORMAL, 1, (1, 0)),
    (Level.NORMAL, 7, (1, 0)),
    (Level.NORMAL, 8, (0, 1)),
    (Level.SERIOUS, 1, (0, 1)),
    (Level.NORMAL, 0, (0, 0)),
]


@pytest.mark.parametrize(("level", "late", "cards"), CARDS)
def test_overdue_hazards_show_as_cards(make, school_day, session, level, late, cards):
    hazard = make.hazard(State.ASSIGNED, level=level)
    hazard.due_on = TODAY - timedelta(days=late)
    session.commit()
    found = school_day()
    assert (found.open_hazards, (found.yellow, found.red)) == (1, cards)


@pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED])
def test_what_is_over_is_no_open_hazard(make, school_day, state):
    make.hazard(state)
    assert school_day().open_hazards == 0


def tile(found, name="一层"):
    return next(one for one in found.tiles if one.grid.name == name)


MOMENTS = [
    ("07:00", "due"),
    ("09:20", "due"),
    ("09:21", "bad"),
    ("18:31", "bad"),
]


@pytest.mark.parametrize(("at", "kind"), MOMENTS)
def test_an_undone_walk_turns_its_tile_bad_when_the_grace_is_over(make, school_day, now, at, kind):
    make.day()
    now.set(f"2026-11-23T{at}")
    assert tile(school_day()).kind == kind


def test_a_tile_names_its_holder_and_counts_what_is_done(make, school_day, now):
    walks = of_kind(make.day(), "grid_walk")
    make.grid("二层")
    teacher = make.someone("teacher")
    make.submitted(walks[0], teacher)
    one = tile(school_day())
    assert (one.holder, one.kind, one.done, one.expected) == ("teacher", "due", 1, 2)
    now.set("2026-11-23T16:30")
    make.submitted(walks[1], teacher)
    one = tile(school_day())
    assert (one.kind, one.done, one.expected) == ("ok", 2, 2)
    assert tile(school_day(), "二层").holder == ""


def test_a_walk_that_was_skipped_is_not_expected_on_its_tile(app, make, school_day, session, now):
    walks = of_kind(make.day(), "grid_walk")
    teacher = make.someone("teacher")
    make.submitted(walks[0], teacher)
    with app.app_context():
        services.skip(session, walks[1], reason="外出", by=make.actor(teacher), now=now())
    session.commit()
    one = tile(school_day())
    assert (one.kind, one.done, one.expected) == ("ok", 1, 1)


def test_an_open_hazard_marks_its_tile_until_it_is_closed(make, school_day, session):
    walks = of_kind(make.day(), "grid_walk")
    make.submitted(walks[0], make.someone("teacher"))
    make.hazard(State.ASSIGNED)
    one = tile(school_day())
    assert (one.kind, one.hazards) == ("warn", 1)
    session.scalars(sa.select(Hazard)).one().state = State.REJECTED
    session.commit()
    assert tile(school_day()).kind == "due"
