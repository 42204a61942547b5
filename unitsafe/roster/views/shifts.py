"""The shifts: what there is, adding one, changing one."""

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core import audit, once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form, choices
from unitsafe.core.htmx import render, see_other
from unitsafe.people.labels import post_groups
from unitsafe.people.queries import active_people, names, told_apart
from unitsafe.places.queries import buildings
from unitsafe.roster import queries, services, table
from unitsafe.roster.forms import ShiftForm
from unitsafe.roster.models import Shift
from unitsafe.roster.views import EDIT, bp
from unitsafe.school.queries import school


@bp.get("/roster/shifts")
@allow(*EDIT, Right.VIEW_ALL)
def shifts() -> ResponseReturnValue:
    """All shifts in the school's order."""
    session = db.session()
    found = table.all_shifts(session)
    missing = content.load().shifts.keys() - {shift.key for shift in found}
    may_edit = holds_any(EDIT)
    return render(
        "roster/shifts.html",
        shifts=found,
        pool=names(session, {one.person_id for shift in found for one in shift.pool}),
        checklists=content.load().checklists,
        defaults=Form(formdata=None) if may_edit and missing else None,
        may_edit=may_edit,
    )


@bp.post("/roster/shifts/defaults")
@allow(*EDIT)
def default_shifts() -> ResponseReturnValue:
    """Bring in the usual shifts that the school has not got."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        added = services.create_default_shifts(session, school(session))
        data = {"count": added}
        audit.record(session, "shift.defaults", "shift:", by=actor(), now=clock.now(), data=data)
        key.location = url_for(".shifts")
    flash(_("已加入%(n)s个常用班次，请核对时间和人选。", n=added))
    return see_other(key.location)


@bp.route("/roster/shifts/new", methods=["GET", "POST"])
@allow(*EDIT)
def new_shift() -> ResponseReturnValue:
    """Add a shift."""
    return _edit(None)


@bp.route("/roster/shifts/<int:shift_id>", methods=["GET", "POST"])
@allow(*EDIT)
def shift(shift_id: int) -> ResponseReturnValue:
    """Change a shift."""
    return _edit(queries.shift(db.session(), shift_id) or abort(404))


def _edit(found: Shift | None) -> ResponseReturnValue:
    form = _form(found)
    if form.validate_on_submit():
        try:
            return _save(form, found.id if found else None)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return render(
        "roster/shift.html",
        form=form,
        shift=found,
        offered_posts=post_groups(),
        status=422 if form.is_submitted() else 200,
    )


def _form(found: Shift | None) -> ShiftForm:
    session = db.session()
    form = ShiftForm(
        obj=found,
        data={
            "weekdays": list(found.weekdays),
            "pool": [one.person_id for one in found.pool],
            "building_id": found.building_id or 0,
            "checklist_key": found.checklist_key or "",
        }
        if found
        else None,
    )
    people = told_apart(active_people(session))
    form.building_id.choices = choices(
        [(0, _("不限楼栋")), *((one.id, one.name) for one in buildings(session))]
    )
    form.checklist_key.choices = choices(
        [("", _("不用填")), *((one.key, one.title) for one in content.load().checklists.values())]
    )
    form.pool.choices = choices(people)
    return form


def _save(form: ShiftForm, shift_id: int | None) -> ResponseReturnValue:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        services.save_shift(
            session,
            queries.shift(session, shift_id) if shift_id else None,
            title=form.title.data,
            place=form.place.data,
            building_id=form.building_id.data or None,
            starts=form.starts.data,
            ends=form.ends.data,
            days=form.days.data,
            weekdays=form.digits,
            people=form.people.data,
            posts=form.posts.data,
            pool=form.pool.data,
            checklist_key=form.checklist_key.data or None,
            is_active=form.is_active.data,
            by=actor(),
            now=now,
        )
        key.location = url_for(".shifts")
    flash(_("班次“%(title)s”已保存。", title=form.title.data))
    return see_other(key.location)
