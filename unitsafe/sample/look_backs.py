"""Closed hazards of the sample school are looked at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from unitsafe.sample import habits
from unitsafe.sample.hazards import Hazards
from unitsafe.sample.records import Records, Row
from unitsafe.sample.world import World


class LookBacks:
    """What the week's look-back checks find. Chance of its own, as with the duties."""

    def __init__(self, world: World, hazards: Hazards, seed: int) -> None:
        self.world = replace(world, rng=Random(seed))
        self.records = Records(self.world, hazards)

    def record(self, rows: Sequence[Row]) -> None:
        """Each some afternoon of the week, by whoever it is due from; everything is in order."""
        for row in rows:
            day = row.day + timedelta(days=self.world.rng.randint(1, 3))
            start = habits.office_hour(self.world.rng, day, 13, 16)
            by = self.world.signer(self.world.by_id[row.assignee_id].name)
            self.records.fill(row, by, start, story=None, known={}, afterwards=False)
