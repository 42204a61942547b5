"""What 网格责任分布图 prints."""

import pytest

from unitsafe.hazards.rules import State
from unitsafe.maps import papers, queries
from unitsafe.maps.houses import houses
from unitsafe.maps.tiles import day_of


@pytest.fixture
def sheet(app, make, session, now):
    """The paper of a map, or of the buildings, as ``role`` prints it."""

    def of(found=None, role="teacher"):
        session.expire_all()
        with app.test_request_context():
            day = day_of(session, make.actor(make.someone(role)), now())
            if found is None:
                return papers.tile_map(houses(session, day, now()), make.school(), now=now())
            shown = queries.grid_map(session, found.id)
            drawn = queries.shapes(session, found.id)
            return papers.picture_map(shown, drawn, day, make.school(), now=now())

    return of


def test_a_map_numbers_its_grids_and_names_who_answers(make, sheet):
    make.school()
    found, second = make.grid_map(), make.grid("二层")  # the first of its block: 01-01-01
    make.shape(found, second)
    make.shape(found, make.grid())
    make.shape(found, make.grid(), [(0.6, 0.6), (0.9, 0.6), (0.9, 0.9)])
    data = sheet(found)
    assert [(one["no"], one["name"], one["holder"]) for one in data["legend"]] == [
        ("1", "二层", ""),
        ("2", "一层", "teacher"),
    ]
    numbers = {one["name"]: one["no"] for one in data["legend"]}
    assert {one["no"] for one in data["outlines"] if one["name"] == "一层"} == {numbers["一层"]}
    assert (len(data["outlines"]), data["place"], data["ratio"]) == (3, "校园平面图", 4 / 3)


def test_the_wall_says_who_answers_and_not_how_things_stand(make, sheet):
    found = make.grid_map()
    make.shape(found, make.grid())
    make.day()
    before = sheet(found)
    make.hazard(State.ASSIGNED)
    assert sheet(found) == before == sheet(found, "principal")


def test_without_a_picture_the_floors_hold_their_grids_and_rooms(make, sheet):
    make.someone("teacher")
    make.space(make.building(), "没人管的")
    data = sheet()
    assert (data["place"], data["picture"]) == ("教学楼", "")
    floor = data["houses"][0]["floors"][0]
    assert (floor["name"], floor["unplaced"]) == ("1层", 1)
    assert floor["grids"] == [
        {
            "code": make.grid().code,
            "name": "一层",
            "holder": "teacher",
            "spaces": ["一层教室", "一层走道"],
        }
    ]
