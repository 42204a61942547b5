"""How many drills the months of a term owe, and how many were held."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.activities.drill_rules import EVACUATIONS, by_month, expected_drills
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import HELD, Kind, State
from unitsafe.school import queries as schools


@dataclass(frozen=True)
class MonthDrills:
    """A month by its first day: how many evacuation drills it owes, how many were held, whether one
    is still planned, and whether it is over."""

    first: date
    expected: int
    held: int
    planned: bool
    is_over: bool

    @property
    def kind(self) -> str:
        """How it stands: ok, bad (over, too few), warn (nothing planned yet), due, na."""
        if not self.expected:
            return "ok" if self.held else "na"
        if self.held >= self.expected:
            return "ok"
        if self.is_over:
            return "bad"
        return "due" if self.planned else "warn"


def term_drills(session: Session, today: date) -> list[MonthDrills]:
    """The months of the term that holds ``today``; empty outside every term."""
    term = schools.term_of(session, today)
    if term is None:
        return []
    owed = expected(session, term.starts_on, term.ends_on)
    held: Counter[date] = Counter()
    planned: Counter[date] = Counter()
    rows = session.execute(
        sa.select(Activity.state, Activity.planned_on, Activity.held_on).where(
            Activity.kind == Kind.DRILL,
            Activity.form.in_(EVACUATIONS),
            sa.func.coalesce(Activity.held_on, Activity.planned_on).between(
                term.starts_on, term.ends_on
            ),
        )
    )
    for state, planned_on, held_on in rows:
        if state in HELD:
            held[(held_on or planned_on).replace(day=1)] += 1
        elif state is not State.CANCELLED:
            planned[planned_on.replace(day=1)] += 1
    this = today.replace(day=1)
    return [
        MonthDrills(first, number, held[first], bool(planned[first]), first < this)
        for first, number in owed.items()
    ]


def expected(session: Session, first: date, last: date) -> dict[date, int]:
    """How many evacuation drills each month from ``first`` to ``last`` owes."""
    found = schools.the_school() or schools.school(session)
    taught = [one.day for one in schools.days(session, first, last) if one.teaching]
    return expected_drills(found.stage, by_month(taught))
