"""Which papers a school needs, when one is looked through again, what makes a plan whole."""

from datetime import date

import pytest

from unitsafe.content import load
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.labels import label
from unitsafe.documents import labels, rules
from unitsafe.documents.rules import EVERYBODY, TOPICS, Kind, Mark, Part, Seat, Team, Topic
from unitsafe.school.rules import FLAGS

LEADER, MEMBER = Seat(True, True), Seat(False, True)
GONE_LEADER, GONE = Seat(True, False), Seat(False, False)


def test_there_are_the_thirteen_topics_of_the_law_and_every_topic_belongs_to_one_kind():
    assert len(TOPICS[Kind.POLICY]) == 13
    every = [topic for topics in TOPICS.values() for topic in topics]
    assert sorted(every) == sorted(Topic)
    assert all(label(topic) for topic in Topic)
    assert set(TOPICS) == set(Kind)


@pytest.mark.parametrize(
    ("flags", "number", "missing"),
    [
        (FLAGS, 12, {Topic.FIRE_TEAM}),
        (set(FLAGS) - {"is_small_unit"}, 13, set()),
        ({"has_gas", "has_fire_control_room"}, 13, set()),
        ({"has_canteen"}, 12, {Topic.CONTROL_ROOM}),
        ({"has_boarding"}, 11, {Topic.CONTROL_ROOM, Topic.FLAMMABLES}),
        ({"is_small_unit"}, 10, {Topic.CONTROL_ROOM, Topic.FLAMMABLES, Topic.FIRE_TEAM}),
    ],
)
def test_what_the_school_does_not_have_needs_no_policy(flags, number, missing):
    wanted = rules.required_policies(flags)
    assert len(wanted) == number
    assert set(TOPICS[Kind.POLICY]) - set(wanted) == missing


@pytest.mark.parametrize(
    ("kind", "topics", "why"),
    [
        (Kind.POLICY, [], "请勾选"),
        (Kind.EMERGENCY_PLAN, [], "请勾选"),
        (Kind.POLICY, [Topic.WHOLE_SCHOOL], "不符"),
        (Kind.OTHER, [Topic.PATROL], "不符"),
    ],
)
def test_topics_belong_to_the_kind(kind, topics, why):
    with pytest.raises(RuleError, match=why):
        rules.check_topics(kind, topics)


def test_a_compiled_booklet_is_about_everything_and_another_paper_about_nothing():
    rules.check_topics(Kind.POLICY, TOPICS[Kind.POLICY])
    rules.check_topics(Kind.OTHER, [])


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (None, None),
        (date(2026, 11, 22), Mark.LATE),
        (date(2026, 11, 23), Mark.SOON),
        (date(2026, 12, 23), Mark.SOON),
        (date(2026, 12, 24), None),
    ],
)
def test_the_mark_of_a_review(due, expected):
    assert rules.review_mark(due, date(2026, 11, 23), 30) is expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 25, date(2028, 12, 30)),
    ],
)
def test_months_later(day, months, expected):
    assert rules.months_after(day, months) == expected


def test_only_policies_and_plans_are_looked_through_by_themselves():
    day = date(2026, 9, 1)
    reviewed = {kind for kind in Kind if rules.next_review(kind, day, 12)}
    assert reviewed == {Kind.POLICY, Kind.EMERGENCY_PLAN}
    assert rules.next_review(Kind.POLICY, day, 12) == date(2027, 9, 1)


@pytest.mark.parametrize(
    ("seats", "stands"),
    [
        ([], False),
        ([LEADER], False),
        ([MEMBER, MEMBER], False),
        ([LEADER, MEMBER], True),
        ([GONE_LEADER, MEMBER, MEMBER], False),
        ([LEADER, GONE], False),
        ([LEADER, MEMBER, GONE], True),
    ],
)
def test_a_team_has_a_leader_and_somebody_else_who_are_here(seats, stands):
    assert rules.is_manned(seats) is stands


def test_a_whole_plan_has_nine_points():
    assert rules.plan_points(list(Part), list(Team)) == rules.WHOLE_PLAN == 9
    assert rules.plan_points([Part.ALARM, Part.ALARM], []) == 1


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        ({Right.MANAGE_SCHOOL}, True),
        ({Right.EDIT_BASIC_INFO, Right.VIEW_ALL}, True),
        ({Right.EDIT_BASIC_INFO}, False),
        ({Right.VIEW_ALL}, False),
    ],
)
def test_who_keeps_the_papers(rights, may):
    assert rules.may_edit(rights) is may


@pytest.mark.parametrize(
    ("posts", "audience", "is_asked"),
    [
        ({"cook"}, [EVERYBODY], True),
        (set(), [EVERYBODY], True),
        ({"cook"}, ["cook", "gatekeeper"], True),
        ({"cook"}, ["gatekeeper"], False),
        ({"cook"}, [], False),
        ({"inspector"}, [EVERYBODY], False),
    ],
)
def test_who_is_asked_to_read(posts, audience, is_asked):
    assert rules.is_addressed(posts, audience) is is_asked


def test_an_audience_in_words():
    assert labels.audience_words([EVERYBODY]) == "全体教职工"
    assert labels.audience_words(["cook"]) == load().posts["cook"].title
    assert labels.audience_words([]) == ""
