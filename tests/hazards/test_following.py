"""Open hazards follow their grid when it changes hands or shape."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.checks.models import Check, PlannedDay
from unitsafe.core.audit import AuditEntry
from unitsafe.core.hooks import duties_changed
from unitsafe.grids import services as grids
from unitsafe.grids.models import Handover, Role
from unitsafe.hazards import following, queries, services
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import Action, Fix, Level, State
from unitsafe.people import services as people

TODAY = date(2026, 11, 23)


@pytest.fixture
def settle(app, session, make):
    """`settle()`: tell everybody that duties changed, as every view does."""

    def tell():
        with app.app_context():
            duties_changed(session, clock.local(make.now()).date(), make.now())
        session.commit()

    return tell


def hand_over(make, to, grid=None, day=TODAY, role=Role.MEMBER):
    return make.assign(to, grid or make.grid(), role, day)


def steps(session, hazard):
    return session.scalars(
        sa.select(HazardEvent).where(HazardEvent.hazard_id == hazard.id).order_by(HazardEvent.id)
    ).all()


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RECTIFIED])
def test_an_open_hazard_goes_to_the_successor_and_stays_in_its_state(make, session, settle, state):
    hazard, new = make.hazard(state), make.person("小李")
    hand_over(make, new)
    settle()
    session.refresh(hazard)
    last = steps(session, hazard)[-1]
    assert (hazard.holder_id, hazard.state) == (new.id, state)
    assert (last.action, last.to_id) == (Action.HAND_OVER, new.id)
    assert "自2026-11-23起由小李接任teacher" in last.note
    assert session.scalars(sa.select(Handover)).one().done_at == make.now()
    newest = sa.select(AuditEntry.act).order_by(AuditEntry.id.desc())
    assert session.scalars(newest).first() == "hazard.hand_over"


@pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED])
def test_what_is_done_with_stays_with_whoever_did_it(make, session, settle, state):
    hazard = make.hazard(state)
    hand_over(make, make.person("小李"))
    settle()
    session.refresh(hazard)
    assert hazard.holder_id == make.someone("teacher").id


def test_only_what_the_one_before_holds_in_that_grid_goes_along(make, session, settle):
    """Not what somebody else mends there, and not what the same person mends elsewhere."""
    mine, upper = make.hazard(), make.grid("二层")
    make.assign(make.someone("teacher"), upper)
    elsewhere, others = make.hazard(grid=upper), make.hazard()
    electrician = make.person("电工")
    others.holder_id = electrician.id
    session.commit()
    new = make.person("小李")
    hand_over(make, new)
    settle()
    for hazard, holder in (
        (mine, new),
        (elsewhere, make.someone("teacher")),
        (others, electrician),
    ):
        session.refresh(hazard)
        assert hazard.holder_id == holder.id


def test_asking_again_moves_nothing_that_was_given_back_on_purpose(make, session, settle):
    hazard = make.hazard()
    hand_over(make, make.person("小李"))
    settle()
    session.refresh(hazard)
    hazard.holder_id = make.someone("teacher").id  # the officer dispatched it to him all the same
    session.commit()
    settle()
    session.refresh(hazard)
    assert hazard.holder_id == make.someone("teacher").id


def test_a_handover_to_come_takes_effect_on_its_day_also_when_the_pc_was_off(
    app, make, session, settle, now
):
    make.day()
    hazard, new = make.hazard(), make.person("小李")
    hand_over(make, new, day=date(2026, 11, 25))
    settle()
    session.refresh(hazard)
    assert hazard.holder_id == make.someone("teacher").id
    now.set("2026-11-27T08:00")
    with app.app_context():
        planning.ensure_planned(session, date(2026, 11, 27), now=now())
    session.rollback()
    assert hazard.holder_id == new.id
    walks = session.scalars(
        sa.select(Check).where(Check.checklist_key == "grid_walk", Check.day >= date(2026, 11, 23))
    ).all()
    assert {(walk.day.day < 25, walk.assignee_id == new.id) for walk in walks} == {
        (True, False),
        (False, True),
    }


def test_the_ledger_too_carries_out_what_was_arranged_for_today(browser, make, session, now):
    hazard, new = make.hazard(), make.person("小李")
    hand_over(make, new, day=date(2026, 11, 25))
    now.set("2026-11-25T07:00")
    assert browser(new).get(f"/hazards/{hazard.number}").status == 200
    session.refresh(hazard)
    assert hazard.holder_id == new.id


def test_walks_not_begun_go_to_the_successor_and_the_one_begun_stays(make, session, settle):
    walk, teacher = make.walk(), make.someone("teacher")
    make.answered(walk, teacher)
    new = make.person("小李")
    hand_over(make, new)
    settle()
    walks = session.scalars(
        sa.select(Check)
        .where(Check.checklist_key == "grid_walk", Check.day == TODAY)
        .order_by(Check.round_no)
    ).all()
    assert [one.assignee_id for one in walks] == [teacher.id, new.id]


def test_checks_of_the_month_go_along_on_the_day(app, make, session, settle, now):
    """A plan of the month for each grid: its check was made on the first."""
    plan = make.plan("monthly_facility")
    plan.target = "grid"
    session.commit()
    make.day()
    new = make.person("小李")
    hand_over(make, new, day=date(2026, 11, 25))
    settle()
    now.set("2026-11-25T07:00")
    with app.app_context():
        planning.ensure_planned(session, date(2026, 11, 25), now=now())
    session.rollback()
    check = session.scalars(sa.select(Check).where(Check.plan_id == plan.id)).one()
    assert (check.day, check.assignee_id) == (date(2026, 11, 1), new.id)
    assert session.get(PlannedDay, date(2026, 11, 25)) is not None


def test_a_leader_hands_over_the_grids_below_but_not_what_he_goes_on_keeping(make, session, settle):
    """The leader keeps 二层 himself; 一层 has no member, so he holds its hazards as the leader."""
    leader, new = make.person("老片长", ["grade_leader"]), make.person("新片长")
    lower, upper = make.grid("一层"), make.grid("二层")
    make.assign(leader, make.block(), Role.LEADER)
    make.assign(leader, upper)
    found = []
    for grid in (lower, upper):
        hazard = make.hazard(grid=grid)
        hazard.holder_id = leader.id
        found.append(hazard)
    session.commit()
    hand_over(make, new, make.block(), role=Role.LEADER)
    settle()
    for hazard in found:
        session.refresh(hazard)
    assert [hazard.holder_id for hazard in found] == [new.id, leader.id]


def test_hazards_of_somebody_who_left_wait_to_be_dispatched_and_go_to_whoever_succeeds(
    app, make, session, settle
):
    hazard, teacher, officer = make.hazard(), make.someone("teacher"), make.someone("officer")
    leader = make.someone("leader")
    people.leave(session, teacher, today=TODAY, by=make.actor(officer), now=make.now())
    settle()
    for person in (officer, leader):
        assert queries.waiting_for(session, make.actor(person)) == [hazard]
    new = make.person("小李")
    hand_over(make, new, day=TODAY.replace(day=24))
    make.now.set("2026-11-24T08:00")
    settle()
    session.refresh(hazard)
    assert hazard.holder_id == new.id
    assert queries.waiting_for(session, make.actor(officer)) == []


def test_a_successor_who_left_meanwhile_takes_over_nothing(make, session, settle):
    hazard, new, officer = make.hazard(), make.person("小李"), make.someone("officer")
    session.add(
        Handover(
            grid_id=hazard.grid_id,
            role=Role.MEMBER,
            from_id=hazard.holder_id,
            to_id=new.id,
            from_on=TODAY,
            at=make.now(),
        )
    )
    people.leave(session, new, today=TODAY, by=make.actor(officer), now=make.now())
    settle()
    session.refresh(hazard)
    assert hazard.holder_id == make.someone("teacher").id


def test_hazards_of_a_merged_grid_follow_to_the_other_and_to_its_member(make, session, settle):
    hazard, into, new = make.hazard(), make.grid("二层"), make.person("小李")
    make.assign(new, into)
    by = make.actor(make.someone("officer"))
    grids.merge(session, make.grid(), into, by=by, now=make.now())
    settle()
    session.refresh(hazard)
    assert (hazard.grid_id, hazard.holder_id, hazard.state) == (into.id, new.id, State.ASSIGNED)
    assert "由“一层”划入“二层”" in steps(session, hazard)[-1].note


def test_a_hazard_of_no_place_in_a_merged_grid_follows_too(app, make, session, settle):
    teacher, into = make.someone("teacher"), make.grid("二层")
    with app.app_context():
        hazard = services.report(
            session,
            description="灯不亮",
            category="evac_blocked",
            level=Level.NORMAL,
            fix=Fix.SCHEDULED,
            space_id=None,
            grid_id=make.grid().id,
            by=make.actor(teacher),
            now=make.now(),
        )
    by = make.actor(make.someone("officer"))
    grids.merge(session, make.grid(), into, by=by, now=make.now())
    grids.merge(session, into, make.grid("三层"), by=by, now=make.now())
    settle()
    session.refresh(hazard)
    assert hazard.grid_id == make.grid("三层").id


def test_hazards_in_spaces_that_were_split_off_go_to_the_new_member(make, session, settle):
    hazard, new = make.hazard(), make.person("小李")
    by = make.actor(make.someone("officer"))
    fresh = grids.split(
        session,
        make.grid(),
        name="一层东",
        space_ids=[hazard.space_id],
        member=new,
        by=by,
        now=make.now(),
    )
    settle()
    session.refresh(hazard)
    assert (hazard.grid_id, hazard.holder_id) == (fresh.id, new.id)


def test_hazards_in_spaces_without_a_new_member_stay_with_whoever_has_them(make, session, settle):
    hazard, by = make.hazard(), make.actor(make.someone("officer"))
    fresh = grids.split(
        session,
        make.grid(),
        name="一层东",
        space_ids=[hazard.space_id],
        member=None,
        by=by,
        now=make.now(),
    )
    settle()
    session.refresh(hazard)
    assert (hazard.grid_id, hazard.holder_id) == (fresh.id, make.someone("teacher").id)
    count = len(steps(session, hazard))
    settle()
    assert len(steps(session, hazard)) == count


def test_nothing_to_follow_changes_nothing(app, make, session):
    make.hazard()
    with app.app_context():
        assert following.follow(session, now=make.now()) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Hazard)) == 1


# -- whoever stands in -----------------------------------------------------------------------------


@pytest.fixture
def away(make, session):
    """The teacher is away this week; 代理人 stands in."""
    deputy = make.person("代理人", ["homeroom_teacher"])
    teacher, by = make.someone("teacher"), make.actor(make.someone("officer"))
    people.add_absence(
        session,
        person_id=teacher.id,
        deputy_id=deputy.id,
        from_on=TODAY,
        until_on=date(2026, 11, 27),
        reason="培训",
        by=by,
        now=make.now(),
    )
    session.commit()
    return deputy


def test_a_deputy_sees_and_mends_what_the_absent_person_holds(app, make, session, browser, now):
    hazard = make.hazard()
    deputy = make.person("代理人", ["homeroom_teacher"])
    people.add_absence(
        session,
        person_id=make.someone("teacher").id,
        deputy_id=deputy.id,
        from_on=TODAY,
        until_on=date(2026, 11, 27),
        reason="",
        by=make.actor(make.someone("officer")),
        now=now(),
    )
    session.commit()
    client = browser(deputy)
    page = client.get("/").page
    assert f"/hazards/{hazard.number}" in page.links() and "代teacher" in page.text()
    actor = make.actor(deputy)
    with app.app_context():
        assert hazard.actions_open_to(actor) == [
            Action.REPORT_DONE,
            Action.REQUEST_EXTENSION,
        ]
        photo = make.photo(deputy).id
        services.report_done(
            session, hazard, measure="已挪开", photo_ids=[photo], by=actor, now=now()
        )
        session.commit()
        assert Action.CLOSE not in hazard.actions_open_to(actor)
    assert (hazard.state, hazard.fixed_by_id) == (State.RECTIFIED, deputy.id)


def test_when_the_absent_person_is_back_the_deputy_sees_it_no_more(make, away, browser, now):
    hazard = make.hazard(grid=make.grid())
    hazard.holder_id = make.someone("teacher").id
    make.session.commit()
    assert browser(away).get(f"/hazards/{hazard.number}").status == 200
    now.set("2026-11-30T08:00")
    assert browser(away).get(f"/hazards/{hazard.number}").status == 404
