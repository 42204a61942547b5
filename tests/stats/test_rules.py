"""Which days are counted, and what their counts mean."""

from datetime import date

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.stats.rules import Fixing, Period, Span, TermDays, period

TODAY = date(2026, 11, 23)
SPRING = TermDays("2025—2026学年第二学期", date(2026, 2, 26), date(2026, 7, 3))
AUTUMN = TermDays("2026—2027学年第一学期", date(2026, 9, 1), date(2027, 1, 22))
COMING = TermDays("2026—2027学年第二学期", date(2027, 2, 26), date(2027, 7, 3))
TERMS = [COMING, AUTUMN, SPRING]


@pytest.mark.parametrize(
    ("span", "today", "first", "last", "term"),
    [
        (Span.TERM, TODAY, date(2026, 9, 1), TODAY, ""),
        (Span.TERM, date(2027, 2, 1), date(2026, 9, 1), date(2027, 1, 22), AUTUMN.name),
        (Span.TERM, date(2026, 8, 1), date(2026, 2, 26), date(2026, 7, 3), SPRING.name),
        (Span.YEAR, TODAY, date(2026, 8, 1), TODAY, ""),
        (Span.YEAR, date(2027, 7, 1), date(2026, 8, 1), date(2027, 7, 1), ""),
        (Span.MONTHS, TODAY, date(2025, 12, 1), TODAY, ""),
        (Span.MONTHS, date(2026, 12, 31), date(2026, 1, 1), date(2026, 12, 31), ""),
    ],
)
def test_a_span_has_its_days(span, today, first, last, term):
    found = period(span, TERMS, today, None, None)
    assert found == Period(span, first, last, term)


def test_before_the_first_term_twelve_months_are_meant():
    assert period(Span.TERM, [COMING], TODAY, None, None).span is Span.MONTHS


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 9, 1), date(2026, 10, 1), (date(2026, 9, 1), date(2026, 10, 31))),
        (date(2026, 2, 1), None, (date(2026, 2, 1), date(2026, 11, 30))),
        (None, date(2026, 2, 1), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2027, 2, 1), None, (date(2027, 2, 1), date(2027, 2, 28))),
        (date(2025, 1, 1), date(2026, 12, 1), (date(2025, 1, 1), date(2026, 12, 31))),
    ],
)
def test_months_of_ones_own_are_whole(first, last, days):
    found = period(Span.OWN, TERMS, TODAY, first, last)
    assert (found.first, found.last) == days


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 10, 1), date(2026, 9, 1), "早于"),
        (date(2024, 11, 1), date(2026, 11, 1), "最多看24个月"),
    ],
)
def test_months_that_run_backwards_or_too_far_are_refused(first, last, said):
    with pytest.raises(RuleError, match=said):
        period(Span.OWN, TERMS, TODAY, first, last)


def test_the_outer_months_are_cut():
    found = Period(Span.TERM, date(2026, 9, 5), date(2026, 11, 23)).months
    assert found == [
        (date(2026, 9, 5), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 11, 23)),
    ]


def test_the_average_is_days_each():
    assert Fixing(4, 3, 10.0, 2.0, 5.0).average == 2.5
