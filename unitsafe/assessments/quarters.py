"""Quarters, and which days a figure of one is counted over. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from unitsafe.core.figures import Period

_CODE = re.compile(r"(20[0-9]{2})Q([1-4])")
_NAMES = "一二三四"
HALF_YEAR = 6
"""Months behind the day of the assessment that 近半年 looks at."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, ``number`` 1 to 4; written 2026Q4."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def name(self) -> str:
        """As a title says it."""
        return f"{self.year}年第{_NAMES[self.number - 1]}季度"

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        return quarter_of(self.first - timedelta(days=1))


def read(code: str) -> Quarter | None:
    """The quarter written ``2026Q4``; None for anything else."""
    found = _CODE.fullmatch(code)
    return Quarter(int(found[1]), int(found[2])) if found else None


def quarter_of(day: date) -> Quarter:
    """The quarter that holds ``day``."""
    return Quarter(day.year, (day.month + 2) // 3)


def period(
    kind: Literal["quarter", "snapshot", "term", "half_year"],
    quarter: Quarter,
    today: date,
    terms: Sequence[tuple[date, date]],
) -> Period:
    """The days over which a figure of ``kind`` is counted for ``quarter``.

    All end with the quarter, or ``today`` while it runs. 本学期 is the term of that day, in the
    holidays the one before; 近半年 the six months up to it.
    Source: content/four_capabilities.yaml, ``metrics[].period``.
    """
    on = min(today, quarter.last)
    if kind == "half_year":
        return Period(_months_before(on + timedelta(days=1), HALF_YEAR), on, on)
    begun = [(first, last) for first, last in terms if first <= on]
    if kind == "term" and begun:
        first, last = max(begun)
        return Period(first, min(last, on), on)
    return Period(quarter.first, quarter.last, on)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last."""
    month = day.year * 12 + day.month - 1 - months
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(
        date(month // 12, month % 12 + 1, 1) + timedelta(days=day.day - 1),
        following - timedelta(days=1),
    )
