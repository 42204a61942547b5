"""How often each kind is inspected and serviced, and how long it lasts: the school's numbers."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.content.model import EquipmentKind
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.htmx import render, see_other
from unitsafe.equipment import queries, rules, services
from unitsafe.equipment.forms import interval_form
from unitsafe.equipment.labels import kind_title, kinds
from unitsafe.equipment.rules import FIRST, INSPECT, LIFE, THEN
from unitsafe.equipment.views import bp


@bp.route("/equipment/intervals", methods=["GET", "POST"])
@allow(Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)
def intervals() -> ResponseReturnValue:
    """All kinds with their numbers; ``kind`` is the one that is changed."""
    session = db.session()
    own, every = queries.intervals(session), kinds()
    chosen = every.get(request.values.get("kind", ""))
    if chosen is None and request.method == "POST":
        abort(404)
    form = interval_form(chosen, own.get(chosen.key, {}), _bases(chosen)) if chosen else None
    if chosen and form and form.validate_on_submit():
        with writing() as changing:
            key = once.claim(changing, form.once.data, by=actor().id, now=clock.now())
            services.set_intervals(
                changing, chosen.key, form.numbers(), by=actor(), now=clock.now()
            )
            key.location = url_for(".intervals")
        flash(_("%(kind)s的间隔已保存，到期日已重新计算。", kind=kind_title(chosen.key)))
        return see_other(key.location)
    in_force = [rules.in_force(kind, own.get(key, {})) for key, kind in every.items()]
    return render(
        "equipment/intervals.html",
        kinds=[(one, numbers) for one in in_force if (numbers := rules.interval_keys(one))],
        own=own,
        chosen=chosen,
        form=form,
        inspect=INSPECT,
        status=422 if form and form.is_submitted() else 200,
    )


def _bases(kind: EquipmentKind) -> dict[str, str]:
    """Where each default comes from, as far as it may be cited."""
    sources = content.load().sources
    found = {
        INSPECT + one.name: content.printable_basis(one.basis, sources)
        for one in rules.inspections(kind)
    }
    if kind.service:
        found[FIRST] = found[THEN] = content.printable_basis(kind.service.basis, sources)
    found[LIFE] = content.printable_basis(kind.service_life.basis, sources)
    return {what: "；".join(lines) for what, lines in found.items()}
