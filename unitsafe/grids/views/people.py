"""Who answers for a grid: name somebody, hand it over, end or cancel a term."""

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
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.grids import queries, services
from unitsafe.grids.forms import EndForm, GridForm, HandoverForm
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.grids.views import bp
from unitsafe.grids.views.detail import (
    assign_form,
    carry_out,
    get_grid,
    main_role,
    people_choices,
)
from unitsafe.people.models import Person
from unitsafe.people.queries import active_people


@bp.post("/grids/<code>/assign")
@allow(Right.EDIT_GRID)
def assign(code: str) -> ResponseReturnValue:
    """Somebody answers for the grid from a day on."""
    session = db.session()
    form = assign_form(get_grid(session, code), active_people(session), is_sent=True)

    def act(session: Session, grid: Grid) -> None:
        services.assign(
            session,
            person=session.get_one(Person, form.person_id.data),
            grid=grid,
            role=form.role.data,
            from_on=form.from_on.data,
            by=actor(),
            now=clock.now(),
        )

    names = {one.value: one.label for one in form.person_id.choices or []}
    name = names.get(form.person_id.data, "")
    return carry_out(code, "assign", form, act, _("已指定%(name)s负责。", name=name))


@bp.post("/grids/<code>/assignments/<int:assignment_id>/end")
@allow(Right.EDIT_GRID)
def end(code: str, assignment_id: int) -> ResponseReturnValue:
    """Somebody no longer answers for the grid after a day."""
    form = EndForm()

    def act(session: Session, grid: Grid) -> None:
        found = _term(session, grid, assignment_id)
        if found.until_on is not None:
            raise RuleError("这一段已经有结束日期了。")
        if form.until_on.data < found.from_on:
            raise RuleError("结束日期不能早于开始日期。")
        services.end(session, found, until_on=form.until_on.data, by=actor(), now=clock.now())

    return carry_out(code, "end", form, act, _("已记下结束日期。"), part=assignment_id)


@bp.post("/grids/<code>/assignments/<int:assignment_id>/cancel")
@allow(Right.EDIT_GRID)
def cancel(code: str, assignment_id: int) -> ResponseReturnValue:
    """A term that was arranged for later will not be."""

    def act(session: Session, grid: Grid) -> None:
        found = _term(session, grid, assignment_id)
        services.cancel(session, found, by=actor(), now=clock.now())

    return carry_out(code, "cancel", GridForm(), act, _("已取消这次安排。"), part=assignment_id)


def _term(session: Session, grid: Grid, assignment_id: int) -> Assignment:
    found = session.get(Assignment, assignment_id)
    if found is None or found.grid_id != grid.id:
        abort(404)
    return found


@bp.route("/grids/<code>/handover", methods=["GET", "POST"])
@allow(Right.EDIT_GRID)
def hand_over(code: str) -> ResponseReturnValue:
    """交接: the page says what goes over before anything is done."""
    session, today = db.session(), clock.today()
    grid = get_grid(session, code)
    if not grid.is_active:
        return see_other(url_for(".detail", code=grid.code))
    role = main_role(grid)
    form = HandoverForm(data={"from_on": today, "grid_id": str(grid.id)})
    form.person_id.choices = people_choices(active_people(session))
    if form.validate_on_submit():
        try:
            location = _hand_over(code, form, role)
            flash(_("交接已记下。"))
            return see_other(location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
            return _show_handover(session, grid, role, form, 409)
    return _show_handover(session, grid, role, form, 422 if form.is_submitted() else 200)


def _hand_over(code: str, form: HandoverForm, role: Role) -> str:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        grid = get_grid(session, code)
        if form.grid_id.data and form.grid_id.data != str(grid.id):
            raise RuleError("网格的编号刚刚变了，这个编号现在是另一个网格，请核对后再改。")
        person = session.get_one(Person, form.person_id.data)
        held = queries.current(session, grid.id, role, form.from_on.data)
        if held is not None and held.person_id == person.id:
            raise RuleError("那天本来就是%(name)s负责，请选另一个人。", name=person.name)
        services.assign(
            session,
            person=person,
            grid=grid,
            role=role,
            from_on=form.from_on.data,
            note=form.note.data or "",
            by=actor(),
            now=clock.now(),
        )
        duties_changed(session, clock.today(), clock.now())
        key.location = url_for(".detail", code=grid.code)
        return key.location


def _show_handover(
    session: Session, grid: Grid, role: Role, form: HandoverForm, status: int
) -> ResponseReturnValue:
    today = clock.today()
    giver = queries.last_holder(session, grid.id, role, today)
    return render(
        "grids/handover.html",
        grid=grid,
        role=role,
        giver=giver,
        going_along=queries.going_along(session, grid, role, giver.person_id, today)
        if giver
        else [],
        form=form,
        status=status,
    )
