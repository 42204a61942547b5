"""疏散引导分工表: who leads which floor of a building out. Chinese only: it hangs on the wall."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from unitsafe import clock
from unitsafe.classes.models import SchoolClass
from unitsafe.core.labels import label
from unitsafe.evacuation.models import EvacGuide, FloorRoute, PupilInNeed
from unitsafe.evacuation.queries import FloorKey
from unitsafe.paper import shapes
from unitsafe.places.labels import floor_name
from unitsafe.places.models import Building
from unitsafe.school.models import School


def plan(
    building: Building,
    floors: Sequence[int],
    *,
    guides: Sequence[EvacGuide],
    routes: Mapping[FloorKey, FloorRoute],
    classes: Mapping[int, Sequence[SchoolClass]],
    maps: Mapping[FloorKey, tuple[int, int]],
    pupils: Sequence[PupilInNeed],
    school: School,
    now: datetime,
) -> shapes.EvacuationPlan:
    """The building's floors with guides, way out and assembly point; pupils of its classes."""
    there = {one.id for found in classes.values() for one in found}
    return {
        "school": school.name,
        "title": f"{building.name}疏散引导分工表",
        "period": f"{clock.local(now):%Y-%m-%d}",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "rows": [
            _row(
                number,
                [one for one in guides if one.floor == number],
                routes.get((building.id, number)),
                [one.name for one in classes.get(number, ())],
                maps.get((building.id, number), (0, 0)),
            )
            for number in floors
        ],
        "pupils": [
            {
                "who": f"{one.school_class.name} {one.initials}",
                "need": label(one.need),
                "helpers": "、".join(p.name for p in (one.helper, one.second) if p) or "未定",
            }
            for one in pupils
            if one.class_id in there
        ],
        "signatures": [
            {"label": "制表", "names": [], "at": ""},
            {"label": "分管安全负责人", "names": [], "at": ""},
        ],
    }


def _row(
    floor: int,
    guides: Sequence[EvacGuide],
    route: FloorRoute | None,
    classes: Sequence[str],
    maps: tuple[int, int],
) -> shapes.EvacuationRow:
    point = route.point if route else None
    return {
        "floor": floor_name(floor),
        "classes": "、".join(classes),
        "guides": [
            {
                "name": one.person.name,
                "stand": one.stand,
                "deputy": one.deputy.name if one.deputy else "",
            }
            for one in guides
        ],
        "route": route.route if route else "",
        "exits": route.exits if route else "",
        "point": f"{point.name}（{point.place}）" if point else "",
        "maps": f"{maps[0]}/{maps[1]}" if maps[1] else "—",
    }
