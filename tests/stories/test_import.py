"""Story 6: the school's own lists come in by themselves, and go out again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.chromium import follow
from tests.stories.conftest import DESK, row

pytestmark = pytest.mark.browser
DATA = Path(__file__).parents[1] / "data"
STAFF = "姓名,电话,职务\n新老师,13900000001,任课教师\n新门卫,1390000000,门卫\n"


def upload(page, what, name, content=None):
    """Choose a file and go on to its columns."""
    page.goto(f"/import/{what}")
    file = (
        {"name": name, "mimeType": "text/csv", "buffer": content.encode("gb18030")}
        if content
        else DATA / name
    )
    page.get_by_label("选择文件").set_input_files(file)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name=re.compile("每一列是什么"))).to_be_visible()


@pytest.mark.parametrize("options", [{}, DESK, {**DESK, "java_script_enabled": False}])
def test_the_room_list_of_the_school_goes_in_and_out_again(tab, records, options):
    page = tab("officer", **options)
    before = row(records, "SELECT count(*) FROM space")[0]
    page.goto("/buildings")
    page.get_by_role("link", name="从表格导入").first.click()
    upload(page, "spaces", "rooms.xlsx")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text("新楼栋 食堂")
    follow(page.locator("nav.chips").get_by_role("link", name=re.compile("新增")))
    rows = page.locator("#rows tbody tr")
    assert rows.count() == rows.filter(has_text="新增").count() == 3
    page.get_by_role("button", name=re.compile("^导入 3 条")).click()
    expect(page.get_by_role("heading", name="楼栋与部位的导入")).to_be_visible()
    assert row(records, "SELECT count(*) FROM space")[0] == before + 3
    page.locator("summary").filter(has_text="撤销这次导入").click()
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator("main")).to_contain_text("已撤销")
    assert row(records, "SELECT count(*) FROM space")[0] == before


def test_a_staff_list_in_gbk_leaves_out_what_is_wrong_only_when_told(tab, records):
    page = tab("officer")
    upload(page, "people", "教职工.csv", STAFF)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    expect(page.locator("#rows")).to_contain_text("手机号应是11位，这里有10位")
    page.get_by_role("link", name="有问题的 1 行不导入").click()
    page.get_by_role("button", name=re.compile("^导入 1 条")).click()
    expect(page.locator("main")).to_contain_text("没有导入的行")
    assert row(records, "SELECT phone FROM person WHERE name = '新老师'")[0] == "13900000001"
    assert row(records, "SELECT id FROM person WHERE name = '新门卫'") is None


def test_the_register_of_equipment_is_searched_as_one_types(tab):
    page = tab("officer", **DESK)
    page.goto("/equipment")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_label("编号、名称或部位").press_sequentially("消防控制室", delay=20)
    expect(rows).to_have_count(2)
    expect(page).to_have_url(re.compile("q="))
    rows.first.get_by_role("link").first.click()
    part = page.locator("details").filter(has=page.locator("summary").get_by_text("故障"))
    part.locator("summary").click()
    part.get_by_label("哪里坏了").fill("压力不足")
    part.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("→ 故障")


def test_the_pages_are_not_wider_than_the_phone(tab):
    page = tab("officer")
    upload(page, "equipment", "equipment.xlsx")
    narrow = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(narrow)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#rows")).to_be_visible()
    assert page.evaluate(narrow)
    for path in ("/import", "/import/people", "/equipment", "/equipment/1", "/equipment/new"):
        page.goto(path)
        assert page.evaluate(narrow), path
