"""The rotation is fair within one, whoever is away and whatever was stood before."""

from collections import Counter
from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from unitsafe.roster.rotation import CATCH_UP, Turn, rotate, starting_counts
from unitsafe.roster.rules import span

MONDAY = date(2026, 11, 2)
GATE, BREAK, NIGHT = (time(7, 20), time(8)), (time(7, 40), time(9)), (time(21, 30), time(6))


def turn(number, shift=1, slot=1, hours=GATE):
    day = MONDAY + timedelta(days=number)
    return Turn(day, span(day, *hours), shift, slot)


@st.composite
def months(draw):
    """A month: up to three shifts (two overlap, one runs over midnight), people away here and there."""
    people = frozenset(range(1, draw(st.integers(1, 7)) + 1))
    turns = [
        turn(day, shift, slot, hours)
        for shift, hours in enumerate((GATE, BREAK, NIGHT)[: draw(st.integers(1, 3))], 1)
        for day in range(draw(st.integers(1, 8)))
        for slot in range(1, draw(st.integers(1, 2)) + 1)
    ]
    may = {
        one: people - draw(st.frozensets(st.sampled_from(sorted(people)), max_size=3))
        for one in turns
    }
    so_far = {one: draw(st.integers(0, 6)) for one in people}
    busy = {
        one: [span(MONDAY + timedelta(days=draw(st.integers(0, 7))), *GATE)]
        for one in draw(st.frozensets(st.sampled_from(sorted(people)), max_size=2))
    }
    return may, so_far, busy


def is_free(person, one, given, busy):
    held = [other.time for other, who in given.items() if who == person and other != one]
    return not any(one.time.overlaps(time) for time in [*held, *busy.get(person, ())])


@settings(max_examples=300, deadline=None)
@given(months())
def test_no_turn_could_go_to_somebody_who_has_had_two_fewer(month):
    may, so_far, busy = month
    found = rotate(may, so_far, busy)
    counts = Counter(starting_counts(may, so_far))
    counts.update(who for who in found.values() if who is not None)
    for one, who in found.items():
        for other in may[one]:
            if other == who or not is_free(other, one, found, busy):
                continue
            assert who is not None, "somebody could have taken it"
            assert counts[who] <= counts[other] + 1


@settings(max_examples=200, deadline=None)
@given(months())
def test_everyone_stands_only_what_they_may_and_never_twice_at_a_time(month):
    may, so_far, busy = month
    found = rotate(may, so_far, busy)
    assert found.keys() == may.keys()
    for one, who in found.items():
        if who is not None:
            assert who in may[one]
            assert is_free(who, one, found, busy)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 5))
def test_where_everybody_may_stand_everything_the_counts_differ_by_one_at_most(
    people, days, before
):
    pool = frozenset(range(people))
    found = rotate({turn(day): pool for day in range(days)}, dict.fromkeys(pool, before), {})
    counts = Counter(dict.fromkeys(pool, 0))
    counts.update(found.values())
    assert max(counts.values()) - min(counts.values()) <= 1
    assert None not in found.values()


@settings(max_examples=60, deadline=None)
@given(months(), st.randoms())
def test_the_order_of_the_input_does_not_matter(month, rng):
    may, so_far, busy = month
    keys = list(may)
    rng.shuffle(keys)
    assert rotate({one: may[one] for one in keys}, so_far, busy) == rotate(may, so_far, busy)


def test_one_who_is_there_only_at_the_end_of_the_month_still_gets_a_share():
    pool, late = frozenset({1, 2}), frozenset({1, 2, 3})
    found = rotate({turn(day): late if day >= 6 else pool for day in range(9)}, {}, {})
    assert Counter(found.values()) == {1: 3, 2: 3, 3: 3}


def test_a_turn_is_handed_on_through_a_third_person():
    """3 can take only what 2 has, 2 only what 1 has: 1 gives to 2, and 2 to 3."""
    may = {
        turn(0): frozenset({1, 2}),
        turn(1): frozenset({1}),
        turn(2): frozenset({1}),
        turn(3): frozenset({2, 3}),
        turn(4): frozenset({2}),
    }
    found = rotate(may, {1: 0, 2: 0, 3: 1}, {})
    assert found[turn(0)] == 2 and found[turn(3)] == 3
    assert Counter(found.values()) == {1: 2, 2: 2, 3: 1}


def test_a_new_teacher_does_not_stand_every_day_until_level_with_the_others():
    pool = frozenset({1, 2, 3})
    may = {turn(day): pool for day in range(6)}
    so_far = {1: 20, 2: 20, 3: 0}
    assert starting_counts(may, so_far)[3] == 20 - CATCH_UP
    assert Counter(rotate(may, so_far, {}).values())[3] < 6


def test_a_turn_nobody_may_stand_stays_open():
    assert rotate({turn(0): frozenset()}, {}, {}) == {turn(0): None}


def test_nobody_stands_twice_a_day_while_others_are_free():
    pool = frozenset({1, 2, 3, 4})
    later = (time(16, 30), time(17, 30))
    may = {turn(day, 1, 1, GATE): pool for day in range(2)}
    may |= {turn(day, 2, 1, later): pool for day in range(2)}
    found = rotate(may, {}, {})
    assert len({(one.day, who) for one, who in found.items()}) == 4
