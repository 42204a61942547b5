"""The register, filtered as one types."""

from dataclasses import replace
from datetime import date

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import chips, here, int_arg
from unitsafe.equipment import queries
from unitsafe.equipment.labels import STATE_KIND, kind_title, kinds
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.queries import COLUMN, DueFilter, Filters
from unitsafe.equipment.rules import LAST_DAY_COUNTS, Mark, Sort, State, mark
from unitsafe.equipment.views import bp, may_edit
from unitsafe.places import queries as places
from unitsafe.school.queries import the_school

AHEAD = {
    Sort.INSPECT: "equipment_inspect_ahead",
    Sort.UPKEEP: "equipment_inspect_ahead",
    Sort.SERVICE: "equipment_service_ahead",
    Sort.SCRAP: "equipment_scrap_ahead",
}
MARKS = {Mark.PAST: "bad", Mark.SOON: "warn"}
ANY = "any"
"""The word of the address for whatever comes due."""
LACKING = "lacking"
"""Its word for what is not wholly written down."""


@bp.get("/equipment")
@allow()
def index() -> ResponseReturnValue:
    """The register by number."""
    session, filters, today = db.session(), read_filters(), clock.today()
    page = fetch_page(
        session,
        queries.register(actor(), filters, today),
        keys=queries.ORDER,
        after=request.args.get("after"),
        is_ascending=True,
    )
    counts = queries.counts_by_state(session, actor(), filters, today)
    every = replace(filters, state=None)
    whole = sum(n for state, n in counts.items() if every.shows(state))
    title = _("全部 %(n)s", n=whole) if filters.words else _("在册 %(n)s", n=whole)
    shown = [state for state in State if counts[state] or filters.state is state]
    narrower = chips(".index", "state", shown, counts, filters.state)[1:]
    held, due = queries.kinds_held(session), request.args.get("due", "")
    return render(
        "equipment/index.html",
        fragment="rows",
        oob=(),
        page=page,
        lines=[(one, days_of(one, today)) for one in page.rows],
        chips=[(title, here(".index", state=""), not filters.state), *narrower],
        total=counts[filters.state] if filters.state else whole,
        filters=filters,
        due=due,
        dues=_dues(),
        is_filtered=filters != Filters(),
        narrowed=sum(map(bool, (filters.words, filters.kind, filters.building_id, due))),
        kinds=[(key, kind_title(key)) for key in kinds() if key in held],
        buildings=places.buildings(session),
        here=here,
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        may_edit=may_edit(),
    )


def read_filters() -> Filters:
    """The filters in the address; what cannot be understood is left out."""
    args, today = request.args, clock.today()
    state, kind = args.get("state"), args.get("kind", "")
    return Filters(
        state=State(state) if state in set(State) else None,
        kind=kind if kind in kinds() else "",
        building_id=int_arg("building"),
        due=_due(args.get("due", ""), today),
        lacking_on=today if args.get("due") == LACKING else None,
        words=args.get("q", "").strip()[:50],
    )


def _due(text: str, today: date) -> DueFilter | None:
    what, _dot, near = text.partition(".")
    sorts = tuple(Sort) if what == ANY else tuple(one for one in Sort if one == what)
    if not sorts or near not in set(MARKS):
        return None
    return DueFilter(sorts, Mark(near), today, {sort: ahead_days(sort) for sort in sorts})


def ahead_days(sort: Sort) -> int:
    """How many days ahead the school wants to be told."""
    return (the_school() or abort(404)).number(AHEAD[sort])


def _dues() -> list[tuple[str, str]]:
    """What the filter offers: (its word in the address, what it is called)."""
    found = []
    for near in MARKS:
        found.append((f"{ANY}.{near}", due_title((), near)))
        found += [(f"{sort}.{near}", due_title((sort,), near)) for sort in Sort]
    return [*found, (LACKING, str(_("资料不全")))]


def due_title(sorts: tuple[Sort, ...], near: Mark) -> str:
    """送修已到期, 快到报废; of all sorts 有事项到期."""
    if len(sorts) != 1:
        return str(_("任何一项已到期") if near is Mark.PAST else _("任何一项快到期"))
    what = label(sorts[0])
    return str(
        _("%(what)s已到期", what=what) if near is Mark.PAST else _("快到%(what)s", what=what)
    )


def days_of(one: Equipment, today: date) -> dict[str, tuple[date, str]]:
    """Sort → the day and its colour, of what is due for a piece some time."""
    found = {}
    for sort in COLUMN:
        on = getattr(one, f"{sort}_on")
        if on:
            counts = sort in LAST_DAY_COUNTS
            near = mark(on, today, ahead_days(sort), last_day_counts=counts)
            found[sort.value] = (on, MARKS.get(near, ""))
    return found
