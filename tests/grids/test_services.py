"""The tree, its spaces and its people over time."""

from datetime import date

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.grids import queries, services
from unitsafe.grids.models import Role

TODAY = date(2026, 11, 23)


def assign(session, make, person, grid, from_on=TODAY, role=Role.MEMBER):
    return services.assign(
        session, person=person, grid=grid, role=role, from_on=from_on, by=None, now=make.now()
    )


def test_grids_are_numbered_by_their_place(make, session):
    make.grid("一层"), make.grid("二层")
    block = make.block("宿舍片")
    third = services.add_grid(session, name="一区", parent=block, by=None, now=make.now())
    assert [grid.code for grid in queries.grids(session)] == [
        "01", "01-01", "01-01-01", "01-01-02", "01-02", "01-02-01",
    ]  # fmt: skip
    with pytest.raises(RuleError, match="不能再分"):
        services.add_grid(session, name="角落", parent=third, by=None, now=make.now())


def test_the_next_member_succeeds_the_one_before(make, session):
    grid, old, new = make.grid(), make.person("老张"), make.person("小李")
    make.assign(old, grid)
    assign(session, make, new, grid)
    rows = queries.assignments_of(session, grid.id)
    assert [(row.person.name, row.from_on, row.until_on) for row in rows] == [
        ("小李", TODAY, None),
        ("老张", date(2026, 9, 1), date(2026, 11, 22)),
    ]
    assert queries.duties(session, date(2026, 11, 22))[grid.id][0].person is old
    assert queries.duties(session, TODAY)[grid.id][0].person is new


def test_nobody_is_put_before_the_one_who_answers_now(make, session):
    grid = make.grid()
    assign(session, make, make.person(), grid)
    with pytest.raises(RuleError, match="不能比它早"):
        assign(session, make, make.person(), grid, from_on=date(2026, 11, 1))


def test_helpers_stand_beside_each_other(make, session):
    grid = make.grid()
    for name in ("甲", "乙"):
        assign(session, make, make.person(name), grid, role=Role.HELPER)
    assert len(queries.duties(session, TODAY)[grid.id]) == 2


def test_a_member_belongs_to_a_leaf(make, session):
    with pytest.raises(RuleError, match="三级网格"):
        assign(session, make, make.person(), make.block())


def test_a_space_moves_and_its_past_stays(make, session):
    first, second = make.grid("一层"), make.grid("二层")
    space = make.space_in(first)
    held = queries.spaces_of(session, [second.id], TODAY)[second.id]
    services.put_spaces(
        session, second, [space.id, *(s.id for s in held)], today=TODAY, by=None, now=make.now()
    )
    assert queries.grid_of_space(session, space.id, date(2026, 11, 22)) == first.id
    assert queries.grid_of_space(session, space.id, TODAY) == second.id
    assert queries.space_counts(session, TODAY) == {first.id: 1, second.id: 3}
    assert [one.grid.name for one in queries.grids_of_space(session, space.id)] == ["二层", "一层"]


def test_spaces_in_no_grid_are_known(make, session):
    make.grid()
    lone = make.space(name="仓库")
    unplaced = [one.space for one in queries.placed_spaces(session, TODAY) if one.grid is None]
    assert unplaced == [lone]
