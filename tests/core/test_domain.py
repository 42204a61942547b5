"""The words that all rules share: rights, where they reach, refusals."""

import pytest

from unitsafe import content
from unitsafe.core.domain import Actor, Right, RuleError, can

HERE, THERE = 1, 2
CLOSE, SEND = Right.CLOSE_NORMAL, Right.DISPATCH_HAZARD


def actor(*rights: Right, leads: int = 0, keeps: int = 0) -> Actor:
    return Actor(
        1,
        "某某",
        rights=frozenset(rights),
        leads=frozenset({leads} - {0}),
        keeps=frozenset({keeps} - {0}),
    )


REACH = [
    ("without the right", actor(SEND), CLOSE, None, False),
    ("without the right, here", actor(SEND, leads=HERE), CLOSE, HERE, False),
    ("with it, nowhere in particular", actor(CLOSE), CLOSE, None, True),
    ("with it, outside one's grids", actor(CLOSE), CLOSE, HERE, False),
    ("with it, in a grid one leads", actor(CLOSE, leads=HERE), CLOSE, HERE, True),
    ("with it, in a grid one keeps", actor(CLOSE, keeps=HERE), CLOSE, HERE, True),
    ("with it, in another's grid", actor(CLOSE, leads=THERE, keeps=THERE), CLOSE, HERE, False),
    ("with it and the whole school", actor(CLOSE, Right.VIEW_ALL), CLOSE, HERE, True),
    ("with the whole school alone", actor(Right.VIEW_ALL), CLOSE, HERE, False),
    ("one of several", actor(SEND, leads=HERE), (CLOSE, SEND), HERE, True),
    ("none of several", actor(Right.STOP_USE, leads=HERE), (CLOSE, SEND), HERE, False),
    ("no right asked for", actor(CLOSE, Right.VIEW_ALL), (), None, False),
]


@pytest.mark.parametrize(("who", "person", "rights", "grid", "expected"), REACH)
def test_a_right_reaches_as_far_as_ones_grids(who, person, rights, grid, expected):
    assert can(person, rights, grid) is expected, who


def test_the_grids_one_sees_are_those_one_leads_and_keeps():
    assert actor(leads=HERE, keeps=THERE).grids == {HERE, THERE}


def test_the_origin_of_a_request_makes_nobody_another_person():
    assert Actor(1, "某某", origin="phone") == Actor(1, "某某", origin="office")


def test_every_right_of_the_duties_is_known_and_every_known_right_is_held_by_some_post():
    held = {right for post in content.load().posts.values() for right in post.rights}
    assert held == {right.value for right in Right}


def test_a_refusal_names_whom_and_keeps_its_parts_for_translation():
    refusal = RuleError("%(name)s已经离校，请选其他人。", name="张%三")
    assert str(refusal) == "张%三已经离校，请选其他人。"
    assert (refusal.message, refusal.values) == (
        "%(name)s已经离校，请选其他人。",
        {"name": "张%三"},
    )


def test_a_refusal_without_values_may_hold_a_percent_sign():
    assert str(RuleError("完成率低于100%。")) == "完成率低于100%。"
