"""Before each term and each long holiday the sample school is looked over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from unitsafe import clock
from unitsafe.sample import habits
from unitsafe.sample.hazards import Hazards
from unitsafe.sample.records import Records, Row
from unitsafe.sample.world import World

SPECIAL = ("before_term", "before_holiday")
"""Keys of content/checklists.yaml."""


class SpecialChecks:
    """What these checks find. Chance of its own, as with the duties."""

    def __init__(self, world: World, hazards: Hazards, seed: int) -> None:
        self.world = replace(world, rng=Random(seed))
        self.records = Records(self.world, hazards)
        self._seen: set[int] = set()

    def record(self, rows: Sequence[Row], today: date) -> None:
        """Each once, some morning up to its last day, by whoever it is due from; all is in order."""
        for row in rows:
            if row.id in self._seen:
                continue
            self._seen.add(row.id)
            last = clock.local(row.due_at - timedelta(minutes=1)).date()
            day = max(today, last - timedelta(days=self.world.rng.randint(0, 2)))
            start = habits.office_hour(self.world.rng, day, 9, 11)
            by = self.world.signer(self.world.by_id[row.assignee_id].name)
            self.records.fill(row, by, start, story=None, known={}, afterwards=False)
