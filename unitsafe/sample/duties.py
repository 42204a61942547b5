"""The duty roster of the sample school: rotation, swaps, stand-ins, and how duty is recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.roster import filling, planning, queries, services, swaps, table
from unitsafe.roster.models import RosterEntry, Shift, Swap
from unitsafe.roster.rules import SwapState
from unitsafe.sample import habits
from unitsafe.sample.habits import Outcome
from unitsafe.sample.hazards import Hazards
from unitsafe.sample.records import Records
from unitsafe.sample.world import World
from unitsafe.school.models import School

Row = Any
"""A due check as history.DUE selects it."""
KEEPER, TEACHER = "贺兰芝", "林晓岚"
"""Who keeps the roster; whom a colleague asks for a swap just now."""
ON_PAPER = ("break_floor", "noon_rest")
"""Shifts whose records this school keeps in a notebook in the staff room."""
PLACES = {"gate_morning": "南门", "break_floor": "教学楼A、B各楼层", "noon_rest": "教学楼A一层"}
FILL_DAYS = (13, 28)
STAND_INS = (
    (9, 17, "after_school", "外出教研", False),
    (10, 22, "gate_morning", "病假", False),
    (11, 5, "break_floor", "孩子住院，临时请假", True),
    (11, 18, "after_school", "带队参加比赛", False),
)
"""Month and day, shift, why, and whether it was only noted the day after."""
SWAPS = (
    (9, 11, "gate_morning", True),
    (10, 16, "after_school", True),
    (11, 9, "gate_morning", False),
)
"""Month and day on which somebody asks, for which shift, and whether the other agrees."""


def enter(world: World, school: School) -> None:
    """The shifts and the first two months, before term; the rest on the timeline."""
    session = world.session
    services.create_default_shifts(session, school)
    for shift in table.all_shifts(session):
        shift.place = PLACES.get(shift.key or "", shift.place)
        if shift.key in ON_PAPER:
            shift.checklist_key = None
        planning.keep_plan(session, shift)
    first = world.setting.first
    _fill(world, first, _end_of_month(first, 1), world.setting.tick())
    _plan_fills(world)
    for number, (month, day, key, agrees) in enumerate(SWAPS):
        on = _taught_from(world, _in_year(world, month, day))
        _plan_swap(world, on, key, agrees=agrees, number=number)
    for month, day, key, why, is_late in STAND_INS:
        on = _taught_from(world, _in_year(world, month, day))
        _plan_stand_in(world, on, key, why, is_late=is_late)
    _plan_open_question(world)


def _end_of_month(day: date, months: int = 0) -> date:
    """The last day of the month ``months`` after that of ``day``."""
    serial = day.year * 12 + day.month - 1 + months + 1
    return date(serial // 12, serial % 12 + 1, 1) - timedelta(days=1)


def _in_year(world: World, month: int, day: int) -> date:
    """That day of the school year."""
    year = world.setting.first.year
    return date(year if month >= 9 else year + 1, month, day)


def _keeper(world: World, at: datetime) -> Actor:
    return world.actor(world.people[KEEPER], at)


def _fill(world: World, first: date, last: date, at: datetime) -> None:
    """Whatever is open in these days, by rotation among everybody."""
    session = world.session
    staff = table.staff(session, first, last)
    proposal = filling.propose(
        session,
        shift_ids=[shift.id for shift in table.all_shifts(session) if shift.is_active],
        person_ids=list(staff.people),
        first=first,
        last=last,
        keep=True,
    )
    services.fill(session, proposal.given, by=_keeper(world, at), now=at)


def _plan_fills(world: World) -> None:
    """Twice a month: gaps that came up, and towards its end the month after next."""
    day = world.setting.first
    while day <= world.setting.today:
        if day.day in FILL_DAYS:
            last = _end_of_month(day, 1 if day.day == FILL_DAYS[0] else 2)

            def act(at: datetime, first: date = day, last: date = last) -> None:
                with world.journal.directly():
                    _fill(world, first + timedelta(days=1), last, at)

            world.timeline.at(clock.at(day, time(16, 20)), act)
        day += timedelta(days=1)


def _taught_from(world: World, day: date) -> date:
    while not world.is_taught(day):
        day += timedelta(days=1)
    return day


def _turn(session: Session, key: str, day: date) -> RosterEntry | None:
    """The turn of a shift on a day, as it is now."""
    found = session.scalars(
        sa.select(RosterEntry.id)
        .join(Shift, Shift.id == RosterEntry.shift_id)
        .where(Shift.key == key, RosterEntry.day == day, RosterEntry.person_id.is_not(None))
    ).first()
    return queries.entry(session, found) if found else None


def _plan_swap(world: World, asked_on: date, key: str, *, agrees: bool, number: int) -> None:
    """Somebody asks for a swap of a turn some days ahead; the answer comes in the afternoon."""
    if asked_on >= world.setting.today:
        return

    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            turn = _turn(session, key, _taught_from(world, asked_on + timedelta(days=3)))
            if turn is None or turn.person_id is None:
                return
            offers = [one for one in swaps.offers(session, turn, asked_on) if one.entry]
            if not offers:
                return
            offer = offers[(number * 3) % len(offers)]
            asker = world.actor(world.by_id[turn.person_id], at)
            theirs = queries.entry(session, offer.entry.id) if offer.entry else None
            swap = swaps.ask(
                session,
                turn,
                other_id=offer.person.id,
                other_entry=theirs,
                note="那天要带学生参加活动。",
                by=asker,
                now=at,
            )
            world.timeline.at(
                at + timedelta(hours=4), lambda later: _answer(world, swap.id, later, agrees=agrees)
            )

    world.timeline.at(clock.at(asked_on, time(12, 25)), act)


def _answer(world: World, swap_id: int, at: datetime, *, agrees: bool) -> None:
    with world.journal.directly() as session:
        found = session.get_one(Swap, swap_id)
        swap = queries.swap(session, swap_id, found.other_id)
        if swap is None or swap.state is not SwapState.ASKED:
            return
        act = swaps.agree if agrees else swaps.decline
        act(session, swap, by=world.actor(world.by_id[swap.other_id], at), now=at)


def _plan_stand_in(world: World, day: date, key: str, why: str, *, is_late: bool) -> None:
    """A stand-in, noted the afternoon before, or only the morning after."""
    if day >= world.setting.today - timedelta(days=1):
        return

    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            turn = _turn(session, key, day)
            if turn is None or turn.person_id is None or turn.stand_in_id is not None:
                return
            roster = table.read(session, day, day)
            shift = next(one for one in roster.shifts if one.id == turn.shift_id)
            able = [
                one
                for one in roster.staff.choices(shift, day)
                if one.id != turn.person_id
                and not roster.staff.absence(one.id, day)
                and not roster.is_busy(one.id, shift, day)
            ]
            services.set_stand_in(
                session,
                shift,
                day,
                turn.slot,
                able[len(why) % len(able)],
                note=why,
                by=_keeper(world, at),
                now=at,
            )

    eve = clock.at(day - timedelta(days=1), time(15, 40))
    world.timeline.at(clock.at(day + timedelta(days=1), time(8, 5)) if is_late else eve, act)


def _plan_open_question(world: World) -> None:
    """Yesterday somebody asked the teacher to take a turn; she has not answered yet."""
    today = world.setting.today
    asked_on = today - timedelta(days=1)
    if asked_on < world.setting.first:
        return

    def act(at: datetime) -> None:
        teacher = world.people[TEACHER].id
        with world.journal.directly() as session:
            for ahead in range(2, 12):
                turn = _turn(session, "gate_morning", today + timedelta(days=ahead))
                if turn is None or turn.person_id in (None, teacher) or turn.stand_in_id:
                    continue
                offers = swaps.offers(session, turn, today)
                if not any(one.entry is None and one.person.id == teacher for one in offers):
                    continue
                if queries.open_swap(session, turn.id):
                    continue
                swaps.ask(
                    session,
                    turn,
                    other_id=teacher,
                    other_entry=None,
                    note="那天要去区里听课，麻烦您。",
                    by=world.actor(world.by_id[turn.person_id or 0], at),
                    now=at,
                )
                return

    world.timeline.at(clock.at(asked_on, time(19, 10)), act)


class Duties:
    """What those on duty record. Chance of its own, so that the rest of the history is the same
    with and without a roster."""

    def __init__(self, world: World, hazards: Hazards, seed: int) -> None:
        self.world = replace(world, rng=Random(seed))
        self.records = Records(self.world, hazards)
        self.pace = habits.Pace(self.world.rng, {})

    def record(self, rows: Sequence[Row], day: date) -> None:
        """Each turn by whoever stands it."""
        for row in rows:
            by = self.world.signer(self.world.by_id[row.assignee_id].name)
            if (
                day == self.world.setting.today
                and by.name == TEACHER
                and row.due_at > self.world.now
            ):
                continue  # left for whoever tries the sample
            start = self.pace.start(by.id, row.opens_at, row.due_at, day.weekday())
            outcome = habits.outcome(self.world.rng, row.checklist_key, row.day)
            if outcome is Outcome.MISSED:
                if habits.explains(self.world.rng, row.day, self.world.setting.today):
                    self.records.explain(row, by)
                continue
            if outcome is Outcome.LATE:
                start = habits.late_start(self.world.rng, row.grace_ends_at, row.missed_at)
            is_backfill = outcome is Outcome.BACKFILL
            self.records.fill(row, by, start, story=None, known={}, afterwards=is_backfill)
