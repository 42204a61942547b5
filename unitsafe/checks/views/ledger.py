"""The ledger of checks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.checks import ledger_papers, planning, queries
from unitsafe.checks.labels import STATUS_KIND
from unitsafe.checks.views import bp
from unitsafe.checks.views.month import DAILY, month_grids
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.download import Packed
from unitsafe.core.htmx import render
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import date_arg, here, int_arg
from unitsafe.grids import queries as grids
from unitsafe.grids.labels import grid_title
from unitsafe.people import queries as people
from unitsafe.places import queries as places
from unitsafe.school.ledgers import (
    EXPORT,
    Ledger,
    as_archive,
    as_file,
    days_in_words,
    files_of,
    in_words,
    month_book,
    months_of,
    search_in_words,
    year_asked,
)

OF_DAYS = ("on_time", "late")
"""States that figures ask for within their days; of all years they would be searched for."""


@bp.get("/checks")
@allow()
def index() -> ResponseReturnValue:
    """What was checked and what was not, newest first."""
    session, now = db.session(), clock.now()
    planning.ensure_planned(session, clock.today(), now=now)
    filters = read_filters()
    page = fetch_page(
        session,
        queries.ledger(actor(), filters, now),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    return render(
        "checks/index.html",
        fragment="rows",
        oob=(),
        page=page,
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        total=queries.count(session, actor(), filters, now),
        most=queries.MOST_COUNTED,
        filters=filters,
        status_kind=STATUS_KIND,
        files=files_of(".index_file", archive=".year_zip"),
        chips=[
            (text, here(".index", status=key), filters.status == key)
            for key, text in status_choices()
            if key not in OF_DAYS or key == filters.status
        ],
        checklists=content.load().checklists,
        buildings=places.buildings(session),
        grids=grids.grids(session),
        args=request.args,
    )


@bp.get("/checks.<any(xlsx, pdf):suffix>")
@allow()
def index_file(suffix: str) -> ResponseReturnValue:
    """Every check the filters leave, as a workbook or on paper."""
    now = clock.now()
    planning.ensure_planned(db.session(), clock.today(), now=now)
    return as_file(_ledger(read_filters(), now), suffix)


def _ledger(filters: queries.Filters, now: datetime, period: str = "") -> Ledger:
    rows = ledger_papers.rows(db.session(), actor(), filters, now)
    return Ledger(_("检查记录"), ledger_papers.columns(), rows, _narrowed(filters), period)


def _narrowed(filters: queries.Filters) -> str:
    """The filters in words."""
    session, person, building = db.session(), filters.person_id, filters.building_id
    form = content.load().checklists.get(filters.checklist_key)
    grid = grids.grid_by_code(session, request.args["grid"]) if filters.grid_ids else None
    place = places.building(session, building) if building else None
    return in_words(
        dict(status_choices())[filters.status] if filters.status else "",
        _("每天应查的") if filters.is_daily else "",
        form.title if form else search_in_words(filters.checklist_key),
        grid_title(grid) if grid else "",
        place.name if place else "",
        people.names(session, {person}).get(person, "") if person else "",
        days_in_words(filters.first, filters.last),
        search_in_words(filters.words),
    )


@bp.get("/checks.zip")
@allow(*EXPORT)
def year_zip() -> ResponseReturnValue:
    """A year month by month: the ledger as the filters leave it, and the month grids of the daily
    patrol where they are shown whole."""
    year = year_asked()
    planning.ensure_planned(db.session(), clock.today(), now=clock.now())
    return as_archive(_("检查记录"), year, _months(year, read_filters()))


def _months(year: int, filters: queries.Filters) -> Iterator[Packed]:
    now = clock.now()
    whole = queries.Filters(building_id=filters.building_id)
    has_grids = filters in (whole, replace(whole, checklist_key=DAILY))
    for first, last in months_of(year, filters.first, filters.last):
        month = f"{first:%Y-%m}"
        yield from month_book(_ledger(replace(filters, first=first, last=last), now, month))
        if has_grids:
            yield from month_grids(first, filters.building_id)


def status_choices() -> list[tuple[str, str]]:
    """The ledger's states as people ask for them."""
    return [
        ("", _("全部")),
        ("done", _("已完成")),
        ("on_time", _("按时")),
        ("late", _("没按时")),
        ("waiting", _("待签字")),
        ("failed", _("有异常")),
        ("backfill", _("补录")),
        ("missed", _("漏查")),
        ("unexplained", _("漏查待说明")),
        ("unfinished", _("待查")),
        ("skipped", _("登记不查")),
    ]


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    session, args = db.session(), request.args
    code = args.get("grid", "")
    status = args.get("status", "")
    return queries.Filters(
        checklist_key=args.get("checklist", "")[:40],
        status=status if status in queries.STATUS_CHOICES else "",
        grid_ids=grids.below(session, [code]) if code else frozenset(),
        building_id=int_arg("building"),
        person_id=int_arg("person"),
        first=date_arg("first"),
        last=date_arg("last"),
        words=args.get("q", "").strip()[:50],
        is_daily=args.get("daily") == "1",
    )
