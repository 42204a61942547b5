"""A month of every grid and every person, read in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from unitsafe import clock, content
from unitsafe.appraisal import rules
from unitsafe.appraisal.rules import AtEnd, Life, Month, Weights
from unitsafe.checks import counting
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE
from unitsafe.checks.rules import State as CheckState
from unitsafe.core.domain import Actor, Right
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Card, CardNumbers, State
from unitsafe.people.accounts import VISITOR
from unitsafe.people.models import Person, PersonPost
from unitsafe.people.queries import is_visitor, valid_on

WALK = "grid_walk"
"""The checklist that a grid's people fill every day. Source: content/plans.yaml."""
FIRE_MANAGER = "vice_principal_safety"
"""The post that manages fire safety for the principal. Source: content/duties.yaml."""


@dataclass(frozen=True)
class Carded:
    """A hazard with the card it carried at the month's end, or with why its card was lifted."""

    number: str
    card: Card | None
    reason: str = ""


@dataclass(frozen=True)
class Fate:
    """A hazard of a grid, and how it stood at the month's end."""

    grid_id: int
    life: Life
    then: AtEnd


@dataclass(frozen=True)
class Book:
    """What the lines of a month are made of, read once for all of them.

    ``duties``: (grid, person) of everybody who answered for a grid in the month; ``found``: (grid,
    finder) of each hazard found in the month and not rejected since.
    """

    first: date
    last: date
    now: datetime
    weights: Weights
    duties: Sequence[tuple[int, int]]
    found: Sequence[tuple[int, int | None]]
    fates: Sequence[Fate]


@dataclass
class Line:
    """A grid's month. ``people``: ids of those who answered for it, or for a grid below."""

    grid: Grid
    month: Month
    people: frozenset[int]
    cards: Sequence[Carded]
    score: float | None = None


@dataclass
class PersonLine:
    """A person's month. ``grids``: names of what the person answered for in it."""

    person: Person
    month: Month
    grids: Sequence[str]
    cards: Sequence[Carded]
    score: float | None


def book(
    session: Session,
    first: date,
    last: date,
    now: datetime,
    numbers: CardNumbers,
    weights: Weights,
) -> Book:
    """The month from ``first`` to ``last`` as it stands at ``now``."""
    fates = [
        Fate(grid_id, life, rules.at_end(life, first, last, now, numbers))
        for grid_id, life in _lives(session, first, last, now)
    ]
    duties, found = _duties(session, first, last), _found(session, first, last)
    return Book(first, last, now, weights, duties, found, fates)


def lines(session: Session, actor: Actor, book: Book) -> list[Line]:
    """Blocks and leaf grids that ``actor`` answers for, or all; the best first, then by number."""
    every = [grid for grid in grids.grids(session) if grid.level > 1]
    people = _by_grid(book.duties)
    walks = _checks(session, book, Check.grid_id, Check.checklist_key == WALK)
    fates = _grouped((fate.grid_id, fate) for fate in book.fates)
    own: dict[int, Line] = {}
    for grid in every:
        here, of_people = fates[grid.id], people[grid.id]
        month = replace(
            walks.get(grid.id, Month()) + _fixing(here),
            found=sum(place == grid.id for place, _ in book.found),
            found_by=sum(reporter in of_people for _, reporter in book.found),
        )
        own[grid.id] = Line(grid, month, of_people, _cards(here))
    shown = [
        _with_below(own[grid.id], [own[one.id] for one in every if one.parent_id == grid.id], book)
        for grid in every
        if Right.VIEW_ALL in actor.rights or grid.id in actor.leads
    ]
    for line in shown:
        line.score = line.month.score(book.weights)
    return sorted(shown, key=lambda one: _best_first(one.score, one.grid.code))


def person_lines(session: Session, actor: Actor, book: Book) -> list[PersonLine]:
    """Whoever had a duty or a figure in the month and was not gone by then: everybody, or those of
    the grids that ``actor`` leads, always ``actor``; the best first, then by name. A visitor sees
    nobody: what is said of people stays in the school.

    A check belongs to whoever handed it in, one that nobody did to whom it was given; a hazard to
    whoever had to fix it at the month's end.
    """
    whose = sa.func.coalesce(Check.submitted_by_id, Check.assignee_id)
    checks = _checks(session, book, whose, whose.is_not(None))
    found = Counter(reporter for _, reporter in book.found)
    fates = _grouped((fate.then.holder_id, fate) for fate in book.fates)
    places = _grouped((person_id, grid_id) for grid_id, person_id in book.duties)
    names = {grid.id: grid.name for grid in grids.grids(session)}
    shown = []
    for person in _staff(session, actor, book):
        mine, held = fates[person.id], places[person.id]
        month = replace(checks.get(person.id, Month()) + _fixing(mine), found_by=found[person.id])
        if held or month != Month():
            at = [names[one] for one in dict.fromkeys(held) if one in names]
            score = month.score(book.weights)
            shown.append(PersonLine(person, month, at, _cards(mine), score))
    return sorted(shown, key=lambda one: _best_first(one.score, one.person.name))


def people_of(actor: Actor, book: Book) -> set[int]:
    """Ids of those who answered for the grids that ``actor`` leads, and of ``actor``."""
    return {actor.id} | {person for grid, person in book.duties if grid in actor.leads}


def above(session: Session, actor: Actor, day: date) -> set[int]:
    """Ids of those about whom only the principal may speak, when ``actor`` is another: whoever signs
    for the school, and whoever manages fire safety for them."""
    if Right.SIGN_ASSESSMENT in actor.rights:
        return set()
    signing = {
        key for key, post in content.load().posts.items() if Right.SIGN_ASSESSMENT in post.rights
    }
    held = sa.select(PersonPost.person_id).where(
        PersonPost.post.in_(signing | {FIRE_MANAGER}), valid_on(PersonPost, day)
    )
    return set(session.scalars(held))


def _staff(session: Session, actor: Actor, book: Book) -> Iterator[Person]:
    rows = session.scalars(
        sa.select(Person)
        .where(~is_visitor(), sa.or_(Person.left_on.is_(None), Person.left_on >= book.first))
        .order_by(Person.id)
    )
    own = people_of(actor, book)
    sees_all = Right.VIEW_ALL in actor.rights and VISITOR not in actor.posts
    return (person for person in rows if sees_all or person.id in own)


def _best_first(score: float | None, name: str) -> tuple[bool, float, str]:
    return (score is None, -(score or 0), name)


def _with_below(line: Line, below: Sequence[Line], book: Book) -> Line:
    """A block with its grids; what two of its people could have found counts once."""
    if not below:
        return line
    people = line.people.union(*(one.people for one in below))
    month = rules.total([line.month, *(one.month for one in below)])
    return Line(
        line.grid,
        replace(month, found_by=sum(reporter in people for _, reporter in book.found)),
        people,
        [card for one in (line, *below) for card in one.cards],
    )


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _duties(session: Session, first: date, last: date) -> Sequence[tuple[int, int]]:
    rows = session.execute(
        sa.select(Assignment.grid_id, Assignment.person_id)
        .where(
            Assignment.grid_id.is_not(None),
            Assignment.from_on <= last,
            sa.or_(Assignment.until_on.is_(None), Assignment.until_on >= first),
        )
        .order_by(Assignment.id)
    )
    return [(grid_id or 0, person_id) for grid_id, person_id in rows]


def _by_grid(duties: Iterable[tuple[int, int]]) -> Mapping[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    for grid_id, person_id in duties:
        found[grid_id] |= {person_id}
    return found


def _checks(
    session: Session, book: Book, whose: Any, *which: sa.ColumnElement[bool]
) -> dict[int, Month]:
    """The checks of the month by ``whose``. What was handed in counts as it first was; a correction
    is no second check."""

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    done = Check.state.in_(DONE)
    rows = session.execute(
        sa.select(
            whose,
            count(sa.or_(done, counting.was_missed(book.now))),
            count(done),
            count(counting.is_on_time()),
            count(counting.is_backfill()),
            count(Check.state == CheckState.SKIPPED),
        )
        .where(Check.day.between(book.first, book.last), Check.corrects_id.is_(None), *which)
        .group_by(whose)
    )
    return {
        key: Month(expected, done, on_time, backfill, skipped)
        for key, expected, done, on_time, backfill, skipped in rows
    }


def _found(session: Session, first: date, last: date) -> Sequence[tuple[int, int | None]]:
    rows = session.execute(
        sa.select(Hazard.grid_id, Hazard.reporter_id).where(
            Hazard.found_at >= clock.at(first),
            Hazard.found_at < clock.at(last + timedelta(days=1)),
            Hazard.state != State.REJECTED,
        )
    )
    return [(grid_id, reporter_id) for grid_id, reporter_id in rows]


def _lives(session: Session, first: date, last: date, now: datetime) -> Iterator[tuple[int, Life]]:
    """(grid, hazard) of those that were open in the month, or due in it, with their steps."""
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
    for one in rows:
        steps = [event.step for event in one.events]
        yield one.grid_id, Life(one.number, one.level, one.times, one.rating, steps)


def _fixing(fates: Iterable[Fate]) -> Month:
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
        for life, then in ((fate.life, fate.then) for fate in fates)
    )


def _cards(fates: Iterable[Fate]) -> list[Carded]:
    found = []
    for fate in fates:
        number, then = fate.life.number, fate.then
        if then.card is not None:
            found.append(Carded(number, then.card))
        found += [Carded(number, Card(step.body), step.note) for step in then.lifted]
    return found
