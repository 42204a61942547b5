"""The ledger of hazards and the lists made from it: filters, order, who waits for whom."""

from datetime import date, timedelta

import pytest

from unitsafe import clock
from unitsafe.hazards import queries
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.queries import Filters
from unitsafe.hazards.rules import Card, CardNumbers, Fix, Level, Source, State

TODAY = date(2026, 11, 23)


@pytest.fixture
def row(make, session):
    """A hazard as it stands in the table, by the teacher's number, in 一层."""
    numbers = iter(range(1, 10**4))

    def add(**values):
        number = next(numbers)
        defaults = {
            "number": f"YH-2026-{number:04d}",
            "state": State.ASSIGNED,
            "level": Level.NORMAL,
            "category": "other",
            "description": "某处",
            "grid_id": make.grid().id,
            "fix": Fix.SCHEDULED,
            "source": Source.REPORT,
            "found_at": clock.parse("2026-11-20T08:00") + timedelta(minutes=number),
            "reporter_id": make.someone("officer").id,
            "holder_id": make.someone("teacher").id,
            "due_on": TODAY,
        }
        if values.get("state") is State.CLOSED:
            defaults["closed_at"] = clock.parse("2026-11-22T08:00")
        hazard = Hazard(**{**defaults, **values})
        session.add(hazard)
        session.commit()
        return hazard

    return add


@pytest.fixture
def found(make, session):
    """Numbers (without their year) that the ledger shows a person under filters."""

    def search(role="officer", **filters):
        select = queries.ledger(make.actor(make.someone(role)), Filters(**filters))
        keys = [key.desc() for key in queries.LEDGER_ORDER]
        return [int(one.number[-4:]) for one in session.scalars(select.order_by(*keys)).unique()]

    return search


def test_the_newest_stands_first_and_the_same_minute_by_number(row, found):
    at = clock.parse("2026-11-21T08:00")
    for moment in (at, at, at - timedelta(days=1)):
        row(found_at=moment)
    assert found() == [2, 1, 3]


def test_each_filter_leaves_what_it_names(row, found, make):
    far = make.grid("宿舍一层", "宿舍片")
    other = make.person("后勤")
    row(state=State.CLOSED, level=Level.SERIOUS, category="extinguisher", description="压力不足")
    row(grid_id=far.id, holder_id=other.id, due_on=TODAY - timedelta(1))
    row(state=State.REPORTED, holder_id=None, due_on=None, description="100%_\\堵塞")
    row(state=State.RECTIFIED, due_on=TODAY - timedelta(9))
    cases = [
        ({}, [4, 3, 2, 1]),
        ({"state": State.CLOSED}, [1]),
        ({"level": Level.SERIOUS}, [1]),
        ({"category": "extinguisher"}, [1]),
        ({"grid_ids": frozenset({far.id})}, [2]),
        ({"holder_id": other.id}, [2]),
        ({"overdue_on": TODAY}, [2]),
        ({"words": "压力"}, [1]),
        ({"words": "2026-0004"}, [4]),
        ({"words": "%"}, [3]),
        ({"words": "_"}, [3]),
        ({"words": "\\"}, [3]),
        ({"state": State.CLOSED, "words": "堵"}, []),
    ]
    for filters, numbers in cases:
        assert found(**filters) == numbers, filters


def test_a_day_of_the_ledger_is_a_day_of_the_school_not_of_greenwich(row, found):
    row(found_at=clock.parse("2026-11-20T00:00"))
    row(found_at=clock.parse("2026-11-20T23:59:59"))
    row(found_at=clock.parse("2026-11-21T00:00"))
    day = date(2026, 11, 20)
    assert found(first=day, last=day) == [2, 1]
    assert found(first=day + timedelta(1)) == [3]
    assert found(last=day - timedelta(1)) == []


def test_the_counts_beside_the_states_add_up_whatever_state_is_chosen(row, make, session):
    for state in (State.CLOSED, State.CLOSED, State.ASSIGNED):
        row(state=state)
    row(state=State.CLOSED, description="别处")
    actor = make.actor(make.someone("officer"))
    for chosen in (None, State.CLOSED, State.REPORTED):
        counts = queries.counts_by_state(session, actor, Filters(state=chosen, words="某"))
        assert (counts[State.CLOSED], counts[State.ASSIGNED], counts[State.REPORTED]) == (2, 1, 0)


def test_what_i_have_to_fix_comes_most_urgent_first_and_without_what_is_done(row, make, session):
    late = row(due_on=TODAY - timedelta(2))
    row(state=State.RECTIFIED)
    row(state=State.CLOSED)
    row(holder_id=make.person("后勤").id)
    today, tomorrow = row(), row(due_on=TODAY + timedelta(1))
    actor = make.actor(make.someone("teacher"))
    assert list(queries.to_fix(session, actor)) == [late, today, tomorrow]


WAITS = [
    ("teacher", []),
    ("inspector", []),
    ("officer", ["reported", "fixed"]),
    ("director", ["reported", "fixed"]),
    ("leader", ["reported", "fixed"]),
    ("manager", ["reported", "fixed"]),
    ("principal", ["reported", "fixed"]),
]


@pytest.mark.parametrize(("role", "names"), WAITS)
def test_a_decision_waits_for_those_who_may_make_it(row, make, session, role, names):
    row()
    rows = {
        "reported": row(state=State.REPORTED, holder_id=None, due_on=None),
        "fixed": row(state=State.RECTIFIED, fixed_by_id=make.someone("teacher").id),
    }
    row(state=State.CLOSED)
    waiting = queries.waiting_for(session, make.actor(make.someone(role)))
    assert waiting == [rows[name] for name in names]


def test_a_decision_in_another_block_does_not_wait_for_this_leader(row, make, session):
    far = make.grid("宿舍一层", "宿舍片")
    row(state=State.REPORTED, holder_id=None, due_on=None, grid_id=far.id)
    assert queries.waiting_for(session, make.actor(make.someone("leader"))) == []


def test_open_hazards_are_counted_by_grid(row, make, session):
    far = make.grid("宿舍一层", "宿舍片")
    for state in State:
        row(state=state)
    row(grid_id=far.id)
    assert queries.open_by_grid(session) == {make.grid().id: 3, far.id: 1}


def test_cards_come_from_what_is_overdue_and_still_to_be_fixed(row, make, session):
    overdue = TODAY - timedelta(1)
    late = [row(due_on=overdue), row(state=State.REPORTED, due_on=overdue)]
    row(due_on=TODAY)
    again = row(due_on=TODAY, times=3)
    row(due_on=overdue, card_lifted=Card.YELLOW)
    row(state=State.RECTIFIED, due_on=overdue)
    row(state=State.CLOSED, due_on=overdue)
    actor = make.actor(make.someone("officer"))
    found = queries.with_cards(session, actor, TODAY, CardNumbers())
    assert sorted((one.id, card) for one, card in found) == [
        (one.id, Card.YELLOW) for one in [*late, again]
    ]


def test_one_hazard_comes_with_all_that_its_page_shows(make, session):
    hazard = make.hazard(State.CLOSED)
    session.expire_all()
    found = queries.hazard(session, make.actor(make.someone("officer")), hazard.number)
    assert found.space.building.name == "教学楼"
    assert (found.holder.name, found.reporter.name) == ("teacher", "officer")
    assert [(e.action.value, e.by.name if e.by else "") for e in found.events] == [
        ("report", "officer"),
        ("dispatch", ""),
        ("report_done", "teacher"),
        ("close", "director"),
    ]
    assert [one.is_after for one in queries.photos(session, found.id)] == [True]
    assert queries.hazard(session, make.actor(make.someone("officer")), "YH-2026-9999") is None


def test_the_lists_of_today_have_an_end(row, make, session):
    numbers = [row(state=State.REPORTED, holder_id=None, due_on=None) for _ in range(25)]
    officer = make.actor(make.someone("officer"))
    assert len(queries.waiting_for(session, officer)) == 20
    assert queries.waiting_for(session, officer, limit=3) == numbers[:3]
