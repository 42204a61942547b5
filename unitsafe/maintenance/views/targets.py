"""配备标准与实有: how much there should be, how much there is."""

from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.errors import sentence
from unitsafe.core.excel import workbook
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.equipment.labels import kinds, short_name
from unitsafe.maintenance import papers, queries, rules, services
from unitsafe.maintenance.forms import TargetsForm, targets_form
from unitsafe.maintenance.rules import MICRO, Target
from unitsafe.maintenance.views import EDIT, SEE, bp, may_edit
from unitsafe.places import queries as places
from unitsafe.school.queries import school


@bp.get("/equipment/targets")
@allow(SEE)
def targets() -> ResponseReturnValue:
    """配备标准与实有: what is missing in the whole school, and the numbers of one place."""
    return _show(_place(), None)


@bp.post("/equipment/targets")
@allow(*EDIT)
def set_targets() -> ResponseReturnValue:
    """How many of each kind the place should have."""
    place = request.form.get("place", "")
    if place not in _places():
        abort(404)
    form, problem = _form(place), ""
    if form.validate():
        try:
            return _save(form, place)
        except RuleError as error:
            problem = sentence(error)
    return _show(place, form, problem, status=422)


def _place() -> str:
    """The place that the address names, the first building where it names none."""
    known, wanted = list(_places()), request.args.get("place", "")
    return wanted if wanted in known else next((one for one in known if one != MICRO), MICRO)


def _places() -> dict[str, str]:
    found = {f"b{one.id}": one.name for one in places.buildings(db.session())}
    return found | {MICRO: _micro_name()}


def _numbers(place: str) -> dict[str, int | None]:
    return {kind: row.number for kind, row in queries.target_rows(db.session(), place).items()}


def _form(place: str, **kwargs: Any) -> TargetsForm:
    kept = _numbers(place)
    return targets_form(place, _kinds_of(place), kept, services.fingerprint(kept), **kwargs)


def _show(
    place: str, form: TargetsForm | None, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    every = queries.targets(db.session(), _micro_name())
    offered, kept = _places(), _numbers(place)
    have = {one.kind: one.have for one in every if one.place == place}
    lines = [
        Target(place, offered[place], kind, kept.get(kind), have.get(kind, 0))
        for kind in _kinds_of(place)
    ]
    return render(
        "maintenance/targets.html",
        gaps=[one for one in every if one.gap],
        asked=sum(one.should is not None for one in every),
        place=place,
        chips=[
            (name, url_for(".targets", place=key), key == place) for key, name in offered.items()
        ],
        form=form or _form(place, formdata=None),
        problem=problem,
        shown=[one for one in lines if one.should is not None or one.have],
        others=[one for one in lines if one.should is None and not one.have],
        kinds=content.load().equipment.kinds,
        may_edit=may_edit(),
        status=status,
    )


def _micro_name() -> str:
    return str(_("微型消防站"))


def _kinds_of(place: str) -> dict[str, str]:
    """The kinds a place may hold, by key."""
    return {
        key: short_name(kind)
        for key, kind in kinds().items()
        if (kind.group in rules.MICRO_GROUPS if place == MICRO else kind.group != rules.MICRO_GROUP)
    }


def _save(form: TargetsForm, place: str) -> ResponseReturnValue:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".targets", place=place)
        number = services.set_targets(
            session, place, form.numbers, seen=form.seen.data or "", by=actor(), now=now
        )
    flash(_("已保存，改了%(n)s项。", n=number) if number else _("没有改动。"))
    return see_other(key.location)


@bp.get("/equipment/targets.pdf")
@allow(SEE)
def targets_pdf() -> ResponseReturnValue:
    """The sheet of all places."""
    session = db.session()
    own = school(session)
    data = papers.target_sheet(queries.targets(session, _micro_name()), own, now=clock.now())
    printed = render_pdf("equipment_targets", data)
    return pdf(printed, own.short_name, "器材配备对照表", clock.today().isoformat())


@bp.get("/equipment/targets.xlsx")
@allow(SEE)
def targets_xlsx() -> ResponseReturnValue:
    """The same as a workbook."""
    session = db.session()
    rows = [papers.target_row(one) for one in queries.targets(session, _micro_name())]
    title = _("器材配备对照表")
    book = workbook(title, papers.target_columns(), rows)
    return xlsx(book, school(session).short_name, title, clock.today().isoformat())
