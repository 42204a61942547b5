"""States, numbers, masks: pure tables and functions."""

from datetime import date
from itertools import product

import pytest

from unitsafe.core.domain import Actor, Right
from unitsafe.tips import rules
from unitsafe.tips.rules import Action, State

HANDLER = Actor(1, "安全员", rights=frozenset({Right.DISPATCH_HAZARD}))
READER = Actor(2, "检查组", rights=frozenset({Right.VIEW_ALL}))
AFTER = [Action.ANSWER, Action.NOTE, Action.REWARD]
OPEN = {
    State.RECEIVED: [Action.ACCEPT, Action.MAKE_HAZARD, Action.ANSWER],
    State.ACCEPTED: [Action.MAKE_HAZARD, *AFTER],
    State.HAZARD: AFTER,
    State.ANSWERED: AFTER,
}


@pytest.mark.parametrize(("state", "actor"), list(product(State, (HANDLER, READER))))
def test_only_those_who_deal_with_tips_may_do_what_the_state_allows(state, actor):
    expected = OPEN[state] if actor is HANDLER else []
    assert rules.open_actions(state, actor) == expected


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("rating", [None, 3])
def test_the_sender_rates_once_after_the_answer(state, rating):
    assert rules.may_rate(state, rating) is (state is State.ANSWERED and rating is None)


@pytest.mark.parametrize(
    ("state", "today", "late"),
    [
        (State.RECEIVED, date(2026, 11, 30), 0),
        (State.RECEIVED, date(2026, 12, 1), 1),
        (State.HAZARD, date(2026, 12, 5), 5),
        (State.ANSWERED, date(2026, 12, 5), 0),
    ],
)
def test_a_tip_is_late_after_its_day_until_it_is_answered(state, today, late):
    due = rules.due_on(date(2026, 11, 23), 7)
    assert due == date(2026, 11, 30)
    assert rules.days_late(state, due, today) == late


@pytest.mark.parametrize(
    "typed",
    [
        "JB-2026-0007-K3QPX7",
        " jb2026 0007 k3qpx7 ",
        "JB—2026—0007—K3QPX7",
        "jb-2026-0007-k3qp-x7",
    ],
)
def test_a_number_is_understood_however_it_was_written_down(typed):
    assert rules.typed_number(typed) == ("JB-2026-0007", "K3QPX7")


@pytest.mark.parametrize(
    "typed",
    ["", "JB-2026-0007", "YH-2026-0007-K3QPX7", "K3QPX7", "x" * 5000, "JB-２０26-0007-K3QPX7"],
)
def test_what_is_no_number_is_none(typed):
    assert rules.typed_number(typed) is None


def test_the_secret_word_cannot_be_guessed_or_misread():
    words = {rules.new_word() for _ in range(200)}
    assert len(words) == 200
    assert all(len(word) >= 6 for word in words)
    assert not set("0O1IL5S8BUVZ") & set("".join(words))
    assert len(rules.SIGNS) ** rules.WORD_LENGTH > 100_000_000


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812341234", "138****1234"), ("66881", "****"), ("", "")],
)
def test_a_phone_is_masked(phone, masked):
    assert rules.masked_phone(phone) == masked


def test_a_name_is_masked():
    assert (rules.masked_name("王小明"), rules.masked_name("")) == ("王**", "")
