"""The map without a picture: buildings as stacks of floors."""

import pytest

from unitsafe.grids.models import Assignment
from unitsafe.grids.queries import spaces_of
from unitsafe.hazards.rules import State
from unitsafe.maps.houses import houses
from unitsafe.maps.tiles import day_of
from unitsafe.people.models import Absence
from unitsafe.places import services as places


@pytest.fixture
def stacks(app, make, session, now):
    """The buildings as ``role`` sees them."""

    def of(role="manager", building_id=None):
        session.expire_all()
        with app.app_context():
            day = day_of(session, make.actor(make.someone(role)), now())
            return houses(session, day, now(), building_id)

    return of


def rename(make, space, **changes):
    values = {"name": space.name, "floor": space.floor, "kind": space.kind, "is_key_area": False}
    places.save_space(
        make.session,
        space,
        building_id=space.building_id,
        by=None,
        now=make.now(),
        **values | changes,
    )
    make.session.commit()


def tile_of(house, name):
    return next(one for floor in house.floors for one in floor.spaces if one.space.name == name)


def test_the_highest_floor_is_on_top_and_the_cellar_at_the_bottom(make, stacks):
    building = make.building()
    for name, floor in (("库房", -1), ("教室", 1), ("阁楼", 3), ("操场边", 0)):
        rename(make, make.space(building, name), floor=floor)
    assert [floor.number for floor in stacks()[0].floors] == [3, 1, 0, -1]


def test_a_floor_holds_its_grids_and_says_what_is_in_none(make, stacks):
    make.someone("teacher")
    make.space(make.building(), "没人管的")
    house = stacks()[0]
    floor = house.floors[0]
    assert (house.building.name, floor.unplaced) == ("教学楼", 1)
    assert [(one.name, one.tile.holder) for one in floor.grids] == [("一层", "teacher")]
    loose = tile_of(house, "没人管的")
    assert (loose.holder, loose.grid, loose.kind) == ("", None, "na")


def test_one_building_can_be_shown_alone(make, stacks):
    make.grid()
    other = make.building("食堂")
    make.space(other, "餐厅")
    assert [house.building.name for house in stacks()] == ["教学楼", "食堂"]
    assert [house.building.name for house in stacks(building_id=other.id)] == ["食堂"]


def test_a_hazard_marks_its_own_room_and_not_the_one_next_door(make, stacks, session):
    make.day()
    make.hazard(State.ASSIGNED)
    classroom, corridor = spaces_of(session, [make.grid().id], make.now().date())[make.grid().id]
    house = stacks()[0]
    assert tile_of(house, classroom.name).hazards + tile_of(house, corridor.name).hazards == 1
    assert {one.kind for one in house.floors[0].spaces} == {"warn", "due"}


def test_a_teacher_sees_no_marks_of_rooms_that_are_not_theirs(make, stacks):
    far = make.grid("二层")
    make.day()
    make.hazard(State.ASSIGNED, grid=far)
    shown = {one.space.name: one.kind for one in stacks("teacher")[0].floors[0].spaces}
    assert shown == {"一层教室": "due", "一层走道": "due", "二层教室": "na", "二层走道": "na"}


def test_a_room_is_its_own_holders_then_the_members_then_the_leaders(make, stacks, session):
    leader = make.someone("leader")
    grid = make.grid()
    assert tile_of(stacks()[0], "一层教室").holder == leader.name
    make.assign(make.person("王老师"), grid)
    assert tile_of(stacks()[0], "一层教室").holder == "王老师"
    keeper, deputy = make.person("李老师"), make.person("赵老师")
    room = make.space_in(grid)
    session.add(
        Assignment(person_id=keeper.id, space_id=room.id, role="helper", from_on=make.now().date())
    )
    session.commit()
    assert tile_of(stacks()[0], room.name).holder == "李老师"
    today = make.now().date()
    session.add(
        Absence(
            person_id=keeper.id, deputy_id=deputy.id, from_on=today, until_on=today, reason="病假"
        )
    )
    session.commit()
    assert tile_of(stacks()[0], room.name).holder == "赵老师"


def test_a_key_area_is_marked_on_its_grid(make, stacks):
    rename(make, make.space_in(make.grid()), is_key_area=True)
    assert [one.has_key_area for one in stacks()[0].floors[0].grids] == [True]
