"""What 网格责任分布图 prints: who answers for what, without how things stand today."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.maps import pictures, rules
from unitsafe.maps.houses import GridTile, House
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.maps.tiles import Day
from unitsafe.paper import shapes
from unitsafe.places.labels import floor_name
from unitsafe.school.models import School

PICTURE = "picture"


def picture_map(
    found: GridMap, drawn: Sequence[GridShape], day: Day, school: School, *, now: datetime
) -> shapes.GridMap:
    """A map with its outlines, numbered; grids of several outlines have one number."""
    numbers: dict[int, int] = {}
    outlines: list[shapes.MapOutline] = []
    legend: list[shapes.MapLine] = []
    for shape in drawn:
        if shape.grid_id not in day.tiles:
            continue
        tile, name = day.tiles[shape.grid_id], pictures.name_on(found, shape, day.tiles)
        if shape.grid_id not in numbers:
            numbers[shape.grid_id] = len(numbers) + 1
            number = str(numbers[shape.grid_id])
            legend.append(
                {
                    "no": number,
                    "code": tile.grid.code,
                    "name": tile.grid.name,
                    "holder": tile.holder,
                }
            )
        x, y, room = rules.middle(shape.points)
        outlines.append(
            {
                "no": str(numbers[shape.grid_id]),
                "name": name,
                "points": shape.points,
                "at": [x, y],
                "room": room,
            }
        )
    return {
        **_sheet(school, now),
        "place": found.title,
        "picture": PICTURE,
        "ratio": found.photo.width / found.photo.height,
        "outlines": outlines,
        "legend": legend,
        "houses": [],
    }


def tile_map(blocks: Sequence[House], school: School, *, now: datetime) -> shapes.GridMap:
    """Buildings as stacks of floors with their grids, where there is no picture."""
    return {
        **_sheet(school, now),
        "place": blocks[0].building.name if len(blocks) == 1 else _("全校"),
        "picture": "",
        "ratio": 1,
        "outlines": [],
        "legend": [],
        "houses": [
            {
                "name": house.building.name,
                "floors": [
                    {
                        "name": floor_name(floor.number),
                        "grids": [_cell(one) for one in floor.grids],
                        "unplaced": floor.unplaced,
                    }
                    for floor in house.floors
                ],
            }
            for house in blocks
        ],
    }


def _cell(one: GridTile) -> shapes.MapCell:
    return {
        "code": one.tile.grid.code,
        "name": one.name,
        "holder": one.tile.holder,
        "spaces": [space.name + ("★" if space.is_key_area else "") for space in one.spaces],
    }


def _sheet(school: School, now: datetime) -> shapes.Sheet:
    today = clock.local(now)
    return {
        "school": school.name,
        "title": _("网格责任分布图"),
        "period": _("%(y)s年%(m)s月%(d)s日", y=today.year, m=today.month, d=today.day),
        "printed_at": f"{today:%Y-%m-%d %H:%M}",
        "version": "",
    }
