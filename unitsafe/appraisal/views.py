"""The month's appraisal of every grid, on screen and as a workbook."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.appraisal import queries, rules
from unitsafe.appraisal.queries import WALK, Line
from unitsafe.checks import planning
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.download import xlsx
from unitsafe.core.excel import Column, Value, workbook
from unitsafe.core.htmx import render
from unitsafe.core.query import month_of
from unitsafe.hazards.rules import card_numbers
from unitsafe.school.queries import school, short_name

bp = Blueprint("appraisal", __name__)
READERS = (Right.VIEW_ALL, Right.ASSIGN_IN_GRID)
"""Those who see the whole school, and who leads a grid: that one and what is below."""


@bp.get("/appraisal")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The last month that is over."""
    before = clock.today().replace(day=1) - timedelta(days=1)
    return redirect(url_for(".month", month=f"{before:%Y-%m}"), code=303)


@bp.get("/appraisal/<month>")
@allow(*READERS)
def month(month: str) -> ResponseReturnValue:
    """Every grid's figures, each with the rows behind it."""
    first, last = month_of(month)
    planning.ensure_planned(db.session(), clock.today(), now=clock.now())
    found = _lines(first, last)
    return render(
        "appraisal/month.html",
        month=month,
        first=first,
        last=last,
        lines=found,
        is_future=first > clock.today(),
        is_running=first <= clock.today() <= last,
        is_empty=all(line.month == rules.Month() for line in found),
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}" if last < clock.today() else None,
        rules=rules,
        share=rules.share,
        checks_at=lambda line, **more: url_for(
            "checks.index", **_checks(line, first, last), **more
        ),
        hazards_at=lambda **more: url_for("hazards.index", valid=1, **more),
    )


def _checks(line: Line, first: date, last: date) -> dict[str, Any]:
    """The ledger of the grid's walks in the month."""
    return {
        "grid": line.grid.code,
        "checklist": WALK,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }


@bp.get("/appraisal/<month>.xlsx")
@allow(*READERS)
def month_xlsx(month: str) -> ResponseReturnValue:
    """The same figures as a workbook."""
    first, last = month_of(month)
    columns = [
        Column(_("名次"), 6),
        Column(_("编号")),
        Column(_("网格"), 24),
        Column(_("级别")),
        Column(_("得分")),
        *(
            Column(title)
            for title in (
                _("应巡"),
                _("已巡"),
                _("按时"),
                _("补录"),
                _("登记不查"),
                _("网格内发现"),
                _("本网格人发现"),
                _("应改"),
                _("按期整改"),
                _("评价平均"),
                _("月末黄牌"),
                _("月末红牌"),
                _("消牌"),
            )
        ),
    ]
    rows = [_row(place, line) for place, line in enumerate(_lines(first, last), start=1)]
    title = _("网格考核")
    return xlsx(workbook(title, columns, rows), short_name(), title, month)


def _row(place: int, line: Line) -> list[Value]:
    one = line.month
    return [
        place,
        line.grid.code,
        line.grid.name,
        _("片区") if line.grid.level == 2 else _("三级网格"),
        one.score,
        one.expected,
        one.done,
        one.on_time,
        one.backfill,
        one.skipped,
        one.found,
        one.found_by,
        one.due,
        one.fixed,
        None if one.rating is None else round(one.rating, 1),
        one.yellow,
        one.red,
        one.lifted,
    ]


def _lines(first: date, last: date) -> list[Line]:
    session = db.session()
    numbers = card_numbers(school(session).number)
    return queries.lines(session, actor(), first, last, clock.now(), numbers)
