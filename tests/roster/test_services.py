"""Turns change hands, checks follow, nothing that happened is lost."""

from datetime import date, time

import pytest
import sqlalchemy as sa

from unitsafe.checks import planning
from unitsafe.checks.models import Check
from unitsafe.checks.rules import Action
from unitsafe.core.domain import RuleError
from unitsafe.people import services as people
from unitsafe.people.models import Person
from unitsafe.roster import filling, queries, services, swaps, table
from unitsafe.roster.models import RosterEntry, RosterEvent, Shift, Swap
from unitsafe.roster.rules import RosterAction, ShiftDays, Standing, SwapState
from unitsafe.school import services as schools

TODAY, TOMORROW, LATER = (date(2026, 11, day) for day in (23, 24, 26))
SATURDAY = date(2026, 11, 28)
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 30)


@pytest.fixture
def staff(make):
    """Four homeroom teachers and the officer who keeps the roster."""
    make.root()
    return [make.person(f"老师{n}", ["homeroom_teacher"]) for n in "甲乙丙丁"]


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


def stand(session, day, shift=None):
    session.expire_all()
    found = table.read(session, day, day).on(day)
    return next(one for one in found if shift is None or one.shift.id == shift.id)


def plan(make, day):
    with make.app.app_context():
        planning.plan_day(make.session, day, now=make.now())
    make.session.commit()


def duty_check(session):
    session.expire_all()
    return session.scalars(sa.select(Check).where(Check.target == "shift")).one_or_none()


# Shifts


def test_a_new_school_gets_the_usual_shifts_once(session, make, app):
    school = make.school(has_boarding=False)
    with app.app_context():
        assert services.create_default_shifts(session, school) == 6
        assert services.create_default_shifts(session, school) == 0
    session.commit()
    found = {shift.key: shift for shift in session.scalars(sa.select(Shift))}
    assert not found["night_dorm"].is_active and found["gate_morning"].is_active
    assert found["gate_morning"].plan_id and found["duty_leader"].plan_id is None


def test_a_shift_that_nobody_can_stand_is_refused(session, make, officer):
    with pytest.raises(RuleError, match="没有人可以排这个班"):
        services.save_shift(
            session,
            None,
            title="后门",
            place="后门",
            building_id=None,
            starts=time(7),
            ends=time(8),
            days=ShiftDays.TEACHING,
            weekdays="",
            people=1,
            posts=[],
            pool=[],
            checklist_key=None,
            is_active=True,
            by=officer,
            now=make.now(),
        )


# Who stands


def test_nobody_is_put_on_a_turn_who_is_away_may_not_or_stands_elsewhere(
    session, make, staff, officer
):
    shift = make.shift()
    early = make.shift("食堂早餐", starts=time(7), ends=time(7, 40))
    stranger = make.person("后勤")
    make.absent(staff[0], staff[1], TOMORROW, TOMORROW)
    make.turn(staff[1], TOMORROW, early)
    for person, reason in (
        (stranger, "不在这个班次的人选里"),
        (staff[0], "这天请假"),
        (staff[1], "同一时间已有别的值班"),
    ):
        with pytest.raises(RuleError, match=reason):
            services.set_person(session, shift, TOMORROW, 1, person, by=officer, now=make.now())
    services.set_person(
        session, shift, TOMORROW, 1, staff[1], anyway=True, by=officer, now=make.now()
    )
    assert stand(session, TOMORROW, shift).clashes


def test_a_part_time_teacher_is_not_put_on_a_day_off(session, make, staff, officer):
    staff[0].work_days = "135"
    session.commit()
    with pytest.raises(RuleError, match="这天不在校"):
        services.set_person(
            session, make.shift(), TOMORROW, 1, staff[0], by=officer, now=make.now()
        )


def test_a_teacher_is_put_on_a_day_without_pupils_only_when_told_twice(
    session, make, staff, officer
):
    shift = make.shift("总值班", days=ShiftDays.EVERY)
    with pytest.raises(RuleError, match="没有学生在校"):
        services.set_person(session, shift, SATURDAY, 1, staff[0], by=officer, now=make.now())


def test_the_past_is_not_changed_but_a_stand_in_can_be_noted_and_is_marked(
    session, make, staff, officer
):
    friday, shift = date(2026, 11, 20), make.shift()
    entry = make.turn(staff[0], friday, shift)
    with pytest.raises(RuleError, match="已经过去"):
        services.set_person(session, shift, friday, 1, staff[1], by=officer, now=make.now())
    with pytest.raises(RuleError, match="写明为什么"):
        services.set_stand_in(
            session, shift, friday, 1, staff[1], note="", by=officer, now=make.now()
        )
    services.set_stand_in(
        session, shift, friday, 1, staff[1], note="病假", by=officer, now=make.now()
    )
    session.commit()
    event = session.scalars(sa.select(RosterEvent)).one()
    assert (event.action, event.is_late, event.note) == (RosterAction.STAND_IN, True, "病假")
    assert stand(session, friday).who.name == "老师乙"
    assert entry.person_id == staff[0].id


def test_the_deputy_stands_in_by_himself_where_able(session, make, staff):
    make.turn(staff[0], TOMORROW)
    make.absent(staff[0], staff[1], TOMORROW, TOMORROW)
    found = stand(session, TOMORROW)
    assert (found.who.id, found.standing) == (staff[1].id, Standing.DEPUTY)
    never_filled = next(one for one in table.read(session, TODAY, LAST).all() if one.is_gap)
    assert never_filled.day == TODAY


def test_a_deputy_who_stands_elsewhere_leaves_a_gap(session, make, staff):
    make.turn(staff[0], TOMORROW)
    make.turn(staff[1], TOMORROW, make.shift("食堂早餐", starts=time(7), ends=time(7, 40)))
    make.absent(staff[0], staff[1], TOMORROW, TOMORROW)
    found = stand(session, TOMORROW, make.shift())
    assert (found.who, found.standing) == (None, Standing.UNCOVERED)
    assert found.is_gap


def test_turns_to_come_are_open_again_when_somebody_leaves(session, make, staff, officer, app):
    make.turn(staff[0], date(2026, 11, 20))
    make.turn(staff[0], TOMORROW)
    with app.app_context():
        people.leave(session, staff[0], today=TODAY, by=officer, now=make.now())
    session.commit()
    assert stand(session, TOMORROW).standing is Standing.EMPTY
    assert stand(session, date(2026, 11, 20)).who.name == "老师甲"
    event = session.scalars(sa.select(RosterEvent)).one()
    assert (event.action, event.before_id, event.person_id) == (
        RosterAction.LEAVE,
        staff[0].id,
        None,
    )


def test_whoever_stands_in_for_a_leaver_keeps_the_turn_and_the_rest_is_listed(
    session, make, staff, officer, app
):
    entry = make.turn(staff[0], TOMORROW)
    entry.stand_in_id = staff[1].id
    make.turn(staff[0], date(2026, 12, 1))
    session.commit()
    with app.app_context():
        people.leave(session, staff[0], today=TODAY, by=officer, now=make.now())
        session.commit()
        lines = queries.turns_left(session, session.get(Person, staff[0].id))
    assert stand(session, TOMORROW).who.id == staff[1].id
    assert [(line.what, line.title) for line in lines] == [("值班", "2026-12有1班没有人")]


# Rotation


def propose(session, people, **changes):
    shifts = [shift.id for shift in table.all_shifts(session)]
    values = {
        "shift_ids": shifts,
        "person_ids": [person.id for person in people],
        "first": FIRST,
        "last": LAST,
        "keep": True,
    }
    return filling.propose(session, **{**values, **changes})


def test_a_roster_of_nobody_is_refused(session, make, staff):
    make.shift()
    with pytest.raises(RuleError, match="至少要有一个人"):
        propose(session, [])
    with pytest.raises(RuleError, match="至少选一个班次"):
        propose(session, staff, shift_ids=[])


def test_a_rotation_leaves_what_is_filled_and_counts_the_term(session, make, staff, officer, app):
    kept = make.turn(staff[3], TOMORROW)
    for day in (9, 10):
        make.turn(staff[0], date(2026, 11, day))
    with app.app_context():
        proposal = propose(session, staff)
        services.fill(session, proposal.given, by=officer, now=make.now())
    session.commit()
    shares = {one.person.name: (one.before, one.added) for one in proposal.shares}
    assert shares == {"老师甲": (2, 0), "老师乙": (0, 2), "老师丙": (0, 2), "老师丁": (1, 1)}
    assert stand(session, TOMORROW).entry.id == kept.id
    assert not [one for one in table.read(session, FIRST, LAST).all() if one.is_gap]
    assert proposal.digest != propose(session, staff).digest


def test_a_rotation_says_where_nobody_can_stand_and_why(session, make, staff):
    make.shift()
    make.absent(staff[0], staff[1], TOMORROW, TOMORROW)
    staff[1].work_days = "1"
    session.commit()
    proposal = propose(session, staff[:2], first=TOMORROW, last=TOMORROW)
    problem = proposal.problems[0]
    assert problem.why == {filling.Obstacle.AWAY: 1, filling.Obstacle.OFF: 1}
    assert proposal.filled == 0


def test_on_days_without_pupils_leaders_stand_and_teachers_only_with_a_warning(
    session, make, staff
):
    leader = make.person("带班", ["duty_leader"])
    make.shift("总值班", days=ShiftDays.EVERY, posts=["duty_leader", "homeroom_teacher"])
    both = propose(session, [*staff, leader], first=SATURDAY, last=SATURDAY)
    assert set(both.given.values()) == {leader.id} and not both.problems
    alone = propose(session, staff[:1], first=SATURDAY, last=SATURDAY)
    assert alone.problems[0].person.id == staff[0].id


# Checks


def test_a_turn_brings_a_check_to_whoever_stands_it_and_to_nobody_else(session, make, staff, now):
    now.set("2026-11-23T07:30")
    make.turn(staff[0], TODAY, make.shift(checklist_key="gate_duty"))
    plan(make, TODAY)
    check = duty_check(session)
    assert (check.assignee_id, check.title, check.place) == (staff[0].id, "校门早护导", "南门")
    assert Action.FILL in check.actions_open_to(make.actor(staff[0]), make.now())
    guard = make.actor(make.person("门卫", ["gatekeeper", "duty_teacher"]))
    assert check.actions_open_to(guard, make.now()) == []


def test_an_empty_turn_and_a_day_off_bring_no_check(session, make, staff):
    shift = make.shift(checklist_key="gate_duty")
    make.turn(None, TODAY, shift)
    make.turn(staff[0], SATURDAY, shift)
    plan(make, TODAY)
    plan(make, SATURDAY)
    assert duty_check(session) is None


def test_a_stand_in_of_today_takes_the_check_along_also_when_it_is_late(
    session, make, staff, officer, now, app
):
    now.set("2026-11-23T07:30")
    shift = make.shift(checklist_key="gate_duty")
    make.turn(staff[0], TODAY, shift)
    plan(make, TODAY)
    now.set("2026-11-23T08:30")
    with app.app_context():
        services.set_stand_in(
            session, shift, TODAY, 1, staff[1], note="堵车", by=officer, now=now()
        )
    session.commit()
    assert duty_check(session).assignee_id == staff[1].id


def test_a_day_that_turns_out_free_has_no_duty(session, make, staff, officer, now, app):
    now.set("2026-11-23T06:00")
    make.turn(staff[0], TODAY, make.shift(checklist_key="gate_duty"))
    plan(make, TODAY)
    with app.app_context():
        schools.set_day(
            session, TODAY, teaching=False, boarding=False, note="雪天", by=officer, now=now()
        )
    session.commit()
    assert duty_check(session) is None
    assert queries.counts(session, TODAY, TODAY) == {}


def test_whoever_signs_may_say_why_a_record_is_missing(session, make, staff, now):
    now.set("2026-11-23T07:30")
    make.turn(staff[0], TODAY, make.shift(checklist_key="gate_duty"))
    plan(make, TODAY)
    now.set("2026-11-24T09:00")
    director = make.actor(make.someone("director"))
    actions = duty_check(session).actions_open_to(director, now())
    assert Action.EXPLAIN in actions and Action.FILL not in actions


# Swaps


def test_two_agree_and_the_turns_change_hands(session, make, staff, app):
    mine, theirs = make.turn(staff[0], TOMORROW), make.turn(staff[1], LATER)
    swap = make.swap(mine, staff[1], theirs)
    with app.app_context():
        found = queries.swap(session, swap.id, staff[1].id)
        swaps.agree(session, found, by=make.actor(staff[1]), now=make.now())
    session.commit()
    session.expire_all()
    assert (mine.person_id, theirs.person_id) == (staff[1].id, staff[0].id)
    assert mine.is_swapped and theirs.is_swapped
    events = session.scalars(sa.select(RosterEvent).order_by(RosterEvent.id)).all()
    assert [(one.before_id, one.person_id) for one in events] == [
        (staff[0].id, staff[1].id),
        (staff[1].id, staff[0].id),
    ]


def test_a_swap_is_answered_once_and_by_the_other_only(session, make, staff, app):
    swap = make.swap(make.turn(staff[0], TOMORROW), staff[1])
    with app.app_context():
        found = queries.swap(session, swap.id, staff[0].id)
        with pytest.raises(RuleError, match="要由对方来答复"):
            swaps.agree(session, found, by=make.actor(staff[0]), now=make.now())
        swaps.decline(session, found, by=make.actor(staff[1]), now=make.now())
        with pytest.raises(RuleError, match="已经答复"):
            swaps.agree(session, found, by=make.actor(staff[1]), now=make.now())


def test_a_turn_is_asked_about_once_at_a_time(session, make, staff):
    mine = make.turn(staff[0], TOMORROW)
    make.swap(mine, staff[1])
    with pytest.raises(RuleError, match="先撤回"):
        make.swap(mine, staff[2])


def test_a_request_lapses_when_its_day_begins_and_frees_the_turn(session, make, staff, now, app):
    mine, theirs = make.turn(staff[0], LATER), make.turn(staff[1], TOMORROW)
    swap = make.swap(mine, staff[1], theirs)
    now.set("2026-11-24T06:00")
    with app.app_context():
        found = queries.swap(session, swap.id, staff[1].id)
        with pytest.raises(RuleError, match="过期"):
            swaps.agree(session, found, by=make.actor(staff[1]), now=now())
    assert queries.waiting_for(session, staff[1].id, TOMORROW) == []
    make.swap(mine, staff[2])
    states = session.scalars(sa.select(Swap.state).order_by(Swap.id)).all()
    assert states == [SwapState.VOID, SwapState.ASKED]


def test_a_turn_given_to_somebody_else_voids_the_request(session, make, staff, officer, app):
    shift = make.shift()
    swap = make.swap(make.turn(staff[0], TOMORROW, shift), staff[1])
    with app.app_context():
        services.set_person(session, shift, TOMORROW, 1, staff[2], by=officer, now=make.now())
    session.commit()
    session.expire_all()
    assert swap.state is SwapState.VOID


def test_the_database_refuses_two_people_in_one_place_and_one_twice(session, make, staff):
    make.turn(staff[0], TOMORROW)
    for person, slot in ((staff[1], 1), (staff[0], 2)):
        session.add(
            RosterEntry(shift_id=make.shift().id, day=TOMORROW, slot=slot, person_id=person.id)
        )
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()
