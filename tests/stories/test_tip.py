"""Somebody without an account tells the school, the officer answers, the stranger reads it."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import hold_time
from tests.stories.conftest import photo, row

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_a_stranger_tells_the_school_and_reads_the_answer(tab, records, script):
    plate = row(records, "SELECT plate FROM space WHERE name = '图书室'")[0]
    stranger = tab(java_script_enabled=script)
    stranger.goto(f"/q/{plate}")
    stranger.get_by_role("link", name="匿名举报").click()
    stranger.get_by_label("看到了什么").fill("书架挡住了安全出口")
    expect(stranger.get_by_label("在哪里")).to_have_value("综合楼 图书室")
    expect(stranger.get_by_label("请留空")).not_to_be_in_viewport()
    stranger.get_by_label("照片").set_input_files(photo())
    stranger.get_by_role("button", name="提交").click()
    expect(stranger.get_by_role("heading", name="已收到，谢谢您")).to_be_visible()
    number = stranger.locator(".tip-number").inner_text()
    if script:
        hold_time(stranger)
        stranger.get_by_role("button", name="复制编号").click()
        expect(stranger.get_by_role("button", name="已复制")).to_be_visible()
        assert stranger.evaluate("document.documentElement.scrollWidth <= innerWidth")
    officer = tab("officer", java_script_enabled=script)
    officer.goto("/tips?state=received")
    officer.get_by_role("link", name=number[:12]).click()
    expect(officer.get_by_alt_text("举报照片1")).to_be_visible()
    officer.get_by_role("button", name="受理").click()
    expect(officer.locator("#tip")).to_contain_text("已受理")
    officer.get_by_label("已处理").check()
    officer.get_by_label("答复内容").fill("书架已经移开，谢谢您。")
    officer.get_by_role("button", name="答复举报人").click()
    expect(officer.locator("#tip")).to_contain_text("已答复")
    stranger.goto("/tip")
    stranger.get_by_label("举报编号").fill(number.lower())
    stranger.get_by_role("button", name="查进度").click()
    expect(stranger).to_have_url(re.compile(number + "$"))
    expect(stranger.get_by_text("书架已经移开")).to_be_visible()
    stranger.get_by_label("很满意", exact=True).check()
    stranger.get_by_role("button", name="提交评价").click()
    expect(stranger.get_by_text("评价已收到")).to_be_visible()


def test_the_pages_for_strangers_are_sound_for_those_who_hear_them(tab, records, axe):
    numbers = row(records, "SELECT group_concat(number || '-' || word) FROM tip")[0].split(",")
    plate = row(records, "SELECT plate FROM space")[0]
    page, wrong = tab(bypass_csp=True), []
    for path in ("/tip", f"/q/{plate}", *(f"/tip/{one}" for one in numbers), "/tip/none", "/login"):
        page.goto(path)
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        wrong += [
            f"{path} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]
        ]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert wrong == []
