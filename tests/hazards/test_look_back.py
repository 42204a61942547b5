"""Which closed hazards are looked at again, and in which week."""

from datetime import date, timedelta

import pytest

from unitsafe.hazards import look_back
from unitsafe.hazards.rules import Level, State, number
from unitsafe.school.settings import SETTINGS

NUMBERS = [number(2026, serial) for serial in range(1, 2001)]
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("share", "all_of"), [(0, False), (100, True)])
def test_nothing_and_everything_are_exact_and_only_what_was_closed(state, share, all_of):
    sampled = {look_back.is_sampled(one, state, share) for one in NUMBERS}
    assert sampled == {all_of and state is State.CLOSED}


@pytest.mark.parametrize("share", [1, 10, 33, 50, 90])
def test_a_share_is_roughly_kept_and_a_larger_one_holds_a_smaller(share):
    def of(percent):
        return {one for one in NUMBERS if look_back.is_sampled(one, State.CLOSED, percent)}

    assert abs(len(of(share)) / len(NUMBERS) - share / 100) < 0.03
    assert of(share) <= of(share + 1)


def test_the_number_alone_decides_today_and_in_ten_years():
    drawn = [one for one in NUMBERS[:60] if look_back.is_sampled(one, State.CLOSED, 10)]
    assert drawn == ["YH-2026-0012", "YH-2026-0023", "YH-2026-0043"]


def test_every_level_has_its_share_among_the_settings():
    assert set(look_back.SHARE_SETTING) == set(Level)
    defaults = [SETTINGS[key].default for key in look_back.SHARE_SETTING.values()]
    assert defaults == [10, 50, 100, 100]


@pytest.mark.parametrize("days", [7, 30, 180])
def test_each_day_of_closing_belongs_to_exactly_one_week(days):
    for closed in (MONDAY + timedelta(n) for n in range(14)):
        weeks = [
            monday
            for monday in (MONDAY + timedelta(7 * n) for n in range(-2, 40))
            if look_back.closed_between(monday, days)[0]
            <= closed
            <= look_back.closed_between(monday, days)[1]
        ]
        assert len(weeks) == 1
        assert timedelta(days) < weeks[0] - closed <= timedelta(days + 7)
