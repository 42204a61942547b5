"""Story 3: a teacher sees and does only what is theirs."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import row
from tests.stories.sheet import answer_all, expect_all_answered, keys, submit

pytestmark = pytest.mark.browser
GRID = "教学楼B 三层"


def test_a_teacher_sees_only_their_own_duties_and_hazards(tab, records):
    page = tab("teacher")
    tasks = page.locator("a.task")
    links = tasks.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links
    checks = [int(link.rsplit("/", 1)[1]) for link in links if link.startswith("/checks/")]
    numbers = [link.rsplit("/", 1)[1] for link in links if link.startswith("/hazards/")]
    assert checks and numbers
    me = row(records, "SELECT id FROM person WHERE username = 'teacher'")[0]
    for check in checks:
        found = row(records, "SELECT assignee_id FROM check_record WHERE id = :id", id=check)
        assert found[0] == me
    for number in numbers:
        found = row(records, "SELECT holder_id FROM hazard WHERE number = :n", n=number)
        assert found[0] == me
    text = page.locator("main").inner_text()
    assert "每日防火巡查" not in text and "未销号隐患" not in text


def test_a_teacher_ticks_the_walk_of_their_grid(tab, records):
    page = tab("teacher")
    page.locator("a.task").filter(has_text="上午巡").click()
    expect(page.locator("header.bar")).to_contain_text(GRID)
    check = int(page.url.rsplit("/", 1)[1])
    assert len(keys(page)) <= 12
    answer_all(page)
    expect_all_answered(page)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("已提交")
    expect(page.locator("a.task.done")).to_contain_text("上午巡")
    found = row(records, "SELECT state, is_backfill FROM check_record WHERE id = :id", id=check)
    assert (found.state, bool(found.is_backfill)) == ("submitted", False)


@pytest.mark.parametrize("suffix", ["", ".pdf"])
def test_another_buildings_patrol_is_not_found(tab, records, suffix):
    found = row(
        records,
        "SELECT id FROM check_record WHERE checklist_key = 'daily_fire_patrol' ORDER BY id DESC",
    )
    page = tab("teacher")
    answer = page.goto(f"/checks/{found.id}{suffix}")
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("没有找到")
    page.get_by_role("link", name="回到今日").click()
    expect(page.locator("h1")).to_have_text("今日")


def test_another_teachers_walk_and_hazard_are_not_found(tab, records):
    me = row(records, "SELECT id FROM person WHERE username = 'teacher'")[0]
    page = tab("teacher")
    sql = "SELECT c.id FROM check_record c WHERE checklist_key = 'grid_walk' AND assignee_id <> :me"
    check = row(records, f"{sql} AND grid_id NOT IN (SELECT grid_id FROM assignment)", me=me)
    check = check or row(records, f"{sql} ORDER BY id DESC", me=me)
    assert page.goto(f"/checks/{check[0]}").status == 404
    hazard = row(
        records,
        "SELECT number FROM hazard WHERE holder_id <> :me AND reporter_id <> :me"
        " AND grid_id NOT IN (SELECT grid_id FROM assignment WHERE person_id = :me"
        " AND grid_id IS NOT NULL) AND (fixed_by_id IS NULL OR fixed_by_id <> :me)",
        me=me,
    )
    assert page.goto(f"/hazards/{hazard[0]}").status == 404


def test_the_menu_of_a_teacher_offers_nothing_that_is_refused(tab):
    page = tab("teacher")
    links = page.locator("nav#menu a, nav.tabs a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert "/settings" not in links
    for link in dict.fromkeys(links):
        assert page.goto(link).status == 200, link


def test_the_inspector_reads_everything_and_is_offered_nothing_to_change(tab, records):
    page = tab("inspector")
    check = row(records, "SELECT id FROM check_record WHERE state = 'submitted'")[0]
    hazard = row(records, "SELECT number FROM hazard WHERE state = 'assigned'")[0]
    for path in ("/checks", "/hazards", f"/checks/{check}", f"/hazards/{hazard}", "/people"):
        assert page.goto(path).status == 200
        forms = page.locator("form[method=post]").evaluate_all(
            "all => all.map(one => one.getAttribute('action'))"
        )
        assert forms == ["/logout"], path
    assert re.search("检查组", page.locator("footer").inner_text())
