"""Drawing the grids on a picture. The script only fills in and sends the same form."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other, wants_fragment
from unitsafe.core.query import int_arg, row_id
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Grid
from unitsafe.maps import queries, rules, services
from unitsafe.maps.forms import PlainForm, ShapeForm
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.maps.views import bp

Undo = Mapping[str, Any]
"""What the button that takes the last change back sends: ``url`` and the form's values."""


def _map(session: Session, map_id: int) -> GridMap:
    return queries.grid_map(session, map_id) or abort(404)


@bp.get("/grids/map/<int:map_id>/edit")
@allow(Right.EDIT_GRID)
def edit(map_id: int) -> ResponseReturnValue:
    """The picture with the grids beside it; ``?shape=`` opens one of the outlines."""
    session = db.session()
    _map(session, map_id)
    chosen = next(
        (one for one in queries.shapes(session, map_id) if one.id == int_arg("shape")), None
    )
    values = _values_of(chosen) if chosen else {"grid_id": int_arg("grid")}
    form = ShapeForm(grids.grids(session), formdata=None, **values)
    return _show(map_id, form)


def _values_of(shape: GridShape) -> dict[str, Any]:
    return {
        "shape_id": shape.id,
        "grid_id": shape.grid_id,
        "points": rules.written(shape.points),
    }


def _show(
    map_id: int, form: ShapeForm, *, undo: Undo | None = None, status: int = 200
) -> ResponseReturnValue:
    session = db.session()
    found, every = _map(session, map_id), grids.grids(session)
    shapes = queries.shapes(session, map_id)
    titles = {one.id: one.name for one in every}
    return render(
        "maps/edit.html",
        fragment="panel",
        map=found,
        form=form,
        blocks=_blocks(every, _here(session, found)),
        shapes=shapes,
        counts=_counts(shapes),
        written=rules.written,
        short=lambda one: rules.short_name(
            one.name,
            titles.get(one.parent_id or 0, ""),
            found.building.name if found.building else "",
        ),
        erase_form=lambda: PlainForm(formdata=None),
        undo=undo,
        undo_form=_undo_form(every, undo) if undo else None,
        status=status,
    )


def _here(session: Session, found: GridMap) -> set[int | None]:
    """Ids of the blocks with spaces in the building of a floor's map."""
    return {
        one.grid.parent_id
        for one in grids.placed_spaces(session, clock.today())
        if one.grid is not None and one.space.building_id == found.building_id
    }


def _blocks(every: Sequence[Grid], here: set[int | None]) -> list[tuple[Grid, list[Grid]]]:
    """Each block with the grids in it, in tree order; those that the map is about first."""
    blocks = sorted(
        (one for one in every if one.level == 2), key=lambda one: (one.id not in here, one.code)
    )
    return [(block, [one for one in every if one.parent_id == block.id]) for block in blocks]


def _counts(shapes: Sequence[GridShape]) -> dict[int, int]:
    found: dict[int, int] = {}
    for shape in shapes:
        found[shape.grid_id] = found.get(shape.grid_id, 0) + 1
    return found


def _undo_form(every: Sequence[Grid], undo: Undo) -> ShapeForm | PlainForm:
    if "points" not in undo:
        return PlainForm(formdata=None)
    values = {key: undo[key] for key in ("shape_id", "grid_id", "points") if key in undo}
    return ShapeForm(every, formdata=None, **values)


@bp.post("/grids/map/<int:map_id>/shapes")
@allow(Right.EDIT_GRID)
def draw(map_id: int) -> ResponseReturnValue:
    """Draw a grid, or give an outline another form."""
    session = db.session()
    _map(session, map_id)
    every = grids.grids(session)
    form = ShapeForm(every)
    if not form.validate_on_submit():
        return _show(map_id, form, status=422)
    try:
        undo = _save(map_id, form)
    except RuleError as error:
        form.points.errors = [sentence(error)]
        return _show(map_id, form, status=422)
    flash(_("已保存。"))
    return _saved(map_id, undo)


def _save(map_id: int, form: ShapeForm) -> Undo:
    points = rules.parse_points(form.points.data or "")
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".edit", map_id=map_id)
        found = _map(session, map_id)
        grid = session.get_one(Grid, form.grid_id.data)
        shape_id = row_id(form.shape_id.data or "")
        if not form.shape_id.data:
            shape = services.draw(session, found, grid, points, by=actor(), now=clock.now())
            return {"url": url_for(".erase", map_id=map_id, shape_id=shape.id)}
        earlier = session.get(GridShape, shape_id or 0)
        before = _values_of(earlier) if earlier else {}
        services.redraw(session, found, earlier, grid, points, by=actor(), now=clock.now())
        return {"url": url_for(".draw", map_id=map_id), **before}


@bp.post("/grids/map/<int:map_id>/shapes/<int:shape_id>/erase")
@allow(Right.EDIT_GRID)
def erase(map_id: int, shape_id: int) -> ResponseReturnValue:
    """Take an outline off the picture."""
    form = PlainForm()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".edit", map_id=map_id)
        found = _map(session, map_id)
        shape = session.get(GridShape, shape_id)
        if shape is None or shape.map_id != found.id:
            abort(404)
        grid = session.get_one(Grid, shape.grid_id)
        undo = {"url": url_for(".draw", map_id=map_id), **_values_of(shape)}
        del undo["shape_id"]
        services.erase(session, found, shape, grid, by=actor(), now=clock.now())
        name = grid.name
    flash(_("已删除%(name)s的一块区域。", name=name))
    return _saved(map_id, undo)


def _saved(map_id: int, undo: Undo) -> ResponseReturnValue:
    """The panel as it is now, with the way back; a plain browser is sent to the page."""
    if not wants_fragment():
        return see_other(url_for(".edit", map_id=map_id))
    fresh = ShapeForm(grids.grids(db.session()), formdata=None)
    return _show(map_id, fresh, undo=undo)
