"""What nobody answers for, and where it is mended."""

from collections.abc import Iterable

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.core.query import row_id
from unitsafe.coverage import gaps, labels, seven_fixes, snapshot
from unitsafe.coverage.forms import PlaceForm
from unitsafe.coverage.rules import Kind
from unitsafe.grids import queries as grids
from unitsafe.grids import services
from unitsafe.grids.models import Grid
from unitsafe.grids.queries import PlacedSpace
from unitsafe.school.queries import school

bp = Blueprint("coverage", __name__)
__all__ = ["bp", "labels"]
SHOWN = 10
"""Rows of a kind while all kinds are shown."""
MOST = 300


@bp.get("/grids/coverage")
@allow(Right.VIEW_ALL, Right.EDIT_GRID)
def index() -> ResponseReturnValue:
    """The gaps by kind, each with what mends it, and the 七定."""
    return _show()


def _show(form: PlaceForm | None = None, status: int = 200) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    planning.ensure_planned(session, today, now=clock.now())
    now = snapshot.read(session, school(session), today=today, now=clock.now())
    every = gaps.all_gaps(session, now)
    text = request.args.get("kind", "")
    kind = Kind(text) if text in set(Kind) else None
    most = MOST if kind else SHOWN
    may_edit = Right.EDIT_GRID in actor().rights
    return render(
        "coverage/index.html",
        counts={one: len(found) for one, found in every.items()},
        total=sum(len(found) for found in every.values()),
        shown=[
            (one, found[:most], len(found))
            for one, found in every.items()
            if found and kind in (None, one)
        ],
        kind=kind,
        fixes=[] if kind else seven_fixes.board(session, now),
        place_form=(form or _place_form(session)) if may_edit and every[Kind.UNPLACED] else None,
        floor_form=Form(formdata=None) if may_edit else None,
        floor_mates=sum(len(ids) for ids in snapshot.floor_mates(now.placed).values()),
        ticked=set(request.form.getlist("space")),
        may_edit=may_edit,
        status=status,
    )


def _place_form(session: Session, *, is_sent: bool = False) -> PlaceForm:
    form = PlaceForm() if is_sent else PlaceForm(formdata=None)
    every = grids.grids(session)
    names = {grid.id: grid.name for grid in every}
    form.grid_id.choices = [
        SelectChoice("", _("请选择")),
        *(
            SelectChoice(grid.id, f"{grid.code} {names[grid.parent_id or 0]} {grid.name}")  # type: ignore[arg-type]
            for grid in every
            if grid.level == 3
        ),
    ]
    return form


@bp.post("/grids/coverage/place")
@allow(Right.EDIT_GRID)
def place() -> ResponseReturnValue:
    """Put the ticked spaces, which are in no grid yet, into one."""
    form = _place_form(db.session(), is_sent=True)
    wanted = {found for text in request.form.getlist("space") if (found := row_id(text))}
    if not form.validate_on_submit():
        return _show(form, status=422)
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            today = clock.today()
            grid = grids.grid(session, form.grid_id.data)
            placed = grids.placed_spaces(session, today)
            free = {one.space.id for one in placed if one.grid is None} & wanted
            if grid is None or not grid.is_active:
                raise RuleError("这个网格已经撤销了，请换一个。")
            if not free:
                raise RuleError("请先勾选要放进网格的部位。")
            _put(session, grid, placed, free)
            duties_changed(session, today, clock.now())
            key.location = url_for(".index")
            name = grid.name
    except RuleError as error:
        form.form_errors.append(sentence(error))
        return _show(form, status=422)
    flash(_("%(n)s个部位已放进%(name)s。", n=len(free), name=name))
    return see_other(key.location)


def _put(session: Session, grid: Grid, placed: Iterable[PlacedSpace], more: set[int]) -> None:
    """Put ``more`` spaces into ``grid`` beside those it holds."""
    held = {one.space.id for one in placed if one.grid and one.grid.id == grid.id}
    services.put_spaces(
        session, grid, held | more, today=clock.today(), by=actor(), now=clock.now()
    )


@bp.post("/grids/coverage/place_by_floor")
@allow(Right.EDIT_GRID)
def place_by_floor() -> ResponseReturnValue:
    """Put each space that is in no grid into the one grid of its floor."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".index")
        today = clock.today()
        placed = grids.placed_spaces(session, today)
        mates = snapshot.floor_mates(placed)
        if not mates:
            raise RuleError(
                "没有能按楼层放的部位：那一层还没有网格，或者有好几个网格，请在下面选。"
            )
        for grid_id, more in sorted(mates.items()):
            _put(session, session.get_one(Grid, grid_id), placed, more)
        duties_changed(session, today, clock.now())
    flash(_("%(n)s个部位已按楼层放进网格。", n=sum(len(ids) for ids in mates.values())))
    return see_other(key.location)
