"""The page of one grid, and the way of everything that is done to it."""

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from flask import abort, flash, request, url_for
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
from unitsafe.grids import queries
from unitsafe.grids.forms import (
    AssignForm,
    EndForm,
    GridForm,
    MergeForm,
    MoveForm,
    RenameForm,
    ShiftForm,
    SpacesForm,
    SplitForm,
)
from unitsafe.grids.models import Grid, Role
from unitsafe.grids.views import bp
from unitsafe.people.queries import active_people, told_apart

CODE = re.compile(r"[0-9]{2}(-[0-9]{2,4}){0,2}|x[0-9]{1,9}")
Act = Callable[[Session, Grid], Grid | None]
"""What a form does to its grid, inside the write; the grid to show afterwards, if another one."""


def may_edit() -> bool:
    """Whether this person may change grids."""
    return Right.EDIT_GRID in actor().rights


def get_grid(session: Session, code: str) -> Grid:
    """The grid of an address, also of an old number that none has now; else 404."""
    if not CODE.fullmatch(code):
        abort(404)
    found = queries.grid_by_code(session, code) or queries.former_grid(session, code)
    return found or abort(404)


def carry_out(
    code: str,
    name: str,
    form: GridForm,
    act: Act,
    message: str,
    *,
    chosen: set[int] | None = None,
    part: object = None,
    query: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """The way of all changes: form, key, change, the grid at the number that it has now.

    ``name`` is where on the page the form is shown again, with ``chosen`` ticked; ``part`` says
    which, where there are several; ``query`` goes into the address afterwards.
    """
    shown_again = {name: form if part is None else (part, form)}
    if not form.validate_on_submit():
        return show(code, forms=shown_again, chosen=chosen, status=422)
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            grid = get_grid(session, code)
            if form.grid_id.data and form.grid_id.data != str(grid.id):
                raise RuleError("网格的编号刚刚变了，这个编号现在是另一个网格，请核对后再改。")
            shown = act(session, grid) or grid
            duties_changed(session, clock.today(), clock.now())
            key.location = url_for(".detail", code=shown.code, **(query or {}))
    except RuleError as error:
        if not _shows(get_grid(db.session(), code), name):
            raise
        form.form_errors.append(sentence(error))
        return show(code, forms=shown_again, chosen=chosen, status=409)
    flash(message)
    return see_other(key.location)


def _shows(grid: Grid, name: str) -> bool:
    """Whether the page of the grid has the form of that name, to say beside it what is wrong."""
    least = {"shift": 2, "merge": 2, "retire": 2, "move": 3, "split": 3}.get(name, 1)
    return grid.is_active and grid.level >= least


@bp.get("/grids/<code>")
@allow()
def detail(code: str) -> ResponseReturnValue:
    """One grid: its spaces, the grids below, who answers for it now and earlier."""
    grid = get_grid(db.session(), code)
    if grid.code != code:
        return see_other(url_for(".detail", code=grid.code))
    return show(code)


def show(
    code: str,
    *,
    forms: dict[str, Any] | None = None,
    chosen: set[int] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page; ``forms`` are those that came back with errors, ``chosen`` what was ticked."""
    session, today = db.session(), clock.today()
    grid = get_grid(session, code)
    every = queries.grids(session)
    below = [one for one in every if one.parent_id == grid.id]
    spaces = queries.spaces_of(session, [grid.id], today).get(grid.id, [])
    editable = may_edit() and grid.is_active
    values: dict[str, Any] = {}
    if editable:
        held = {space.id for space in spaces}
        values = _edit_values(session, grid, every, held, forms or {}, chosen)
    return render(
        "grids/detail.html",
        grid=grid,
        parent=queries.grid(session, grid.parent_id),
        below=below,
        duties=queries.duties(session, today, [grid.id, *(one.id for one in below)]),
        counts=queries.space_counts(session, today),
        spaces=spaces,
        cards=_cards(session, grid, every),
        assignments=queries.assignments_of(session, grid.id),
        notes={
            (one.to_id, one.role, one.from_on): one
            for one in queries.handovers_of(session, grid.id)
        },
        past=queries.past_of(session, grid.id),
        sees_phones=queries.sees_phones(actor(), grid.id),
        sees_people=Right.VIEW_ALL in actor().rights,
        leader=Role.LEADER,
        member=Role.MEMBER,
        may_edit=editable,
        status=status,
        **values,
    )


def _cards(session: Session, grid: Grid, every: Iterable[Grid]) -> list[str]:
    """The warning cards of the grid and of what is below it."""
    ids = [one.id for one in every if f"{one.code}-".startswith(f"{grid.code}-")]
    found = [source(session, actor(), ids, clock.today()) for source in queries.card_sources if ids]
    return [card for card in found if card]


def main_role(grid: Grid) -> Role:
    """Who answers for a grid of this level."""
    return Role.MEMBER if grid.level == 3 else Role.LEADER


def _edit_values(
    session: Session,
    grid: Grid,
    every: list[Grid] | Any,
    held: set[int],
    forms: dict[str, Any],
    chosen: set[int] | None,
) -> dict[str, Any]:
    """What the forms of the page need."""
    buildings = []
    if grid.level == 3:
        placed = queries.placed_spaces(session, clock.today())
        for building, group in groupby(placed, lambda one: one.space.building):
            buildings.append((building, list(group)))
    siblings = [one for one in every if one.parent_id == grid.parent_id]
    everyone = active_people(session)
    same = {"grid_id": str(grid.id)}
    if "spaces" in forms:
        forms["spaces"].seen.data = joined(held)
    return {
        "open_form": next(iter(forms), request.args.get("open", "")),
        "rename_form": forms.get("rename") or RenameForm(formdata=None, name=grid.name, **same),
        "spaces_form": forms.get("spaces") or SpacesForm(formdata=None, seen=joined(held), **same),
        "assign_form": forms.get("assign") or assign_form(grid, everyone),
        "end_form": lambda: EndForm(formdata=None, until_on=clock.today(), **same),
        "plain_form": lambda: GridForm(formdata=None, **same),
        "failed_end": forms.get("end"),
        "failed_cancel": forms.get("cancel"),
        "shift_form": forms.get("shift") or ShiftForm(formdata=None, **same),
        "retire_form": forms.get("retire") or GridForm(formdata=None, **same),
        "move_form": forms.get("move") or move_form(grid, every),
        "merge_form": forms.get("merge") or merge_form(grid, every),
        "split_form": forms.get("split") or split_form(grid, everyone),
        "is_first": bool(siblings) and siblings[0].id == grid.id,
        "is_last": bool(siblings) and siblings[-1].id == grid.id,
        "held": held,
        "chosen": held if chosen is None or "split" in forms else chosen,
        "apart": chosen if chosen is not None and "split" in forms else set(),
        "buildings": buildings,
    }


def joined(ids: set[int]) -> str:
    """What a page showed, as a form carries it."""
    return ",".join(str(one) for one in sorted(ids))


def assign_form(grid: Grid, everyone: Any, *, is_sent: bool = False) -> AssignForm:
    """Who answers for the grid; ``is_sent``: filled with what the browser sent."""
    start = {"from_on": clock.today(), "role": main_role(grid), "grid_id": str(grid.id)}
    form = AssignForm() if is_sent else AssignForm(formdata=None, data=start)
    form.person_id.choices = people_choices(everyone)
    if grid.level != 3:
        form.role.choices = [
            choice for choice in form.role.choices or [] if choice.value != Role.MEMBER
        ]
    return form


def people_choices(everyone: Any, empty: str = "") -> list[SelectChoice]:
    """Everyone at the school to choose from."""
    return [
        SelectChoice("", empty or _("请选择")),
        *(SelectChoice(number, name) for number, name in told_apart(everyone)),  # type: ignore[arg-type]
    ]


def move_form(grid: Grid, every: Any, *, is_sent: bool = False) -> MoveForm:
    """The blocks under which a leaf could stand."""
    form = MoveForm() if is_sent else MoveForm(formdata=None, grid_id=str(grid.id))
    form.parent_id.choices = _grid_choices(
        one for one in every if grid.level == 3 and one.level == 2 and one.id != grid.parent_id
    )
    return form


def merge_form(grid: Grid, every: Any, *, is_sent: bool = False) -> MergeForm:
    """The other grids of the same level."""
    form = MergeForm() if is_sent else MergeForm(formdata=None, grid_id=str(grid.id))
    form.into_id.choices = _grid_choices(
        one for one in every if one.level == grid.level and one.id != grid.id
    )
    return form


def split_form(grid: Grid, everyone: Any, *, is_sent: bool = False) -> SplitForm:
    """A name for the new grid, and everyone who could keep it."""
    form = SplitForm() if is_sent else SplitForm(formdata=None, grid_id=str(grid.id))
    form.person_id.choices = people_choices(everyone, _("以后再指定"))
    return form


def _grid_choices(grids: Any) -> list[SelectChoice]:
    return [
        SelectChoice("", _("请选择")),
        *(SelectChoice(one.id, f"{one.code} {one.name}") for one in grids),
    ]
