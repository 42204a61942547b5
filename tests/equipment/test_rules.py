"""When equipment is serviced and scrapped."""

from datetime import date

import pytest

from unitsafe import content
from unitsafe.core.domain import RuleError
from unitsafe.equipment import rules
from unitsafe.equipment.rules import Dates, Life, Mark, State

KINDS = content.load().equipment.kinds


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 9, 1), 120, date(2034, 9, 1)),
        (date(2024, 9, 15), 60, date(2029, 9, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 5, 1), 0, date(2024, 5, 1)),
    ],
)
def test_a_period_ends_on_its_anniversary(day, months, later):
    assert rules.add_months(day, months) == later


MADE, USED = date(2020, 9, 1), date(2020, 10, 8)


@pytest.mark.parametrize(
    ("kind", "life", "expected"),
    [
        ("ext_powder", Life(MADE), Dates(date(2025, 9, 1), date(2030, 9, 1))),
        ("ext_powder", Life(MADE, USED, date(2025, 8, 20)), Dates(date(2027, 8, 20), date(2030, 9, 1))),
        ("ext_powder", Life(MADE, USED, date(2029, 8, 20)), Dates(None, date(2030, 9, 1))),
        ("ext_water", Life(MADE), Dates(date(2023, 9, 1), date(2026, 9, 1))),
        ("ext_co2", Life(MADE), Dates(date(2025, 9, 1), date(2032, 9, 1))),
        ("ext_powder", Life(in_use_on=USED), Dates()),
        ("emergency_light", Life(MADE, USED), Dates(None, date(2024, 10, 8))),
        ("emergency_light", Life(MADE, USED, date(2024, 9, 1)), Dates(None, date(2028, 9, 1))),
        ("emergency_light", Life(MADE), Dates(None, date(2024, 9, 1))),
        ("gas_detector", Life(MADE), Dates(None, date(2025, 9, 1))),
        ("indoor_hydrant", Life(MADE, USED), Dates()),
    ],
)  # fmt: skip
def test_service_and_scrap_dates_follow_the_kind(kind, life, expected):
    assert rules.dates(KINDS[kind], life) == expected


@pytest.mark.parametrize(
    ("on", "mark"),
    [
        (date(2026, 11, 22), Mark.PAST),
        (date(2026, 11, 23), Mark.PAST),
        (date(2026, 11, 24), Mark.SOON),
        (date(2027, 1, 22), Mark.SOON),
        (date(2027, 1, 23), Mark.FAR),
    ],
)
def test_a_day_that_comes_near_is_marked(on, mark):
    assert rules.mark(on, date(2026, 11, 23), ahead_days=60) is mark


@pytest.mark.parametrize(
    ("life", "field"),
    [
        (Life(date(2026, 11, 24)), "made_on"),
        (Life(MADE, date(2020, 8, 31)), "in_use_on"),
        (Life(MADE, USED, date(2019, 1, 1)), "last_service_on"),
        (Life(None, None, date(2027, 1, 1)), "last_service_on"),
    ],
)
def test_days_that_cannot_be_are_refused(life, field):
    with pytest.raises(RuleError) as refused:
        rules.check_life(life, date(2026, 11, 23))
    assert refused.value.values["field"] == field


def test_what_is_not_known_is_no_fault():
    rules.check_life(Life(), date(2026, 11, 23))
    rules.check_life(Life(MADE, MADE, MADE), date(2026, 11, 23))


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_state_changes_into_any_other_and_scrapping_needs_a_reason(before, after):
    if before is after:
        with pytest.raises(RuleError):
            rules.check_move(before, after, "原因")
    elif State.SCRAPPED in (before, after):
        with pytest.raises(RuleError):
            rules.check_move(before, after, "")
        rules.check_move(before, after, "原因")
    else:
        rules.check_move(before, after, "")
