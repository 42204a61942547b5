"""Browsers that run no script: a hazard from finding to closing, a filter, a score of the quarter."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, photo, row

pytestmark = pytest.mark.browser
PLAIN = {**DESK, "java_script_enabled": False}


def test_a_hazard_is_reported_mended_closed_and_found_without_javascript(tab, records):
    teacher = tab("teacher", **PLAIN)
    teacher.goto("/hazards/new")
    teacher.get_by_label("部位").select_option(index=3)
    teacher.get_by_label("看到什么").fill("走廊顶灯掉了下来")
    teacher.get_by_label("类别").select_option(index=2)
    teacher.locator("input[type=file]").set_input_files(photo())
    teacher.get_by_role("button", name="登记隐患").click()
    expect(teacher.locator("#messages")).to_contain_text("已登记，编号YH-2026-")
    number = row(records, "SELECT number FROM hazard ORDER BY id DESC LIMIT 1")[0]
    officer = tab("officer", **PLAIN)
    _dispatch(officer, number, "林晓岚")
    teacher.goto(f"/hazards/{number}")
    form = teacher.locator("form[action$=report_done]")
    form.locator("input[type=file]").set_input_files(photo("green"))
    form.get_by_label("怎么整改的").fill("换了新灯")
    form.get_by_role("button", name="上报整改完成").click()
    expect(teacher.locator("#messages")).to_contain_text("已上报整改完成")
    manager = tab("manager", **PLAIN)
    manager.goto(f"/hazards/{number}")
    manager.get_by_role("button", name="复查合格，销号").click()
    expect(manager.locator("#messages")).to_contain_text("已销号")
    officer.goto("/hazards")
    officer.locator(".filters summary").click()
    officer.get_by_label("编号、描述或部位").fill("走廊顶灯")
    officer.locator(".filters").get_by_role("button", name="查看").click()
    expect(officer).to_have_url(re.compile("q="))
    expect(officer.locator("#rows")).to_contain_text(number)
    found = row(records, "SELECT state FROM hazard WHERE number = :n", n=number)
    assert found[0] == "closed"


def _dispatch(page, number, holder):
    page.goto(f"/hazards/{number}")
    form = page.locator("form[action$='/dispatch']")
    for fold in form.locator("xpath=ancestor::details").all():
        fold.locator("> summary").click()
    form.get_by_label("责任人").select_option(label=holder)
    form.get_by_role("button").last.click()
    expect(page.locator("#messages")).to_contain_text("已派单")


def test_an_item_of_the_quarter_is_scored_without_javascript(tab):
    page = tab("officer", **PLAIN)
    page.goto("/assessments/2026Q4/items/c3_01")
    page.get_by_label("得分（满分").first.fill("3")
    page.get_by_label("说明").first.fill("逐门推开，都畅通")
    page.get_by_role("button", name="保存得分").first.click()
    expect(page.locator("#messages")).to_contain_text("得分已保存")
