"""Equipment: its states, the days when it is inspected, serviced and scrapped, what the register
must say of it. Pure."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from unitsafe.content.model import Checklist, EquipmentInspection, EquipmentKind
from unitsafe.core.domain import RuleError


class State(StrEnum):
    """Where a piece stands."""

    IN_USE = "in_use"
    FAULTY = "faulty"
    STOPPED = "stopped"
    OUT_FOR_SERVICE = "out_for_service"
    SCRAPPED = "scrapped"


class Result(StrEnum):
    """What an inspection of a piece found."""

    OK = "ok"
    FAIL = "fail"
    MISSING = "missing"


class Action(StrEnum):
    """What the history of a piece tells of."""

    REGISTER = "register"
    CHANGE = "change"
    STATE = "state"


class Mark(StrEnum):
    """How near a day is: past, to be prepared for, or far."""

    PAST = "past"
    SOON = "soon"
    FAR = "far"


class Sort(StrEnum):
    """What comes due: an inspection by the school, one by a firm (maintainer, test agency,
    cleaner), the service of a workshop, the end of life. Also the columns ``<sort>_on``."""

    INSPECT = "inspect"
    UPKEEP = "upkeep"
    SERVICE = "service"
    SCRAP = "scrap"


OUTSIDE = frozenset({"maintainer", "test_agency", "contractor"})
"""Who inspects from outside. Source: content/equipment.yaml ``inspections[].who``."""
LAST_DAY_COUNTS = frozenset({Sort.INSPECT, Sort.UPKEEP})
"""An inspection on its last day is in time; a life that ends today has ended."""
WORKING = frozenset({State.IN_USE, State.FAULTY})
IN_STATES = {
    Sort.INSPECT: WORKING,
    Sort.UPKEEP: WORKING,
    Sort.SERVICE: WORKING | {State.STOPPED},
    Sort.SCRAP: frozenset(State) - {State.SCRAPPED},
}
"""In which states a piece has such a day: what is at the workshop is not inspected."""
SYSTEMS = frozenset({"water", "auto", "sep"})
"""Groups whose standstill is one of the school's fire protection facilities."""


# -- days ---------------------------------------------------------------------------------------


class Day(NamedTuple):
    """A day as it was written; of a month alone it is the first."""

    on: date
    is_month: bool


_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*(?:月|[-./](?=\d)|$)\s*(?:(\d{1,2})\s*日?)?")


def read_day(text: str) -> Day | None:
    """2024-03-15, 2024年3月15日, or a month alone: 2024-03, 2024年3月. None for anything else."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        on = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return Day(on, day is None) if 1980 <= on.year <= 2100 else None


def shown_month(on: date) -> str:
    """2024年3月: how a day is written of which only the month is known."""
    return f"{on.year}年{on.month}月"


def add_months(day: date, months: int) -> date:
    """The anniversary: the same day of a later month, its last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class Life:
    """The days a piece was made, taken into use and last serviced, when its battery was changed,
    until when its plate says that it lasts; None where nobody knows."""

    made_on: date | None = None
    in_use_on: date | None = None
    last_service_on: date | None = None
    battery_on: date | None = None
    expires_on: date | None = None

    def begins(self, count_from: str | None) -> date | None:
        """The day that a period ``count_from`` manufactured, installed or battery runs from."""
        if count_from == "manufactured":
            return self.made_on
        if count_from == "battery":  # a new battery begins a new life
            changed = [day for day in (self.battery_on, self.last_service_on) if day]
            return max(changed, default=None) or self.in_use_on or self.made_on
        return self.in_use_on


@dataclass(frozen=True)
class Dates:
    """When it has to be serviced next and when its life ends; None where nothing is prescribed,
    or where the day it would be counted from is not known."""

    service_on: date | None = None
    scrap_on: date | None = None


def dates(kind: EquipmentKind, life: Life) -> Dates:
    """Next service and end of life. A service due only when the life has ended is none; a day of
    expiry on the plate ends the life earlier.

    **Source**: content/equipment.yaml ``service_life``, ``service`` (with the clause of each).
    """
    service_on = None
    begins = life.begins(kind.service_life.count_from)
    ends = [life.expires_on] if life.expires_on else []
    if kind.service_life.months and begins:
        ends.append(add_months(begins, kind.service_life.months))
    scrap_on = min(ends, default=None)
    if kind.service and life.last_service_on:
        service_on = add_months(life.last_service_on, kind.service.then_months)
    elif kind.service and (begins := life.begins(kind.service.count_from)):
        service_on = add_months(begins, kind.service.first_months)
    if service_on and scrap_on and service_on >= scrap_on:
        service_on = None
    return Dates(service_on, scrap_on)


def inspections(kind: EquipmentKind) -> list[EquipmentInspection]:
    """What has to be looked at piece by piece, the most frequent first. What is looked at every
    day belongs to the patrols, which have checklists of their own."""
    found = [one for one in kind.inspections if one.required and one.interval_days > 1]
    return sorted(found, key=lambda one: one.interval_days)


def is_outside(inspection: EquipmentInspection) -> bool:
    """Whether a firm does it."""
    return inspection.who in OUTSIDE


MONTHLY = range(28, 32)
"""Intervals in days that mean once in a calendar month."""


def next_inspection(interval_days: int, last: date | None, registered_on: date) -> date:
    """The last day of the next inspection: for monthly ones the end of the month after the last
    (of the month of registration where there was none), else so many days after it."""
    if interval_days in MONTHLY:
        return month_end(add_months(last.replace(day=1), 1) if last else registered_on)
    return (last or registered_on) + timedelta(days=interval_days)


class Due(NamedTuple):
    """A day that comes: ``name`` of the inspection, empty for service and scrap."""

    sort: Sort
    name: str
    on: date


def due(
    kind: EquipmentKind,
    life: Life,
    state: State,
    *,
    registered_on: date,
    inspected: Mapping[str, date],
) -> list[Due]:
    """What comes due for a piece; ``inspected`` has the last day by the inspection's name."""
    found: list[Due] = []
    for one in inspections(kind):
        sort = Sort.UPKEEP if is_outside(one) else Sort.INSPECT
        on = next_inspection(one.interval_days, inspected.get(one.name), registered_on)
        found.append(Due(sort, one.name, on))
    days = dates(kind, life)
    found += [Due(Sort.SERVICE, "", days.service_on)] if days.service_on else []
    found += [Due(Sort.SCRAP, "", days.scrap_on)] if days.scrap_on else []
    return [one for one in found if state in IN_STATES[one.sort]]


def earliest(found: Iterable[Due]) -> dict[Sort, date | None]:
    """The first day of each sort."""
    first: dict[Sort, date | None] = dict.fromkeys(Sort)
    for one in found:
        so_far = first[one.sort]
        first[one.sort] = min(so_far, one.on) if so_far else one.on
    return first


def mark(on: date, today: date, ahead_days: int, *, last_day_counts: bool = False) -> Mark:
    """Whether ``on`` is reached (passed, where its last day still counts), or lies within
    ``ahead_days`` calendar days."""
    if on < today or (on == today and not last_day_counts):
        return Mark.PAST
    return Mark.SOON if on <= today + timedelta(days=ahead_days) else Mark.FAR


# -- intervals a school may change ----------------------------------------------------------------

FIRST, THEN, LIFE = "first", "then", "life"
"""Months to the first service, between later ones, of the whole life."""
INSPECT = "inspect:"
"""Before the name of an inspection, whose interval is in days."""


def interval_keys(kind: EquipmentKind) -> dict[str, int]:
    """What can be set for a kind, with its number in the content."""
    found = {INSPECT + one.name: one.interval_days for one in inspections(kind)}
    if kind.service:
        found |= {FIRST: kind.service.first_months, THEN: kind.service.then_months}
    if kind.service_life.months:
        found[LIFE] = kind.service_life.months
    return found


def in_force(kind: EquipmentKind, own: Mapping[str, int]) -> EquipmentKind:
    """The kind with the school's ``own`` numbers in place of the content's."""
    if not own:
        return kind
    service, life = kind.service, kind.service_life
    if service:
        service = replace(
            service,
            first_months=own.get(FIRST, service.first_months),
            then_months=own.get(THEN, service.then_months),
        )
    if life.months:
        life = replace(life, months=own.get(LIFE, life.months))
    return replace(
        kind,
        service=service,
        service_life=life,
        inspections=tuple(
            replace(one, interval_days=own.get(INSPECT + one.name, one.interval_days))
            for one in kind.inspections
        ),
    )


# -- what is written down -------------------------------------------------------------------------

COLUMNS = {
    "编号": "number",
    "名称": "name",
    "器材名称": "name",
    "型号规格": "model",
    "型号": "model",
    "部位": "space_id",
    "数量": "quantity",
    "生产单位": "maker",
    "出厂日期": "made_on",
    "启用日期": "in_use_on",
    "上次维修日期": "last_service_on",
    "电池更换日期": "battery_on",
    "状态": "state",
}
"""Ledger fields (content/equipment.yaml) that every piece has as a column."""
FROM_ELSEWHERE = frozenset(
    {"责任人", "照片", "下次送修日期", "报废日期", "下次清洗日期", "下次检测"}
)
"""Ledger fields that nobody types: from the grids, the photos, the due engine."""
EXPIRY = ("有效期", "有效期至", "判废日期")
"""Facts that end a piece's life."""
LAST_DONE = {
    ("kitchen_flue", "专业清洗"): "上次清洗日期",
    ("lightning", "年检"): "检测日期",
    ("gas_detector", "年标定"): "标定日期",
}
"""Kind and inspection → the fact that says when it was done last."""
REQUIRED = {
    "extinguisher": (
        *("number", "name", "model", "space_id", "maker", "made_on", "in_use_on", "state"),
        *("灭火剂", "充装量"),
    )
}
"""What the register must say of a piece, by group; of other groups OTHERWISE_REQUIRED.

Source: Order 61 art. 29 (kind, number, place, who services an extinguisher and when its agent was
changed); the rest is what the ledger of an inspection asks for first."""
OTHERWISE_REQUIRED = ("number", "name", "space_id", "state")
AFTER_SERVICE = "维修单位"
"""Required of an extinguisher that was serviced. Source: Order 61 art. 29."""
NOT_AGENTS = frozenset({"fire_blanket"})
"""Kinds of the extinguisher group that hold no agent and show no plate of one."""


def fact_fields(kind: EquipmentKind) -> list[str]:
    """The ledger fields that only this kind has, in the content's order."""
    return [one for one in kind.ledger_fields if one not in COLUMNS and one not in FROM_ELSEWHERE]


def is_day(field: str) -> bool:
    """Whether a fact is a day (of which the month alone may be known)."""
    return field.endswith("日期") or field in EXPIRY


def has_battery(kind: EquipmentKind) -> bool:
    """Whether the day of its last battery is kept."""
    return kind.service_life.count_from == "battery" or "电池更换日期" in kind.ledger_fields


def required(kind: EquipmentKind) -> tuple[str, ...]:
    """The columns and facts that a piece of this kind must have."""
    if kind.key in NOT_AGENTS:
        return OTHERWISE_REQUIRED
    return REQUIRED.get(kind.group, OTHERWISE_REQUIRED)


def lacking(kind: EquipmentKind, columns: Mapping[str, Any], facts: Mapping[str, str]) -> list[str]:
    """The ledger fields that are required and empty, as they are called."""
    names = {column: name for name, column in reversed(COLUMNS.items())}
    found = [
        names.get(one, one)
        for one in required(kind)
        if not (columns.get(one) if one in names else facts.get(one))
    ]
    needs_workshop = AFTER_SERVICE in kind.ledger_fields and columns.get("last_service_on")
    if needs_workshop and not facts.get(AFTER_SERVICE):
        found.append(AFTER_SERVICE)
    return found


def expires_on(facts: Mapping[str, str]) -> date | None:
    """The day of expiry among the facts, the earliest."""
    days = [found.on for one in EXPIRY if (found := read_day(facts.get(one, "")))]
    return min(days, default=None)


def last_done(kind: EquipmentKind, facts: Mapping[str, str]) -> dict[str, date]:
    """Inspection → the day its fact says it was done."""
    return {
        name: found.on
        for (key, name), fact in LAST_DONE.items()
        if key == kind.key and (found := read_day(facts.get(fact, "")))
    }


MOST_AT_ONCE = 200


def series(first: str, count: int) -> list[str]:
    """``count`` numbers from ``first`` on: MH-08, MH-09, MH-10; the digits keep their width.

    :raises RuleError: a series that does not end in digits, or that is too long.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise RuleError("一次最多登记%(most)s件。", most=MOST_AT_ONCE, field="count")
    if count == 1:
        return [first]
    found = re.fullmatch(r"(.*?)(\d{1,9})", first)
    if found is None:
        raise RuleError("登记多件时，起始编号要以数字结尾，例如MH-A101-1。", field="number")
    head, digits = found.groups()
    return [f"{head}{int(digits) + step:0{len(digits)}d}" for step in range(count)]


def check_life(life: Life, today: date, *, scrap_on: date | None = None) -> None:
    """Refuse days that cannot be. Raises RuleError, whose ``field`` value names the wrong one.

    ``scrap_on``: an end of life that was written down, not computed.
    """
    named = (
        ("made_on", "出厂日期", life.made_on),
        ("in_use_on", "启用日期", life.in_use_on),
        ("last_service_on", "上次维修日期", life.last_service_on),
        ("battery_on", "电池更换日期", life.battery_on),
    )
    for field, title, day in named:
        if day and day > today:
            raise RuleError("%(title)s在今天之后，请核对。", title=title, field=field)
        if day and life.made_on and day < life.made_on:
            raise RuleError("%(title)s早于出厂日期，请核对。", title=title, field=field)
    if scrap_on and life.made_on and scrap_on < life.made_on:
        raise RuleError("有效期早于出厂日期，请核对。", field="expires_on")


# -- inspecting a piece ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One thing to look at. ``level`` and ``category`` are what a hazard found here begins with."""

    key: str
    text: str
    how: str
    category: str
    level: str


UNIT_CHECKLIST = "extinguisher_unit"
"""The checklist of an extinguisher. Source: content/checklists.yaml."""
CATEGORY = {
    "extinguisher": "extinguisher",
    "water": "fire_facility",
    "auto": "fire_facility",
    "sep": "separation",
    "evac": "evac_sign_light",
    "kitchen": "gas",
    "micro": "fire_facility",
    "elec": "electricity",
}
"""Group of equipment → category of a hazard found there."""
CATEGORY_OF_KIND = {
    "kitchen_system": "fire_facility",
    "escape_mask": "fire_facility",
    "evac_kit": "fire_facility",
    "ebike_point": "ebike",
    "lightning": "building",
}
LEVELS = ("一般", "较大", "重大")


def category(kind: EquipmentKind) -> str:
    """What a hazard of a piece of this kind belongs to."""
    return CATEGORY_OF_KIND.get(kind.key, CATEGORY.get(kind.group, "fire_facility"))


def items(
    kind: EquipmentKind, inspection: EquipmentInspection, checklist: Checklist | None
) -> list[Item]:
    """What to look at: of an extinguisher the ``checklist`` of the unit, else the kind's words."""
    if checklist and kind.group == "extinguisher" and kind.key not in NOT_AGENTS:
        return [
            Item(one.key, one.text, one.how, one.category, one.level) for one in checklist.items
        ]
    return [Item(text, text, "", category(kind), LEVELS[0]) for text in inspection.items]


def worst_level(levels: Iterable[str]) -> str:
    """The gravest of the items' levels."""
    return max(levels, key=LEVELS.index, default=LEVELS[0])


def check_inspection(
    result: Result,
    failed: Collection[str],
    note: str,
    *,
    has_photo: bool,
    on: date,
    today: date,
    begins_on: date,
    is_late_entry: bool,
    reason: str,
) -> None:
    """Refuse an inspection that says nothing. Raises RuleError with its ``field``."""
    if on > today:
        raise RuleError("检查日期不能是以后的日子。", field="on")
    if on < begins_on:
        raise RuleError("检查日期早于这件器材的启用或登记日期。", field="on")
    if is_late_entry and not reason:
        raise RuleError("补录以前的检查，请写明原因。", field="reason")
    if result is Result.OK and failed:
        raise RuleError("勾了不对的地方，结果就要选“异常”。", field="result")
    if result is Result.FAIL and not (failed or note):
        raise RuleError("请勾选哪里异常，或写一句。", field="failed")
    if result is Result.FAIL and not has_photo:
        raise RuleError("异常要拍一张照片。", field="photo")


# -- changing the state ---------------------------------------------------------------------------

RENEWABLE = frozenset({State.STOPPED, State.OUT_FOR_SERVICE})
"""States that may be agreed anew, with a later end."""


@dataclass(frozen=True)
class Standing:
    """What is said of a piece that does not stand in its place: stopped (``approver``, since and
    until when, ``measure`` meanwhile) or at a workshop (``service_unit``, back by ``until_on``,
    ``measure`` is what replaces it)."""

    since_on: date | None = None
    until_on: date | None = None
    approver: str = ""
    measure: str = ""
    service_unit: str = ""


def check_move(before: State, after: State, note: str) -> None:
    """Refuse a change of state that says nothing. Raises RuleError."""
    if before is after:
        raise RuleError("已经是这个状态了，请选另一个状态。")
    if State.SCRAPPED in (before, after) and not note:
        raise RuleError("报废或撤销报废要写明原因。", field="note")


def check_standing(after: State, standing: Standing, note: str) -> None:
    """Refuse a standstill without approval, period and interim measure, and a service without
    where to and until when. Raises RuleError with its ``field``.

    **Source**: Fire Protection Law art. 28 (no unauthorised stop), Order 61 art. 29 (who services).
    """
    needed: Iterator[tuple[bool, str, str]] = iter(())
    if after is State.STOPPED:
        needed = iter(
            (
                (bool(standing.approver), "approver", "停用要写明批准人。"),
                (bool(standing.since_on), "since_on", "请填写从哪天起停用。"),
                (bool(standing.until_on), "until_on", "请填写停用到哪天。"),
                (bool(standing.measure), "measure", "停用期间要有防范措施，请写明。"),
                (bool(note), "note", "请写明停用原因。"),
            )
        )
    elif after is State.OUT_FOR_SERVICE:
        needed = iter(
            (
                (bool(standing.service_unit), "service_unit", "请填写送到哪个单位。"),
                (bool(standing.since_on), "since_on", "请填写送修日期。"),
                (bool(standing.until_on), "until_on", "请填写约定取回的日期。"),
            )
        )
    for is_there, field, message in needed:
        if not is_there:
            raise RuleError(message, field=field)
    if standing.since_on and standing.until_on and standing.until_on < standing.since_on:
        raise RuleError("结束日期早于开始日期，请核对。", field="until_on")


AT_ONCE = 4
"""Of the extinguishers of a unit one in so many may be away at once."""


def check_away(away: int, sent: int, whole: int, *, substitute: str) -> None:
    """Refuse to send more than a quarter of a building's extinguishers away at once without
    others of the same worth in their place. Raises RuleError.

    **Source**: GB 50444 5.3 (content/equipment.yaml, note of ext_powder).
    """
    if (away + sent) * AT_ONCE > whole and not substitute:
        raise RuleError(
            "这栋楼共%(whole)s具灭火器，已送修%(away)s具，再送%(sent)s具就超过四分之一："
            "请分批送修，或写明用哪些同类灭火器顶替。",
            whole=whole,
            away=away,
            sent=sent,
            field="measure",
        )
