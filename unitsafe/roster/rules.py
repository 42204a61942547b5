"""Shifts, who stands a turn, who may swap it. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from unitsafe.checks.rules import DayFacts
from unitsafe.core.domain import RuleError

MOST_PEOPLE = 9
"""How many can stand one shift at once."""
TEACHERS = frozenset({"homeroom_teacher", "subject_teacher", "duty_teacher"})
"""Posts of teachers. On days without pupils they are not put on duty: one region forbids it, and
schools elsewhere complain. Source: domain README §11."""
ON_HOLIDAYS = frozenset(
    {
        "principal",
        "vice_principal_safety",
        "vice_principal_teaching",
        "vice_principal_logistics",
        "safety_director",
        "logistics_director",
        "academic_director",
        "moral_director",
        "safety_officer",
        "duty_leader",
        "gatekeeper",
    }
)
"""Leaders and guards, who stand on holidays too, also when they teach as well."""


class ShiftDays(StrEnum):
    """On which days a shift is stood; chosen weekdays may narrow it."""

    TEACHING = "teaching"
    BOARDING = "boarding"
    EVERY = "every"


class RosterAction(StrEnum):
    """What happened to a turn."""

    FILL = "fill"
    SET = "set"
    CLEAR = "clear"
    STAND_IN = "stand_in"
    NO_STAND_IN = "no_stand_in"
    SWAP = "swap"
    LEAVE = "leave"


class SwapState(StrEnum):
    """Stored. A request whose day has begun is void without anybody writing it."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VOID = "void"


def is_stood(days: ShiftDays, weekdays: str, facts: DayFacts) -> bool:
    """Whether a shift is stood on a day. ``weekdays``: digits 1 (Monday) to 7, empty for all."""
    if weekdays and str(facts.day.isoweekday()) not in weekdays:
        return False
    return {
        ShiftDays.TEACHING: facts.teaching,
        ShiftDays.BOARDING: facts.boarding,
        ShiftDays.EVERY: True,
    }[days]


def is_without_pupils(facts: DayFacts) -> bool:
    """A day on which no pupil is at the school."""
    return not facts.teaching and not facts.boarding


def is_spared_on_holidays(posts: Collection[str]) -> bool:
    """Whether whoever holds ``posts`` is a teacher and neither leader nor guard."""
    return bool(TEACHERS & set(posts)) and not ON_HOLIDAYS & set(posts)


@dataclass(frozen=True, order=True)
class Span:
    """From minute to minute, counted from the first of all days; the end is not in it."""

    first: int
    last: int

    def overlaps(self, other: "Span") -> bool:
        """Whether nobody could stand both."""
        return self.first < other.last and other.first < self.last


def span(day: date, starts: time, ends: time) -> Span:
    """The time of a shift on ``day``; one that ends no later than it starts ends the next day."""
    midnight = day.toordinal() * 1440
    first = midnight + starts.hour * 60 + starts.minute
    last = midnight + ends.hour * 60 + ends.minute
    return Span(first, last if last > first else last + 1440)


class Standing(StrEnum):
    """Who stands a turn, and why that person."""

    PLANNED = "planned"
    STAND_IN = "stand_in"
    DEPUTY = "deputy"
    UNCOVERED = "uncovered"
    EMPTY = "empty"


@dataclass(frozen=True)
class Deputy:
    """The deputy of the absent person; ``may`` when able to stand this turn too."""

    person_id: int
    may: bool


def standing(
    person_id: int | None,
    stand_in_id: int | None,
    away: Collection[int],
    deputy: Deputy | None,
) -> tuple[int | None, Standing]:
    """Who really stands a turn: a stand-in before the planned person, for somebody away the
    deputy as far as able; None where nobody does. ``away``: who is absent that day."""
    if stand_in_id is not None:
        return (
            (None, Standing.UNCOVERED) if stand_in_id in away else (stand_in_id, Standing.STAND_IN)
        )
    if person_id is None:
        return None, Standing.EMPTY
    if person_id not in away:
        return person_id, Standing.PLANNED
    if deputy is not None and deputy.may and deputy.person_id not in away:
        return deputy.person_id, Standing.DEPUTY
    return None, Standing.UNCOVERED


GAPS = (Standing.UNCOVERED, Standing.EMPTY)


@dataclass(frozen=True)
class Side:
    """One side of a swap: whose turn of which day, or only a person who takes the other's.

    ``may``: whether this person may stand the other side's turn; ``is_away`` on its day;
    ``is_busy``: has another turn at that time.
    """

    person_id: int
    day: date | None
    may: bool
    is_away: bool
    is_busy: bool


def check_swap(mine: Side, other: Side, today: date) -> None:
    """Whether the two may ask each other. Raises RuleError with the reason and the way out."""
    if mine.person_id == other.person_id:
        raise RuleError("不能和自己换班，请选另一位老师。")
    if mine.day is None or mine.day <= today:
        raise RuleError("当天和过去的值班不能再换，请找排班的老师登记替岗。")
    if other.day is not None and other.day <= today:
        raise RuleError("对方的这次值班已经开始或过去了，请选以后的一次。")
    if not other.may:
        raise RuleError("对方不在这个班次的人选里，请换一位，或请排班的老师调整。")
    if other.is_away:
        raise RuleError("对方那天不在校，请换一位。")
    if other.is_busy:
        raise RuleError("对方同一时间已有别的值班，请换一位或换一天。")
    if other.day is not None:
        _check_mine(mine)


def _check_mine(mine: Side) -> None:
    if not mine.may:
        raise RuleError("您不在对方那个班次的人选里，可以请对方直接替您站。")
    if mine.is_away:
        raise RuleError("对方值班那天您不在校，请选另一次。")
    if mine.is_busy:
        raise RuleError("对方值班的时间您已有别的值班，请选另一次。")


def is_lapsed(state: SwapState, days: Iterable[date], today: date) -> bool:
    """Whether a request came to nothing because one of its days has begun."""
    return state is SwapState.ASKED and min(days) <= today
