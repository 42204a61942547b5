"""One turn: who is on it, who stands in, what happened to it."""

from datetime import date

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render, see_other, wants_fragment
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import told_apart
from unitsafe.roster import queries, services, table
from unitsafe.roster.forms import TurnForm
from unitsafe.roster.models import Shift
from unitsafe.roster.table import Roster, Stand
from unitsafe.roster.views import EDIT, bp, day_of


@bp.route("/roster/turns/<int:shift_id>/<day>/<int:slot>", methods=["GET", "POST"])
@allow(*EDIT)
def turn(shift_id: int, day: str, slot: int) -> ResponseReturnValue:
    """Put somebody on a turn, note a stand-in."""
    on = day_of(day)
    roster, stand = _read(db.session(), shift_id, on, slot)
    form = _form(roster, stand)
    if form.validate_on_submit():
        try:
            return _save(form, shift_id, on, slot)
        except RuleError as error:
            form.form_errors.append(sentence(error))
            roster, stand = _read(db.session(), shift_id, on, slot)
    return _show(stand, form, status=422 if form.is_submitted() else 200)


def _read(session: Session, shift_id: int, day: date, slot: int) -> tuple[Roster, Stand]:
    """The roster of the day and the turn, else 404."""
    roster = table.read(session, day, day)
    stands = roster.on(day)
    key = (shift_id, slot)
    found = next((stand for stand in stands if (stand.shift.id, stand.slot) == key), None)
    return roster, found or abort(404)


def _form(roster: Roster, stand: Stand) -> TurnForm:
    """The form as the turn is now; who may stand it, and whoever is on it already."""
    entry, day = stand.entry, stand.day
    form = TurnForm(
        person_id=entry.person_id or 0 if entry else 0,
        stand_in_id=entry.stand_in_id or 0 if entry else 0,
        note=entry.stand_in_note if entry else "",
    )
    people = dict(told_apart(roster.staff.choices(stand.shift, day)))
    for person_id in people:
        if roster.staff.absence(person_id, day):
            people[person_id] += _("（请假）")
        elif not roster.staff.works(person_id, day):
            people[person_id] += _("（不在校）")
    for one in (entry.person, entry.stand_in) if entry else ():
        if one is not None:
            people.setdefault(one.id, one.name)
    form.person_id.choices = choices([(0, _("缺人")), *people.items()])
    form.stand_in_id.choices = choices([(0, _("没有替岗")), *people.items()])
    return form


def _save(form: TurnForm, shift_id: int, day: date, slot: int) -> ResponseReturnValue:
    now, by = clock.now(), actor()
    with writing() as session:
        key = once.claim(session, form.once.data, by=by.id, now=now)
        shift = queries.shift(session, shift_id) or abort(404)
        _change(session, form, shift, day, slot)
        key.location = url_for(".month", month=f"{day:%Y-%m}", _anchor=f"d{day}")
    flash(_("%(day)s %(shift)s已保存。", day=f"{day.month}月{day.day}日", shift=shift.title))
    if wants_fragment():
        return _show(_read(db.session(), shift_id, day, slot)[1])
    return see_other(key.location)


def _change(session: Session, form: TurnForm, shift: Shift, day: date, slot: int) -> None:
    """Who is on first, then who stands in for them."""
    now, by, anyway = clock.now(), actor(), bool(form.anyway.data)
    person, stand_in = (_person(session, one.data) for one in (form.person_id, form.stand_in_id))
    entry = table.read(session, day, day).entry(shift.id, day, slot)
    if (entry.person_id if entry else None) != (person.id if person else None):
        services.set_person(session, shift, day, slot, person, anyway=anyway, by=by, now=now)
    if stand_in is not None or (entry is not None and entry.stand_in_id is not None):
        services.set_stand_in(
            session,
            shift,
            day,
            slot,
            stand_in,
            note=form.note.data or "",
            anyway=anyway,
            by=by,
            now=now,
        )


def _person(session: Session, person_id: int) -> Person | None:
    if not person_id:
        return None
    found = session.get(Person, person_id)
    if found is None or found.status is not PersonStatus.ACTIVE:
        raise RuleError("这位老师已经离校，请换一位。")
    return found


def _show(stand: Stand, form: TurnForm | None = None, status: int = 200) -> ResponseReturnValue:
    events = queries.history(db.session(), stand.entry.id) if stand.entry else []
    return render(
        "roster/turn.html",
        fragment="turn",
        stand=stand,
        form=form,
        events=events,
        may_edit=True,
        is_open=form is not None and bool(form.errors or form.form_errors),
        month=f"{stand.day:%Y-%m}",
        status=status,
    )
