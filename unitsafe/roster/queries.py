"""Reading the roster: how many each, whose turns, gaps, swaps, feeds."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload

from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import HandoverLine, handover_sources
from unitsafe.roster import table
from unitsafe.roster.models import CalendarFeed, RosterEntry, RosterEvent, Shift, Swap
from unitsafe.roster.rules import RosterAction, ShiftDays, SwapState
from unitsafe.roster.table import Stand
from unitsafe.school.models import SchoolDay
from unitsafe.school.queries import term_of

FEED_PAST, FEED_AHEAD = timedelta(days=30), timedelta(days=180)
MOST_SWAPS = 100


def shift(session: Session, shift_id: int) -> Shift | None:
    """One shift with its pool."""
    return next((one for one in table.all_shifts(session) if one.id == shift_id), None)


def _stood() -> sa.ColumnElement[bool]:
    """Entries (joined with shift and, where there is one, the calendar's day) of days on which the
    shift is still stood: the calendar may have changed since."""
    return sa.or_(
        Shift.days == ShiftDays.EVERY,
        sa.and_(Shift.days == ShiftDays.TEACHING, SchoolDay.teaching),
        sa.and_(Shift.days == ShiftDays.BOARDING, SchoolDay.boarding),
    )


def counts(session: Session, first: date, last: date) -> dict[int, dict[int, int]]:
    """Turns between two days: person's id → shift's id → how many; a stand-in counts instead of
    the person planned."""
    who = sa.func.coalesce(RosterEntry.stand_in_id, RosterEntry.person_id)
    rows = session.execute(
        sa.select(who, RosterEntry.shift_id, sa.func.count())
        .join(Shift, Shift.id == RosterEntry.shift_id)
        .outerjoin(SchoolDay, SchoolDay.day == RosterEntry.day)
        .where(RosterEntry.day.between(first, last), who.is_not(None), _stood())
        .group_by(who, RosterEntry.shift_id)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for person_id, shift_id, count in rows:
        found[person_id][shift_id] = count
    return found


def totals(of: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """All turns of each person in :func:`counts`."""
    return {person_id: sum(by_shift.values()) for person_id, by_shift in of.items()}


def term_span(session: Session, day: date) -> tuple[date, date]:
    """First and last day of the term that holds ``day``; between terms, its month."""
    term = term_of(session, day)
    if term is not None:
        return term.starts_on, term.ends_on
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def turns_left(session: Session, person: Person) -> list[HandoverLine]:
    """Turns that somebody who left gave back and nobody has taken: how many, by month."""
    rows = session.scalars(
        sa.select(RosterEntry.day)
        .join(RosterEvent, RosterEvent.entry_id == RosterEntry.id)
        .where(
            RosterEvent.action == RosterAction.LEAVE,
            RosterEvent.before_id == person.id,
            RosterEntry.person_id.is_(None),
            RosterEntry.stand_in_id.is_(None),
        )
        .order_by(RosterEntry.day)
    )
    months = Counter(f"{day:%Y-%m}" for day in rows)
    return [
        HandoverLine(
            _("值班"),
            _("%(month)s有%(n)s班没有人", month=month, n=number),
            "roster.month",
            {"month": month},
        )
        for month, number in months.items()
    ]


handover_sources.append(turns_left)


def turns_of(session: Session, person_id: int, first: date, last: date) -> list[Stand]:
    """The turns that the person stands between two days, in the order of time: planned, stood in
    for somebody, or as a deputy."""
    mine = [
        one
        for one in table.read(session, first, last).all()
        if one.who is not None and one.who.id == person_id
    ]
    return sorted(mine, key=lambda one: (one.shift.time_on(one.day), one.shift.id))


def history(session: Session, entry_id: int) -> Sequence[RosterEvent]:
    """What happened to a turn, oldest first."""
    return session.scalars(
        sa.select(RosterEvent)
        .where(RosterEvent.entry_id == entry_id)
        .options(
            joinedload(RosterEvent.before),
            joinedload(RosterEvent.person),
            joinedload(RosterEvent.by),
        )
        .order_by(RosterEvent.id)
    ).all()


def entry(session: Session, entry_id: int) -> RosterEntry | None:
    """One turn with its shift and people."""
    return session.scalars(
        sa.select(RosterEntry)
        .where(RosterEntry.id == entry_id)
        .options(
            joinedload(RosterEntry.shift).selectinload(Shift.pool),
            joinedload(RosterEntry.person),
            joinedload(RosterEntry.stand_in),
        )
    ).first()


def _swaps() -> sa.Select[Any]:
    return sa.select(Swap).options(
        joinedload(Swap.asker),
        joinedload(Swap.other),
        joinedload(Swap.entry).joinedload(RosterEntry.shift),
        joinedload(Swap.other_entry).joinedload(RosterEntry.shift),
    )


def swap(session: Session, swap_id: int, person_id: int) -> Swap | None:
    """A request that the person asked or was asked; None for others'."""
    return session.scalars(
        _swaps().where(
            Swap.id == swap_id, sa.or_(Swap.asker_id == person_id, Swap.other_id == person_id)
        )
    ).first()


def swaps(session: Session, person_id: int | None) -> Sequence[Swap]:
    """The newest requests of a person, of everybody for None."""
    select = _swaps()
    if person_id is not None:
        select = select.where(sa.or_(Swap.asker_id == person_id, Swap.other_id == person_id))
    return session.scalars(select.order_by(Swap.id.desc()).limit(MOST_SWAPS)).all()


def waiting_for(session: Session, person_id: int, today: date) -> Sequence[Swap]:
    """Requests that wait for the person's answer and whose days are still to come."""
    mine, other = (sa.orm.aliased(RosterEntry) for _ in range(2))
    return session.scalars(
        _swaps()
        .join(mine, mine.id == Swap.entry_id)
        .outerjoin(other, other.id == Swap.other_entry_id)
        .where(
            Swap.other_id == person_id,
            Swap.state == SwapState.ASKED,
            mine.day > today,
            sa.or_(other.day.is_(None), other.day > today),
        )
        .order_by(mine.day, Swap.id)
    ).all()


def open_swap(session: Session, entry_id: int) -> Swap | None:
    """The request about a turn that is not answered yet, lapsed ones included."""
    return session.scalars(
        _swaps().where(Swap.entry_id == entry_id, Swap.state == SwapState.ASKED)
    ).first()


def feed_of(session: Session, person_id: int) -> CalendarFeed | None:
    """The person's feed, if ever opened."""
    return session.get(CalendarFeed, person_id)


def reader_of_feed(session: Session, token: str) -> Person | None:
    """Whose feed has that token; None for unknown ones and people who left."""
    if not token.isprintable():
        return None  # no token of ours, and PostgreSQL could not be asked for it
    return session.scalars(
        sa.select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token == token, Person.status == PersonStatus.ACTIVE)
    ).first()
