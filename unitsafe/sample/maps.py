"""The sample school's plans put up, with its grids drawn on them."""

import io
from collections.abc import Mapping, Sequence

from unitsafe.core.domain import Actor
from unitsafe.grids.models import Grid
from unitsafe.maps import services
from unitsafe.maps.models import GridMap
from unitsafe.maps.rules import Point
from unitsafe.photos import services as photos
from unitsafe.sample import plans
from unitsafe.sample.places import Places
from unitsafe.sample.setting import Setting


def build(setting: Setting, campus: Places, grids: Mapping[str, Grid], by: Actor) -> None:
    """The campus and two floors, drawn while the school is being entered."""
    whole = _put_up(setting, "校园总平面图", plans.campus_jpeg(), by, None, campus)
    _draw(setting, whole, list(plans.campus_outlines().items()), grids, by)
    for name, floor in plans.FLOORS:
        picture = plans.floor_jpeg(name, floor)
        title = f"{name} {floor}层平面图"
        one = _put_up(setting, title, picture, by, (name, floor), campus)
        _draw(setting, one, plans.floor_outlines(name, floor), grids, by)


def _put_up(
    setting: Setting,
    title: str,
    jpeg: bytes,
    by: Actor,
    where: tuple[str, int] | None,
    campus: Places,
) -> GridMap:
    kept = photos.keep_file(io.BytesIO(jpeg), photos.PLAN)
    photo = photos.add_photo(setting.session, kept, by=by, now=setting.tick())
    return services.add_map(
        setting.session,
        title=title,
        building=campus.buildings[where[0]] if where else None,
        floor=where[1] if where else None,
        photo=photo,
        by=by,
        now=setting.tick(),
    )


def _draw(
    setting: Setting,
    found: GridMap,
    outlines: Sequence[tuple[str, Sequence[Point]]],
    grids: Mapping[str, Grid],
    by: Actor,
) -> None:
    for name, points in outlines:
        services.draw(setting.session, found, grids[name], points, by=by, now=setting.tick())
