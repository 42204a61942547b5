"""Limits of readings, how duties stand, the months, where a trend line's marks stand."""

from datetime import date
from decimal import Decimal

import pytest

from unitsafe import content
from unitsafe.maintenance import rules
from unitsafe.maintenance.rules import DUTIES, READINGS, InMonth, Kind, Last, Mark, Quantity, Result
from unitsafe.maintenance.trend import chart, in_words

TODAY = date(2026, 11, 24)
EVERY = lambda _flag: True  # noqa: E731


@pytest.mark.parametrize(
    ("kind", "what", "value", "fault"),
    [
        ("indoor_hydrant", "static_pressure", "0.07", ""),
        ("indoor_hydrant", "static_pressure", "0.069", "静水压力0.069 MPa，低于0.07 MPa"),
        ("indoor_hydrant", "dynamic_pressure", "0", ""),
        ("fire_alarm", "fault_points", "0", ""),
        ("fire_alarm", "shielded_points", "2", "屏蔽点2 个，高于0 个"),
    ],
)
def test_a_reading_out_of_its_limits_says_so(kind, what, value, fault):
    found = {one.key: one for one in rules.quantities(kind, static_kpa=70)}
    assert found[what].fault(Decimal(value)) == fault


def test_the_school_sets_the_least_pressure_and_other_kinds_have_nothing_to_read():
    assert rules.quantities("indoor_hydrant", static_kpa=150)[0].low == Decimal("0.15")
    assert rules.quantities("ext_powder", static_kpa=70) == ()


def test_readings_and_duties_name_kinds_and_flags_that_exist():
    assert set(READINGS) <= set(content.load().equipment.kinds)
    assert len({one.key for several in READINGS.values() for one in several}) == len(rules.BY_KEY)
    item = content.load().checklists["monthly_facility"].items
    least = next(one.answer.minimum for one in item if one.key == "mf_hyd_press")
    assert Decimal(str(least)) == rules.quantities("indoor_hydrant", static_kpa=70)[0].low
    assert {duty.kind for duty in DUTIES} == set(Kind) - {Kind.ELECTRICAL_TEST}


@pytest.mark.parametrize(
    ("kind", "done_on", "until"),
    [
        (Kind.ANNUAL_TEST, date(2026, 3, 2), date(2027, 3, 2)),
        (Kind.LIGHTNING_TEST, date(2024, 2, 29), date(2025, 2, 28)),
        (Kind.FLUE_CLEANING, date(2026, 11, 30), date(2027, 2, 28)),
        (Kind.MAINTENANCE, date(2026, 11, 3), None),
    ],
)
def test_how_long_a_report_holds_unless_it_says_otherwise(kind, done_on, until):
    assert rules.default_valid_until(kind, done_on) == until


@pytest.mark.parametrize(
    ("kind", "last", "mark"),
    [
        (Kind.ANNUAL_TEST, None, Mark.MISSING),
        (Kind.ANNUAL_TEST, Last(TODAY, date(2027, 11, 24), Result.FAILED), Mark.MISSING),
        (Kind.ANNUAL_TEST, Last(TODAY, date(2026, 11, 23)), Mark.LATE),
        (Kind.ANNUAL_TEST, Last(TODAY, date(2026, 11, 24)), Mark.SOON),
        (Kind.ANNUAL_TEST, Last(TODAY, date(2027, 1, 23)), Mark.SOON),
        (Kind.ANNUAL_TEST, Last(TODAY, date(2027, 1, 24)), Mark.FINE),
        (Kind.FLUE_CLEANING, Last(TODAY, date(2026, 12, 10)), Mark.FINE),
        (Kind.FLUE_CLEANING, Last(TODAY, date(2026, 12, 9)), Mark.SOON),
        (Kind.MAINTENANCE, None, Mark.MISSING),
        (Kind.MAINTENANCE, Last(date(2026, 11, 1)), Mark.FINE),
        (Kind.MAINTENANCE, Last(date(2026, 10, 31)), Mark.LATE),
        (Kind.MAINTENANCE, Last(date(2026, 9, 30)), Mark.LATE),
    ],
)
def test_how_a_duty_stands(kind, last, mark):
    found = standing(kind, last, TODAY)
    assert found.mark is mark


def standing(kind, last, today):
    newest = {kind: last} if last else {}
    every = rules.standings(EVERY, newest, today, ahead_days=60, remind_day=20)
    return next(one for one in every if one.kind is kind)


def test_until_the_twentieth_last_months_visit_is_enough():
    last = Last(date(2026, 10, 8))
    assert standing(Kind.MAINTENANCE, last, date(2026, 11, 20)).mark is Mark.SOON
    assert standing(Kind.MAINTENANCE, last, date(2026, 11, 21)).mark is Mark.LATE


def test_a_school_owes_only_what_its_flags_ask():
    found = rules.standings(lambda _flag: False, {}, TODAY, ahead_days=60, remind_day=20)
    assert [one.kind for one in found] == [Kind.LIGHTNING_TEST]
    gas = rules.standings(lambda flag: flag == "has_gas", {}, TODAY, ahead_days=60, remind_day=20)
    assert [one.kind for one in gas] == [Kind.LIGHTNING_TEST, Kind.GAS_TEST]


def test_twelve_months_across_the_year_and_the_quarter():
    days = [date(2026, 1, 31), date(2026, 2, 3), date(2025, 2, 9), date(2025, 4, 3)]
    found = rules.strip(days, date(2026, 3, 1), since=date(2025, 6, 5))
    assert (found[0], len(found)) == ((date(2025, 4, 1), InMonth.CAME), 12)
    assert [one for _first, one in found[1:4]] == [
        InMonth.BEFORE,
        InMonth.BEFORE,
        InMonth.NOT_CAME,
    ]
    assert [one for _first, one in found[-3:]] == [InMonth.CAME, InMonth.CAME, InMonth.NOT_YET]
    assert rules.quarter_months(date(2026, 12, 31)) == [
        date(2026, 10, 1),
        date(2026, 11, 1),
        date(2026, 12, 1),
    ]


PRESSURE = Quantity("static_pressure", "静水压力", "MPa", low=Decimal("0.07"))


def test_a_trend_line_holds_its_limit_and_marks_what_is_out():
    days = [(date(2026, 9, 1), 0.32), (date(2026, 10, 1), 0.05), (date(2026, 11, 1), 0.3)]
    drawn = chart(PRESSURE, days)
    assert (drawn.count('class="point"'), drawn.count('class="point out"')) == (2, 1)
    assert ">26-09-01<" in drawn and ">26-11-01<" in drawn and "26-10-01<" not in drawn
    said = "2026-11-01为0.3 MPa；共3次，最低0.05，最高0.32；下限0.07。"
    assert said in drawn and said in in_words(PRESSURE, days)


@pytest.mark.parametrize("values", [(0, 0), (3, 3), (0.001, 0.002), (99999999, 1)])
def test_any_readings_make_a_picture(values):
    drawn = chart(Quantity("level", "水位", "m"), [(TODAY, value) for value in values])
    assert drawn.count('class="point"') == 2


def test_one_reading_is_no_line():
    assert chart(PRESSURE, [(TODAY, 0.3)]) is None


def test_what_is_missing_is_never_negative():
    assert rules.Target("b1", "教学楼", "ext_powder", 2, 5).gap == 0
    assert rules.Target("b1", "教学楼", "ext_powder", 5, 2).gap == 3
    assert rules.Target("b1", "教学楼", "ext_powder", None, 2).gap == 0
