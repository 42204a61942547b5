"""The ledger of activities, on screen and as a workbook."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.activities import papers, queries
from unitsafe.activities.labels import STATE_KIND
from unitsafe.activities.papers import place_of
from unitsafe.activities.rules import FORMS, Form, Kind, State, may_organise
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import page_of
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import chips, date_arg, here
from unitsafe.school.ledgers import (
    Ledger,
    as_file,
    days_in_words,
    files_of,
    in_words,
    search_in_words,
)


@bp.get("/activities")
@allow()
def index() -> ResponseReturnValue:
    """What was and will be organised, newest first."""
    session, filters = db.session(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(actor(), filters),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_kind(session, actor(), filters)
    whole = sum(counts.values())
    return render(
        "activities/index.html",
        fragment="rows",
        oob=(),
        page=page,
        issues=queries.issue_counts(session, page.rows),
        chips=chips(".index", "kind", Kind, counts, filters.kind, form=""),
        total=counts[filters.kind] if filters.kind else whole,
        filters=filters,
        is_filtered=filters != queries.Filters(kind=filters.kind),
        shapes=FORMS[filters.kind] if filters.kind else list(Form),
        states=list(State),
        state_kind=STATE_KIND,
        place_of=place_of,
        above=page_of(filters.kind).above(session, clock.now()) if filters.kind else {},
        files=files_of(".index_file"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        new_url=_new_url(filters) if may_organise(actor(), None) else None,
        new_label=_("安排%(kind)s", kind=label(filters.kind or Kind.DRILL)),
    )


def _new_url(filters: queries.Filters) -> str:
    kind = filters.kind or Kind.DRILL
    return url_for(".new", kind=kind.value, form=filters.form.value if filters.form else None)


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    kind, form, state = args.get("kind"), args.get("form"), args.get("state")
    return queries.Filters(
        kind=Kind(kind) if kind in set(Kind) else None,
        form=Form(form) if form in set(Form) else None,
        state=State(state) if state in set(State) else None,
        first=date_arg("first"),
        last=date_arg("last"),
        words=args.get("q", "").strip()[:50],
    )


@bp.get("/activities.<any(xlsx, pdf):suffix>")
@allow()
def index_file(suffix: str) -> ResponseReturnValue:
    """Every activity the filters leave, as a workbook or on paper."""
    filters = read_filters()
    found = queries.lines(db.session(), actor(), filters)
    rows = (papers.row(activity, issues) for activity, issues in found)
    narrowed = in_words(
        label(filters.kind),
        label(filters.form),
        label(filters.state),
        days_in_words(filters.first, filters.last),
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("消防安全活动台账"), papers.columns(), rows, narrowed), suffix)
