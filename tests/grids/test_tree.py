"""Editing the tree: numbers follow, spaces move along, the past stays."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids import queries, services
from unitsafe.grids.models import Assignment, Grid, GridPast, GridSpace, Role
from unitsafe.places.models import Space

TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)
BY = Actor(id=1, name="安全员")


@pytest.fixture
def tree(make):
    """Two blocks: 教学楼片 with 一层, 二层, 三层; 宿舍片 with 宿舍一层."""
    names = ("一层", "二层", "三层")
    found = {name: make.grid(name) for name in names}
    found["宿舍一层"] = make.grid("宿舍一层", block="宿舍片")
    return {**found, "教学楼片": make.block(), "宿舍片": make.block("宿舍片"), "全校": make.root()}


@pytest.fixture
def do(session, make):
    """`do(services.move, grid, parent)`: carry out an edit and commit."""

    def carry_out(service, *args, **values):
        made = service(session, *args, by=BY, now=make.now(), **values)
        session.commit()
        return made

    return carry_out


def codes(session):
    return {grid.name: grid.code for grid in queries.grids(session)}


def ids(session, grid, day=TODAY):
    return {space.id for space in queries.spaces_of(session, [grid.id], day).get(grid.id, [])}


def test_a_leaf_moves_to_another_block_and_the_numbers_close_up(tree, do, session):
    held = ids(session, tree["一层"])
    do(services.move, tree["一层"], tree["宿舍片"])
    assert codes(session) == {
        "全校": "01",
        "教学楼片": "01-01",
        "二层": "01-01-01",
        "三层": "01-01-02",
        "宿舍片": "01-02",
        "宿舍一层": "01-02-01",
        "一层": "01-02-02",
    }
    assert ids(session, tree["一层"]) == held


def test_a_block_moved_down_takes_its_leaves_numbers_along(tree, do, session):
    do(services.shift, tree["教学楼片"], 1)
    assert [grid.code for grid in queries.grids(session) if grid.name.endswith("层")] == [
        "01-01-01", "01-02-01", "01-02-02", "01-02-03",
    ]  # fmt: skip
    assert codes(session)["宿舍片"] == "01-01"
    with pytest.raises(RuleError, match="已经是最后一个"):
        do(services.shift, tree["教学楼片"], 1)
    session.rollback()
    with pytest.raises(RuleError, match="不能调先后"):
        do(services.shift, tree["全校"], 1)


def test_a_split_leaf_is_followed_by_the_new_one(tree, do, session, make):
    leaf, keeper = tree["一层"], make.person("小李")
    stays, goes = sorted(ids(session, leaf))
    new = do(services.split, leaf, name="一层东", space_ids=[goes], member=keeper)
    assert codes(session) | {"一层": "01-01-01", "一层东": "01-01-02", "二层": "01-01-03"} == codes(
        session
    )
    assert (ids(session, leaf), ids(session, new)) == ({stays}, {goes})
    assert ids(session, leaf, YESTERDAY) == {stays, goes}
    assert queries.duty_holder(session, goes, TODAY).name == "小李"


def test_a_merged_leaf_gives_everything_away_and_keeps_its_page(tree, do, session, make):
    gone, into = tree["一层"], tree["宿舍一层"]
    old = make.person("老张")
    make.assign(old, gone)
    spaces = ids(session, gone)
    do(services.merge, gone, into)
    assert spaces < ids(session, into)
    assert (gone.is_active, gone.code) == (False, f"x{gone.id}")
    assert codes(session)["二层"] == "01-01-01"
    assert queries.merged_into(session) == {gone.id: into.id}
    assert [one.until_on for one in queries.assignments_of(session, gone.id)] == [YESTERDAY]
    assert gone.id in queries.below(session, ["01-01"])


def test_merged_blocks_share_their_leaves(tree, do, session):
    do(services.merge, tree["教学楼片"], tree["宿舍片"])
    assert codes(session) == {
        "全校": "01", "宿舍片": "01-01", "宿舍一层": "01-01-01",
        "一层": "01-01-02", "二层": "01-01-03", "三层": "01-01-04",
    }  # fmt: skip


def test_a_grid_with_spaces_is_not_retired_and_an_empty_one_is(tree, do, session, make):
    with pytest.raises(RuleError, match="还有2个部位"):
        do(services.retire, tree["一层"])
    session.rollback()
    with pytest.raises(RuleError, match="还有3个网格"):
        do(services.retire, tree["教学楼片"])
    session.rollback()
    empty = make.empty_grid("空网格")
    do(services.retire, empty)
    assert "空网格" not in codes(session)
    with pytest.raises(RuleError, match="已经撤销"):
        make.assign(make.person(), empty)


def test_a_space_out_of_use_comes_back_to_the_grid_that_took_its_own_over(tree, do, session):
    gone, into = tree["一层"], tree["二层"]
    space = session.get(Space, min(ids(session, gone)))
    space.is_active = False
    do(services.merge, gone, into)
    assert queries.grid_of_space(session, space.id, TODAY) == into.id


def test_an_old_number_leads_to_whoever_had_it_last(tree, do, session):
    do(services.move, tree["三层"], tree["宿舍片"])
    assert queries.grid_by_code(session, "01-01-03") is None
    assert queries.former_grid(session, "01-01-03") is tree["三层"]
    assert queries.former_grid(session, "01-09-01") is None


def test_the_tree_of_a_past_day_is_as_it_was(tree, do, session, make, now):
    leaf = tree["一层"]
    now.set("2026-10-12T09:00")
    do(services.rename_grid, leaf, "首层")
    do(services.rename_grid, leaf, "底层")  # twice on one day
    now.set("2026-11-02T09:00")
    do(services.move, leaf, tree["宿舍片"])

    def then(day):
        one = queries.tree_on(session, day)[leaf.id]
        return one.name, one.code, one.parent_id

    school, dorm = tree["教学楼片"].id, tree["宿舍片"].id
    assert then(date(2026, 10, 11)) == ("一层", "01-01-01", school)
    assert then(date(2026, 10, 12)) == ("底层", "01-01-01", school)
    assert then(date(2026, 11, 1)) == ("底层", "01-01-01", school)
    assert then(date(2026, 11, 2)) == ("底层", "01-02-02", dorm)
    assert [one.name for one in queries.past_of(session, leaf.id)] == ["底层", "首层", "一层"]


def test_who_answered_on_a_past_day_is_read_in_the_tree_of_that_day(tree, do, session, make, now):
    """教学楼片 has a leader, 宿舍片 another; the leaf has no member and moves."""
    leaf, space = tree["一层"], min(ids(session, tree["一层"]))
    make.assign(make.person("教学楼长"), tree["教学楼片"], Role.LEADER)
    make.assign(make.person("宿舍长"), tree["宿舍片"], Role.LEADER)
    do(services.move, leaf, tree["宿舍片"])
    assert queries.duty_holder(session, space, YESTERDAY).name == "教学楼长"
    assert queries.duty_holder(session, space, TODAY).name == "宿舍长"
    assert queries.duty_holder(session, None, YESTERDAY, grid_id=leaf.id).name == "教学楼长"
    before = queries.answered(session, space, YESTERDAY)
    assert (before.grid.code, before.block.name, before.member) == ("01-01-01", "教学楼片", None)
    assert queries.answered(session, space, date(2026, 8, 1)).holder is None


def test_the_periods_of_a_space_name_grid_and_member(tree, do, session, make, now):
    leaf, space = tree["一层"], min(ids(session, tree["一层"]))
    make.assign(make.person("老张"), leaf)
    make.assign(make.person("小李"), leaf, from_on=date(2026, 10, 12))
    do(services.merge, leaf, tree["二层"])
    told = [
        (span.from_on, span.until_on, span.what.name, span.what.person and span.what.person.name)
        for span in queries.held_spans(session, space)
    ]
    assert told == [
        (TODAY, None, "二层", None),
        (date(2026, 10, 12), YESTERDAY, "一层", "小李"),
        (date(2026, 9, 1), date(2026, 10, 11), "一层", "老张"),
    ]


def test_a_place_is_found_by_building_and_room_together(tree, session):
    assert [one.name for one in queries.find_spaces(session, "教学楼 一层教")] == ["一层教室"]
    assert queries.find_spaces(session, "%") == []


# -- whatever is done, in whatever order -----------------------------------------------------------

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["move", "up", "down", "split", "merge", "retire", "rename", "put", "add"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(0, 3),
    ),
    max_size=10,
)


def edit(session, now, kind, one, other, days):
    """One edit of grids chosen by number among all there ever were; refusals are fine."""
    every = session.scalars(sa.select(Grid).order_by(Grid.id)).all()
    grid, target = every[one % len(every)], every[other % len(every)]
    spaces = session.scalars(sa.select(Space.id).order_by(Space.id)).all()
    known = {"by": BY, "now": now}
    if kind == "move":
        services.move(session, grid, target, **known)
    elif kind in ("up", "down"):
        services.shift(session, grid, 1 if kind == "down" else -1, **known)
    elif kind == "split":
        some = sorted(space.space_id for space in _held(session, grid))[: 1 + days]
        services.split(session, grid, name="新格", space_ids=some, member=None, **known)
    elif kind == "merge":
        services.merge(session, grid, target, **known)
    elif kind == "retire":
        services.retire(session, grid, **known)
    elif kind == "rename":
        services.rename_grid(session, grid, f"名{other}", **known)
    elif kind == "put":
        wanted = {space.space_id for space in _held(session, grid)} | {spaces[other % len(spaces)]}
        today = now.date()
        services.put_spaces(session, grid, wanted, today=today, **known)
    else:
        services.add_grid(session, name=f"加{other}", parent=grid, **known)


def _held(session, grid):
    return session.scalars(
        sa.select(GridSpace).where(GridSpace.grid_id == grid.id, GridSpace.until_on.is_(None))
    ).all()


def faults(session, placed):
    """What is wrong with the tree, in words; ``placed``: the spaces that had a grid at first."""
    every = {grid.id: grid for grid in session.scalars(sa.select(Grid))}
    in_use = [grid for grid in every.values() if grid.is_active]
    stays = session.scalars(sa.select(GridSpace).where(GridSpace.until_on.is_(None))).all()
    where = {}
    for stay in stays:
        if stay.space_id in where:
            yield f"space {stay.space_id} is in two grids"
        where[stay.space_id] = every[stay.grid_id]
    for space_id in placed - where.keys():
        yield f"space {space_id} was lost"
    for space_id, grid in where.items():
        if grid.level != 3 or not grid.is_active:
            yield f"space {space_id} is in {grid.code}"
    for stay in session.scalars(sa.select(GridSpace).where(GridSpace.until_on.is_not(None))):
        if stay.until_on < stay.from_on:
            yield f"space {stay.space_id} left before it came"
    for parent in in_use:
        below = [grid for grid in in_use if grid.parent_id == parent.id]
        below.sort(key=lambda grid: (grid.position, grid.id))
        wanted = [f"{parent.code}-{number:02d}" for number in range(1, len(below) + 1)]
        if [grid.code for grid in below] != wanted:
            yield f"under {parent.code}: {[grid.code for grid in below]}"
    for grid in in_use:
        parent = every.get(grid.parent_id)
        if parent is not None and (not parent.is_active or parent.level != grid.level - 1):
            yield f"{grid.code} is under {parent.code}"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits=EDITS)
def test_no_sequence_of_edits_loses_a_space_or_puts_it_into_two_grids(
    tree, session, make, now, edits
):
    placed = set(session.scalars(sa.select(GridSpace.space_id)))
    try:
        for number, (kind, one, other, days) in enumerate(edits):
            moment = now.set(f"2026-11-{min(10 + number + days, 30)}T09:00")
            before = {g.id: (g.code, g.name, g.parent_id) for g in session.scalars(sa.select(Grid))}
            point = session.begin_nested()
            try:
                edit(session, moment, kind, one, other, days)
                point.commit()
            except RuleError:
                point.rollback()
            assert list(faults(session, placed)) == []
            kept = set(
                session.execute(sa.select(GridPast.grid_id, GridPast.code, GridPast.name)).all()
            )
            for grid in session.scalars(sa.select(Grid)):
                was = before.get(grid.id)
                if was and was[0] != grid.code:
                    assert (grid.id, was[0], was[1]) in kept
    finally:
        session.rollback()


def test_a_retired_grids_people_answer_for_nothing(tree, do, session, make):
    helper = make.person("帮手")
    make.assign(helper, tree["一层"], Role.HELPER)
    make.assign(make.person("接任"), tree["一层"], from_on=date(2026, 12, 1))
    do(services.merge, tree["一层"], tree["二层"])
    open_ones = sa.select(Assignment).where(
        Assignment.grid_id == tree["一层"].id, Assignment.until_on.is_(None)
    )
    assert session.scalars(open_ones).all() == []
