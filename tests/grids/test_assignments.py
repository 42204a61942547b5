"""One leader, one member: handed over on a day, never two on one day."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.core.domain import RuleError
from unitsafe.grids import queries, services
from unitsafe.grids.models import Handover, Role
from unitsafe.people import services as people

TODAY = date(2026, 11, 23)
LATER = date(2026, 12, 1)


def terms(session, grid, role=Role.MEMBER):
    rows = queries.assignments_of(session, grid.id)
    return sorted((row.from_on, row.until_on, row.person.name) for row in rows if row.role is role)


def holders(session, grid, days):
    return [
        [duty.person.name for duty in queries.duties(session, day, [grid.id]).get(grid.id, [])]
        for day in days
    ]


@pytest.mark.parametrize("day", [date(2026, 10, 12), TODAY, LATER])
def test_the_one_before_ends_the_day_before(make, session, day):
    grid = make.grid()
    make.assign(make.person("老张"), grid)
    make.assign(make.person("小李"), grid, from_on=day)
    before = day - timedelta(days=1)
    assert terms(session, grid) == [
        (date(2026, 9, 1), before, "老张"),
        (day, None, "小李"),
    ]
    assert holders(session, grid, (before, day)) == [["老张"], ["小李"]]
    kept = session.scalars(sa.select(Handover)).one()
    assert (kept.from_on, kept.done_at) == (day, None)


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-08-15", "老张从2026-09-01到2026-10-11"),
        ("2026-09-01", "老张从2026-09-01到2026-10-11"),
        ("2026-10-11", "之后"),
        ("2026-10-12", "小李正是从2026-10-12起"),
        ("2026-10-11", "老张从"),
    ],
)
def test_two_members_on_one_day_are_refused_with_the_dates(make, session, day, message):
    grid = make.grid()
    make.assign(make.person("老张"), grid)
    make.assign(make.person("小李"), grid, from_on=date(2026, 10, 12))
    before = terms(session, grid)
    with pytest.raises(RuleError, match=message):
        make.assign(make.person("小王"), grid, from_on=date.fromisoformat(day))
    session.rollback()
    assert terms(session, grid) == before


def test_before_a_planned_handover_nobody_else_slips_in(make, session):
    grid = make.grid()
    make.assign(make.person("老张"), grid)
    make.assign(make.person("小李"), grid, from_on=LATER)
    with pytest.raises(RuleError, match="老张从2026-09-01到2026-11-30"):
        make.assign(make.person("小王"), grid, from_on=TODAY)


def test_who_was_named_today_by_mistake_gives_way(make, session):
    grid = make.grid()
    make.assign(make.person("老张"), grid)
    make.assign(make.person("小李"), grid, from_on=TODAY)
    make.assign(make.person("小王"), grid, from_on=TODAY)
    assert [name for _, _, name in terms(session, grid)] == ["老张", "小王"]
    assert holders(session, grid, (TODAY,)) == [["小王"]]


def test_a_planned_handover_is_cancelled_and_the_one_before_goes_on(make, session):
    grid, by = make.grid(), make.actor(make.someone("officer"))
    make.assign(make.person("老张"), grid)
    planned = make.assign(make.person("小李"), grid, from_on=LATER)
    services.cancel(session, planned, by=by, now=make.now())
    assert terms(session, grid) == [(date(2026, 9, 1), None, "老张")]
    assert session.scalars(sa.select(Handover)).all() == []


def test_what_has_begun_is_ended_not_cancelled(make, session):
    grid, by = make.grid(), make.actor(make.someone("officer"))
    begun = make.assign(make.person("老张"), grid)
    with pytest.raises(RuleError, match="已经开始"):
        services.cancel(session, begun, by=by, now=make.now())


def test_naming_the_one_before_again_for_the_same_day_takes_a_plan_back(make, session):
    grid, old = make.grid(), make.person("老张")
    make.assign(old, grid)
    make.assign(make.person("小李"), grid, from_on=LATER)
    make.assign(old, grid, from_on=LATER)
    assert terms(session, grid) == [(date(2026, 9, 1), None, "老张")]
    assert session.scalars(sa.select(Handover)).all() == []


def test_after_somebody_left_the_successor_takes_over_from_them(make, session):
    grid, old, new = make.grid(), make.person("老张"), make.person("小李")
    by = make.actor(make.someone("officer"))
    make.assign(old, grid)
    make.assign(old, make.grid("二层"), from_on=LATER)
    people.leave(session, old, today=date(2026, 11, 20), by=by, now=make.now())
    session.commit()
    assert holders(session, grid, (TODAY,)) == [[]]
    assert holders(session, make.grid("二层"), (LATER,)) == [[]]
    make.assign(new, grid, from_on=TODAY)
    kept = session.scalars(sa.select(Handover)).one()
    assert (kept.from_id, kept.to_id) == (old.id, new.id)
    with pytest.raises(RuleError, match="已经离校"):
        make.assign(old, grid, from_on=LATER)
