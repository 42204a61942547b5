"""The grids in the browser."""

import pytest

from unitsafe.grids import queries, services
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.grids.views import detail
from unitsafe.people.models import Person


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


def test_without_grids_the_page_says_what_to_do_first(browser, make, client):
    page = client.get("/grids").page
    assert "先建“全校”" in page.text() and "/grids/new" in page.links()
    assert "/grids/new" not in browser(make.someone("principal")).get("/grids").page.links()


def test_the_first_grid_is_the_school(client, session):
    page = client.get("/grids/new").page
    assert "建全校网格" in page.text("page-title")
    answer = client.post("/grids/new", {"parent_id": "0", "name": "全校"})
    assert answer.location == "/grids/01"
    answer = client.post("/grids/new", {"parent_id": "1", "name": "教学楼", "once": "k"})
    assert client.post(
        "/grids/new", {"parent_id": "1", "name": "教学楼", "once": "k"}
    ).location == (answer.location)
    assert [grid.code for grid in queries.grids(session)] == ["01", "01-01"]


@pytest.mark.parametrize(
    ("data", "message"),
    [({"name": ""}, "请填写名称"), ({"parent_id": "9"}, "选择"), ({"parent_id": ""}, "选择")],
)
def test_a_wrong_grid_is_shown_again(client, make, session, data, message):
    root = make.root()
    answer = client.post("/grids/new", {"parent_id": str(root.id), "name": "东片", **data})
    assert answer.status == 422 and message in answer.page.text("content")
    assert session.query(Grid).count() == 1


def test_the_tree_shows_who_answers_and_what_nobody_answers_for(make, client):
    make.someone("teacher"), make.someone("leader")
    make.grid("二层")
    make.space(name="仓库")
    text = client.get("/grids").page.text("content")
    assert "网格长 leader" in text and "teacher" in text and "缺网格员" in text
    assert "有1个部位还没有放进网格" in text and "教学楼 仓库" in text


def test_a_grid_is_renamed(client, make, session):
    grid = make.grid()
    assert client.post(f"/grids/{grid.code}/rename", {"name": "首层"}).status == 303
    session.refresh(grid)
    assert grid.name == "首层"
    answer = client.post(f"/grids/{grid.code}/rename", {"name": " "})
    assert answer.status == 422 and "请填写名称" in answer.page.text("rename")


def test_exactly_the_ticked_spaces_are_the_grids(client, make, session, now):
    grid, extra = make.grid(), make.space(name="仓库")
    keep = make.space_in(grid)
    page = client.get(f"/grids/{grid.code}").page
    data = {"space": [keep.id, extra.id, 999, "x"], "seen": page.value("seen")}
    assert client.post(f"/grids/{grid.code}/spaces", data).status == 303
    held = queries.spaces_of(session, [grid.id], now().date())[grid.id]
    assert {space.id for space in held} == {keep.id, extra.id}


def test_spaces_that_somebody_else_changed_meanwhile_are_not_overwritten(
    client, make, session, now
):
    grid, extra = make.grid(), make.space(name="仓库")
    seen = client.get(f"/grids/{grid.code}").page.value("seen")
    held = {one.id for one in queries.spaces_of(session, [grid.id], now().date())[grid.id]}
    services.put_spaces(session, grid, held | {extra.id}, today=now().date(), by=None, now=now())
    session.commit()
    answer = client.post(f"/grids/{grid.code}/spaces", {"space": list(held), "seen": seen})
    assert answer.status == 409 and "刚刚有别人改过" in answer.page.text("spaces")
    assert queries.space_counts(session, now().date())[grid.id] == len(held) + 1


def test_somebody_is_made_the_member_from_today(client, make, session):
    grid, person = make.grid(), make.person("小李")
    data = {"role": "grid_member", "person_id": str(person.id), "from_on": "2026-11-23"}
    assert client.post(f"/grids/{grid.code}/assign", data).status == 303
    text = client.get(f"/grids/{grid.code}").page.text("content")
    assert "小李 网格员" in text and "2026-11-23 — 现在" in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"person_id": "0"}, "请选择由谁负责"),
        ({"person_id": "99"}, "选择"),
        ({"role": "king"}, "选择"),
        ({"from_on": ""}, "请填写从哪天起"),
        ({"from_on": "2026-08-01"}, "不能比它早"),
        ({"from_on": "9999-12-31"}, "核对年份"),
    ],
)
def test_a_wrong_assignment_is_shown_again(client, make, session, data, message):
    make.someone("teacher")
    grid, person = make.grid(), make.person("小李")
    form = {"role": "grid_member", "person_id": str(person.id), "from_on": "2026-11-23", **data}
    answer = client.post(f"/grids/{grid.code}/assign", form)
    assert answer.status == (409 if message == "不能比它早" else 422)
    assert message in answer.page.text("assign")
    assert session.query(Assignment).count() == 1


def test_an_assignment_ends_on_a_day(client, make, session):
    make.someone("teacher")
    grid = make.grid()
    one = session.query(Assignment).one()
    path = f"/grids/{grid.code}/assignments/{one.id}/end"
    assert client.post(path, {"until_on": "2026-08-01"}).status == 409
    assert client.post(path, {"until_on": ""}).status == 422
    assert client.post(path, {"until_on": "2026-11-30"}).status == 303
    session.refresh(one)
    assert one.until_on.isoformat() == "2026-11-30"
    assert client.post(path, {"until_on": "2026-12-30"}).status == 409
    assert (
        client.post(f"/grids/01/assignments/{one.id}/end", {"until_on": "2026-11-30"}).status == 404
    )


@pytest.mark.parametrize(
    "path",
    [
        "/grids/99",
        "/grids/01-99",
        "/grids/nothing",
        "/grids/%00",
    ],
)
def test_an_unknown_grid_is_not_found(client, make, path):
    make.grid()
    assert client.get(path).status == 404


def test_phones_are_for_the_own_grid_and_those_who_see_all(browser, make, session):
    teacher, stranger = make.someone("teacher"), make.person("外人", ["subject_teacher"])
    session.get(Person, teacher.id).phone = "13800001234"
    session.commit()
    space = make.space_in(make.grid())
    for path in ("/grids/01-01-01", f"/spaces/{space.id}"):
        assert "13800001234" in browser(teacher).get(path).page.text()
        assert "13800001234" in browser(make.someone("inspector")).get(path).page.text()
        page = browser(stranger).get(path).page
        assert "teacher" in page.text() and "13800001234" not in page.text()


@pytest.mark.parametrize("act", ["rename", "spaces", "assign", "assignments/1/end"])
def test_only_those_who_edit_grids_change_them(browser, make, act):
    grid = make.grid()
    client = browser(make.someone("teacher"))
    assert client.post(f"/grids/{grid.code}/{act}").status == 403
    assert (
        "assign"
        not in client.get(f"/grids/{grid.code}").page.html.split("<main")[1].split("</main")[0]
    )


def test_changes_reach_whoever_plans_checks(client, make, monkeypatch):
    told = []
    monkeypatch.setattr(detail, "duties_changed", lambda *args: told.append(args[1]))
    grid, person = make.grid(), make.person()
    data = {"role": Role.HELPER.value, "person_id": str(person.id), "from_on": "2026-11-23"}
    client.post(f"/grids/{grid.code}/assign", data)
    assert [day.isoformat() for day in told] == ["2026-11-23"]
