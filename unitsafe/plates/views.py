"""The page of a space, what its plate opens, and the plates to print."""

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.checks import planning
from unitsafe.core import once
from unitsafe.core.access import actor, actor_or_none, allow, holds_any, public
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import date_arg, here, int_arg, row_id
from unitsafe.equipment import queries as equipment
from unitsafe.equipment.models import Equipment
from unitsafe.grids import queries as grids
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.labels import LEVEL_KIND, STATE_KIND
from unitsafe.places import queries as places
from unitsafe.plates import metrics, papers, queries, services  # noqa: F401
from unitsafe.plates.forms import PostedForm
from unitsafe.plates.queries import PlateLine
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.queries import school, short_name, the_school

bp = Blueprint("plates", __name__)
EDIT = {Right.EDIT_BASIC_INFO, Right.EDIT_GRID, Right.MANAGE_SCHOOL}
PRINT = (Right.EDIT_GRID, Right.EDIT_BASIC_INFO)
MOST_LISTED = 200
MOST_PRINTED = 400
"""A sheet of them takes a quarter of a minute; more are printed building by building."""


@bp.get("/spaces/<int:space_id>")
@allow()
def space(space_id: int) -> ResponseReturnValue:
    """A space: what it is, its grid, who answers for it today and on any day, what waits there."""
    session, today, now = db.session(), clock.today(), clock.now()
    planning.ensure_planned(session, today, now=now)
    on = date_arg("on") or today
    found = places.space(session, space_id) or abort(404)
    history = grids.grids_of_space(session, space_id)
    grid = next(
        (one.grid for one in history if one.until_on is None or one.until_on >= today), None
    )
    return render(
        "plates/space.html",
        space=found,
        grid=grid,
        on=on,
        answer=grids.answered(session, space_id, on),
        spans=grids.held_spans(session, space_id),
        holder=grids.duty_holder(session, space_id, today) if found.is_active else None,
        due=queries.due_here(
            session,
            actor(),
            grid_id=grid.id if grid else None,
            building_id=found.building_id,
            now=now,
        )
        if found.is_active
        else [],
        open_hazards=hazards.open_here(session, actor(), space_id),
        state_kind=STATE_KIND,
        level_kind=LEVEL_KIND,
        sees_phones=grids.sees_phones(actor(), grid.id if grid else None),
        may_report=Right.CREATE_HAZARD in actor().rights and found.is_active,
        may_edit=bool(EDIT & actor().rights),
        may_edit_grid=Right.EDIT_GRID in actor().rights,
        may_print=holds_any(PRINT) and found.is_active,
    )


@bp.get("/q/<plate>")
@public
def plate(plate: str) -> ResponseReturnValue:
    """What a QR plate opens: the page of its space; a label the card of its piece of equipment.
    For strangers what they may do here."""
    if the_school() is None:
        abort(404)
    session = db.session()
    found = queries.space_by_code(session, plate)
    piece = None if found else queries.equipment_by_code(session, plate)
    space_id = found.id if found else piece.space_id if piece else 0
    space = places.space(session, space_id) or abort(404)
    if actor_or_none() is None:
        return render("plates/visitor.html", space=space, code=piece.code if piece else space.plate)
    return see_other(_page_of(piece, space_id))


def _page_of(piece: Equipment | None, space_id: int) -> str:
    """The card of the piece, for those who may see it; else the page of the space."""
    if piece and equipment.equipment(db.session(), actor(), piece.id, clock.today()):
        return url_for("equipment.detail", equipment_id=piece.id)
    return url_for(".space", space_id=space_id)


@bp.get("/q")
@allow()
def code() -> ResponseReturnValue:
    """A code typed by hand, where the camera fails."""
    typed = request.args.get("code", "").strip()[:40]
    found = queries.space_by_code(db.session(), typed)
    piece = None if found else queries.equipment_by_code(db.session(), typed)
    if found or piece:
        return see_other(_page_of(piece, found.id if found else piece.space_id if piece else 0))
    return render("plates/code.html", typed=typed, status=404 if typed else 200)


@bp.get("/plates")
@allow(*PRINT)
def index() -> ResponseReturnValue:
    """Which plates to print: by building, floor, kind, or ticked one by one."""
    session, filters = db.session(), _filters()
    lines = _lines(filters)
    address = public_address()
    chosen = places.building(session, filters.building_id) if filters.building_id else None
    floors = sorted({one.floor for one in chosen.spaces if one.is_active}) if chosen else []
    kinds = content.load().space_kinds
    chips = [
        (_("全部部位"), here(".index", key="", fresh=""), not (filters.key_areas or filters.fresh)),
        (_("重点部位"), here(".index", key="1", fresh=""), filters.key_areas),
        (_("没贴过或有变动"), here(".index", fresh="1", key=""), filters.fresh),
    ]
    return render(
        "plates/index.html",
        lines=lines[:MOST_LISTED],
        total=len(lines),
        most_listed=MOST_LISTED,
        most_printed=MOST_PRINTED,
        filters=filters,
        chips=chips,
        buildings=places.buildings(session),
        floors=floors,
        kinds=kinds,
        address=address,
        reaches_phones=reaches_phones(address),
        may_set_address=Right.MANAGE_SCHOOL in actor().rights,
    )


def _filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    floor = args.get("floor", "")
    is_floor = floor.removeprefix("-").isascii() and floor.removeprefix("-").isdigit()
    kind = args.get("kind", "")
    ids = frozenset(one for text in args.getlist("space") if (one := row_id(text)))
    return queries.Filters(
        building_id=int_arg("building"),
        floor=int(floor) if is_floor and len(floor) < 4 and args.get("building") else None,
        kind=kind if kind in content.load().space_kinds else "",
        key_areas=args.get("key") == "1",
        fresh=args.get("fresh") == "1",
        ids=ids,
    )


def _lines(filters: queries.Filters) -> list[PlateLine]:
    found = the_school()
    hotline = found.hotline if found else ""
    return queries.plate_lines(db.session(), filters, clock.today(), hotline=hotline)


@bp.get("/plates.pdf")
@allow(*PRINT)
def plates_pdf() -> ResponseReturnValue:
    """The plates, or with ``format=label`` the small labels, on A4 sheets to cut."""
    lines = _lines(_filters())
    if not lines:
        abort(404)
    if len(lines) > MOST_PRINTED:
        raise RuleError("一次最多打印%(most)s块，请按楼栋分开打印。", most=MOST_PRINTED)
    data, drawings = papers.plates(
        lines,
        school(db.session()),
        address=public_address(),
        form="label" if request.args.get("format") == "label" else "plate",
        has_phones=request.args.get("phones") == "1",
        now=clock.now(),
    )
    return pdf(
        render_pdf("plates", data, drawings=drawings),
        short_name(),
        data["title"],
        clock.today().isoformat(),
    )


@bp.route("/plates/posted", methods=["GET", "POST"])
@allow(*PRINT)
def posted() -> ResponseReturnValue:
    """Note that the chosen plates were put up: since when, and what they say."""
    form = PostedForm(posted_on=clock.today())
    if request.method == "GET":
        lines = _lines(_filters())
        form.spaces.data = ",".join(str(line.space.id) for line in lines)
        return _ask(form, lines)
    lines = _lines(queries.Filters(ids=form.ids)) if form.ids else []
    if not form.validate():
        return _ask(form, lines, 422)
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            key.location = url_for(".index")
            services.post_plates(
                session,
                _lines(queries.Filters(ids=form.ids)) if form.ids else [],
                posted_on=form.posted_on.data,
                by=actor(),
                now=clock.now(),
            )
    except RuleError as error:
        form.form_errors.append(sentence(error))
        return _ask(form, lines, 409)
    flash(_("已登记%(n)s块牌的张贴日期。", n=len(lines)))
    return see_other(key.location)


def _ask(form: PostedForm, lines: list[PlateLine], status: int = 200) -> ResponseReturnValue:
    return render("plates/posted.html", form=form, lines=lines, status=status)
