"""Over which days is counted, and what the counts of those days mean. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.core.domain import RuleError

MOST_MONTHS = 24
"""Of a period that people choose: what a page has room for. More of them are refused."""
FIRST_MONTH_OF_YEAR = 8
"""A school year begins in August (school.rules.school_year)."""
RECURRENT = 2
"""So many hazards of one category in one space are a recurring one; product convention."""


class Span(StrEnum):
    """What the period is called."""

    TERM = "term"
    YEAR = "year"
    MONTHS = "months"
    OWN = "own"


@dataclass(frozen=True)
class Period:
    """Days that are counted, both included; ``term``: the name of a term that is over."""

    span: Span
    first: date
    last: date
    term: str = ""

    @property
    def months(self) -> list[tuple[date, date]]:
        """(first, last) day of each month; the outer ones may be cut."""
        found, first = [], self.first
        while first <= self.last:
            after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            found.append((first, min(self.last, after - timedelta(days=1))))
            first = after
        return found


@dataclass(frozen=True)
class TermDays:
    """A term of the school's calendar."""

    name: str
    first: date
    last: date


def period(
    span: Span, terms: Iterable[TermDays], today: date, first: date | None, last: date | None
) -> Period:
    """The days meant by ``span``; of its own, whole months from that of ``first`` to that of ``last``.

    The term is the newest that has begun; before the first one, twelve months are meant instead.
    :raises RuleError: months that end before they begin, or too many.
    """
    if span is Span.OWN and (first or last):
        begin = first or last or today
        return _own(begin, last or max(begin, today))
    begun = sorted((one for one in terms if one.first <= today), key=lambda one: one.first)
    if span is Span.TERM and begun:
        term = begun[-1]
        is_over = term.last < today
        return Period(span, term.first, min(term.last, today), term.name if is_over else "")
    if span is Span.YEAR:
        start = today.year - (today.month < FIRST_MONTH_OF_YEAR)
        return Period(span, date(start, FIRST_MONTH_OF_YEAR, 1), today)
    return Period(Span.MONTHS, _months_before(today, 11), today)


def _own(first: date, last: date) -> Period:
    first = first.replace(day=1)
    if first > last:
        raise RuleError("结束的月份早于开始的月份，请改过来。")
    if first < _months_before(last, MOST_MONTHS - 1):
        raise RuleError("最多看%(n)s个月，请把时间改短。", n=MOST_MONTHS)
    after = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(Span.OWN, first, after - timedelta(days=1))


def _months_before(day: date, count: int) -> date:
    """The first day of the month ``count`` months before that of ``day``."""
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Day:
    """The daily checks of a day: how many there are to do, how many were done, and in time.

    While ``is_running`` some may still be done in time, so nothing can be said of the whole day.
    """

    day: date
    expected: int
    done: int
    on_time: int
    is_running: bool = False


@dataclass(frozen=True)
class Fixing:
    """How long closed hazards took from when somebody had to fix them: days with a fraction.

    ``in_time``: fixed by the end of the day they were due. ``most``: nine of ten took no longer.
    """

    closed: int
    in_time: int
    days: float
    median: float
    most: float

    @property
    def average(self) -> float:
        """Days each."""
        return self.days / self.closed


@dataclass(frozen=True)
class Count:
    """How many hazards a category, a building, a space has, and how many of them are closed."""

    key: str
    name: str
    number: int
    closed: int = 0
    category: str = ""
