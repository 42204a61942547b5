"""The figures of the assessment on small ledgers counted by hand."""

from datetime import date

import pytest

from unitsafe.core.figures import METRICS, Period
from unitsafe.documents import queries, services
from unitsafe.documents.rules import Kind, Part, State, Team, Topic
from unitsafe.documents.services import TeamList
from unitsafe.people.models import PersonStatus

DAY = date(2026, 11, 23)
QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), DAY)


@pytest.fixture
def figure(app, session):
    """`figure(key, on)`: amount, whole, and the titles of the rows behind it."""

    def count(key, on=DAY):
        period = Period(QUARTER.first, QUARTER.last, on)
        with app.app_context():
            found = METRICS[key](session, period)
            titles = sorted(one.title for one in session.scalars(found.records))
        return found.amount, found.whole, titles

    return count


@pytest.fixture
def act(app, make, session):
    def do(service, one, **kwargs):
        with app.app_context():
            by = make.actor(make.someone("officer"))
            found = queries.document(session, by, one.id)
            service(session, found, by=by, now=make.now(), **kwargs)
            session.commit()

    return do


def test_without_papers_both_figures_are_nothing_of_what_is_needed(make, figure):
    make.school(has_boarding=True)
    assert figure("fire_policy_docs_ratio") == (0, 11, [])
    assert figure("emergency_plan_score") == (0, 9, [])


def test_a_key_post_needs_somebody_and_a_paper_that_names_them(make, figure, session, act):
    make.school(has_boarding=True)
    key = "key_posts_filled_ratio"
    assert figure(key) == (0, 4, [])
    for role in ("principal", "manager", "officer"):
        make.someone(role)
    assert figure(key) == (0, 4, []), "no paper says so"
    topics = [Topic.RESPONSIBLE_PERSON, Topic.FIRE_MANAGER, Topic.FIRE_DEPARTMENT]
    paper = make.document(None, Kind.APPOINTMENT, title="任命", topics=topics)
    assert figure(key) == (2, 4, ["任命"])
    make.document(None, Kind.APPOINTMENT, title="专职", topics=[Topic.FIRE_STAFF])
    assert figure(key)[0] == 3
    assert figure(key, date(2026, 8, 31)) == (0, 4, [])
    make.school().flags = {"is_small_unit": True}
    session.commit()
    assert figure(key)[:2] == (3, 3)
    act(services.set_state, paper, state=State.WITHDRAWN, note="")
    assert figure(key) == (1, 3, ["专职"])


def test_policies_count_by_topic_when_somebody_went_through_them_within_a_year(make, figure, act):
    make.school(has_boarding=True)
    make.document(None, title="汇编", topics=[Topic.PATROL, Topic.HAZARDS, Topic.TRAINING])
    make.document(Topic.PATROL, title="又一份巡查制度")
    make.document(Topic.CONTROL_ROOM, title="用不着的")
    make.document(Topic.EVACUATION, title="旧制度", issued_on=date(2025, 11, 22))
    make.document(Topic.FACILITIES, title="刚好一年", issued_on=date(2025, 11, 23))
    make.document(Topic.REWARDS, title="还没发布的", issued_on=DAY)
    make.document(Topic.WHOLE_SCHOOL, Kind.EMERGENCY_PLAN, title="预案")
    withdrawn = make.document(Topic.FIRE_TEAM, title="已废止")
    act(services.set_state, withdrawn, state=State.WITHDRAWN, note="")
    assert figure("fire_policy_docs_ratio") == (5, 11, ["旧制度"])
    assert figure("fire_policy_docs_ratio", date(2026, 11, 22)) == (6, 11, [])


def test_a_review_makes_an_old_policy_count_from_its_day_on(make, figure, act):
    make.school(has_boarding=True)
    old = make.document(Topic.EVACUATION, title="旧制度", issued_on=date(2024, 3, 1))
    act(services.review, old, reviewed_on=date(2026, 11, 20))
    assert figure("fire_policy_docs_ratio") == (1, 11, [])
    assert figure("fire_policy_docs_ratio", date(2026, 11, 19)) == (0, 11, ["旧制度"])


def plan_with(make, act, *, parts=tuple(Part), teams=tuple(Team), **facts):
    plan = make.emergency_plan(**facts)
    leader, member = make.person("组长"), make.person("组员")
    act(
        services.fill_plan,
        plan,
        number=1,
        parts=dict.fromkeys(parts, "第1页"),
        teams={team: TeamList(leader.id, [member.id]) for team in teams},
    )
    return plan, leader


def test_a_plan_scores_its_parts_and_its_teams(make, figure, act):
    plan_with(make, act, parts=[Part.ALARM, Part.EVACUATION], teams=[Team.GUIDE])
    assert figure("emergency_plan_score") == (3, 9, ["灭火和应急疏散预案"])


def test_a_whole_plan_scores_everything_until_it_is_older_than_a_year(make, figure, act):
    plan_with(make, act, issued_on=date(2025, 11, 23))
    assert figure("emergency_plan_score")[0] == 9
    assert figure("emergency_plan_score", date(2026, 11, 24))[0] == 0


def test_a_plan_for_one_place_is_not_the_schools(make, figure):
    make.document(Topic.ONE_PLACE, Kind.EMERGENCY_PLAN)
    assert figure("emergency_plan_score") == (0, 9, [])


def test_a_team_whose_leader_left_no_longer_counts(make, session, figure, act):
    _plan, leader = plan_with(make, act)
    leader.status, leader.left_on = PersonStatus.LEFT, date(2026, 11, 20)
    session.commit()
    assert figure("emergency_plan_score")[0] == 5
    assert figure("emergency_plan_score", date(2026, 11, 19))[0] == 9


def test_a_new_version_begins_with_no_part_located(make, figure, act):
    plan, _leader = plan_with(make, act)
    act(services.add_version, plan, issued_on=date(2026, 11, 21), note="修订")
    assert figure("emergency_plan_score")[0] == 4
    assert figure("emergency_plan_score", date(2026, 11, 20))[0] == 9
