"""Reading a year's plan: every entry with its records, its marks and how it stands."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock, content
from unitsafe.content.model import Obligation
from unitsafe.core import audit
from unitsafe.core.domain import Actor, Right
from unitsafe.letters.rules import span
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.people.queries import valid_on
from unitsafe.photos.models import Photo
from unitsafe.school import queries as schools
from unitsafe.school.models import School
from unitsafe.school.rules import Day
from unitsafe.year_plan import facts, rules
from unitsafe.year_plan.facts import Reach, Record
from unitsafe.year_plan.models import OwnEntry, PlanMark, PlanSignature
from unitsafe.year_plan.rules import Act, Calendar, Change, Entry, Status


@dataclass(frozen=True)
class Line:
    """An entry and everything known of it.

    ``obligation`` is None for the school's own. ``tick`` is the mark that says it was done by
    hand, ``drop`` the one that leaves it out.
    """

    entry: Entry
    text: str
    who: str
    order: int
    obligation: Obligation | None
    records: Sequence[Record]
    tick: PlanMark | None
    drop: PlanMark | None
    status: Status
    change: Change | None = None

    @property
    def is_manual(self) -> bool:
        """Whether it is marked by hand, because no ledger proves it."""
        return self.obligation is None or facts.ledger_of(self.obligation.proof)[0] is None

    @property
    def done(self) -> int:
        """How many of ``of``, or of those needed, are done."""
        return sum(record.done for record in self.records)

    @property
    def of(self) -> int | None:
        """How many its ledger planned; None where each record counts by itself."""
        return _planned(self.records)

    @property
    def basis(self) -> list[str]:
        """What may be cited for it."""
        bases = self.obligation.basis if self.obligation else ()
        return content.printable_basis(bases, content.load().sources)

    @property
    def post_title(self) -> str:
        """The post that does it."""
        found = content.load().posts.get(self.who)
        return found.title if found else self.who


def _planned(records: Iterable[Record]) -> int | None:
    planned = [record.of for record in records if record.of is not None]
    return sum(planned) if planned else None


@dataclass(frozen=True)
class Book:
    """A school year's plan on a day. ``unknown`` names the terms that are not in the calendar."""

    year: str
    lines: Sequence[Line]
    signature: PlanSignature | None
    unknown: Sequence[str]
    gone: Sequence[str] = field(default_factory=tuple)

    @property
    def is_adjusted(self) -> bool:
        """Whether anything is other than when it was signed."""
        return bool(self.signature and (self.gone or any(line.change for line in self.lines)))

    def line(self, key: str, slot: str) -> Line | None:
        """The entry of that place."""
        return next((line for line in self.lines if line.entry.place == (key, slot)), None)

    @cached_property
    def snapshot(self) -> list[dict[str, Any]]:
        """What a signature stands under: each entry as plain data, in the plan's order."""
        return [
            {
                "key": line.entry.key,
                "slot": line.entry.slot,
                "name": line.entry.name,
                "text": line.text,
                "due_on": line.entry.due_on.isoformat(),
                "who": line.post_title,
                "dropped": line.drop.note if line.drop else None,
            }
            for line in self.lines
        ]

    @property
    def mark(self) -> str:
        """The same text for the same plan."""
        return content_hash(self.snapshot)


def content_hash(snapshot: Sequence[Any]) -> str:
    """SHA-256 (hex) of what was signed."""
    return hashlib.sha256(audit.canonical({"entries": snapshot}).encode()).hexdigest()


def read(session: Session, year: str, today: date, *, posts: Collection[str] | None = None) -> Book:
    """The plan of ``year`` as it stands on ``today``; with ``posts`` only what these do. The
    number of statements depends on the ledgers, not on the entries."""
    school, calendar = schools.school(session), calendar_of(session, year)
    signature = newest_signature(session, year)
    found = _with_owns(session, year, school, calendar, posts)
    marks = _marks(session, year)
    reach = _reach(year, [entry for entry, *_ in found], today)
    proofs = {one.proof for *_, one in found if one is not None}
    known = facts.records(session, proofs, reach)
    begins_on = clock.local(school.created_at).date()
    signed = _signed(signature)
    lines = [
        _line(entry, text, who, order, one, known, marks, today, begins_on)
        for order, (entry, text, who, one) in enumerate(found)
    ]
    if signature is not None:
        lines = [_compared(line, signed) for line in lines]
    places = {entry.place for entry, *_ in found}
    gone = [
        f"{one['name']} {one['text']}"
        for one in (signature.content if signature and posts is None else ())
        if (one["key"], one["slot"]) not in places
    ]
    unknown = [half.name for half in rules.halves(calendar, year) if not half.known]
    return Book(year, lines, signature, unknown, gone)


def calendar_of(session: Session, year: str) -> Calendar:
    """The days and terms of the school year, with the weeks around it."""
    first, last = span(year)
    days = {
        one.day: Day(one.day, one.teaching, one.boarding, one.note)
        for one in schools.days(session, first - rules.EARLIEST, last + rules.EARLIEST)
    }
    terms = [(term.starts_on, term.ends_on) for term in schools.terms(session)]
    return Calendar(days, terms, schools.school(session).number("assessment_days"))


Parts = tuple[Entry, str, str, Obligation | None]


def _with_owns(
    session: Session,
    year: str,
    school: School,
    calendar: Calendar,
    posts: Collection[str] | None,
) -> list[Parts]:
    known = content.load().obligations
    asked = [one for one in known.values() if posts is None or one.who in posts]
    flags = [flag for flag, is_on in school.flags.items() if is_on]
    laid = rules.entries(asked, flags=flags, stage=school.stage, calendar=calendar, year=year)
    found: list[Parts] = [
        (entry, known[entry.key].text, known[entry.key].who, known[entry.key]) for entry in laid
    ]
    own = session.scalars(
        sa.select(OwnEntry).where(OwnEntry.school_year == year).order_by(OwnEntry.id)
    )
    found += [
        (_own(one), one.text, one.post, None) for one in own if posts is None or one.post in posts
    ]
    return found


def _own(one: OwnEntry) -> Entry:
    first, last = span(one.school_year)
    name = f"{one.due_on.month}月"
    return Entry(rules.OWN, str(one.id), name, first, last, one.due_on)


def _reach(year: str, entries: Sequence[Entry], today: date) -> Reach:
    first, last = span(year)
    return Reach(
        year,
        min((entry.first for entry in entries), default=first),
        max((entry.last for entry in entries), default=last),
        today,
    )


Marks = Mapping[tuple[str, str], Mapping[Act, PlanMark]]


def _marks(session: Session, year: str) -> Marks:
    """By place the newest mark of each act."""
    rows = session.scalars(
        sa.select(PlanMark)
        .where(PlanMark.school_year == year)
        .options(joinedload(PlanMark.by), joinedload(PlanMark.file))
        .order_by(PlanMark.id)
    )
    found: dict[tuple[str, str], dict[Act, PlanMark]] = {}
    for mark in rows:
        found.setdefault((mark.key, mark.slot), {})[mark.act] = mark
    return found


def _newest(marks: Mapping[Act, PlanMark], act: Act, back: Act) -> PlanMark | None:
    """The mark of ``act`` unless ``back`` came after it."""
    mark, undone = marks.get(act), marks.get(back)
    return None if mark is None or (undone is not None and undone.id > mark.id) else mark


def _line(
    entry: Entry,
    text: str,
    who: str,
    order: int,
    one: Obligation | None,
    known: Mapping[str, Sequence[Record]],
    marks: Marks,
    today: date,
    begins_on: date,
) -> Line:
    mine = marks.get(entry.place, {})
    tick = _newest(mine, Act.DONE, Act.UNDONE)
    drop = _newest(mine, Act.DROP, Act.RESTORE)
    found = known.get(one.proof, ()) if one else ()
    inside = [record for record in found if entry.first <= record.day <= entry.last]
    done, of = sum(record.done for record in inside), _planned(inside)
    if tick is not None:
        done, of = entry.times, None
    status = rules.status_of(
        entry, done, of, today=today, begins_on=begins_on, dropped=drop is not None
    )
    return Line(entry, text, who, order, one, inside, tick, drop, status)


def _signed(signature: PlanSignature | None) -> rules.Signed:
    return {
        (one["key"], one["slot"]): (date.fromisoformat(one["due_on"]), one["dropped"] is not None)
        for one in (signature.content if signature else ())
    }


def _compared(line: Line, signed: rules.Signed) -> Line:
    change = rules.change_of(line.entry, line.drop is not None, signed)
    return Line(**{**line.__dict__, "change": change})


def newest_signature(session: Session, year: str) -> PlanSignature | None:
    """The newest signature under the plan of ``year``, with its people and papers."""
    return session.scalars(
        sa.select(PlanSignature)
        .where(PlanSignature.school_year == year)
        .options(
            joinedload(PlanSignature.by),
            joinedload(PlanSignature.signature),
            joinedload(PlanSignature.file),
        )
        .order_by(PlanSignature.version.desc())
        .limit(1)
    ).first()


def names_by_post(session: Session, today: date) -> dict[str, list[str]]:
    """Post → names of those who hold it on ``today``."""
    rows = session.execute(
        sa.select(PersonPost.post, Person.name)
        .join(Person, Person.id == PersonPost.person_id)
        .where(valid_on(PersonPost, today), Person.status == PersonStatus.ACTIVE)
        .order_by(PersonPost.from_on, PersonPost.id)
    )
    found: dict[str, list[str]] = {}
    for post, name in rows:
        found.setdefault(post, []).append(name)
    return found


def photo_ids(_actor: Actor) -> sa.Select[int]:
    """Ids of the signatures: everybody on the staff may read the plan."""
    return sa.select(Photo.id).join(PlanSignature, PlanSignature.signature_id == Photo.id)


def file_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the papers behind marks and signatures, for those who see the school."""
    marked = sa.select(PlanMark.file_id).where(PlanMark.file_id.is_not(None))
    signed = sa.select(PlanSignature.file_id).where(PlanSignature.file_id.is_not(None))
    both = sa.union(marked, signed).subquery()
    return sa.select(both.c[0]).where(sa.literal(Right.VIEW_ALL in actor.rights))
