"""Reading letters: who may see them, the ledger, what is signed and what is late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.grids.models import Assignment
from unitsafe.letters import rules
from unitsafe.letters.models import LetterScan, ResponsibilityLetter
from unitsafe.letters.rules import State
from unitsafe.people.models import Person, PersonPost

Letter = ResponsibilityLetter
LEDGER_ORDER = (Letter.due_on, Letter.id)
SEES_ALL = (Right.VIEW_ALL, Right.EDIT_GRID)
CURRENT = Letter.ended_on.is_(None)
MOST_PRINTED = 300


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Everybody's for those who see the school or keep its grids; otherwise one's own."""
    if set(SEES_ALL) & actor.rights:
        return sa.true()
    return Letter.person_id == actor.id


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; empty ``state`` and the rest show all that hold."""

    year: str
    state: State | None = None
    grid_ids: frozenset[int] = frozenset()
    post: str = ""
    words: str = ""


def ledger(filters: Filters, today: date) -> sa.Select[Any]:
    """Letters with their people; page by LEDGER_ORDER."""
    return (
        sa.select(Letter)
        .where(*_conditions(filters), *_of_state(filters.state, today))
        .options(joinedload(Letter.person))
    )


def lines(session: Session, filters: Filters, today: date) -> Iterator[Letter]:
    """The whole ledger by grid; some at a time."""
    select = ledger(filters, today).order_by(Letter.order_code, Letter.id)
    yield from session.scalars(select.execution_options(yield_per=AT_ONCE))


def to_print(session: Session, filters: Filters, today: date) -> Sequence[Letter]:
    """The ledger's letters by grid, with signatures; at most MOST_PRINTED."""
    return session.scalars(
        ledger(filters, today)
        .options(joinedload(Letter.signature))
        .order_by(Letter.order_code, Letter.id)
        .limit(MOST_PRINTED)
    ).all()


def _of_state(state: State | None, today: date) -> list[sa.ColumnElement[bool]]:
    """None: all that hold. Letters that ended unsigned were never anything."""
    by_state: dict[State | None, list[sa.ColumnElement[bool]]] = {
        None: [CURRENT],
        State.UNSIGNED: [CURRENT, Letter.how.is_(None)],
        State.OVERDUE: [CURRENT, Letter.how.is_(None), Letter.due_on < today],
        State.SIGNED: [CURRENT, Letter.how.is_not(None)],
        State.ENDED: [~CURRENT, Letter.how.is_not(None)],
    }
    return by_state[state]


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Everything but the state. Grids and posts are those of the school year, so that the letters
    of an earlier year are found by what was then."""
    first, last = rules.span(filters.year)
    found: list[sa.ColumnElement[bool]] = [Letter.school_year == filters.year]
    for model, asked in (
        (Assignment, Assignment.grid_id.in_(filters.grid_ids) if filters.grid_ids else None),
        (PersonPost, PersonPost.post == filters.post if filters.post else None),
    ):
        if asked is not None:
            found.append(
                sa.exists().where(
                    model.person_id == Letter.person_id, asked, *_within(model, first, last)
                )
            )
    if filters.words:
        named = sa.select(Person.id).where(Person.name.contains(filters.words, autoescape=True))
        found.append(Letter.person_id.in_(named))
    return found


def _within(model: Any, first: date, last: date) -> list[sa.ColumnElement[bool]]:
    """Rows with ``from_on``/``until_on`` that held on some day from ``first`` to ``last``."""
    return [model.from_on <= last, sa.or_(model.until_on.is_(None), model.until_on >= first)]


@dataclass(frozen=True)
class LetterCounts:
    """How many letters of a school year hold, by state; ``unsigned`` includes ``overdue``."""

    signed: int
    unsigned: int
    overdue: int
    ended: int = 0

    @property
    def total(self) -> int:
        """All that hold."""
        return self.signed + self.unsigned


def letter_counts(session: Session, today: date, filters: Filters | None = None) -> LetterCounts:
    """How many letters hold in the school year of ``today`` (or of ``filters``, whose state does
    not matter), signed and not; ``overdue`` ones should have been signed before ``today``."""
    states = (State.SIGNED, State.UNSIGNED, State.OVERDUE, State.ENDED)
    row: Any = session.execute(
        sa.select(
            *(sa.func.count(sa.case((sa.and_(*_of_state(one, today)), 1))) for one in states)
        ).where(*_conditions(filters or Filters(rules.school_year(today))))
    ).one()
    return LetterCounts(*row)


def overdue_letters(session: Session, today: date, limit: int = 100) -> Sequence[Letter]:
    """Letters that should have been signed before ``today``, with their people, oldest first."""
    filters = Filters(rules.school_year(today), state=State.OVERDUE)
    return session.scalars(
        ledger(filters, today).order_by(Letter.due_on, Letter.id).limit(limit)
    ).all()


def letter(session: Session, actor: Actor, letter_id: int) -> Letter | None:
    """One letter with everything its page shows; None when unknown or not visible."""
    return session.scalars(
        sa.select(Letter)
        .where(Letter.id == letter_id, visible_to(actor))
        .options(
            joinedload(Letter.person),
            joinedload(Letter.recorded_by),
            joinedload(Letter.signature),
            selectinload(Letter.scans).joinedload(LetterScan.photo),
        )
    ).first()


def versions_of(session: Session, letter: Letter) -> Sequence[Letter]:
    """The person's other letters of that school year that were signed or hold, newest first."""
    return session.scalars(
        sa.select(Letter)
        .where(
            Letter.person_id == letter.person_id,
            Letter.school_year == letter.school_year,
            Letter.id != letter.id,
            sa.or_(CURRENT, Letter.how.is_not(None)),
        )
        .order_by(Letter.version.desc())
    ).all()


def current(session: Session, person_id: int, today: date) -> Letter | None:
    """The person's letter that holds in the school year of ``today``."""
    return session.scalars(
        sa.select(Letter).where(
            Letter.person_id == person_id, Letter.school_year == rules.school_year(today), CURRENT
        )
    ).first()


def to_sign(session: Session, person_id: int, today: date) -> Letter | None:
    """The person's letter that waits for their signature."""
    found = current(session, person_id, today)
    return found if found is not None and found.how is None else None


def school_years(session: Session, today: date) -> list[str]:
    """The school years that have letters, and this one, newest first."""
    known = set(session.scalars(sa.select(Letter.school_year).distinct()))
    return sorted({*known, rules.school_year(today)}, reverse=True)


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the signatures and pictures of the letters that ``actor`` may see."""
    scans = (
        sa.select(LetterScan.photo_id)
        .join(Letter, Letter.id == LetterScan.letter_id)
        .where(visible_to(actor))
    )
    drawn = sa.select(Letter.signature_id).where(
        Letter.signature_id.is_not(None), visible_to(actor)
    )
    union = sa.union_all(scans, drawn).subquery()
    return sa.select(union.c[0])
