"""How reliably and when people do their checks. Pure: all chance comes from ``rng``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from unitsafe import clock


class Outcome(StrEnum):
    """What becomes of a due check."""

    ON_TIME = "on_time"
    LATE = "late"
    BACKFILL = "backfill"
    MISSED = "missed"
    SKIPPED = "skipped"


ODDS: Mapping[str, Mapping[Outcome, float]] = {
    "daily_fire_patrol": {Outcome.LATE: 0.012, Outcome.BACKFILL: 0.018, Outcome.MISSED: 0.01},
    "grid_walk": {
        Outcome.LATE: 0.026,
        Outcome.BACKFILL: 0.02,
        Outcome.MISSED: 0.02,
        Outcome.SKIPPED: 0.002,
    },
    "night_dorm": {Outcome.BACKFILL: 0.012, Outcome.MISSED: 0.02},
    "monthly_facility": {},
    "quarterly_inspection": {},
    "gate_duty": {Outcome.LATE: 0.02, Outcome.BACKFILL: 0.02, Outcome.MISSED: 0.02},
    "after_school": {Outcome.LATE: 0.03, Outcome.BACKFILL: 0.02, Outcome.MISSED: 0.02},
}
"""Chances of everything but on time, by checklist, on an ordinary day."""

WEEKDAYS = (1.3, 0.8, 0.7, 0.9, 1.5, 1.2, 1.0)
"""How much likelier a check goes wrong, Monday to Sunday."""

SECONDS_PER_ITEM = {
    "daily_fire_patrol": (22, 55),
    "grid_walk": (6, 18),
    "night_dorm": (25, 60),
    "monthly_facility": (110, 300),
    "quarterly_inspection": (240, 560),
    "gate_duty": (20, 70),
    "after_school": (40, 110),
    "hazard_look_back": (30, 90),
    "before_term": (200, 500),
    "before_holiday": (150, 400),
}


def outcome(rng: Random, checklist_key: str, day: date) -> Outcome:
    """What becomes of a check due on ``day``."""
    chance = rng.random()
    for result, odds in ODDS[checklist_key].items():
        chance -= odds * WEEKDAYS[day.weekday()]
        if chance < 0:
            return result
    return Outcome.ON_TIME


def explains(rng: Random, day: date, today: date) -> bool:
    """Whether somebody explains the check missed on ``day``; of the last days mostly not yet."""
    return rng.random() < (0.2 if (today - day).days <= 8 else 0.97)


@dataclass
class Pace:
    """When in a window each person usually starts (share of the window)."""

    rng: Random
    usual: dict[int, float]

    def start(self, person_id: int, opens_at: datetime, due_at: datetime, weekday: int) -> datetime:
        """A start inside the window: the person's habit, the weekday, and some chance."""
        usual = self.usual.setdefault(person_id, self.rng.uniform(0.12, 0.6))
        share = usual + self.rng.gauss(0, 0.11) + (0.06 if weekday == 0 else 0)
        length = (due_at - opens_at).total_seconds()
        return opens_at + timedelta(seconds=int(min(max(share, 0.01), 0.9) * length))


def answer_times(rng: Random, checklist_key: str, start: datetime, count: int) -> list[datetime]:
    """When each of ``count`` items is answered, the first soon after ``start``."""
    least, most = SECONDS_PER_ITEM[checklist_key]
    moment, found = start, []
    for _ in range(count):
        moment += timedelta(seconds=rng.randint(least, most))
        found.append(moment)
    return found


def late_start(rng: Random, grace_ends_at: datetime, missed_at: datetime) -> datetime:
    """A start after grace ended and well before it counts as missed."""
    room = (missed_at - grace_ends_at).total_seconds() - 3600
    return grace_ends_at + timedelta(seconds=int(60 + rng.random() * min(max(room, 60), 6600)))


def office_hour(rng: Random, day: date, first: int = 8, last: int = 17) -> datetime:
    """Some moment of the working day, from ``first`` o'clock to before ``last``."""
    wall = time(rng.randrange(first, last), rng.randrange(60), rng.randrange(60))
    return clock.at(day, wall)


def next_round(
    rng: Random, opens_at: datetime, due_at: datetime, previous: datetime | None
) -> datetime:
    """A night round's start: in its window, at most two hours after the one before."""
    earliest = opens_at + timedelta(seconds=70)
    latest = opens_at + timedelta(minutes=45)
    if previous is not None:
        latest = min(previous + timedelta(hours=2), due_at - timedelta(minutes=25))
        earliest = min(max(earliest, previous + timedelta(minutes=40)), latest)
    room = max((latest - earliest).total_seconds(), 1)
    return earliest + timedelta(seconds=int(room * rng.triangular(0, 1, 0.75)))
