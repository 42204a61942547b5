"""The page of a space, and what its plate opens."""

import re

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.htmx import render, see_other
from unitsafe.core.query import date_arg
from unitsafe.grids import queries as grids
from unitsafe.places import queries as places

bp = Blueprint("plates", __name__)
PLATE = re.compile(r"[0-9A-Za-z]{4,12}")
EDIT = {Right.EDIT_BASIC_INFO, Right.EDIT_GRID, Right.MANAGE_SCHOOL}


@bp.get("/spaces/<int:space_id>")
@allow()
def space(space_id: int) -> ResponseReturnValue:
    """A space: what it is, its grid, who answers for it today and on any day."""
    session, today = db.session(), clock.today()
    on = date_arg("on") or today
    found = places.space(session, space_id) or abort(404)
    history = grids.grids_of_space(session, space_id)
    now = next((one.grid for one in history if one.until_on is None or one.until_on >= today), None)
    return render(
        "plates/space.html",
        space=found,
        grid=now,
        on=on,
        answer=grids.answered(session, space_id, on),
        spans=grids.held_spans(session, space_id),
        holder=grids.duty_holder(session, space_id, today) if found.is_active else None,
        sees_phones=grids.sees_phones(actor(), now.id if now else None),
        may_report=Right.CREATE_HAZARD in actor().rights and found.is_active,
        may_edit=bool(EDIT & actor().rights),
        may_edit_grid=Right.EDIT_GRID in actor().rights,
    )


@bp.get("/q/<plate>")
@allow()
def plate(plate: str) -> ResponseReturnValue:
    """What a QR plate opens: the page of its space."""
    found = places.space_by_plate(db.session(), plate) if PLATE.fullmatch(plate) else None
    if found is None:
        abort(404)
    return see_other(url_for(".space", space_id=found.id))
