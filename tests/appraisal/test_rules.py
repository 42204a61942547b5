"""What a month is worth, and how a hazard stood at its end."""

from datetime import date, timedelta

import pytest

from unitsafe import clock
from unitsafe.appraisal.rules import Life, Month, Weights, at_end, places, total, weights
from unitsafe.hazards.effects import Step
from unitsafe.hazards.rules import Action, Card, CardNumbers, Level
from unitsafe.school.settings import value

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
LATER = clock.parse("2026-11-20T08:00")
PERFECT = {"expected": 40, "done": 40, "on_time": 40}


@pytest.mark.parametrize(
    ("figures", "score"),
    [
        ({}, None),
        ({"due": 1}, None),
        ({"found_by": 3}, None),
        (PERFECT, 100.0),
        ({"expected": 40}, 0.0),
        ({**PERFECT, "done": 20, "on_time": 20}, 50.0),
        ({**PERFECT, "on_time": 20}, 83.3),
        ({**PERFECT, "due": 2, "fixed": 1}, 83.3),
        ({**PERFECT, "due": 2, "fixed": 2, "rated": 1, "stars": 4}, 98.0),
        ({**PERFECT, "backfill": 20}, 95.0),
        ({**PERFECT, "yellow": 1}, 98.0),
        ({**PERFECT, "red": 2}, 90.0),
        ({**PERFECT, "lifted": 3}, 100.0),
        ({**PERFECT, "red": 2, "found_by": 3}, 93.0),
        ({**PERFECT, "red": 2, "found_by": 50}, 95.0),
        ({**PERFECT, "red": 50}, 0.0),
    ],
)
def test_the_score_follows_the_weights(figures, score):
    assert Month(**figures).score(Weights()) == score


@pytest.mark.parametrize(
    ("own", "figures", "score"),
    [
        ({"completion": 50, "on_time": 50}, {**PERFECT, "on_time": 20}, 75.0),
        ({"on_time": 0}, {**PERFECT, "on_time": 0}, 100.0),
        ({"fixing": 0}, {**PERFECT, "due": 4}, 100.0),
        ({"on_time": 0, "fixing": 0, "rating": 0}, {**PERFECT, "done": 30}, 75.0),
        ({"backfill": 0}, {**PERFECT, "backfill": 40}, 100.0),
        ({"yellow": 10, "red": 30}, {**PERFECT, "yellow": 1, "red": 1}, 60.0),
        ({"find": 3, "finds": 2}, {**PERFECT, "red": 4, "found_by": 9}, 86.0),
        ({"find": 0}, {**PERFECT, "red": 1, "found_by": 9}, 95.0),
    ],
)
def test_a_school_sets_its_own_weights(own, figures, score):
    assert Month(**figures).score(Weights(**own)) == score


def test_the_weights_are_those_of_the_settings():
    assert weights(lambda key: value({}, key)) == Weights()
    own = {"appraisal_completion": 55, "appraisal_finds": 2}
    assert weights(lambda key: value(own, key)) == Weights(completion=55, finds=2)


@pytest.mark.parametrize("found_by", range(8))
def test_a_find_never_lowers_a_score(found_by):
    def score(**more):
        return Month(**PERFECT | {"on_time": 10, "due": 3}, **more).score(Weights())

    assert score(found_by=found_by + 1) >= score(found_by=found_by)
    assert score(found=found_by) == score()


def test_a_block_is_the_sum_of_its_grids():
    both = total([Month(expected=2, done=1, stars=4, rated=1), Month(expected=3, red=1)])
    assert both == Month(expected=5, done=1, stars=4, rated=1, red=1)
    assert total([]) == Month()


def at(day, hour=9):
    return clock.at(FIRST + timedelta(day - 1)) + timedelta(hours=hour)


def life(*steps, level=Level.NORMAL, times=1):
    report = Step(Action.REPORT, at(1), 1, level=level)
    dispatch = Step(Action.DISPATCH, at(1), None, 2, FIRST + timedelta(9))  # due on the 10th
    return Life("YH-2026-0001", level, times, None, [report, dispatch, *steps])


DONE, BACK = Action.REPORT_DONE, Action.SEND_BACK


@pytest.mark.parametrize(
    ("steps", "card", "is_fixed"),
    [
        ([], Card.RED, False),
        ([Step(DONE, at(10, 23), 2)], None, True),
        ([Step(DONE, at(11), 2)], None, False),
        ([Step(DONE, at(9), 2), Step(BACK, at(12), 3)], Card.RED, False),
        ([Step(DONE, at(9), 2), Step(BACK, at(9, 12), 3), Step(DONE, at(10), 2)], None, True),
        ([Step(DONE, at(9), 2), Step(Action.CLOSE, at(12), 3)], None, True),
        ([Step(DONE, at(40), 2)], Card.RED, False),  # in the month after
        ([Step(Action.LIFT_CARD, at(20), 3, body="red", note="等配件")], None, False),
    ],
)
def test_a_hazard_stands_at_the_months_end_as_its_steps_left_it(steps, card, is_fixed):
    then = at_end(life(*steps), FIRST, LAST, LATER, CardNumbers())
    assert (then.card, then.is_due, then.is_fixed) == (card, True, is_fixed)
    assert [one.note for one in then.lifted] == [s.note for s in steps if s.note]


def test_a_longer_deadline_moves_a_hazard_into_the_next_month():
    longer = Step(Action.GRANT_EXTENSION, at(8), 3, 2, LAST + timedelta(5))
    then = at_end(life(longer), FIRST, LAST, LATER, CardNumbers())
    assert (then.card, then.is_due) == (None, False)
    november = at_end(life(longer), date(2026, 11, 1), date(2026, 11, 30), LATER, CardNumbers())
    assert (november.card, november.is_due) == (Card.RED, True)


def test_what_is_found_later_carries_nothing():
    early = at_end(life(), date(2026, 9, 1), date(2026, 9, 30), LATER, CardNumbers())
    assert (early.card, early.is_due, early.is_fixed) == (None, False, False)


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ([], []),
        ([98.0, 90.5, 90.5, 80.0], [1, 2, 2, 4]),
        ([100.0, 100.0, None, None], [1, 1, None, None]),
    ],
)
def test_equal_scores_share_a_place_and_without_one_there_is_none(scores, found):
    assert places(scores) == found
