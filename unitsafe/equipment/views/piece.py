"""One piece: its card, what is written down of it, its state."""

from datetime import date
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.content.model import EquipmentKind
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.query import int_arg, row_id
from unitsafe.equipment import inspecting, queries, rules, services
from unitsafe.equipment.forms import (
    MOVES,
    EquipmentForm,
    MoveForm,
    equipment_form,
    move_title,
    moves_from,
)
from unitsafe.equipment.labels import COLUMN_NAMES, RESULT_KIND, STATE_KIND, kind_title, kinds
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import LAST_DAY_COUNTS, WORKING, Due, State
from unitsafe.equipment.views import bp, may_edit
from unitsafe.equipment.views.ledger import MARKS, ahead_days
from unitsafe.grids import queries as grids
from unitsafe.photos.views import addresses, sent_photos, shown
from unitsafe.places import queries as places

ONE = "/equipment/<int:equipment_id>"
EDIT = (Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)


@bp.get(ONE)
@allow()
def detail(equipment_id: int) -> ResponseReturnValue:
    """One piece: what it is, where, its days, what became of it."""
    return _show(equipment_id)


def _show(
    equipment_id: int,
    *,
    form: MoveForm | None = None,
    photo_error: str = "",
    ids: list[int] | tuple[()] = (),
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    found = found_piece(equipment_id)
    kind = queries.kinds_in_force(session).get(found.kind)
    may_look = found.state in WORKING and queries.may_inspect(session, actor(), found, today)
    pictures = {
        key: [addresses(one) for one in numbers]
        for key, numbers in queries.photos_of(session, equipment_id).items()
    }
    return render(
        "equipment/detail.html",
        one=found,
        kind=kind,
        days=_days(found, kind, today),
        lacking=_lacking(found, kind),
        facts=_facts(found, kind),
        holder=grids.duty_holder(session, found.space_id, today),
        inspections=queries.inspections_of(session, equipment_id),
        pictures=pictures,
        before_after=queries.replaced(session, found),
        next_inspection=inspecting.prescribed(kind) if may_look else None,
        is_done="done" in request.args,
        next_piece=queries.next_to_inspect(session, actor(), found, today)
        if "done" in request.args
        else None,
        state_kind=STATE_KIND,
        result_kind=RESULT_KIND,
        column_names=COLUMN_NAMES,
        changed=_changed,
        forms=_forms(found, form) if may_edit() else [],
        photo_error=photo_error,
        photos=shown(ids),
        may_edit=may_edit(),
        status=status,
    )


def found_piece(equipment_id: int) -> Equipment:
    """The piece, if the actor may see it."""
    found = queries.equipment(db.session(), actor(), equipment_id, clock.today())
    return found or abort(404)


def _days(one: Equipment, kind: EquipmentKind | None, today: date) -> list[tuple[Due, str]]:
    """What comes due, the nearest first, and its colour."""
    if kind is None:
        return []
    inspected = rules.last_done(kind, one.facts or {})
    for name, on in queries.last_inspections(db.session(), [one.id]).get(one.id, {}).items():
        inspected[name] = max(on, inspected.get(name, on))
    found = rules.due(
        kind, one.life, one.state, registered_on=one.registered_on, inspected=inspected
    )
    return [(due, _colour(due, today)) for due in sorted(found, key=lambda due: due.on)]


def _colour(due: Due, today: date) -> str:
    counts = due.sort in LAST_DAY_COUNTS
    near = rules.mark(due.on, today, ahead_days(due.sort), last_day_counts=counts)
    return MARKS.get(near, "")


def _lacking(one: Equipment, kind: EquipmentKind | None) -> list[str]:
    if kind is None or one.state is State.SCRAPPED:
        return []
    columns = {name: getattr(one, name) for name in rules.COLUMNS.values()}
    return rules.lacking(kind, columns, one.facts or {})


def _facts(one: Equipment, kind: EquipmentKind | None) -> list[tuple[str, str]]:
    """The ledger fields of its kind that are known, days as they are read."""
    known = one.facts or {}
    names = rules.fact_fields(kind) if kind else list(known)
    return [(name, _read(name, known[name])) for name in names if known.get(name)]


def _read(name: str, text: str) -> str:
    day = rules.read_day(text) if rules.is_day(name) else None
    return rules.shown_month(day.on) if day and day.is_month else text


def _changed(column: str, text: str) -> str:
    """A value of a change as people read it."""
    if column == "kind":
        return kind_title(text)
    if column == "space_id":
        space = places.space(db.session(), row_id(text) or 0)
        return f"{space.building.name} {space.name}" if space else text
    return text


def _forms(one: Equipment, wrong: MoveForm | None) -> list[tuple[State, str, MoveForm]]:
    """(state, title, form) of every change that is possible now."""
    return [
        (
            state,
            move_title(one.state, state),
            wrong if wrong and wrong.state.data == state else _empty(one, state),
        )
        for state in moves_from(one.state)
    ]


def _empty(one: Equipment, state: State) -> MoveForm:
    known: dict[str, Any] = {"state": state.value}
    if state in rules.RENEWABLE:
        known["since_on"] = clock.today()
    if state is one.state:
        names = ("since_on", "until_on", "approver", "measure", "service_unit")
        known |= {name: getattr(one, name) for name in names}
    return MOVES[state](formdata=None, data=known)


@bp.post(ONE + "/state")
@allow(*EDIT)
def change_state(equipment_id: int) -> ResponseReturnValue:
    """Faulty, stopped, out for service, scrapped, or in use again."""
    state = request.form.get("state", "")
    form = MOVES.get(State(state) if state in set(State) else State.FAULTY, MoveForm)()
    ids, photo_error = sent_photos()
    if form.validate() and not photo_error and state in set(State):
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                one = session.get(Equipment, equipment_id) or abort(404)
                services.change_state(
                    session,
                    one,
                    State(state),
                    note=form.note.data or "",
                    standing=form.standing,
                    serviced_on=form.service_day,
                    photo_ids=ids,
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".detail", equipment_id=equipment_id)
            flash(_("%(number)s已改为“%(state)s”。", number=one.number, state=label(one.state)))
            return see_other(key.location)
        except RuleError as error:
            field = str(error.values.get("field", "note"))
            form[field if field in form else "note"].errors = [sentence(error)]
    return _show(equipment_id, form=form, photo_error=photo_error, ids=ids, status=422)


@bp.route("/equipment/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Add pieces; ``space`` says where, ``replaces`` which piece they take the place of."""
    known: dict[str, Any] = {"space_id": int_arg("space") or 0}
    kind = request.values.get("kind", "")
    if replaced := _replaced():
        names = ("name", "model", "space_id", "quantity", "maker", "kind")
        known |= {name: getattr(replaced, name) for name in names}
        known["replaces_id"], kind = replaced.id, kind or replaced.kind
    form = equipment_form(_kind(kind), data={"kind": _kind(kind).key, **known})
    return _edit(None, form)


def _replaced() -> Equipment | None:
    number = int_arg("replaces")
    found = queries.equipment(db.session(), actor(), number, clock.today()) if number else None
    return found if found and found.state is State.SCRAPPED else None


def _kind(key: str) -> EquipmentKind:
    found = kinds()
    return found.get(key) or next(iter(found.values()))


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(equipment_id: int) -> ResponseReturnValue:
    """Correct what is written down of a piece."""
    found = found_piece(equipment_id)
    kind = _kind(request.form.get("kind", found.kind))
    return _edit(found, equipment_form(kind, found))


def _edit(found: Equipment | None, form: EquipmentForm) -> ResponseReturnValue:
    offered = places.space_choices(db.session())
    if found and found.space_id not in dict(offered):  # its place is out of use
        offered.append((found.space_id, f"{found.space.building.name} {found.space.name}"))
    form.space_id.choices = choices([("", _("请选择部位")), *offered])
    if request.form.get("again"):  # another kind was chosen: other things to fill in
        return _show_form(found, form)
    if not form.is_submitted():
        return _show_form(found, form)
    ids, photo_error = sent_photos()
    if form.validate() and not photo_error:
        try:
            return see_other(_save(found.id if found else None, form, ids))
        except RuleError as error:
            field = form.shown_field(str(error.values.get("field", "number")))
            form[field or "number"].errors = [sentence(error)]
    return _show_form(found, form, ids, photo_error, status=422)


def _show_form(
    found: Equipment | None,
    form: EquipmentForm,
    ids: list[int] | tuple[()] = (),
    photo_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return render(
        "equipment/form.html",
        fragment="form",
        oob=(),
        form=form,
        one=found,
        photos=shown(ids),
        photo_error=photo_error,
        status=status,
    )


def _save(equipment_id: int | None, form: EquipmentForm, ids: list[int]) -> str:
    facts = form.facts(default_name=kind_title(form.kind.data))
    count = form.count.data or 1 if "count" in form else 1
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        if equipment_id is None:
            first = services.register(
                session,
                facts,
                count=count,
                photo_ids=ids,
                today=clock.today(),
                by=actor(),
                now=clock.now(),
            )[0]
        else:
            first = services.save_equipment(
                session,
                session.get_one(Equipment, equipment_id),
                facts,
                photo_ids=ids,
                today=clock.today(),
                by=actor(),
                now=clock.now(),
            )
        key.location = url_for(".detail", equipment_id=first.id)
        if count > 1:
            key.location = url_for(".index", q=_head(facts.number), kind=facts.kind)
    if count > 1:
        flash(_("已登记%(n)s件，编号从%(number)s起。", n=count, number=facts.number))
    else:
        flash(_("%(number)s已保存。", number=facts.number))
    if facts.life.expires_on and facts.life.expires_on <= clock.today():
        flash(_("铭牌上的有效期已经过了，请尽快更换。"), "warning")
    return key.location


def _head(number: str) -> str:
    """What all numbers of a series begin with."""
    return number.rstrip("0123456789")
