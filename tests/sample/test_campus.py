"""The sample school's places, grids, people and accounts."""

from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from unitsafe import clock, content
from unitsafe.grids import queries as grids
from unitsafe.grids.actors import actor_for
from unitsafe.grids.models import Assignment, Grid, GridPast, GridSpace, Handover, Role
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State
from unitsafe.people.devices import open_ones
from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus, SignIn
from unitsafe.people.passwords import is_password
from unitsafe.people.queries import holders, never_signed_in, without_account
from unitsafe.people.rules import works_on
from unitsafe.places.models import Space
from unitsafe.school.models import School


def test_it_has_the_promised_size(sample):
    counts = sample.counts
    assert (counts["楼栋"], counts["网格"], counts["教职工"]) == (6, 47, 50)
    assert 95 <= counts["部位"] <= 110
    assert 55 <= counts["隐患"] <= 80
    levels = Counter(sample.session.scalars(sa.select(Grid.level).where(Grid.is_active)))
    assert levels == {1: 1, 2: 6, 3: 40}
    assert sample.session.get(School, 1).is_sample


def test_every_space_is_in_exactly_one_leaf_grid(sample):
    rows = sample.session.execute(
        sa.select(Space.id, Grid.level)
        .outerjoin(GridSpace, sa.and_(GridSpace.space_id == Space.id, GridSpace.until_on.is_(None)))
        .outerjoin(Grid, Grid.id == GridSpace.grid_id)
    ).all()
    assert len(rows) == len({row.id for row in rows}) == sample.counts["部位"]
    assert {row.level for row in rows} == {3}


def test_every_kind_of_space_is_one_of_the_content(sample):
    kinds = set(sample.session.scalars(sa.select(Space.kind)))
    assert kinds <= set(content.load().space_kinds)
    assert len(kinds) >= 20


def test_every_leaf_has_a_member_and_every_block_a_leader(sample):
    now_held = sa.select(Assignment.grid_id, Assignment.role).where(Assignment.until_on.is_(None))
    held = {tuple(row) for row in sample.session.execute(now_held)}
    for grid in sample.session.scalars(sa.select(Grid).where(Grid.is_active)):
        assert (grid.id, Role.MEMBER if grid.level == 3 else Role.LEADER) in held
    ended = sa.select(sa.func.count()).where(Assignment.until_on.is_not(None))
    assert (
        sample.session.scalar(ended.select_from(Assignment)) == 5
    )  # 3 handed over, 1 merged, 1 helper


def test_its_tree_has_a_past(sample):
    past = sample.session.scalars(sa.select(GridPast).where(GridPast.into_id.is_not(None))).one()
    gone, into = (sample.session.get(Grid, one) for one in (past.grid_id, past.into_id))
    assert (gone.name, gone.is_active, into.name) == ("综合楼 医务室", False, "综合楼 公共区")
    codes = sample.session.scalars(
        sa.select(Grid.code).where(Grid.parent_id == into.parent_id, Grid.is_active)
    )
    assert sorted(codes) == [f"01-03-{number:02d}" for number in range(1, 11)]
    split = sample.session.scalars(sa.select(Grid).where(Grid.name == "综合楼 药品室")).one()
    stay = sample.session.scalars(sa.select(GridSpace).where(GridSpace.grid_id == split.id)).one()
    assert len(grids.held_spans(sample.session, stay.space_id)) == 2


def test_its_last_handover_took_an_open_hazard_along(sample):
    last = sample.session.scalars(sa.select(Handover).order_by(Handover.id.desc())).first()
    held = sample.session.scalars(sa.select(Hazard).where(Hazard.grid_id == last.grid_id)).one()
    assert (held.state, held.holder_id) == (State.ASSIGNED, last.to_id)
    assert last.done_at is not None


def test_all_required_posts_are_filled(sample):
    today = clock.local(sample.now).date()
    for key, post in content.load().posts.items():
        if post.required:
            assert holders(sample.session, key, today), key
    known = set(sample.session.scalars(sa.select(PersonPost.post)))
    assert known <= set(content.load().posts)


def test_one_person_left_and_one_absence_runs_today(sample):
    left = sample.session.scalars(sa.select(Person).where(Person.status == PersonStatus.LEFT)).one()
    assert actor_for(sample.session, left.id, today=clock.local(sample.now).date()) is None
    today = clock.local(sample.now).date()
    absences = sample.session.scalars(sa.select(Absence)).all()
    assert [a.from_on <= today <= a.until_on for a in absences].count(True) == 1
    assert len(absences) == 2


@pytest.mark.parametrize(
    ("username", "post"),
    [
        ("principal", "principal"),
        ("manager", "vice_principal_safety"),
        ("officer", "safety_officer"),
        ("leader", "grade_leader"),
        ("leader", "grid_leader"),
        ("teacher", "homeroom_teacher"),
        ("teacher", "grid_member"),
        ("inspector", "inspector"),
    ],
)
def test_the_promised_accounts_exist(sample, username, post):
    person = sample.session.scalars(sa.select(Person).where(Person.username == username)).one()
    assert is_password("unitsafe-demo", person.password_hash)
    actor = actor_for(sample.session, person.id, today=clock.local(sample.now).date())
    assert actor is not None
    assert post in actor.posts


def test_the_leader_leads_the_block_of_the_teacher(sample):
    leads = sample.session.scalars(
        sa.select(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(Person.username == "leader")
        .options(joinedload(Assignment.grid))
    ).one()
    mine = sample.session.scalars(
        sa.select(Grid)
        .join(Assignment, Assignment.grid_id == Grid.id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Person.username == "teacher", Assignment.role == Role.MEMBER)
    ).one()
    assert (leads.role, leads.grid.name) == (Role.LEADER, "教学楼B")
    assert mine.name == "教学楼B 三层"
    assert mine.parent_id == leads.grid_id


def test_nobody_starts_before_the_school_was_entered(sample):
    first = sample.session.scalar(sa.select(sa.func.min(Assignment.from_on)))
    created = clock.local(sample.session.get(School, 1).created_at).date()
    assert first - created == timedelta(0)


def test_accounts_are_in_every_state_that_a_school_knows(sample):
    session, today = sample.session, clock.local(sample.now).date()
    assert [one.name for one in never_signed_in(session, today)] == ["唐福生"]
    assert len(without_account(session)) == 3
    visitor = session.scalars(sa.select(Person).where(Person.account_until.is_not(None))).one()
    assert visitor.account_until < today
    part_time = session.scalars(sa.select(Person).where(Person.work_days != "")).all()
    assert [works_on(one.work_days, date(2026, 11, 24)) for one in part_time] == [False]


def test_people_are_signed_in_on_their_devices(sample):
    session, today = sample.session, clock.local(sample.now).date()
    for row in session.scalars(sa.select(SignIn)):
        assert row.made_at <= sample.now and row.last_seen_on <= today
    officer = session.scalars(sa.select(Person).where(Person.username == "officer")).one()
    assert len(open_ones(session, officer.id, today)) == 2
