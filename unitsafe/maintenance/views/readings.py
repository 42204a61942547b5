"""Readings: the systems with their newest, one system with its trend."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here
from unitsafe.equipment.models import Equipment
from unitsafe.maintenance import queries, rules, services
from unitsafe.maintenance.forms import ReadingForm
from unitsafe.maintenance.models import Maintenance, Reading
from unitsafe.maintenance.rules import Quantity
from unitsafe.maintenance.trend import chart
from unitsafe.maintenance.views import EDIT, SEE, bp, may_edit
from unitsafe.school.models import School
from unitsafe.school.queries import school

SYSTEM = "/equipment/<int:equipment_id>/readings"


@bp.get("/equipment/readings")
@allow(SEE)
def latest_readings() -> ResponseReturnValue:
    """Systems with their newest readings; what is out of its limits stands out."""
    session = db.session()
    own = school(session)
    page = fetch_page(
        session,
        queries.systems(),
        keys=queries.SYSTEM_ORDER,
        after=request.args.get("after"),
        is_ascending=True,
    )
    newest = queries.newest_readings(session, [one.id for one in page.rows])
    return render(
        "maintenance/systems.html",
        fragment="rows",
        oob=(),
        lines=[
            (one, [reading_line(reading, one, own) for reading in newest.get(one.id, ())])
            for one in page.rows
        ],
        next_url=here(".latest_readings", after=page.next) if page.next else None,
        first_url=None if page.first else here(".latest_readings"),
    )


def reading_line(reading: Reading, equipment: Equipment, own: School) -> dict[str, Any]:
    """A reading as pages show it: what, how much, what is wrong, whether it came late."""
    found = {one.key: one for one in _quantities(equipment, own)}
    quantity = found.get(reading.what, Quantity(reading.what, reading.what, ""))
    late_after = own.number("backfill_hours") * 3600
    return {
        "reading": reading,
        "equipment": equipment,
        "quantity": quantity,
        "fault": quantity.fault(reading.value),
        "is_backfill": (reading.recorded_at - reading.measured_at).total_seconds() > late_after,
    }


def _quantities(equipment: Equipment, own: School) -> tuple[Quantity, ...]:
    return rules.quantities(equipment.kind, static_kpa=own.number("hydrant_static_kpa"))


@bp.get(SYSTEM)
@allow(SEE)
def readings(equipment_id: int) -> ResponseReturnValue:
    """What was read off one system: trend, table, and the next reading."""
    one, own = _system(equipment_id), school(db.session())
    return _show_readings(one, own, _form(one, own, formdata=None), 200)


@bp.post(SYSTEM)
@allow(*EDIT)
def read(equipment_id: int) -> ResponseReturnValue:
    """A value was read off a system."""
    one, own = _system(equipment_id), school(db.session())
    form = _form(one, own)
    back = url_for(".readings", equipment_id=equipment_id)
    return save_reading(form, equipment_id, back, lambda: _show_readings(one, own, form, 422))


def _system(equipment_id: int) -> Equipment:
    return queries.system(db.session(), equipment_id) or abort(404)


def _form(one: Equipment, own: School, **kwargs: Any) -> ReadingForm:
    now = clock.local(clock.now())
    form = ReadingForm(data={"measured_on": now.date(), "measured_time": now.time()}, **kwargs)
    form.offer(_quantities(one, own))
    return form


def save_reading(
    form: ReadingForm,
    equipment_id: int,
    back: str,
    again: Callable[[], ResponseReturnValue],
    *,
    during: int | None = None,
) -> ResponseReturnValue:
    """The page ``back`` after a saved reading; the form ``again`` when a field was wrong."""
    return carry_out(
        form,
        lambda session, now: services.add_reading(
            session,
            session.get_one(Equipment, equipment_id),
            what=form.what.data,
            value=form.number,
            measured_at=_moment(form),
            read_by=form.read_by.data or "",
            note=form.note.data or "",
            during=session.get_one(Maintenance, during) if during else None,
            by=actor(),
            now=now,
        ),
        _("读数已保存。"),
        location=back,
        again=again,
    )


def _moment(form: ReadingForm) -> datetime:
    return clock.at(form.measured_on.data, form.measured_time.data)


def _show_readings(
    one: Equipment, own: School, form: ReadingForm, status: int
) -> ResponseReturnValue:
    session = db.session()
    page = fetch_page(
        session,
        queries.readings(one.id),
        keys=queries.READING_ORDER,
        after=request.args.get("after"),
    )
    trends = queries.trends(session, one.id)
    quantities = _quantities(one, own)
    return render(
        "maintenance/readings.html",
        one=one,
        form=form if may_edit() and quantities else None,
        trends=[_trend(quantity, trends.get(quantity.key, [])) for quantity in quantities],
        lines=[reading_line(reading, one, own) for reading in page.rows],
        next_url=_readings_url(one, after=page.next) if page.next else None,
        first_url=None if page.first else _readings_url(one),
        status=status,
    )


def _readings_url(one: Equipment, **values: Any) -> str:
    return url_for(".readings", equipment_id=one.id, **values)


def _trend(quantity: Quantity, found: list[Reading]) -> dict[str, Any]:
    """A quantity with its picture, and what is wrong with the newest."""
    points = [(clock.local(one.measured_at).date(), float(one.value)) for one in found]
    return {
        "quantity": quantity,
        "chart": chart(quantity, points),
        "last": found[-1] if found else None,
        "fault": quantity.fault(found[-1].value) if found else "",
    }
