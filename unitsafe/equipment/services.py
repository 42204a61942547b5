"""Changing the register; nothing is ever taken out of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.equipment import queries, rules
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.models import (
    Equipment,
    EquipmentEvent,
    EquipmentInterval,
    EquipmentPhoto,
)
from unitsafe.equipment.rules import Action, Life, Standing, State
from unitsafe.photos import services as photos
from unitsafe.places.models import Space

COLUMNS = ("number", "kind", "name", "space_id", "model", "quantity", "maker", "note")
DAYS = ("made_on", "in_use_on", "last_service_on", "battery_on")
STANDING = tuple(Standing.__dataclass_fields__)


@dataclass(frozen=True)
class Facts:
    """What is written down of a piece. ``facts``: the ledger fields of its kind, by name."""

    number: str
    kind: str
    name: str
    space_id: int
    model: str = ""
    quantity: int = 1
    maker: str = ""
    life: Life = field(default_factory=Life)
    made_month_only: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    replaces_id: int | None = None


def save_equipment(
    session: Session,
    equipment: Equipment | None,
    facts: Facts,
    *,
    photo_ids: Collection[int] = (),
    today: date,
    by: Actor | None,
    now: datetime,
) -> Equipment:
    """A new piece in use, or a changed one.

    :raises RuleError: the number is taken, the place is out of use, or a date cannot be.
    """
    if equipment is None:
        return register(session, facts, photo_ids=photo_ids, today=today, by=by, now=now)[0]
    is_renamed = facts.number.upper() != equipment.number.upper()
    if is_renamed and queries.taken(session, [facts.number]):
        raise _taken([facts.number])
    _check(session, facts, today, is_new_place=equipment.space_id != facts.space_id)
    before = _written(equipment)
    _write(equipment, facts)
    added = add_photos(session, equipment, photo_ids, by)
    changes = _changes(before, _written(equipment))
    if added:
        changes["photos"] = ["", str(added)]
    if not changes:
        return equipment
    session.flush()
    renew(session, [equipment])
    _log(session, equipment, Action.CHANGE, equipment.state, changes=changes, by=by, now=now)
    data = {"code": facts.number, "kind": facts.kind, "name": facts.name, "space": facts.space_id}
    _audit(session, "equipment.change", equipment, data, by=by, now=now)
    return equipment


def register(
    session: Session,
    facts: Facts,
    *,
    count: int = 1,
    photo_ids: Collection[int] = (),
    today: date,
    by: Actor | None,
    now: datetime,
) -> list[Equipment]:
    """``count`` new pieces in use, numbered from ``facts.number`` on; all of them or none.

    :raises RuleError: a number is taken, the place is out of use, or a date cannot be.
    """
    if count > 1 and facts.quantity > 1:
        raise RuleError("按编号逐件登记时，每件的数量填1。", field="quantity")
    numbers = rules.series(facts.number, count)
    if len(numbers[-1]) > Equipment.number.type.length:  # type: ignore[attr-defined]
        raise RuleError("编号太长，请改短一些。", field="number")
    if used := queries.taken(session, numbers):
        raise _taken(used)
    _check(session, facts, today, is_new_place=True)
    made = [Equipment(created_at=now, state=State.IN_USE) for _number in numbers]
    for one, number in zip(made, numbers, strict=True):
        _write(one, replace(facts, number=number))
    session.add_all(made)
    session.flush()
    renew(session, made)
    for one in made:
        add_photos(session, one, photo_ids, by)
        _log(session, one, Action.REGISTER, one.state, by=by, now=now)
    data = {"code": "、".join(numbers), "kind": facts.kind, "name": facts.name}
    _audit(session, "equipment.add", made[0], {**data, "space": facts.space_id}, by=by, now=now)
    return made


def _taken(numbers: Sequence[str]) -> RuleError:
    shown = "”“".join(numbers[:5])
    more = f"等{len(numbers)}个" if len(numbers) > 5 else ""
    return RuleError(
        "编号“%(number)s”%(more)s已经用过，编号不能重复使用。",
        number=shown,
        more=more,
        field="number",
    )


def _check(session: Session, facts: Facts, today: date, *, is_new_place: bool) -> None:
    space = session.get(Space, facts.space_id)
    if space is None or (is_new_place and not space.is_active):
        raise RuleError("这个部位已经停用，请另选一个。", field="space_id")
    if facts.replaces_id and session.get(Equipment, facts.replaces_id) is None:
        raise RuleError("要换下的那件器材没有找到，请刷新后再试。", field="number")
    rules.check_life(facts.life, today, scrap_on=facts.life.expires_on)


def _write(equipment: Equipment, facts: Facts) -> None:
    for name in COLUMNS:
        setattr(equipment, name, getattr(facts, name))
    for name in DAYS:
        setattr(equipment, name, getattr(facts.life, name))
    equipment.made_month_only = facts.made_month_only
    equipment.facts = {name: text for name, text in facts.facts.items() if text}
    equipment.replaces_id = facts.replaces_id or equipment.replaces_id


def _written(equipment: Equipment) -> dict[str, str]:
    """What is written down of a piece, as its history keeps it."""
    columns = {name: _text(getattr(equipment, name)) for name in (*COLUMNS, *DAYS)}
    if equipment.made_on and equipment.made_month_only:
        columns["made_on"] = f"{equipment.made_on:%Y-%m}"
    return {**columns, **(equipment.facts or {})}


def _text(value: object) -> str:
    return str(value) if value else ""


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    names = [*after, *(name for name in before if name not in after)]
    return {
        name: [old, new]
        for name in names
        if (old := before.get(name, "")) != (new := after.get(name, ""))
    }


def add_photos(
    session: Session,
    equipment: Equipment,
    photo_ids: Collection[int],
    by: Actor | None,
    inspection_id: int | None = None,
) -> int:
    """Attach photos that ``by`` sent and the piece does not show yet; how many."""
    if by is None or not photo_ids:
        return 0
    shown = sa.select(EquipmentPhoto.photo_id).where(
        EquipmentPhoto.equipment_id == equipment.id,
        EquipmentPhoto.inspection_id.is_(None)
        if inspection_id is None
        else EquipmentPhoto.inspection_id == inspection_id,
    )
    new = photos.own(session, by, photo_ids, without=shown)
    session.add_all(
        EquipmentPhoto(equipment_id=equipment.id, photo_id=one, inspection_id=inspection_id)
        for one in new
    )
    session.flush()
    return len(new)


def renew(session: Session, pieces: Iterable[Equipment]) -> None:
    """Compute again what follows from the rest: the days that come due, whether all is written."""
    found = list(pieces)
    ids = [one.id for one in found]
    _renew(session, found, queries.last_inspections(session, ids))


def renew_all(session: Session) -> None:
    """:func:`renew` for the whole register: after an update, or when the school set a number."""
    every = session.scalars(sa.select(Equipment)).all()
    if every:
        _renew(session, every, queries.last_inspections(session))


def _renew(
    session: Session, pieces: Iterable[Equipment], last: Mapping[int, Mapping[str, date]]
) -> None:
    in_force = queries.kinds_in_force(session)
    for one in pieces:
        kind = in_force.get(one.kind)
        if kind is None:
            continue
        written = one.facts or {}
        inspected = rules.last_done(kind, written)
        for name, on in last.get(one.id, {}).items():
            inspected[name] = max(on, inspected.get(name, on))
        days = rules.due(
            kind, one.life, one.state, registered_on=one.registered_on, inspected=inspected
        )
        for sort, due_on in rules.earliest(days).items():
            setattr(one, f"{sort}_on", due_on)
        columns = {name: getattr(one, name) for name in rules.COLUMNS.values()}
        one.is_complete = not rules.lacking(kind, columns, written)
    session.flush()


def change_state(
    session: Session,
    equipment: Equipment,
    state: State,
    *,
    note: str,
    standing: Standing | None = None,
    serviced_on: date | None = None,
    photo_ids: Collection[int] = (),
    by: Actor | None,
    now: datetime,
) -> None:
    """Move a piece to another state, as a row of its history.

    ``standing`` is needed to stop it and to send it away. Back from a workshop, ``serviced_on`` is
    the day of its service, from which the next is counted.

    :raises RuleError: with the ``field`` that is missing or wrong.
    """
    before, was = equipment.state, _stands(equipment)
    if before is not state or state not in rules.RENEWABLE:
        rules.check_move(before, state, note)
    wanted = standing or Standing()
    rules.check_standing(state, wanted, note)
    if state is State.OUT_FOR_SERVICE:
        _check_away(session, equipment, wanted)
    if serviced_on:
        _serviced(equipment, serviced_on, now)
    equipment.state = state
    for name in STANDING:
        setattr(equipment, name, getattr(wanted, name))
    session.flush()
    changes = _changes(was, _stands(equipment))
    if added := add_photos(session, equipment, photo_ids, by):
        changes["photos"] = ["", str(added)]
    _log(session, equipment, Action.STATE, before, note=note, changes=changes, by=by, now=now)
    renew(session, [equipment])
    data = {"code": equipment.number, "state": state, "note": note}
    data |= {name: new for name, (_old, new) in changes.items()}
    _audit(session, "equipment.state", equipment, data, by=by, now=now)


def _stands(equipment: Equipment) -> dict[str, str]:
    names = (*STANDING, "last_service_on")
    return {name: _text(getattr(equipment, name)) for name in names}


def _check_away(session: Session, equipment: Equipment, standing: Standing) -> None:
    kind = kinds().get(equipment.kind)
    space = session.get_one(Space, equipment.space_id)
    if kind and kind.group == "extinguisher":
        away, whole = queries.away(session, space.building_id, without=equipment.id)
        rules.check_away(away, equipment.quantity, whole, substitute=standing.measure)


def _serviced(equipment: Equipment, on: date, now: datetime) -> None:
    today = clock.local(now).date()
    try:
        rules.check_life(replace(equipment.life, last_service_on=on), today)
    except RuleError as error:
        raise RuleError(error.message, **{**error.values, "field": "serviced_on"}) from None
    equipment.last_service_on = on
    if equipment.service_unit:
        equipment.facts = {**equipment.facts, rules.AFTER_SERVICE: equipment.service_unit}


def set_intervals(
    session: Session, kind: str, numbers: Mapping[str, int], *, by: Actor, now: datetime
) -> None:
    """The school's numbers of a kind; one that equals the content's is not stored.

    :raises RuleError: a number that cannot be.
    """
    defaults = rules.interval_keys(kinds()[kind])
    wanted = {what: numbers[what] for what in defaults if numbers.get(what) is not None}
    own = {what: number for what, number in wanted.items() if number != defaults[what]}
    before = queries.intervals(session).get(kind, {})
    if own == before:
        return
    session.execute(sa.delete(EquipmentInterval).where(EquipmentInterval.kind == kind))
    session.add_all(
        EquipmentInterval(kind=kind, what=what, number=number) for what, number in own.items()
    )
    session.flush()
    renew_all(session)
    audit.record(
        session,
        "equipment.intervals",
        f"equipment_kind:{kind}",
        by=by,
        now=now,
        data={"kind": kind, "before": before, "after": own},
    )


def _log(
    session: Session,
    equipment: Equipment,
    action: Action,
    before: State,
    *,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
    by: Actor | None,
    now: datetime,
) -> None:
    session.add(
        EquipmentEvent(
            equipment_id=equipment.id,
            action=action,
            before=before,
            after=equipment.state,
            at=now,
            by_id=by.id if by else None,
            note=note,
            changes=dict(changes or {}),
        )
    )
    session.flush()


def _audit(
    session: Session,
    act: str,
    equipment: Equipment,
    data: Mapping[str, Any],
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    audit.record(session, act, f"equipment:{equipment.id}", by=by, now=now, data=data)
