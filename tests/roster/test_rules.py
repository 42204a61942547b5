"""When a shift is stood, who stands a turn, who may swap it."""

from dataclasses import replace
from datetime import date, time

import pytest

from unitsafe.checks.rules import DayFacts
from unitsafe.core.domain import RuleError
from unitsafe.roster import rules
from unitsafe.roster.rules import Deputy, ShiftDays, Side, Standing, SwapState

MONDAY = date(2026, 11, 23)
TODAY, TOMORROW, LATER = MONDAY, date(2026, 11, 24), date(2026, 11, 26)


@pytest.mark.parametrize(
    ("days", "weekdays", "teaching", "boarding", "is_stood"),
    [
        (ShiftDays.TEACHING, "", True, False, True),
        (ShiftDays.TEACHING, "", False, True, False),
        (ShiftDays.BOARDING, "", False, True, True),
        (ShiftDays.BOARDING, "", True, False, False),
        (ShiftDays.EVERY, "", False, False, True),
        (ShiftDays.TEACHING, "135", True, False, True),
        (ShiftDays.TEACHING, "24", True, False, False),
        (ShiftDays.EVERY, "67", True, True, False),
    ],
)
def test_a_shift_is_stood_on_its_days(days, weekdays, teaching, boarding, is_stood):
    assert rules.is_stood(days, weekdays, DayFacts(MONDAY, teaching, boarding)) is is_stood


def test_a_night_ends_the_next_day_and_meets_the_next_morning():
    night = rules.span(MONDAY, time(21, 30), time(6))
    morning = rules.span(TOMORROW, time(5, 30), time(7))
    assert night.last - night.first == 8 * 60 + 30
    assert night.overlaps(morning) and morning.overlaps(night)


def test_turns_that_touch_do_not_overlap():
    first = rules.span(MONDAY, time(7), time(8))
    assert not first.overlaps(rules.span(MONDAY, time(8), time(9)))


@pytest.mark.parametrize(
    ("posts", "is_spared"),
    [
        (["homeroom_teacher"], True),
        (["subject_teacher", "duty_leader"], False),
        (["gatekeeper"], False),
        (["homeroom_teacher", "room_keeper"], True),
        ([], False),
    ],
)
def test_teachers_are_spared_on_days_without_pupils_leaders_and_guards_are_not(posts, is_spared):
    assert rules.is_spared_on_holidays(posts) is is_spared


@pytest.mark.parametrize(
    ("person", "stand_in", "away", "deputy", "expected"),
    [
        (1, None, (), None, (1, Standing.PLANNED)),
        (None, None, (), None, (None, Standing.EMPTY)),
        (1, 2, (1,), None, (2, Standing.STAND_IN)),
        (1, 2, (2,), None, (None, Standing.UNCOVERED)),
        (1, None, (1,), Deputy(3, True), (3, Standing.DEPUTY)),
        (1, None, (1,), Deputy(3, False), (None, Standing.UNCOVERED)),
        (1, None, (1, 3), Deputy(3, True), (None, Standing.UNCOVERED)),
        (1, None, (1,), None, (None, Standing.UNCOVERED)),
    ],
)
def test_who_stands_a_turn(person, stand_in, away, deputy, expected):
    assert rules.standing(person, stand_in, away, deputy) == expected


MINE = Side(1, TOMORROW, may=True, is_away=False, is_busy=False)
THEIRS = Side(2, LATER, may=True, is_away=False, is_busy=False)
ONLY_TAKES = replace(THEIRS, day=None)


@pytest.mark.parametrize("other", [THEIRS, ONLY_TAKES])
def test_two_who_can_stand_each_others_turns_may_swap(other):
    rules.check_swap(MINE, other, TODAY)


@pytest.mark.parametrize(
    ("mine", "other", "reason"),
    [
        (MINE, replace(THEIRS, person_id=1), "不能和自己换班"),
        (replace(MINE, day=TODAY), THEIRS, "当天和过去的值班不能再换"),
        (MINE, replace(THEIRS, day=TODAY), "已经开始或过去"),
        (MINE, replace(THEIRS, may=False), "不在这个班次的人选里"),
        (MINE, replace(ONLY_TAKES, is_away=True), "对方那天不在校"),
        (MINE, replace(THEIRS, is_busy=True), "对方同一时间已有别的值班"),
        (replace(MINE, may=False), THEIRS, "您不在对方那个班次的人选里"),
        (replace(MINE, is_away=True), THEIRS, "您不在校"),
        (replace(MINE, is_busy=True), THEIRS, "您已有别的值班"),
    ],
)
def test_a_swap_that_cannot_be_is_refused_with_the_reason_and_the_way_out(mine, other, reason):
    with pytest.raises(RuleError, match=reason) as refused:
        rules.check_swap(mine, other, TODAY)
    assert "请" in str(refused.value)


def test_a_request_comes_to_nothing_when_a_day_of_it_begins():
    assert rules.is_lapsed(SwapState.ASKED, [TODAY, LATER], TODAY)
    assert not rules.is_lapsed(SwapState.ASKED, [TOMORROW], TODAY)
    assert not rules.is_lapsed(SwapState.AGREED, [TODAY], TODAY)
