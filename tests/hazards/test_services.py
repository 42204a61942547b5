"""Hazards through the hands of those who find, fix, recheck and close them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import TERM
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import writing
from unitsafe.core.domain import RuleError
from unitsafe.grids.models import Assignment, Role
from unitsafe.hazards import services
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import Action, Fix, Level, State
from unitsafe.people.models import Absence

TODAY = date(2026, 11, 23)
ALL_EVENTS = sa.select(HazardEvent.action).order_by(HazardEvent.id)


@pytest.fixture
def do(app, make, session, now):
    """Call a service as somebody, in one transaction: ``do("close", hazard, by=person)``."""

    def call(name, *args, by, **values):
        person = make.actor(by)
        defaults = {"recheck": {"note": ""}, "close": {"note": ""}}.get(name, {})
        try:
            with app.app_context():
                result = getattr(services, name)(
                    session, *args, by=person, now=now(), **{**defaults, **values}
                )
            session.commit()
        except Exception:
            session.rollback()
            raise
        return result

    return call


@pytest.fixture
def report(do, make):
    def found(by=None, **changes):
        values = {
            "description": "后门堵塞",
            "category": "evac_blocked",
            "level": Level.NORMAL,
            "fix": Fix.SCHEDULED,
        }
        if "space_id" not in changes:
            changes["space_id"] = make.space_in(make.grid()).id
        return do("report", by=by or make.someone("officer"), **{**values, **changes})

    return found


def events(session, hazard):
    session.rollback()
    return session.scalars(ALL_EVENTS.where(HazardEvent.hazard_id == hazard.id)).all()


def last_entry(session):
    return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()


# -- reporting -------------------------------------------------------------------------------------


def test_the_member_of_the_grid_has_to_fix_it_by_the_schools_deadline(make, report, session):
    teacher = make.someone("teacher")
    hazard = report()
    assert (hazard.state, hazard.holder_id) == (State.ASSIGNED, teacher.id)
    assert hazard.due_on == TODAY + timedelta(3)
    assert hazard.grid_id == make.grid().id
    assert events(session, hazard) == [Action.REPORT, Action.DISPATCH]


def test_the_rooms_own_duty_holder_comes_before_the_member_of_the_grid(make, report, session):
    make.someone("teacher")
    keeper = make.person("实验员", ["lab_manager"])
    room = make.space_in(make.grid())
    session.add(
        Assignment(person_id=keeper.id, space_id=room.id, role=Role.HELPER, from_on=TERM[0])
    )
    session.commit()
    assert report(space_id=room.id).holder_id == keeper.id


def away(session, person, deputy, day=TODAY):
    session.add(Absence(person_id=person.id, deputy_id=deputy.id, from_on=day, until_on=day))
    session.commit()


def test_while_the_member_is_absent_the_deputy_has_to_fix_it(make, report, session):
    teacher, deputy = make.someone("teacher"), make.person("代理")
    away(session, teacher, deputy, TODAY - timedelta(1))
    assert report().holder_id == teacher.id
    away(session, teacher, deputy)
    assert report().holder_id == deputy.id


def test_while_the_rooms_holder_is_absent_their_deputy_has_to_fix_it(make, report, session):
    keeper, deputy = make.person("实验员"), make.person("代理")
    room = make.space_in(make.grid())
    session.add(
        Assignment(person_id=keeper.id, space_id=room.id, role=Role.HELPER, from_on=TERM[0])
    )
    away(session, keeper, deputy)
    assert report(space_id=room.id).holder_id == deputy.id


def test_a_grid_without_a_member_leaves_it_to_the_leader_of_the_block(make, report):
    leader = make.someone("leader")
    make.grid()
    assert report().holder_id == leader.id


def test_where_nobody_answers_it_waits_to_be_dispatched(make, report, session):
    make.someone("director")
    boss = make.someone("principal")
    make.assign(boss, make.root(), Role.LEADER)
    hazard = report()
    assert (hazard.state, hazard.holder_id, hazard.due_on) == (State.REPORTED, None, None)
    assert events(session, hazard) == [Action.REPORT]


def test_a_place_without_a_room_lies_in_the_grid_that_was_named_or_in_the_school(make, report):
    grid, teacher = make.grid(), make.someone("teacher")
    assert report(space_id=None, grid_id=grid.id).holder_id == teacher.id
    assert report(space_id=None).grid_id == make.root().id


def test_a_room_in_no_grid_is_the_schools(make, report):
    make.someone("teacher")
    hazard = report(space_id=make.space(name="仓库").id)
    assert (hazard.grid_id, hazard.state) == (make.root().id, State.REPORTED)


def test_before_there_are_grids_a_report_is_refused_in_words(make, report):
    with pytest.raises(RuleError, match="还没有建立网格"):
        report(space_id=None)


DEADLINES = [(Level.NORMAL, 5), (Level.SERIOUS, 9), (Level.SUSPECTED_MAJOR, 0)]


@pytest.mark.parametrize(("level", "days"), DEADLINES)
def test_the_deadline_is_the_schools_own_number(make, report, session, level, days):
    make.someone("teacher")
    make.school().settings = {"days_normal": 5, "days_serious": 9, "days_major": 0}
    session.commit()
    assert report(level=level).due_on == TODAY + timedelta(days)


def test_nobody_reports_a_major_hazard_only_a_suspected_one(make, report):
    assert report(make.someone("principal"), level=Level.MAJOR).level is Level.SUSPECTED_MAJOR


def test_what_was_fixed_on_the_spot_waits_for_another_pair_of_eyes(make, report, do, session):
    officer = make.someone("officer")
    hazard = report(officer, fix=Fix.ON_SPOT)
    assert (hazard.state, hazard.holder_id, hazard.fixed_by_id) == (
        State.RECTIFIED,
        officer.id,
        officer.id,
    )
    assert events(session, hazard) == [Action.REPORT, Action.FIX_ON_SPOT]
    with pytest.raises(RuleError):
        do("recheck", hazard, by=officer)
    do("close", hazard, by=make.someone("director"))
    assert hazard.state is State.CLOSED


def test_without_the_right_to_fix_it_on_the_spot_it_goes_to_the_holder(make, report):
    teacher, finder = make.someone("teacher"), make.person("科任", ["subject_teacher"])
    hazard = report(finder, fix=Fix.ON_SPOT)
    assert (hazard.state, hazard.holder_id) == (State.ASSIGNED, teacher.id)


def test_out_of_use_is_marked(make, report):
    assert report(fix=Fix.STOP_USE).stop_use
    assert not report().stop_use


def test_only_ones_own_photos_are_attached_and_each_once(make, report, session):
    officer = make.someone("officer")
    mine, other = make.photo(officer), make.photo(make.person("某某"), "blue")
    hazard = report(officer, photo_ids=[mine.id, mine.id, other.id, 10**6])
    kept = session.execute(sa.select(HazardPhoto.hazard_id, HazardPhoto.photo_id)).all()
    assert kept == [(hazard.id, mine.id)]


# -- numbers ---------------------------------------------------------------------------------------


def test_numbers_count_from_one_each_year_of_the_schools_calendar(report, now):
    assert [report().number for _ in range(3)] == [f"YH-2026-000{n}" for n in (1, 2, 3)]
    now.set("2026-12-31T23:59:59")
    assert report().number == "YH-2026-0004"
    now.set("2027-01-01T00:00")
    assert report().number == "YH-2027-0001"
    now.set("2026-12-31T23:00")
    assert report().number == "YH-2026-0005"


def test_a_report_that_fails_uses_no_number_up(app, make, report, now, session):
    report()
    person = make.actor(make.someone("officer"))
    with pytest.raises(LookupError), app.app_context(), writing() as tx:
        services.report(
            tx,
            description="x",
            category="other",
            level=Level.NORMAL,
            fix=Fix.SCHEDULED,
            space_id=None,
            by=person,
            now=now(),
        )
        raise LookupError
    assert report().number == "YH-2026-0002"


def test_eight_people_who_report_at_once_get_every_number_once(app, make, session, now):
    make.someone("teacher")
    room = make.space_in(make.grid()).id
    people = [make.actor(make.person(f"发现人{n}")) for n in range(8)]

    def find(number):
        with app.app_context(), writing() as tx:
            return services.report(
                tx,
                description=f"第{number}处",
                category="other",
                level=Level.NORMAL,
                fix=Fix.SCHEDULED,
                space_id=room,
                by=people[number % 8],
                now=now(),
            ).number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(find, range(64)))
    assert sorted(numbers) == [f"YH-2026-{n:04d}" for n in range(1, 65)]
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Hazard)) == 64
    assert list(audit.verify(session)) == []


# -- dispatching -----------------------------------------------------------------------------------


def send(do, hazard, to, by, **changes):
    values = {
        "to": to,
        "level": Level.NORMAL,
        "due_on": TODAY + timedelta(5),
        "measure": "搬走书柜",
        "interim_measure": "贴警示",
    }
    return do("dispatch", hazard, by=by, **{**values, **changes})


def test_the_officer_dispatches_it_and_may_do_so_again(make, report, do, session):
    officer, other = make.someone("officer"), make.person("后勤")
    make.someone("teacher")
    hazard = report()
    send(do, hazard, other, officer, level=Level.SERIOUS)
    assert (hazard.state, hazard.holder_id, hazard.level) == (
        State.ASSIGNED,
        other.id,
        Level.SERIOUS,
    )
    assert (hazard.due_on, hazard.measure, hazard.interim_measure) == (
        TODAY + timedelta(5),
        "搬走书柜",
        "贴警示",
    )
    assert events(session, hazard) == [Action.REPORT, Action.DISPATCH, Action.DISPATCH]


def test_the_log_says_to_whom_by_when_and_with_which_level(make, report, do, session):
    other = make.person("后勤")
    send(do, report(), other, make.someone("officer"), level=Level.SERIOUS)
    told = json.loads(last_entry(session).data)
    assert (told["to"], told["note"]) == (other.id, "搬走书柜")
    assert (told["level"], told["due_on"]) == ("serious", "2026-11-28")


def test_nobody_who_left_is_given_a_hazard_and_no_deadline_lies_in_the_past(
    make, report, do, session
):
    gone, officer = make.person("调走"), make.someone("officer")
    hazard = report()
    with pytest.raises(RuleError, match="不能早于今天"):
        send(do, hazard, make.person("后勤"), officer, due_on=TODAY - timedelta(1))
    gone.status = "left"
    session.commit()
    with pytest.raises(RuleError, match="已经离校"):
        send(do, hazard, gone, officer)


LEVELS = [
    ("officer", Level.NORMAL, Level.MAJOR, Level.SUSPECTED_MAJOR),
    ("principal", Level.NORMAL, Level.MAJOR, Level.SUSPECTED_MAJOR),
    ("officer", Level.MAJOR, Level.NORMAL, Level.MAJOR),
    ("director", Level.MAJOR, Level.SERIOUS, Level.MAJOR),
    ("officer", Level.MAJOR, Level.MAJOR, Level.MAJOR),
    ("manager", Level.MAJOR, Level.SERIOUS, Level.MAJOR),
    ("officer", Level.SUSPECTED_MAJOR, Level.NORMAL, Level.SUSPECTED_MAJOR),
    ("officer", Level.NORMAL, Level.SERIOUS, Level.SERIOUS),
]


@pytest.mark.parametrize(("who", "was", "asked", "becomes"), LEVELS)
def test_dispatching_neither_makes_it_major_nor_takes_that_back(
    make, report, do, session, who, was, asked, becomes
):
    hazard = report()
    hazard.level = was
    session.commit()
    send(do, hazard, make.person("后勤"), make.someone(who), level=asked)
    assert hazard.level is becomes


def test_dispatching_does_not_lower_the_level(make, report, do):
    hazard = report(level=Level.SERIOUS)
    with pytest.raises(RuleError, match="降级"):
        send(do, hazard, make.person("后勤"), make.someone("officer"), level=Level.NORMAL)
    manager = make.someone("manager")
    do("downgrade", hazard, level=Level.NORMAL, reason="只是面板松动", by=manager)
    send(do, hazard, make.person("后勤"), make.someone("officer"), level=Level.NORMAL)
    assert hazard.level is Level.NORMAL


def test_a_deadline_that_somebody_set_moves_later_only_with_a_reason(make, report, do):
    hazard, officer = report(), make.someone("officer")
    teacher = make.someone("teacher")
    send(do, hazard, teacher, officer, due_on=TODAY + timedelta(9))  # the system's moves freely
    with pytest.raises(RuleError, match="原因"):
        send(do, hazard, teacher, officer, due_on=TODAY + timedelta(12))
    send(do, hazard, teacher, officer, due_on=TODAY + timedelta(12), reason="等配件")
    send(do, hazard, teacher, officer, due_on=TODAY + timedelta(2))


def test_who_asked_for_time_is_answered_before_the_work_is_given_again(make, report, do):
    teacher = make.someone("teacher")
    hazard, later = report(), TODAY + timedelta(9)
    do("request_extension", hazard, due_on=later, reason="等配件", by=teacher)
    with pytest.raises(RuleError, match="申请了延期"):
        send(do, hazard, teacher, make.someone("officer"), due_on=later)
    send(do, hazard, make.person("后勤"), make.someone("officer"), due_on=later)
    assert hazard.extension_to is None


def test_a_leader_dispatches_in_their_own_block_only(make, report, do):
    leader, other = make.someone("leader"), make.person("某某")
    send(do, report(), other, leader)
    far = make.grid("宿舍一层", "宿舍片")
    with pytest.raises(RuleError):
        send(do, report(space_id=make.space_in(far).id), other, leader)


def test_what_is_no_hazard_is_rejected_with_the_reason(make, report, do, session):
    hazard = report()
    do("reject", hazard, by=make.someone("officer"), reason="已有围挡")
    assert hazard.state is State.REJECTED
    assert json.loads(last_entry(session).data)["note"] == "已有围挡"
    with pytest.raises(RuleError):
        send(do, hazard, make.person("某某"), make.someone("officer"))


# -- fixing, rechecking, closing -------------------------------------------------------------------


@pytest.fixture
def fixed(make, report, do):
    """A hazard that the teacher says is fixed."""

    def done(level=Level.NORMAL):
        teacher = make.someone("teacher")
        hazard = report(level=level)
        photo = make.photo(teacher, f"#{hazard.id:06x}")
        do("report_done", hazard, by=teacher, measure="已搬走", photo_ids=[photo.id])
        return hazard

    return done


def test_fixed_by_the_holder_it_waits_to_be_rechecked(make, fixed, session):
    hazard = fixed()
    assert (hazard.state, hazard.fixed_by_id) == (State.RECTIFIED, make.someone("teacher").id)
    assert session.scalars(sa.select(HazardPhoto.is_after)).all() == [True]


def test_fixed_needs_a_photo_of_ones_own_that_was_not_there_before(make, report, do, session):
    teacher = make.someone("teacher")
    before = make.photo(teacher, "red")
    hazard = report(teacher, photo_ids=[before.id])
    others = make.photo(make.someone("officer"), "blue")
    for ids in ([], [10**6], [others.id], [before.id]):
        with pytest.raises(RuleError, match="整改后的照片"):
            do("report_done", hazard, by=teacher, measure="已搬走", photo_ids=ids)
        session.refresh(hazard)
        assert hazard.state is State.ASSIGNED
    assert session.scalars(sa.select(HazardPhoto.is_after)).all() == [False]
    after = make.photo(teacher, "green")
    do("report_done", hazard, by=teacher, measure="已搬走", photo_ids=[before.id, after.id])
    assert hazard.state is State.RECTIFIED


@pytest.mark.parametrize("who", ["officer", "director", "manager", "principal", "leader"])
def test_nobody_but_the_holder_says_it_is_fixed(make, report, do, who):
    make.someone("teacher")
    person = make.someone(who)
    with pytest.raises(RuleError):
        do(
            "report_done",
            report(),
            by=person,
            measure="x",
            photo_ids=[make.photo(person).id],
        )


CLOSERS = [
    (Level.NORMAL, {"principal", "manager", "director", "leader"}),
    (Level.SERIOUS, {"principal", "manager"}),
    (Level.SUSPECTED_MAJOR, set()),
    (Level.MAJOR, {"principal"}),
]


@pytest.mark.parametrize(("level", "closers"), CLOSERS)
def test_each_level_is_closed_by_those_who_may(make, fixed, do, level, closers):
    for who in ("principal", "manager", "director", "leader", "officer", "teacher", "inspector"):
        hazard, person = fixed(level), make.someone(who)
        hazard.level = level  # what is reported as major is suspected first
        if who in closers:
            do("close", hazard, by=person)
            assert (hazard.state, hazard.closed_at) == (State.CLOSED, make.now())
            assert hazard.rechecked_by_id == person.id
        else:
            with pytest.raises(RuleError):
                do("close", hazard, by=person)
            assert hazard.state is State.RECTIFIED


def test_a_recheck_is_kept_when_somebody_else_closes(make, fixed, do, session):
    hazard, officer = fixed(Level.SERIOUS), make.someone("officer")
    do("recheck", hazard, by=officer, note="已看过")
    assert (hazard.state, hazard.rechecked_by_id) == (State.RECTIFIED, officer.id)
    with pytest.raises(RuleError):
        do("recheck", hazard, by=make.someone("director"))
    do("close", hazard, by=make.someone("manager"))
    assert hazard.rechecked_by_id == officer.id
    assert events(session, hazard)[-2:] == [Action.RECHECK, Action.CLOSE]


def test_each_attempt_stays_when_it_is_sent_back(make, fixed, do, session):
    hazard, teacher = fixed(), make.someone("teacher")
    do("send_back", hazard, by=make.someone("officer"), reason="又堵上了")
    assert (hazard.state, hazard.holder_id) == (State.ASSIGNED, teacher.id)
    assert (hazard.fixed_by_id, hazard.rechecked_by_id) == (None, None)
    photo = make.photo(teacher, "yellow")
    do("report_done", hazard, by=teacher, measure="再次搬走", photo_ids=[photo.id])
    assert events(session, hazard) == [
        Action.REPORT,
        Action.DISPATCH,
        Action.REPORT_DONE,
        Action.SEND_BACK,
        Action.REPORT_DONE,
    ]
    notes = session.scalars(sa.select(HazardEvent.note).order_by(HazardEvent.id)).all()
    assert notes[2:] == ["已搬走", "又堵上了", "再次搬走"]
    assert len(session.scalars(sa.select(HazardPhoto)).all()) == 2


def test_whoever_takes_over_after_a_return_may_not_be_judged_by_themselves(make, fixed, do):
    director, manager = make.someone("director"), make.someone("manager")
    hazard = fixed()
    do("send_back", hazard, by=director, reason="不合格")
    send(do, hazard, director, manager)
    do("report_done", hazard, by=director, measure="x", photo_ids=[make.photo(director).id])
    with pytest.raises(RuleError):
        do("close", hazard, by=director)
    do("close", hazard, by=manager)


def test_two_people_who_decide_at_once_do_not_both_decide(app, make, fixed, session, now):
    hazard = fixed()
    number = hazard.id
    who = [
        make.actor(make.someone(role)) for role in ("director", "manager", "principal", "leader")
    ]

    def decide(person):
        with app.app_context():
            try:
                with writing() as tx:
                    mine = tx.get_one(Hazard, number)
                    services.close(tx, mine, note="", by=person, now=now())
            except RuleError:
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(decide, who)) == 1
    assert events(session, hazard).count(Action.CLOSE) == 1


def test_a_page_older_than_the_hazard_loses_the_race(app, make, fixed, do, session):
    hazard = fixed()
    with app.app_context():
        from sqlalchemy.orm import Session

        with Session(session.get_bind()) as mine:
            old = mine.get_one(Hazard, hazard.id)
            mine.commit()
            mine.refresh(old)
            mine.expunge(old)
        do("close", hazard, by=make.someone("director"))
        old.description = "late"
        with pytest.raises(sa.orm.exc.StaleDataError), Session(session.get_bind()) as mine:
            mine.add(old)
            mine.flush()


def test_the_log_is_whole_after_a_whole_life_and_names_every_step(make, fixed, do, session):
    hazard = fixed(Level.SERIOUS)
    do("send_back", hazard, by=make.someone("officer"), reason="不合格")
    send(do, hazard, make.person("后勤"), make.someone("officer"), level=Level.SERIOUS)
    do("reject", hazard, by=make.someone("manager"), reason="误报")
    session.rollback()
    acts = session.scalars(
        sa.select(AuditEntry.act)
        .where(AuditEntry.subject == f"hazard:{hazard.number}")
        .order_by(AuditEntry.id)
    ).all()
    assert acts == [
        f"hazard.{one}" for one in ("report", "report_done", "send_back", "dispatch", "reject")
    ]
    assert list(audit.verify(session)) == []


@pytest.mark.parametrize("sql", ["UPDATE hazard_event SET note = ''", "DELETE FROM hazard_event"])
def test_the_database_itself_refuses_to_change_what_happened(report, session, sql):
    report()
    session.rollback()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(sql))
    session.rollback()


IMPOSSIBLE = [
    ("state = 'closed'", "closed_at_iff_closed"),
    ("closed_at = found_at", "closed_at_iff_closed"),
    ("holder_id = NULL", "assigned_has_holder"),
    ("due_on = NULL", "assigned_has_deadline"),
]


@pytest.mark.parametrize(("change", "constraint"), IMPOSSIBLE)
def test_the_database_itself_refuses_half_a_step(make, report, session, change, constraint):
    make.someone("teacher")
    report()
    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        session.execute(sa.text(f"UPDATE hazard SET {change}"))
    session.rollback()
