"""The month's roster: on screen, on paper."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import month_of
from unitsafe.roster import papers, queries, table
from unitsafe.roster.rules import Standing
from unitsafe.roster.table import Stand
from unitsafe.roster.views import EDIT, bp
from unitsafe.school.ledgers import Ledger, as_file
from unitsafe.school.queries import school, short_name


@bp.get("/roster")
@allow()
def index() -> ResponseReturnValue:
    """This month's roster."""
    return redirect(url_for(".month", month=f"{clock.today():%Y-%m}"), code=303)


@bp.get("/roster/<month>")
@allow()
def month(month: str) -> ResponseReturnValue:
    """Days down, shifts across; gaps, swaps and stand-ins; how many each."""
    first, last = month_of(month)
    session, today = db.session(), clock.today()
    roster = table.read(session, first, last)
    by_day = {day: roster.on(day) for day in roster.days}
    stands = [stand for day in by_day.values() for stand in day]
    used = {stand.shift.id for stand in stands}
    is_mine = request.args.get("mine") == "1"
    mine = [stand for stand in stands if stand.who is not None and stand.who.id == actor().id]
    days = {stand.day for stand in mine} if is_mine else set(by_day)
    in_month = queries.counts(session, first, last)
    term = queries.term_span(session, first)
    return render(
        "roster/month.html",
        month=month,
        first=first,
        roster=roster,
        rows=[(day, _cells(by_day[day])) for day in sorted(days)],
        shifts=[shift for shift in roster.shifts if shift.id in used],
        has_shifts=bool(roster.shifts),
        mine=[stand for stand in mine if stand.day >= today],
        is_mine=is_mine,
        is_whole=request.args.get("days") == "all" or not first <= today <= last,
        figures=_figures(stands, today),
        in_month=in_month,
        in_term=queries.totals(queries.counts(session, *term)),
        sharers=roster.sharers(in_month),
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}",
        standing=Standing,
        may_edit=_may_edit(),
    )


def _may_edit() -> bool:
    return holds_any(EDIT)


def _cells(stands: Sequence[Stand]) -> dict[int, list[Stand]]:
    """The turns of a day by shift."""
    found: dict[int, list[Stand]] = {}
    for stand in stands:
        found.setdefault(stand.shift.id, []).append(stand)
    return found


def _figures(stands: Sequence[Stand], today: date) -> dict[str, int]:
    """How many turns, filled ones, and what is open from today on."""
    ahead = [stand for stand in stands if stand.day >= today]
    return {
        "all": len(stands),
        "filled": sum(stand.standing is not Standing.EMPTY for stand in stands),
        "empty": sum(stand.standing is Standing.EMPTY for stand in ahead),
        "uncovered": sum(stand.standing is Standing.UNCOVERED for stand in ahead),
        "clashes": sum(stand.clashes for stand in ahead),
    }


@bp.get("/roster/<month>.xlsx")
@allow()
def month_xlsx(month: str) -> ResponseReturnValue:
    """The month's turns as a workbook."""
    roster = table.read(db.session(), *month_of(month))
    rows = (papers.row(roster, stand) for stand in roster.all())
    return as_file(Ledger(_("值班表"), papers.columns(), rows, period=month), "xlsx")


@bp.get("/roster/<month>.pdf")
@allow()
def month_pdf(month: str) -> ResponseReturnValue:
    """The month's roster to sign and hang up."""
    first, last = month_of(month)
    session = db.session()
    roster = table.read(session, first, last)
    counts = queries.counts(session, first, last)
    data = papers.month(school(session), roster, counts, now=clock.now())
    return pdf(render_pdf("roster_month", data), short_name(), _("值班表"), month)
