"""What a school year asks for, and who still misses which training."""

from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.activities import training_queries as queries
from unitsafe.activities import training_rules as rules
from unitsafe.activities.rules import Kind, may_organise
from unitsafe.activities.training_queries import MOST_MISSING, MissingFilters
from unitsafe.activities.training_rules import FORM_OF, Need
from unitsafe.activities.views import bp
from unitsafe.activities.views.training import posts_held
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.excel import Column
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.query import chips
from unitsafe.people.labels import post_title
from unitsafe.school.ledgers import Ledger, as_file, files_of, in_words, search_in_words

SEE = (Right.VIEW_ALL, Right.MANAGE_SCHOOL, Right.EDIT_DUTY_ROSTER)
"""Whoever keeps the school's trainings in view."""


@bp.get("/activities/required")
@allow(*SEE)
def required() -> ResponseReturnValue:
    """What the school year asks for against what was held and is planned."""
    today = clock.today()
    now_year = rules.school_year_of(today)
    asked = request.args.get("year", "")
    years = [now_year.first.year - 1, now_year.first.year]
    first = int(asked) if asked in {str(year) for year in years} else now_year.first.year
    span = rules.school_year_of(date(first, 9, 1))
    plan = queries.year_plan(db.session(), today, span)
    return render(
        "activities/required.html",
        plan=plan,
        late=sum(line.tally.missed > 0 for line in plan.lines),
        years=[(str(year), f"{year}—{year + 1}") for year in years],
        year=str(first),
        may_plan=may_organise(actor(), None) and span == now_year,
        missing_url=url_for(".missing", need=Need.INDUCTION.value),
    )


def _filters() -> MissingFilters:
    args = request.args
    need = args.get("need")
    return MissingFilters(
        need=Need(need) if need in set(Need) else None,
        post=args.get("post", "")[:40],
        words=args.get("q", "").strip()[:40],
    )


@bp.get("/activities/missing")
@allow(*SEE)
def missing() -> ResponseReturnValue:
    """Who still misses which training."""
    session, today, filters = db.session(), clock.today(), _filters()
    rows = queries.missing(session, filters, today)
    counts = queries.missing_counts(session, today)
    form = FORM_OF.get(filters.need) if filters.need else None
    return render(
        "activities/missing.html",
        fragment="rows",
        oob=(),
        rows=rows[:MOST_MISSING],
        total=len(rows),
        most=MOST_MISSING,
        chips=chips(".missing", "need", Need, counts, filters.need),
        filters=filters,
        is_filtered=filters != MissingFilters(),
        posts=[(post, post_title(post)) for post in posts_held()],
        post_title=post_title,
        files=files_of(".missing_file"),
        new_url=url_for(".new", kind=Kind.TRAINING.value, form=form)
        if may_organise(actor(), None)
        else None,
    )


@bp.get("/activities/missing.<any(xlsx, pdf):suffix>")
@allow(*SEE)
def missing_file(suffix: str) -> ResponseReturnValue:
    """Everybody who misses a training, as a workbook or on paper."""
    filters = _filters()
    columns = [
        Column(_("姓名"), 12),
        Column(_("岗位"), 30),
        Column(_("缺的培训"), 16),
        Column(_("上次培训"), 12),
    ]
    rows = (
        [
            one.person.name,
            "、".join(post_title(post) for post in one.posts),
            label(one.need),
            one.last_on,
        ]
        for one in queries.missing(db.session(), filters, clock.today())
    )
    narrowed = in_words(
        label(filters.need),
        post_title(filters.post) if filters.post in posts_held() else "",
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("待培训人员"), columns, rows, narrowed), suffix)
