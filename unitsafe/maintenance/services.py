"""What people do: write down a reading, a visit, a report, a contract, what there should be."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.equipment.models import Equipment
from unitsafe.files import services as files
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, Source
from unitsafe.maintenance import queries, rules
from unitsafe.maintenance.models import (
    ContractFile,
    EquipmentTarget,
    Maintenance,
    MaintenanceContract,
    MaintenanceEvent,
    MaintenanceFile,
    MaintenanceFinding,
    Reading,
)
from unitsafe.maintenance.rules import Action, Kind, Result

CHANGED_MEANWHILE = "刚刚有人改过，请看过最新内容再改。"


@dataclass(frozen=True)
class Facts:
    """What is written down of a visit or a report; ``valid_until`` None for the usual time."""

    kind: Kind
    company: str
    done_on: date
    people: str = ""
    systems: tuple[str, ...] = ()
    work: str = ""
    report_no: str = ""
    result: Result | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Found:
    """One finding: what, where (None: the whole school), how grave."""

    description: str
    category: str
    level: Level
    space_id: int | None = None


def record(
    session: Session,
    facts: Facts,
    found: Sequence[Found],
    *,
    file_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> Maintenance:
    """A visit or a report; each finding becomes a hazard of its own."""
    values = _checked(facts, clock.local(now).date())
    one = Maintenance(**values, recorded_at=now)
    session.add(one)
    session.flush()
    _add_files(session, one, file_ids, by)
    numbers = "、".join(_find(session, one, each, by=by, now=now).number for each in found)
    data = {name: _text(value) for name, value in values.items() if value}
    _log(session, one, Action.RECORD, numbers, {**data, "found": numbers}, by=by, now=now)
    return one


def change(
    session: Session,
    one: Maintenance,
    facts: Facts,
    *,
    seen: int,
    file_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Complete or correct a record until it is signed. ``seen``: the version the person had."""
    _check_open(one)
    if one.version != seen:
        raise RuleError(CHANGED_MEANWHILE)
    values = _checked(facts, clock.local(now).date())
    told = {
        name: [_text(getattr(one, name)), _text(value)]
        for name, value in values.items()
        if getattr(one, name) != value
    }
    for name in told:
        setattr(one, name, values[name])
    if added := _add_files(session, one, file_ids, by):
        told["files"] = ["", str(added)]
    if told:
        data = {name: new for name, (_old, new) in told.items()}
        _log(session, one, Action.CHANGE, "", data, changes=told, by=by, now=now)


def add_finding(
    session: Session, one: Maintenance, found: Found, *, by: Actor, now: datetime
) -> Hazard:
    """Something they found that was not written down at first."""
    _check_open(one)
    hazard = _find(session, one, found, by=by, now=now)
    _log(session, one, Action.ADD_FINDING, hazard.number, {"found": hazard.number}, by=by, now=now)
    return hazard


def sign(session: Session, one: Maintenance, *, by: Actor, now: datetime) -> None:
    """The school's person has seen that the work was done as written; nothing changes any more."""
    _check_open(one)
    one.signed_by_id, one.signed_at = by.id, now
    _log(session, one, Action.SIGN, "", {"kind": one.kind, "company": one.company}, by=by, now=now)


def _checked(facts: Facts, today: date) -> dict[str, object]:
    """The columns. Raises RuleError, whose ``field`` value names the wrong one."""
    if facts.done_on > today:
        raise RuleError("日期不能是以后的日子。", field="done_on")
    values = {**asdict(facts), "systems": list(facts.systems)}
    if facts.kind is Kind.MAINTENANCE:
        return values | {"result": None, "valid_until": None}
    until = facts.valid_until or rules.default_valid_until(facts.kind, facts.done_on)
    if until and until < facts.done_on:
        raise RuleError("有效期不能早于检测日期，请核对。", field="valid_until")
    return values | {"result": facts.result or Result.PASSED, "valid_until": until}


def _check_open(one: Maintenance) -> None:
    if one.signed_at is not None:
        raise RuleError("已经签字确认的记录不能再改；有新的情况请另外登记。")


def _find(session: Session, one: Maintenance, found: Found, *, by: Actor, now: datetime) -> Hazard:
    hazard = hazards.report(
        session,
        description=found.description,
        category=found.category,
        level=found.level,
        fix=Fix.SCHEDULED,
        space_id=found.space_id,
        source=Source.MAINTENANCE,
        source_ref=str(one.id),
        by=by,
        now=now,
    )
    session.add(MaintenanceFinding(maintenance_id=one.id, hazard_id=hazard.id))
    session.flush()
    return hazard


def _add_files(session: Session, one: Maintenance, ids: Collection[int], by: Actor) -> int:
    """Attach files that ``by`` sent and the record does not hold yet; how many."""
    held = sa.select(MaintenanceFile.file_id).where(MaintenanceFile.maintenance_id == one.id)
    new = files.own(session, by, ids, without=held)
    session.add_all(MaintenanceFile(maintenance_id=one.id, file_id=file.id) for file in new)
    session.flush()
    return len(new)


def _text(value: object) -> str:
    """A fact as the record keeps it: annual_test, 2026-11-03; empty for nothing."""
    if isinstance(value, list):
        return ",".join(value)
    return str(value) if value else ""


def _log(
    session: Session,
    one: Maintenance,
    action: Action,
    note: str,
    data: Mapping[str, object],
    *,
    changes: Mapping[str, list[str]] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    session.add(
        MaintenanceEvent(
            maintenance_id=one.id,
            action=action,
            at=now,
            by_id=by.id,
            note=note,
            changes=dict(changes or {}),
        )
    )
    session.flush()
    audit.record(
        session, f"maintenance.{action}", f"maintenance:{one.id}", by=by, now=now, data=dict(data)
    )


# Readings


def add_reading(
    session: Session,
    equipment: Equipment,
    *,
    what: str,
    value: Decimal,
    measured_at: datetime,
    read_by: str = "",
    note: str = "",
    during: Maintenance | None = None,
    by: Actor,
    now: datetime,
) -> Reading:
    """A value read off ``equipment``, ``during`` a contractor's visit or not.

    :raises RuleError: the kind has no such quantity, or the moment lies ahead.
    """
    quantity = next(
        (one for one in rules.READINGS.get(equipment.kind, ()) if one.key == what), None
    )
    if quantity is None:
        raise RuleError("“%(name)s”没有这项读数，请核对编号。", name=equipment.name, field="what")
    if measured_at > now:
        raise RuleError("读数时间不能在现在以后。", field="measured_on")
    if during is not None:
        _check_open(during)
    made = Reading(
        equipment_id=equipment.id,
        maintenance_id=during.id if during else None,
        what=what,
        value=value,
        measured_at=measured_at,
        recorded_at=now,
        by_id=by.id,
        read_by=read_by,
        note=note,
    )
    session.add(made)
    session.flush()
    words = f"{quantity.name}{rules.plain(value)} {quantity.unit}"
    data = {"code": equipment.number, "reading": words, "note": note}
    audit.record(session, "reading.add", f"equipment:{equipment.id}", by=by, now=now, data=data)
    if during is not None:
        _log(
            session,
            during,
            Action.ADD_READING,
            f"{equipment.number} {words}",
            {"reading": words},
            by=by,
            now=now,
        )
    return made


# Contracts


@dataclass(frozen=True)
class ContractFacts:
    """What is written down of a contract."""

    company: str
    from_on: date
    until_on: date
    contact: str = ""
    note: str = ""


def save_contract(
    session: Session,
    one: MaintenanceContract | None,
    facts: ContractFacts,
    *,
    seen: int = 0,
    file_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> MaintenanceContract:
    """A new contract, or a corrected one, of which the person saw the version ``seen``."""
    if facts.until_on < facts.from_on:
        raise RuleError("合同到期日不能早于开始日。", field="until_on")
    if one is not None and one.version != seen:
        raise RuleError(CHANGED_MEANWHILE)
    action = "contract.change" if one else "contract.add"
    if one is None:
        one = MaintenanceContract(**asdict(facts), recorded_at=now)
        session.add(one)
    else:
        for name, value in asdict(facts).items():
            setattr(one, name, value)
    session.flush()
    held = sa.select(ContractFile.file_id).where(ContractFile.contract_id == one.id)
    new = files.own(session, by, file_ids, without=held)
    session.add_all(ContractFile(contract_id=one.id, file_id=file.id) for file in new)
    session.flush()
    data = {name: _text(value) for name, value in asdict(facts).items() if value}
    audit.record(session, action, f"contract:{one.id}", by=by, now=now, data=data)
    return one


# What there should be


def fingerprint(numbers: Mapping[str, int | None]) -> str:
    """Short text that changes when a place's numbers do."""
    text = ",".join(
        f"{kind}={number}" for kind, number in sorted(numbers.items()) if number is not None
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def set_targets(
    session: Session,
    place: str,
    numbers: Mapping[str, int | None],
    *,
    seen: str,
    by: Actor,
    now: datetime,
) -> int:
    """How many of each kind ``place`` should have from now on; how many numbers changed.

    ``seen``: the fingerprint of what the person had before them. Raises RuleError.
    """
    kept = queries.target_rows(session, place)
    if fingerprint({kind: row.number for kind, row in kept.items()}) != seen:
        raise RuleError(CHANGED_MEANWHILE)
    changed: dict[str, str] = {}
    for kind, number in numbers.items():
        row = kept.get(kind)
        if (row.number if row else None) == number:
            continue
        if row is None:
            building_id = None if place == rules.MICRO else int(place.removeprefix("b"))
            row = EquipmentTarget(place=place, building_id=building_id, kind=kind)
            session.add(row)
        row.number, row.changed_at = number, now
        changed[kind] = "" if number is None else str(number)
    session.flush()
    if changed:
        data = {"place": place, "targets": "、".join(f"{k}={n}" for k, n in changed.items())}
        audit.record(session, "target.set", f"target:{place}", by=by, now=now, data=data)
    return len(changed)
