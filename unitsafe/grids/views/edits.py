"""Changing the tree from the page of a grid: name, spaces, place, shape."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.query import row_id
from unitsafe.grids import queries, services
from unitsafe.grids.forms import GridForm, RenameForm, ShiftForm, SpacesForm
from unitsafe.grids.models import Grid
from unitsafe.grids.views import bp
from unitsafe.grids.views.detail import (
    carry_out,
    get_grid,
    joined,
    merge_form,
    move_form,
    split_form,
)
from unitsafe.people.models import Person
from unitsafe.people.queries import active_people


@bp.post("/grids/<code>/rename")
@allow(Right.EDIT_GRID)
def rename(code: str) -> ResponseReturnValue:
    """A new name; the number stays."""
    form = RenameForm()

    def act(session: Session, grid: Grid) -> None:
        services.rename_grid(session, grid, form.name.data, by=actor(), now=clock.now())

    return carry_out(code, "rename", form, act, _("名称已改为%(name)s。", name=form.name.data))


@bp.post("/grids/<code>/spaces")
@allow(Right.EDIT_GRID)
def spaces(code: str) -> ResponseReturnValue:
    """Make exactly the ticked spaces the grid's."""
    form, wanted, today = SpacesForm(), _ticked(), clock.today()

    def act(session: Session, grid: Grid) -> None:
        held = queries.spaces_of(session, [grid.id], today).get(grid.id, [])
        if form.seen.data != joined({space.id for space in held}):
            raise RuleError("刚刚有别人改过这个网格的部位，请核对后再保存。")
        known = {one.space.id for one in queries.placed_spaces(session, today)}
        services.put_spaces(session, grid, wanted & known, today=today, by=actor(), now=clock.now())

    return carry_out(code, "spaces", form, act, _("网格的部位已保存。"), chosen=wanted)


def _ticked() -> set[int]:
    """Ids of the spaces that were ticked."""
    return {number for text in request.form.getlist("space") if (number := row_id(text))}


@bp.post("/grids/<code>/move")
@allow(Right.EDIT_GRID)
def move(code: str) -> ResponseReturnValue:
    """Under another block, with spaces and people."""
    form = move_form(get_grid(db.session(), code), queries.grids(db.session()), is_sent=True)

    def act(session: Session, grid: Grid) -> None:
        parent = _chosen_grid(session, form.parent_id.data)
        services.move(session, grid, parent, by=actor(), now=clock.now())

    return carry_out(code, "move", form, act, _("已移动，编号按新的位置排。"))


def _chosen_grid(session: Session, grid_id: int) -> Grid:
    found = queries.grid(session, grid_id)
    if found is None:
        raise RuleError("没有找到选中的网格，请重新选择。")
    return found


@bp.post("/grids/<code>/shift")
@allow(Right.EDIT_GRID)
def shift(code: str) -> ResponseReturnValue:
    """One place up or down; the same button stays under the finger."""
    form = ShiftForm()
    step = 1 if form.step.data == "down" else -1

    def act(session: Session, grid: Grid) -> None:
        services.shift(session, grid, step, by=actor(), now=clock.now())

    message = _("已下移一位。") if step > 0 else _("已上移一位。")
    return carry_out(code, "shift", form, act, message, query={"open": form.step.data})


@bp.post("/grids/<code>/split")
@allow(Right.EDIT_GRID)
def split(code: str) -> ResponseReturnValue:
    """The ticked spaces become a grid of their own."""
    session = db.session()
    form = split_form(get_grid(session, code), active_people(session), is_sent=True)
    chosen = _ticked()

    def act(session: Session, grid: Grid) -> Grid:
        return services.split(
            session,
            grid,
            name=form.name.data,
            space_ids=chosen,
            member=session.get(Person, form.person_id.data) if form.person_id.data else None,
            by=actor(),
            now=clock.now(),
        )

    message = _("已拆出网格%(name)s。", name=form.name.data)
    return carry_out(code, "split", form, act, message, chosen=chosen)


@bp.post("/grids/<code>/merge")
@allow(Right.EDIT_GRID)
def merge(code: str) -> ResponseReturnValue:
    """Everything of the grid goes into another; it goes out of use."""
    form = merge_form(get_grid(db.session(), code), queries.grids(db.session()), is_sent=True)

    def act(session: Session, grid: Grid) -> Grid:
        into = _chosen_grid(session, form.into_id.data)
        services.merge(session, grid, into, by=actor(), now=clock.now())
        return into

    return carry_out(code, "merge", form, act, _("已合并，原来的网格留有记录。"))


@bp.post("/grids/<code>/retire")
@allow(Right.EDIT_GRID)
def retire(code: str) -> ResponseReturnValue:
    """An empty grid goes out of use."""

    def act(session: Session, grid: Grid) -> None:
        services.retire(session, grid, by=actor(), now=clock.now())

    return carry_out(code, "retire", GridForm(), act, _("网格已撤销，记录都保留着。"))
