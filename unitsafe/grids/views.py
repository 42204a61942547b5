"""Pages of the grids: the tree, one grid, one space, what a plate opens."""

import re
from collections import defaultdict
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.grids import queries, services
from unitsafe.grids.forms import AssignForm, EndForm, NewGridForm, RenameForm, SpacesForm
from unitsafe.grids.labels import level_name
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.people import queries as people
from unitsafe.people.models import Person, PersonStatus

bp = Blueprint("grids", __name__)
bp.add_app_template_filter(level_name, "grid_level")
CODE = re.compile(r"[0-9]{2}(-[0-9]{2,4}){0,2}")


def _may_edit() -> bool:
    return Right.EDIT_GRID in actor().rights


@bp.get("/grids")
@allow()
def index() -> ResponseReturnValue:
    """The tree with who answers for what, and the spaces nobody answers for."""
    session, today = db.session(), clock.today()
    every = queries.grids(session)
    children: dict[int | None, list[Grid]] = defaultdict(list)
    for grid in every:
        children[grid.parent_id].append(grid)
    placed = queries.placed_spaces(session, today)
    return render(
        "grids/index.html",
        root=next(iter(children[None]), None),
        children=children,
        duties=queries.duties(session, today),
        counts=queries.space_counts(session, today),
        leaves=sum(grid.level == 3 for grid in every),
        unplaced=[one.space for one in placed if one.grid is None],
        has_spaces=bool(placed),
        leader=Role.LEADER,
        member=Role.MEMBER,
        may_edit=_may_edit(),
    )


@bp.route("/grids/new", methods=["GET", "POST"])
@allow(Right.EDIT_GRID)
def new() -> ResponseReturnValue:
    """Add a grid under another one; the first one is the school's own."""
    form = NewGridForm(parent_id=request.args.get("parent", type=int))
    parents = [grid for grid in queries.grids(db.session()) if grid.level < 3]
    form.parent_id.choices = [
        SelectChoice(grid.id, f"{grid.code} {grid.name}")  # type: ignore[arg-type]
        for grid in parents
    ] or [SelectChoice(0, _("没有，这是全校网格"))]  # type: ignore[arg-type]
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                parent = queries.grid(session, form.parent_id.data)
                grid = services.add_grid(
                    session, name=form.name.data, parent=parent, by=actor(), now=clock.now()
                )
                duties_changed(session, clock.today(), clock.now())
                key.location = url_for(".detail", code=grid.code)
            flash(_("已添加网格%(name)s。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    status = 422 if form.is_submitted() else 200
    return render("grids/new.html", form=form, is_first=not parents, status=status)


def _grid(session: Session, code: str) -> Grid:
    """The grid of an address, else 404."""
    if not CODE.fullmatch(code):
        abort(404)
    return queries.grid_by_code(session, code) or abort(404)


@bp.get("/grids/<code>")
@allow()
def detail(code: str) -> ResponseReturnValue:
    """One grid: its spaces, the grids below, who answers for it now and earlier."""
    return _show(code)


def _show(
    code: str,
    *,
    forms: dict[str, Any] | None = None,
    chosen: set[int] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    grid = _grid(session, code)
    every = queries.grids(session)
    below = [one for one in every if one.parent_id == grid.id]
    spaces = queries.spaces_of(session, [grid.id], today).get(grid.id, [])
    may_edit = _may_edit()
    values: dict[str, Any] = {}
    if may_edit:
        values = _edit_values(session, grid, {space.id for space in spaces}, forms or {}, chosen)
    return render(
        "grids/detail.html",
        grid=grid,
        parent=queries.grid(session, grid.parent_id),
        below=below,
        duties=queries.duties(session, today, [grid.id, *(one.id for one in below)]),
        counts=queries.space_counts(session, today),
        spaces=spaces,
        assignments=queries.assignments_of(session, grid.id),
        sees_phones=queries.sees_phones(actor(), grid.id),
        sees_people=Right.VIEW_ALL in actor().rights,
        leader=Role.LEADER,
        member=Role.MEMBER,
        may_edit=may_edit,
        status=status,
        **values,
    )


def _edit_values(
    session: Session, grid: Grid, held: set[int], forms: dict[str, Any], chosen: set[int] | None
) -> dict[str, Any]:
    """What the forms of the page need; ``forms`` are those that came back with errors."""
    buildings = []
    if grid.level == 3:
        placed = queries.placed_spaces(session, clock.today())
        for building, group in groupby(placed, lambda one: one.space.building):
            buildings.append((building, list(group)))
    return {
        "open_form": next(iter(forms), ""),
        "rename_form": forms.get("rename") or RenameForm(formdata=None, name=grid.name),
        "spaces_form": forms.get("spaces") or SpacesForm(formdata=None, seen=_joined(held)),
        "assign_form": forms.get("assign") or _assign_form(session, grid),
        "end_form": lambda: EndForm(formdata=None, until_on=clock.today()),
        "failed_end": forms.get("end"),
        "held": held,
        "chosen": held if chosen is None else chosen,
        "buildings": buildings,
    }


def _joined(ids: set[int]) -> str:
    return ",".join(str(one) for one in sorted(ids))


def _assign_form(session: Session, grid: Grid, *, is_sent: bool = False) -> AssignForm:
    start = {"from_on": clock.today(), "role": Role.MEMBER if grid.level == 3 else Role.LEADER}
    form = AssignForm() if is_sent else AssignForm(formdata=None, data=start)
    everyone = people.active_people(session)
    form.person_id.choices = [
        SelectChoice("", _("请选择")),
        *(SelectChoice(one.id, one.name) for one in everyone),  # type: ignore[arg-type]
    ]
    if grid.level != 3:
        form.role.choices = [
            choice for choice in form.role.choices or [] if choice.value != Role.MEMBER
        ]
    return form


@bp.post("/grids/<code>/rename")
@allow(Right.EDIT_GRID)
def rename(code: str) -> ResponseReturnValue:
    """A new name; the number stays."""
    form = RenameForm()
    if not form.validate_on_submit():
        return _show(code, forms={"rename": form}, status=422)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        grid = _grid(session, code)
        services.rename_grid(session, grid, form.name.data, by=actor(), now=clock.now())
        duties_changed(session, clock.today(), clock.now())
        key.location = url_for(".detail", code=code)
    flash(_("名称已改为%(name)s。", name=form.name.data))
    return see_other(key.location)


@bp.post("/grids/<code>/spaces")
@allow(Right.EDIT_GRID)
def spaces(code: str) -> ResponseReturnValue:
    """Make exactly the ticked spaces the grid's."""
    form = SpacesForm()
    wanted = {
        int(text)
        for text in request.form.getlist("space")
        if text.isascii() and text.isdecimal() and len(text) < 10
    }
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            grid = _grid(session, code)
            today = clock.today()
            held = queries.spaces_of(session, [grid.id], today).get(grid.id, [])
            if form.seen.data != _joined({space.id for space in held}):
                raise RuleError("刚刚有别人改过这个网格的部位，请核对后再保存。")
            known = {one.space.id for one in queries.placed_spaces(session, today)}
            services.put_spaces(
                session, grid, wanted & known, today=today, by=actor(), now=clock.now()
            )
            duties_changed(session, today, clock.now())
            key.location = url_for(".detail", code=code)
    except RuleError as error:
        fresh = SpacesForm(formdata=None)
        fresh.form_errors = [sentence(error)]
        return _show_spaces(code, fresh, wanted)
    flash(_("网格的部位已保存。"))
    return see_other(key.location)


def _show_spaces(code: str, form: SpacesForm, wanted: set[int]) -> ResponseReturnValue:
    """The choice again with what was ticked, and with what holds now."""
    grid = _grid(db.session(), code)
    held = queries.spaces_of(db.session(), [grid.id], clock.today()).get(grid.id, [])
    form.seen.data = _joined({space.id for space in held})
    return _show(code, forms={"spaces": form}, chosen=wanted, status=409)


@bp.post("/grids/<code>/assign")
@allow(Right.EDIT_GRID)
def assign(code: str) -> ResponseReturnValue:
    """Somebody answers for the grid from a day on."""
    form = _assign_form(db.session(), _grid(db.session(), code), is_sent=True)
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                person = session.get(Person, form.person_id.data)
                if person is None or person.status is not PersonStatus.ACTIVE:
                    raise RuleError("这个人已经不在学校，请换一位。")
                name = person.name
                services.assign(
                    session,
                    person=person,
                    grid=_grid(session, code),
                    role=form.role.data,
                    from_on=form.from_on.data,
                    by=actor(),
                    now=clock.now(),
                )
                duties_changed(session, clock.today(), clock.now())
                key.location = url_for(".detail", code=code)
            flash(_("已指定%(name)s负责。", name=name))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _show(code, forms={"assign": form}, status=422)


@bp.post("/grids/<code>/assignments/<int:assignment_id>/end")
@allow(Right.EDIT_GRID)
def end(code: str, assignment_id: int) -> ResponseReturnValue:
    """Somebody no longer answers for the grid after a day."""
    form = EndForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                grid = _grid(session, code)
                found = session.get(Assignment, assignment_id)
                if found is None or found.grid_id != grid.id:
                    abort(404)
                if found.until_on is not None:
                    raise RuleError("这一段已经有结束日期了。")
                if form.until_on.data < found.from_on:
                    raise RuleError("结束日期不能早于开始日期。")
                services.end(
                    session, found, until_on=form.until_on.data, by=actor(), now=clock.now()
                )
                duties_changed(session, clock.today(), clock.now())
                key.location = url_for(".detail", code=code)
            flash(_("已记下结束日期。"))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _show(code, forms={"end": (assignment_id, form)}, status=422)
