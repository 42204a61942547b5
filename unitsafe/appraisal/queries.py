"""A month of every grid, read in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from unitsafe import clock
from unitsafe.appraisal import rules
from unitsafe.appraisal.rules import AtEnd, Life, Month
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE
from unitsafe.checks.rules import State as CheckState
from unitsafe.core.domain import Actor, Right
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Card, CardNumbers, State, gravest

WALK = "grid_walk"
"""The checklist that a grid's people fill every day. Source: content/plans.yaml."""


@dataclass(frozen=True)
class Carded:
    """A hazard with the card it carried at the month's end, or with why its card was lifted."""

    number: str
    card: Card | None
    reason: str = ""


@dataclass
class Line:
    """A grid's month. ``people``: ids of those who answered for it, or for a grid below."""

    grid: Grid
    month: Month
    people: frozenset[int]
    cards: Sequence[Carded]

    @property
    def card(self) -> Card | None:
        """The gravest at the month's end."""
        return gravest(one.card for one in self.cards if not one.reason)


def lines(
    session: Session, actor: Actor, first: date, last: date, now: datetime, numbers: CardNumbers
) -> list[Line]:
    """Blocks and leaf grids that ``actor`` answers for, or all; the best first, then by number."""
    every = [grid for grid in grids.grids(session) if grid.level > 1]
    people = _people(session, first, last)
    walks, found = _walks(session, first, last, now), _found(session, first, last)
    lives = _lives(session, first, last, now)
    own: dict[int, Line] = {}
    for grid in every:
        here = [(life, rules.at_end(life, first, last, now, numbers)) for life in lives[grid.id]]
        month = walks.get(grid.id, Month()) + _fixing(here)
        of_people = people[grid.id]
        month = replace(
            month,
            found=sum(place == grid.id for place, _ in found),
            found_by=sum(reporter in of_people for _, reporter in found),
        )
        own[grid.id] = Line(grid, month, of_people, _cards(here))
    shown = [
        _with_below(own[grid.id], [own[one.id] for one in every if one.parent_id == grid.id], found)
        for grid in every
        if Right.VIEW_ALL in actor.rights or grid.id in actor.leads
    ]
    return sorted(shown, key=_best_first)


def _best_first(line: Line) -> tuple[bool, float, str]:
    score = line.month.score
    return (score is None, -(score or 0), line.grid.code)


def _with_below(line: Line, below: Sequence[Line], found: Sequence[tuple[int, int | None]]) -> Line:
    """A block with its grids; what two of its people could have found counts once."""
    if not below:
        return line
    people = line.people.union(*(one.people for one in below))
    month = rules.total([line.month, *(one.month for one in below)])
    return Line(
        line.grid,
        replace(month, found_by=sum(reporter in people for _, reporter in found)),
        people,
        [card for one in (line, *below) for card in one.cards],
    )


def _people(session: Session, first: date, last: date) -> Mapping[int, frozenset[int]]:
    rows = session.execute(
        sa.select(Assignment.grid_id, Assignment.person_id).where(
            Assignment.grid_id.is_not(None),
            Assignment.from_on <= last,
            sa.or_(Assignment.until_on.is_(None), Assignment.until_on >= first),
        )
    )
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    for grid_id, person_id in rows:
        found[grid_id or 0] |= {person_id}
    return found


def _walks(session: Session, first: date, last: date, now: datetime) -> dict[int, Month]:
    """What was handed in counts as it first was; a correction is no second walk."""

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    done = Check.state.in_(DONE)
    rows = session.execute(
        sa.select(
            Check.grid_id,
            count(sa.or_(done, sa.and_(Check.state != CheckState.SKIPPED, Check.missed_at <= now))),
            count(done),
            count(sa.and_(done, Check.submitted_at <= Check.grace_ends_at)),
            count(sa.and_(done, Check.is_backfill)),
            count(Check.state == CheckState.SKIPPED),
        )
        .where(
            Check.checklist_key == WALK,
            Check.day.between(first, last),
            Check.corrects_id.is_(None),
        )
        .group_by(Check.grid_id)
    )
    return {
        grid_id: Month(expected, done, on_time, backfill, skipped)
        for grid_id, expected, done, on_time, backfill, skipped in rows
    }


def _found(session: Session, first: date, last: date) -> Sequence[tuple[int, int | None]]:
    """(grid, finder) of each hazard found in the month and not rejected since."""
    rows = session.execute(
        sa.select(Hazard.grid_id, Hazard.reporter_id).where(
            Hazard.found_at >= clock.at(first),
            Hazard.found_at < clock.at(last + timedelta(days=1)),
            Hazard.state != State.REJECTED,
        )
    )
    return [(grid_id, reporter_id) for grid_id, reporter_id in rows]


def _lives(session: Session, first: date, last: date, now: datetime) -> Mapping[int, list[Life]]:
    """By grid the hazards that were open in the month, or due in it, with their steps."""
    rows = session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.found_at < min(clock.end_of(last), now),
            Hazard.state != State.REJECTED,
            sa.or_(
                Hazard.closed_at.is_(None),
                Hazard.closed_at >= clock.at(first),
                Hazard.due_on.between(first, last),
            ),
        )
        .options(selectinload(Hazard.events))
        .order_by(Hazard.id)
    )
    found: dict[int, list[Life]] = defaultdict(list)
    for one in rows:
        steps = [event.step for event in one.events]
        found[one.grid_id].append(Life(one.number, one.level, one.times, one.rating, steps))
    return found


def _fixing(here: Iterable[tuple[Life, AtEnd]]) -> Month:
    return rules.total(
        Month(
            due=int(then.is_due),
            fixed=int(then.is_fixed),
            rated=int(then.is_due and life.rating is not None),
            stars=(life.rating or 0) if then.is_due else 0,
            yellow=int(then.card is Card.YELLOW),
            red=int(then.card is Card.RED),
            lifted=len(then.lifted),
        )
        for life, then in here
    )


def _cards(here: Iterable[tuple[Life, AtEnd]]) -> list[Carded]:
    found = []
    for life, then in here:
        if then.card is not None:
            found.append(Carded(life.number, then.card))
        found += [Carded(life.number, Card(step.body), step.note) for step in then.lifted]
    return found
