"""Story: three people score a quarter together, it is signed, reviewed, signed by the principal."""

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, row
from unitsafe import clock

pytestmark = pytest.mark.browser
HERE = "/assessments/2026Q4"
AFTER = "2027-01-05T09:00"
PC = {**DESK, "is_mobile": False, "has_touch": False}


def score(page, points, note):
    page.get_by_label("得分（满分").first.fill(points)
    page.get_by_label("说明").first.fill(note)
    page.get_by_role("button", name="保存得分").first.click()


def sign(page, step, button):
    page.goto(f"{HERE}/steps/{step}")
    page.get_by_label("我已看过评分表").check()
    if step == "sign":
        canvas = page.locator(".signature canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 40, box["y"] + 110)
        page.mouse.down()
        for x, y in ((90, 40), (120, 120), (180, 60), (240, 100)):
            page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.up()
    else:
        page.get_by_text("改为输入姓名").click()
        page.locator("#typed_name").fill({"department": "韩雪梅", "review": "梁志远"}[step])
    if step == "department":
        page.locator("#department").fill("一年级组")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已签字")


def test_three_people_score_a_quarter_and_the_principal_signs_it(tab, records):
    clock.set_to(clock.parse(AFTER))
    desk, leader, teacher = tab("officer", **PC), tab("leader"), tab("teacher")
    desk.goto(HERE)
    expect(desk.locator("#steps")).to_contain_text("还有2项没有打分：1.18、3.1")
    for page, item in ((desk, "c3_01"), (leader, "c1_18"), (teacher, "c3_01")):
        page.goto(f"{HERE}/items/{item}")
    score(leader, "2", "主机正常，水泵在自动位")
    expect(leader.locator("#messages")).to_contain_text("得分已保存")
    score(teacher, "2.5", "西门要用力才推得开")
    expect(teacher.locator("#messages")).to_contain_text("得分已保存")
    score(desk, "3", "逐门推开，都畅通")
    wrong = desk.locator(".invalid-feedback").first
    expect(wrong).to_contain_text("林晓岚刚刚打了2.5分（西门要用力才推得开），请看过再改")
    expect(desk.get_by_label("说明").first).to_have_value("逐门推开，都畅通")
    desk.goto(HERE)
    expect(desk.locator("#got-c1_18")).to_have_text("2")
    expect(desk.locator("#got-c3_01")).to_have_text("3.5")
    for key in ("gv_fire", "gv_fake", "gv_hotwork", "gv_ebike"):
        form = desk.locator(f"form[action$='/vetoes/{key}']")
        form.get_by_label("不成立", exact=True).check()
        form.get_by_role("button", name="保存").click()
        expect(desk.locator("#messages")).to_contain_text("已保存")
        expect(desk.locator(f"form[action$='/vetoes/{key}'] [value=no]")).to_be_checked()
    sign(leader, "department", "部门签字")
    sign(tab("manager", **PC), "review", "审核通过")
    head = tab("principal", **PC)
    sign(head, "sign", "签批")
    expect(head.locator("#steps")).to_contain_text("消防安全责任人签批")
    paper = head.request.get(f"{HERE}.pdf")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    kept = row(records, "SELECT * FROM assessment WHERE quarter = '2026Q4'")
    assert kept.state == "signed"
    assert '"2.5"' in kept.content
