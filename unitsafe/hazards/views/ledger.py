"""The hazard ledger."""

from collections.abc import Collection

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import date_arg, here, int_arg, row_id
from unitsafe.grids import queries as grids
from unitsafe.hazards import queries, rules
from unitsafe.hazards.following import ensure_followed
from unitsafe.hazards.labels import LEVEL_KIND, STATE_KIND
from unitsafe.hazards.rules import Level, State
from unitsafe.hazards.views import bp
from unitsafe.school.queries import school


@bp.get("/hazards")
@allow()
def index() -> ResponseReturnValue:
    """Hazards, newest first."""
    ensure_followed(clock.today(), now=clock.now())
    session, filters = db.session(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(actor(), filters),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_state(session, actor(), filters)
    numbers = rules.card_numbers(school(session).number)
    shown = _shown_states(filters)
    total = sum(counts[state] for state in shown)
    still_open = sum(counts[state] for state in rules.OPEN)
    chips = [
        (
            _("全部 %(n)s", n=sum(counts.values())),
            here(".index", state=""),
            len(shown) == len(State),
        ),
        (_("未销号 %(n)s", n=still_open), here(".index", state="open"), filters.only_open),
    ]
    chips += [
        (
            f"{label(state)} {counts[state]}",
            here(".index", state=state.value),
            filters.state is state,
        )
        for state in State
    ]
    return render(
        "hazards/index.html",
        fragment="rows",
        oob=(),
        page=page,
        cards={hazard.id: hazard.card(clock.today(), numbers) for hazard in page.rows},
        late={hazard.id: hazard.days_late(clock.today()) for hazard in page.rows},
        chips=chips,
        total=total,
        filters=filters,
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        levels=list(Level),
        categories=content.load().hazard_categories,
        grids=grids.grids(session),
        state_kind=STATE_KIND,
        level_kind=LEVEL_KIND,
        args=request.args,
    )


def _shown_states(filters: queries.Filters) -> Collection[State]:
    if filters.state:
        return (filters.state,)
    return rules.OPEN if filters.only_open else tuple(State)


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    state, level, code = args.get("state"), args.get("level"), args.get("grid", "")
    return queries.Filters(
        state=State(state) if state in set(State) else None,
        only_open=state == "open",
        level=Level(level) if level in set(Level) else None,
        category=args.get("category", "")[:30],
        grid_ids=grids.below(db.session(), [code]) if code else frozenset(),
        holder_id=int_arg("holder"),
        overdue_on=clock.today() if args.get("overdue") else None,
        first=date_arg("first"),
        last=date_arg("last"),
        due_first=date_arg("due_first"),
        due_last=date_arg("due_last"),
        reporter_ids=frozenset(
            one for text in args.get("reporter", "").split(",") if (one := row_id(text))
        ),
        is_valid=bool(args.get("valid")),
        words=args.get("q", "").strip()[:50],
    )
