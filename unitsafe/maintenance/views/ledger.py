"""The ledger: how every duty stands, the contract, twelve months of visits, all records."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here, int_arg
from unitsafe.equipment.rules import add_months
from unitsafe.maintenance import papers, queries, rules
from unitsafe.maintenance.labels import MARK_KIND, MONTH_KIND, RESULT_KIND, mark_word
from unitsafe.maintenance.rules import Kind
from unitsafe.maintenance.views import SEE, bp, may_edit
from unitsafe.school.ledgers import Ledger, as_file, files_of, in_words
from unitsafe.school.queries import school


@bp.get("/maintenance")
@allow(SEE)
def index() -> ResponseReturnValue:
    """How every duty stands, the contract, twelve months of visits, and the ledger."""
    session, today, filters = db.session(), clock.today(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(filters),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    own = school(session)
    months = rules.strip(
        queries.visited_on(session, add_months(today, -12)),
        today,
        since=clock.local(own.created_at).date(),
    )
    return render(
        "maintenance/index.html",
        fragment="rows",
        oob=(),
        page=page,
        tallies=queries.tallies(session, [one.id for one in page.rows]),
        filters=filters,
        is_filtered=filters != queries.Filters(),
        kinds=list(Kind),
        years=queries.years(session),
        standings=rules.standings(
            own.has,
            queries.newest(session),
            today,
            ahead_days=own.number("test_ahead_days"),
            remind_day=own.number("maintenance_day"),
        ),
        contracts=[
            (one, rules.until_mark(one.until_on, today, own.number("contract_ahead_days")))
            for one in queries.contracts(session)
        ],
        needs_contract=own.has("has_fixed_systems"),
        months=months,
        quarter=[(first, one) for first, one in months if first in rules.quarter_months(today)],
        mark_kind=MARK_KIND,
        mark_word=mark_word,
        month_kind=MONTH_KIND,
        result_kind=RESULT_KIND,
        files=files_of(".index_file"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        may_edit=may_edit(),
    )


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    year, kind = int_arg("year"), request.args.get("kind")
    return queries.Filters(
        year=year if year and 2000 <= year <= 2100 else None,
        kind=Kind(kind) if kind in set(Kind) else None,
    )


@bp.get("/maintenance.<any(xlsx, pdf):suffix>")
@allow(SEE)
def index_file(suffix: str) -> ResponseReturnValue:
    """The ledger as it is filtered, as a workbook or on paper."""
    filters = read_filters()
    rows = (papers.row(one, tally) for one, tally in queries.lines(db.session(), filters))
    year = str(filters.year) if filters.year else ""
    narrowed = in_words(f"{year}年" if year else "", label(filters.kind))
    return as_file(Ledger(_("维保与检测台账"), papers.columns(), rows, narrowed, year), suffix)
