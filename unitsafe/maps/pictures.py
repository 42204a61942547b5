"""What is drawn over a picture: outlines, marks and names in the picture's own units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from unitsafe.maps import rules
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.maps.tiles import Tile

WIDTH = 1000
"""Units of the drawing's width; its height follows from the picture."""


@dataclass(frozen=True)
class Drawn:
    """One outline: ``points`` as SVG writes them, the place of the mark, the name in lines."""

    id: int
    tile: Tile
    name: str
    points: str
    x: float
    y: float
    lines: Sequence[str]


def height(found: GridMap) -> int:
    """Units of the drawing's height."""
    return round(WIDTH * found.photo.height / found.photo.width)


def drawn(found: GridMap, shapes: Iterable[GridShape], tiles: Mapping[int, Tile]) -> list[Drawn]:
    """The outlines of a map (from queries.grid_map, queries.shapes); small ones lie on large ones,
    where they can be read and tapped."""
    return [
        _drawn(shape, tiles[shape.grid_id], name_on(found, shape, tiles), height(found))
        for shape in sorted(shapes, key=lambda one: (-rules.area(one.points), one.id))
        if shape.grid_id in tiles
    ]


def name_on(found: GridMap, shape: GridShape, tiles: Mapping[int, Tile]) -> str:
    """What the grid is called on this picture: without its building's and its block's name."""
    above = tiles.get(shape.grid.parent_id or 0)
    around = (found.building.name if found.building else "", above.grid.name if above else "")
    return rules.short_name(shape.grid.name, *around)


def _drawn(shape: GridShape, tile: Tile, name: str, tall: int) -> Drawn:
    x, y, _room = rules.middle(shape.points)
    return Drawn(
        id=shape.id,
        tile=tile,
        name=name,
        points=" ".join(f"{px * WIDTH:.1f},{py * tall:.1f}" for px, py in shape.points),
        x=round(x * WIDTH, 1),
        y=round(y * tall, 1),
        lines=rules.in_lines(name),
    )
