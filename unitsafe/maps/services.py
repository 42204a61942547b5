"""Putting up maps and drawing grids on them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids.models import Grid
from unitsafe.maps import rules
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.maps.rules import Point
from unitsafe.photos.models import Photo
from unitsafe.places.models import Building


class OtherProportions(RuleError):
    """The new picture is not as wide for its height as the old one: outlines would sit wrong."""

    def __init__(self) -> None:
        super().__init__(
            "新图片的长宽比例和原来的不一样，已经画好的区域会错位。"
            "请换一张比例相同的图片，或者勾选“比例不同也替换”，再逐块调整。"
        )


def add_map(
    session: Session,
    *,
    title: str,
    building: Building | None,
    floor: int | None,
    photo: Photo,
    by: Actor | None,
    now: datetime,
) -> GridMap:
    """A picture of the campus, or of one floor of ``building``. Raises RuleError."""
    made = GridMap(photo_id=photo.id)
    _describe(made, title, building, floor)
    session.add(made)
    session.flush()
    data = {**_facts(made), "photo": photo.id}
    audit.record(session, "map.add", f"map:{made.id}", by=by, now=now, data=data)
    return made


def change_map(
    session: Session,
    found: GridMap,
    *,
    title: str,
    building: Building | None,
    floor: int | None,
    photo: Photo,
    accept_proportions: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Another title, place or picture; what is drawn stays where it is in parts of the picture.

    :raises OtherProportions: unless accepted, where outlines would sit wrong.
    """
    before = {**_facts(found), "photo": found.photo_id}
    if photo.id != found.photo_id and not accept_proportions and _has_shapes(session, found):
        old = session.get_one(Photo, found.photo_id)
        sizes = (old.width, old.height), (photo.width, photo.height)
        if rules.has_other_proportions(*sizes):
            raise OtherProportions
    _describe(found, title, building, floor)
    found.photo_id = photo.id
    session.flush()
    data = {"before": before, "after": {**_facts(found), "photo": photo.id}}
    audit.record(session, "map.change", f"map:{found.id}", by=by, now=now, data=data)


def _describe(made: GridMap, title: str, building: Building | None, floor: int | None) -> None:
    if building is not None and (floor is None or floor == 0 or floor > building.floors):
        raise RuleError(
            "“%(name)s”登记的是%(floors)s层，请填1到%(floors)s，地下一层填-1。",
            name=building.name,
            floors=building.floors,
        )
    made.title = title
    made.building_id = building.id if building else None
    made.floor = floor if building else None


def _facts(found: GridMap) -> dict[str, object]:
    return {"name": found.title, "building": found.building_id, "floor": found.floor}


def _has_shapes(session: Session, found: GridMap) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(GridShape.map_id == found.id))))


def retire(session: Session, found: GridMap, *, by: Actor, now: datetime) -> None:
    """Take a map down; it and what is drawn on it stay."""
    found.is_active = False
    audit.record(session, "map.retire", f"map:{found.id}", by=by, now=now)


def restore(session: Session, found: GridMap, *, by: Actor, now: datetime) -> None:
    """Put a map up again."""
    found.is_active = True
    audit.record(session, "map.restore", f"map:{found.id}", by=by, now=now)


def draw(
    session: Session,
    found: GridMap,
    grid: Grid,
    points: Sequence[Point],
    *,
    by: Actor | None,
    now: datetime,
) -> GridShape:
    """Draw ``grid`` on the map. A grid of several parts has several shapes. Raises RuleError."""
    _check(found, grid)
    drawn = session.scalar(
        sa.select(sa.func.count()).select_from(GridShape).where(GridShape.map_id == found.id)
    )
    if (drawn or 0) >= rules.MOST_SHAPES:
        raise RuleError("一张图上最多画200块区域，请把其余的画在分楼层的图上。")
    shape = GridShape(map_id=found.id, grid_id=grid.id, drawn_at=now)
    shape.points = [list(point) for point in rules.outline(points)]
    session.add(shape)
    session.flush()
    _record(session, "map.draw", found, grid, shape.points, by=by, now=now)
    return shape


def redraw(
    session: Session,
    found: GridMap,
    shape: GridShape | None,
    grid: Grid,
    points: Sequence[Point],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Another outline, or another grid, for a shape of the map. Raises RuleError."""
    _check(found, grid)
    if shape is None or shape.map_id != found.id:
        raise RuleError("这块区域刚刚被别人删掉了。请刷新后重新画。")
    shape.points = [list(point) for point in rules.outline(points)]
    shape.grid_id, shape.drawn_at = grid.id, now
    _record(session, "map.redraw", found, grid, shape.points, by=by, now=now)


def erase(
    session: Session, found: GridMap, shape: GridShape, grid: Grid, *, by: Actor, now: datetime
) -> None:
    """Take a shape off the map; the log keeps its points."""
    points = shape.points
    session.delete(shape)
    _record(session, "map.erase", found, grid, points, by=by, now=now)


def _check(found: GridMap, grid: Grid) -> None:
    if not found.is_active:
        raise RuleError("这张图已经停用，请先恢复使用。")
    if not grid.is_active or grid.level == 1:
        raise RuleError("这个网格已经停用，或者是全校网格，请选片区或三级网格。")


def _record(
    session: Session,
    act: str,
    found: GridMap,
    grid: Grid,
    points: list[list[float]],
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    data = {"grid": grid.code, "name": grid.name, "points": rules.written(points)}
    audit.record(session, act, f"map:{found.id}", by=by, now=now, data=data)
