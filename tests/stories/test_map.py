"""Story: the officer draws the grids on a picture of the campus, a teacher finds a grid there."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, photo, row

pytestmark = pytest.mark.browser
SHAPES = "SELECT count(*) FROM grid_shape s JOIN grid_map m ON m.id = s.map_id WHERE m.title = :t"
TITLE = "南区平面图"


def put_up(page):
    """Upload a picture of the campus; the page that draws follows."""
    page.goto("/grids/map")
    page.get_by_role("link", name="再上传一张图").click()
    page.get_by_label("图片").set_input_files(photo("white"))
    page.get_by_label("名称").fill(TITLE)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("图片已上传")
    expect(page.locator("#canvas img.leaflet-image-layer")).to_be_visible()


def tap(page, x, y):
    """Click the canvas at parts of its width and height."""
    box = page.locator("#canvas").bounding_box()
    at = box["x"] + box["width"] * x, box["y"] + box["height"] * y
    page.mouse.move(*at)
    page.mouse.click(*at)


def draw(page, grid, corners):
    """Choose a grid and click around it."""
    page.locator("#draw .grid-list label").filter(has_text=grid).locator("input").check()
    page.get_by_role("button", name="画一块区域").click()
    expect(page.locator("#hint")).to_contain_text("逐点点一圈")
    for number, (x, y) in enumerate(corners, 1):
        tap(page, x, y)
        expect(page.locator(".marker-icon:not(.cursor-marker)")).to_have_count(number)
    page.get_by_role("button", name="画完了").click()


CORNERS = [(0.2, 0.2), (0.7, 0.2), (0.7, 0.7), (0.2, 0.7)]


def drawn(records):
    return row(records, SHAPES, t=TITLE)[0]


def test_the_officer_draws_a_grid_and_a_teacher_taps_it_on_a_phone(tab, records):
    page = tab("officer", **DESK)
    put_up(page)
    draw(page, "01-02-03", CORNERS)
    expect(page.locator("#messages")).to_contain_text("已保存")
    expect(page.locator("#panel [data-shape]")).to_have_count(1)
    assert drawn(records) == 1
    page.goto("/grids/map")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("svg .shape-name")).to_have_text("三层")

    phone = tab("teacher")
    phone.goto("/grids/map")
    phone.get_by_role("link", name=TITLE).click()
    expect(phone.locator("svg a.shape")).to_have_attribute("aria-label", re.compile("林晓岚负责"))
    phone.locator("svg a.shape").tap()
    expect(phone.locator("h1")).to_have_text("教学楼B 三层")


def test_a_drawn_grid_is_adjusted_taken_back_and_erased(tab, records):
    page = tab("officer", **DESK)
    put_up(page)
    draw(page, "01-02-03", CORNERS)
    line = page.locator("#panel [data-shape]")
    expect(line).to_have_count(1)
    before = line.get_attribute("data-points")
    page.get_by_role("link", name="调整").click()
    expect(page.locator("#hint")).to_contain_text("拖动三层的角点")
    marker = page.locator(".marker-icon:not(.marker-icon-middle)").nth(2)
    marker.hover()  # waits until it stands still
    corner = marker.bounding_box()
    page.mouse.down()
    page.mouse.move(corner["x"] + 80, corner["y"] + 50, steps=4)
    page.mouse.up()
    expect(line).not_to_have_attribute("data-points", before)
    page.get_by_role("button", name="撤销刚才这一步").click()
    expect(line).to_have_attribute("data-points", before)
    page.get_by_role("button", name="删除").click()
    expect(page.locator("#messages")).to_contain_text("已删除教学楼B 三层")
    expect(line).to_have_count(0)
    assert drawn(records) == 0


def test_drawing_begins_with_choosing_a_grid_and_can_be_called_off(tab, records):
    page = tab("officer", **DESK)
    put_up(page)
    page.get_by_role("button", name="画一块区域").click()
    expect(page.locator("#hint")).to_contain_text("请先在列表里选一个网格")
    expect(page.locator("#draw .grid-list input").first).to_be_focused()
    draw(page, "01-02-03", CORNERS[:2])
    page.keyboard.press("Escape")
    expect(page.locator("#hint")).to_contain_text("选一个网格")
    assert drawn(records) == 0


def test_without_the_script_the_corners_are_typed(tab, records):
    page = tab("officer", java_script_enabled=False, **DESK)
    map_id = row(records, "SELECT id FROM grid_map WHERE building_id IS NULL")[0]
    page.goto(f"/grids/map/{map_id}/edit")
    expect(page.locator("#canvas")).to_be_hidden()
    page.locator("#draw .grid-list label").filter(has_text="01-02-03").locator("input").check()
    page.get_by_text("手工填写角点", exact=True).click()
    page.get_by_label("角点").fill("10,10; 20,20")
    page.get_by_role("button", name="保存区域").click()
    expect(page.locator("#draw")).to_contain_text("现在只有2个")
    page.get_by_label("角点").fill("10,10; 20,10; 20,20")
    page.get_by_role("button", name="保存区域").click()
    expect(page.locator("#messages")).to_contain_text("已保存")
    assert row(records, "SELECT count(*) FROM grid_shape WHERE map_id = :m", m=map_id)[0] == 14


def test_the_map_keeps_itself_up_to_date(tab, records):
    page = tab("officer")
    page.goto("/grids/map")
    before = page.locator("#tiles .as-of").inner_text()
    page.evaluate("document.querySelector('#tiles .as-of').textContent = ''")
    page.evaluate("htmx.ajax('GET', '/grids/map', {source: '#tiles', swap: 'outerHTML'})")
    expect(page.locator("#tiles .as-of")).to_have_text(before)
    expect(page.locator("#shapes svg")).to_have_count(1)
    expect(page.locator("#map")).to_have_count(1)
