"""The ledger as it is narrowed, as a workbook and on paper."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.labels import label
from unitsafe.core.printing import printable, render_pdf
from unitsafe.grids import queries as grids
from unitsafe.grids.labels import grid_title
from unitsafe.hazards import ledger_papers, queries
from unitsafe.hazards.following import ensure_followed
from unitsafe.hazards.ledger_rows import MOST_PRINTED, lines
from unitsafe.hazards.queries import Filters
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.ledger import given_filters, read_filters, shown_states
from unitsafe.people import queries as people
from unitsafe.places import queries as places
from unitsafe.school.ledgers import (
    EXPORT,
    Ledger,
    as_archive,
    as_file,
    month_book,
    months_of,
    year_asked,
)
from unitsafe.school.queries import school, short_name


@bp.get("/hazards.xlsx")
@allow()
def index_xlsx() -> ResponseReturnValue:
    """Every hazard the filters leave, as a workbook."""
    ensure_followed(clock.today(), now=clock.now())
    filters = read_filters()
    return as_file(_ledger(filters, _period(filters)), "xlsx")


def _ledger(filters: Filters, period: str) -> Ledger:
    rows = (ledger_papers.row(line) for line in lines(db.session(), actor(), filters))
    return Ledger(_("隐患排查整改台账"), ledger_papers.columns(), rows, period=period)


@bp.get("/hazards.zip")
@allow(*EXPORT)
def year_zip() -> ResponseReturnValue:
    """A year month by month, by the day of finding, as the filters leave it."""
    ensure_followed(clock.today(), now=clock.now())
    year, filters = year_asked(), read_filters()
    books = (
        month_book(_ledger(replace(filters, first=first, last=last), f"{first:%Y-%m}"))
        for first, last in months_of(year, filters.first, filters.last)
    )
    return as_archive(_("隐患排查整改台账"), year, chain.from_iterable(books))


@bp.get("/hazards.pdf")
@allow()
def index_pdf() -> ResponseReturnValue:
    """Every hazard the filters leave, on paper; of very many the newest."""
    ensure_followed(clock.today(), now=clock.now())
    session, filters = db.session(), read_filters()
    counts = queries.counts_by_state(session, actor(), filters)
    shown = shown_states(filters)
    data = ledger_papers.ledger(
        lines(session, actor(), filters, newest=MOST_PRINTED),
        school(session),
        narrowed=_narrowed(filters),
        period=_period(filters),
        counts={state: count for state, count in counts.items() if state in shown},
        total=sum(counts[state] for state in shown),
        now=clock.now(),
    )
    return pdf(
        render_pdf("hazard_ledger", data), short_name(), "隐患排查整改台账", _period(filters)
    )


def _period(filters: Filters) -> str:
    """2026-09-01至2026-11-23."""
    last = filters.last or clock.today()
    return f"{_start(filters.first)}{last.isoformat()}"


def _start(first: date | None) -> str:
    return f"{first.isoformat()}至" if first else "截至"


def _narrowed(filters: Filters) -> str:
    """The filters in words."""
    session, given = db.session(), given_filters()
    found = grids.grid_by_code(session, given.get("grid", "")) if filters.grid_ids else None
    holder = filters.holder_id
    finders = people.names(session, set(filters.reporter_ids)) if filters.reporter_ids else {}
    parts = [
        label(filters.state) if filters.state else ("未销号" if filters.only_open else ""),
        label(filters.level),
        content.load().hazard_categories.get(filters.category, filters.category),
        grid_title(found) if found else "",
        f"责任人{people.names(session, {holder}).get(holder, '')}" if holder else "",
        (label(filters.card.card) or "红牌或黄牌") if filters.card else "",
        label(filters.mark),
        label(filters.source),
        "超期" if filters.overdue_on else "",
        _between("期限", filters.due_first, filters.due_last),
        _between("销号", filters.closed_first, filters.closed_last),
        *_places(filters),
        f"发现人{'、'.join(finders.values())}" if finders else "",
        "不含不成立" if filters.is_valid else "",
        "等受理或等确认等级" if filters.is_ungraded else "",
        f"含“{_printable(filters.words)}”" if filters.words else "",
    ]
    return "、".join(part for part in parts if part)


def _between(what: str, first: date | None, last: date | None) -> str:
    if not first and not last:
        return ""
    return f"{what}{first.isoformat() if first else ''}至{last.isoformat() if last else ''}"


def _places(filters: Filters) -> Iterator[str]:
    session = db.session()
    if filters.building_id and (house := places.building(session, filters.building_id)):
        yield house.name
    if filters.space_id and (space := places.space(session, filters.space_id)):
        yield f"{space.building.name}{space.name}"


def _printable(words: str) -> str:
    """``words`` without the signs that no print font has."""
    return "".join(sign for sign in words if not printable(sign))
