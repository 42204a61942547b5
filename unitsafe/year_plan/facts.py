"""Which ledger proves what: a function per ledger reads all of a year's records in one statement.

``proof`` in content/obligations.yaml names a ledger and a kind (``checks:daily_fire_patrol``). A
ledger that is not here is marked by hand.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.activities.models import Activity
from unitsafe.activities.rules import HELD, Kind
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE
from unitsafe.checks.rules import State as CheckState
from unitsafe.letters.queries import Filters, letter_counts
from unitsafe.letters.rules import span
from unitsafe.year_plan.models import PlanSignature


@dataclass(frozen=True)
class Link:
    """A page: endpoint and arguments."""

    endpoint: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """``done`` of ``of`` on a day; ``of`` None: it counts by itself."""

    day: date
    done: int = 1
    of: int | None = None
    title: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Reach:
    """What is read: a school year, the days that its entries count, and the day to look on."""

    year: str
    first: date
    last: date
    today: date

    @property
    def on(self) -> date:
        """Today, or the nearest of the days that count."""
        return min(max(self.today, self.first), self.last)


Found = Mapping[str, list[Record]]
Read = Callable[[Session, frozenset[str], Reach], Found]
Open = Callable[[str, date, date], Link]


@dataclass(frozen=True)
class Ledger:
    """``read`` gives the records of some kinds by kind; ``open`` is the page of one kind."""

    read: Read
    open: Open


LEDGERS: dict[str, Ledger] = {}


def ledger(name: str, opens: Open) -> Callable[[Read], Read]:
    """Register the function that reads the ledger ``name``."""

    def register(read: Read) -> Read:
        LEDGERS[name] = Ledger(read, opens)
        return read

    return register


def ledger_of(proof: str) -> tuple[Ledger | None, str]:
    """The ledger that a proof names, and the kind in it; None where it is marked by hand."""
    name, _, kind = proof.partition(":")
    return LEDGERS.get(name), kind


def records(session: Session, proofs: Iterable[str], reach: Reach) -> dict[str, list[Record]]:
    """By proof the records from ``reach``; a statement per ledger."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for proof in proofs:
        name, _, kind = proof.partition(":")
        kinds[name].add(kind)
    return {
        f"{name}:{kind}": found
        for name, asked in kinds.items()
        if name in LEDGERS
        for kind, found in LEDGERS[name].read(session, frozenset(asked), reach).items()
    }


def _open_checks(kind: str, first: date, last: date) -> Link:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return Link("checks.index", {"checklist": kind, **days})


@ledger("checks", _open_checks)
def checks(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """By checklist: what was handed in of what was planned for a day, without what was skipped;
    a correction is no second check."""
    done = sa.func.sum(sa.case((Check.state.in_(DONE), 1), else_=0))
    rows = session.execute(
        sa.select(Check.checklist_key, Check.day, done, sa.func.count())
        .where(
            Check.checklist_key.in_(kinds),
            Check.day.between(reach.first, reach.last),
            Check.corrects_id.is_(None),
            Check.state != CheckState.SKIPPED,
        )
        .group_by(Check.checklist_key, Check.day)
        .order_by(Check.day)
    )
    found: dict[str, list[Record]] = defaultdict(list)
    for key, day, handed_in, planned in rows:
        found[key].append(Record(day, handed_in, planned))
    return found


def _open_activities(kind: str, _first: date, _last: date) -> Link:
    return Link("activities.index", {"kind": kind.partition(":")[0]})


@ledger("activities", _open_activities)
def activities(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """By kind, and by ``kind:form``: what was held."""
    names = {kind.partition(":")[0] for kind in kinds}
    rows: Iterable[Any] = session.execute(
        sa.select(Activity.kind, Activity.form, Activity.held_on, Activity.number, Activity.title)
        .where(
            Activity.kind.in_([kind for kind in Kind if kind in names]),
            Activity.held_on.between(reach.first, reach.last),
            Activity.state.in_(HELD),
        )
        .order_by(Activity.held_on, Activity.id)
    )
    found: dict[str, list[Record]] = defaultdict(list)
    for kind, form, held_on, number, title in rows:
        for name in {kind.value, f"{kind.value}:{form.value}"} & kinds:
            link = Link("activities.detail", {"activity_number": number})
            found[name].append(Record(held_on, title=f"{number} {title}", link=link))
    return found


@ledger("letters", lambda _kind, _first, _last: Link("letters.index"))
def letters(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """The letters of the year that are signed, of all that hold."""
    _first, last = span(reach.year)
    counts = letter_counts(session, last, Filters(reach.year))
    return {kind: [Record(last, counts.signed, counts.total)] for kind in kinds}


@ledger("year_plan", lambda _kind, _first, _last: Link("year_plan.index"))
def signatures(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """The plan's own signatures."""
    signed = session.scalars(
        sa.select(PlanSignature.signed_on).where(PlanSignature.school_year == reach.year)
    ).all()
    inside = [max(day, reach.first) for day in signed]
    return {kind: [Record(day) for day in inside] for kind in kinds}
