"""The map, the page that draws and the forms of pictures, as browsers meet them."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.factories import picture
from unitsafe.hazards.rules import State
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.photos.models import Photo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
POINTS = "10,10; 50,10; 50,50; 10,50"


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def shapes_of(page):
    """(class, address, spoken name) of each outline on the picture."""
    return [
        (element.get("class"), element.get("href"), element.get("aria-label"))
        for element in page.root.iter("{http://www.w3.org/2000/svg}a")
    ]


# The map


def test_the_map_shows_each_outline_with_its_state_and_leads_to_its_grid(make, browser):
    make.day()
    make.hazard(State.ASSIGNED)
    make.shape(make.grid_map(), make.grid())
    page = browser(make.someone("manager")).get("/grids/map").page
    assert shapes_of(page) == [
        ("shape warn", f"/grids/{make.grid().code}", "一层，有隐患，teacher负责")
    ]
    assert "!" in page.text("shapes") and "一层" in page.text("shapes")


def test_a_teacher_sees_other_peoples_grids_without_their_state(make, browser):
    far = make.grid("二层")
    make.assign(make.person("王老师"), far)
    make.day()
    make.hazard(State.ASSIGNED, grid=far)
    found = make.grid_map()
    make.shape(found, far)
    make.shape(found, make.grid())
    page = browser(make.someone("teacher")).get("/grids/map").page
    assert {(kind, name) for kind, _url, name in shapes_of(page)} == {
        ("shape due", "一层，待查，teacher负责"),
        ("shape na", "二层，王老师负责"),
    }
    assert "别人的网格" in page.text("content")


def test_without_a_picture_the_map_is_made_of_floors_and_tiles(make, browser):
    make.day()
    page = browser(make.someone("teacher")).get("/grids/map").page
    assert not page.has("map")
    assert f"/grids/{make.grid().code}" in page.links()
    rooms = browser(make.someone("teacher")).get(f"/grids/map?building={make.building().id}").page
    assert f"/spaces/{make.space_in(make.grid()).id}" in rooms.links()


def test_the_states_refresh_themselves_as_a_small_part_of_the_page(make, browser):
    make.day()
    make.shape(make.grid_map(), make.grid())
    client = browser(make.someone("manager"))
    answer = client.hx("GET", "/grids/map")
    assert answer.page.has("tiles") and answer.page.has("shapes") and not answer.page.has("map")
    assert 'hx-swap-oob="true"' in answer.page.html
    assert len(answer.response.data) < 3000


def test_phone_numbers_are_never_on_the_map(make, browser):
    teacher = make.someone("teacher")
    teacher.phone = "13812345678"
    make.session.commit()
    make.day()
    make.shape(make.grid_map(), make.grid())
    assert "13812345678" not in browser(make.someone("manager")).get("/grids/map").page.html


def test_everybody_who_signed_in_may_see_the_picture_and_nobody_else(make, browser):
    found = make.grid_map()
    assert browser(make.someone("teacher")).get(f"/photos/{found.photo_id}").status == 200
    assert browser(None).get(f"/photos/{found.photo_id}").location.startswith("/login")


def test_an_empty_school_is_told_what_to_do_first(make, browser):
    make.school()
    page = browser(make.someone("officer")).get("/grids/map").page
    assert "/buildings" in page.links() and "还没有登记部位" in page.text("content")


def test_the_zoom_is_a_link_and_keeps_the_place(make, browser):
    found = make.grid_map("一层平面图", make.building(), 1)
    page = browser(make.someone("teacher")).get(f"/grids/map?map={found.id}&zoom=near").page
    assert f"/grids/map?map={found.id}&zoom=fit#map" in page.links()
    assert f'src="/photos/{found.photo_id}"' in page.html
    assert (
        f'src="/photos/{found.photo_id}/thumb"'
        in browser(make.someone("teacher")).get(f"/grids/map?map={found.id}").page.html
    )


def test_a_map_or_a_building_that_is_not_there_is_not_found(make, browser):
    client = browser(make.someone("teacher"))
    assert client.get("/grids/map?map=77").status == 404
    assert client.get("/grids/map?building=77").status == 404
    assert client.get("/grids/map.pdf?map=77").status == 404


# Putting up a picture


def upload(client, data=None, sent=None, **values):
    file = sent if sent is not None else picture("white", (1600, 1000))
    return client.post("/grids/map/new", {**(data or {}), **values, "picture": (file, "plan.png")})


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


def test_a_picture_is_put_up_and_leads_to_drawing(officer, session):
    answer = upload(officer)
    made = session.scalars(sa.select(GridMap)).one()
    assert (answer.status, answer.location) == (303, f"/grids/map/{made.id}/edit")
    assert (made.title, made.building_id, made.floor) == ("校园平面图", None, None)
    assert "已上传" in officer.get(answer.location).page.text("messages")


def test_a_floors_picture_is_named_after_its_floor(officer, session, make):
    upload(officer, building_id=make.building().id, floor="2")
    assert session.scalars(sa.select(GridMap.title)).one() == "教学楼 2层平面图"


def test_a_plan_stays_large_enough_to_read(officer, session):
    upload(officer, sent=picture("white", (4000, 2500)))
    photo = session.scalars(sa.select(Photo)).one()
    assert (photo.width, photo.height) == (2600, 1625)


def big_png(size):
    stream = io.BytesIO()
    Image.new("1", size).save(stream, "PNG")
    stream.seek(0)
    return stream


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (io.BytesIO(SVG), "截图，或另存为PNG"),
        (io.BytesIO(b"%PDF-1.7\n..."), "截图，或另存为PNG"),
        (io.BytesIO(b"AC1032 a drawing of a CAD program"), "不是图片"),
        (io.BytesIO(b"\xff\xd8\xff rubbish"), "已损坏"),
        (big_png((8000, 5000)), "太大了。请把长边缩小"),
    ],
    ids=["svg with a script", "pdf", "dwg", "damaged", "40 megapixels"],
)
def test_a_picture_that_cannot_be_used_is_refused_with_the_reason_and_the_way_out(
    officer, session, sent, said
):
    sent.seek(0)
    answer = upload(officer, {"title": "总平面图"}, sent)
    assert answer.status == 422
    assert re.search(said, answer.page.text("content"))
    assert answer.page.value("title") == "总平面图"
    assert (count(session, GridMap), count(session, Photo)) == (0, 0)


def test_a_form_without_a_picture_says_so(officer):
    answer = officer.post("/grids/map/new", {"title": "总平面图"})
    assert answer.status == 422
    assert "请选择一张图片" in answer.page.text("content")


def test_a_picture_that_arrived_is_kept_while_the_rest_of_the_form_is_put_right(
    officer, session, make
):
    answer = upload(officer, building_id=make.building().id, floor="9")
    assert answer.status == 422 and "登记的是3层" in answer.page.text("content")
    photo_id = answer.page.value("photo_id")
    assert f"/photos/{photo_id}/thumb" in answer.page.html
    data = {"building_id": make.building().id, "floor": "3", "photo_id": photo_id}
    assert officer.post("/grids/map/new", data).status == 303
    assert str(session.scalars(sa.select(GridMap.photo_id)).one()) == photo_id


def test_a_photo_of_somebody_else_does_not_become_a_map(officer, session, make):
    foreign = make.photo(make.someone("teacher"))
    answer = officer.post("/grids/map/new", {"photo_id": foreign.id})
    assert answer.status == 422 and count(session, GridMap) == 0
    assert f"/photos/{foreign.id}" not in answer.page.html


def test_a_picture_sent_twice_is_put_up_once(officer, session):
    for _ in range(2):
        assert upload(officer, once="k1").status == 303
    assert count(session, GridMap) == 1


def test_another_picture_of_other_proportions_is_asked_about_and_then_taken(officer, session, make):
    found = make.grid_map()
    make.shape(found, make.grid())
    path = f"/grids/map/{found.id}/change"
    answer = officer.post(path, {"picture": (picture("white", (900, 300)), "p.jpg")})
    assert answer.status == 422 and "错位" in answer.page.text("content")
    data = {"photo_id": answer.page.value("photo_id"), "accept_proportions": "y"}
    assert officer.post(path, data).status == 303
    session.refresh(found)
    assert str(found.photo_id) == data["photo_id"]


def test_a_map_is_taken_down_and_put_up_again(officer, session, make):
    found = make.grid_map("老校区")
    officer.post(f"/grids/map/{found.id}/retire")
    session.refresh(found)
    assert not found.is_active
    page = officer.get("/grids/map").page
    assert (
        "老校区" in page.text("content") and officer.get(f"/grids/map?map={found.id}").status == 404
    )
    officer.post(f"/grids/map/{found.id}/retire", {"back": "1"})
    session.refresh(found)
    assert found.is_active


# Drawing


def draw(client, found, hx=False, **values):
    path = f"/grids/map/{found.id}/shapes"
    return client.hx("POST", path, values) if hx else client.post(path, values)


@pytest.mark.parametrize("hx", [False, True])
def test_an_outline_is_saved_with_and_without_the_script(officer, session, make, hx):
    found, grid = make.grid_map(), make.grid()
    answer = draw(officer, found, hx, grid_id=grid.id, points=POINTS)
    assert answer.status == (200 if hx else 303)
    made = session.scalars(sa.select(GridShape)).one()
    assert made.points == [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]]
    page = answer.page if hx else officer.get(answer.location).page
    assert "已画1块" in page.text("panel")
    assert page.whole is not hx


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("10,10; 50,50", "至少要有3个不同的角点，现在只有2个"),
        ("10,10; 50,50; 50,10; 10,50", "交叉"),
        ("10,10; 50,10; 150,50", "图片外面"),
        ("这里", "看不懂“这里”"),
        ("", "请填写角点"),
    ],
)
@pytest.mark.parametrize("hx", [False, True])
def test_an_outline_that_cannot_be_one_is_refused_beside_what_was_typed(
    officer, session, make, points, said, hx
):
    grid = make.grid()
    answer = draw(officer, make.grid_map(), hx, grid_id=grid.id, points=points)
    assert answer.status == 422 and said in answer.page.text("panel")
    assert answer.page.value("points").strip() == points
    assert count(session, GridShape) == 0


def test_an_outline_of_no_grid_is_refused(officer, make):
    answer = draw(officer, make.grid_map(), points=POINTS)
    assert answer.status == 422 and "请先选一个网格" in answer.page.text("panel")
    answer = draw(officer, make.grid_map(), grid_id=make.root().id, points=POINTS)
    assert answer.status == 422


def test_an_outline_is_opened_and_adjusted(officer, session, make):
    found = make.grid_map()
    shape = make.shape(found, make.grid())
    page = officer.get(f"/grids/map/{found.id}/edit?shape={shape.id}").page
    assert page.value("points").strip() == POINTS and page.value("shape_id") == str(shape.id)
    data = {"shape_id": shape.id, "grid_id": shape.grid_id, "points": "0,0; 20,0; 20,20"}
    assert draw(officer, found, **data).status == 303
    session.refresh(shape)
    assert shape.points == [[0, 0], [0.2, 0], [0.2, 0.2]] and count(session, GridShape) == 1


def undo(client, page):
    """Press 撤销刚才这一步 of a panel."""
    form = next(form for form in page.root.iter("form") if "撤销" in "".join(form.itertext()))
    sent = {one.get("name"): one.get("value", "") for one in form.iter("input")}
    return client.hx("POST", form.get("action"), sent)


def test_the_last_change_can_be_taken_back_and_that_again(officer, session, make):
    found, grid = make.grid_map(), make.grid()
    drawn = draw(officer, found, True, grid_id=grid.id, points=POINTS)
    taken_back = undo(officer, drawn.page)
    assert count(session, GridShape) == 0
    undo(officer, taken_back.page)
    shape = session.scalars(sa.select(GridShape)).one()
    before = shape.points
    data = {"shape_id": shape.id, "grid_id": grid.id, "points": "0,0; 20,0; 20,20"}
    adjusted = draw(officer, found, True, **data)
    undo(officer, adjusted.page)
    session.refresh(shape)
    assert shape.points == before


def test_an_outline_of_another_map_is_not_erased(officer, session, make):
    shape = make.shape(make.grid_map(), make.grid())
    other = make.grid_map("另一张")
    assert officer.post(f"/grids/map/{other.id}/shapes/{shape.id}/erase").status == 404
    assert count(session, GridShape) == 1


def test_the_page_that_draws_offers_the_buildings_own_grids_first(officer, make):
    make.grid("综合一层", block="综合楼片")
    far = make.building("综合楼")
    room = make.space(far, "大厅")
    grid = make.grid("大厅格", block="综合楼片")
    from unitsafe.grids import services as grids

    held = {room.id}
    grids.put_spaces(make.session, grid, held, today=make.now().date(), by=None, now=make.now())
    make.session.commit()
    text = officer.get(f"/grids/map/{make.grid_map('图', far, 1).id}/edit").page.text("draw")
    assert text.index("综合楼片") < text.index("大厅格")


# On paper


@pytest.mark.parametrize("has_picture", [True, False])
def test_the_map_prints_as_a_pdf_named_after_the_school(make, browser, has_picture):
    make.someone("teacher")
    if has_picture:
        make.shape(make.grid_map(), make.grid())
    answer = browser(make.someone("teacher")).get("/grids/map.pdf")
    assert (answer.status, answer.response.mimetype) == (200, "application/pdf")
    assert "%E7%BD%91%E6%A0%BC%E8%B4%A3%E4%BB%BB" in answer.headers["Content-Disposition"]


def test_a_picture_whose_file_is_gone_still_prints_and_shows(make, browser, app):
    found = make.grid_map()
    make.shape(found, make.grid())
    for path in app.extensions["photos"].root.rglob("*.jpg"):
        path.unlink()
    client = browser(make.someone("teacher"))
    assert client.get("/grids/map").status == 200
    assert client.get("/grids/map.pdf").status == 200
