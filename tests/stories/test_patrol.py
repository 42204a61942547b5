"""Story 1: the safety officer walks the daily patrol with a phone; the manager signs."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import photo, row, sign_in
from tests.stories.sheet import (
    answer,
    answer_all,
    expect_all_answered,
    expect_progress,
    item,
    keys,
    open_patrol,
    submit,
)

pytestmark = pytest.mark.browser
EXIT = "dp_exit_clear"


def count(records, sql, **values):
    return row(records, f"SELECT count(*) FROM {sql}", **values)[0]


def number_of(path):
    return int(path.rsplit("/", 1)[1])


def test_the_officer_patrols_a_building_and_the_manager_signs(tab, records):
    page = tab()
    page.goto("/")
    sign_in(page, "officer")
    expect(page.locator("h1")).to_have_text("今日全校")
    path = open_patrol(page, "学生宿舍2")
    check = number_of(path)
    first, *others = keys(page)
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    answer(page, first)
    expect_progress(page, 1)
    item(page, first).locator(".undo").click()
    expect_progress(page, 0)
    expect(item(page, first).locator("input:checked")).to_have_count(0)
    answer(page, first)
    for done, key in enumerate((key for key in others if key != EXIT), start=2):
        answer(page, key)
        expect_progress(page, done)
    number = _one_is_not_in_order(page)
    expect_all_answered(page)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("已提交")
    expect(page.locator("h1")).to_have_text("今日全校")
    hazard = row(records, "SELECT * FROM hazard WHERE number = :number", number=number)
    assert (hazard.description, hazard.state) == ("东侧安全出口上了锁", "assigned")
    assert count(records, "hazard_photo WHERE hazard_id = :id", id=hazard.id) == 1
    assert (
        count(records, "answer WHERE check_id = :id AND item_key = :key", id=check, key=first) == 3
    )
    _the_manager_signs(tab("manager"), path)
    signed = row(records, "SELECT * FROM check_record WHERE id = :id", id=check)
    assert (signed.state, signed.fail_count) == ("countersigned", 1)
    assert signed.countersigned_by_id != signed.submitted_by_id


def _one_is_not_in_order(page):
    """异常: the photo, the form in place, 登记隐患; the number of the hazard."""
    bad = item(page, EXIT)
    answer(page, EXIT, "bad")
    text = bad.get_by_label(re.compile("看到什么|描述"))
    expect(text).to_have_value(re.compile("^不符合要求：安全出口"))
    expect(bad.locator("select[name$=level]")).to_have_value("serious")
    expect(bad.locator("select[name$=category]")).to_have_value("evac_blocked")
    bad.locator("input[type=file]").set_input_files(photo())
    expect(bad.locator(".photo-state")).to_have_text("已上传")
    text.fill("东侧安全出口上了锁")
    bad.locator("select[name$=fix]").select_option("scheduled")
    bad.get_by_role("button", name="登记隐患").click()
    expect(bad.locator(".registered")).to_contain_text("已登记隐患")
    return bad.locator(".registered a").inner_text()


def _the_manager_signs(page, path):
    page.goto(path)
    page.get_by_role("button", name="复核签字").click()
    expect(page.locator("#messages")).to_contain_text("已签字")
    page.goto(path)
    expect(page.locator("dl.facts")).to_contain_text("梁志远")
    expect(page.get_by_role("button", name="复核签字")).to_have_count(0)


def test_what_is_missing_is_named_and_nothing_is_submitted(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    first, second = keys(page)[:2]
    answer(page, first)
    answer(page, second, "bad")
    item(page, second).locator("textarea").fill("")
    submit(page)
    errors = page.locator(".form-errors")
    expect(errors).to_contain_text("第3项没有回答")
    expect(errors).to_contain_text("第2项异常还没有照片")
    expect(errors).not_to_contain_text("第1项")
    errors.get_by_role("link").first.click()
    expect(item(page, second)).to_be_in_viewport()
    assert (
        row(records, "SELECT state FROM check_record WHERE id = :id", id=check)[0] == "in_progress"
    )


def test_a_changed_mind_is_a_newer_row(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    first = keys(page)[0]
    answer(page, first)
    item(page, first).locator("label.bad").click()
    expect(item(page, first).locator(".finding")).to_be_visible()
    item(page, first).locator("label.na").click()
    expect(item(page, first).locator(".finding")).to_have_count(0)
    assert count(records, "answer WHERE check_id = :id", id=check) == 3
    page.reload()
    expect(item(page, first).locator("input:checked")).to_have_value("na")


def test_a_tap_without_network_is_marked_and_sent_when_it_returns(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    first, second = keys(page)[:2]
    answer(page, first)
    page.context.set_offline(True)
    item(page, second).locator("label.ok").click()
    expect(item(page, second).locator(".tap-state")).to_have_text("没有保存，正在重试")
    expect(item(page, second).locator(".saved")).to_have_count(0)
    page.context.set_offline(False)
    expect(item(page, second).locator(".saved")).to_contain_text("已保存")
    expect(item(page, second).locator(".tap-state")).to_have_count(0)
    expect_progress(page, 2)
    assert count(records, "answer WHERE check_id = :id", id=check) == 2


def test_a_photo_without_network_is_kept_and_sent_when_it_returns(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    answer(page, EXIT, "bad")
    page.context.set_offline(True)
    item(page, EXIT).locator("input[type=file]").set_input_files(photo())
    expect(item(page, EXIT).locator(".photo-state")).to_contain_text("重试")
    page.context.set_offline(False)
    expect(item(page, EXIT).locator(".photo-state")).to_have_text("已上传")
    assert count(records, "check_photo WHERE check_id = :id", id=check) == 1


def test_what_was_typed_into_the_hazard_form_survives_a_reload(tab):
    page = tab("officer")
    open_patrol(page, "学生宿舍1")
    answer(page, EXIT, "bad")
    text = item(page, EXIT).locator("textarea")
    text.fill("一楼东门外堆了纸箱")
    item(page, EXIT).locator("select[name$=level]").select_option("normal")
    page.reload()
    expect(text).to_have_value("一楼东门外堆了纸箱")
    expect(item(page, EXIT).locator("select[name$=level]")).to_have_value("normal")


def test_what_was_typed_survives_a_tap_elsewhere_and_a_reload(tab):
    page = tab("officer")
    open_patrol(page, "学生宿舍1")
    answer(page, EXIT, "bad")
    text = item(page, EXIT).locator("textarea")
    text.fill("一楼东门外堆了纸箱")
    answer(page, keys(page)[0])
    expect(text).to_have_value("一楼东门外堆了纸箱")
    page.reload()
    expect(text).to_have_value("一楼东门外堆了纸箱")


def test_pressing_twice_submits_once(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    answer_all(page)
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page.locator("#messages")).to_contain_text("已提交")
    events = "check_event WHERE check_id = :id AND action = 'submit'"
    assert count(records, events, id=check) == 1
    assert (
        count(
            records, "audit_entry WHERE subject = :s AND act = 'check.submit'", s=f"check:{check}"
        )
        == 1
    )


def test_an_expired_session_leads_back_to_the_sheet_and_loses_no_tap(tab, records):
    page = tab("officer")
    path = open_patrol(page, "学生宿舍1")
    first, second = keys(page)[:2]
    answer(page, first)
    page.context.clear_cookies()
    item(page, second).locator("label.ok").click()
    expect(page.get_by_label("账号")).to_be_visible()
    sign_in(page, "officer")
    expect(page).to_have_url(re.compile(re.escape(path)))
    expect(item(page, second).locator(".saved")).to_contain_text("已保存")
    assert count(records, "answer WHERE check_id = :id", id=number_of(path)) == 2


def test_the_whole_patrol_works_without_javascript(tab, records):
    page = tab("officer", java_script_enabled=False)
    check = number_of(open_patrol(page, "学生宿舍1"))
    for key in keys_without_script(page):
        item(page, key).locator("label.bad" if key == EXIT else "label.ok").click()
    page.get_by_role("button", name="先保存，稍后再填").click()
    expect(page.locator("#messages")).to_contain_text("已保存")
    bad = item(page, EXIT)
    expect(bad.locator("label.bad input")).to_be_checked()
    bad.locator("textarea").fill("东门从里面打不开")
    bad.locator("input[type=file]").set_input_files(photo("blue"))
    bad.get_by_role("button", name="登记隐患").click()
    expect(bad.locator(".registered")).to_contain_text("YH-2026-")
    submit(page)
    expect(page.locator("#messages")).to_contain_text("已提交")
    assert row(records, "SELECT state FROM check_record WHERE id = :id", id=check)[0] == "submitted"
    found = row(records, "SELECT * FROM hazard ORDER BY id DESC LIMIT 1")
    assert found.description == "东门从里面打不开"
    assert count(records, "hazard_photo WHERE hazard_id = :id", id=found.id) == 1


def keys_without_script(page):
    """Keys of all items of a page that runs no script."""
    found = re.findall(r'<fieldset class="item[^"]*" id="item-([^"]+)"', page.content())
    assert len(found) > 5
    return found


def test_a_tap_is_as_large_as_a_thumb(tab):
    page = tab("officer")
    open_patrol(page, "学生宿舍1")
    for box in page.locator("fieldset.item label.ok").all()[:3]:
        size = box.bounding_box()
        assert size["height"] >= 44 and size["width"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_building_without_findings_is_walked_in_as_many_taps_as_it_has_items(tab, records):
    page = tab("officer")
    check = number_of(open_patrol(page, "学生宿舍1"))
    answer_all(page)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("已提交")
    state = row(records, "SELECT state, fail_count FROM check_record WHERE id = :id", id=check)
    assert tuple(state) == ("submitted", 0)
