"""Filling a month by rotation: what would come of it, then doing it."""

from datetime import date

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render, see_other
from unitsafe.core.query import month_of
from unitsafe.people.queries import told_apart
from unitsafe.roster import filling, services, table
from unitsafe.roster.filling import Proposal
from unitsafe.roster.forms import FillForm
from unitsafe.roster.table import Roster
from unitsafe.roster.views import EDIT, bp

CHANGED = "预览之后，值班表、请假或人员有了变动。下面是新的结果，请核对后再按一次。"


@bp.route("/roster/<month>/fill", methods=["GET", "POST"])
@allow(*EDIT)
def fill(month: str) -> ResponseReturnValue:
    """Choose shifts, days and people; see who would get what; put it on the roster."""
    first, last = month_of(month)
    begins = max(first, min(clock.today(), last))
    roster = table.read(db.session(), begins, last)
    form = _form(roster, begins, last)
    proposal, error, status = None, "", 422 if form.is_submitted() else 200
    is_sent = form.is_submitted() or "first" in request.args
    if not is_sent or _is_sound(form, first, last):
        try:
            if form.is_submitted():
                return _apply(form, month)
            proposal = _propose(form)
        except RuleError as refused:
            error = sentence(refused)
            if refused.message == CHANGED:
                proposal, status = _again(form), 409
    form.digest.data = proposal.digest if proposal else ""
    return render(
        "roster/fill.html",
        month=month,
        first=first,
        form=form,
        proposal=proposal,
        error=error,
        shifts={shift.id: shift for shift in roster.shifts},
        obstacles=_obstacles(),
        status=status,
    )


def _form(roster: Roster, first: date, last: date) -> FillForm:
    """The form as it was sent, else with everything chosen."""
    shifts = [shift for shift in roster.shifts if shift.is_active]
    staff = roster.staff
    people = [
        one
        for one in staff.people.values()
        if any(staff.may(shift, one.id, day) for shift in shifts for day in (first, last))
    ]
    sent = request.form if request.method == "POST" else request.args
    chosen = {
        "shift": [shift.id for shift in shifts],
        "person": [person.id for person in people],
        "first": first,
        "last": last,
        "keep": True,
    }
    is_sent = request.method == "POST" or "first" in sent
    form = FillForm(MultiDict(sent) if is_sent else None, data=chosen)
    form.shift.choices = choices((shift.id, shift.title) for shift in shifts)
    form.person.choices = choices(told_apart(people))
    return form


def _is_sound(form: FillForm, first: date, last: date) -> bool:
    """Whether the fields can be used; a preview by GET needs no token."""
    fields = (form.shift, form.first, form.last, form.person)
    found = [form.validate()] if form.is_submitted() else [one.validate(form) for one in fields]
    if not all(found):
        return False
    is_good = True
    for field in (form.first, form.last):
        if not first <= field.data <= last:
            field.errors = [_("请选本月的日子。")]
            is_good = False
    if form.first.data < clock.today():
        form.first.errors = [_("过去的日子不能再排，请从今天或以后开始。")]
        is_good = False
    return is_good


def _propose(form: FillForm) -> Proposal:
    return filling.propose(
        db.session(),
        shift_ids=form.shift.data,
        person_ids=form.person.data,
        first=form.first.data,
        last=form.last.data,
        keep=bool(form.keep.data),
    )


def _again(form: FillForm) -> Proposal | None:
    """What comes of it now; None when nothing can."""
    try:
        return _propose(form)
    except RuleError:
        return None


def _apply(form: FillForm, month: str) -> ResponseReturnValue:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        proposal = _propose(form)
        if proposal.digest != form.digest.data:
            raise RuleError(CHANGED)
        services.fill(session, proposal.given, by=actor(), now=now)
        key.location = url_for(".month", month=month)
    flash(_("已排好%(n)s班。", n=proposal.filled))
    return see_other(key.location)


def _obstacles() -> dict[filling.Obstacle, str]:
    """What keeps people from a turn, in words."""
    return {
        filling.Obstacle.AWAY: _("请假"),
        filling.Obstacle.OFF: _("当天不在校"),
        filling.Obstacle.BUSY: _("同一时间已有值班"),
    }
