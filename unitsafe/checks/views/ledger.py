"""The ledger of checks."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.checks import planning, queries
from unitsafe.checks.labels import STATUS_KIND
from unitsafe.checks.views import bp
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import date_arg, here, int_arg
from unitsafe.grids import queries as grids
from unitsafe.places import queries as places


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
        chips=[
            (text, here(".index", status=key), filters.status == key)
            for key, text in status_choices()
        ],
        checklists=content.load().checklists,
        buildings=places.buildings(session),
        grids=grids.grids(session),
        args=request.args,
    )


def status_choices() -> list[tuple[str, str]]:
    """The ledger's states as people ask for them."""
    return [
        ("", _("全部")),
        ("done", _("已完成")),
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
    )
