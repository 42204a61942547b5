"""What a rotation would put on the roster, before anybody says yes."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from unitsafe.core.domain import RuleError
from unitsafe.people.models import Person
from unitsafe.roster import queries, table
from unitsafe.roster.models import Shift
from unitsafe.roster.rotation import Turn, rotate
from unitsafe.roster.rules import Span, is_without_pupils
from unitsafe.roster.table import Roster

Key = tuple[int, date, int]
"""A turn: shift, day, slot."""


class Obstacle(StrEnum):
    """Why somebody who may stand a shift cannot take this turn."""

    AWAY = "away"
    OFF = "off"
    NO_PUPILS = "no_pupils"
    BUSY = "busy"


@dataclass(frozen=True)
class Problem:
    """A turn that stays open, with how many could not take it and why; or, with ``person``, one
    that a teacher gets on a day without pupils."""

    shift: Shift
    day: date
    note: str
    why: Mapping[Obstacle, int]
    person: Person | None = None


@dataclass(frozen=True)
class Share:
    """How many turns somebody has: in the term before this, by this, afterwards."""

    person: Person
    before: int
    added: int

    @property
    def after(self) -> int:
        """Both together."""
        return self.before + self.added


@dataclass(frozen=True)
class Proposal:
    """What the rotation gives: only the turns that change."""

    given: Mapping[Key, int | None]
    people: Mapping[int, Person]
    shares: Sequence[Share]
    problems: Sequence[Problem]

    @property
    def digest(self) -> str:
        """The proposal as a short text, the same for the same proposal."""
        text = repr(sorted((str(key), who) for key, who in self.given.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def filled(self) -> int:
        """How many turns get somebody."""
        return sum(who is not None for who in self.given.values())


def propose(
    session: Session,
    *,
    shift_ids: Collection[int],
    person_ids: Collection[int],
    first: date,
    last: date,
    keep: bool,
) -> Proposal:
    """Fill the shifts from ``first`` to ``last`` with these people by rotation. ``keep`` leaves
    turns as they are that have somebody already; swaps and stand-ins are always left.

    :raises RuleError: no shift, nobody, or no day was chosen.
    """
    if not shift_ids:
        raise RuleError("请至少选一个班次。")
    if not person_ids:
        raise RuleError("轮排至少要有一个人，请勾选参加轮排的老师。")
    if first > last:
        raise RuleError("结束日期要不早于开始日期。")
    one = timedelta(days=1)
    roster = table.read(session, first - one, last + one)
    filling = _Filling(roster, set(shift_ids), set(person_ids), first, last, keep=keep)
    if not filling.open and not filling.is_any_stood:
        raise RuleError("这些日子没有要值的班，请换日期或班次。")
    had = queries.totals(queries.counts(session, *queries.term_span(session, first)))
    return filling.propose(had)


class _Filling:
    """The open turns of some days and who could take them."""

    def __init__(
        self,
        roster: Roster,
        shift_ids: set[int],
        person_ids: set[int],
        first: date,
        last: date,
        *,
        keep: bool,
    ) -> None:
        self.roster, self.person_ids = roster, person_ids
        self.shifts = {shift.id: shift for shift in roster.shifts if shift.id in shift_ids}
        self.open: dict[Turn, int | None] = {}
        self.busy: dict[int, list[Span]] = defaultdict(list)
        self.is_any_stood = False
        for stand in roster.all():
            entry, is_inside = stand.entry, first <= stand.day <= last
            if is_inside and stand.shift.id in self.shifts:
                self.is_any_stood = True
                planned = entry.person_id if entry else None
                is_fixed = entry is not None and (entry.is_swapped or entry.stand_in_id is not None)
                if planned is None or (not keep and not is_fixed):
                    time = stand.shift.time_on(stand.day)
                    turn = Turn(stand.day, time, stand.shift.id, stand.slot)
                    self.open[turn] = planned
                    continue
            if entry is not None and (who := entry.stand_in_id or entry.person_id):
                self.busy[who].append(stand.shift.time_on(stand.day))
        self.why: dict[Turn, Counter[Obstacle]] = {turn: Counter() for turn in self.open}
        self.spared: dict[Turn, set[int]] = defaultdict(set)

    def propose(self, had: Mapping[int, int]) -> Proposal:
        """Rotate and say what came of it. ``had``: turns in the term so far."""
        may = {turn: self._able(turn) for turn in self.open}
        before = Counter(had)
        for was in self.open.values():
            if was is not None:
                before[was] -= 1  # given anew
        taken = rotate(may, before, self.busy)
        given = {
            (turn.shift_id, turn.day, turn.slot): who
            for turn, who in taken.items()
            if who != self.open[turn]
        }
        added = Counter(who for who in taken.values() if who is not None)
        pool = sorted({person for able in may.values() for person in able})
        people = self.roster.staff.people
        return Proposal(
            given,
            people,
            [Share(people[one], before[one], added[one]) for one in pool],
            [problem for turn, who in taken.items() if (problem := self._problem(turn, who))],
        )

    def _able(self, turn: Turn) -> frozenset[int]:
        """Who can take the turn; teachers on days without pupils only when there is nobody else."""
        shift, able, spared = self.shifts[turn.shift_id], set(), set()
        is_quiet = is_without_pupils(self.roster.facts(turn.day))
        for person_id in self.person_ids:
            if not self.roster.staff.may(shift, person_id, turn.day):
                continue
            if obstacle := self._obstacle(turn, person_id):
                self.why[turn][obstacle] += 1
            elif is_quiet and self.roster.staff.is_spared(person_id, turn.day):
                spared.add(person_id)
            else:
                able.add(person_id)
        if not able:
            self.spared[turn] = spared
        return frozenset(able or spared)

    def _obstacle(self, turn: Turn, person_id: int) -> Obstacle | None:
        staff = self.roster.staff
        if staff.absence(person_id, turn.day):
            return Obstacle.AWAY
        if not staff.works(person_id, turn.day):
            return Obstacle.OFF
        if any(turn.time.overlaps(time) for time in self.busy.get(person_id, ())):
            return Obstacle.BUSY
        return None

    def _problem(self, turn: Turn, who: int | None) -> Problem | None:
        shift, note = self.shifts[turn.shift_id], self.roster.note(turn.day)
        if who is None:
            return Problem(shift, turn.day, note, self.why[turn])
        if who in self.spared.get(turn, ()):
            return Problem(shift, turn.day, note, {}, self.roster.staff.people[who])
        return None
