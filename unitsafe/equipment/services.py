"""Changing the register; nothing is ever taken out of it."""

from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.equipment import rules
from unitsafe.equipment.models import Equipment, EquipmentEvent
from unitsafe.equipment.rules import Life, State
from unitsafe.places.models import Space


@dataclass(frozen=True)
class Facts:
    """What is written down of a piece."""

    number: str
    kind: str
    name: str
    space_id: int
    model: str = ""
    quantity: int = 1
    maker: str = ""
    life: Life = field(default_factory=Life)
    note: str = ""


def save_equipment(
    session: Session,
    equipment: Equipment | None,
    facts: Facts,
    *,
    today: date,
    by: Actor | None,
    now: datetime,
) -> Equipment:
    """A new piece in use, or a changed one.

    :raises RuleError: the number is taken, the place is out of use, or a date cannot be.
    """
    others = sa.select(Equipment.id).where(Equipment.id != (equipment.id if equipment else 0))
    if session.scalar(others.where(Equipment.number == facts.number)):
        raise RuleError("编号“%(number)s”已经用过，编号不能重复使用。", number=facts.number)
    space = session.get(Space, facts.space_id)
    if space is None or (not space.is_active and (equipment is None or _moves(equipment, facts))):
        raise RuleError("这个部位已经停用，请另选一个。", field="space_id")
    rules.check_life(facts.life, today)
    is_new = equipment is None
    if equipment is None:
        equipment = Equipment(created_at=now, state=State.IN_USE)
        session.add(equipment)
    equipment.number, equipment.kind, equipment.name = facts.number, facts.kind, facts.name
    equipment.model, equipment.maker, equipment.note = facts.model, facts.maker, facts.note
    equipment.space_id, equipment.quantity = facts.space_id, facts.quantity
    equipment.made_on, equipment.in_use_on = facts.life.made_on, facts.life.in_use_on
    equipment.last_service_on = facts.life.last_service_on
    session.flush()
    act = "equipment.add" if is_new else "equipment.change"
    data = {"code": facts.number, "kind": facts.kind, "name": facts.name, "space": facts.space_id}
    audit.record(session, act, f"equipment:{equipment.id}", by=by, now=now, data=data)
    return equipment


def _moves(equipment: Equipment, facts: Facts) -> bool:
    return equipment.space_id != facts.space_id


def change_state(
    session: Session,
    equipment: Equipment,
    state: State,
    *,
    note: str,
    by: Actor | None,
    now: datetime,
) -> None:
    """Move a piece to another state, as a row of its history. Raises RuleError."""
    before = equipment.state
    rules.check_move(before, state, note)
    equipment.state = state
    session.add(
        EquipmentEvent(
            equipment_id=equipment.id,
            before=before,
            after=state,
            at=now,
            by_id=by.id if by else None,
            note=note,
        )
    )
    session.flush()
    data = {"code": equipment.number, "state": state, "note": note}
    audit.record(session, "equipment.state", f"equipment:{equipment.id}", by=by, now=now, data=data)
