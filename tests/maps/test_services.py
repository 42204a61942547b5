"""Putting up maps and drawing on them: what is kept, what is refused, what is in the log."""

import json

import pytest
import sqlalchemy as sa

from tests.factories import SQUARE, picture
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError
from unitsafe.maps import queries, services
from unitsafe.maps.models import GridShape
from unitsafe.photos import services as photos
from unitsafe.photos.models import Photo


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


def other_photo(make, size):
    with make.app.app_context():
        kept = photos.keep_file(picture("blue", size))
        photo = photos.add_photo(make.session, kept, by=None, now=make.now())
    make.session.commit()
    return photo


def change(make, found, officer, **values):
    wanted = {
        "title": found.title,
        "building": None,
        "floor": None,
        "photo": make.session.get_one(Photo, found.photo_id),
        "accept_proportions": False,
    }
    services.change_map(make.session, found, by=officer, now=make.now(), **wanted | values)
    make.session.commit()


def test_a_map_of_a_floor_must_be_of_a_floor_the_building_has(make):
    building = make.building()
    assert make.grid_map("三层", building, 3).floor == 3
    assert make.grid_map("地下", building, -1).floor == -1
    for floor in (0, 4):
        with pytest.raises(RuleError, match="登记的是3层"):
            make.grid_map("没有", building, floor)
    with pytest.raises(RuleError, match="地下一层填-1"):
        services.add_map(
            make.session,
            title="没有楼层",
            building=building,
            floor=None,
            photo=make.photo(make.someone("officer")),
            by=None,
            now=make.now(),
        )


def test_a_campus_map_has_no_floor(make, officer):
    found = make.grid_map("楼", make.building(), 2)
    change(make, found, officer, floor=2)
    assert (found.building_id, found.floor) == (None, None)


def test_a_picture_of_the_same_proportions_keeps_what_is_drawn(make, officer):
    found = make.grid_map()
    shape = make.shape(found, make.grid())
    change(make, found, officer, photo=other_photo(make, (800, 600)))
    make.session.refresh(shape)
    assert [tuple(point) for point in shape.points] == list(SQUARE)
    assert found.photo_id != make.photo(make.someone("officer")).id


def test_a_picture_of_other_proportions_is_asked_about_once_something_is_drawn(make, officer):
    found, narrow = make.grid_map(), other_photo(make, (300, 400))
    change(make, found, officer, photo=narrow)  # nothing drawn: nothing can sit wrong
    make.shape(found, make.grid())
    wide = other_photo(make, (600, 300))
    with pytest.raises(services.OtherProportions, match="错位"):
        change(make, found, officer, photo=wide)
    change(make, found, officer, photo=wide, accept_proportions=True)
    assert found.photo_id == wide.id


def test_a_grid_may_have_several_outlines(make):
    found, grid = make.grid_map(), make.grid()
    make.shape(found, grid)
    make.shape(found, grid, [(0.6, 0.6), (0.9, 0.6), (0.9, 0.9)])
    assert len(queries.shapes(make.session, found.id)) == 2


def test_a_polygon_with_two_points_is_refused_and_nothing_is_kept(make):
    with pytest.raises(RuleError, match="至少要有3个"):
        make.shape(make.grid_map(), make.grid(), [(0.1, 0.1), (0.5, 0.5)])
    assert make.session.scalar(sa.select(sa.func.count()).select_from(GridShape)) == 0


def test_the_whole_schools_grid_and_a_retired_one_cannot_be_drawn(make):
    found, grid = make.grid_map(), make.grid()
    with pytest.raises(RuleError, match="全校"):
        make.shape(found, make.root())
    grid.is_active = False
    with pytest.raises(RuleError, match="停用"):
        make.shape(found, grid)


def test_a_map_that_was_taken_down_takes_no_outlines(make, officer):
    found = make.grid_map()
    services.retire(make.session, found, by=officer, now=make.now())
    with pytest.raises(RuleError, match="先恢复"):
        make.shape(found, make.grid())


def test_an_outline_that_somebody_else_erased_or_of_another_map_cannot_be_adjusted(make, officer):
    found, other = make.grid_map(), make.grid_map("另一张")
    shape = make.shape(other, make.grid())
    for given in (None, shape):
        with pytest.raises(RuleError, match="被别人删掉"):
            services.redraw(
                make.session, found, given, make.grid(), SQUARE, by=officer, now=make.now()
            )


def test_a_map_holds_at_most_two_hundred_outlines(make):
    found, grid = make.grid_map(), make.grid()
    shapes = [
        GridShape(
            map_id=found.id, grid_id=grid.id, points=[list(p) for p in SQUARE], drawn_at=make.now()
        )
        for _ in range(200)
    ]
    make.session.add_all(shapes)
    make.session.commit()
    with pytest.raises(RuleError, match="最多画200块"):
        make.shape(found, grid)


def test_the_log_keeps_the_points_of_what_was_erased(make, officer):
    found, grid = make.grid_map(), make.grid()
    shape = make.shape(found, grid)
    services.erase(make.session, found, shape, grid, by=officer, now=make.now())
    make.session.commit()
    entries = make.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.act.like("map.%")).order_by(AuditEntry.id)
    ).all()
    assert [entry.act for entry in entries] == ["map.add", "map.draw", "map.erase"]
    assert json.loads(entries[-1].data)["points"] == "10,10; 50,10; 50,50; 10,50"


def test_grids_on_no_map_in_use_are_named(make, officer):
    first, second = make.grid("一层"), make.grid("二层")
    assert [one.name for one in queries.undrawn_grids(make.session)] == ["一层", "二层"]
    found = make.grid_map()
    make.shape(found, first)
    assert list(queries.undrawn_grids(make.session)) == [second]
    services.retire(make.session, found, by=officer, now=make.now())
    assert list(queries.undrawn_grids(make.session)) == [first, second]
    first.is_active = False
    assert list(queries.undrawn_grids(make.session)) == [second]


def test_a_retired_grid_is_no_longer_shown_on_the_map(make):
    found, grid = make.grid_map(), make.grid()
    make.shape(found, grid)
    grid.is_active = False
    make.session.commit()
    assert queries.shapes(make.session, found.id) == []


def test_the_campus_comes_before_the_buildings_and_low_floors_before_high_ones(make):
    far, near = make.building("甲楼"), make.building("乙楼")
    make.grid_map("乙二", near, 2)
    make.grid_map("甲一", far, 1)
    make.grid_map("全校")
    make.grid_map("乙一", near, 1)
    assert [one.title for one in queries.maps(make.session)] == ["全校", "甲一", "乙一", "乙二"]
