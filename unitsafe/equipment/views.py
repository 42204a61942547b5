"""Pages of the register of fire equipment."""

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe import clock, content
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here, int_arg
from unitsafe.equipment import queries, rules, services
from unitsafe.equipment.forms import EquipmentForm, StateForm
from unitsafe.equipment.labels import STATE_KIND, kind_title, kinds, unit
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import Mark, State
from unitsafe.places import queries as places

bp = Blueprint("equipment", __name__)
bp.add_app_template_filter(kind_title, "equipment_kind")
bp.add_app_template_filter(unit, "equipment_unit")
EDIT = (Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)
ONE = "/equipment/<int:equipment_id>"
MARKS = {Mark.PAST: "bad", Mark.SOON: "warn"}


def _may_edit() -> bool:
    return bool(set(EDIT) & actor().rights)


@bp.get("/equipment")
@allow()
def index() -> ResponseReturnValue:
    """The register by number, filtered as one types."""
    session, filters, today = db.session(), read_filters(), clock.today()
    page = fetch_page(
        session,
        queries.register(actor(), filters, today),
        keys=queries.ORDER,
        after=request.args.get("after"),
        is_ascending=True,
    )
    counts = queries.counts_by_state(session, actor(), filters, today)
    whole = sum(counts.values())
    chips = [(_("全部 %(n)s", n=whole), here(".index", state=""), not filters.state)]
    chips += [
        (
            f"{label(state)} {counts[state]}",
            here(".index", state=state.value),
            filters.state is state,
        )
        for state in State
        if counts[state] or filters.state is state
    ]
    held = queries.kinds_held(session)
    return render(
        "equipment/index.html",
        fragment="rows",
        oob=(),
        page=page,
        lines=[(one, upcoming(one)) for one in page.rows],
        chips=chips,
        total=counts[filters.state] if filters.state else whole,
        filters=filters,
        is_filtered=filters != queries.Filters(),
        kinds=[(key, kind_title(key)) for key in kinds() if key in held],
        buildings=places.buildings(session),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        may_edit=_may_edit(),
    )


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    state, kind = args.get("state"), args.get("kind", "")
    return queries.Filters(
        state=State(state) if state in set(State) else None,
        kind=kind if kind in kinds() else "",
        building_id=int_arg("building"),
        words=args.get("q", "").strip()[:50],
    )


def upcoming(one: Equipment) -> list[tuple[str, Any, str]]:
    """(word, day, colour) of the next service and the end of life; none once it is scrapped."""
    kind = content.load().equipment.kinds.get(one.kind)
    if kind is None or one.state is State.SCRAPPED:
        return []
    ahead, found = content.load().equipment.reminders, rules.dates(kind, one.life)
    days = (
        (_l("送修"), found.service_on, ahead["service_ahead_days"]),
        (_l("报废"), found.scrap_on, ahead["scrap_ahead_days"]),
    )
    today = clock.today()
    return [
        (str(word), day, MARKS.get(rules.mark(day, today, days_ahead), ""))
        for word, day, days_ahead in days
        if day
    ]


@bp.get(ONE)
@allow()
def detail(equipment_id: int) -> ResponseReturnValue:
    """One piece: what it is, where, its days, what became of it."""
    return _show(equipment_id)


def _show(
    equipment_id: int, *, form: StateForm | None = None, status: int = 200
) -> ResponseReturnValue:
    found = _found(equipment_id)
    may_edit = _may_edit()
    return render(
        "equipment/detail.html",
        one=found,
        days=upcoming(found),
        kind=content.load().equipment.kinds.get(found.kind),
        state_kind=STATE_KIND,
        form=(form or StateForm(formdata=None, state=found.state.value)) if may_edit else None,
        may_edit=may_edit,
        status=status,
    )


def _found(equipment_id: int) -> Equipment:
    found = queries.equipment(db.session(), actor(), equipment_id, clock.today())
    return found or abort(404)


@bp.post(ONE + "/state")
@allow(*EDIT)
def change_state(equipment_id: int) -> ResponseReturnValue:
    """Faulty, out for service, scrapped, or in use again."""
    form = StateForm()
    if form.validate():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                one = session.get(Equipment, equipment_id) or abort(404)
                state, note = State(form.state.data), form.note.data or ""
                services.change_state(session, one, state, note=note, by=actor(), now=clock.now())
                key.location = url_for(".detail", equipment_id=equipment_id)
            flash(_("%(number)s已改为“%(state)s”。", number=one.number, state=label(state)))
            return see_other(key.location)
        except RuleError as error:
            form.note.errors = [sentence(error)]
    return _show(equipment_id, form=form, status=422)


@bp.route("/equipment/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Add a piece; ``space`` says where."""
    return _edit(None, EquipmentForm(space_id=int_arg("space") or 0))


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(equipment_id: int) -> ResponseReturnValue:
    """Correct what is written down of a piece."""
    found = _found(equipment_id)
    return _edit(found, EquipmentForm(obj=found))


def _edit(found: Equipment | None, form: EquipmentForm) -> ResponseReturnValue:
    offered = places.space_choices(db.session())
    if found and found.space_id not in dict(offered):  # its place is out of use
        offered.append((found.space_id, f"{found.space.building.name} {found.space.name}"))
    form.space_id.choices = choices([("", _("请选择部位")), *offered])
    if form.validate_on_submit():
        try:
            return see_other(_save(found.id if found else None, form))
        except RuleError as error:
            named = form[error.values["field"]] if "field" in error.values else form.number
            named.errors = [sentence(error)]
    status = 422 if form.is_submitted() else 200
    return render("equipment/form.html", form=form, one=found, status=status)


def _save(equipment_id: int | None, form: EquipmentForm) -> str:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        earlier = session.get(Equipment, equipment_id) if equipment_id else None
        saved = services.save_equipment(
            session,
            earlier,
            form.facts(default_name=kind_title(form.kind.data)),
            today=clock.today(),
            by=actor(),
            now=clock.now(),
        )
        key.location = url_for(".detail", equipment_id=saved.id)
    flash(_("%(number)s已保存。", number=form.number.data))
    return key.location
