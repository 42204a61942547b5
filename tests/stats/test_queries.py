"""What the database counts, held against a slow and obvious count of the same rows."""

import math
import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.checks.rules import State as CheckState
from unitsafe.core.figures import METRICS, Figure
from unitsafe.grids.models import GridSpace
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import Action, Fix, Level, Source, State
from unitsafe.stats import queries
from unitsafe.stats.queries import Scope
from unitsafe.stats.rules import Period, Span

AUTUMN = Period(Span.TERM, date(2026, 9, 1), date(2026, 11, 23))


@pytest.fixture(autouse=True)
def no_figures(monkeypatch):
    """Those of the assessment have tests of their own."""
    monkeypatch.setattr(queries, "FIGURES", ())


@pytest.fixture
def report(make, session):
    def ask(period=AUTUMN, **scope):
        session.expire_all()
        return queries.report(session, Scope(period, **scope), make.now())

    return ask


@pytest.fixture
def lives(make, session):
    """A hundred hazards of all kinds, found and closed at odd hours, some without a dispatch."""
    chance = random.Random(7)
    grids = [make.grid("一层"), make.grid("二层", block="综合楼片")]
    spaces = [make.space_in(grid) for grid in grids] + [make.space(make.building("综合楼"), "门厅")]
    holder = make.someone("teacher")
    for number in range(100):
        found_at = clock.at(date(2026, 8, 25)) + timedelta(hours=chance.randrange(24 * 95))
        state = chance.choice([State.CLOSED] * 4 + [State.ASSIGNED, State.REJECTED])
        dispatched = found_at + timedelta(hours=chance.randrange(30))
        closed_at = dispatched + timedelta(hours=chance.randrange(300))
        hazard = Hazard(
            number=f"YH-2026-{number:04d}",
            state=state,
            level=chance.choice([*Level]),
            category=chance.choice(["evac_blocked", "electricity", "fire_facility"]),
            description="隐患",
            space_id=chance.choice([one.id for one in spaces] + [None]),
            grid_id=chance.choice(grids).id,
            fix=Fix.SCHEDULED,
            source=Source.REPORT,
            found_at=found_at,
            holder_id=holder.id,
            due_on=(clock.local(found_at) + timedelta(days=chance.randrange(9))).date(),
            closed_at=closed_at if state is State.CLOSED else None,
        )
        hazard.events.append(HazardEvent(action=Action.REPORT, at=found_at))
        for _ in range(chance.randrange(3)):
            hazard.events.append(HazardEvent(action=Action.DISPATCH, at=dispatched))
            dispatched += timedelta(hours=1)
        for _ in range(chance.randrange(3)):
            fixed_at = dispatched + timedelta(hours=chance.randrange(120))
            hazard.events.append(HazardEvent(action=Action.REPORT_DONE, at=fixed_at))
        session.add(hazard)
    session.commit()


def slow(session, period=AUTUMN):
    """The hazards of the period, one by one."""
    rows = session.scalars(sa.select(Hazard).options(selectinload(Hazard.events)))
    return [
        one
        for one in rows
        if one.state is not State.REJECTED and period.first <= day(one.found_at) <= period.last
    ]


def day(moment):
    return clock.local(moment).date()


def began(hazard):
    moments = [one.at for one in hazard.events if one.action is Action.DISPATCH]
    return min(moments, default=hazard.found_at)


def fixed(hazard):
    moments = [one.at for one in hazard.events if one.action is Action.REPORT_DONE]
    return max(moments, default=hazard.closed_at)


def test_hazards_are_counted_as_one_by_one(session, report, lives):
    found, hazards = report(), slow(session)
    assert found.total == len(hazards) > 50
    by_month = Counter(day(one.found_at).month for one in hazards)
    assert found.found == [by_month[month] for month in (9, 10, 11)]
    closed = Counter(
        day(one.closed_at).month
        for one in session.scalars(sa.select(Hazard).where(Hazard.state == State.CLOSED))
        if AUTUMN.first <= day(one.closed_at) <= AUTUMN.last
    )
    assert found.closed == [closed[month] for month in (9, 10, 11)]
    assert found.closed_of_found == sum(one.state is State.CLOSED for one in hazards)
    assert {one.key: one.number for one in found.categories} == Counter(
        one.category for one in hazards
    )
    assert {one.key: one.number for one in found.spaces} == Counter(
        str(one.space_id) for one in hazards if one.space_id
    )
    assert sum(one.number for one in found.buildings) == sum(one.number for one in found.spaces)
    again = Counter((str(one.space_id), one.category) for one in hazards if one.space_id)
    assert {(one.key, one.category): one.number for one in found.recurring} == {
        key: number for key, number in again.items() if number >= 2
    }


def test_the_time_to_fix_is_counted_as_one_by_one(session, report, lives):
    groups = defaultdict(list)
    for one in slow(session):
        if one.state is State.CLOSED:
            took = (one.closed_at - began(one)) / timedelta(days=1)
            is_in_time = day(fixed(one)) <= one.due_on
            groups[one.level, day(one.found_at).month - 9].append((took, is_in_time))
    found = report().fixing
    assert set(found) == set(groups)
    for key, rows in groups.items():
        took = sorted(days for days, _is_in_time in rows)
        one = found[key]
        assert one.closed == len(rows)
        assert one.in_time == sum(is_in_time for _days, is_in_time in rows)
        assert one.days == pytest.approx(sum(took), abs=1e-4)
        assert one.median == pytest.approx(took[math.ceil(len(took) * 0.5) - 1], abs=1e-4)
        assert one.most == pytest.approx(took[math.ceil(len(took) * 0.9) - 1], abs=1e-4)


def test_all_months_together_have_a_median_of_their_own(session, report, lives):
    found = report()
    assert sum(one.closed for one in found.levels.values()) == found.closed_of_found
    everything = [one for one in slow(session) if one.state is State.CLOSED]
    days = sum((one.closed_at - began(one)) / timedelta(days=1) for one in everything)
    assert found.average == pytest.approx(days / len(everything), abs=1e-4)


def test_a_grid_and_a_building_have_their_own(make, session, report, lives):
    far = make.grid("二层", block="综合楼片")
    found = report(grid_ids=frozenset({far.id}))
    assert found.total == sum(one.grid_id == far.id for one in slow(session))
    house = make.building("综合楼")
    inside = {one.id for one in (make.space_in(far), make.space_in(make.grid()))}
    found = report(building_id=house.id)
    assert [one.key for one in found.buildings] == [str(house.id)]
    assert found.total == sum(
        one.space_id is not None and one.space_id not in inside for one in slow(session)
    )


def test_a_midnight_belongs_to_the_day_it_begins(make, session, now, report):
    now.set("2026-10-01T00:00")
    make.hazard(State.CLOSED)
    hazard = session.scalars(sa.select(Hazard)).one()
    hazard.due_on = date(2026, 9, 30)
    session.commit()
    now.set("2026-11-23T08:00")
    found = report()
    assert found.found == [0, 1, 0] and found.closed == [0, 1, 0]
    assert found.levels[Level.NORMAL].in_time == 0
    hazard.due_on = date(2026, 10, 1)
    session.commit()
    assert report().levels[Level.NORMAL].in_time == 1


def test_a_day_counts_what_had_to_be_done_and_is_over_when_nothing_can_come(
    make, session, now, report
):
    teacher = make.someone("teacher")
    make.submitted(make.walk(), teacher)
    daily = [
        one.id
        for one in session.scalars(sa.select(Check).where(Check.day == date(2026, 11, 23)))
        if one.checklist_key in ("grid_walk", "daily_fire_patrol", "night_dorm")
    ]
    (today,) = report().days
    assert (today.expected, today.done, today.on_time) == (len(daily), 1, 1) and len(daily) > 2
    assert today.is_running
    handed_in = {
        "state": CheckState.SUBMITTED,
        "submitted_at": make.now(),
        "submitted_by_id": teacher.id,
    }
    session.execute(sa.update(Check).where(Check.id.in_(daily)).values(handed_in))
    session.commit()
    (today,) = report().days
    assert today.done == today.expected and today.is_running
    now.set("2026-11-24T00:00")
    (monday,) = report().days
    assert monday.on_time == monday.expected == len(daily) and not monday.is_running
    assert report(Period(Span.OWN, date(2026, 9, 1), date(2026, 9, 30))).days == []


def test_what_may_be_left_out_is_not_expected(make, session, now, report):
    walk = make.walk()
    whole = report().days[0].expected
    walk.state = CheckState.SKIPPED
    session.commit()
    now.set("2026-11-24T13:00")
    (monday,) = report().days
    assert (monday.expected, monday.done, monday.is_running) == (whole - 1, 0, False)


def test_the_walks_of_a_grid_belong_to_the_buildings_of_its_spaces_then(make, session, now, report):
    hall = make.building("综合楼")
    make.walk()
    session.execute(sa.delete(Check).where(Check.target != "grid"))
    session.commit()

    def walks(building):
        return sum(one.expected for one in report(building_id=building.id).days)

    own = walks(make.building())
    assert own > 0 and walks(hall) == 0
    room = make.space(hall, "门厅")
    link = GridSpace(space_id=room.id, grid_id=make.grid().id, from_on=date(2026, 11, 24))
    session.add(link)
    session.commit()
    assert walks(hall) == 0
    link.from_on, link.until_on = date(2026, 9, 1), date(2026, 11, 23)
    session.commit()
    assert walks(hall) == own == walks(make.building())


def test_what_was_handed_in_after_its_grace_was_not_in_time(make, now, report):
    walk = make.walk()
    now.set("2026-11-23T23:30")
    make.submitted(walk, make.someone("teacher"))
    walks = [one for one in report().days if one.done]
    assert [(one.done, one.on_time) for one in walks] == [(1, 0)]


def test_nothing_is_nothing(make, report):
    make.school()
    found = report()
    assert found.is_empty and found.average is None and found.found == [0, 0, 0]


def test_figures_are_asked_month_by_month_for_the_whole_school(make, monkeypatch, report):
    asked = []
    monkeypatch.setattr(queries, "FIGURES", ("one",))
    monkeypatch.setitem(METRICS, "one", lambda _session, days: asked.append(days) or Figure(1, 2))
    make.school()
    assert [one.value for one in report().figures["one"]] == [0.5] * 3
    assert [(one.first, one.on) for one in asked] == [
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 11, 23)),
    ]
    year = Period(Span.OWN, date(2026, 11, 1), date(2026, 12, 31))
    assert len(report(year).figures["one"]) == 1
    assert report(grid_ids=frozenset({1})).figures == {}
