"""The years before the sample school's term: its own weeks again, day by day, as often as asked.

Every school day of those years repeats a day of the term of the same kind, with all that people did
on it; months repeat months. What is still open in the term is left out: history is over. Numbers of
the calendar year in which the term lies go on after the term's own, because those are given out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks.models import Check, PlannedDay
from unitsafe.core import audit
from unitsafe.core.domain import RuleError
from unitsafe.grids.models import Assignment, GridSpace
from unitsafe.people.models import PersonPost
from unitsafe.sample import past_checks, past_ledgers
from unitsafe.sample.copying import Copier, months
from unitsafe.sample.past_hazards import A_YEAR, PastHazards
from unitsafe.sample.terms import autumn, spring
from unitsafe.school.models import School, SchoolDay, Term
from unitsafe.school.rules import Day, build_days, school_year

TOO_EARLY = "学期才开始几天，还没有两周办完的记录，补不出往年。请把时间设到学期第三周以后再装。"
LEAST_DAYS = 10
"""Taught days over and done with that the years are made from."""
SETTLED = timedelta(days=10)
"""After this the day's checks are countersigned and its misses explained."""


@dataclass(frozen=True)
class Past:
    """The years to fill: their terms and days, and the ``first`` day of the term they repeat."""

    first: date
    years: tuple[int, ...]
    terms: tuple[tuple[str, date, date], ...]
    days: tuple[Day, ...]

    @property
    def begins_on(self) -> date:
        """1 September of the earliest year."""
        return date(self.years[0], 9, 1)


def add_years(session: Session, count: int, *, seed: int, now: datetime) -> None:
    """Fill the ``count`` school years before the sample's own, inside a write.

    The same ``seed`` gives the same rows. Raises RuleError when the term has only begun.
    """
    school = session.get_one(School, 1)
    first = session.scalars(sa.select(sa.func.min(Term.starts_on))).one()
    past, rng, copier = plan(first, count), Random(seed), Copier(session)
    pairs = Pairs(session, past, clock.local(now).date() - SETTLED, rng)
    _found_earlier(session, school, past)
    taught = [day.day for day in past.days if day.teaching]
    copied = past_checks.copies(copier, pairs.checks, pairs.units())
    past_checks.write(session, copied)
    hazards = PastHazards(copier, rng)
    hazards.from_checks(copied)
    hazards.report(taught, A_YEAR * count)
    hazards.write()
    past_ledgers.roster(copier, pairs.by_source())
    past_ledgers.inspections(copier, pairs.by_month())
    back = [(first - date(year, 9, 1)).days for year in past.years]
    past_ledgers.maintenance(copier, pairs.by_month(), back)
    spans = [(starts_on, ends_on) for _, starts_on, ends_on in past.terms]
    past_ledgers.held(copier, first, spans, set(taught).__contains__)
    past_ledgers.told(copier, list(pairs.months), rng)
    past_ledgers.letters(copier, first, past.years)
    for year in past.years:
        _say(session, year, now)


def plan(first: date, count: int) -> Past:
    """The terms and days of the ``count`` school years before ``first``."""
    years = tuple(range(first.year - count, first.year))
    terms = []
    for year in years:
        begin = date(year, 9, 1)
        terms.append((f"{year}年秋季学期", *autumn(begin)))
        terms.append((f"{year + 1}年春季学期", *spring(begin)))
    spans = [(starts_on, ends_on) for _, starts_on, ends_on in terms]
    return Past(first, years, tuple(terms), tuple(build_days(spans, has_boarding=True)))


class Pairs:
    """Which day and which month of the term each past one repeats. Raises RuleError."""

    def __init__(self, session: Session, past: Past, until: date, rng: Random) -> None:
        self.past = past
        self.checks = past_checks.settled(session, past.first, until)
        where = SchoolDay.day.between(past.first, until)
        calendar = session.execute(
            sa.select(SchoolDay.day, SchoolDay.teaching, SchoolDay.boarding)
            .where(where)
            .order_by(SchoolDay.day)
        ).all()
        if sum(row.teaching for row in calendar) < LEAST_DAYS:
            raise RuleError(TOO_EARLY)
        likely: dict[tuple[bool, bool, int | None], list[date]] = defaultdict(list)
        for row in calendar:
            likely[row.teaching, row.boarding, row.day.weekday()].append(row.day)
            likely[row.teaching, row.boarding, None].append(row.day)
        self.days = {
            day.day: rng.choice(found)
            for day in past.days
            if (
                found := likely[day.teaching, day.boarding, day.day.weekday()]
                or likely[day.teaching, day.boarding, None]
            )
        }
        self.months = dict(self._months())

    def _months(self) -> Iterator[tuple[date, date]]:
        """Of two months of the term, the first begins no quarter, the second does."""
        first = self.past.first
        second = first.replace(month=first.month + 1)
        opens_quarter = second if ("month", second) in self.checks else first
        taught = {day.day.replace(day=1) for day in self.past.days if day.teaching}
        for month in months(self.past.begins_on, first - timedelta(days=1)):
            if month in taught:
                yield month, opens_quarter if month.month % 3 == 1 else first

    def units(self) -> list[tuple[str, date, date]]:
        """Unit, past day and the day it repeats, in the order of time."""
        found = [("day", day, source) for day, source in self.days.items()]
        found += [("month", day, source) for day, source in self.months.items()]
        return sorted(found, key=lambda one: (one[1], one[0]))

    def by_source(self) -> Mapping[date, Sequence[date]]:
        """The day of the term → the past days that repeat it."""
        return _turned(self.days)

    def by_month(self) -> Mapping[date, Sequence[date]]:
        """The month of the term → the past months that repeat it."""
        return _turned(self.months)


def _turned(pairs: Mapping[date, date]) -> dict[date, list[date]]:
    found: dict[date, list[date]] = defaultdict(list)
    for day, source in pairs.items():
        found[source].append(day)
    return found


def _found_earlier(session: Session, school: School, past: Past) -> None:
    """Calendar, and those who answer for something, as if the school had been here all the time."""
    entered_on, begins_on = clock.local(school.created_at).date(), past.begins_on
    session.add_all(Term(name=name, starts_on=a, ends_on=b) for name, a, b in past.terms)
    session.add_all(SchoolDay(**vars(day)) for day in past.days)
    length = (past.first - begins_on).days
    session.add_all(
        PlannedDay(day=day, at=clock.at(day, time(5)))
        for day in (begins_on + timedelta(days=number) for number in range(length))
    )
    earlier = begins_on - (past.first - entered_on)
    for model in (Assignment, PersonPost, GridSpace):
        session.execute(
            sa.update(model).where(model.from_on == entered_on).values(from_on=earlier),
            execution_options={"synchronize_session": False},
        )
    school.created_at -= entered_on - earlier
    session.flush()


def _say(session: Session, year: int, now: datetime) -> None:
    """The log's one entry for a year that nobody lived through."""
    begins_on, ends_on = date(year, 9, 1), date(year + 1, 8, 31)
    made = session.scalar(
        sa.select(sa.func.count()).select_from(Check).where(Check.day.between(begins_on, ends_on))
    )
    data = {"year": school_year(begins_on), "checks": made}
    audit.record(session, "sample.year", "school:1", by=None, now=now, data=data)
