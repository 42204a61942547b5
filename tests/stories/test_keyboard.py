"""The main job without a pointer: Tab, Shift+Tab, Enter, Space and arrows alone."""

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, PASSWORD, row
from tests.stories.keyboard import expect_cursor, walk_to
from tests.stories.sheet import item, keys

pytestmark = pytest.mark.browser


def test_a_teacher_does_the_morning_walk_by_keyboard_alone(tab, records):
    page = tab(**DESK)
    page.goto("/")
    expect(page.get_by_label("账号")).to_be_visible()
    walk_to(page, "[name=username]")
    page.keyboard.type("teacher")
    walk_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("今日")
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.locator(".skip").first).to_be_focused()
    page.keyboard.press("Enter")
    walk_to(page, "a.task[href^='/checks/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checks/*")
    first, *others = keys(page)
    for key in others:
        _answer(page, key, "Space")
    _answer(page, first, "ArrowRight", back=True)
    _register(page, first)
    walk_to(page, ".submit-bar [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已提交")
    found = row(records, "SELECT * FROM hazard ORDER BY id DESC LIMIT 1")
    assert found.description == "走廊堆了桌椅"
    walk_to(page, f"a[href$='/hazards/{found.number}']")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("走廊堆了桌椅")
    walk_to(page, "[data-logout] button", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_label("账号")).to_be_visible()


def _answer(page, key, press, *, back=False):
    """Go to the item's buttons and choose: the cursor stays where the answer was given."""
    walk_to(page, f"[name=answer-{key}]", back=back, most=120)
    page.keyboard.press(press)
    expect(item(page, key).locator(".saved")).to_contain_text("已保存")
    expect_cursor(page)
    expect(item(page, key).locator("input:checked")).to_be_focused()


def _register(page, key):
    """Fill in the hazard that has opened in place."""
    bad = f"#item-{key} "
    walk_to(page, bad + "textarea")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("走廊堆了桌椅")
    walk_to(page, bad + "select[name$=level]")
    page.keyboard.press("ArrowDown")
    walk_to(page, bad + "[name$=without_photo]")
    page.keyboard.press("Space")
    walk_to(page, bad + "button.btn-primary")
    page.keyboard.press("Enter")
    expect(item(page, key).locator(".registered")).to_contain_text("已登记隐患")
    expect_cursor(page)
