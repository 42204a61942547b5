"""Equipment: its states, and the days when it is serviced and scrapped."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.content.model import EquipmentKind
from unitsafe.core.domain import RuleError


class State(StrEnum):
    """Where a piece stands."""

    IN_USE = "in_use"
    FAULTY = "faulty"
    STOPPED = "stopped"
    OUT_FOR_SERVICE = "out_for_service"
    SCRAPPED = "scrapped"


class Mark(StrEnum):
    """How near a day is: past, to be prepared for, or far."""

    PAST = "past"
    SOON = "soon"
    FAR = "far"


@dataclass(frozen=True)
class Life:
    """The days a piece was made, taken into use and last serviced; None where nobody knows."""

    made_on: date | None = None
    in_use_on: date | None = None
    last_service_on: date | None = None

    def begins(self, count_from: str | None) -> date | None:
        """The day that a period ``count_from`` manufactured, installed or battery runs from."""
        if count_from == "manufactured":
            return self.made_on
        if count_from == "battery":  # a new battery begins a new life
            return self.last_service_on or self.in_use_on or self.made_on
        return self.in_use_on


@dataclass(frozen=True)
class Dates:
    """When it has to be serviced next and when its life ends; None where nothing is prescribed,
    or where the day it would be counted from is not known."""

    service_on: date | None = None
    scrap_on: date | None = None


def add_months(day: date, months: int) -> date:
    """The anniversary: the same day of a later month, its last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dates(kind: EquipmentKind, life: Life) -> Dates:
    """Next service and end of life. A service due only when the life has ended is none.

    **Source**: content/equipment.yaml ``service_life``, ``service`` (with the clause of each).
    """
    scrap_on = service_on = None
    begins = life.begins(kind.service_life.count_from)
    if kind.service_life.months and begins:
        scrap_on = add_months(begins, kind.service_life.months)
    if kind.service and life.last_service_on:
        service_on = add_months(life.last_service_on, kind.service.then_months)
    elif kind.service and (begins := life.begins(kind.service.count_from)):
        service_on = add_months(begins, kind.service.first_months)
    if service_on and scrap_on and service_on >= scrap_on:
        service_on = None
    return Dates(service_on, scrap_on)


def mark(on: date, today: date, ahead_days: int) -> Mark:
    """Whether ``on`` is reached, or lies within ``ahead_days`` calendar days."""
    if on <= today:
        return Mark.PAST
    return Mark.SOON if on <= today + timedelta(days=ahead_days) else Mark.FAR


def check_life(life: Life, today: date) -> None:
    """Refuse days that cannot be. Raises RuleError, whose ``field`` value names the wrong one."""
    named = (
        ("made_on", "出厂日期", life.made_on),
        ("in_use_on", "启用日期", life.in_use_on),
        ("last_service_on", "上次维修日期", life.last_service_on),
    )
    for field, title, day in named:
        if day and day > today:
            raise RuleError("%(title)s在今天之后，请核对。", title=title, field=field)
        if day and life.made_on and day < life.made_on:
            raise RuleError("%(title)s早于出厂日期，请核对。", title=title, field=field)


def check_move(before: State, after: State, note: str) -> None:
    """Refuse a change of state that says nothing. Raises RuleError."""
    if before is after:
        raise RuleError("已经是这个状态了，请选另一个状态。")
    if State.SCRAPPED in (before, after) and not note:
        raise RuleError("报废或撤销报废要写明原因。")
