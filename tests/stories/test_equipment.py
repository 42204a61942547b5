"""A member of staff scans the label of a piece and inspects it; what is wrong becomes a hazard."""

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import photo, row

pytestmark = pytest.mark.browser

IN_THE_GRID = (
    "SELECT e.code FROM equipment e"
    " JOIN grid_space g ON g.space_id = e.space_id AND g.until_on IS NULL"
    " JOIN assignment a ON a.grid_id = g.grid_id AND a.until_on IS NULL"
    " JOIN person p ON p.id = a.person_id"
    " WHERE p.username = 'teacher' AND e.state = 'in_use' ORDER BY e.number LIMIT 1"
)


@pytest.mark.parametrize("script", [True, False])
def test_a_teacher_scans_a_piece_and_inspects_it_in_three_taps(tab, records, script):
    code = row(records, IN_THE_GRID)[0]
    page = tab("teacher", java_script_enabled=script)
    page.goto(f"/q/{code}")
    page.locator(".row-actions .btn-primary").first.click()
    page.get_by_role("radio", name="正常").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("正常，已保存")
    page.goto(f"/q/{code}")
    page.locator(".row-actions .btn-primary").first.click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("radio", name="异常").check()
    page.get_by_text("异常时：拍照、写一句").click()
    page.get_by_label("拍照或选图").set_input_files(photo())
    if script:
        expect(page.locator("[name=photo]")).to_have_count(1)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("已登记为隐患")
    expect(page.locator(".timeline").first).to_contain_text("YH-2026-")
    expect(page.locator(".pill.bad").first).to_contain_text("故障")
