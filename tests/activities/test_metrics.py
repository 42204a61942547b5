"""Figures of drills on a small ledger counted by hand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.activities import metrics_drills  # noqa: F401
from unitsafe.activities.models import ActivityIssue
from unitsafe.activities.rules import Form, State
from unitsafe.core.figures import METRICS, Period
from unitsafe.hazards.rules import State as HazardState
from unitsafe.school.rules import Stage

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 12, 31))
KEYS = (
    "drills_held",
    "drills_expected",
    "full_drills_held",
    "drill_participation_rate",
    "drill_on_target_ratio",
    "drill_issue_close_rate",
    "night_drills_held",
)


@pytest.fixture
def figures(app, make, session):
    """All figures of the quarter, each in at most three statements."""
    make.school()

    def count(period=QUARTER):
        found = {}
        for key in KEYS:
            with app.app_context():
                found[key] = METRICS[key](session, period)
        return found

    return count


@pytest.fixture
def held(make, session):
    """A drill that was held: when, which form, heads expected and present, seconds."""

    def drill(day, form=Form.EVACUATION, heads=(100, 100), seconds=100, state=State.EVALUATED):
        one = make.drill(form=form, planned_on=day)
        one.state, one.held_on = state, day
        one.expected, one.present = heads
        one.seconds, one.target_seconds = seconds, 120
        session.commit()
        return one

    return drill


def amounts(found):
    return {key: (found[key].amount, found[key].whole) for key in KEYS}


def test_an_empty_ledger(figures):
    assert amounts(figures()) == {
        "drills_held": (0, None),
        "drills_expected": (3, None),
        "full_drills_held": (0, None),
        "drill_participation_rate": (0, 0),
        "drill_on_target_ratio": (0, 0),
        "drill_issue_close_rate": (0, 0),
        "night_drills_held": (0, None),
    }


def test_a_ledger_counted_by_hand(make, session, figures, held):
    on_target = held(date(2026, 10, 20))
    slow = held(date(2026, 11, 3), Form.FULL, (100, 90), 121, State.HELD)
    unknown = held(date(2026, 11, 12), Form.NIGHT, (50, 60), None, State.ARCHIVED)
    held(date(2026, 12, 1), Form.FIRE_FIGHTING, (20, 20), None)
    held(date(2026, 9, 30))  # another quarter
    make.drill(planned_on=date(2026, 12, 15))  # still to come
    hazards = [make.hazard(state) for state in (HazardState.CLOSED, HazardState.ASSIGNED)]
    later = make.hazard(HazardState.CLOSED)
    later.closed_at = clock.end_of(QUARTER.on) + timedelta(hours=1)
    none = make.hazard()
    none.state = HazardState.REJECTED
    drills = (on_target, slow, slow, slow)
    for drill, hazard in zip(drills, [*hazards, later, none], strict=True):
        session.add(ActivityIssue(activity_id=drill.id, hazard_id=hazard.id))
    session.commit()
    found = figures()
    assert amounts(found) == {
        "drills_held": (3, None),
        "drills_expected": (3, None),
        "full_drills_held": (1, None),
        "drill_participation_rate": (260, 270),
        "drill_on_target_ratio": (1, 3),
        "drill_issue_close_rate": (1, 3),
        "night_drills_held": (1, None),
    }

    def behind(key):
        return {one.id for one in session.scalars(found[key].records)}

    assert behind("drills_held") == {on_target.id, slow.id, unknown.id}
    assert behind("drill_participation_rate") == {slow.id}
    assert behind("drill_on_target_ratio") == {slow.id, unknown.id}
    assert behind("drill_issue_close_rate") == {hazards[1].id, later.id}


def test_each_figure_takes_at_most_three_statements(app, session, make, held):
    make.school()
    held(date(2026, 10, 20))
    for key in KEYS:
        seen = []
        with app.app_context():
            engine = session.get_bind()
            listener = lambda *given, seen=seen: seen.append(given[2])  # noqa: E731
            sa.event.listen(engine, "before_cursor_execute", listener)
            METRICS[key](session, QUARTER)
            sa.event.remove(engine, "before_cursor_execute", listener)
        assert len(seen) <= 3, key


def test_a_kindergarten_owes_one_a_quarter(make, session, figures):
    make.school().stage = Stage.KINDERGARTEN
    session.commit()
    assert figures()["drills_expected"].amount == 1
