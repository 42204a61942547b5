"""Pages of buildings and the spaces in them."""

from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.excel import Column
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.places import queries, services
from unitsafe.places.forms import BuildingForm, RetireForm, SpaceForm
from unitsafe.places.labels import floor_name, kind_name
from unitsafe.places.models import Building, Space
from unitsafe.school.ledgers import Ledger, as_file, files_of

bp = Blueprint("places", __name__)
bp.add_app_template_filter(kind_name, "space_kind")
bp.add_app_template_filter(floor_name)
EDIT = (Right.EDIT_BASIC_INFO, Right.EDIT_GRID, Right.MANAGE_SCHOOL)
ONE = "/buildings/<int:building_id>"
SPACE = "/spaces/<int:space_id>"


def _may_edit() -> bool:
    return holds_any(EDIT)


@bp.get("/buildings")
@allow()
def buildings() -> ResponseReturnValue:
    """Every building with what is in it."""
    return render(
        "places/buildings.html",
        buildings=queries.building_lines(db.session()),
        files=files_of(".spaces_file"),
        retired=queries.retired_buildings(db.session()) if _may_edit() else [],
        may_edit=_may_edit(),
        back_form=lambda: RetireForm(formdata=None, back="1"),
    )


@bp.get("/buildings.<any(xlsx, pdf):suffix>")
@allow()
def spaces_file(suffix: str) -> ResponseReturnValue:
    """Every space in use, as a workbook or on paper."""
    columns = [
        Column(_("楼栋"), 20),
        Column(_("用途"), 8),
        Column(_("楼层"), 10),
        Column(_("部位"), 28),
        Column(_("种类"), 16),
        Column(_("重点部位"), 10),
    ]
    sees_codes = holds_any((*EDIT, Right.VIEW_ALL))  # with a code one need not walk to the place
    if sees_codes:
        columns.append(Column(_("二维码编号"), 14))
    rows = (
        [
            one.building.name,
            label(one.building.use),
            floor_name(one.floor),
            one.name,
            kind_name(one.kind),
            _("是") if one.is_key_area else "",
            *([one.plate] if sees_codes else []),
        ]
        for one in queries.spaces(db.session())
    )
    return as_file(Ledger(_("楼栋与部位"), columns, rows), suffix)


@bp.route("/buildings/new", methods=["GET", "POST"])
@allow(*EDIT)
def new_building() -> ResponseReturnValue:
    """Add a building."""
    form = BuildingForm()
    if form.validate_on_submit():
        try:
            url = _save_building(form, None)
            flash(_("已添加%(name)s，接着添加里面的部位。", name=form.name.data))
            return see_other(url)
        except RuleError as error:
            form.name.errors = [sentence(error)]
    status = 422 if form.is_submitted() else 200
    return render("places/building_form.html", form=form, building=None, status=status)


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit_building(building_id: int) -> ResponseReturnValue:
    """Change a building."""
    building = _building(building_id)
    form = BuildingForm(obj=building)
    if form.validate_on_submit():
        try:
            url = _save_building(form, building_id)
            flash(_("%(name)s已保存。", name=form.name.data))
            return see_other(url)
        except RuleError as error:
            form.name.errors = [sentence(error)]
            building = _building(building_id)
    status = 422 if form.is_submitted() else 200
    return render("places/building_form.html", form=form, building=building, status=status)


def _save_building(form: BuildingForm, building_id: int | None) -> str:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        earlier = None
        if building_id is not None:
            earlier = session.get(Building, building_id) or abort(404)
        building = services.save_building(
            session,
            earlier,
            name=form.name.data,
            use=form.use.data,
            floors=form.floors.data,
            by=actor(),
            now=clock.now(),
        )
        duties_changed(session, clock.today(), clock.now())
        key.location = url_for(".building", building_id=building.id)
    return key.location


def _building(building_id: int) -> Building:
    return queries.building(db.session(), building_id) or abort(404)


@bp.get(ONE)
@allow()
def building(building_id: int) -> ResponseReturnValue:
    """A building with its spaces by floor."""
    last = request.args.get("floor", type=int)
    return _show(building_id, SpaceForm(formdata=None, floor=last if last is not None else 1))


def _show(building_id: int, form: SpaceForm, status: int = 200) -> ResponseReturnValue:
    building = _building(building_id)
    in_use = [space for space in building.spaces if space.is_active]
    floors: list[tuple[int, list[Any]]] = [
        (floor, list(group)) for floor, group in groupby(in_use, lambda space: space.floor)
    ]
    return render(
        "places/building.html",
        building=building,
        floors=floors,
        total=len(in_use),
        key_areas=sum(space.is_key_area for space in in_use),
        retired=[space for space in building.spaces if not space.is_active],
        form=form,
        retire_form=RetireForm(formdata=None),
        back_form=lambda: RetireForm(formdata=None, back="1"),
        may_edit=_may_edit(),
        status=status,
    )


@bp.post(ONE + "/spaces")
@allow(*EDIT)
def add_space(building_id: int) -> ResponseReturnValue:
    """Add a space to a building."""
    form = SpaceForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                building = session.get(Building, building_id) or abort(404)
                if not building.is_active:
                    raise RuleError("这栋楼已经停用，请先恢复使用。")
                _save_space(session, None, building_id, form)
                key.location = url_for(
                    ".building", building_id=building_id, floor=form.floor.data, _anchor="add"
                )
            flash(_("已添加%(name)s。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.name.errors = [sentence(error)]
    return _show(building_id, form, status=422)


def _save_space(session: Any, space: Space | None, building_id: int, form: SpaceForm) -> None:
    services.save_space(
        session,
        space,
        building_id=building_id,
        floor=form.floor.data,
        name=form.name.data,
        kind=form.kind.data,
        is_key_area=form.is_key_area.data,
        by=actor(),
        now=clock.now(),
    )
    duties_changed(session, clock.today(), clock.now())


@bp.route(SPACE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit_space(space_id: int) -> ResponseReturnValue:
    """Change a space."""
    space = queries.space(db.session(), space_id) or abort(404)
    form = SpaceForm(obj=space)
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                found = session.get(Space, space_id) or abort(404)
                _save_space(session, found, found.building_id, form)
                key.location = url_for("plates.space", space_id=space_id)
            flash(_("%(name)s已保存。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.name.errors = [sentence(error)]
            space = queries.space(db.session(), space_id) or abort(404)
    status = 422 if form.is_submitted() else 200
    return render(
        "places/space_form.html", form=form, space=space, retire_form=_out(), status=status
    )


def _out() -> RetireForm:
    return RetireForm(formdata=None)


@bp.post(ONE + "/retire")
@allow(*EDIT)
def retire_building(building_id: int) -> ResponseReturnValue:
    """Take a building with its spaces out of use, or back into it."""
    return _retire(Building, building_id)


@bp.post(SPACE + "/retire")
@allow(*EDIT)
def retire_space(space_id: int) -> ResponseReturnValue:
    """Take a space out of use, or back into it."""
    return _retire(Space, space_id)


def _retire(kind: type[Building] | type[Space], place_id: int) -> ResponseReturnValue:
    form = RetireForm()
    is_back = form.back.data == "1"
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        place: Any = session.get(kind, place_id) or abort(404)
        change = services.restore if is_back else services.retire
        change(session, place, by=actor(), now=clock.now())
        duties_changed(session, clock.today(), clock.now())
        building_id = place.id if kind is Building else place.building_id
        key.location = url_for(".building", building_id=building_id)
        if kind is Building and not is_back:
            key.location = url_for(".buildings")
        name = place.name
    flash(_("%(name)s已恢复使用。", name=name) if is_back else _("%(name)s已停用。", name=name))
    return see_other(key.location)
