"""Buildings and spaces come, change and go out of use."""

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.places import queries, services
from unitsafe.places.models import BuildingUse


def test_a_building_takes_its_spaces_out_of_use(make, session):
    building, officer = make.building(), make.actor(make.someone("officer"))
    space = make.space(building)
    services.retire(session, building, by=officer, now=make.now())
    assert (building.is_active, space.is_active) == (False, False)
    with pytest.raises(RuleError, match="先恢复使用楼栋"):
        services.restore(session, space, by=officer, now=make.now())
    services.restore(session, building, by=officer, now=make.now())
    services.restore(session, space, by=officer, now=make.now())
    assert building.is_active and space.is_active


def test_a_name_is_used_once_and_a_retired_one_is_pointed_out(make, session):
    building, officer = make.building("教学楼"), make.actor(make.someone("officer"))
    facts = {"use": BuildingUse.TEACHING, "floors": 1, "by": officer, "now": make.now()}
    with pytest.raises(RuleError, match="已经有叫“教学楼”的楼栋了。"):
        services.save_building(session, None, name="教学楼", **facts)
    services.retire(session, building, by=officer, now=make.now())
    with pytest.raises(RuleError, match="可以恢复使用"):
        services.save_building(session, None, name="教学楼", **facts)


def test_two_buildings_may_each_have_a_room_101(make, session):
    first, second = make.building("教学楼A"), make.building("教学楼B")
    make.space(first, "101")
    assert make.space(second, "101").building_id == second.id
    with pytest.raises(RuleError, match="已经有“101”"):
        make.space(first, "101")


def test_the_register_counts_spaces_in_use(make, session):
    building, officer = make.building(), make.actor(make.someone("officer"))
    make.space(building), make.space(building)
    services.retire(session, make.space(building), by=officer, now=make.now())
    make.building("空楼")
    lines = queries.building_lines(session)
    assert [(line.building.name, line.spaces, line.key_areas) for line in lines] == [
        ("教学楼", 2, 0),
        ("空楼", 0, 0),
    ]


def test_a_plate_reads_whatever_its_capitals(make, session):
    space = make.space()
    assert queries.space_by_plate(session, space.plate.lower()).id == space.id
    assert set(services.new_plate()) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
