"""The school calendar: which days are taught, which nights are boarded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

import chinese_calendar


class Stage(StrEnum):
    """学段: decides some intervals (domain README §2)."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    VOCATIONAL = "vocational"
    SPECIAL = "special"


FLAGS = (
    "has_boarding",
    "is_key_unit",
    "has_canteen",
    "has_gas",
    "has_lab",
    "has_bus",
    "has_nap_room",
    "has_fire_control_room",
    "has_fixed_systems",
    "is_small_unit",
)
"""Switches that decide obligations. Source: domain README §2."""


@dataclass(frozen=True)
class Day:
    """One day of the calendar. ``note`` says why it is not an ordinary day ("国庆节", "调休上课")."""

    day: date
    teaching: bool
    boarding: bool
    note: str = ""


@dataclass(frozen=True)
class Statutory:
    """What the State Council's notice says of a day."""

    workday: bool
    holiday: str
    published: bool


HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


FIXED_HOLIDAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""Days off whatever the year's notice says. Source: 全国年节及纪念日放假办法 (2024)."""


def statutory(day: date) -> Statutory:
    """Statutory holidays and make-up workdays; plain weekdays where no notice is published yet."""
    try:
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        name = FIXED_HOLIDAYS.get((day.month, day.day), "")
        return Statutory(day.weekday() < 5 and not name, name, published=False)
    return Statutory(not is_holiday, HOLIDAYS.get(name or "", name or ""), published=True)


def build_days(terms: Iterable[tuple[date, date]], *, has_boarding: bool) -> Iterator[Day]:
    """Every day of the terms, ascending.

    A workday is taught. A night is boarded when the next day is taught: boarders come back on the
    eve of the school week and go home after its last lesson.
    """
    for starts_on, ends_on in sorted(terms):
        eve = starts_on - timedelta(days=1)
        day = eve if has_boarding else starts_on
        while day <= ends_on:
            in_term = day >= starts_on
            law = statutory(day)
            teaching = in_term and law.workday
            tomorrow = day + timedelta(days=1)
            boarding = has_boarding and tomorrow <= ends_on and statutory(tomorrow).workday
            note = law.holiday
            if teaching and day.weekday() >= 5:
                note = "调休上课"
            elif not law.published:
                note = law.holiday or "节假日安排未公布"
            yield Day(day, teaching, boarding, note)
            day = tomorrow


LONG_HOLIDAY = 3
"""Days off from which a holiday asks for something before it. Source: domain README §5."""
WINTER, SUMMER = "寒假", "暑假"


def vacation_after(ends_on: date) -> str:
    """What the vacation is called that follows a term."""
    return SUMMER if 4 <= ends_on.month <= 9 else WINTER


def holidays(term_days: Sequence[Day], closing: str) -> Iterator[tuple[str, date]]:
    """(name, last day of teaching before it) of each long holiday in the days of a term, and of
    the vacation ``closing`` that follows."""
    taught = [place for place, day in enumerate(term_days) if day.teaching]
    for before, after in pairwise(taught):
        off = term_days[before + 1 : after]
        if len(off) >= LONG_HOLIDAY:
            named = (day.note for day in off if day.note in HOLIDAYS.values())
            yield next(named, "连休"), term_days[before].day
    if taught:
        yield closing, term_days[taught[-1]].day


@dataclass(frozen=True)
class Span:
    """Days in which something is due once: ``name`` says before what (国庆节前, 开学前)."""

    name: str
    first: date
    last: date


def before_term(starts_on: date, days: int) -> Span:
    """The ``days`` before a term and its first day. Source: content/checklists.yaml before_term."""
    return Span("开学前", starts_on - timedelta(days=days), starts_on)


def before_holidays(term_days: Sequence[Day], closing: str, days: int) -> Iterator[Span]:
    """The last ``days`` up to the last one taught before each of :func:`holidays`; those of two
    holidays close to each other do not overlap."""
    free = term_days[0].day if term_days else date.min
    for name, last in holidays(term_days, closing):
        yield Span(f"{name}前", max(free, last - timedelta(days=days - 1)), last)
        free = last + timedelta(days=1)


def week_of(term_start: date, day: date) -> int:
    """The teaching week's number; the week that holds the first day of term is 1."""
    first_monday = term_start - timedelta(days=term_start.weekday())
    return (day - first_monday).days // 7 + 1


def school_year(day: date) -> str:
    """学年 as written: 2026–2027 from August on."""
    start = day.year if day.month >= 8 else day.year - 1
    return f"{start}—{start + 1}"
