"""What may be done with an activity when, and how a drill is timed."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from unitsafe.activities.drill_papers import duration
from unitsafe.activities.drill_rules import (
    counted_at,
    expected_drills,
    finished_at,
    is_on_target,
)
from unitsafe.activities.labels import changed
from unitsafe.activities.models import ActivityEvent
from unitsafe.activities.rules import (
    FORMS,
    ORGANISE,
    TRANSITIONS,
    Action,
    Form,
    Kind,
    State,
    may_organise,
    number,
    open_actions,
)
from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import label
from unitsafe.school.rules import Stage

A = Action
OPEN = {
    State.PLANNED: {A.CHANGE, A.NOTIFY, A.START, A.HOLD, A.ATTACH, A.CANCEL},
    State.RUNNING: {A.STOP, A.ATTACH, A.CANCEL},
    State.HELD: {A.EVALUATE, A.ADD_ISSUE, A.ATTACH},
    State.EVALUATED: {A.EVALUATE, A.ADD_ISSUE, A.ATTACH, A.ARCHIVE},
    State.ARCHIVED: set(),
    State.CANCELLED: set(),
}
START = datetime(2026, 11, 23, 1, 50, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(("kind", "state"), list(product(Kind, State)))
def test_only_the_listed_steps_are_open_and_only_drills_run_by_the_clock(kind, state):
    expected = OPEN[state] - (set() if kind is Kind.DRILL else {A.START})
    assert set(open_actions(kind, state, may_organise=True)) == expected
    assert open_actions(kind, state, may_organise=False) == []


def test_every_kind_form_and_step_has_a_name():
    everything = [*Kind, *State, *Form, *Action, *TRANSITIONS]
    assert all(label(one) for one in everything)
    assert {form for forms in FORMS.values() for form in forms} == set(Form)


@pytest.mark.parametrize("right", Right)
def test_leaders_and_whoever_is_named_organise(right):
    actor = Actor(7, "林晓岚", rights=frozenset({right}))
    assert may_organise(actor, None) == (right in ORGANISE)
    assert may_organise(actor, 7)


def test_numbers_run_through_a_year():
    assert number(2026, 31) == "HD2026-0031"


def test_a_change_is_told_by_name():
    event = ActivityEvent(changes={"form": ["evacuation", "full"], "scene": ["", "起火"]})
    assert changed(event)[0] == "形式：应急疏散演练→灭火和应急疏散综合演练"
    assert changed(event)[1].endswith("：空→起火")


@pytest.mark.parametrize(
    ("arrives", "late", "counted"),
    [(100, 0, 100), (700, 600, 100), (100, 500, 0), (100, -9, 100), (9000, 9000, 5400)],
)
def test_a_late_count_is_of_the_moment_it_was_made_but_never_before_the_signal(
    arrives, late, counted
):
    assert counted_at(at(arrives), late, START) == at(counted)


@pytest.mark.parametrize(
    ("counts", "finished"),
    [
        ([], None),
        ([(80, 42)], 80),
        ([(80, 41), (130, 42)], 130),
        ([(80, 42), (200, 42)], 80),
        ([(80, 42), (90, 40), (95, 42)], 80),
    ],
)
def test_a_class_is_complete_when_its_final_number_was_first_counted(counts, finished):
    given = [(at(when), heads) for when, heads in counts]
    assert finished_at(given) == (None if finished is None else at(finished))


@pytest.mark.parametrize(
    ("taken", "target", "reached"),
    [(120, 120, True), (121, 120, False), (None, 120, None), (90, None, None)],
)
def test_the_last_second_of_the_target_is_on_target(taken, target, reached):
    assert is_on_target(taken, target) is reached


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0, "0秒"), (59, "59秒"), (112, "1分52秒")]
)
def test_a_time_reads_as_people_say_it(seconds, text):
    assert duration(seconds) == text


TERM = {9: 21, 10: 16, 11: 21, 12: 23, 1: 9}
MONTHS = {date(2027 if month == 1 else 2026, month, 1): days for month, days in TERM.items()}


@pytest.mark.parametrize(
    ("stage", "owed"),
    [
        (Stage.PRIMARY, {9: 1, 10: 1, 11: 1, 12: 1, 1: 0}),
        (Stage.VOCATIONAL, {9: 1, 10: 1, 11: 1, 12: 1, 1: 0}),
        (Stage.KINDERGARTEN, {9: 1, 10: 0, 11: 0, 12: 1, 1: 0}),
    ],
)
def test_each_month_of_ten_teaching_days_owes_a_drill_a_kindergarten_one_per_quarter(stage, owed):
    found = expected_drills(stage, MONTHS)
    assert {first.month: count for first, count in found.items()} == owed
