"""How a check is filled: answers, finding, submission, explanation, skip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from unitsafe import clock
from unitsafe.checks.rules import Action, EntrySource, Result, State, is_backfill
from unitsafe.checks.versions import items as items_of
from unitsafe.content.model import ChecklistItem
from unitsafe.core.domain import Actor
from unitsafe.sample import answers, habits, words
from unitsafe.sample.corrections import Corrections
from unitsafe.sample.hazard_table import Story
from unitsafe.sample.hazards import Hazards
from unitsafe.sample.journal import digest
from unitsafe.sample.signing import Signing
from unitsafe.sample.world import World

Row = Any
"""A due check as history.DUE selects it."""
SLIP_ODDS = 0.006
"""Share of checks in which a wrong button was tapped first."""


@dataclass
class Filling:
    """One check being filled; ``performed_at`` only when it is entered afterwards."""

    row: Row
    by: Actor
    items: Sequence[ChecklistItem]
    given: Sequence[answers.Given]
    times: list[datetime]
    story: Story | None
    found_at: datetime | None = None
    slip: int | None = None
    performed_at: datetime | None = None
    source: EntrySource = EntrySource.SCREEN
    note: str = ""


class Records:
    """Puts on the timeline what people do with their checks."""

    def __init__(self, world: World, hazards: Hazards) -> None:
        self.world, self.hazards = world, hazards
        self.signing = Signing(world)
        self.corrections = Corrections(world, self.signing)
        self._unfinished: dict[int, Filling] = {}
        self._buildings = {b.id: name for name, b in world.campus.buildings.items()}

    def fill(
        self,
        row: Row,
        by: Actor,
        start: datetime,
        *,
        story: Story | None,
        known: Mapping[str, Decimal],
        afterwards: bool,
    ) -> datetime:
        """Fill the check from ``start`` on; ``afterwards``: it is entered a day or two later."""
        rng = self.world.rng
        filling = self._filling(row, by, start, story, known)
        ends = filling.times[-1] + timedelta(seconds=rng.randint(6, 25))
        if afterwards:
            filling.performed_at = ends
            if rng.random() < 0.6:
                filling.source = EntrySource.PAPER
            entered = ends + timedelta(seconds=rng.randint(25 * 3600, 50 * 3600))
            step = timedelta(seconds=rng.randint(2, 5))
            filling.times = [entered + step * number for number in range(len(filling.items))]
            ends_at = filling.times[-1] + timedelta(seconds=20)
        else:
            ends_at = ends
        self._run(filling, ends_at)
        return ends

    def under_way(self, row: Row, by: Actor) -> None:
        """The check that is being filled right now: four items answered, one of them failed."""
        story = self.hazards.take_under_way()
        filling = self._filling(row, by, self.world.now, story, {})
        for number, seconds in enumerate((410, 330, 245, 150)):
            filling.times[number] = self.world.now - timedelta(seconds=seconds)
        filling.found_at = self.world.now - timedelta(seconds=70)
        filling.slip = None
        self._run(filling, filling.times[-1])

    def _filling(
        self,
        row: Row,
        by: Actor,
        start: datetime,
        story: Story | None,
        known: Mapping[str, Decimal],
    ) -> Filling:
        rng = self.world.rng
        items = items_of(self.world.session, row.checklist_id, row.item_limit)
        building = self._buildings.get(row.building_id)
        fails = {story.item: ""} if story else {}
        given = answers.give(rng, items, building, fails=fails, known=known)
        times = habits.answer_times(rng, row.checklist_key, start, len(items))
        filling = Filling(row, by, items, given, times, story)
        if story:
            number = [item.key for item in items].index(story.item)
            filling.found_at = times[number] + timedelta(seconds=rng.randint(35, 80))
            for later in range(number + 1, len(times)):
                times[later] += timedelta(seconds=100)
        elif rng.random() < SLIP_ODDS:
            fine = [n for n, one in enumerate(given) if one.result is Result.OK and not one.value]
            filling.slip = rng.choice(fine)
        if rng.random() < 0.02:
            filling.note = rng.choice(words.SUBMIT_NOTES)
        return filling

    def _run(self, filling: Filling, ends_at: datetime) -> None:
        story, timeline = filling.story, self.world.timeline
        check_id = filling.row.id
        self._unfinished[check_id] = filling
        if story and filling.found_at:
            item = next(item for item in filling.items if item.key == story.item)
            timeline.at(
                filling.found_at,
                lambda at: self.hazards.find(story, check_id, item, filling.by.id, at),
            )
        timeline.at(ends_at, lambda at: self._submit(filling, at))

    def _write(self, filling: Filling, until: datetime) -> list[dict[str, Any]]:
        """The answers given by ``until``, with the event of starting."""
        journal, by, rows = self.world.journal, filling.by, []
        for number, item in enumerate(filling.items):
            one, at = filling.given[number], filling.times[number]
            if at > until or (one.result is Result.FAIL and (filling.found_at or at) > until):
                break
            if number == filling.slip:
                before = at - timedelta(seconds=4)
                slip = (filling.row.id, item.key, Result.FAIL, None, "", before, by)
                rows.append(journal.answer(*slip))
            rows.append(
                journal.answer(filling.row.id, item.key, one.result, one.value, one.note, at, by)
            )
        if rows:
            journal.event(filling.row.id, Action.START, by, rows[0]["at"])
        return rows

    def _submit(self, filling: Filling, at: datetime) -> None:
        journal, row, by = self.world.journal, filling.row, filling.by
        del self._unfinished[row.id]
        rows = self._write(filling, at)
        performed = filling.performed_at or at
        failed = sum(one.result is Result.FAIL for one in filling.given)
        backfill = is_backfill(performed, at)
        journal.change(
            row.id,
            state=State.SUBMITTED,
            started_at=rows[0]["at"],
            performed_at=performed,
            submitted_at=at,
            submitted_by_id=by.id,
            source=filling.source,
            is_backfill=backfill,
            fail_count=failed,
            note=filling.note,
        )
        data = {
            "answers": digest(rows),
            "performed_at": performed.isoformat(),
            "failed": failed,
            "backfill": backfill,
            "source": filling.source,
            "corrects": None,
        }
        journal.log(row.id, Action.SUBMIT, by, at, filling.note, data)
        self.signing.expect(row.id, row.countersign, row.grid_id, at)
        if not backfill and not failed:
            self.corrections.consider(row.id, row.checklist_key, row.day, by.id, at)

    def write_unfinished(self) -> None:
        """What was answered by now of the checks that are still being filled."""
        for filling in self._unfinished.values():
            if rows := self._write(filling, self.world.now):
                self.world.journal.change(
                    filling.row.id, state=State.IN_PROGRESS, started_at=rows[0]["at"]
                )

    def explain(self, row: Row, by: Actor) -> None:
        """Say on a working day after it was missed why it was."""
        world = self.world
        reasons = {
            "night_dorm": words.NIGHT_EXPLANATIONS,
            "daily_fire_patrol": words.PATROL_EXPLANATIONS,
        }.get(row.checklist_key, words.EXPLANATIONS)
        reason = world.rng.choice(reasons)
        day = clock.local(row.missed_at).date() + timedelta(days=world.rng.choice((0, 0, 1)))
        while not world.is_taught(day):
            day += timedelta(days=1)
        moment = habits.office_hour(world.rng, day, 13, 18)

        def act(at: datetime) -> None:
            world.journal.change(row.id, explanation=reason)
            world.journal.log(row.id, Action.EXPLAIN, by, at, reason)

        world.timeline.at(moment, act)

    def skip(self, row: Row, by: Actor, at: datetime, reason: str) -> None:
        """Say beforehand that the check is not made, and why."""
        world = self.world

        def act(moment: datetime) -> None:
            world.journal.change(row.id, state=State.SKIPPED, explanation=reason)
            world.journal.log(row.id, Action.SKIP, by, moment, reason)

        world.timeline.at(at, act)
