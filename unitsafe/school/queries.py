"""Reading the school and its calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

from unitsafe.core.db import db
from unitsafe.school.models import School, SchoolDay, Term
from unitsafe.school.rules import Day, Span, before_holidays, before_term, vacation_after, week_of

NOT_PUBLISHED = "节假日安排未公布"
"""The note of days whose statutory holidays were not announced when the term was built."""


def the_school() -> School | None:
    """The school, read once a request; None before it is set up. Read-only: writers use `school`."""
    if "school" not in g:
        found = db.session.get(School, 1)
        if found is not None:
            db.session.expunge(found)  # survives the rollback that begins a write
        g.school = found
    found_school: School | None = g.school
    return found_school


def school_names() -> list[str]:
    """What the school is called, as everybody knows."""
    found = the_school()
    return [found.name, found.short_name] if found else []


def short_name() -> str:
    """What files and page titles call the school."""
    found = the_school()
    return found.short_name if found else ""


def school(session: Session) -> School:
    """The school, for changing it inside a write. Raises NoResultFound before it is set up."""
    return session.scalars(sa.select(School)).one()


def day(session: Session, day: date) -> SchoolDay | None:
    """The calendar's entry; None outside every term."""
    return session.get(SchoolDay, day)


def days(session: Session, first: date, last: date) -> Sequence[SchoolDay]:
    """The calendar's entries from ``first`` to ``last``, ascending."""
    return session.scalars(
        sa.select(SchoolDay).where(SchoolDay.day.between(first, last)).order_by(SchoolDay.day)
    ).all()


def terms(session: Session) -> Sequence[Term]:
    """All terms, newest first."""
    return session.scalars(sa.select(Term).order_by(Term.starts_on.desc())).all()


def first_day(session: Session) -> date | None:
    """The day on which the calendar begins; None while there is none."""
    return session.scalar(sa.select(sa.func.min(Term.starts_on)))


def term(session: Session, term_id: int) -> Term | None:
    """The term of that number."""
    return session.get(Term, term_id)


def term_of(session: Session, day: date) -> Term | None:
    """The term that holds ``day``."""
    return session.scalars(
        sa.select(Term).where(Term.starts_on <= day, Term.ends_on >= day)
    ).first()


MOST_BEFORE = timedelta(days=14)
"""No span of :func:`special_spans` begins earlier before its term or ends earlier before its
holiday (school.settings)."""


def special_spans(session: Session, school: School, day: date) -> dict[str, list[Span]]:
    """By unit of a plan the spans that hold ``day``: ``term`` before a term begins, ``holiday``
    before a long holiday in a term or at its end."""
    near = session.scalars(
        sa.select(Term).where(Term.starts_on <= day + MOST_BEFORE, Term.ends_on >= day)
    ).all()
    found = [
        ("term", before_term(term.starts_on, school.number("before_term_days"))) for term in near
    ]
    for term in near:
        rows = session.execute(
            sa.select(SchoolDay.day, SchoolDay.teaching, SchoolDay.boarding, SchoolDay.note)
            .where(SchoolDay.day.between(term.starts_on, term.ends_on))
            .order_by(SchoolDay.day)
        )
        spans = before_holidays(
            [Day(*row) for row in rows],
            vacation_after(term.ends_on),
            school.number("before_holiday_days"),
        )
        found += [("holiday", span) for span in spans]
    return {
        unit: [span for kind, span in found if kind == unit and span.first <= day <= span.last]
        for unit in ("term", "holiday")
    }


@dataclass
class Week:
    """One line of a month's table: Monday to Sunday, None where no entry or another month is."""

    number: int
    days: list[SchoolDay | None] = field(default_factory=lambda: [None] * 7)


@dataclass
class Month:
    """A month of a term with its counts; ``notes`` are (first day, last day, note)."""

    first: date
    weeks: list[Week] = field(default_factory=list)
    teaching: int = 0
    boarding: int = 0
    notes: list[tuple[date, date, str]] = field(default_factory=list)


def months(session: Session, term: Term) -> list[Month]:
    """The days of ``term`` as months and weeks; boarders may come back on the eve of it."""
    found: list[Month] = []
    for entry in days(session, term.starts_on - timedelta(days=1), term.ends_on):
        if entry.day < term.starts_on and not entry.boarding:
            continue
        if not found or found[-1].first != entry.day.replace(day=1):
            found.append(Month(entry.day.replace(day=1)))
        _put(found[-1], entry, week_of(term.starts_on, entry.day))
    return found


def _put(month: Month, entry: SchoolDay, week: int) -> None:
    if not month.weeks or month.weeks[-1].number != week:
        month.weeks.append(Week(week))
    month.weeks[-1].days[entry.day.weekday()] = entry
    month.teaching += entry.teaching
    month.boarding += entry.boarding
    if not entry.note or entry.note == NOT_PUBLISHED:
        return
    if month.notes and month.notes[-1][2] == entry.note:
        first, last, note = month.notes[-1]
        if last == entry.day - timedelta(days=1):
            month.notes[-1] = (first, entry.day, note)
            return
    month.notes.append((entry.day, entry.day, entry.note))
