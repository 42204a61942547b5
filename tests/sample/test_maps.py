"""The sample school's plans and the grids on them."""

import sqlalchemy as sa

from unitsafe.grids.models import Grid
from unitsafe.maps import queries, rules
from unitsafe.maps.models import GridShape


def test_the_campus_and_two_floors_hang_on_the_wall(sample):
    found = queries.maps(sample.session)
    assert [one.title for one in found] == ["校园总平面图", "教学楼B 3层平面图", "综合楼 1层平面图"]
    for one in found:
        assert sample.photos.path(one.photo.digest, ".jpg").stat().st_size < 200_000


def test_every_grid_of_the_campus_can_be_tapped(sample):
    campus = queries.maps(sample.session)[0]
    drawn = {shape.grid.code for shape in queries.shapes(sample.session, campus.id)}
    blocks = sample.session.scalars(sa.select(Grid).where(Grid.level == 2)).all()
    for block in blocks:
        assert any(code.startswith(block.code) for code in drawn), block.name


def test_the_teachers_floor_is_drawn(sample):
    undrawn = {grid.name for grid in queries.undrawn_grids(sample.session)}
    assert "教学楼B 三层" not in undrawn and "教学楼A 一层" not in undrawn


def test_every_outline_is_one_that_a_hand_could_have_drawn(sample):
    for shape in sample.session.scalars(sa.select(GridShape)):
        points = [(x, y) for x, y in shape.points]
        assert rules.outline(points) == points
