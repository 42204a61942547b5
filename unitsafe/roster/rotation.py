"""Filling turns by rotation, fair within one. Pure, and the same for the same input."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from unitsafe.roster.rules import Span

CATCH_UP = 2
"""Whoever is further behind than this (new here, long ill) does not have to make up for it in one
month: nobody then stands every day. A convention of the product."""


@dataclass(frozen=True, order=True)
class Turn:
    """One person's turn: a place of a shift on a day."""

    day: date
    time: Span
    shift_id: int
    slot: int


def rotate(
    may: Mapping[Turn, frozenset[int]],
    so_far: Mapping[int, int],
    busy: Mapping[int, Sequence[Span]],
) -> dict[Turn, int | None]:
    """Who takes each turn; None where nobody can.

    ``may``: per turn who can stand it. ``so_far``: turns each has had. ``busy``: when people stand
    already. Nobody stands twice at a time. Afterwards no turn could be handed to somebody who has
    had two fewer; where everybody can stand every turn, those who began alike differ by one at most.
    """
    rotation = _Rotation(may, starting_counts(may, so_far), busy)
    rotation.fill()
    while rotation.level() and rotation.fill():
        pass
    return dict(rotation.given)


def starting_counts(
    may: Mapping[Turn, frozenset[int]], so_far: Mapping[int, int]
) -> dict[int, int]:
    """What each begins with: what they have had, at least the usual of their shifts less CATCH_UP."""
    pools: dict[int, set[int]] = defaultdict(set)
    for turn, people in may.items():
        pools[turn.shift_id] |= people
    found: dict[int, int] = {}
    for pool in pools.values():
        counts = sorted(so_far.get(person, 0) for person in pool)
        if not counts:
            continue
        least = counts[len(counts) // 2] - CATCH_UP
        for person in pool:
            found[person] = min(found.get(person, least), least)
    return {person: max(so_far.get(person, 0), least) for person, least in found.items()}


class _Rotation:
    """Turns being given out."""

    def __init__(
        self,
        may: Mapping[Turn, frozenset[int]],
        counts: Mapping[int, int],
        busy: Mapping[int, Sequence[Span]],
    ) -> None:
        self.turns = sorted(may)
        self.may = {turn: sorted(may[turn]) for turn in self.turns}
        self.counts = Counter(counts)
        self.busy = busy
        self.given: dict[Turn, int | None] = dict.fromkeys(self.turns)
        self.held: dict[int, set[Turn]] = defaultdict(set)

    def fill(self) -> bool:
        """Give out every turn that somebody can take; whether any was given."""
        is_changed = False
        for turn in self.turns:
            if self.given[turn] is None and (able := self._able(turn)):
                self._give(turn, min(able, key=lambda person: self._rank(person, turn)))
                is_changed = True
        return is_changed

    def level(self) -> bool:
        """Hand turns on from those who have many to those who have few; whether any was."""
        is_changed = False
        while path := self._way_down():
            for turn, person in path:
                self._give(turn, person)
            is_changed = True
        return is_changed

    def _able(self, turn: Turn) -> list[int]:
        return [person for person in self.may[turn] if self._is_free(person, turn)]

    def _is_free(self, person: int, turn: Turn) -> bool:
        taken = (*self.busy.get(person, ()), *(held.time for held in self.held[person]))
        return not any(turn.time.overlaps(one) for one in taken)

    def _rank(self, person: int, turn: Turn) -> tuple[int, bool, int, int]:
        """Fewest turns first; then nobody twice a day; then who has waited longest."""
        days = [held.day for held in self.held[person]]
        last = max((day.toordinal() for day in days), default=0)
        return self.counts[person], turn.day in days, last, person

    def _give(self, turn: Turn, person: int) -> None:
        before = self.given[turn]
        if before is not None:
            self.held[before].remove(turn)
            self.counts[before] -= 1
        self.given[turn] = person
        self.held[person].add(turn)
        self.counts[person] += 1

    def _way_down(self) -> list[tuple[Turn, int]]:
        """Who hands which turn to whom so that somebody with many has one fewer and somebody with
        at least two fewer has one more; empty when there is no such way."""
        having = [person for person in self.held if self.held[person]]
        for start in sorted(having, key=lambda person: (-self.counts[person], person)):
            if path := self._path_from(start):
                return path
        return []

    def _path_from(self, start: int) -> list[tuple[Turn, int]]:
        came: dict[int, tuple[Turn, int]] = {}
        queue = deque([start])
        while queue:
            giver = queue.popleft()
            for turn in sorted(self.held[giver]):
                for taker in self._able(turn):
                    if taker == start or taker in came:
                        continue
                    came[taker] = (turn, giver)
                    if self.counts[taker] <= self.counts[start] - 2:
                        return list(_walk_back(came, taker, start))
                    queue.append(taker)
        return []


def _walk_back(
    came: Mapping[int, tuple[Turn, int]], person: int, start: int
) -> Iterable[tuple[Turn, int]]:
    while person != start:
        turn, giver = came[person]
        yield turn, person
        person = giver
