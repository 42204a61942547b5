"""The hazards of the sample school's earlier years: those of the copied checks, and many reports."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks.models import Finding
from unitsafe.grids.models import Grid, GridSpace
from unitsafe.hazards import rules
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto, HazardSerial
from unitsafe.hazards.rules import Source, State
from unitsafe.photos.models import Photo
from unitsafe.sample.copying import Copier, Row
from unitsafe.sample.past_checks import Copy

A_YEAR = 2000
"""Hazards of a school year. Source: product.md §8 (20,000 in ten years)."""
LATELY = timedelta(days=30)
Found = tuple[Row, timedelta, Row]
"""The hazard that is copied, how far it moves, what of it is different."""


class PastHazards:
    """Collects the hazards of all years, then numbers and writes them in the order of time."""

    def __init__(self, copier: Copier, rng: Random) -> None:
        self.copier, self.rng = copier, rng
        over = Hazard.state.in_((State.CLOSED, State.REJECTED))
        self._models = copier.rows(Hazard, over)
        self._by_id = {row["id"]: row for row in self._models}
        self._spaces = self._near_by()
        self._found: list[tuple[Found, tuple[int, str] | None]] = []

    def from_checks(self, copied: Sequence[Copy]) -> None:
        """A hazard for each item that fails in a copied check."""
        failed: dict[int, list[Row]] = defaultdict(list)
        for row in self.copier.rows(Finding):
            failed[row["check_id"]].append(row)
        for copy in copied:
            for finding in failed.get(copy.old_id, ()):
                changed = {"source_ref": str(copy.new_id)}
                found = (self._by_id[finding["hazard_id"]], copy.by, changed)
                self._found.append((found, (copy.new_id, finding["item_key"])))

    def report(self, days: Sequence[date], total: int) -> None:
        """Reports by people, on some of ``days``, until there are ``total`` hazards."""
        for _ in range(total - len(self._found)):
            model, day = self.rng.choice(self._models), self.rng.choice(days)
            space_id, grid_id = self.rng.choice(self._spaces[model["grid_id"]])
            changed = {
                "source": Source.REPORT,
                "source_ref": "",
                "space_id": space_id,
                "grid_id": grid_id,
                "recurrence_of_id": None,
            }
            by = day - clock.local(model["found_at"]).date()
            self._found.append(((model, by, changed), None))

    def write(self) -> int:
        """Insert them with their steps, photos and findings; how many there are."""
        copier = self.copier
        steps, shown = self._parts(HazardEvent), self._parts(HazardPhoto)
        pictures = {row["id"]: row for row in copier.rows(Photo)}
        numbers, often = Numbers(copier, HazardSerial), _Often()
        self._found.sort(key=lambda one: one[0][0]["found_at"] + one[0][1])
        for (model, by, changed), failed in self._found:
            found_at = model["found_at"] + by
            place = {**model, **changed}
            number = rules.number(*numbers.next(clock.local(found_at).year))
            times = often.times(place["space_id"], place["category"], found_at)
            hazard_id = copier.add(Hazard, model, by, number=number, times=times, **changed)
            for step in steps[model["id"]]:
                copier.add(HazardEvent, step, by, hazard_id=hazard_id)
            for one in shown[model["id"]]:
                photo_id = copier.add(Photo, pictures[one["photo_id"]], by)
                copier.add(HazardPhoto, one, by, hazard_id=hazard_id, photo_id=photo_id)
            if failed:
                row = {"id": 0, "check_id": failed[0], "item_key": failed[1]}
                copier.add(Finding, {**row, "hazard_id": hazard_id}, by)
        copier.write(Photo, Hazard, HazardEvent, HazardPhoto, Finding)
        numbers.write()
        return len(self._found)

    def _parts(self, model: type[Any]) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.copier.rows(model):
            found[row["hazard_id"]].append(row)
        return found

    def _near_by(self) -> dict[int, list[tuple[int | None, int]]]:
        """Grid → the spaces of its block, each with its grid: those who close there may close it."""
        session = self.copier.session
        block = {
            row.id: row.parent_id for row in session.execute(sa.select(Grid.id, Grid.parent_id))
        }
        places: dict[int | None, list[tuple[int | None, int]]] = defaultdict(list)
        now = sa.select(GridSpace.space_id, GridSpace.grid_id).where(GridSpace.until_on.is_(None))
        for space_id, grid_id in session.execute(now.order_by(GridSpace.space_id)):
            places[block[grid_id]].append((space_id, grid_id))
        return {grid_id: places[up] or [(None, grid_id)] for grid_id, up in block.items()}


class _Often:
    """For the how many-th time in 30 days a category is found in a space; told in order of time."""

    def __init__(self) -> None:
        self._lately: dict[tuple[int | None, str], deque[Any]] = defaultdict(deque)

    def times(self, space_id: int | None, category: str, at: Any) -> int:
        """1 when it is the first time, or when nobody knows the space."""
        lately = self._lately[space_id, category]
        while lately and lately[0] < at - LATELY:
            lately.popleft()
        lately.append(at)
        return 1 if space_id is None else len(lately)


class Numbers:
    """Numbers that run through each year, going on after those that were given out."""

    def __init__(self, copier: Copier, serials: type[Any]) -> None:
        self.copier, self.serials = copier, serials
        self._last = {row["year"]: row["last"] for row in copier.rows(serials)}

    def next(self, year: int) -> tuple[int, int]:
        """``year`` and its next number."""
        self._last[year] = self._last.get(year, 0) + 1
        return year, self._last[year]

    def write(self) -> None:
        """Remember the last ones."""
        for year, last in self._rows():
            self.copier.session.merge(self.serials(year=year, last=last))
        self.copier.session.flush()

    def _rows(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self._last.items()))
