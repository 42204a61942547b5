"""Story 2: the holder mends a hazard, somebody else looks again, returns it once, closes it."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import photo, row

pytestmark = pytest.mark.browser
WORDS = "304教室后门被书柜占住一半"
NUMBER = re.compile(r"YH-\d+-\d+")


def state_of(records, number):
    return row(records, "SELECT state FROM hazard WHERE number = :n", n=number)[0]


def open_task(page):
    page.goto("/")
    task = page.locator("a.task").filter(has_text=WORDS)
    expect(task).to_be_visible()
    task.click()
    expect(page).to_have_url(NUMBER)
    page.wait_for_load_state()
    return NUMBER.search(page.url)[0]


def report_done(page, words, colour):
    form = page.locator("form[action$=report_done]")
    form.locator("input[type=file]").set_input_files(photo(colour))
    expect(form.locator(".photo-state").last).to_have_text("已上传")
    form.get_by_label("怎么整改的").fill(words)
    form.get_by_role("button", name="上报整改完成").click()
    expect(page.locator("#messages")).to_contain_text("已上报整改完成")


def test_a_hazard_is_mended_returned_mended_again_and_closed(tab, records):
    holder = tab("teacher")
    number = open_task(holder)
    expect(holder.get_by_role("button", name=re.compile("销号"))).to_have_count(0)
    report_done(holder, "书柜挪开了一些", "yellow")
    assert state_of(records, number) == "rectified"
    expect(holder.locator("form[action$=close]")).to_have_count(0)
    boss = tab("manager")
    boss.goto(f"/hazards/{number}")
    assert boss.locator(".before-after img").count() >= 2
    boss.locator("details summary").filter(has_text="退回").click()
    boss.locator("form[action$=send_back]").get_by_label("原因").fill("门还是只能开一半")
    boss.get_by_role("button", name="退回重改").click()
    expect(boss.locator("#messages")).to_contain_text("已退回重改")
    assert state_of(records, number) == "assigned"
    open_task(holder)
    expect(holder.locator(".timeline")).to_contain_text("门还是只能开一半")
    report_done(holder, "书柜已搬到储藏室", "green")
    boss.goto(f"/hazards/{number}")
    boss.get_by_role("button", name="复查合格，销号").click()
    expect(boss.locator("#messages")).to_contain_text("已销号")
    assert state_of(records, number) == "closed"
    sql = "SELECT count(*) FROM hazard_photo p JOIN hazard h ON h.id = p.hazard_id"
    assert row(records, f"{sql} WHERE h.number = :n AND p.is_after", n=number)[0] == 2
    holder.goto("/")
    expect(holder.locator("a.task").filter(has_text=WORDS)).to_have_count(0)


def test_without_an_after_photo_it_is_not_done(tab, records):
    page = tab("teacher")
    number = open_task(page)
    form = page.locator("form[action$=report_done]")
    form.get_by_label("怎么整改的").fill("书柜已搬走")
    form.get_by_role("button", name="上报整改完成").click()
    expect(page.locator("#hazard")).to_contain_text("请先拍一张整改后的照片")
    expect(form.get_by_label("怎么整改的")).to_have_value("书柜已搬走")
    assert state_of(records, number) == "assigned"


def test_the_holder_reports_without_javascript_too(tab, records):
    page = tab("teacher", java_script_enabled=False)
    number = open_task(page)
    form = page.locator("form[action$=report_done]")
    form.locator("input[type=file]").set_input_files(photo())
    form.get_by_label("怎么整改的").fill("书柜已搬走")
    form.get_by_role("button", name="上报整改完成").click()
    expect(page.locator("#messages")).to_contain_text("已上报整改完成")
    assert state_of(records, number) == "rectified"


def test_anyone_reports_what_they_see_in_half_a_minute(tab, records):
    page = tab("teacher")
    page.locator("nav.tabs a.report").click()
    page.locator("input[type=file]").set_input_files(photo())
    expect(page.locator(".photo-state")).to_have_text("已上传")
    page.get_by_label("部位").select_option(index=3)
    page.get_by_label("看到什么").fill("走廊顶灯掉了下来")
    page.get_by_label("类别").select_option(index=2)
    page.get_by_role("button", name="登记隐患").click()
    expect(page.locator("#messages")).to_contain_text("已登记，编号YH-2026-")
    found = row(records, "SELECT * FROM hazard ORDER BY id DESC LIMIT 1")
    assert found.description == "走廊顶灯掉了下来"


def test_what_was_typed_into_a_report_survives_a_reload_and_goes_when_saved(tab):
    page = tab("teacher")
    page.goto("/hazards/new")
    page.get_by_label("看到什么").fill("走廊顶灯掉了下来")
    page.reload()
    expect(page.get_by_label("看到什么")).to_have_value("走廊顶灯掉了下来")
    page.get_by_label("部位").select_option(index=3)
    page.get_by_label("类别").select_option(index=2)
    page.get_by_role("button", name="登记隐患").click()
    expect(page.locator("#messages")).to_contain_text("已登记")
    page.goto("/hazards/new")
    expect(page.get_by_label("看到什么")).to_have_value("")


def act(page, number, action, words, button):
    """Open the step's form on the hazard's page, fill it in and send it."""
    page.goto(f"/hazards/{number}")
    form = page.locator(f"form[action$='/{action}']")
    for fold in form.locator("xpath=ancestor::details").all():
        if fold.get_attribute("open") is None:
            fold.locator("> summary").click()
    for label, text in words.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name=button, exact=True).click()


def test_a_whole_life_across_four_roles(tab, records):
    holder, officer, manager, head = (
        tab(who) for who in ("teacher", "officer", "manager", "principal")
    )
    number = open_task(holder)
    asked = {"想延到哪一天": "2026-12-04", "为什么来不及": "书柜要等木工"}
    act(holder, number, "request_extension", asked, "申请延期")
    expect(holder.locator("#messages")).to_contain_text("答复以前按原期限")
    officer.goto("/")
    officer.locator("a.task").filter(has_text=WORDS).click()
    expect(officer.locator("form[action$=grant_extension] input[name=due_on]")).to_have_value(
        "2026-12-04"
    )
    officer.get_by_role("button", name="同意延期").click()
    expect(officer.locator("#messages")).to_contain_text("已同意延期")
    why = {"办结期限": "2026-12-10", "为什么挂牌": "影响疏散"}
    act(head, number, "supervise", why, "挂牌督办")
    expect(head.locator("#messages")).to_contain_text("已挂牌督办")
    act(holder, number, "progress", {"本周进展": "木工周五来"}, "记下进展")
    expect(holder.locator("#messages")).to_contain_text("已记下本周进展")
    report_done(holder, "书柜已搬走", "green")
    act(manager, number, "close", {}, "复查合格，销号")
    expect(manager.locator("#messages")).to_contain_text("已销号")
    act(officer, number, "rate", {}, "提交评价")
    expect(officer.locator("#hazard")).to_contain_text("请选1到5星")
    officer.get_by_label("很满意").check()
    officer.get_by_role("button", name="提交评价").click()
    expect(officer.locator("#messages")).to_contain_text("谢谢您的评价")
    sql = "SELECT state, rating, supervisor_id IS NOT NULL FROM hazard WHERE number = :n"
    assert tuple(row(records, sql, n=number)) == ("closed", 5, 1)
