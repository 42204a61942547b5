"""Inspecting: one piece in three taps, and what is left of the month."""

from itertools import groupby
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.query import int_arg
from unitsafe.equipment import inspecting, queries, rules
from unitsafe.equipment.forms import InspectForm
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import WORKING, Result
from unitsafe.equipment.views import bp
from unitsafe.equipment.views.piece import ONE, found_piece
from unitsafe.photos.views import sent_photos, shown
from unitsafe.places import queries as places

MOST_LISTED = 300
"""Pieces on the page of the month; a building at a time shows the rest."""


@bp.route(ONE + "/inspect", methods=["GET", "POST"])
@allow()
def inspect(equipment_id: int) -> ResponseReturnValue:
    """Look at a piece: 正常, 异常 or 找不到."""
    session, found = db.session(), found_piece(equipment_id)
    if not queries.may_inspect(session, actor(), found, clock.today()):
        abort(403)
    kind = queries.kinds_in_force(session).get(found.kind)
    prescribed = inspecting.prescribed(kind, request.values.get("name", ""))
    if kind is None or prescribed is None:
        abort(404)
    form = InspectForm(data={"name": prescribed.name, "on": clock.today()})
    things = inspecting.items(kind, prescribed)
    form.offer([one.name for one in rules.inspections(kind)], things)
    photo_error = ""
    ids: list[int] = []
    if form.is_submitted():
        ids, photo_error = sent_photos()
        if form.validate() and not photo_error:
            try:
                return see_other(_save(equipment_id, form, ids))
            except RuleError as error:
                field = str(error.values.get("field", ""))
                if field == "photo":
                    photo_error = sentence(error)
                elif field in form:
                    form[field].errors = [sentence(error)]
                else:
                    form.form_errors.append(sentence(error))
    return render(
        "equipment/inspect.html",
        one=found,
        form=form,
        prescribed=prescribed,
        inspections=rules.inspections(kind),
        inspection_chips=[
            (
                one.name,
                url_for(".inspect", equipment_id=equipment_id, name=one.name),
                one.name == prescribed.name,
            )
            for one in rules.inspections(kind)
        ],
        result_words={one.value: label(one) for one in Result},
        things=things,
        is_outside=rules.is_outside(prescribed),
        is_over=found.state not in WORKING,
        photos=shown(ids),
        photo_error=photo_error,
        status=422 if form.is_submitted() else 200,
    )


def _save(equipment_id: int, form: InspectForm, ids: list[int]) -> str:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        piece = queries.equipment(session, actor(), equipment_id, clock.today()) or abort(404)
        made = inspecting.inspect(session, piece, form.found(), photo_ids=ids, by=actor(), now=now)
        key.location = url_for(".detail", equipment_id=equipment_id, done=1)
    if made.result is Result.OK:
        flash(_("%(number)s%(name)s：正常，已保存。", number=piece.number, name=made.name))
    else:
        flash(_("%(number)s已登记为隐患，会派给负责人整改。", number=piece.number))
    return key.location


@bp.get("/equipment/inspect")
@allow()
def to_inspect() -> ResponseReturnValue:
    """本月待检: what the actor has to inspect by the end of the month, by building and floor."""
    session, today, chosen = db.session(), clock.today(), int_arg("building")
    pending = list(session.scalars(queries.to_inspect(actor(), today)))
    done = queries.inspected_this_month(session, actor(), today)
    counts = _counts(pending, done)
    shown_pieces = [one for one in pending if chosen in (None, one.space.building_id)]
    return render(
        "equipment/to_inspect.html",
        floors=_floors(shown_pieces[:MOST_LISTED], done),
        left_out=max(0, len(shown_pieces) - MOST_LISTED),
        done=sum(done.values()),
        total=sum(done.values()) + len(pending),
        buildings=counts,
        chips=[(_("全部楼栋"), url_for(".to_inspect"), chosen is None)]
        + [
            (
                f"{one.name} {counts[one.id][0]}/{counts[one.id][1]}",
                url_for(".to_inspect", building=one.id),
                one.id == chosen,
            )
            for one in places.buildings(session)
            if one.id in counts
        ],
        today=today,
        last_day=rules.month_end(today),
    )


def _counts(pending: list[Equipment], done: Any) -> dict[int, tuple[int, int]]:
    """Building → how many are done, how many there are."""
    found: dict[int, list[int]] = {}
    for (building_id, _floor), number in done.items():
        found.setdefault(building_id, [0, 0])[0] += number
    for one in pending:
        found.setdefault(one.space.building_id, [0, 0])[1] += 1
    return {key: (n, n + left) for key, (n, left) in found.items()}


def _floors(
    pending: list[Equipment], done: Any
) -> list[tuple[str, int, int, int, list[Equipment]]]:
    """(building, floor, done, all, the pieces that are left) in the order one walks."""

    def key(one: Equipment) -> tuple[int, int]:
        return one.space.building_id, one.space.floor

    found = []
    for (building_id, floor), group in groupby(pending, key=key):
        pieces = list(group)
        number = done.get((building_id, floor), 0)
        building = pieces[0].space.building.name
        found.append((building, floor, number, number + len(pieces), pieces))
    return found
