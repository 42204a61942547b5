"""Inspecting a piece: what was found, and the hazard that it becomes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.content.model import EquipmentInspection as Prescribed
from unitsafe.content.model import EquipmentKind
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.equipment import queries, rules, services
from unitsafe.equipment.models import Equipment, EquipmentEvent, EquipmentInspection
from unitsafe.equipment.rules import WORKING, Action, Item, Result, State
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import LEVEL_OF_CONTENT, Fix, Source
from unitsafe.photos import services as photos
from unitsafe.school import queries as schools


@dataclass(frozen=True)
class Found:
    """What somebody saw: ``name`` of the inspection, keys of the items that failed, whether the
    piece still works, the firm that did it (empty: the school), ``reason`` for entering it late."""

    name: str
    result: Result
    on: date
    failed: Collection[str] = ()
    note: str = ""
    still_works: bool = False
    done_by: str = ""
    reason: str = ""


def prescribed(kind: EquipmentKind | None, name: str = "") -> Prescribed | None:
    """The inspection of that name, else the most frequent one; None where there is none."""
    found = rules.inspections(kind) if kind else []
    return next((one for one in found if one.name == name), next(iter(found), None))


def items(kind: EquipmentKind, inspection: Prescribed) -> list[Item]:
    """What to look at."""
    return rules.items(kind, inspection, content.load().checklists.get(rules.UNIT_CHECKLIST))


def inspect(
    session: Session,
    equipment: Equipment,
    found: Found,
    *,
    photo_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> EquipmentInspection:
    """Write down that a piece was looked at. A fault, or a piece that is not there, becomes a
    hazard; the piece is faulty from then on, unless it still works, until it is found in order.

    ``equipment`` comes with its space. Raises RuleError with its ``field``.
    """
    kind = queries.kinds_in_force(session).get(equipment.kind)
    inspection = prescribed(kind, found.name)
    if kind is None or inspection is None or inspection.name != found.name:
        raise RuleError("这种器材没有这项检查。")
    if equipment.state not in WORKING:
        raise RuleError("这件器材“%(state)s”，恢复在用以后再检查。", state=equipment.state)
    shown = photos.own(session, by, photo_ids) if photo_ids else []
    today = clock.local(now).date()
    is_late = _is_late(session, found.on, now)
    failed = [one for one in items(kind, inspection) if one.key in set(found.failed)]
    rules.check_inspection(
        found.result,
        [one.key for one in failed],
        found.note,
        has_photo=bool(shown),
        on=found.on,
        today=today,
        begins_on=_begins(equipment),
        is_late_entry=is_late,
        reason=found.reason,
    )
    hazard = _hazard(session, equipment, kind, found, failed, shown, by=by, now=now)
    made = EquipmentInspection(
        equipment_id=equipment.id,
        name=found.name,
        on=found.on,
        result=found.result,
        failed=[one.text for one in failed] if found.result is Result.FAIL else [],
        note=found.note,
        done_by=found.done_by,
        hazard_id=hazard.id if hazard else None,
        at=now,
        by_id=by.id,
        is_backfilled=is_late,
        reason=found.reason if is_late else "",
    )
    session.add(made)
    session.flush()
    services.add_photos(session, equipment, shown, by, made.id)
    if equipment.inspected_on is None or found.on >= equipment.inspected_on:
        equipment.inspected_on, equipment.last_result = found.on, found.result
        _follow(session, equipment, found, hazard, by=by, now=now)
    services.renew(session, [equipment])
    data = {"code": equipment.number, "name": found.name, "result": found.result}
    data |= {"day": found.on.isoformat(), "hazard": hazard.number if hazard else ""}
    audit.record(
        session, "equipment.inspect", f"equipment:{equipment.id}", by=by, now=now, data=data
    )
    return made


def _is_late(session: Session, on: date, now: datetime) -> bool:
    hours = schools.school(session).number("backfill_hours")
    return now > clock.end_of(on) + timedelta(hours=hours)


def _begins(equipment: Equipment) -> date:
    known = (equipment.made_on, equipment.in_use_on, equipment.registered_on)
    return min(day for day in known if day)


def _hazard(
    session: Session,
    equipment: Equipment,
    kind: EquipmentKind,
    found: Found,
    failed: Sequence[Item],
    photo_ids: Collection[int],
    *,
    by: Actor,
    now: datetime,
) -> Hazard | None:
    if found.result is Result.OK:
        return None
    wrong = "、".join(f"“{one.text}”不合格" for one in failed)
    if found.result is Result.MISSING:
        wrong = "不在登记的部位，现场找不到"
    said = "：".join(part for part in (wrong, found.note) if part)
    level = rules.worst_level(one.level for one in failed)
    return hazards.report(
        session,
        description=f"{equipment.name} {equipment.number} {found.name}：{said}",
        category=failed[0].category if failed else rules.category(kind),
        level=LEVEL_OF_CONTENT[level],
        fix=Fix.SCHEDULED,
        space_id=equipment.space_id,
        photo_ids=photo_ids,
        source=Source.EQUIPMENT,
        source_ref=equipment.number,
        by=by,
        now=now,
    )


def _follow(
    session: Session,
    equipment: Equipment,
    found: Found,
    hazard: Hazard | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """The state that follows from what was found."""
    before = equipment.state
    if found.result is Result.OK:
        after = State.IN_USE
    else:
        after = before if found.result is Result.FAIL and found.still_works else State.FAULTY
    if after is before:
        return
    equipment.state = after
    note = " ".join(part for part in (found.name, hazard.number if hazard else "") if part)
    session.add(
        EquipmentEvent(
            equipment_id=equipment.id,
            action=Action.STATE,
            before=before,
            after=after,
            at=now,
            by_id=by.id,
            note=note,
        )
    )
    session.flush()
