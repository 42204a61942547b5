"""The roster of some days as it stands: shifts, turns, who is there, who stands in."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.checks.rules import DayFacts
from unitsafe.people.models import Absence, Person, PersonStatus
from unitsafe.people.queries import posts_on
from unitsafe.people.rules import works_on
from unitsafe.roster import rules
from unitsafe.roster.models import RosterEntry, Shift
from unitsafe.roster.rules import Span, Standing
from unitsafe.school.models import SchoolDay
from unitsafe.school.queries import days as school_days


@dataclass(frozen=True)
class Stand:
    """One place of a shift on a day. ``person`` was planned, ``who`` really stands; ``absence``
    is why they differ, ``clashes`` that ``who`` has another turn at that time."""

    shift: Shift
    day: date
    slot: int
    entry: RosterEntry | None
    who: Person | None
    standing: Standing
    absence: Absence | None = None
    clashes: bool = False

    @property
    def person(self) -> Person | None:
        """Who was planned."""
        return self.entry.person if self.entry else None

    @property
    def is_gap(self) -> bool:
        """Whether nobody stands it."""
        return self.standing in rules.GAPS


class Staff:
    """Who may stand what, and who is there, over some days."""

    def __init__(self, people: Sequence[Person], absences: Sequence[Absence]) -> None:
        self.people = {person.id: person for person in people}
        self._absences: dict[int, list[Absence]] = defaultdict(list)
        for absence in absences:
            self._absences[absence.person_id].append(absence)

    def absence(self, person_id: int, day: date) -> Absence | None:
        """Why the person is not there on ``day``."""
        found = self._absences.get(person_id, ())
        return next((one for one in found if one.from_on <= day <= one.until_on), None)

    def away(self, day: date) -> frozenset[int]:
        """Ids of who is absent on ``day``."""
        return frozenset(one for one in self._absences if self.absence(one, day))

    def may(self, shift: Shift, person_id: int, day: date) -> bool:
        """Whether the person is among those who may stand the shift, there or not."""
        person = self.people.get(person_id)
        if person is None:
            return False
        if any(one.person_id == person_id for one in shift.pool):
            return True
        return bool(set(shift.posts) & set(posts_on(person, day)))

    def works(self, person_id: int, day: date) -> bool:
        """Whether ``day`` is one of the person's weekdays."""
        person = self.people.get(person_id)
        return person is not None and works_on(person.work_days, day)

    def is_spared(self, person_id: int, day: date) -> bool:
        """Whether the person is a teacher, not to be put on days without pupils."""
        person = self.people.get(person_id)
        return person is not None and rules.is_spared_on_holidays(posts_on(person, day))

    def choices(self, shift: Shift, day: date) -> list[Person]:
        """Who may stand the shift on ``day``, by name."""
        return [one for one in self.people.values() if self.may(shift, one.id, day)]


class Roster:
    """The turns of the days from ``first`` to ``last``."""

    def __init__(
        self,
        first: date,
        last: date,
        *,
        shifts: Sequence[Shift],
        staff: Staff,
        calendar: Sequence[SchoolDay],
        entries: Sequence[RosterEntry],
    ) -> None:
        self.first, self.last, self.shifts, self.staff = first, last, shifts, staff
        self._calendar = {entry.day: entry for entry in calendar}
        self._entries: dict[date, dict[tuple[int, int], RosterEntry]] = defaultdict(dict)
        for entry in entries:
            self._entries[entry.day][entry.shift_id, entry.slot] = entry

    @property
    def days(self) -> list[date]:
        """Every day, ascending."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]

    def facts(self, day: date) -> DayFacts:
        """What the school calendar says of ``day``."""
        entry = self._calendar.get(day)
        return DayFacts(day, bool(entry and entry.teaching), bool(entry and entry.boarding))

    def note(self, day: date) -> str:
        """Why it is no ordinary day."""
        entry = self._calendar.get(day)
        return entry.note if entry else ""

    def is_stood(self, shift: Shift, day: date) -> bool:
        """Whether the shift is stood on ``day``; one no longer in use where somebody was on it."""
        if not rules.is_stood(shift.days, shift.weekdays, self.facts(day)):
            return False
        return shift.is_active or any(key[0] == shift.id for key in self._entries[day])

    def entry(self, shift_id: int, day: date, slot: int) -> RosterEntry | None:
        """The turn, if it was ever filled."""
        return self._entries[day].get((shift_id, slot))

    def on(self, day: date) -> list[Stand]:
        """All turns of a day, by shift and place."""
        away = self.staff.away(day)
        stands = [
            self._stand(shift, day, slot, away)
            for shift in self.shifts
            if self.is_stood(shift, day)
            for slot in self._slots(shift, day)
        ]
        return [self._with_clash(one, stands) for one in stands]

    def all(self) -> Iterator[Stand]:
        """All turns of all days."""
        for day in self.days:
            yield from self.on(day)

    def busy(self, day: date, *, but: int | None = None) -> Mapping[int, list[Span]]:
        """When on ``day`` who is planned or stands in already, entry ``but`` left out."""
        found: dict[int, list[Span]] = defaultdict(list)
        shifts = {shift.id: shift for shift in self.shifts}
        for (shift_id, _slot), entry in self._entries[day].items():
            who = entry.stand_in_id or entry.person_id
            shift = shifts[shift_id]
            if who is not None and entry.id != but and self.is_stood(shift, day):
                found[who].append(shift.time_on(day))
        return found

    def is_busy(self, person_id: int, shift: Shift, day: date, *, but: int | None = None) -> bool:
        """Whether the person stands something else while ``shift`` is stood on ``day``."""
        mine, near = shift.time_on(day), (day - timedelta(days=1), day, day + timedelta(days=1))
        return any(
            mine.overlaps(time)
            for one in near
            for time in self.busy(one, but=but).get(person_id, ())
        )

    def sharers(self, counts: Mapping[int, object]) -> list[Person]:
        """Whoever is in ``counts`` or may stand one of the shifts stood, by name."""
        known = dict(self.staff.people)
        stood = {}
        for stand in self.all():
            stood[stand.shift.id] = stand.shift
            for one in (stand.who, stand.person):
                if one is not None:
                    known.setdefault(one.id, one)
        ends = (self.first, self.last)
        found = [
            person
            for person in known.values()
            if person.id in counts
            or any(self.staff.may(one, person.id, day) for one in stood.values() for day in ends)
        ]
        return sorted(found, key=lambda person: (person.name, person.id))

    def _slots(self, shift: Shift, day: date) -> list[int]:
        """The places of the shift; more than it has now where more stood it."""
        used = {
            slot for (one, slot), e in self._entries[day].items() if one == shift.id and e.person
        }
        return sorted({*range(1, shift.people + 1), *used} if shift.is_active else used)

    def _stand(self, shift: Shift, day: date, slot: int, away: Collection[int]) -> Stand:
        entry = self.entry(shift.id, day, slot)
        if entry is None:
            return Stand(shift, day, slot, None, None, Standing.EMPTY)
        asked = entry.stand_in_id or entry.person_id
        absence = self.staff.absence(asked, day) if asked else None
        deputy = self._deputy(shift, day, absence) if absence else None
        who_id, standing = rules.standing(entry.person_id, entry.stand_in_id, away, deputy)
        known = {one.id: one for one in (entry.person, entry.stand_in) if one}
        if absence:
            known[absence.deputy_id] = absence.deputy
        return Stand(shift, day, slot, entry, known.get(who_id or 0), standing, absence=absence)

    def _deputy(self, shift: Shift, day: date, absence: Absence) -> rules.Deputy:
        one = absence.deputy_id
        able = self.staff.may(shift, one, day) and self.staff.works(one, day)
        return rules.Deputy(one, able and not self.is_busy(one, shift, day))

    @staticmethod
    def _with_clash(stand: Stand, stands: Sequence[Stand]) -> Stand:
        mine = stand.shift.time_on(stand.day)
        clashes = stand.who is not None and any(
            one.who is not None
            and one.who.id == stand.who.id
            and (one.shift.id, one.slot) != (stand.shift.id, stand.slot)
            and mine.overlaps(one.shift.time_on(one.day))
            for one in stands
        )
        return replace(stand, clashes=True) if clashes else stand


def all_shifts(session: Session) -> Sequence[Shift]:
    """Every shift with its pool, in the school's order."""
    return session.scalars(
        sa.select(Shift).options(selectinload(Shift.pool)).order_by(Shift.position, Shift.id)
    ).all()


def staff(session: Session, first: date, last: date) -> Staff:
    """The people of the school with posts, and their absences between two days."""
    people = session.scalars(
        sa.select(Person)
        .where(Person.status == PersonStatus.ACTIVE)
        .options(selectinload(Person.posts))
        .order_by(Person.name, Person.id)
    ).all()
    absences = session.scalars(
        sa.select(Absence)
        .where(Absence.from_on <= last, Absence.until_on >= first)
        .options(joinedload(Absence.deputy))
        .order_by(Absence.id)
    ).all()
    return Staff(people, absences)


def read(session: Session, first: date, last: date) -> Roster:
    """The roster of some days, in a fixed number of statements; one where there are no shifts."""
    shifts = all_shifts(session)
    if not shifts:
        return Roster(first, last, shifts=(), staff=Staff((), ()), calendar=(), entries=())
    return Roster(
        first,
        last,
        shifts=shifts,
        staff=staff(session, first, last),
        calendar=school_days(session, first, last),
        entries=session.scalars(
            sa.select(RosterEntry)
            .where(RosterEntry.day.between(first, last))
            .options(joinedload(RosterEntry.person), joinedload(RosterEntry.stand_in))
            .order_by(RosterEntry.day, RosterEntry.shift_id, RosterEntry.slot)
        ).all(),
    )
