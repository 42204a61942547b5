"""The map: the grids on a picture and as tiles, with how they stand; the same on paper."""

from collections.abc import Sequence
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import here, int_arg
from unitsafe.maps import papers, pictures, queries
from unitsafe.maps.forms import PlainForm
from unitsafe.maps.houses import houses
from unitsafe.maps.models import GridMap
from unitsafe.maps.tiles import day_of
from unitsafe.maps.views import bp
from unitsafe.photos import services as photos
from unitsafe.places import queries as places
from unitsafe.places.models import Building
from unitsafe.school.queries import school, short_name

ZOOMS = ("fit", "", "near")


def _chosen(every: Sequence[GridMap], buildings: Sequence[Building]) -> tuple[Any, int | None]:
    """(map, building's id) of the address: the map asked for, else the first of the place."""
    map_id, building_id = int_arg("map"), int_arg("building")
    if map_id is not None:
        found = next((one for one in every if one.id == map_id), None) or abort(404)
        return found, found.building_id
    if building_id is not None and building_id not in {one.id for one in buildings}:
        abort(404)
    return next((one for one in every if one.building_id == building_id), None), building_id


@bp.get("/grids/map")
@allow()
def index() -> ResponseReturnValue:
    """The campus or one building: its picture if there is one, and its tiles."""
    session, now = db.session(), clock.now()
    planning.ensure_planned(session, clock.today(), now=now)
    every, buildings = queries.maps(session), places.buildings(session)
    shown, building_id = _chosen(every, buildings)
    day = day_of(session, actor(), now)
    may_edit = Right.EDIT_GRID in actor().rights
    return render(
        "maps/index.html",
        fragment="tiles",
        oob=("shapes",) if shown else (),
        map=shown,
        height=pictures.height(shown) if shown else 0,
        shapes=pictures.drawn(shown, queries.shapes(session, shown.id), day.tiles) if shown else [],
        houses=houses(session, day, now, building_id),
        building_id=building_id,
        places=_place_chips(buildings, building_id),
        pictures=_picture_chips(every, shown, building_id),
        zoom=_zoom(),
        zooms=_zoom_chips(),
        has_hidden=any(tile.kind == "na" for tile in day.tiles.values()),
        has_grids=bool(day.tiles),
        may_edit=may_edit,
        retired=queries.maps(session, is_active=False) if may_edit else [],
        back_form=lambda: PlainForm(formdata=None, back="1"),
    )


def _place_chips(buildings: Sequence[Building], current: int | None) -> list[tuple[Any, str, bool]]:
    return [
        (_("全校"), url_for(".index"), current is None),
        *((one.name, url_for(".index", building=one.id), one.id == current) for one in buildings),
    ]


def _picture_chips(
    every: Sequence[GridMap], shown: GridMap | None, building_id: int | None
) -> list[tuple[Any, str, bool]]:
    """The pictures of the place, when there is a choice."""
    mine = [one for one in every if one.building_id == building_id]
    if len(mine) < 2:
        return []
    return [(one.title, url_for(".index", map=one.id), one is shown) for one in mine]


def _zoom() -> str:
    return request.args.get("zoom", "") if request.args.get("zoom", "") in ZOOMS else ""


def _zoom_chips() -> list[tuple[Any, str, bool]]:
    words = {"fit": _("看全图"), "": _("标准"), "near": _("放大")}
    return [(words[one], here(".index", zoom=one) + "#map", one == _zoom()) for one in ZOOMS]


@bp.get("/grids/map.pdf")
@allow()
def map_pdf() -> ResponseReturnValue:
    """网格责任分布图: who answers for what; how things stand today is left out."""
    session, now = db.session(), clock.now()
    every, buildings = queries.maps(session), places.buildings(session)
    shown, building_id = _chosen(every, buildings)
    day = day_of(session, actor(), now)
    found = school(session)
    if shown is not None:
        shapes = queries.shapes(session, shown.id)
        data = papers.picture_map(shown, shapes, day, found, now=now)
        files = {papers.PICTURE: photos.store().path(shown.photo.digest, photos.SUFFIX)}
        name = shown.title
    else:
        blocks = houses(session, day, now, building_id) or abort(404)
        data, files = papers.tile_map(blocks, found, now=now), {}
        name = blocks[0].building.name if building_id else _("全校")
    content = render_pdf("grid_map", data, photos=files)
    return pdf(content, short_name(), "网格责任分布图", name)
