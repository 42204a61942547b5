"""One record: a visit, a test, a cleaning; its findings and readings, the signature."""

from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render
from unitsafe.files.views import sent_files, shown
from unitsafe.hazards.labels import LEVEL_KIND
from unitsafe.hazards.labels import STATE_KIND as HAZARD_KIND
from unitsafe.maintenance import queries, rules, services
from unitsafe.maintenance.forms import (
    FindingForm,
    FindingRow,
    TestForm,
    VisitForm,
    VisitReadingForm,
)
from unitsafe.maintenance.labels import MARK_KIND, RESULT_KIND, changed
from unitsafe.maintenance.models import Maintenance
from unitsafe.maintenance.rules import TESTS, Kind
from unitsafe.maintenance.views import EDIT, SEE, bp, may_edit
from unitsafe.maintenance.views.readings import reading_line, save_reading
from unitsafe.places import queries as places
from unitsafe.school.queries import school

ONE = "/maintenance/<int:maintenance_id>"
ROWS = 3
"""Findings on the form of a new record; more are added on its page."""
RecordForm = VisitForm | TestForm


@bp.route("/maintenance/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Write down a visit, or a report where ``kind`` is one of the tests."""
    kind = request.args.get("kind")
    form = TestForm(data={"kind": Kind(kind)}) if kind in set(TESTS) else VisitForm()
    if not form.is_submitted() and form.done_on.data is None:
        form.done_on.data = clock.today()
    offered = places.space_choices(db.session())
    rows = [FindingRow(prefix=f"finding-{number}-") for number in range(1, ROWS + 1)]
    for row in rows:
        row.offer(offered)
    if not form.is_submitted():
        return _show_form(form, rows=rows)
    return _saved(form, rows=rows)


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(maintenance_id: int) -> ResponseReturnValue:
    """Complete or correct a record until it is signed."""
    one = _found(maintenance_id)
    form = VisitForm(obj=one) if one.kind is Kind.MAINTENANCE else TestForm(obj=one)
    return _saved(form, one) if form.is_submitted() else _show_form(form, one)


def _saved(
    form: RecordForm, one: Maintenance | None = None, rows: list[FindingRow] | tuple[()] = ()
) -> ResponseReturnValue:
    """The record as it was saved; the form again where something is wrong."""
    ids, file_error = sent_files()
    record_id, sound = one.id if one else None, [row.validate() for row in rows]

    def save(session: Session, now: datetime) -> Maintenance:
        if record_id is None:
            found = [row.found() for row in rows if row.is_used]
            return services.record(session, form.facts(), found, file_ids=ids, by=actor(), now=now)
        kept = session.get_one(Maintenance, record_id)
        services.change(
            session,
            kept,
            form.facts(),
            seen=form.version.data or 0,
            file_ids=ids,
            by=actor(),
            now=now,
        )
        return kept

    return carry_out(
        form,
        save,
        _("已保存。"),
        location=lambda kept: url_for(".detail", maintenance_id=kept.id),
        again=lambda: _show_form(form, one, rows, ids, file_error, status=422),
        is_sound=all(sound) and not file_error,
        otherwise="company",
    )


def _show_form(
    form: RecordForm,
    one: Maintenance | None = None,
    rows: list[FindingRow] | tuple[()] = (),
    ids: list[int] | tuple[()] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    return render(
        "maintenance/form.html",
        form=form,
        one=one,
        rows=rows,
        kept=shown(list(ids)),
        file_error=file_error,
        most_mib=school(session).number("file_mib"),
        is_test=isinstance(form, TestForm),
        companies=queries.companies(session),
        status=status,
    )


def _found(maintenance_id: int) -> Maintenance:
    return queries.record(db.session(), maintenance_id) or abort(404)


@bp.get(ONE)
@allow(SEE)
def detail(maintenance_id: int) -> ResponseReturnValue:
    """One record: what was done, the sheet, findings and how far they are, readings."""
    return _show(maintenance_id)


def _show(
    maintenance_id: int,
    *,
    finding_form: FindingForm | None = None,
    reading_form: VisitReadingForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, one = db.session(), _found(maintenance_id)
    own = school(session)
    is_open = one.signed_at is None and may_edit()
    if is_open:
        finding_form = finding_form or _finding_form(formdata=None)
        reading_form = reading_form or _visit_reading_form(one, formdata=None)
    return render(
        "maintenance/detail.html",
        one=one,
        tally=queries.tallies(session, [one.id]).get(one.id, queries.Tally()),
        mark=rules.until_mark(one.valid_until, clock.today(), own.number("test_ahead_days"))
        if one.valid_until
        else None,
        mark_kind=MARK_KIND,
        result_kind=RESULT_KIND,
        hazard_kind=HAZARD_KIND,
        level_kind=LEVEL_KIND,
        lines=[reading_line(reading, reading.equipment, own) for reading in one.readings],
        changed=changed,
        finding_form=finding_form if is_open else None,
        reading_form=reading_form if is_open else None,
        sign_form=Form(formdata=None) if is_open else None,
        numbers=queries.system_numbers(session) if is_open else (),
        status=status,
    )


def _finding_form(**kwargs: Any) -> FindingForm:
    form = FindingForm(**kwargs)
    form.offer(places.space_choices(db.session()))
    return form


def _visit_reading_form(one: Maintenance, **kwargs: Any) -> VisitReadingForm:
    data = {"read_by": one.people[:40], "measured_on": one.done_on}
    form = VisitReadingForm(data=data, **kwargs)
    form.offer(list(rules.BY_KEY.values()))
    return form


@bp.post(ONE + "/findings")
@allow(*EDIT)
def add_finding(maintenance_id: int) -> ResponseReturnValue:
    """Something that was not written down at first."""
    _found(maintenance_id)
    form = _finding_form()
    return carry_out(
        form,
        lambda session, now: services.add_finding(
            session, session.get_one(Maintenance, maintenance_id), form.found(), by=actor(), now=now
        ),
        lambda hazard: _("已补登为隐患%(number)s。", number=hazard.number),
        location=url_for(".detail", maintenance_id=maintenance_id),
        again=lambda: _show(maintenance_id, finding_form=form, status=422),
    )


@bp.post(ONE + "/readings")
@allow(*EDIT)
def add_reading(maintenance_id: int) -> ResponseReturnValue:
    """A value that the contractor read during the visit."""
    found = _found(maintenance_id)
    form = _visit_reading_form(found)

    def again() -> ResponseReturnValue:
        return _show(maintenance_id, reading_form=form, status=422)

    equipment = queries.system_by_number(db.session(), form.number_of.data or "")
    if equipment is None:
        if form.validate():
            form.number_of.errors = [_("没有这个编号的器材，请核对。")]
        return again()
    back = url_for(".detail", maintenance_id=maintenance_id)
    return save_reading(form, equipment.id, back, again, during=maintenance_id)


@bp.post(ONE + "/sign")
@allow(*EDIT)
def sign(maintenance_id: int) -> ResponseReturnValue:
    """签字确认: the school's person has seen it done."""
    _found(maintenance_id)
    return carry_out(
        Form(),
        lambda session, now: services.sign(
            session, session.get_one(Maintenance, maintenance_id), by=actor(), now=now
        ),
        _("已签字确认，这条记录不能再改。"),
        location=url_for(".detail", maintenance_id=maintenance_id),
        again=lambda: _show(maintenance_id, status=422),
    )
