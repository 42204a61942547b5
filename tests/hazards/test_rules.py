"""The hazard's whole workflow as tables: who may do what when, deadlines, cards, numbers."""

from datetime import date, timedelta
from itertools import product

import pytest

from unitsafe import content
from unitsafe.core.domain import Actor, Right
from unitsafe.hazards import rules
from unitsafe.hazards.rules import Action, Card, Facts, Level, State, open_actions

HERE, THERE = 10, 20
ME, HOLDER, FIXER = 1, 2, 3
REPORTED, ASSIGNED, RECTIFIED = State.REPORTED, State.ASSIGNED, State.RECTIFIED
DISPATCH, REJECT, DONE = Action.DISPATCH, Action.REJECT, Action.REPORT_DONE
RECHECK, SEND_BACK, CLOSE = Action.RECHECK, Action.SEND_BACK, Action.CLOSE
R = Right

SEND = (R.DISPATCH_HAZARD, R.ASSIGN_ALL, R.ASSIGN_HAZARD, R.ASSIGN_IN_GRID, R.DISPATCH_URGENT)
CLOSING = {
    Level.NORMAL: R.CLOSE_NORMAL,
    Level.SERIOUS: R.CLOSE_SERIOUS,
    Level.SUSPECTED_MAJOR: R.CLOSE_MAJOR,
    Level.MAJOR: R.CLOSE_MAJOR,
}


def facts(state: State, level: Level = Level.NORMAL, **changes: object) -> Facts:
    values = {
        "grid_id": HERE,
        "holder_id": None if state is REPORTED else HOLDER,
        "fixed_by_id": FIXER if state in (RECTIFIED, State.CLOSED) else None,
    }
    return Facts(state, level, **{**values, **changes})


def actor(*rights: Right, id: int = ME, here: bool = True) -> Actor:
    return Actor(id, "某某", rights=frozenset(rights), leads=frozenset({HERE if here else THERE}))


# -- one right at a time ---------------------------------------------------------------------------


def expected(state: State, level: Level, right: Right, who: str) -> set[Action]:
    """The table of product.md and the domain brief, written once more in other words."""
    found = set()
    if state in (REPORTED, ASSIGNED) and right in SEND:
        found |= {DISPATCH, REJECT}
    if state is ASSIGNED and who == "holder":
        found.add(DONE)
    if state is RECTIFIED and who == "other":
        if right is R.RECHECK_HAZARD:
            found |= {RECHECK, SEND_BACK}
        if right is CLOSING[level]:
            found.add(CLOSE)
    return found


WHO = {"other": ME, "holder": HOLDER, "fixer": FIXER}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", WHO)
def test_each_right_opens_exactly_the_actions_of_the_table(state, who):
    for level, right in product(Level, Right):
        person = actor(right, id=WHO[who])
        found = set(open_actions(facts(state, level), person))
        assert found == expected(state, level, right, who), (level, right)


@pytest.mark.parametrize(("state", "level"), list(product(State, Level)))
def test_in_another_grid_no_right_opens_anything_but_the_holders_own_report(state, level):
    for right in set(Right) - {R.VIEW_ALL}:
        assert open_actions(facts(state, level), actor(right, here=False)) == []
    holder = actor(*Right, id=HOLDER, here=False)
    holder = Actor(HOLDER, "某某", rights=frozenset(Right) - {R.VIEW_ALL})
    assert open_actions(facts(state, level), holder) == ([DONE] if state is ASSIGNED else [])


@pytest.mark.parametrize("state", State)
def test_those_who_see_the_whole_school_act_in_every_grid(state):
    everywhere = Actor(ME, "某某", rights=frozenset(Right))
    assert open_actions(facts(state), everywhere) == open_actions(facts(state), actor(*Right))


@pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED])
def test_what_is_over_is_over_for_everybody(state):
    for person in (ME, HOLDER, FIXER):
        assert open_actions(facts(state), actor(*Right, id=person)) == []


@pytest.mark.parametrize("level", Level)
def test_whoever_had_to_fix_it_or_fixed_it_neither_rechecks_nor_closes_it(level):
    for person in (HOLDER, FIXER):
        assert open_actions(facts(RECTIFIED, level), actor(*Right, id=person)) == []


def test_whoever_may_close_says_it_by_closing_and_nobody_rechecks_twice():
    both = actor(R.RECHECK_HAZARD, R.CLOSE_NORMAL)
    assert open_actions(facts(RECTIFIED), both) == [SEND_BACK, CLOSE]
    assert open_actions(facts(RECTIFIED, Level.SERIOUS), both) == [RECHECK, SEND_BACK]
    seen = facts(RECTIFIED, Level.SERIOUS, rechecked=True)
    assert open_actions(seen, both) == [SEND_BACK]


# -- the posts of a school -------------------------------------------------------------------------

CLOSES = {
    "principal": set(Level),
    "vice_principal_safety": {Level.NORMAL, Level.SERIOUS},
    "safety_director": {Level.NORMAL},
    "grid_leader": {Level.NORMAL},
}
DISPATCHES = {
    "principal",
    "vice_principal_safety",
    "vice_principal_teaching",
    "vice_principal_logistics",
    "safety_director",
    "safety_officer",
    "grid_leader",
    "duty_leader",
}
RECHECKS = {
    "principal",
    "vice_principal_safety",
    "safety_director",
    "safety_officer",
    "grid_leader",
}


@pytest.mark.parametrize("post", sorted(content.load().posts))
def test_each_post_does_with_a_hazard_of_its_grid_what_its_duties_say(post):
    person = actor(*(Right(right) for right in content.load().posts[post].rights))
    for level in Level:
        assert (CLOSE in open_actions(facts(RECTIFIED, level), person)) is (
            level in CLOSES.get(post, set())
        )
    for state in (REPORTED, ASSIGNED):
        assert (DISPATCH in open_actions(facts(state), person)) is (post in DISPATCHES)
    assert (SEND_BACK in open_actions(facts(RECTIFIED), person)) is (post in RECHECKS)
    assert DONE not in open_actions(facts(ASSIGNED), person)


def test_every_action_that_changes_the_state_is_in_the_table():
    assert set(rules.TRANSITIONS) == {DISPATCH, REJECT, DONE, RECHECK, SEND_BACK, CLOSE}
    moves = {(s, t.target or s) for t in rules.TRANSITIONS.values() for s in t.sources}
    assert moves == {
        (REPORTED, ASSIGNED),
        (ASSIGNED, ASSIGNED),
        (REPORTED, State.REJECTED),
        (ASSIGNED, State.REJECTED),
        (ASSIGNED, RECTIFIED),
        (RECTIFIED, RECTIFIED),
        (RECTIFIED, ASSIGNED),
        (RECTIFIED, State.CLOSED),
    }


# -- deadlines, cards, numbers ---------------------------------------------------------------------

DAYS = {"days_normal": 3, "days_serious": 7, "days_major": 1}
DEADLINES = [
    (Level.NORMAL, date(2026, 11, 26)),
    (Level.SERIOUS, date(2026, 11, 30)),
    (Level.SUSPECTED_MAJOR, date(2026, 11, 24)),
    (Level.MAJOR, date(2026, 11, 24)),
]


@pytest.mark.parametrize(("level", "due_on"), DEADLINES)
def test_the_deadline_follows_the_level(level, due_on):
    assert rules.default_deadline(level, date(2026, 11, 23), DAYS) == due_on


@pytest.mark.parametrize("level", Level)
def test_a_deadline_of_no_days_is_today_and_years_are_crossed(level):
    assert rules.default_deadline(level, date(2026, 12, 31), dict.fromkeys(DAYS, 0)).day == 31
    assert rules.default_deadline(level, date(2026, 12, 31), dict.fromkeys(DAYS, 1)).year == 2027


DUE = date(2026, 11, 23)
HIGHER = [level for level in Level if level is not Level.NORMAL]
CARDS = [
    *((state, Level.NORMAL, late, None) for state in (REPORTED, ASSIGNED) for late in (-30, -1, 0)),
    *(
        (state, Level.NORMAL, late, Card.YELLOW)
        for state in (REPORTED, ASSIGNED)
        for late in (1, 7)
    ),
    *((state, Level.NORMAL, late, Card.RED) for state in (REPORTED, ASSIGNED) for late in (8, 400)),
    *((ASSIGNED, level, 0, None) for level in HIGHER),
    *((ASSIGNED, level, 1, Card.RED) for level in HIGHER),
    *(
        (state, level, 100, None)
        for state in (RECTIFIED, State.CLOSED, State.REJECTED)
        for level in Level
    ),
]


@pytest.mark.parametrize(("state", "level", "late", "card"), CARDS)
def test_cards_follow_from_level_deadline_and_today(state, level, late, card):
    today = DUE + timedelta(days=late)
    assert rules.card(state, level, DUE, today, 7) is card
    counted = max(0, late) if state in (REPORTED, ASSIGNED) else 0
    assert rules.days_late(state, DUE, today) == counted


def test_without_a_deadline_nothing_is_late():
    assert rules.card(REPORTED, Level.MAJOR, None, date(2099, 1, 1), 7) is None
    assert rules.days_late(REPORTED, None, date(2099, 1, 1)) == 0


@pytest.mark.parametrize(
    ("red_after", "card"), [(1, Card.RED), (2, Card.YELLOW), (60, Card.YELLOW)]
)
def test_the_school_says_when_yellow_turns_red(red_after, card):
    assert rules.card(ASSIGNED, Level.NORMAL, DUE, DUE + timedelta(days=2), red_after) is card


NUMBERS = [
    (2026, 1, "YH-2026-0001"),
    (2026, 9999, "YH-2026-9999"),
    (2026, 10000, "YH-2026-10000"),
    (2027, 61, "YH-2027-0061"),
]


@pytest.mark.parametrize(("year", "serial", "number"), NUMBERS)
def test_a_number_holds_year_and_serial(year, serial, number):
    assert rules.number(year, serial) == number


def test_every_level_of_the_checklists_is_known_and_none_is_major_at_once():
    used = {item.level for one in content.load().checklists.values() for item in one.items}
    assert used <= set(rules.LEVEL_OF_CONTENT)
    assert Level.MAJOR not in rules.LEVEL_OF_CONTENT.values()
