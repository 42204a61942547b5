"""The sample school's checks and hazards as a visitor finds them on a November morning."""

from collections import Counter
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tests.sample.facts import faults
from unitsafe import clock
from unitsafe.checks import planning, queries, rules
from unitsafe.checks.models import Answer, Check, CheckEvent, CheckPhoto
from unitsafe.checks.rules import Action, EntrySource, Status
from unitsafe.grids.actors import actor_for
from unitsafe.hazards import queries as hazard_queries
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import Action as HazardAction
from unitsafe.hazards.rules import Card, CardNumbers, Level, State
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.roster import queries as rosters
from unitsafe.roster import table
from unitsafe.roster.models import Swap
from unitsafe.roster.rules import Standing, SwapState
from unitsafe.school.models import SchoolDay


def actor(sample, username):
    """The account as it is signed in at the sample's time."""
    person = sample.session.scalars(sa.select(Person).where(Person.username == username)).one()
    return actor_for(sample.session, person.id, today=clock.local(sample.now).date())


def missed(sample):
    """Checks that nobody did in time."""
    return sample.session.scalars(
        sa.select(Check).where(Check.state.in_(rules.UNFINISHED), Check.missed_at <= sample.now)
    ).all()


def test_the_records_are_sound(sample):
    assert list(faults(sample.session, sample.now)) == []


def test_planning_today_again_adds_nothing(sample):
    assert planning.plan_day(sample.session, clock.local(sample.now).date(), now=sample.now) == 0
    sample.session.rollback()


def test_most_checks_are_done_on_time_and_a_few_are_not(sample):
    due = sa.select(Check).where(Check.missed_at <= sample.now, Check.version == 1)
    for key, least in (("daily_fire_patrol", 0.92), ("grid_walk", 0.89), ("night_dorm", 0.92)):
        checks = sample.session.scalars(due.where(Check.checklist_key == key)).all()
        on_time = [c for c in checks if c.submitted_at and c.submitted_at <= c.grace_ends_at]
        assert least < len(on_time) / len(checks) < 1
    done = sample.session.scalars(sa.select(Check).where(Check.submitted_at.is_not(None))).all()
    assert {check.source for check in done if check.is_backfill} == set(EntrySource)
    assert 0.005 < sum(check.is_backfill for check in done) / len(done) < 0.04


def test_missed_checks_are_explained_unless_they_are_recent(sample):
    by_status = Counter(check.status(sample.now) for check in missed(sample))
    assert by_status[Status.EXPLAINED] > by_status[Status.MISSED] > 0
    skipped = sa.select(Check).where(Check.state == rules.State.SKIPPED)
    assert all(check.explanation for check in sample.session.scalars(skipped))


def test_nobody_does_their_walk_always_at_the_same_minute(sample):
    started = sample.session.scalars(
        sa.select(Check.started_at).where(
            Check.checklist_key == "grid_walk", Check.round_no == 1, Check.started_at.is_not(None)
        )
    )
    minutes = Counter(clock.local(at).strftime("%H:%M") for at in started)
    assert len(minutes) > 45
    assert max(minutes.values()) < sum(minutes.values()) * 0.1


def test_countersignatures_come_from_those_who_may_give_them(sample):
    signed = sample.session.scalars(
        sa.select(Check)
        .where(Check.countersigned_by_id.is_not(None))
        .options(joinedload(Check.countersigned_by))
    ).all()
    within = sum(c.countersigned_at - c.submitted_at <= timedelta(days=7) for c in signed)
    assert 0.9 < within / len(signed) < 1
    for check in signed[::37]:
        day = clock.local(check.countersigned_at).date()
        by = actor_for(sample.session, check.countersigned_by.id, today=day)
        assert rules.may_countersign(check.facts, by)


def test_every_actor_was_allowed_to_fill_the_check(sample):
    done = sample.session.scalars(
        sa.select(Check)
        .join(Person, Person.id == Check.submitted_by_id)
        .where(Person.status == "active")
        .options(joinedload(Check.submitted_by))
        .order_by(Check.id)
    ).all()
    for check in done[::53]:
        day = clock.local(check.performed_at).date()
        by = actor_for(sample.session, check.submitted_by.id, today=day)
        assert rules.may_fill(check.facts, by)


def test_two_checks_were_corrected_by_a_new_version(sample):
    corrections = sample.session.scalars(sa.select(Check).where(Check.version == 2)).all()
    assert len(corrections) == 2
    for version in corrections:
        old = sample.session.get(Check, version.corrects_id)
        assert old.superseded_by_id == version.id


def test_somebody_changed_their_mind(sample):
    taps = (
        sa.select(Answer.check_id)
        .group_by(Answer.check_id, Answer.item_key)
        .having(sa.func.count() > 1)
    )
    assert len(sample.session.scalars(taps).all()) >= 5


def test_the_teacher_walks_twice_each_teaching_day(sample):
    teacher = actor(sample, "teacher")
    per_day = Counter(
        sample.session.scalars(
            sa.select(Check.day).where(
                Check.checklist_key == "grid_walk",
                Check.version == 1,
                Check.assignee_id == teacher.id,
            )
        )
    )
    today = clock.local(sample.now).date()
    taught = sa.select(SchoolDay.day).where(SchoolDay.teaching, SchoolDay.day <= today)
    assert per_day == dict.fromkeys(sample.session.scalars(taught), 2)


def test_teacher_and_officer_have_something_to_do_now(sample):
    ends = clock.end_of(clock.local(sample.now).date())
    for username in ("teacher", "officer"):
        assert queries.mine(sample.session, actor(sample, username), sample.now, ends)


def test_the_officer_is_in_the_middle_of_a_patrol(sample):
    officer = actor(sample, "officer")
    check = sample.session.scalars(
        sa.select(Check).where(
            Check.state == rules.State.IN_PROGRESS, Check.assignee_id == officer.id
        )
    ).one()
    answers = sample.session.scalars(sa.select(Answer).where(Answer.check_id == check.id)).all()
    assert (check.place, len(answers)) == ("综合楼", 4)
    findings = queries.findings(sample.session, check.id)
    assert [hazard.state for hazard in findings.values()] == [State.RECTIFIED]
    events = sample.session.scalars(
        sa.select(CheckEvent.action).where(CheckEvent.check_id == check.id)
    )
    assert list(events) == [Action.START]


def test_the_teacher_holds_one_hazard_due_tomorrow_and_a_fresh_one(sample):
    today = clock.local(sample.now).date()
    mine = hazard_queries.to_fix(sample.session, actor(sample, "teacher"))
    assert len(mine) == 2
    assert mine[0].due_on == today + timedelta(days=1)
    assert clock.local(mine[1].found_at).date() == today


def test_leader_and_officer_have_hazards_to_recheck(sample):
    for username in ("leader", "officer", "manager"):
        waiting = hazard_queries.waiting_for(sample.session, actor(sample, username))
        assert any(hazard.state is State.RECTIFIED for hazard in waiting)


def test_hazards_of_every_state_level_and_card_are_there(sample):
    today = clock.local(sample.now).date()
    hazards = sample.session.scalars(sa.select(Hazard)).all()
    assert {hazard.state for hazard in hazards} == set(State)
    assert {hazard.level for hazard in hazards} == set(Level)
    cards = {hazard.card(today, CardNumbers()) for hazard in hazards}
    assert cards == {None, Card.YELLOW, Card.RED}
    actions = set(sample.session.scalars(sa.select(HazardEvent.action).distinct()))
    assert set(HazardAction) - actions == {
        HazardAction.GRANT_EXTENSION,
        HazardAction.REFUSE_EXTENSION,
        HazardAction.LIFT_CARD,
    }


def test_photos_are_in_the_store(sample):
    for photo in sample.session.scalars(sa.select(Photo)):
        assert sample.photos.exists(photo.digest, ".jpg")
        assert sample.photos.exists(photo.thumb, ".jpg")
    after = Counter(sample.session.scalars(sa.select(HazardPhoto.is_after)))
    assert after[True] >= 20
    assert after[False] >= 40
    assert sample.session.scalar(sa.select(sa.func.count()).select_from(CheckPhoto)) >= 30


def test_the_roster_is_filled_to_the_end_of_the_next_month_with_swaps_and_stand_ins(sample):
    today = clock.local(sample.now).date()
    stands = list(table.read(sample.session, date(2026, 9, 1), date(2026, 12, 31)).all())
    assert not [stand for stand in stands if stand.standing is Standing.EMPTY]
    kinds = Counter(stand.standing for stand in stands)
    assert kinds[Standing.STAND_IN] >= 3
    states = set(sample.session.scalars(sa.select(Swap.state)))
    assert states >= {SwapState.AGREED, SwapState.DECLINED, SwapState.ASKED}
    teacher = sample.session.scalars(sa.select(Person).where(Person.username == "teacher")).one()
    assert rosters.waiting_for(sample.session, teacher.id, today)


def test_those_on_duty_record_it(sample):
    found = sample.session.scalars(sa.select(Check).where(Check.target == "shift")).all()
    done = [check for check in found if check.state in rules.DONE]
    assert len(done) > 0.85 * len(found) > 50
    assert all(check.submitted_by_id == check.assignee_id for check in done)
