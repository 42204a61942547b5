"""Buildings and spaces in the browser."""

import pytest

from unitsafe.places.models import Building, Space

BUILDING = {"name": "实验楼", "use": "teaching", "floors": "4"}
SPACE = {"name": "201教室", "kind": "classroom", "floor": "2"}


def test_an_empty_register_says_what_to_do_first(browser, make):
    page = browser(make.someone("officer")).get("/buildings").page
    assert "先添加楼栋" in page.text() and "/buildings/new" in page.links()
    page = browser(make.someone("principal")).get("/buildings").page
    assert "/buildings/new" not in page.links()


def test_a_building_is_added_once_and_opens(browser, make, session):
    client = browser(make.someone("officer"))
    data = {**BUILDING, "once": client.get("/buildings/new").page.value("once")}
    answer = client.post("/buildings/new", data)
    assert answer.status == 303
    assert client.post("/buildings/new", data).location == answer.location
    assert session.query(Building).count() == 1
    assert "实验楼" in client.get(answer.location).page.text("page-title")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": ""}, "请填写名称。"),
        ({"name": "教学楼"}, "已经有叫"),
        ({"floors": "0"}, "请填1到60"),
        ({"floors": "many"}, "整数"),
        ({"use": "castle"}, "选择"),
        ({"name": "楼" * 41}, "最多40个字"),
    ],
)
def test_a_wrong_building_is_shown_again(browser, make, session, data, message):
    make.building("教学楼")
    answer = browser(make.someone("officer")).post("/buildings/new", {**BUILDING, **data})
    assert answer.status == 422 and message in answer.page.text("content")
    assert session.query(Building).count() == 1


def test_a_building_is_changed(browser, make, session):
    building = make.building()
    client = browser(make.someone("officer"))
    assert client.get(f"/buildings/{building.id}/edit").page.value("name") == "教学楼"
    assert client.post(f"/buildings/{building.id}/edit", BUILDING).status == 303
    session.refresh(building)
    assert (building.name, building.floors) == ("实验楼", 4)


def test_spaces_are_added_one_after_another_on_the_same_floor(browser, make, session):
    building = make.building()
    client = browser(make.someone("officer"))
    answer = client.post(f"/buildings/{building.id}/spaces", {**SPACE, "is_key_area": "y"})
    assert answer.status == 303
    page = client.get(answer.location).page
    assert page.value("floor") == "2" and "重点部位" in page.text()
    assert session.query(Space).one().is_key_area


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "101"}, "已经有“101”"),
        ({"kind": "moon"}, "选择"),
        ({"kind": "campus"}, "选择"),
        ({"floor": "61"}, "请填-5到60"),
        ({"floor": ""}, "请填写楼层"),
    ],
)
def test_a_wrong_space_is_shown_again(browser, make, session, data, message):
    building = make.building()
    make.space(building, "101")
    client = browser(make.someone("officer"))
    answer = client.post(f"/buildings/{building.id}/spaces", {**SPACE, **data})
    assert answer.status == 422 and message in answer.page.text("add")
    assert session.query(Space).count() == 1


def test_a_space_is_changed_and_keeps_its_plate(browser, make, session):
    space = make.space(name="101")
    plate = space.plate
    client = browser(make.someone("officer"))
    answer = client.post(f"/spaces/{space.id}/edit", {**SPACE, "kind": "lab"})
    assert answer.location == f"/spaces/{space.id}"
    session.refresh(space)
    assert (space.name, space.kind, space.plate) == ("201教室", "lab", plate)


def test_what_went_out_of_use_comes_back(browser, make, session):
    space = make.space(name="101")
    building = space.building_id
    client = browser(make.someone("officer"))
    assert client.post(f"/spaces/{space.id}/retire").status == 303
    page = client.get(f"/buildings/{building}").page
    assert "已停用的部位（1）" in page.text()
    assert client.post(f"/spaces/{space.id}/retire", {"back": "1"}).status == 303
    session.refresh(space)
    assert space.is_active
    assert client.post(f"/buildings/{building}/retire").location == "/buildings"
    assert "已停用的楼栋（1）" in client.get("/buildings").page.text()
    assert client.post(f"/buildings/{building}/spaces", SPACE).status == 422
    assert client.post(f"/buildings/{building}/retire", {"back": "1"}).status == 303
    assert session.get(Building, building).is_active


@pytest.mark.parametrize("path", ["/buildings/new", "/buildings/{b}/edit", "/spaces/{s}/edit"])
def test_a_teacher_reads_but_does_not_edit(browser, make, path):
    space = make.space()
    client = browser(make.someone("teacher"))
    path = path.format(b=space.building_id, s=space.id)
    assert client.get(f"/buildings/{space.building_id}").status == 200
    assert client.get(path).status == 403
    assert client.post(path).status == 403
    assert client.post(f"/spaces/{space.id}/retire").status == 403


@pytest.mark.parametrize(
    "path", ["/buildings/9", "/buildings/9/edit", "/spaces/9/edit", "/buildings/99999999999"]
)
def test_an_unknown_place_is_not_found(browser, make, path):
    assert browser(make.someone("officer")).get(path).status == 404


def test_the_register_costs_the_same_however_long_it_is(browser, make, app):
    import sqlalchemy as sa

    from unitsafe.core.db import db

    client = browser(make.someone("officer"))
    counts = []
    for number in range(2):
        building = make.building(f"楼{number}")
        make.space(building), make.space(building)
        client.get("/me")  # who is signed in is known from memory afterwards
        statements = []
        with app.app_context():
            engine = db.engine

        def note(*args, kept=statements):
            kept.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        assert client.get("/buildings").status == 200
        sa.event.remove(engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]
