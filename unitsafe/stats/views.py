"""Statistics on screen, on paper and as a workbook."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.errors import sentence
from unitsafe.core.excel import workbook
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.percent import percent
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import here, int_arg, read_day
from unitsafe.grids import queries as grids
from unitsafe.grids.labels import grid_title
from unitsafe.grids.models import Grid
from unitsafe.places import queries as places
from unitsafe.places.models import Building
from unitsafe.school import queries as schools
from unitsafe.stats import charts, papers, queries, rules
from unitsafe.stats.labels import category_name, period_name
from unitsafe.stats.queries import Report, Scope
from unitsafe.stats.rules import Span, TermDays

bp = Blueprint("stats", __name__)
READERS = (Right.VIEW_ALL, Right.ASSIGN_IN_GRID)
"""Those who see the whole school, and who leads a grid: that one and what is below."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for; of whoever leads a grid it is always one of theirs.

    ``problems``: what of it cannot be followed and why, by the word of the address. Nothing is
    counted then: a filter left out would give the numbers of something else.
    """

    scope: Scope
    grids: list[Grid]
    buildings: list[Building]
    grid: Grid | None
    building: Building | None
    problems: Mapping[str, str]

    @property
    def where(self) -> str:
        """The grid and the building in words; empty for the whole school."""
        parts = (
            grid_title(self.grid) if self.grid else "",
            self.building.name if self.building else "",
        )
        return " · ".join(part for part in parts if part)

    def _narrowed(self, **more: Any) -> dict[str, Any]:
        here = {
            "grid": self.grid.code if self.grid else None,
            "building": self.building.id if self.building else None,
        }
        return {**here, **more}

    def checks(self, first: date, last: date, **more: str) -> str:
        """The ledger of checks of these days."""
        days = {"first": first.isoformat(), "last": last.isoformat()}
        return url_for("checks.index", **self._narrowed(**days, **more))

    def daily(self, day: date) -> str:
        """The ledger of the daily checks of a day."""
        return self.checks(day, day, daily="1")

    def hazards(self, first: date, last: date, **more: str) -> str:
        """The ledger of hazards found on these days."""
        days = {"first": first.isoformat(), "last": last.isoformat(), "valid": 1}
        return url_for("hazards.index", **self._narrowed(**days, **more))

    def closed(self, first: date, last: date) -> str:
        """The ledger of hazards closed on these days."""
        days = {"closed_first": first.isoformat(), "closed_last": last.isoformat()}
        return url_for("hazards.index", **self._narrowed(**days, state="closed"))

    def figure(self, key: str, first: date, last: date) -> str:
        """What a figure of the assessment counts."""
        if key == "hazards_closed_on_time_rate":
            days = {"due_first": first.isoformat(), "due_last": last.isoformat()}
            return url_for("hazards.index", **self._narrowed(**days, valid=1))
        more = {
            "daily_patrol_completion_rate": {"checklist": "daily_fire_patrol", "daily": "1"},
            "backfilled_record_rate": {"status": "backfill"},
        }
        return self.checks(first, last, **more[key])


def _asked(session: Session) -> Asked:
    problems: dict[str, str] = {}
    period = _period(session, problems)
    sees_all = Right.VIEW_ALL in actor().rights
    offered = [one for one in grids.grids(session) if sees_all or one.id in actor().leads]
    grid = _grid(offered, problems)
    if grid is None and not sees_all:
        grid = offered[0] if offered else None
    ids = grids.below(session, [grid.code]) if grid else frozenset()
    if not sees_all and not ids:
        ids = frozenset({0})  # leads nothing: sees nothing
    houses = list(places.buildings(session))
    building = _building(session, houses, ids, problems)
    if not sees_all:
        theirs = grids.buildings_of(session, grids.below(session, [one.code for one in offered]))
        houses = [one for one in houses if one.id in theirs]
    scope = Scope(period, ids, building.id if building else None)
    return Asked(scope, offered, houses, grid, building, problems)


def _grid(offered: Sequence[Grid], problems: dict[str, str]) -> Grid | None:
    code = request.args.get("grid", "")
    found = next((one for one in offered if one.code == code), None)
    if code and found is None:
        problems["grid"] = _("没有这个网格，或者不归您负责，请重新选。")
    return found


def _building(
    session: Session, houses: Sequence[Building], grid_ids: Set[int], problems: dict[str, str]
) -> Building | None:
    found = next((one for one in houses if one.id == int_arg("building")), None)
    if found is None:
        if request.args.get("building"):
            problems["building"] = _("没有这栋楼，请重新选。")
    elif grid_ids and found.id not in grids.buildings_of(session, grid_ids):
        problems["building"] = _(
            "网格和楼栋对不上：所选网格没有部位在%(house)s，请改一个。", house=found.name
        )
    return found


def _period(session: Session, problems: dict[str, str]) -> rules.Period:
    first, last = (_month(word, problems) for word in ("from", "to"))
    chosen = request.args.get("period", "")
    span = Span(chosen) if chosen in set(Span) else Span.TERM
    if first or last:
        span = Span.OWN
    elif span is Span.OWN:
        span = Span.TERM
    terms = [TermDays(one.name, one.starts_on, one.ends_on) for one in schools.terms(session)]
    try:
        return rules.period(span, terms, clock.today(), first, last)
    except RuleError as error:
        problems["to"] = sentence(error)
        return rules.period(Span.TERM, terms, clock.today(), None, None)


def _month(word: str, problems: dict[str, str]) -> date | None:
    """The first day of the month in the address; None without one."""
    text = request.args.get(word, "").strip()
    day = read_day(f"{text}-01")
    if text and (day is None or f"{day:%Y-%m}" != text):
        problems[word] = _("请填年月，如2026-09，从2000年到2100年。")
        return None
    return day


def _report() -> tuple[Asked, Report | None]:
    """What is asked for and its figures, None when it cannot be followed."""
    session, now = db.session(), clock.now()
    planning.ensure_planned(session, clock.today(), now=now)
    asked = _asked(session)
    return asked, None if asked.problems else queries.report(session, asked.scope, now)


@bp.get("/stats")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """How checks and hazards went; each number with the rows behind it."""
    return _page(*_report())


def _page(asked: Asked, report: Report | None) -> ResponseReturnValue:
    """The page, or the filters with what is wrong with them, which files answer as well."""
    period = asked.scope.period
    spans = [one for one in Span if one is not Span.OWN or period.span is Span.OWN]
    return render(
        "stats/index.html",
        status=422 if report is None else 200,
        report=report,
        asked=asked,
        period=period,
        headline=papers.headline(report) if report else "",
        checks_line=papers.checks_line(report) if report else "",
        chips=[
            (label(one), here(".index", period=one.value, **{"from": "", "to": ""}), False)
            if one is not period.span or report is None
            else (period_name(period), here(".index"), True)
            for one in spans
        ],
        narrowed=sum(bool(request.args.get(word)) for word in ("grid", "building", "from", "to")),
        grid_choices=[(one.code, grid_title(one)) for one in asked.grids],
        building_choices=[(one.id, one.name) for one in asked.buildings],
        charts=charts,
        category_name=category_name,
        percent=percent,
        here=here,
        args=request.args,
    )


@bp.get("/stats.xlsx")
@allow(*READERS)
def index_xlsx() -> ResponseReturnValue:
    """Every number of the page as a workbook."""
    asked, report = _report()
    if report is None:
        return _page(asked, None)
    title = _("统计")
    book = workbook(title, papers.columns(), papers.rows(report))
    return xlsx(book, schools.short_name(), title, _named(asked, report))


@bp.get("/stats.pdf")
@allow(*READERS)
def index_pdf() -> ResponseReturnValue:
    """The page on paper."""
    asked, report = _report()
    if report is None:
        return _page(asked, None)
    school = schools.school(db.session())
    data, drawings = papers.sheet(
        report, asked, school=school.name, where=asked.where, now=clock.now()
    )
    printed = render_pdf("statistics", data, drawings=drawings)
    return pdf(printed, schools.short_name(), "消防安全统计", _named(asked, report))


def _named(asked: Asked, report: Report) -> str:
    """本学期, or with the grid or building it is narrowed to."""
    return "_".join(part for part in (asked.where, period_name(report.period)) if part)
