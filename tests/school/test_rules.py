"""The school calendar without a database."""

from datetime import date

import pytest

from unitsafe.school.rules import build_days, school_year, statutory, week_of
from unitsafe.school.settings import SETTINGS, problems, value

AUTUMN = (date(2026, 9, 1), date(2027, 1, 22))


@pytest.fixture(scope="module")
def days():
    return {one.day: one for one in build_days([AUTUMN], has_boarding=True)}


@pytest.mark.parametrize(
    ("day", "teaching", "boarding", "note"),
    [
        (date(2026, 8, 31), False, True, ""),  # boarders come on the eve of term
        (date(2026, 9, 4), True, False, ""),  # Friday: they go home
        (date(2026, 9, 20), True, True, "调休上课"),
        (date(2026, 9, 25), False, False, "中秋节"),
        (date(2026, 10, 1), False, False, "国庆节"),
        (date(2026, 11, 29), False, True, ""),  # Sunday evening
        (date(2027, 1, 22), True, False, "节假日安排未公布"),
    ],
)
def test_a_day_follows_the_statutory_holidays(days, day, teaching, boarding, note):
    found = days[day]
    assert (found.teaching, found.boarding, found.note) == (teaching, boarding, note)


def test_a_day_school_has_no_nights_and_begins_on_the_first_day_of_term():
    days = list(build_days([AUTUMN], has_boarding=False))
    assert days[0].day == AUTUMN[0]
    assert not any(day.boarding for day in days)


def test_years_without_a_notice_are_plain_weekdays_but_for_the_days_that_never_change():
    assert not statutory(date(2030, 10, 1)).published
    assert statutory(date(2030, 10, 8)).workday
    assert not statutory(date(2030, 10, 1)).workday
    assert statutory(date(2030, 10, 1)).holiday == "国庆节"


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2026, 9, 1), 1), (date(2026, 9, 6), 1), (date(2026, 9, 7), 2), (date(2027, 1, 22), 21)],
)
def test_the_week_that_holds_the_first_day_is_week_one(day, week):
    assert week_of(AUTUMN[0], day) == week


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 7, 31), "2025—2026"),
        (date(2026, 8, 1), "2026—2027"),
        (date(2027, 1, 5), "2026—2027"),
    ],
)
def test_a_school_year_begins_in_august(day, year):
    assert school_year(day) == year


def test_every_default_lies_inside_its_own_limits():
    assert problems({key: setting.default for key, setting in SETTINGS.items()}) == []
    assert value({}, "days_normal") == SETTINGS["days_normal"].default


def test_a_stored_number_outside_its_limits_is_named():
    assert "days_normal" in problems({"days_normal": 0})[0]
    assert "unknown" in problems({"nonsense": 3})[0]
