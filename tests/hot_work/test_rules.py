"""Who may take which step of a permit, and when pupils are in the way."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from unitsafe.core.domain import Actor, NotAllowed, Right, RuleError
from unitsafe.hot_work import rules
from unitsafe.hot_work.rules import Action, DayFacts, Hours, Parties, State

PARTIES = Parties(applicant_id=1, watcher_id=2)
APPLICANT, WATCHER = Actor(1, "申请人"), Actor(2, "监护人")
APPROVER = Actor(3, "审批人", rights=frozenset({Right.APPROVE_HOTWORK}))
OWN = Actor(1, "申请人", rights=frozenset({Right.APPROVE_HOTWORK}))
OTHER = Actor(4, "别人")
OPEN = {
    (State.APPLIED, "审批人"): [Action.APPROVE, Action.REFUSE],
    (State.APPLIED, "申请人"): [Action.CANCEL],
    (State.APPROVED, "申请人"): [Action.CANCEL],
    (State.APPROVED, "监护人"): [Action.START],
    (State.WORKING, "监护人"): [Action.FINISH],
    (State.FINISHED, "监护人"): [Action.AFTER_CHECK],
    (State.FINISHED, "审批人"): [Action.AFTER_CHECK],
}
MONDAY = date(2026, 11, 23)
HOURS = Hours(7, 18)


@pytest.mark.parametrize(
    ("state", "actor"), list(product(State, (APPLICANT, WATCHER, APPROVER, OTHER)))
)
def test_only_the_listed_steps_are_open(state, actor):
    assert rules.open_actions(state, actor, PARTIES) == OPEN.get((state, actor.name), [])


def test_nobody_approves_what_they_applied_for():
    with pytest.raises(NotAllowed):
        rules.check(Action.APPROVE, State.APPLIED, OWN, PARTIES)


def test_a_step_out_of_turn_is_refused_with_the_state():
    with pytest.raises(RuleError, match="不能这样做"):
        rules.check(Action.FINISH, State.APPROVED, WATCHER, PARTIES)


def facts(day=MONDAY, *, teaching=False, boarding=False):
    return DayFacts(day, teaching, boarding)


@pytest.mark.parametrize(
    ("today", "before", "is_dormitory", "expected"),
    [
        (facts(), facts(), False, []),
        (facts(teaching=True, boarding=True), facts(boarding=True), False, [(420, 1080)]),
        (facts(), facts(boarding=True), True, [(0, 420)]),
        (facts(boarding=True), facts(), True, [(420, 1440)]),
        (
            facts(teaching=True, boarding=True),
            facts(boarding=True),
            True,
            [(0, 420), (420, 1080), (1080, 1440)],
        ),
    ],
)
def test_when_pupils_are_there(today, before, is_dormitory, expected):
    assert rules.pupils_there(today, before, HOURS, is_dormitory=is_dormitory) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "is_free"),
    [
        (time(18), time(20), True),
        (time(5), time(7), True),
        (time(17, 59), time(20), False),
        (time(6), time(7, 1), False),
        (time(9), time(10), False),
    ],
)
def test_a_window_that_touches_pupils_is_refused_by_day(starts, ends, is_free):
    there = [(420, 1080)]
    if is_free:
        rules.check_window(starts, ends, there, MONDAY)
        return
    with pytest.raises(RuleError, match="11月23日07:00—18:00有学生在"):
        rules.check_window(starts, ends, there, MONDAY)


def test_a_window_ends_on_its_day():
    with pytest.raises(RuleError, match="结束时间要晚于开始时间"):
        rules.check_window(time(20), time(1), [], MONDAY)


def test_the_last_day_of_a_certificate_still_holds():
    rules.check_certificate(MONDAY, MONDAY)
    with pytest.raises(RuleError, match="2026-11-22到期"):
        rules.check_certificate(MONDAY - timedelta(days=1), MONDAY)


def test_the_site_is_looked_at_item_by_item():
    rules.check_site({"a": "ok", "b": "na"}, ["a", "b"])
    with pytest.raises(RuleError, match="还有1项没有核查"):
        rules.check_site({"a": "ok"}, ["a", "b"])
    with pytest.raises(RuleError, match="不能开工"):
        rules.check_site({"a": "ok", "b": "fail"}, ["a", "b"])


def test_the_look_afterwards_waits():
    over = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert rules.after_check_from(over, 30) == over + timedelta(minutes=30)
    assert rules.number(2026, 7) == "DH-2026-0007"
