"""Countersignatures: every signer sits down every few days and signs what is waiting."""

from bisect import bisect_right
from collections import Counter
from datetime import datetime, timedelta

from unitsafe import clock
from unitsafe.checks.rules import Action, State
from unitsafe.sample import habits
from unitsafe.sample.grids import BLOCKS, table
from unitsafe.sample.world import World

SIGNERS = {
    "vice_principal_safety": "梁志远",
    "safety_director": "罗向东",
    "principal": "沈清和",
    "duty_leader": "秦松年",
}
"""Post that countersigns → who holds it; a grid leader's checks are signed by the block's."""
LATE, NEVER = 0.03, 0.004
"""Share of checks signed only after the week is over, and overlooked for good."""


class Signing:
    """Plans and carries out countersignatures."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._leaders = {block: leader for block, leader, _ in table(BLOCKS)}
        self._sittings: dict[str, list[datetime]] = {}
        self._signed: Counter[tuple[str, datetime]] = Counter()
        self._superseded: set[int] = set()

    def expect(self, check_id: int, post: str, grid_id: int, submitted_at: datetime) -> None:
        """Let the right person sign the check, mostly at the next sitting."""
        name = SIGNERS.get(post) or self.leader(grid_id)
        chance = self.world.rng.random()
        if chance < NEVER:
            return
        after = submitted_at + timedelta(days=8 if chance < NEVER + LATE else 0, minutes=10)
        sitting = self._sitting(name, after)
        self._signed[name, sitting] += 1
        moment = sitting + timedelta(seconds=11 * self._signed[name, sitting])
        self.world.timeline.at(moment, lambda at: self._sign(check_id, name, at))

    def leader(self, grid_id: int) -> str:
        """Name of the leader of the block that the grid belongs to."""
        return self._leaders[self.world.grid_names[grid_id].split()[0]]

    def leave_out(self, check_id: int) -> None:
        """The check was corrected before it was signed: its new version is signed instead."""
        self._superseded.add(check_id)

    def _sitting(self, name: str, after: datetime) -> datetime:
        """The first time after ``after`` that ``name`` signs."""
        world, known = self.world, self._sittings.setdefault(name, [])
        day = clock.local(known[-1]).date() if known else world.setting.first - timedelta(days=1)
        while not known or known[-1] <= after:
            day += timedelta(days=world.rng.choice((1, 1, 2, 3)))
            while not world.is_taught(day):
                day += timedelta(days=1)
            known.append(habits.office_hour(world.rng, day, 9, 18))
        return known[bisect_right(known, after)]

    def _sign(self, check_id: int, name: str, at: datetime) -> None:
        if check_id in self._superseded:
            return
        by = self.world.signer(name)
        self.world.journal.change(
            check_id, state=State.COUNTERSIGNED, countersigned_at=at, countersigned_by_id=by.id
        )
        self.world.journal.log(check_id, Action.COUNTERSIGN, by, at)
