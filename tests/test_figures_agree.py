"""Figures of checks and hazards against a slow, obvious count over random ledgers."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks.models import Check, ChecklistVersion, Plan
from unitsafe.checks.rules import State as CheckState
from unitsafe.core.figures import METRICS, Period
from unitsafe.hazards.effects import BEGINNING, Step, replay
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import Action, Fix, Level, Source

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
LEDGERS = 24
DAYS = timedelta(days=1)


def end_of(day):
    return datetime.combine(day + DAYS, time(), clock.ZONE)


def day_of(moment):
    return moment.astimezone(clock.ZONE).date()


@dataclass
class Life:
    """A hazard as the test knows it: what it was like, and its steps."""

    found_at: datetime
    category: str
    space: int | None
    has_photo: bool
    interim: str
    measure: str
    steps: list[Step] = field(default_factory=list)
    id: int = 0

    def until(self, on):
        return [one for one in self.steps if one.at < end_of(on)]

    def last(self, on, *actions):
        return next((one for one in reversed(self.until(on)) if one.action in actions), None)

    def is_open(self, on):
        return bool(self.until(on)) and not self.last(on, Action.CLOSE, Action.REJECT)

    def is_rejected(self):
        return any(one.action is Action.REJECT for one in self.steps)

    def is_found(self, period):
        return (
            not self.is_rejected()
            and day_of(self.found_at) >= period.first
            and self.found_at < end_of(period.on)
        )

    def due_on(self, on):
        told = self.last(on, Action.DISPATCH, Action.GRANT_EXTENSION, Action.FIX_ON_SPOT)
        return told.due_on if told else None

    def fix(self, on):
        """The fix that stands on that day."""
        found = self.last(on, Action.REPORT_DONE, Action.FIX_ON_SPOT, Action.SEND_BACK)
        return None if found is None or found.action is Action.SEND_BACK else found

    def is_fixed_in_time(self, on):
        fix = self.fix(on)
        return fix is not None and day_of(fix.at) <= self.due_on(on)

    def is_checked(self, on):
        stop = self.last(on, Action.STOP_USE, Action.RESUME_USE, Action.CONFIRM_MAJOR)
        is_stopped = stop is not None and stop.action is not Action.RESUME_USE
        return self.interim != "" or is_stopped or self.fix(on) is not None

    def has_holder(self, on):
        return self.last(on, Action.DISPATCH, Action.FIX_ON_SPOT) is not None

    def is_major(self, on):
        told = self.last(on, Action.CONFIRM_MAJOR, Action.DOWNGRADE)
        return told is not None and told.action is Action.CONFIRM_MAJOR


def random_life(chance, people, spaces):
    """Some way a hazard may go; ``people``: (holder, principal, grid leader)."""
    holder, principal, leader = people
    at = datetime(2026, 9, 10, 9, tzinfo=clock.ZONE) + timedelta(minutes=chance.randrange(160000))
    life = Life(
        at,
        chance.choice(["evac_blocked", "window_bars", "fire_lane", "electricity"]),
        chance.choice([*spaces, None]),
        chance.random() < 0.8,
        chance.choice(["", "专人看守"]),
        chance.choice(["", "换锁"]),
    )

    def step(action, by, hours, **given):
        nonlocal at
        at += timedelta(hours=chance.randrange(1, hours))
        life.steps.append(Step(action, at, by, **given))

    def due():
        return day_of(at) + chance.randrange(0, 12) * DAYS

    level = chance.choice([Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR])
    step(Action.REPORT, holder, 4, level=level)
    if level is Level.SUSPECTED_MAJOR and chance.random() < 0.7:
        step(Action.CONFIRM_MAJOR, principal, 60)
        if chance.random() < 0.5:
            step(Action.ESCALATE, principal, 60, body="区教育局")
        if chance.random() < 0.3:
            step(Action.DOWNGRADE, principal, 200, level=Level.SERIOUS)
        if chance.random() < 0.3:
            step(Action.RESUME_USE, principal, 200)
    if chance.random() < 0.15:
        return life
    if chance.random() < 0.15:
        step(Action.REJECT, leader, 300)
        return life
    if chance.random() < 0.25:
        step(Action.FIX_ON_SPOT, holder, 9, due_on=day_of(at + timedelta(hours=9)))
        life.steps[-1] = Step(Action.FIX_ON_SPOT, at, holder, due_on=day_of(at))
    else:
        step(Action.DISPATCH, leader, 40, to_id=holder, due_on=due())
        if chance.random() < 0.3:
            step(Action.REMIND, None, 100)
            step(Action.GRANT_EXTENSION, leader, 60, due_on=due())
        if chance.random() < 0.25:
            return life
        step(Action.REPORT_DONE, holder, 300)
        if chance.random() < 0.3:
            step(Action.SEND_BACK, leader, 60)
            if chance.random() < 0.3:
                return life
            step(Action.REPORT_DONE, holder, 200)
    if chance.random() < 0.7:
        step(Action.CLOSE, chance.choice([principal, leader]), 200)
    return life


def save(session, life, number, grid_id, photo_id):
    """The rows of a hazard as its services would have left them."""
    now = replay(life.steps)
    hazard = Hazard(
        number=number,
        category=life.category,
        description="门打不开",
        space_id=life.space,
        grid_id=grid_id,
        fix=Fix.SCHEDULED,
        source=Source.REPORT,
        found_at=life.found_at,
        measure=life.measure,
        interim_measure=life.interim,
        **{name: value for name, value in now.items() if name in BEGINNING},
    )
    session.add(hazard)
    session.flush()
    life.id = hazard.id
    session.add_all(HazardEvent(hazard_id=hazard.id, **vars(step)) for step in life.steps)
    if life.has_photo:
        photo = HazardPhoto(
            hazard_id=hazard.id, photo_id=photo_id, is_after=False, at=life.found_at
        )
        session.add(photo)


def hazard_figures(lives, period, principal):
    """Key → (numbers that count, or how many; numbers that are the whole, or None)."""
    on = period.on
    still = [one for one in lives if one.is_open(on)]
    found = [one for one in lives if one.is_found(period)]
    whole = [
        one
        for one in found
        if one.space
        and one.has_photo
        and any(s.action in (Action.DISPATCH, Action.FIX_ON_SPOT) for s in one.steps)
        and (one.measure or one.steps[-1].action is Action.CLOSE or one.fix(date(2028, 1, 1)))
    ]
    closed = [one for one in lives if one.last(on, Action.CLOSE)]
    due = [
        one for one in [*closed, *still] if one.due_on(on) and period.first <= one.due_on(on) <= on
    ]
    on_time = [one for one in due if one in closed and one.is_fixed_in_time(on)]
    late = [
        one
        for one in still
        if one.due_on(on) and one.due_on(on) < on and not one.is_fixed_in_time(on)
    ]
    controlled = [one for one in still if one.is_checked(on) and one.has_holder(on)]
    closings = [one for one in closed if day_of(one.last(on, Action.CLOSE).at) >= period.first]
    signed = [one for one in closings if one.last(on, Action.CLOSE).by_id == principal]
    loose = [
        one
        for one in still
        if one.is_major(on) and not (one.is_checked(on) and one.last(on, Action.ESCALATE))
    ]
    blocked = [one for one in found if one.category == "evac_blocked" and one.space]
    spaces = [one.space for one in blocked]
    repeated = {space for space in spaces if spaces.count(space) >= 3}
    return {
        "hazard_record_completeness": (len(whole), len(found)),
        "hazards_closed_on_time_rate": (len(on_time), len(due)),
        "overdue_hazards": (len(late), None),
        "open_hazards_controlled_ratio": (len(controlled), len(still)),
        "hazard_close_signed_ratio": (len(signed), len(closings)),
        "major_hazards_uncontrolled": (len(loose), None),
        "evac_blocked_open": (sum(one.category == "evac_blocked" for one in still), None),
        "window_bars_open": (sum(one.category == "window_bars" for one in still), None),
        "evac_blocked_open:重大": (
            sum(one.category == "evac_blocked" and one.is_major(on) for one in still),
            None,
        ),
        "window_bars_open:重大": (
            sum(one.category == "window_bars" and one.is_major(on) for one in still),
            None,
        ),
        "evac_blocked_repeat": (len(repeated), None),
        "fire_lane_findings": (sum(one.category == "fire_lane" for one in found), None),
    }


def counted(session, keys, period):
    """What the product says; the rows behind a share are as many as are missing from it."""
    found = {}
    for key in keys:
        figure = METRICS[key](session, period)
        found[key] = (figure.amount, figure.whole)
        behind = session.scalar(sa.select(sa.func.count()).select_from(figure.records.subquery()))
        if key != "night_patrol_completion_rate" and figure.whole is not None:
            counts_what_is_bad = key == "backfilled_record_rate"
            missing = figure.amount if counts_what_is_bad else figure.whole - figure.amount
            assert behind == missing, key
        elif key not in ("evac_blocked_repeat", "fire_inspections_held", PARTLY):
            assert behind == figure.amount, key
    return found


PARTLY = "night_patrol_completion_rate"


@pytest.mark.parametrize("part", range(3))
def test_figures_of_hazards_agree_with_a_slow_count(make, session, part):
    holder, principal = make.someone("teacher"), make.someone("principal")
    leader, grid = make.someone("leader"), make.grid()
    spaces = [make.space_in(grid).id, make.space(name="偏僻处").id]
    photo = make.photo(holder).id
    people = (holder.id, principal.id, leader.id)
    chance = random.Random(part)
    for _ledger in range(LEDGERS // 3):
        lives = [random_life(chance, people, spaces) for _ in range(chance.randrange(0, 40))]
        for serial, life in enumerate(lives):
            save(session, life, f"YH-2026-{serial:04d}", grid.id, photo)
        session.flush()
        for on in (LAST, FIRST + chance.randrange(91) * DAYS):
            period = Period(FIRST, LAST, on)
            wanted = hazard_figures(lives, period, principal.id)
            assert counted(session, wanted, period) == wanted
        session.rollback()


@dataclass
class Row:
    """A check as the test knows it."""

    key: str
    day: date
    target: str
    round_no: int
    grace_ends_at: datetime
    missed_at: datetime
    is_full: bool = True
    is_skipped: bool = False
    performed_at: datetime | None = None
    submitted_at: datetime | None = None
    countersigned_at: datetime | None = None
    is_backfill: bool = False
    version: int = 1
    is_corrected: bool = False

    def is_done(self, on):
        return self.submitted_at is not None and self.submitted_at < end_of(on)

    def is_expected(self, on):
        if self.is_skipped or self.version > 1:
            return False
        return self.is_done(on) or self.missed_at <= end_of(on)

    def is_on_time(self):
        return self.submitted_at is not None and self.submitted_at <= self.grace_ends_at


def random_rows(chance):
    """Checks around the quarter; a few of them corrected."""
    found = []

    def add(key, day, target, round_no, due_at, grace, missed_at, **more):
        row = Row(key, day, target, round_no, due_at + timedelta(hours=grace), missed_at, **more)
        found.append(row)
        fate = chance.random()
        if fate < 0.1:
            return
        if fate < 0.2:
            row.is_skipped = True
            return
        row.performed_at = due_at + timedelta(hours=chance.randrange(-5, 6))
        row.submitted_at = row.performed_at + timedelta(hours=chance.choice([0, 0, 1, 3, 30, 90]))
        row.is_backfill = row.submitted_at - row.performed_at > timedelta(hours=24)
        sign(row)
        if chance.random() < 0.15:
            row.is_corrected = True
            again = Row(**{**vars(row), "version": 2, "is_corrected": False})
            again.submitted_at = row.submitted_at + timedelta(hours=chance.randrange(1, 100))
            again.is_backfill, again.countersigned_at = False, None
            sign(again)
            found.append(again)

    def sign(row):
        if chance.random() < 0.8:
            row.countersigned_at = row.submitted_at + timedelta(hours=chance.randrange(1, 240))

    day = FIRST - 4 * DAYS
    while day <= LAST + 2 * DAYS:
        if chance.random() < 0.3:
            for target in ("b1", "b2")[: chance.randrange(1, 3)]:
                due = datetime.combine(day, time(18), clock.ZONE)
                add("daily_fire_patrol", day, target, 1, due, 2, end_of(day))
        if chance.random() < 0.2:
            for round_no in (1, 2):
                due = end_of(day) + timedelta(hours=2 * round_no)
                noon = end_of(day) + timedelta(hours=12)
                add("night_dorm", day, "b3", round_no, due, 1, noon)
        if day.day == 1:
            last = end_of((day + 31 * DAYS).replace(day=1) - DAYS)
            is_full = day.month % 3 == 0
            add("quarterly_inspection", day, "c", 1, last, 0, last, is_full=is_full)
        if chance.random() < 0.05:
            last = end_of(day + 6 * DAYS)
            add(chance.choice(["before_term", "before_holiday"]), day, "c", 1, last, 0, last)
        day += DAYS
    return found


def save_rows(session, rows, plan_id, versions, grid_id, people):
    """The rows as planner and services would have left them."""
    by_id, signer_id = people
    first_of = {}
    for row in rows:
        state = CheckState.SKIPPED if row.is_skipped else CheckState.DUE
        if row.submitted_at:
            state = CheckState.COUNTERSIGNED if row.countersigned_at else CheckState.SUBMITTED
        corrects = first_of.get((row.key, row.day, row.target, row.round_no))
        check = Check(
            plan_id=plan_id,
            checklist_id=versions[row.key],
            checklist_key=row.key,
            title=row.key,
            day=row.day,
            round_no=row.round_no,
            target="building",
            target_key=f"{row.target}{row.key[:9]}",
            place="教学楼",
            grid_id=grid_id,
            item_limit=None if row.is_full else 12,
            who=",safety_officer,",
            countersign="principal",
            opens_at=row.missed_at - 40 * DAYS,
            due_at=row.grace_ends_at,
            grace_ends_at=row.grace_ends_at,
            missed_at=row.missed_at,
            state=state,
            performed_at=row.performed_at,
            submitted_at=row.submitted_at,
            submitted_by_id=by_id if row.submitted_at else None,
            countersigned_at=row.countersigned_at,
            countersigned_by_id=signer_id if row.countersigned_at else None,
            is_backfill=row.is_backfill,
            version=row.version,
            corrects_id=corrects.id if corrects else None,
        )
        session.add(check)
        session.flush()
        if corrects:
            corrects.superseded_by_id = check.id
        first_of[row.key, row.day, row.target, row.round_no] = check
    session.flush()


def check_figures(rows, period, days):
    """Key → (amount, whole)."""
    on = period.on

    def within(row):
        return period.first <= row.day <= on

    def share(keys):
        asked = [row for row in rows if row.key in keys and within(row) and row.is_expected(on)]
        return sum(row.is_on_time() for row in asked), len(asked)

    special = [
        row
        for row in rows
        if row.key in ("before_term", "before_holiday")
        and period.first <= day_of(row.missed_at - timedelta(seconds=1)) <= period.last
        and row.day <= on
        and row.is_expected(on)
    ]
    stand = [row for row in rows if not row.is_corrected and row.is_done(on) and within(row)]
    signed, unsigned = 0, 0
    for row in stand:
        if row.key in ("daily_fire_patrol", "night_dorm"):
            last = day_of(row.submitted_at) + days * DAYS
            if row.countersigned_at and day_of(row.countersigned_at) <= min(last, on):
                signed += 1
            elif last <= on:
                unsigned += 1
    nights, whole_nights = 0, 0
    for day in {row.day for row in rows if row.key == "night_dorm"}:
        rounds = [
            row
            for row in rows
            if (row.key, row.day, row.version) == ("night_dorm", day, 1) and not row.is_skipped
        ]
        if rounds and period.first <= day + DAYS <= on:
            nights += 1
            whole_nights += all(
                row.is_done(on) and row.performed_at <= row.missed_at for row in rounds
            )
    first_versions = [row for row in rows if row.version == 1 and row.is_done(on) and within(row)]
    held = [
        row
        for row in rows
        if row.key == "quarterly_inspection"
        and within(row)
        and not row.is_corrected
        and row.countersigned_at
        and row.countersigned_at < end_of(on)
    ]
    has_full = any(row.is_full for row in held) or on < period.last
    return {
        "daily_patrol_completion_rate": share(["daily_fire_patrol"]),
        "patrol_countersign_rate": (signed, signed + unsigned),
        "night_patrol_completion_rate": (whole_nights, nights),
        "backfilled_record_rate": (
            sum(row.is_backfill for row in first_versions),
            len(first_versions),
        ),
        "fire_inspections_held": (len(held) if has_full else 0, None),
        "special_checks_completion_rate": (
            sum(row.is_on_time() for row in special),
            len(special),
        ),
    }


@pytest.mark.parametrize("part", range(3))
def test_figures_of_checks_agree_with_a_slow_count(make, session, part):
    officer, principal, grid = make.someone("officer"), make.someone("principal"), make.grid()
    plan_id = session.scalars(sa.select(Plan.id)).first()
    versions = {row.key: row.id for row in session.scalars(sa.select(ChecklistVersion))}
    chance = random.Random(part)
    for _ledger in range(LEDGERS // 6):
        rows = random_rows(chance)
        save_rows(session, rows, plan_id, versions, grid.id, (officer.id, principal.id))
        for on in (LAST, FIRST + chance.randrange(91) * DAYS):
            period = Period(FIRST, LAST, on)
            wanted = check_figures(rows, period, days=7)
            assert counted(session, wanted, period) == wanted
        session.rollback()
