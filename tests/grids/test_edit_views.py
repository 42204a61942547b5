"""Changing the tree, and handing grids over, in the browser."""

import io
from datetime import date

import pikepdf
import pytest
import sqlalchemy as sa

from tests.paper.samples import plain_text
from unitsafe.grids import queries
from unitsafe.grids.models import Assignment, Grid, GridPast, Role

TODAY = date(2026, 11, 23)


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


@pytest.fixture
def two(make):
    """一层 and 二层 in 教学楼片, 宿舍一层 in 宿舍片."""
    return make.grid("一层"), make.grid("二层"), make.grid("宿舍一层", block="宿舍片")


def named(session, name):
    return session.scalars(sa.select(Grid).where(Grid.name == name)).one()


def test_a_leaf_moves_under_another_block(client, make, session, two):
    block = make.block("宿舍片")
    answer = client.post("/grids/01-01-01/move", {"parent_id": str(block.id)})
    assert (answer.status, answer.location) == (303, "/grids/01-02-02")
    page = client.get("/grids/01-02-02").page
    assert "2026-11-23 01-01-01 一层 教学楼片" in " ".join(
        page.text("content").replace("原来的编号和名称", "").replace("原来在", "").split()
    )


@pytest.mark.parametrize(
    ("code", "parent", "message"),
    [
        ("01-01", "一层", "不能把网格移到它自己下面"),
        ("01-01", "教学楼片", "不能把网格移到它自己下面"),
        ("01-01-01", "二层", "三级网格下面不能再放网格"),
        ("01-01", "宿舍片", "片区只能直接放在全校下面"),
        ("01-01-01", "全校", "要放在片区下面"),
        ("01", "教学楼片", "最上一级"),
    ],
)
def test_an_impossible_move_says_why(client, make, session, two, code, parent, message):
    data = {"parent_id": str(named(session, parent).id)}
    answer = client.post(f"/grids/{code}/move", data)
    assert answer.status == 409 and message in answer.page.text()
    assert session.query(GridPast).count() == 0


def test_the_button_that_was_pressed_keeps_the_cursor(client, make, session, two):
    answer = client.post("/grids/01-01-01/shift", {"step": "down"})
    assert answer.location == "/grids/01-01-02?open=down"
    page = client.get(answer.location).page
    assert "autofocus" not in page.html.split('value="up"')[1].split(">")[0]
    assert "disabled" in page.html.split('value="down"')[1].split(">")[0]  # the last one now
    answer = client.post("/grids/01-01-02/shift", {"step": "up"})
    assert "autofocus" in client.get("/grids/01-01-02?open=up").page.html


def test_a_leaf_is_split_with_the_ticked_spaces(client, make, session, two):
    space, keeper = make.space_in(two[0]), make.person("小李")
    data = {"name": "一层东", "space": space.id, "person_id": str(keeper.id)}
    answer = client.post("/grids/01-01-01/split", data)
    assert (answer.status, answer.location) == (303, "/grids/01-01-02")
    text = client.get("/grids/01-01-02").page.text("content")
    assert "小李 网格员" in text and space.name in text


def test_a_split_without_spaces_or_name_is_shown_again_with_what_was_ticked(
    client, make, session, two
):
    space = make.space_in(two[0])
    answer = client.post("/grids/01-01-01/split", {"name": "一层东", "person_id": ""})
    assert answer.status == 409 and "请勾选要分出去的部位" in answer.page.text("split")
    answer = client.post("/grids/01-01-01/split", {"name": "", "space": space.id})
    assert answer.status == 422 and "请填写新网格的名称" in answer.page.text("split")
    ticked = [e for e in answer.page.find("split").iter("input") if e.get("checked") is not None]
    assert [e.get("value") for e in ticked] == [str(space.id)]


def test_a_merged_grid_stays_readable_and_its_old_number_leads_on(client, make, session, two):
    into = named(session, "二层")
    answer = client.post("/grids/01-01-01/merge", {"into_id": str(into.id)})
    assert answer.location == "/grids/01-01-01"  # 二层 has moved up
    gone = named(session, "一层")
    page = client.get(f"/grids/{gone.code}").page
    assert "并入01-01-01 二层" in page.text("content") and "原编号01-01-01" in page.text("content")
    assert "调整网格" not in page.text()
    assert client.get("/grids/01-01-02").location == "/grids/01-01-01"
    assert client.get("/grids/01-01-09").status == 404


def test_a_grid_with_spaces_is_not_retired_and_the_way_out_is_said(client, make, session, two):
    answer = client.post("/grids/01-01-01/retire")
    assert answer.status == 409 and "请用“合并”交给另一个网格" in answer.page.text("retire")
    empty = make.empty_grid("空网格")
    assert client.post(f"/grids/{empty.code}/retire").status == 303
    session.refresh(empty)
    assert not empty.is_active and client.get(f"/grids/{empty.code}").status == 200
    again = client.post(f"/grids/{empty.code}/retire")
    assert again.status == 409 and "已经撤销" in again.page.text()


def test_a_page_that_shows_another_grid_than_its_number_has_now_changes_nothing(
    client, make, session, two
):
    seen = client.get("/grids/01-01-01").page.value("grid_id")
    client.post("/grids/01-01-01/shift", {"step": "down"})
    answer = client.post("/grids/01-01-01/rename", {"name": "首层", "grid_id": seen})
    assert answer.status == 409 and "编号刚刚变了" in answer.page.text()
    assert session.query(Grid).filter_by(name="首层").count() == 0


def test_the_handover_says_what_goes_along_before_it_is_done(client, make, session, browser):
    make.day()
    hazard, new = make.hazard(), make.person("小李")
    path = f"/grids/{make.grid().code}/handover"
    text = client.get(path).page.text("content")
    assert "teacher" in text and "1条未销号的隐患" in text and "2项还没有做的检查" in text
    data = {"person_id": str(new.id), "from_on": "2026-11-23", "note": "岗位调整"}
    assert client.post(path, data).location == f"/grids/{make.grid().code}"
    session.refresh(hazard)
    assert hazard.holder_id == new.id
    text = client.get(f"/grids/{make.grid().code}").page.text("content")
    assert "小李 网格员" in text and "接任teacher：岗位调整" in text
    links = browser(new).get("/").page.links()
    assert f"/hazards/{hazard.number}" in links


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        ({"person_id": ""}, 422, "请选择由谁接任"),
        ({"from_on": ""}, 422, "请填写从哪天起"),
        ({"from_on": "1026-11-23"}, 422, "请核对年份"),
        ({"from_on": "2026-08-01"}, 409, "不能比它早"),
        ({"note": "长" * 201}, 422, "最多200个字"),
    ],
)
def test_a_wrong_handover_is_shown_again_and_moves_nothing(
    client, make, session, data, status, message
):
    make.someone("teacher")
    path, new = f"/grids/{make.grid().code}/handover", make.person("小李")
    form = {"person_id": str(new.id), "from_on": "2026-11-23", "note": "已交钥匙", **data}
    answer = client.post(path, form)
    assert answer.status == status and message in answer.page.text("content")
    assert session.query(Assignment).count() == 1
    assert data.get("note") or "已交钥匙" in answer.page.text("content")


def test_a_handover_to_oneself_is_refused(client, make, session):
    teacher = make.someone("teacher")
    path = f"/grids/{make.grid().code}/handover"
    answer = client.post(path, {"person_id": str(teacher.id), "from_on": "2026-11-30"})
    assert answer.status == 409 and "本来就是teacher负责" in answer.page.text()


def test_a_planned_handover_can_be_cancelled_on_the_page(client, make, session):
    make.someone("teacher")
    grid, new = make.grid(), make.person("小李")
    make.assign(new, grid, from_on=date(2026, 12, 1))
    page = client.get(f"/grids/{grid.code}").page
    assert "2026-12-01起接任" in page.text("content")
    planned = session.query(Assignment).filter_by(person_id=new.id).one()
    path = f"/grids/{grid.code}/assignments/{planned.id}/cancel"
    assert client.post(path).status == 303
    assert queries.current(session, grid.id, Role.MEMBER, date(2026, 12, 5)).person.name == (
        "teacher"
    )


def test_who_answered_on_a_day_is_found_from_the_tree(client, make, session):
    grid, old, new = make.grid(), make.person("老张"), make.person("小李")
    make.assign(old, grid)
    make.assign(new, grid, from_on=date(2026, 10, 12))
    for day, name in (("2026-10-11", "老张"), ("2026-10-12", "小李")):
        page = client.get(f"/grids?q=一层教室&on={day}").page
        assert f"一层教室 {name}" in page.text("content").replace("教学楼 ", "")
    page = client.get("/grids?q=没有这里").page
    assert "没有找到叫“没有这里”的部位" in page.text("content")


def test_the_tree_prints_with_people_phones_and_spaces(client, make, session, browser):
    teacher = make.someone("teacher")
    make.grid("二层", block="宿舍片")
    teacher.phone = "13800001234"
    session.commit()
    answer = client.get("/grids.pdf")
    text = plain_text(answer.response.data)
    for wanted in (
        "网格责任分布表", "01-01-01一层网格员teacher13800001234", "一层教室、一层走道",
        "（待定）", "片区2个，三级网格2个，部位4个", "学校（盖章）",
    ):  # fmt: skip
        assert wanted in text
    stranger = browser(make.person("外人", ["subject_teacher"]))
    assert "13800001234" not in plain_text(stranger.get("/grids.pdf").response.data)
    with pikepdf.open(io.BytesIO(answer.response.data)) as document:
        assert len(document.pages) == 1


@pytest.mark.parametrize("act", ["move", "shift", "split", "merge", "retire", "handover"])
def test_only_those_who_edit_grids_change_the_tree(browser, make, act):
    grid = make.grid()
    client = browser(make.someone("leader"))
    assert client.post(f"/grids/{grid.code}/{act}").status == 403
    assert "调整网格" not in client.get(f"/grids/{grid.code}").page.text()
