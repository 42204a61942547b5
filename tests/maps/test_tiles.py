"""Every grid's day in one sign."""

from datetime import timedelta

import pytest

from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.maps import tiles
from unitsafe.places.models import BuildingUse

KINDS = [
    ([], 0, "due"),
    ([], 1, "warn"),
    (["submitted"], 0, "ok"),
    (["countersigned", "submitted"], 0, "ok"),
    (["skipped"], 0, "ok"),
    (["submitted", "due"], 0, "due"),
    (["in_progress"], 0, "due"),
    (["submitted"], 2, "warn"),
    (["due"], 2, "warn"),
]


@pytest.mark.parametrize(("states", "hazards", "kind"), KINDS)
def test_a_mark_says_the_worst_of_what_it_stands_for(states, hazards, kind):
    now = clock.parse("2026-11-23T08:00")
    later = now + timedelta(hours=1)
    checks = [
        Check(state=state, opens_at=now, due_at=later, grace_ends_at=later, missed_at=later)
        for state in states
    ]
    for check in checks:
        check.explanation = ""
    assert tiles.mark_of(checks, hazards, now) == kind
    is_open = any(state in ("due", "in_progress") for state in states)
    late = later + timedelta(seconds=1)
    assert tiles.mark_of(checks, hazards, late) == ("bad" if is_open else kind)


LENGTHS = [
    ("daily_fire_patrol", False),
    ("grid_walk", False),
    ("night_dorm", False),
    ("monthly_facility", True),
    ("quarterly_inspection", True),
]


@pytest.mark.parametrize(("key", "periodic"), LENGTHS)
def test_what_may_be_done_on_any_of_many_days_stands_apart(make, key, periodic):
    make.building("宿舍楼", BuildingUse.DORM)
    found = [check for check in make.day() if check.checklist_key == key]
    assert found and all(tiles.is_periodic(check) is periodic for check in found)
