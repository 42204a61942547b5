"""All assessments: what is to be done now, how the points went, every quarter."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.assessments import compare, figures, queries, services, standards
from unitsafe.assessments.forms import OpenForm
from unitsafe.assessments.labels import STATE_KIND
from unitsafe.assessments.models import Assessment
from unitsafe.assessments.quarters import Quarter, quarter_of
from unitsafe.assessments.views import bp
from unitsafe.assessments.views.reading import freeze_if_due
from unitsafe.assessments.views.trends import total_trend
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here
from unitsafe.school.queries import school

OFFERED = 4
"""Quarters that may be opened: the running one and those before it."""


@bp.get("/assessments")
@allow()
def index() -> ResponseReturnValue:
    """The ledger of the assessments; people of a team see theirs."""
    return _show()


def _show(*, form: OpenForm | None = None, status: int = 200) -> ResponseReturnValue:
    freeze_if_due()
    session, today = db.session(), clock.today()
    page = fetch_page(
        session,
        queries.ledger(actor()),
        keys=(Assessment.quarter,),
        after=request.args.get("after"),
    )
    quarters = {one.id: queries.quarter_of_assessment(one) for one in page.rows}
    pasts = [
        compare.past(quarters[one.id], one.summary) for one in reversed(page.rows) if one.summary
    ]
    return render(
        "assessments/index.html",
        fragment="rows",
        rows=page.rows,
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        quarters=quarters,
        pasts={str(one.quarter): one for one in pasts},
        trend=total_trend(pasts[-compare.EARLIER - 1 :]) if len(pasts) > 1 else None,
        running=quarter_of(today),
        form=form or (_form() if holds_any(queries.RUNS) else None),
        state_kind=STATE_KIND,
        editions={one.id: standards.edition(one.standard) for one in page.rows},
        sees_all=holds_any(queries.SEES),
        status=status,
    )


def _form() -> OpenForm | None:
    """Opening a quarter that can be opened, the one that has ended first where the school was here
    already; None when all are."""
    found = _open_yet()
    if not found:
        return None
    form = OpenForm(formdata=None)
    form.quarter.choices = choices((str(one), one.name) for one in found)
    return form


def _open_yet() -> list[Quarter]:
    offered = _offered()
    opened = queries.opened(db.session(), offered)
    begun = clock.local(school(db.session()).created_at).date()
    found = [one for one in offered if str(one) not in opened]
    return sorted(found, key=lambda one: one.last < begun)


def _offered() -> list[Quarter]:
    running = quarter_of(clock.today())
    found = [running.before, running]
    while len(found) < OFFERED:
        found.append(min(found).before)
    return [one for one in found if figures.has_ledgers(db.session(), one)]


@bp.post("/assessments")
@allow(*queries.RUNS)
def open_quarter() -> ResponseReturnValue:
    """Begin the assessment of a quarter."""
    form = OpenForm()
    form.quarter.choices = choices((str(one), one.name) for one in _open_yet())
    code, today = form.quarter.data or "", clock.today()
    return carry_out(
        form,
        lambda session, now: services.open_quarter(session, code, today, by=actor(), now=now),
        _("自评已开始，请组成评估小组。"),
        location=lambda found: url_for(".sheet", quarter=found.quarter),
        again=lambda: _show(form=form, status=422),
    )
