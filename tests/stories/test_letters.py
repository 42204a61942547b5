"""Story: plates for a floor; a plate opened on a phone; a letter signed by finger."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, row
from tests.stories.sheet import answer_all, submit

pytestmark = pytest.mark.browser


def plate_of(records, name):
    found = row(
        records,
        "SELECT space.plate FROM space JOIN building ON building.id = space.building_id"
        " WHERE building.name || ' ' || space.name = :name",
        name=name,
    )
    return found.plate


def test_the_officer_prints_the_plates_of_one_floor(tab, records):
    page = tab("officer", **DESK)
    page.get_by_role("link", name="部位责任牌").click()
    expect(page.locator("#content")).to_contain_text("手机扫了没有用")  # opened as 127.0.0.1
    for label, choice in (("楼栋", "教学楼B"), ("楼层", "3层")):
        with page.expect_navigation():
            page.get_by_label(label).select_option(label=choice)
    expect(page.locator("tbody tr")).to_have_count(6)
    address = page.evaluate(
        "() => { const form = document.querySelector('form[action=\"/plates.pdf\"]');"
        " return form.action + '?' + new URLSearchParams(new FormData(form)); }"
    )
    answer = page.request.get(address)
    assert answer.ok and answer.body().startswith(b"%PDF")
    page.get_by_label("教学楼B 301教室").check()
    page.get_by_role("button", name="登记已张贴").click()
    expect(page.locator("#content li")).to_have_count(1)
    page.get_by_role("button", name="登记这1块已张贴").click()
    expect(page.locator("#messages")).to_contain_text("已登记1块牌")


def test_the_teacher_opens_a_plate_and_starts_the_walk_from_there(tab, records):
    page = tab()
    page.goto(f"/q/{plate_of(records, '教学楼B 301教室')}")
    page.get_by_role("link", name="登录").click()
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("账号").fill("teacher")
    page.get_by_label("密码", exact=True).fill("unitsafe-demo")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("h1")).to_have_text("教学楼B 301教室")
    expect(page.locator("#content")).to_contain_text("林晓岚")
    page.locator("a.task").filter(has_text="上午巡").click()
    answer_all(page)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("已提交")


def test_a_mistyped_code_is_forgiven_or_asked_for_again(tab, records):
    page = tab("teacher")
    page.goto("/q")
    page.get_by_label("牌码").fill("zzzz")
    page.get_by_role("button", name="打开这个部位").click()
    expect(page.locator(".invalid-feedback")).to_contain_text("没有这个牌码")
    plate = plate_of(records, "教学楼B 302教室")
    page.get_by_label("牌码").fill(f" {plate[:3].lower()} {plate[3:]}")
    page.get_by_role("button", name="打开这个部位").click()
    expect(page.locator("h1")).to_have_text("教学楼B 302教室")


def test_the_teacher_signs_the_letter_with_a_finger(tab, records):
    page = tab("teacher")
    page.locator("a.task").filter(has_text="责任书待签").click()
    expect(page.locator("article.letter")).to_contain_text("教学楼B 三层")
    button = page.get_by_role("button", name="签订责任书")
    page.get_by_label("我已阅读全文，同意并签订").check()
    button.click()
    expect(page.locator("#content")).to_contain_text("请在框里手写签名")
    page.get_by_label("我已阅读全文，同意并签订").check()
    canvas = page.locator(".signature canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    finger = page.context.new_cdp_session(page)
    at = [(40, 120), (90, 40), (120, 130), (180, 60), (240, 110)]
    for kind, points in (
        ("touchStart", at[:1]),
        *(("touchMove", [point]) for point in at[1:]),
        ("touchEnd", []),
    ):
        touched = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})
    button.click()
    expect(page.locator("#messages")).to_contain_text("责任书已签订")
    expect(page.locator("img.signed")).to_be_visible()
    found = row(
        records,
        "SELECT how, signature_id, signed_on FROM responsibility_letter"
        " JOIN person ON person.id = person_id WHERE username = 'teacher' AND ended_on IS NULL",
    )
    assert found.how == "screen" and found.signature_id and str(found.signed_on) == "2026-11-23"
    page.goto("/")
    expect(page.locator("main")).not_to_contain_text("责任书待签")


def test_a_letter_is_signed_without_javascript(tab, records):
    page = tab("teacher", java_script_enabled=False)
    page.locator("a.task").filter(has_text="责任书待签").click()
    expect(page.locator(".signature")).to_be_hidden()
    page.get_by_label("我已阅读全文，同意并签订").check()
    page.get_by_label("姓名").fill("林晓岚")
    page.get_by_role("button", name="签订责任书").click()
    expect(page.locator("#messages")).to_contain_text("责任书已签订")
    expect(page.locator("#content")).to_contain_text("输入的姓名")
