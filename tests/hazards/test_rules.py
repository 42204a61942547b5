"""The hazard's whole workflow as tables: who may do what when, deadlines, cards, numbers."""

from datetime import date, timedelta
from itertools import product

import pytest

from unitsafe import content
from unitsafe.core.domain import Actor, NotAllowed, Right
from unitsafe.hazards import rules
from unitsafe.hazards.forms import FORMS
from unitsafe.hazards.labels import DONE_WORDS
from unitsafe.hazards.rules import Action, Card, CardNumbers, Facts, Level, State, open_actions

HERE, THERE = 10, 20
ME, HOLDER, FIXER, FINDER = 1, 2, 3, 5
REPORTED, ASSIGNED, RECTIFIED = State.REPORTED, State.ASSIGNED, State.RECTIFIED
A = Action
DISPATCH, REJECT, DONE = A.DISPATCH, A.REJECT, A.REPORT_DONE
RECHECK, SEND_BACK, CLOSE = A.RECHECK, A.SEND_BACK, A.CLOSE
R = Right

SEND = (R.DISPATCH_HAZARD, R.ASSIGN_ALL, R.ASSIGN_HAZARD, R.ASSIGN_IN_GRID, R.DISPATCH_URGENT)
LEAD = (R.CONFIRM_MAJOR, R.CLOSE_MAJOR)
CLOSING = {
    Level.NORMAL: R.CLOSE_NORMAL,
    Level.SERIOUS: R.CLOSE_SERIOUS,
    Level.SUSPECTED_MAJOR: R.CLOSE_MAJOR,
    Level.MAJOR: R.CLOSE_MAJOR,
}
GRAVE = (Level.SUSPECTED_MAJOR, Level.MAJOR)
MARKS = {
    "plain": {},
    "stopped": {"is_stopped": True},
    "asking": {"asks_extension": True},
    "letters": {"is_escalated": True, "is_transferred": True},
    "supervised": {"supervisor_id": 4},
    "carded": {"card": Card.RED},
    "rated": {"is_rated": True},
    "rechecked": {"rechecked": True},
}
"""What may be so beside the state."""


def facts(state: State, level: Level = Level.NORMAL, **changes: object) -> Facts:
    values = {
        "grid_id": HERE,
        "holder_id": None if state is REPORTED else HOLDER,
        "fixed_by_id": FIXER if state in (RECTIFIED, State.CLOSED) else None,
        "reporter_id": FINDER,
    }
    return Facts(state, level, **{**values, **changes})


def actor(*rights: Right, id: int = ME, here: bool = True) -> Actor:
    return Actor(id, "某某", rights=frozenset(rights), leads=frozenset({HERE if here else THERE}))


# -- one right at a time ---------------------------------------------------------------------------


def expected(state: State, level: Level, right: Right, who: str, mark: str) -> set[Action]:
    """The workflow of product.md and the domain brief, written once more in other words."""
    found = set()
    is_open = state in (REPORTED, ASSIGNED, RECTIFIED)
    unfixed = state in (REPORTED, ASSIGNED)
    is_holder = who == "holder" and state is not REPORTED
    clean = who != "fixer" if state in (RECTIFIED, State.CLOSED) else True
    clean = clean and not is_holder
    if unfixed and right in SEND:
        found |= {DISPATCH} | ({REJECT} if clean and level not in GRAVE else set())
    if unfixed and right is R.FIX_ON_SPOT and level not in GRAVE and not is_holder:
        found.add(A.FIX_ON_SPOT)
    if state is ASSIGNED and who == "holder":
        found.add(DONE)
        if mark != "asking":
            found.add(A.REQUEST_EXTENSION)
    if state is ASSIGNED and right is R.SET_DEADLINE and clean and mark == "asking":
        found |= {A.GRANT_EXTENSION, A.REFUSE_EXTENSION}
    if state is RECTIFIED and clean:
        if right is R.RECHECK_HAZARD:
            found |= {SEND_BACK} | (set() if mark == "rechecked" else {RECHECK})
        if right is CLOSING[level] and level is not Level.SUSPECTED_MAJOR:
            found.add(CLOSE)
    if is_open and right in LEAD:
        found |= {A.CONFIRM_MAJOR} if level is Level.SUSPECTED_MAJOR else set()
        found |= {A.DOWNGRADE} if level is not Level.NORMAL else set()
    if is_open and mark != "stopped" and right in (R.STOP_USE, *SEND):
        found.add(A.STOP_USE)
    if is_open and mark == "stopped" and right is R.STOP_USE:
        found |= {A.RESUME_USE} if state is RECTIFIED or level not in GRAVE else set()
    if right in (*LEAD, R.DISPATCH_HAZARD):
        found |= {A.ESCALATE} if is_open else set()
        found |= {A.ESCALATION_REPLY} if mark == "letters" else set()
    if is_open and right is R.CLOSE_MAJOR:
        found.add(A.SUPERVISE)
    if is_open and mark == "supervised":
        found |= {A.PROGRESS} if who == "supervisor" or is_holder else set()
    if right in SEND:
        found |= {A.TRANSFER} if state is ASSIGNED else set()
        found |= {A.TRANSFER_REPLY} if mark == "letters" else set()
    if unfixed and right in LEAD and mark == "carded" and clean:
        found.add(A.LIFT_CARD)
    if state is State.CLOSED and who == "finder" and mark != "rated":
        found.add(A.RATE)
    return found


WHO = {"other": ME, "holder": HOLDER, "fixer": FIXER, "supervisor": 4, "finder": FINDER}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", WHO)
def test_each_right_opens_exactly_the_steps_of_the_table(state, who):
    for level, right, mark in product(Level, Right, MARKS):
        here = facts(state, level, **MARKS[mark])
        found = set(open_actions(here, actor(right, id=WHO[who])))
        assert found == expected(state, level, right, who, mark), (level, right, mark)


@pytest.mark.parametrize(("state", "level"), list(product(State, Level)))
def test_in_another_grid_no_right_opens_anything_but_the_holders_own(state, level):
    for right in set(Right) - {R.VIEW_ALL}:
        assert open_actions(facts(state, level), actor(right, here=False)) == []
    holder = Actor(HOLDER, "某某", rights=frozenset(Right) - {R.VIEW_ALL})
    own = [DONE, A.REQUEST_EXTENSION] if state is ASSIGNED else []
    assert open_actions(facts(state, level), holder) == own


@pytest.mark.parametrize("state", State)
def test_those_who_see_the_whole_school_act_in_every_grid(state):
    everywhere = Actor(ME, "某某", rights=frozenset(Right))
    assert open_actions(facts(state), everywhere) == open_actions(facts(state), actor(*Right))


@pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED])
def test_what_is_over_is_over_but_for_the_finders_rating(state):
    for person in (ME, HOLDER, FIXER):
        assert open_actions(facts(state), actor(*Right, id=person)) == []
    rated = [A.RATE] if state is State.CLOSED else []
    assert open_actions(facts(state), actor(id=FINDER)) == rated
    fixed_it_too = facts(state, fixed_by_id=FINDER)
    assert open_actions(fixed_it_too, actor(id=FINDER)) == []


@pytest.mark.parametrize("level", Level)
def test_whoever_had_to_fix_it_or_fixed_it_neither_rechecks_nor_closes_it(level):
    for person in (HOLDER, FIXER):
        found = open_actions(facts(RECTIFIED, level), actor(*Right, id=person))
        assert not {RECHECK, SEND_BACK, CLOSE} & set(found)


def test_whoever_may_close_says_it_by_closing_and_nobody_rechecks_twice():
    both = actor(R.RECHECK_HAZARD, R.CLOSE_NORMAL)
    assert open_actions(facts(RECTIFIED), both) == [CLOSE, SEND_BACK]
    assert open_actions(facts(RECTIFIED, Level.SERIOUS), both) == [RECHECK, SEND_BACK]
    seen = facts(RECTIFIED, Level.SERIOUS, rechecked=True)
    assert open_actions(seen, both) == [SEND_BACK]


# -- refusals say why and what to do ---------------------------------------------------------------


@pytest.mark.parametrize("action", rules.TRANSITIONS)
def test_every_refusal_has_words_and_knows_whether_it_is_the_person_or_the_moment(action):
    people = (actor(), actor(*Right), actor(*Right, id=HOLDER))
    for state, mark, level, person in product(State, MARKS, Level, people):
        here = facts(state, level, **MARKS[mark])
        no = rules.refusal(action, here, person)
        assert (no is None) is (action in open_actions(here, person))
        if no is not None:
            text = str(no.error)
            assert text.endswith(("。", "！")) and "%(" not in text
            assert isinstance(no.error, NotAllowed) is no.is_right


REFUSALS = [
    (CLOSE, facts(RECTIFIED, Level.SERIOUS), actor(), True, "分管安全副校长或校长"),
    (CLOSE, facts(RECTIFIED), actor(*Right, id=FIXER), True, "不能自己"),
    (CLOSE, facts(ASSIGNED), actor(*Right), False, "正在整改"),
    (DISPATCH, facts(State.CLOSED), actor(*Right), False, "已经销号"),
    (DONE, facts(ASSIGNED), actor(*Right), True, "整改责任人"),
    (DONE, facts(REPORTED), actor(*Right), False, "还没有派单"),
    (A.RESUME_USE, facts(ASSIGNED, Level.MAJOR, is_stopped=True), actor(*Right), False, "整改完成"),
    (A.FIX_ON_SPOT, facts(REPORTED, Level.MAJOR), actor(*Right), False, "派单整改"),
    (A.SUPERVISE, facts(ASSIGNED), actor(), True, "校长"),
    (A.LIFT_CARD, facts(ASSIGNED), actor(*Right), False, "没有红黄牌"),
]


@pytest.mark.parametrize(("action", "here", "person", "is_right", "words"), REFUSALS)
def test_a_refusal_says_whom_to_ask_or_what_comes_first(action, here, person, is_right, words):
    no = rules.refusal(action, here, person)
    assert no.is_right is is_right and words in str(no.error)


NEED_FIELDS = {
    rules.Need.REASON: "reason",
    rules.Need.MEASURE: "measure",
    rules.Need.PERSON: "to_id",
    rules.Need.LEVEL: "level",
    rules.Need.DEADLINE: "due_on",
    rules.Need.BODY: "body",
    rules.Need.REPLY: "reply",
    rules.Need.PROGRESS: "note",
    rules.Need.STARS: "stars",
}
"""The field in which a form asks for what a step needs; photos travel beside the form."""


def test_each_step_has_a_form_that_asks_for_what_it_needs_and_words_when_it_is_done():
    assert set(FORMS) == set(rules.TRANSITIONS) == set(DONE_WORDS)
    for action, step in rules.TRANSITIONS.items():
        fields = {name for name in vars(FORMS[action]) if not name.startswith("_")}
        for base in FORMS[action].__mro__:
            fields |= {name for name in vars(base) if not name.startswith("_")}
        asked = {NEED_FIELDS[need] for need in step.needs if need is not rules.Need.PHOTO}
        assert asked <= fields, action
        assert step.who_may and step.does


# -- lateness tells the next person ----------------------------------------------------------------

STEPS = [
    (Level.NORMAL, -1, 0),
    (Level.NORMAL, 0, 0),
    (Level.NORMAL, 1, 1),
    (Level.NORMAL, 7, 1),
    (Level.NORMAL, 8, 2),
    (Level.NORMAL, 14, 2),
    (Level.NORMAL, 15, 3),
    (Level.NORMAL, 400, 3),
    (Level.SERIOUS, 0, 0),
    (Level.SERIOUS, 1, 2),
    (Level.MAJOR, 8, 3),
    (Level.SUSPECTED_MAJOR, 400, 3),
]


@pytest.mark.parametrize(("level", "late", "step"), STEPS)
def test_the_longer_and_graver_the_further_up(level, late, step):
    assert rules.lateness_step(level, late, 7) == step


# -- the posts of a school -------------------------------------------------------------------------

CLOSES = {
    "principal": set(Level) - {Level.SUSPECTED_MAJOR},
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


def test_the_states_are_joined_as_the_workflow_says():
    moves = {(s, t.target) for t in rules.TRANSITIONS.values() for s in t.sources if t.target}
    assert moves == {
        (REPORTED, ASSIGNED),
        (ASSIGNED, ASSIGNED),
        (REPORTED, State.REJECTED),
        (ASSIGNED, State.REJECTED),
        (REPORTED, RECTIFIED),
        (ASSIGNED, RECTIFIED),
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
    assert rules.card(state, level, DUE, today, CardNumbers()) is card
    counted = max(0, late) if state in (REPORTED, ASSIGNED) else 0
    assert rules.days_late(state, DUE, today) == counted


def test_without_a_deadline_nothing_is_late():
    assert rules.card(REPORTED, Level.MAJOR, None, date(2099, 1, 1), CardNumbers()) is None
    assert rules.days_late(REPORTED, None, date(2099, 1, 1)) == 0


@pytest.mark.parametrize(
    ("red_after", "card"), [(1, Card.RED), (2, Card.YELLOW), (60, Card.YELLOW)]
)
def test_the_school_says_when_yellow_turns_red(red_after, card):
    numbers = CardNumbers(red_after)
    assert rules.card(ASSIGNED, Level.NORMAL, DUE, DUE + timedelta(days=2), numbers) is card


TIMES = [
    (2, ASSIGNED, None),
    (3, ASSIGNED, Card.YELLOW),
    (3, RECTIFIED, Card.YELLOW),
    (4, State.CLOSED, None),
]


@pytest.mark.parametrize(("times", "state", "card"), TIMES)
def test_the_same_for_the_third_time_in_30_days_is_yellow_until_it_is_closed(times, state, card):
    assert rules.card(state, Level.NORMAL, DUE, DUE, CardNumbers(), times=times) is card


LIFTED = [
    (1, None, Card.YELLOW),
    (1, Card.YELLOW, None),
    (8, Card.YELLOW, Card.RED),
    (8, Card.RED, None),
]


@pytest.mark.parametrize(("late", "lifted", "card"), LIFTED)
def test_a_lifted_card_is_gone_but_a_graver_one_comes(late, lifted, card):
    today = DUE + timedelta(days=late)
    assert rules.card(ASSIGNED, Level.NORMAL, DUE, today, CardNumbers(), lifted=lifted) is card


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
