"""How a drill is timed and counted, and how many a school owes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from unitsafe.activities.rules import Form
from unitsafe.school.rules import Stage

LONGEST_DELAY = 3600
"""Seconds that a phone may have kept a count while the network was away; more is a wrong clock."""
LEAST_DAYS = 10
"""Teaching days that make a month count. Source: content/four_capabilities.yaml drills_expected."""
EVACUATIONS = (Form.EVACUATION, Form.FULL, Form.NIGHT)
"""The forms in which people leave the building: the monthly drill is one of them."""


class Element(StrEnum):
    """What a full drill (全要素) practises. Source: four_capabilities.yaml full_drills_held."""

    ALARM = "alarm"
    FIRE_FIGHTING = "fire_fighting"
    EVACUATION = "evacuation"
    FIRST_AID = "first_aid"


def counted_at(now: datetime, late_seconds: int, started_at: datetime) -> datetime:
    """When it was counted: ``late_seconds`` before it arrived, never before the drill began."""
    late = min(max(late_seconds, 0), LONGEST_DELAY)
    return max(now - timedelta(seconds=late), started_at)


def finished_at(counts: Sequence[tuple[datetime, int]]) -> datetime | None:
    """When a class was complete: the first time it was counted with the number that counts, which
    is the one counted last. ``counts``: (when, heads) in that order; None when there are none."""
    if not counts:
        return None
    last = counts[-1][1]
    return next(when for when, heads in counts if heads == last)


def seconds(start: datetime, end: datetime) -> int:
    """Whole seconds between, rounded."""
    return round((end - start).total_seconds())


def is_on_target(taken: int | None, target: int | None) -> bool | None:
    """Whether it took no longer than the school wants; None where either is unknown."""
    return None if taken is None or target is None else taken <= target


def expected_drills(stage: Stage, teaching_days: Mapping[date, int]) -> dict[date, int]:
    """How many evacuation drills each month owes; ``teaching_days`` by the first day of the month.

    A month with at least LEAST_DAYS teaching days owes one; in a kindergarten one per quarter, in
    the last such month of it. Source: content/four_capabilities.yaml drills_expected (中小学幼儿园
    应急疏散演练指南).
    """
    months = sorted(first for first, days in teaching_days.items() if days >= LEAST_DAYS)
    if stage is Stage.KINDERGARTEN:
        months = list({(one.year, (one.month - 1) // 3): one for one in months}.values())
    return {first: int(first in months) for first in sorted(teaching_days)}


def by_month(days: Iterable[date]) -> dict[date, int]:
    """How many of ``days`` lie in each month, by its first day."""
    found: dict[date, int] = {}
    for day in days:
        first = day.replace(day=1)
        found[first] = found.get(first, 0) + 1
    return found
