"""Readings and their limits, what has to be serviced and tested how often, and how it stands. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from unitsafe.equipment.rules import add_months


class Kind(StrEnum):
    """What somebody from outside did."""

    MAINTENANCE = "maintenance"
    ANNUAL_TEST = "annual_test"
    ELECTRICAL_TEST = "electrical_test"
    LIGHTNING_TEST = "lightning_test"
    GAS_TEST = "gas_test"
    FLUE_CLEANING = "flue_cleaning"


TESTS = tuple(kind for kind in Kind if kind is not Kind.MAINTENANCE)


class Result(StrEnum):
    """What a report says at its end."""

    PASSED = "passed"
    PROBLEMS = "problems"
    FAILED = "failed"


class Action(StrEnum):
    """What people do with a record; also its events."""

    RECORD = "record"
    CHANGE = "change"
    ADD_FINDING = "add_finding"
    ADD_READING = "add_reading"
    SIGN = "sign"


class Mark(StrEnum):
    """How something that has to be there stands."""

    FINE = "fine"
    SOON = "soon"
    LATE = "late"
    MISSING = "missing"


# Readings


@dataclass(frozen=True)
class Quantity:
    """Something read off a system; ``low`` and ``high`` None where nothing general is prescribed.
    More than ``most`` is no reading but a slip of the decimal point."""

    key: str
    name: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    most: Decimal = Decimal(9999)

    def fault(self, value: Decimal) -> str:
        """What is wrong with ``value`` (静水压力0.05 MPa，低于0.07 MPa), empty when nothing."""
        if self.low is not None and value < self.low:
            wrong, limit = "低于", self.low
        elif self.high is not None and value > self.high:
            wrong, limit = "高于", self.high
        else:
            return ""
        return f"{self.name}{plain(value)} {self.unit}，{wrong}{plain(limit)} {self.unit}"


def plain(value: Decimal) -> str:
    """0.35, 12: without the zeros behind it."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


STATIC_PRESSURE = "static_pressure"
NONE_OF_THEM = Decimal(0)
WATER, GAS = Decimal(4), Decimal(40)
"""Most that a gauge of a fire main, or of a gas cylinder, shows (MPa). Source: product default."""
READINGS: Mapping[str, Sequence[Quantity]] = {
    "indoor_hydrant": (
        Quantity(STATIC_PRESSURE, "静水压力", "MPa", most=WATER),
        Quantity("dynamic_pressure", "动压", "MPa", most=WATER),
    ),
    "outdoor_hydrant": (
        Quantity("outdoor_static_pressure", "室外栓静水压力", "MPa", most=WATER),
        Quantity("outdoor_dynamic_pressure", "室外栓出水压力", "MPa", most=WATER),
    ),
    "fire_pump": (
        Quantity("outlet_pressure", "水泵出口压力", "MPa", most=WATER),
        Quantity("flow", "水泵流量", "L/s"),
    ),
    "water_tank": (Quantity("level", "水位", "m"),),
    "sprinkler": (
        Quantity("valve_pressure", "报警阀压力", "MPa", most=WATER),
        Quantity("end_pressure", "末端试水压力", "MPa", most=WATER),
    ),
    "fire_alarm": (
        Quantity("fault_points", "故障点", "个", high=NONE_OF_THEM),
        Quantity("shielded_points", "屏蔽点", "个", high=NONE_OF_THEM),
    ),
    "gas_system": (Quantity("cylinder_pressure", "瓶组压力", "MPa", most=GAS),),
}
"""By kind of equipment. Source: content/equipment.yaml ``ledger_fields`` and ``inspections`` of each
kind. Limits: the alarm's 无故障无屏蔽 (same file, fire_alarm); the static pressure of an indoor
hydrant is the school's setting (checklists.yaml mf_hyd_press); the others depend on the design."""
BY_KEY = {one.key: one for several in READINGS.values() for one in several}


def quantities(kind: str, *, static_kpa: int) -> tuple[Quantity, ...]:
    """What is read off a piece of ``kind``. ``static_kpa``: least static pressure, in kPa."""
    return tuple(_limited(one, static_kpa) for one in READINGS.get(kind, ()))


def _limited(one: Quantity, static_kpa: int) -> Quantity:
    if one.key != STATIC_PRESSURE:
        return one
    return replace(one, low=Decimal(static_kpa) / 1000)


# What is obliged


@dataclass(frozen=True)
class Duty:
    """A kind that has to be done: for schools with ``flag`` (None: all), every ``months``."""

    kind: Kind
    flag: str | None
    months: int


DUTIES = (
    Duty(Kind.MAINTENANCE, "has_fixed_systems", 1),
    Duty(Kind.ANNUAL_TEST, "has_fixed_systems", 12),
    Duty(Kind.LIGHTNING_TEST, None, 12),
    Duty(Kind.GAS_TEST, "has_gas", 12),
    Duty(Kind.FLUE_CLEANING, "has_canteen", 3),
)
"""Source: Fire Law art. 16(3) (full test yearly); content/equipment.yaml ``inspections`` of who
maintainer (monthly), lightning (yearly, custom), kitchen_flue (quarterly); domain README §5 (gas:
professional test yearly). The electrical test is not obliged everywhere."""
MONTHS_VALID = {Kind.ELECTRICAL_TEST: 12} | {
    duty.kind: duty.months for duty in DUTIES if duty.kind in TESTS
}


def default_valid_until(kind: Kind, done_on: date) -> date | None:
    """The last day a report holds unless it says another one: a year, three months for the flue."""
    return add_months(done_on, MONTHS_VALID[kind]) if kind in MONTHS_VALID else None


@dataclass(frozen=True)
class Last:
    """The newest record of a kind."""

    done_on: date
    valid_until: date | None = None
    result: Result | None = None


@dataclass(frozen=True)
class Standing:
    """How a duty stands; ``until`` is the day it holds to, None for 维保 and where there is none."""

    kind: Kind
    mark: Mark
    last: Last | None = None

    @property
    def until(self) -> date | None:
        """The day the newest report holds to."""
        return self.last.valid_until if self.last else None


def standings(
    has: Callable[[str], bool],
    newest: Mapping[Kind, Last],
    today: date,
    *,
    ahead_days: int,
    remind_day: int,
) -> list[Standing]:
    """Each duty of a school whose flags are ``has``. A report whose result is 不合格 is missing."""
    return [
        Standing(duty.kind, _mark(duty, last, today, ahead_days, remind_day), last)
        for duty in DUTIES
        if duty.flag is None or has(duty.flag)
        for last in (newest.get(duty.kind),)
    ]


def _mark(duty: Duty, last: Last | None, today: date, ahead_days: int, remind_day: int) -> Mark:
    if last is None or last.result is Result.FAILED:
        return Mark.MISSING
    if duty.kind is Kind.MAINTENANCE:
        if last.done_on >= today.replace(day=1):
            return Mark.FINE
        was_last_month = last.done_on >= add_months(today.replace(day=1), -1)
        return Mark.SOON if was_last_month and today.day <= remind_day else Mark.LATE
    return until_mark(last.valid_until, today, min(ahead_days, duty.months * 5))


def until_mark(until: date | None, today: date, ahead_days: int) -> Mark:
    """How a day that something holds to stands: the day itself still counts."""
    if until is None:
        return Mark.MISSING
    if until < today:
        return Mark.LATE
    return Mark.SOON if until <= today + timedelta(days=ahead_days) else Mark.FINE


class InMonth(StrEnum):
    """Whether a contractor came in a month; BEFORE: the school did not keep this ledger yet."""

    CAME = "came"
    NOT_CAME = "not_came"
    NOT_YET = "not_yet"
    BEFORE = "before"


def strip(
    days: Sequence[date], today: date, *, since: date, months: int = 12
) -> list[tuple[date, InMonth]]:
    """The last ``months`` with this one, ascending: (first of the month, whether anybody came).

    ``since``: the day from which the ledger is kept.
    """
    came = {day.replace(day=1) for day in days}
    firsts = [add_months(today.replace(day=1), -back) for back in reversed(range(months))]
    return [(first, _in_month(first, came, today, since)) for first in firsts]


def _in_month(first: date, came: set[date], today: date, since: date) -> InMonth:
    if first in came:
        return InMonth.CAME
    if first == today.replace(day=1):
        return InMonth.NOT_YET
    return InMonth.BEFORE if first <= since else InMonth.NOT_CAME


def quarter_months(day: date) -> list[date]:
    """The firsts of the three months of the quarter of ``day``."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return [add_months(first, more) for more in range(3)]


# What there should be

MICRO = "micro"
"""The place 微型消防站 of a target; a building is ``b`` and its id."""
MICRO_SPACE = "micro_station"
"""The kind of space (content space_kinds)."""
MICRO_GROUP = "micro"
MICRO_GROUPS = (MICRO_GROUP, "extinguisher", "evac")
"""Groups of kinds that a micro fire station holds. Source: content/equipment.yaml
micro_station_kit ``allocation``."""
MOST_PIECES = 9999


@dataclass(frozen=True)
class Target:
    """A kind in a place: how many there ``should`` be (None: nobody said) and are in use now."""

    place: str
    place_name: str
    kind: str
    should: int | None
    have: int

    @property
    def gap(self) -> int:
        """How many are missing."""
        return max(0, (self.should or 0) - self.have)
