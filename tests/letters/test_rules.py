"""School years, what makes a letter due, and where it stands."""

from datetime import date

import pytest

from unitsafe.letters import rules
from unitsafe.letters.rules import Duty, State

START = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 9, 1), "2026-2027"),
        (date(2027, 8, 31), "2026-2027"),
        (date(2027, 9, 1), "2027-2028"),
        (date(2026, 1, 1), "2025-2026"),
    ],
)
def test_a_school_year_runs_from_september_to_august(day, year):
    assert rules.school_year(day) == year
    first, last = rules.span(year)
    assert first <= day <= last
    assert (first.month, last.month, last.day) == (9, 8, 31)


@pytest.mark.parametrize("text", ["", "2026", "2026-2028", "9999", "x-y", "20२6-2027", "-1-0"])
def test_anything_else_is_no_school_year(text):
    with pytest.raises(ValueError):
        rules.span(text)


def test_posts_and_grids_make_the_fingerprint_and_their_dates_do_not():
    one = [Duty("homeroom_teacher", START), Duty("grid_member", START, grid_id=3)]
    later = [Duty("grid_member", date(2026, 10, 1), grid_id=3), Duty("homeroom_teacher", START)]
    assert rules.fingerprint(one) == rules.fingerprint(later)
    other = [Duty("homeroom_teacher", START), Duty("grid_member", START, grid_id=4)]
    assert len({rules.fingerprint(some) for some in (one, other, one[:1], one[1:], [])}) == 5
    assert rules.fingerprint([]) == ""


def test_only_duties_of_the_staff_that_hold_today_are_asked_for():
    duties = [
        Duty("homeroom_teacher", START),
        Duty("inspector", START),
        Duty("student_monitor", START),
        Duty("subject_teacher", START, until_on=date(2026, 10, 1)),
        Duty("grid_member", date(2026, 10, 2), grid_id=3),
    ]
    assert [duty.post for duty in rules.asked_for(duties, date(2026, 10, 1))] == [
        "homeroom_teacher",
        "subject_teacher",
    ]
    assert [duty.post for duty in rules.asked_for(duties, date(2026, 10, 2))] == [
        "homeroom_teacher",
        "grid_member",
    ]


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 9, 20), START),
        (date(2026, 10, 2), date(2026, 10, 2)),  # one post ended the day before
        (date(2026, 11, 14), date(2026, 10, 2)),
        (date(2026, 11, 23), date(2026, 11, 15)),  # a grid since then
    ],
)
def test_the_change_counts_from_the_day_it_took_effect(today, day):
    duties = [
        Duty("homeroom_teacher", date(2025, 9, 1)),
        Duty("subject_teacher", START, until_on=date(2026, 10, 1)),
        Duty("grid_member", date(2026, 11, 15), grid_id=3),
    ]
    assert rules.changed_on(duties, today, not_before=START) == day


@pytest.mark.parametrize(
    ("signed", "ended", "today", "state"),
    [
        (False, False, date(2026, 9, 8), State.UNSIGNED),
        (False, False, date(2026, 9, 9), State.OVERDUE),
        (True, False, date(2026, 12, 1), State.SIGNED),
        (True, True, date(2026, 12, 1), State.ENDED),
        (False, True, date(2026, 9, 8), State.ENDED),
    ],
)
def test_a_letter_is_late_after_its_due_day(signed, ended, today, state):
    due_on = date(2026, 9, 8)
    assert rules.state_of(is_signed=signed, has_ended=ended, due_on=due_on, today=today) is state
