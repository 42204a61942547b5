"""A month of one place on one sheet, on screen and on paper; one check on paper."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from unitsafe import clock, content
from unitsafe.checks import papers, planning, queries
from unitsafe.checks.rules import ON_DUTY
from unitsafe.checks.views import bp
from unitsafe.checks.views.sheet import get_check
from unitsafe.content.model import Checklist
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.download import Packed, file_name, pdf
from unitsafe.core.htmx import render
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import read_day
from unitsafe.grids import queries as grids
from unitsafe.paper.shapes import MonthGrid
from unitsafe.photos import services as photos
from unitsafe.photos.models import Photo
from unitsafe.places import queries as places
from unitsafe.school.queries import school, short_name

PER_DAY = ("day", "night")
DAILY = "daily_fire_patrol"


@bp.get("/checks/month")
@allow()
def month_index() -> ResponseReturnValue:
    """Choose form, place and month; see the month, print it."""
    planning.ensure_planned(db.session(), clock.today(), now=clock.now())
    chosen = _choice()
    choices = _places(chosen.form, chosen.month)
    data = None
    if chosen.target in dict(choices):
        data = _grid_data(chosen, dict(choices)[chosen.target])
    return render(
        "checks/month.html",
        chosen=chosen,
        forms=_forms(),
        places=choices,
        months=_months(),
        data=data,
        pdf_url=chosen.url("a4"),
        a3_url=chosen.url("a3"),
    )


@bp.get("/checks/month.pdf")
@allow()
def month_pdf() -> ResponseReturnValue:
    """The month grid as PDF."""
    chosen = _choice()
    choices = dict(_places(chosen.form, chosen.month))
    if chosen.target not in choices:
        abort(404)
    data = _grid_data(chosen, choices[chosen.target])
    name = f"{choices[chosen.target]}{data['title']}"
    return pdf(render_pdf("month_grid", data), short_name(), name, data["period"])


def month_grids(month: date, building_id: int | None) -> Iterator[Packed]:
    """The month grids of the daily patrol to pack, of one building or of each that was checked."""
    form = content.load().checklists[DAILY]
    for target, place in _places(form, month):
        chosen = Choice(form, target, month, "a4")
        if building_id and target != f"b{building_id}":
            continue
        data = _grid_data(chosen, place)
        if data["counts"]["expected"]:
            name = file_name(short_name(), f"{place}{data['title']}", f"{month:%Y-%m}")
            yield f"{name}.pdf", render_pdf("month_grid", data)


@bp.get("/checks/<int:check_id>.pdf")
@allow()
def check_pdf(check_id: int) -> ResponseReturnValue:
    """One check as PDF."""
    session = db.session()
    check = get_check(session, check_id)
    data, names = papers.check_record(session, school(session), check, now=clock.now())
    files = {
        name: photos.store().path(session.get_one(Photo, photo_id).digest, photos.SUFFIX)
        for name, photo_id in names.items()
    }
    what = f"{check.title}_{check.place}"
    return pdf(render_pdf("check_record", data, photos=files), short_name(), what, str(check.day))


class Choice:
    """What of the month page is chosen in the address."""

    def __init__(self, form: Checklist, target: str, month: date, paper: str) -> None:
        self.form, self.target, self.month, self.paper = form, target, month, paper

    @property
    def args(self) -> dict[str, str]:
        """The choice as an address carries it."""
        return {
            "checklist": self.form.key,
            "place": self.target,
            "month": f"{self.month:%Y-%m}",
        }

    def url(self, paper: str) -> str:
        """The address of the paper."""
        values: dict[str, Any] = {**self.args, "paper": paper}
        return url_for(".month_pdf", **values)


def _choice() -> Choice:
    forms = _forms()
    form = next((f for f in forms if f.key == request.args.get("checklist")), forms[0])
    text = request.args.get("month", "")
    month = read_day(f"{text}-01") if text else clock.today().replace(day=1)
    if month is None:
        abort(404)
    target = request.args.get("place", "")
    if not target:
        options = _places(form, month)
        target = options[0][0] if options else ""
    return Choice(form, target, month, request.args.get("paper", "a4"))


def _forms() -> list[Checklist]:
    """The forms that some plan asks for daily or nightly."""
    planned = {plan.checklist_key for plan in queries.plans(db.session()) if plan.unit in PER_DAY}
    pack = content.load().checklists
    return [form for key, form in pack.items() if key in planned] or [pack[DAILY]]


def _places(form: Checklist, month: date) -> list[tuple[str, str]]:
    """(target key, name) of the places of ``form`` that this person may see; of what turns on
    duty bring, those of the month."""
    session, key, mine = db.session(), form.key, actor()
    targets = {plan.target for plan in queries.plans(session) if plan.checklist_key == key}
    if targets == {ON_DUTY}:
        return queries.turns_on_duty(session, mine, key, *papers.month_span(month))
    if "grid" in targets:
        return [
            (f"g{grid.id}", f"{grid.code} {grid.name}")
            for grid in grids.grids(session)
            if grid.level == 3 and (Right.VIEW_ALL in mine.rights or grid.id in mine.grids)
        ]
    only_dorms = targets == {"dorm_building"}
    return [
        (f"b{building.id}", building.name)
        for building in places.buildings(session)
        if not only_dorms or building.use == "dorm"
    ]


def _months() -> list[str]:
    """The last twelve months, newest first, as YYYY-MM."""
    today = clock.today()
    serial = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(serial, serial - 12, -1)]


def _grid_data(chosen: Choice, place: str) -> MonthGrid:
    session = db.session()
    first, last = papers.month_span(chosen.month)
    plans = [plan for plan in queries.plans(session) if plan.is_active]
    checks = queries.month(session, actor(), chosen.form.key, chosen.target, first, last)
    return papers.month_grid(
        session,
        school(session),
        checks,
        form=chosen.form,
        place=place,
        month=first,
        paper=chosen.paper,
        plan=next((p.template for p in plans if p.checklist_key == chosen.form.key), None),
        now=clock.now(),
    )
