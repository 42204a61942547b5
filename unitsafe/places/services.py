"""Changing buildings and spaces."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.places.models import Building, BuildingUse, Space

_PLATE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_plate() -> str:
    """A code that reads well on a plate: six signs, none easily confused."""
    return "".join(secrets.choice(_PLATE_SIGNS) for _ in range(6))


def save_building(
    session: Session,
    building: Building | None,
    *,
    name: str,
    use: BuildingUse,
    floors: int,
    by: Actor | None,
    now: datetime,
) -> Building:
    """A new building, or a changed one. Raises RuleError when the name is taken."""
    others = sa.select(Building).where(Building.id != (building.id if building else 0))
    if other := session.scalars(others.where(Building.name == name)).first():
        if other.is_active:
            raise RuleError("已经有叫“%(name)s”的楼栋了。", name=name)
        raise RuleError("已经有叫“%(name)s”的楼栋了（已停用，可以恢复使用）。", name=name)
    is_new = building is None
    if building is None:
        last = session.scalar(sa.select(sa.func.max(Building.position))) or 0
        building = Building(position=last + 1)
        session.add(building)
    building.name, building.use, building.floors = name, use, floors
    session.flush()
    act = "building.add" if is_new else "building.change"
    data = {"name": name, "use": use, "floors": floors}
    audit.record(session, act, f"building:{building.id}", by=by, now=now, data=data)
    return building


def save_space(
    session: Session,
    space: Space | None,
    *,
    building_id: int,
    floor: int,
    name: str,
    kind: str,
    is_key_area: bool,
    by: Actor | None,
    now: datetime,
) -> Space:
    """A new space, or a changed one. Raises RuleError when the building has one of that name."""
    others = sa.select(Space).where(Space.id != (space.id if space else 0))
    others = others.where(Space.building_id == building_id, Space.name == name)
    if other := session.scalars(others).first():
        if other.is_active:
            raise RuleError("这栋楼里已经有“%(name)s”了。", name=name)
        raise RuleError("这栋楼里已经有“%(name)s”了（已停用，可以恢复使用）。", name=name)
    is_new = space is None
    if space is None:
        space = Space(plate=new_plate(), building_id=building_id)
        session.add(space)
    space.building_id, space.floor, space.name = building_id, floor, name
    space.kind, space.is_key_area = kind, is_key_area
    session.flush()
    act = "space.add" if is_new else "space.change"
    data = {"name": name, "kind": kind, "building": building_id, "key_area": is_key_area}
    audit.record(session, act, f"space:{space.id}", by=by, now=now, data=data)
    return space


def retire(session: Session, place: Building | Space, *, by: Actor, now: datetime) -> None:
    """Take a space, or a building with all its spaces, out of use; its history stays."""
    place.is_active = False
    kind, data = _kind(place), {}
    if isinstance(place, Building):
        in_use = session.scalars(
            sa.select(Space).where(Space.building_id == place.id, Space.is_active)
        ).all()
        for space in in_use:
            space.is_active = False
        data = {"spaces": sorted(space.id for space in in_use)}
    audit.record(session, f"{kind}.retire", f"{kind}:{place.id}", by=by, now=now, data=data)


def restore(session: Session, place: Building | Space, *, by: Actor, now: datetime) -> None:
    """Use a building or a space again; a building's spaces come back one by one."""
    if isinstance(place, Space):
        building = session.get(Building, place.building_id)
        if building is not None and not building.is_active:
            raise RuleError("这栋楼已经停用，请先恢复使用楼栋。")
    place.is_active = True
    kind = _kind(place)
    audit.record(session, f"{kind}.restore", f"{kind}:{place.id}", by=by, now=now)


def _kind(place: Building | Space) -> str:
    return "building" if isinstance(place, Building) else "space"
