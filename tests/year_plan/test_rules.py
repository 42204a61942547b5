"""What a school year asks for, when it is due, how it stands."""

from datetime import date, timedelta

import pytest

from unitsafe import content
from unitsafe.school.rules import build_days
from unitsafe.year_plan import rules
from unitsafe.year_plan.rules import Calendar, Change, Entry, Status

YEAR = "2025-2026"
AUTUMN, SPRING = (date(2025, 9, 1), date(2026, 1, 23)), (date(2026, 3, 2), date(2026, 7, 3))
"""In a year whose holidays are published."""


def calendar(*terms):
    days = {day.day: day for day in build_days(terms, has_boarding=True)}
    return Calendar(days, terms)


@pytest.fixture(scope="module")
def whole():
    return calendar(AUTUMN, SPRING)


def laid(key, found, *, stage="primary", flags=(), year=YEAR):
    entries = rules.entries(
        [content.load().obligations[key]], flags=flags, stage=stage, calendar=found, year=year
    )
    return [(entry.slot, entry.due_on.isoformat()) for entry in entries]


@pytest.mark.parametrize(
    ("key", "flags", "stage", "has"),
    [
        ("letters", (), "primary", True),
        ("night_patrol", (), "primary", False),
        ("night_patrol", ("has_boarding",), "primary", True),
        ("archive", (), "primary", False),
        ("archive", ("is_key_unit",), "primary", True),
        ("archive", ("has_boarding",), "primary", True),
        ("drill", (), "kindergarten", False),
        ("drill_kindergarten", (), "kindergarten", True),
        ("drill_kindergarten", (), "senior", False),
    ],
)
def test_an_obligation_is_for_the_schools_it_names(key, flags, stage, has):
    one = content.load().obligations[key]
    assert rules.applies(one, flags, stage) is has


def test_drills_are_monthly_where_ten_days_are_taught(whole):
    months = [slot for slot, _ in laid("drill", whole)]
    assert months == [
        *("2025-09", "2025-10", "2025-11", "2025-12", "2026-01"),
        *("2026-03", "2026-04", "2026-05", "2026-06"),
    ]


def test_a_kindergarten_drills_once_a_quarter_of_the_calendar(whole):
    assert laid("drill_kindergarten", whole, stage="kindergarten") == [
        ("2025Q3", "2025-09-30"),
        ("2025Q4", "2025-12-31"),
        ("2026Q1", "2026-03-31"),
        ("2026Q2", "2026-06-30"),
    ]


def test_a_quarter_counts_from_its_first_day_though_the_school_year_begins_in_september(whole):
    one = content.load().obligations["lessons"]
    found = rules.entries([one], flags=(), stage="primary", calendar=whole, year=YEAR)
    assert [(entry.first, entry.last) for entry in found][:2] == [
        (date(2025, 7, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("key", "flags", "expected"),
    [
        ("inspection", (), 12),
        ("annual_test", ("has_fixed_systems",), [(YEAR, "2026-06-30")]),
        ("letters", (), [(YEAR, "2025-09-30")]),
        ("staff_training", (), [("term-1", "2026-01-23"), ("term-2", "2026-07-03")]),
        ("full_drill", (), [("half-1", "2026-01-23"), ("half-2", "2026-07-03")]),
        ("term_start_education", (), [("start-1", "2025-09-07"), ("start-2", "2026-03-08")]),
        ("before_term_check", (), [("before-1", "2025-09-01"), ("before-2", "2026-03-02")]),
    ],
)
def test_each_recurrence_has_its_days(whole, key, flags, expected):
    found = laid(key, whole, flags=flags)
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_before_each_long_holiday_and_vacation_something_is_due_on_the_last_day_taught(whole):
    one = content.load().obligations["before_holiday_check"]
    found = rules.entries([one], flags=(), stage="primary", calendar=whole, year=YEAR)
    named = {entry.name: entry.due_on.isoformat() for entry in found}
    assert named == {
        "国庆节前": "2025-09-30",
        "元旦前": "2025-12-31",
        "寒假前": "2026-01-23",
        "清明节前": "2026-04-03",
        "劳动节前": "2026-04-30",
        "端午节前": "2026-06-18",
        "暑假前": "2026-07-03",
    }
    assert all(entry.first <= entry.due_on for entry in found)


def test_daily_rounds_are_counted_by_month_with_boarding_days(whole):
    one = content.load().obligations["daily_patrol"]
    days = rules.entries([one], flags=(), stage="primary", calendar=whole, year=YEAR)
    october = next(entry for entry in days if entry.slot == "2025-10")
    known = [day for day in whole.days.values() if (day.day.year, day.day.month) == (2025, 10)]
    assert october.times == sum(day.teaching or day.boarding for day in known)
    assert october.runs
    assert "2026-08" not in {entry.slot for entry in days}


def test_what_hangs_on_a_term_nobody_has_entered_is_left_out_and_the_rest_is_guessed():
    autumn = calendar(AUTUMN)
    assert [half.known for half in rules.halves(autumn, YEAR)] == [True, False]
    assert [slot for slot, _ in laid("term_start_education", autumn)] == ["start-1"]
    assert [slot for slot, _ in laid("drill", autumn)][5:] == [
        *("2026-03", "2026-04", "2026-05", "2026-06"),
    ]
    assert laid("staff_training", autumn)[1] == ("term-2", "2026-06-30")
    nothing = calendar()
    assert len(laid("inspection", nothing)) == 12
    assert len(laid("drill", nothing)) == 8


def test_a_year_whose_holidays_are_not_published_has_its_fixed_ones():
    terms = ((date(2035, 9, 3), date(2036, 1, 18)),)
    slots = [slot for slot, _ in laid("before_holiday_check", calendar(*terms), year="2035-2036")]
    assert slots[-1] == "2036-01-18"


def test_every_entry_of_a_school_has_an_address_of_its_own(whole):
    flags = ("has_boarding", "is_key_unit", "has_gas", "has_canteen", "has_fixed_systems")
    found = rules.entries(
        content.load().obligations.values(),
        flags=flags,
        stage="primary",
        calendar=whole,
        year=YEAR,
    )
    places = [entry.place for entry in found]
    assert len(set(places)) == len(places) > 150
    assert all(len(entry.slot) <= 20 for entry in found)


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("due", "done", "of", "runs", "status"),
    [
        (30, 0, None, False, Status.DUE),
        (30, 1, None, False, Status.DONE),
        (30, 1, 2, False, Status.DUE),
        (30, 2, 2, False, Status.DONE),
        (30, 0, 0, False, Status.DUE),
        (30, 2, 2, True, Status.DUE),
        (23, 0, None, False, Status.DUE),
        (22, 0, None, False, Status.LATE),
        (22, 40, 40, True, Status.DONE),
        (22, 38, 40, True, Status.DONE),
        (22, 37, 40, True, Status.LATE),
        (22, 39, 40, False, Status.LATE),
        (10, 0, None, False, Status.BEFORE),
        (10, 1, None, False, Status.DONE),
    ],
)
def test_how_an_entry_stands(due, done, of, runs, status):
    day = date(2026, 11, due)
    entry = Entry("x", "1", "11月", date(2026, 11, 1), day, day, 1, runs)
    found = rules.status_of(
        entry, done, of, today=TODAY, begins_on=date(2026, 11, 15), dropped=False
    )
    assert found is status
    left_out = rules.status_of(entry, done, of, today=TODAY, begins_on=day, dropped=True)
    assert left_out is Status.DROPPED


def test_next_months_entry_is_ahead():
    day = date(2026, 12, 31)
    entry = Entry("x", "1", "12月", date(2026, 12, 1), day, day)
    found = rules.status_of(entry, 0, None, today=TODAY, begins_on=TODAY, dropped=False)
    assert found is Status.AHEAD


@pytest.mark.parametrize(
    ("signed", "dropped", "change"),
    [
        ({}, False, Change.ADDED),
        ({}, True, None),
        ({("x", "1"): (TODAY, False)}, False, None),
        ({("x", "1"): (TODAY, False)}, True, Change.DROPPED),
        ({("x", "1"): (TODAY, True)}, False, Change.RESTORED),
        ({("x", "1"): (TODAY - timedelta(days=1), False)}, False, Change.MOVED),
    ],
)
def test_what_is_other_than_when_it_was_signed(signed, dropped, change):
    entry = Entry("x", "1", "11月", TODAY, TODAY, TODAY)
    assert rules.change_of(entry, dropped, signed) is change


@pytest.mark.parametrize(
    ("day", "may"),
    [("2026-07-31", False), ("2026-08-01", True), ("2027-08-31", True), ("2027-09-01", False)],
)
def test_a_plan_is_signed_in_its_year_or_a_month_before(day, may):
    assert rules.may_sign_on("2026-2027", date.fromisoformat(day)) is may
