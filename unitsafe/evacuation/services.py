"""Arranging the evacuation: each act is accounted for; who it was before stays on record."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.evacuation import rules
from unitsafe.evacuation.models import (
    AssemblyPoint,
    EvacGuide,
    FireVolunteer,
    FloorRoute,
    MapCheck,
    PupilInNeed,
)
from unitsafe.evacuation.rules import Need, Part
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Space

Dated = AssemblyPoint | EvacGuide | PupilInNeed | FireVolunteer
Row = TypeVar("Row", AssemblyPoint, EvacGuide, PupilInNeed, FireVolunteer)
MODELS: dict[Part, type[Dated]] = {
    Part.GUIDES: EvacGuide,
    Part.POINTS: AssemblyPoint,
    Part.PUPILS: PupilInNeed,
    Part.VOLUNTEERS: FireVolunteer,
}


def add_point(
    session: Session, *, name: str, place: str, for_whom: str, by: Actor, now: datetime
) -> AssemblyPoint:
    """A place where people are counted. Raises RuleError for a name in use."""
    today = clock.local(now).date()
    used = sa.select(AssemblyPoint.id).where(
        AssemblyPoint.name == name, valid_on(AssemblyPoint, today)
    )
    if session.scalar(used.limit(1)):
        raise RuleError("已经有“%(name)s”了，请换一个名称。", name=name, field="name")
    point = AssemblyPoint(name=name, place=place, for_whom=for_whom, from_on=today)
    return _added(session, Part.POINTS, point, {"name": name, "place": place}, by, now)


def save_route(
    session: Session,
    building_id: int,
    floor: int,
    *,
    route: str,
    exits: str,
    point_id: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """The way out of a floor."""
    found = session.scalars(
        sa.select(FloorRoute).where(
            FloorRoute.building_id == building_id, FloorRoute.floor == floor
        )
    ).first() or FloorRoute(building_id=building_id, floor=floor)
    found.route, found.exits, found.point_id = route, exits, point_id
    session.add(found)
    session.flush()
    data = {"floor": floor, "route": route, "exits": exits}
    audit.record(session, "evacuation.route", f"building:{building_id}", by=by, now=now, data=data)


def add_guide(
    session: Session,
    building_id: int,
    floor: int,
    *,
    person_id: int,
    deputy_id: int | None,
    stand: str,
    by: Actor,
    now: datetime,
) -> EvacGuide:
    """Somebody leads the floor out from today on. Raises RuleError."""
    today = clock.local(now).date()
    if deputy_id == person_id:
        raise RuleError("替补要另选一个人。", field="deputy_id")
    same = sa.select(EvacGuide.id).where(
        EvacGuide.building_id == building_id,
        EvacGuide.floor == floor,
        EvacGuide.person_id == person_id,
        valid_on(EvacGuide, today),
    )
    if session.scalar(same.limit(1)):
        raise RuleError("这个人已经是这一层的引导员。", field="person_id")
    guide = EvacGuide(
        building_id=building_id,
        floor=floor,
        person_id=person_id,
        deputy_id=deputy_id,
        stand=stand,
        from_on=today,
    )
    data = {"person": person_id, "deputy": deputy_id, "floor": floor}
    return _added(session, Part.GUIDES, guide, data, by, now)


def check_maps(
    session: Session,
    building_id: int,
    floor: int,
    space_ids: Collection[int],
    *,
    checked_on: date,
    by: Actor,
    now: datetime,
) -> int:
    """The maps of these rooms hung there and were right on that day; how many. Raises RuleError."""
    if checked_on > clock.local(now).date():
        raise RuleError("核对日期不能是以后的日子。", field="checked_on")
    known = session.scalars(
        sa.select(Space.id)
        .where(Space.id.in_(space_ids), Space.building_id == building_id, Space.floor == floor)
        .order_by(Space.id)
    ).all()
    session.add_all(
        MapCheck(space_id=one, checked_on=checked_on, at=now, by_id=by.id) for one in known
    )
    session.flush()
    data = {"floor": floor, "spaces": list(known), "day": checked_on}
    audit.record(session, "evacuation.maps", f"building:{building_id}", by=by, now=now, data=data)
    return len(known)


def add_pupil(
    session: Session,
    *,
    class_id: int,
    initials: str,
    need: Need,
    helper_id: int | None,
    second_id: int | None,
    by: Actor,
    now: datetime,
) -> PupilInNeed:
    """A pupil who needs help to leave. Raises RuleError for a full name and for one helper twice.

    The log does not keep the reason.
    """
    if helper_id is not None and helper_id == second_id:
        raise RuleError("两名帮扶人要是不同的人。", field="second_id")
    pupil = PupilInNeed(
        class_id=class_id,
        initials=rules.initials(initials),
        need=need,
        helper_id=helper_id,
        second_id=second_id,
        from_on=clock.local(now).date(),
    )
    data = {"class": class_id, "initials": pupil.initials}
    return _added(session, Part.PUPILS, pupil, data, by, now)


def add_volunteer(
    session: Session,
    *,
    person_id: int | None,
    class_id: int | None,
    initials: str,
    by: Actor,
    now: datetime,
) -> FireVolunteer:
    """A member of staff, or a pupil of a class. Raises RuleError."""
    if (person_id is None) == (class_id is None):
        raise RuleError("教职工只选姓名，学生只选班级并写首字母，请填其中一种。", field="person_id")
    today = clock.local(now).date()
    if person_id is not None:
        initials = ""
        same = sa.select(FireVolunteer.id).where(
            FireVolunteer.person_id == person_id, valid_on(FireVolunteer, today)
        )
        if session.scalar(same.limit(1)):
            raise RuleError("这个人已经登记过了。", field="person_id")
    else:
        initials = rules.initials(initials)
    volunteer = FireVolunteer(
        person_id=person_id, class_id=class_id, initials=initials, from_on=today
    )
    data = {"person": person_id, "class": class_id, "initials": initials}
    return _added(session, Part.VOLUNTEERS, volunteer, data, by, now)


def end(session: Session, part: Part, row: Dated, *, by: Actor, now: datetime) -> None:
    """It held until yesterday."""
    row.until_on = clock.local(now).date() - timedelta(days=1)
    audit.record(session, "evacuation.end", f"evac_{part}:{row.id}", by=by, now=now)


def _added(
    session: Session, part: Part, row: Row, data: Mapping[str, object], by: Actor, now: datetime
) -> Row:
    session.add(row)
    session.flush()
    audit.record(session, "evacuation.add", f"evac_{part}:{row.id}", by=by, now=now, data=data)
    return row
