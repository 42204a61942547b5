"""The checks of the sample school: day by day what was due, and how it was done."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.checks.models import Check, PlannedDay
from unitsafe.core.domain import Actor
from unitsafe.hazards import escalation, following
from unitsafe.sample import habits, words
from unitsafe.sample.answers import OUTDOORS
from unitsafe.sample.duties import Duties
from unitsafe.sample.habits import Outcome
from unitsafe.sample.hazards import Hazards
from unitsafe.sample.letters import Letters
from unitsafe.sample.lives import DIRECTOR, MANAGER, OFFICER
from unitsafe.sample.look_backs import LookBacks
from unitsafe.sample.people import LEAVER
from unitsafe.sample.records import Records
from unitsafe.sample.special_checks import SPECIAL, SpecialChecks
from unitsafe.sample.world import World
from unitsafe.school import queries as schools

Row = Any
"""A due check as ``DUE`` selects it."""
DUE = sa.select(
    Check.id,
    Check.checklist_key,
    Check.checklist_id,
    Check.item_limit,
    Check.day,
    Check.round_no,
    Check.place,
    Check.building_id,
    Check.grid_id,
    Check.countersign,
    Check.assignee_id,
    Check.opens_at,
    Check.due_at,
    Check.grace_ends_at,
    Check.missed_at,
).order_by(Check.id)

GATEKEEPER, ELECTRICIAN, TEACHER = "何广福", "刘建", "林晓岚"
UNDER_WAY = "综合楼"
"""The building whose patrol the officer is in the middle of at ``now``."""
KEEPERS = {"学生宿舍1": ("高淑芬", "马桂兰"), "学生宿舍2": ("姜玉珍", "崔银花")}
MISSED_ROUND = ("学生宿舍1", 4)
"""The night round that was missed last night and is not explained yet."""


class History:
    """Runs through the school year up to now."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.hazards = Hazards(world)
        self.records = Records(world, self.hazards)
        self.duties = Duties(world, self.hazards, seed)
        self.look_backs = LookBacks(world, self.hazards, seed)
        self.special = SpecialChecks(world, self.hazards, seed)
        self.pace = habits.Pace(world.rng, {})
        self.letters = Letters(world)
        self._typhoon = world.setting.first + timedelta(days=15)

    def run(self) -> None:
        """Everything from the first day of the school year to ``now``."""
        world, day = self.world, self.world.setting.first
        self.letters.plan()
        while day <= world.setting.today:
            planned_at = min(clock.at(day, time(5, 2 + day.day)), world.now)
            world.timeline.run_until(planned_at)
            world.journal.flush()
            self._begin(day, planned_at)
            day += timedelta(days=1)
        world.timeline.run_until(world.now)
        self.records.write_unfinished()
        self.duties.records.write_unfinished()
        self.look_backs.records.write_unfinished()
        self.special.records.write_unfinished()
        world.journal.flush()

    def _begin(self, day: date, planned_at: datetime) -> None:
        """Produce the day's checks and decide what becomes of each."""
        session = self.world.session
        entry = schools.day(session, day)
        spans = schools.special_spans(session, schools.school(session), day).values()
        begins = day.day == 1 or any(span.first == day for found in spans for span in found)
        if begins or (entry and (entry.teaching or entry.boarding)):
            planning.plan_day(session, day, now=planned_at)
        else:
            session.add(PlannedDay(day=day, at=planned_at))
        following.follow(session, now=planned_at)
        escalation.tell(session, now=planned_at)
        self.letters.begin(day, planned_at)
        due: dict[str, list[Row]] = defaultdict(list)
        for row in session.execute(DUE.where(Check.day == day)):
            due[row.checklist_key].append(row)
        if not self.world.is_taught(self._typhoon):
            self._typhoon += timedelta(days=1)
        self._patrols(due["daily_fire_patrol"], day)
        self._walks(due["grid_walk"], day)
        self._nights(due["night_dorm"], day)
        self._monthly(due["monthly_facility"], (6, 26), (OFFICER, OFFICER, ELECTRICIAN))
        self._monthly(due["quarterly_inspection"], (12, 26), (MANAGER, DIRECTOR))
        self.duties.record([*due["gate_duty"], *due["after_school"]], day)
        self.look_backs.record(due["hazard_look_back"])
        special = DUE.where(
            Check.checklist_key.in_(SPECIAL), Check.day >= day - schools.MOST_BEFORE
        )
        self.special.record(session.execute(special).all(), day)
        self.hazards.report_rest(day)

    def _patrols(self, rows: Sequence[Row], day: date) -> None:
        """One route: three buildings in the morning, three after lunch."""
        world, rng = self.world, self.world.rng
        taught, is_today = world.is_taught(day), day == world.setting.today
        start = clock.at(day, time(7, 3) if taught else time(8, 20)) + _minutes(rng.uniform(0, 32))
        for number, row in enumerate(rows):
            if number == 3:
                start = max(start, clock.at(day, time(13, 35)) + _minutes(rng.uniform(0, 70)))
            if is_today and row.place == OUTDOORS:
                start = max(start, clock.at(day, time(16, 25)))
            is_his = taught and rng.random() > 0.03
            by = world.signer(OFFICER if is_his else GATEKEEPER)
            if is_today and row.place == UNDER_WAY and self._is_under_way(row):
                self.records.under_way(row, world.signer(OFFICER))
                continue
            ends = self._do(row, by, start)
            if ends > start + _minutes(60):  # this one was left for the evening
                ends = start + _minutes(2)
            start = ends + _minutes(rng.uniform(3, 13))

    def _is_under_way(self, row: Row) -> bool:
        return bool(row.opens_at + _minutes(8) <= self.world.now < row.grace_ends_at)

    def _walks(self, rows: Sequence[Row], day: date) -> None:
        """Each by the member of the grid, or whoever stands in."""
        world = self.world
        for row in rows:
            if row.assignee_id is None:
                continue
            by = world.signer(world.by_id[row.assignee_id].name)
            if day == self._typhoon and row.round_no == 2:
                leader = world.signer(self.records.signing.leader(row.grid_id))
                at = row.opens_at - _minutes(world.rng.uniform(35, 55))
                self.records.skip(row, leader, at, words.TYPHOON)
                continue
            if day == world.setting.today and by.name == TEACHER and row.due_at > world.now:
                continue  # left for whoever tries the sample
            self._do(row, by, self.pace.start(by.id, row.opens_at, row.due_at, day.weekday()))

    def _nights(self, rows: Sequence[Row], day: date) -> None:
        """Four rounds a building, the two keepers in turn."""
        rng, yesterday = self.world.rng, self.world.setting.today - timedelta(days=1)
        before: dict[str, datetime] = {}
        for row in rows:
            keeper = KEEPERS[row.place][day.toordinal() % 2]
            by = self.world.signer(keeper)
            if day == yesterday and (row.place, row.round_no) == MISSED_ROUND:
                continue
            earlier = before.get(row.place)
            start = habits.next_round(rng, row.opens_at, row.due_at, earlier)
            hours = Decimal((start - earlier).total_seconds()) / 3600 if earlier else Decimal(0)
            known = {"nd_gap": hours.quantize(Decimal("0.1"), ROUND_DOWN)}
            may_miss = row.round_no in (1, 4)  # a gap in the middle would show in the next round
            if self._do(row, by, start, known=known, may_miss=may_miss) >= start:
                before[row.place] = start

    def _monthly(self, rows: Sequence[Row], days: tuple[int, int], names: Sequence[str]) -> None:
        """Some afternoon of the month, building by building."""
        world = self.world
        for row in rows:
            day = row.day + timedelta(days=world.rng.randint(*days) - 1)
            while not world.is_taught(day) and day.day < 28:
                day += timedelta(days=1)
            by = world.signer(world.rng.choice(names))
            self._do(row, by, habits.office_hour(world.rng, day, 13, 16))

    def _do(
        self,
        row: Row,
        by: Actor,
        start: datetime,
        *,
        known: dict[str, Decimal] | None = None,
        may_miss: bool = True,
    ) -> datetime:
        """Decide one check that would begin at ``start``; when it ends (``start`` or earlier: it
        does not happen)."""
        world, rng = self.world, self.world.rng
        story = self.hazards.take(row.checklist_key, row.day, row.place)
        result = Outcome.ON_TIME if story else habits.outcome(rng, row.checklist_key, row.day)
        if by.name == LEAVER or (result is Outcome.MISSED and not may_miss):
            result = Outcome.ON_TIME
        if result is Outcome.MISSED:
            if habits.explains(rng, row.day, world.setting.today):
                self.records.explain(row, by)
            return start - _minutes(1)
        if result is Outcome.SKIPPED:
            at = row.opens_at - _minutes(rng.uniform(20, 50))
            self.records.skip(row, by, at, rng.choice(words.SKIP_REASONS))
            return start - _minutes(1)
        if result is Outcome.LATE:
            start = habits.late_start(rng, row.grace_ends_at, row.missed_at)
        return self.records.fill(
            row, by, start, story=story, known=known or {}, afterwards=result is Outcome.BACKFILL
        )


def _minutes(number: float) -> timedelta:
    return timedelta(seconds=int(number * 60))
