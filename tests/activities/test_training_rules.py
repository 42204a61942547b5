"""What a school year asks for, when one signs in, how a certificate stands, who is sampled."""

from datetime import date, time

import pytest

from unitsafe.activities import spot_rules
from unitsafe.activities.rules import FORMS, Form, Skill
from unitsafe.activities.training_rules import (
    OBLIGATIONS,
    Per,
    Span,
    Standing,
    Tally,
    school_year_of,
    sign_window,
    spans,
    standing,
    tally,
)

TODAY = date(2026, 11, 23)
YEAR = Span(date(2026, 9, 1), date(2027, 8, 31))
AUTUMN, SPRING = (
    Span(date(2026, 9, 1), date(2027, 1, 22)),
    Span(date(2027, 2, 20), date(2027, 6, 30)),
)
TAUGHT = {
    date(2026, 9, 1): 22,
    date(2026, 10, 1): 17,
    date(2026, 11, 1): 21,
    date(2026, 12, 1): 23,
    date(2027, 1, 1): 15,
    date(2027, 2, 1): 5,
    date(2027, 3, 1): 23,
    date(2027, 4, 1): 21,
    date(2027, 5, 1): 19,
    date(2027, 6, 1): 22,
}


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2026, 9, 1), 2026), (date(2027, 8, 31), 2026), (date(2027, 1, 1), 2026)],
)
def test_a_school_year_begins_in_september(day, first):
    assert school_year_of(day) == Span(date(first, 9, 1), date(first + 1, 8, 31))


@pytest.mark.parametrize(
    ("per", "firsts"),
    [
        (Per.MONTH, [9, 10, 11, 12, 1, 3, 4, 5, 6]),
        (Per.QUARTER, [7, 10, 1, 4]),
        (Per.TERM, [9, 2]),
        (Per.HALF_YEAR, [9, 2]),
        (Per.NOVEMBER, [11]),
        (Per.YEAR, [9]),
    ],
)
def test_the_spans_of_a_year(per, firsts):
    found = spans(per, YEAR, terms=[AUTUMN, SPRING], taught=TAUGHT)
    assert [span.first.month for span in found] == firsts
    assert all(span.first <= span.last for span in found)


def test_quarters_and_halves_end_where_the_next_begins():
    quarters = spans(Per.QUARTER, YEAR, terms=(), taught=TAUGHT)
    assert [span.last for span in quarters] == [
        date(2026, 9, 30),
        date(2026, 12, 31),
        date(2027, 3, 31),
        date(2027, 6, 30),
    ]
    halves = spans(Per.HALF_YEAR, YEAR, terms=(), taught={})
    assert [span.last for span in halves] == [date(2027, 1, 31), date(2027, 8, 31)]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], Tally(required=3, held=0, missed=2, open=1)),
        ([date(2026, 9, 3), date(2026, 9, 9)], Tally(required=3, held=2, missed=1, open=1)),
        ([date(2026, 10, 30), date(2026, 11, 23)], Tally(required=3, held=2, missed=1, open=0)),
    ],
)
def test_what_is_missing_is_counted_by_span(held, expected):
    due = spans(Per.MONTH, YEAR, terms=(), taught={date(2026, n, 1): 20 for n in (9, 10, 11)})
    assert tally(due, 1, held, TODAY) == expected


def test_what_comes_later_is_not_missing_yet():
    assert tally([SPRING], 1, [], TODAY) == Tally(required=1, held=0, missed=0, open=0)


def test_the_obligations_name_forms_of_their_kind():
    assert all(set(one.forms) <= set(FORMS[one.kind]) for one in OBLIGATIONS)


@pytest.mark.parametrize(
    ("posts", "has_classes", "left_out"),
    [
        ({"cook"}, True, {"team", "team_skill"}),
        ({"micro_station_member"}, False, {"post", "lesson", "letter", "pupil_skill"}),
    ],
)
def test_obligations_hold_where_there_is_somebody_to_teach(posts, has_classes, left_out):
    out = {one.key for one in OBLIGATIONS if not one.applies(posts, has_classes=has_classes)}
    assert out == left_out


@pytest.mark.parametrize(
    ("starts", "minutes", "first", "last"),
    [
        (time(15), 40, "2026-11-23T14:30:00", "2026-11-23T17:40:00"),
        (time(15), None, "2026-11-23T14:30:00", "2026-11-23T18:00:00"),
        (None, 40, "2026-11-23T00:00:00", "2026-11-24T00:00:00"),
    ],
)
def test_one_signs_in_around_the_time(starts, minutes, first, last):
    found = sign_window(TODAY, starts, minutes)
    assert [one.isoformat() for one in found] == [first, last]


@pytest.mark.parametrize(
    ("expires_on", "is_replaced", "expected"),
    [
        (None, False, Standing.VALID),
        (date(2027, 2, 22), False, Standing.VALID),
        (date(2027, 2, 21), False, Standing.ENDING),
        (TODAY, False, Standing.ENDING),
        (date(2026, 11, 22), False, Standing.EXPIRED),
        (None, True, Standing.REPLACED),
    ],
)
def test_how_a_certificate_stands(expires_on, is_replaced, expected):
    assert standing(expires_on, is_replaced=is_replaced, today=TODAY, days=90) is expected


def test_a_sample_takes_those_who_were_not_asked_lately_first():
    found = spot_rules.sample(range(1, 11), {1, 2, 3, 4, 5, 6, 7}, 5, seed=7)
    assert set(found[:3]) == {8, 9, 10}
    assert set(found[3:]) < {1, 2, 3, 4, 5, 6, 7}
    assert len(set(found)) == 5


def test_the_same_seed_draws_the_same_people_and_another_seed_others():
    draws = {tuple(spot_rules.sample(range(50), (), 5, seed=seed)) for seed in range(20)}
    assert len(draws) > 15
    assert spot_rules.sample([3, 1, 2], (), 3, 4) == spot_rules.sample([1, 2, 3], (), 3, 4)


def test_nobody_is_drawn_twice_and_no_more_than_there_are():
    assert sorted(spot_rules.sample([1, 2, 3], [2, 9], 10, seed=1)) == [1, 2, 3]


def test_rates_by_skill_and_of_those_who_can_do_everything():
    answers = [
        ("a", Skill.ALARM, True),
        ("a", Skill.ESCAPE, True),
        ("b", Skill.ALARM, True),
        ("b", Skill.ESCAPE, False),
        ("c", Skill.ALARM, True),
    ]
    skills = spot_rules.SKILLS[Form.PUPIL_SKILL]
    rates = spot_rules.rates(answers, skills)
    assert [(rates[s].passed, rates[s].asked) for s in skills] == [(3, 3), (1, 2)]
    every = spot_rules.all_round(answers, skills)
    assert (every.passed, every.asked, every.percent) == (1, 3, 33)
    assert spot_rules.all_round([], skills).percent is None
