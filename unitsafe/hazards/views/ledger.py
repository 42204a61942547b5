"""The hazard ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import Page, fetch_page
from unitsafe.core.query import date_arg, here, int_arg, row_id
from unitsafe.grids import queries as grids
from unitsafe.hazards import queries, rules, saved_views
from unitsafe.hazards.following import ensure_followed
from unitsafe.hazards.labels import LEVEL_KIND, STATE_KIND
from unitsafe.hazards.ledger_forms import BulkForm, SaveViewForm
from unitsafe.hazards.ledger_rows import MOST_PRINTED
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.queries import CardOn, Filters, Mark
from unitsafe.hazards.rules import Action, Card, CardNumbers, Level, Source, State
from unitsafe.hazards.views import bp
from unitsafe.people.queries import active_people, told_apart
from unitsafe.school.ledgers import years_of
from unitsafe.school.queries import school

bp.add_app_template_filter(queries.marks, "hazard_marks")
FILTERS = (
    "state",
    "level",
    "category",
    "grid",
    "holder",
    "card",
    "source",
    "mark",
    "first",
    "last",
    "due_first",
    "due_last",
    "closed_first",
    "closed_last",
    "building",
    "space",
    "reporter",
    "valid",
    "ungraded",
    "overdue",
    "q",
)
"""The words of the ledger's address that narrow it."""
ANY = "any"
"""Stands in the address for a card of either colour."""


@bp.get("/hazards")
@allow()
def index() -> ResponseReturnValue:
    """Hazards, newest first."""
    ensure_followed(clock.today(), now=clock.now())
    return show_ledger()


def show_ledger(
    *,
    bulk_form: BulkForm | None = None,
    ticked: Collection[str] = (),
    refused: Sequence[tuple[str, str]] = (),
    save_form: SaveViewForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page of the ledger that the address asks for.

    ``ticked`` are numbers of hazards, ``refused`` says of some why nothing was assigned.
    """
    session, filters = db.session(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(actor(), filters),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_state(session, actor(), filters)
    total = sum(counts[state] for state in shown_states(filters))
    dispatchable = {
        hazard.id for hazard in page.rows if Action.DISPATCH in hazard.actions_open_to(actor())
    }
    return render(
        "hazards/index.html",
        fragment="rows",
        oob=(),
        page=page,
        **_days(page),
        chips=_chips(filters, counts),
        total=total,
        most_printed=MOST_PRINTED,
        filters=filters,
        narrowed=sum(bool(request.args.get(word)) for word in FILTERS if word != "state"),
        views=[
            (view, here_only(view.query), view.query == given_filters())
            for view in saved_views.own(session, actor())
        ],
        save_form=save_form or SaveViewForm(formdata=None),
        drop_form=Form(formdata=None),
        bulk_form=(bulk_form or new_bulk_form(session, formdata=None)) if dispatchable else None,
        bulk_errors=bulk_form.form_errors if bulk_form else (),
        dispatchable=dispatchable,
        ticked=ticked,
        refused=refused,
        here=here,
        years=years_of(".year_zip"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        **_choices(session),
        state_kind=STATE_KIND,
        level_kind=LEVEL_KIND,
        args=request.args,
        status=status,
    )


def _days(page: Page[Hazard]) -> dict[str, Any]:
    """Cards and days late by hazard id."""
    today, numbers = clock.today(), card_numbers()
    return {
        "cards": {one.id: one.card(today, numbers) for one in page.rows},
        "late": {one.id: one.days_late(today) for one in page.rows},
    }


def card_numbers() -> CardNumbers:
    """The school's numbers for cards."""
    return rules.card_numbers(school(db.session()).number)


def _chips(filters: Filters, counts: Mapping[State, int]) -> list[tuple[str, str, bool]]:
    """States with how many of each there are."""
    whole, still_open = sum(counts.values()), sum(counts[state] for state in rules.OPEN)
    is_whole = not filters.state and not filters.only_open
    chips = [
        (_("全部 %(n)s", n=whole), here(".index", state=""), is_whole),
        (_("未销号 %(n)s", n=still_open), here(".index", state="open"), filters.only_open),
    ]
    return chips + [
        (
            f"{label(state)} {counts[state]}",
            here(".index", state=state.value),
            filters.state is state,
        )
        for state in State
    ]


def _choices(session: Session) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "levels": _named(Level),
        "sources": _named(Source),
        "card_colours": [*_named(Card), (ANY, _("红牌或黄牌"))],
        "marks": _named(Mark),
        "categories": content.load().hazard_categories.items(),
        "grids": [(one.code, f"{one.code} {one.name}") for one in grids.grids(session)],
        "holders": told_apart(queries.people_holding(session, actor())),
    }


def _named(members: Iterable[Enum]) -> list[tuple[str, str]]:
    return [(member.value, label(member)) for member in members]


def new_bulk_form(session: Session, **kwargs: Any) -> BulkForm:
    """批量派单 with the staff to choose from and the deadline of an ordinary hazard."""
    found, today = school(session), clock.today()
    days = {key: found.number(key) for key in rules.DAYS_SETTING.values()}
    due_on = rules.default_deadline(Level.NORMAL, today, days)
    return BulkForm(told_apart(active_people(session)), data={"due_on": due_on}, **kwargs)


def here_only(query: Mapping[str, str]) -> str:
    """The ledger's address with these filters and no others."""
    cleared = dict.fromkeys(request.args, "")
    return here(".index", **{**cleared, **query})


def given_filters() -> dict[str, str]:
    """The filters in the address that are not empty, as typed."""
    return {word: text[:60] for word in FILTERS if (text := request.args.get(word, "").strip())}


def shown_states(filters: Filters) -> Collection[State]:
    if filters.state:
        return (filters.state,)
    return rules.OPEN if filters.only_open else tuple(State)


def _card_on(asked: str | None, today: date) -> CardOn | None:
    if asked == ANY:
        return CardOn(None, today, card_numbers())
    return CardOn(Card(asked), today, card_numbers()) if asked in set(Card) else None


def read_filters() -> Filters:
    """The filters in the address; what cannot be understood is left out."""
    args, today = request.args, clock.today()
    state, level, code = args.get("state"), args.get("level"), args.get("grid", "")
    card, source, mark = args.get("card"), args.get("source"), args.get("mark")
    return Filters(
        state=State(state) if state in set(State) else None,
        only_open=state == "open",
        level=Level(level) if level in set(Level) else None,
        category=args.get("category", "")[:30],
        grid_ids=grids.below(db.session(), [code]) if code else frozenset(),
        holder_id=int_arg("holder"),
        overdue_on=today if args.get("overdue") else None,
        card=_card_on(card, today),
        source=Source(source) if source in set(Source) else None,
        mark=Mark(mark) if mark in set(Mark) else None,
        first=date_arg("first"),
        last=date_arg("last"),
        due_first=date_arg("due_first"),
        due_last=date_arg("due_last"),
        closed_first=date_arg("closed_first"),
        closed_last=date_arg("closed_last"),
        building_id=int_arg("building"),
        space_id=int_arg("space"),
        reporter_ids=frozenset(
            one for text in args.get("reporter", "").split(",") if (one := row_id(text))
        ),
        is_valid=bool(args.get("valid")),
        is_ungraded=bool(args.get("ungraded")),
        words=args.get("q", "").strip()[:50],
    )
