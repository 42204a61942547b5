"""Quarters, and the days a figure of one is counted over."""

from datetime import date

import pytest

from unitsafe.assessments.quarters import Quarter, period, quarter_of, read
from unitsafe.core.figures import Period

Q3 = Quarter(2026, 3)
AUTUMN = (date(2026, 9, 1), date(2027, 1, 22))
SPRING = (date(2027, 3, 1), date(2027, 7, 2))


@pytest.mark.parametrize(
    ("code", "first", "last", "name"),
    [
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), "2026年第一季度"),
        ("2026Q2", date(2026, 4, 1), date(2026, 6, 30), "2026年第二季度"),
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30), "2026年第三季度"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        ("2099Q4", date(2099, 10, 1), date(2099, 12, 31), "2099年第四季度"),
    ],
)
def test_a_quarter_has_three_whole_months(code, first, last, name):
    quarter = read(code)
    assert (quarter.first, quarter.last, quarter.name, str(quarter)) == (first, last, name, code)
    assert quarter_of(first) == quarter_of(last) == quarter


@pytest.mark.parametrize(
    "code",
    [
        *("", "2026", "2026Q", "2026Q0", "2026Q5", "2026q3", "2026-Q3", "1999Q4", "2100Q1", "Q3"),
        *("2026Q3 ", " 2026Q3", "2026Q3\n", "2026Q33", "12026Q3", "20２６Q3", "2026Q３", "۲۰۲۶Q3"),
    ],
)
def test_anything_else_is_no_quarter(code):
    assert read(code) is None


def test_quarters_follow_one_another_over_the_year():
    assert (Q3.before, Q3.after) == (Quarter(2026, 2), Quarter(2026, 4))
    assert Quarter(2026, 4).after == Quarter(2027, 1)
    assert Quarter(2027, 1).before == Quarter(2026, 4)
    assert Quarter(2026, 4) < Quarter(2027, 1)


LATER, WITHIN = date(2026, 11, 23), date(2026, 9, 14)
"""A day after 2026Q3, and one inside it."""


@pytest.mark.parametrize(
    ("kind", "today", "expected"),
    [
        ("quarter", LATER, Period(date(2026, 7, 1), date(2026, 9, 30), date(2026, 9, 30))),
        ("quarter", WITHIN, Period(date(2026, 7, 1), date(2026, 9, 30), WITHIN)),
        ("snapshot", LATER, Period(date(2026, 7, 1), date(2026, 9, 30), date(2026, 9, 30))),
        ("snapshot", WITHIN, Period(date(2026, 7, 1), date(2026, 9, 30), WITHIN)),
        ("half_year", LATER, Period(date(2026, 4, 1), date(2026, 9, 30), date(2026, 9, 30))),
        ("half_year", WITHIN, Period(date(2026, 3, 15), WITHIN, WITHIN)),
        ("term", LATER, Period(date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 30))),
        ("term", WITHIN, Period(date(2026, 9, 1), WITHIN, WITHIN)),
    ],
)
def test_each_kind_of_figure_looks_at_its_own_days(kind, today, expected):
    assert period(kind, Q3, today, [AUTUMN, SPRING]) == expected


@pytest.mark.parametrize(
    ("quarter", "first", "last"),
    [
        (Quarter(2027, 1), *(date(2027, 3, 1), date(2027, 3, 31))),
        (Quarter(2027, 2), *(date(2027, 3, 1), date(2027, 6, 30))),
    ],
)
def test_this_term_is_the_one_of_the_last_day(quarter, first, last):
    found = period("term", quarter, date(2027, 12, 1), [SPRING, AUTUMN])
    assert found == Period(first, last, quarter.last)


def test_in_the_holidays_this_term_is_the_one_before():
    on = date(2027, 2, 10)
    assert period("term", Quarter(2027, 1), on, [AUTUMN, SPRING]) == Period(*AUTUMN, on)


def test_before_the_first_term_this_term_is_the_quarter():
    on = date(2026, 8, 20)
    assert period("term", Q3, on, [AUTUMN]) == Period(Q3.first, Q3.last, on)


@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2027, 8, 31), date(2027, 3, 1)),
        (date(2028, 8, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 7, 1)),
        (date(2027, 1, 15), date(2026, 7, 16)),
    ],
)
def test_half_a_year_reaches_six_months_back_over_short_months_and_new_year(on, first):
    assert period("half_year", quarter_of(on), on, []).first == first
