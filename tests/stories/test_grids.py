"""Story 5: the tree is put in order by keyboard, a grid is handed over, an old day is asked for."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import follow
from tests.stories.conftest import DESK, row

pytestmark = pytest.mark.browser


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)


def focus(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def tab_to(page, words, most=80):
    """Press Tab until the cursor is on what reads ``words``."""
    for _ in range(most):
        if focus(page) == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the cursor never came to {words}")


def open_part(page, words):
    page.locator("details summary").filter(has_text=words).click()


@pytest.mark.parametrize("script", [True, False])
def test_a_grid_moves_down_twice_and_up_again_by_keyboard_on_a_phone(tab, records, script):
    page = tab("officer", java_script_enabled=True)
    page.goto("/grids/01-02-01")
    if not script:
        page = tab("officer", java_script_enabled=False)
        page.goto("/grids/01-02-01")
        page.locator("#shift summary").click()
        page.get_by_role("button", name="下移").click()
        expect(page).to_have_url(f"{page.url.split('/grids')[0]}/grids/01-02-02?open=down")
        return
    tab_to(page, "上移、下移")
    press(page, "Enter")
    press(page, "Tab")  # 上移 is off for the first one
    up, down = (page.get_by_role("button", name=name) for name in ("上移", "下移"))
    expect(down).to_be_focused()
    for number in (2, 3):
        press(page, "Enter")
        expect(page.locator("header.bar")).to_contain_text(f"01-02-0{number}")
        expect(down).to_be_focused()
    press(page, "Shift+Tab")
    expect(up).to_be_focused()
    press(page, "Enter")
    expect(page.locator("header.bar")).to_contain_text("01-02-02")
    codes = "SELECT code FROM grid WHERE name = :n"
    assert row(records, codes, n="教学楼B 一层")[0] == "01-02-02"
    assert row(records, codes, n="教学楼B 二层")[0] == "01-02-01"


def test_the_officer_splits_a_grid_and_merges_it_again(tab, records):
    page = tab("officer", **DESK)
    page.goto("/grids/01-02-01")
    open_part(page, "拆分")
    form = page.locator("#split form")
    form.get_by_label("教学楼B 101教室").check()
    form.get_by_label("新网格的名称").fill("教学楼B 一层东")
    form.get_by_label("新网格的网格员").select_option(label="吴敏")
    form.get_by_role("button", name="拆分").click()
    expect(page.locator("#messages")).to_contain_text("已拆出网格教学楼B 一层东")
    expect(page.locator("header.bar")).to_contain_text("01-02-02")
    expect(page.locator("main")).to_contain_text("吴敏 网格员")
    open_part(page, "撤销网格")
    page.get_by_role("button", name="撤销这个网格").click()
    expect(page.locator("#retire .form-errors")).to_contain_text("还有1个部位")
    open_part(page, "合并到别的网格")
    page.get_by_label("并入哪个网格").select_option(label="01-02-01 教学楼B 一层")
    page.get_by_role("button", name="合并", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已合并")
    expect(page.locator("header.bar")).to_contain_text("教学楼B 一层")
    gone = row(records, "SELECT code, is_active FROM grid WHERE name = '教学楼B 一层东'")
    assert not gone.is_active
    page.goto(f"/grids/{gone.code}")
    expect(page.locator("main")).to_contain_text("并入01-02-01 教学楼B 一层")


def test_a_grid_is_handed_over_with_its_hazards_and_the_old_day_still_tells_the_old_name(tab):
    page = tab("officer")
    page.goto("/grids/01-02-03")
    page.get_by_role("link", name="交接给别人").click()
    expect(page.locator("main")).to_contain_text("2条未销号的隐患")
    page.get_by_label("接任人").select_option(label="吴敏")
    page.get_by_label("交接说明").fill("班级调整")
    page.get_by_role("button", name="确认交接").click()
    expect(page.locator("#messages")).to_contain_text("交接已记下")
    expect(page.locator("main")).to_contain_text("接任林晓岚：班级调整")
    former = tab("teacher")
    former.goto("/")
    task = former.locator("a.task").filter(has_text="304教室后门被书柜占住一半")
    expect(task).to_have_count(0)
    page.goto("/grids")
    page.locator("details.filters summary").click()
    page.get_by_label("部位", exact=True).fill("教学楼B304")
    with page.expect_navigation(url=re.compile("on=2026-11-20")):  # it goes by itself
        page.get_by_label("哪一天").fill("2026-11-20")
    follow(page.get_by_role("button", name="查看"))
    expect(page.locator("main")).to_contain_text("林晓岚")
    page.get_by_role("link", name="教学楼B 304教室").click()
    expect(page.locator("#answered")).to_contain_text("林晓岚 网格员")
    page.get_by_label("哪一天").fill("2026-11-23")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("#answered dl")).to_contain_text("吴敏 网格员")
