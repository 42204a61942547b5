"""Story: the officer rotates a month, a teacher answers a colleague's wish to swap."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, row

pytestmark = pytest.mark.browser


def test_a_teacher_asks_a_colleague_and_the_turns_change_hands(tab, records):
    turn = row(
        records,
        "SELECT e.id, e.day, p.username FROM roster_entry e JOIN person p ON p.id = e.person_id"
        " JOIN shift s ON s.id = e.shift_id"
        " WHERE s.key = 'after_school' AND e.day > '2026-11-24' AND p.username LIKE 't%'"
        " AND p.username <> 'teacher' ORDER BY e.day LIMIT 1",
    )
    asker = tab(turn.username)
    asker.goto(f"/roster/{turn.day[:7]}")
    asker.locator(f"a[href='/roster/entries/{turn.id}/swap']").click()
    asker.get_by_label("和谁换").select_option(
        asker.locator("select[name=choice] option", has_text=re.compile("^林晓岚$")).get_attribute(
            "value"
        )
    )
    asker.get_by_label("想说的话").fill("那天要带学生比赛")
    asker.get_by_role("button", name="问对方").click()
    expect(asker.locator("#messages")).to_contain_text("已经问对方了")

    teacher = tab("teacher")
    task = teacher.locator("a.task").filter(has_text="想和您调班").filter(has_text="放学清场")
    task.first.click()
    card = teacher.locator("li.card").filter(has_text="那天要带学生比赛")
    card.get_by_role("button", name="同意").click()
    expect(teacher.locator("#messages")).to_contain_text("已经换过来了")
    found = row(
        records,
        "SELECT p.username, e.is_swapped FROM roster_entry e JOIN person p ON p.id = e.person_id"
        " WHERE e.id = :id",
        id=turn.id,
    )
    assert (found.username, bool(found.is_swapped)) == ("teacher", True)


def test_the_officer_changes_a_turn_inside_the_table(tab, records):
    page = tab("officer", **DESK)
    page.goto("/roster/2026-12")
    place = page.locator("tr#d2026-12-01 .turn").first
    number = place.get_attribute("id")
    place.locator("a").click()
    form = page.locator(f"#{number} form")
    expect(form.get_by_label("值班人")).to_be_visible()
    options = form.get_by_label("值班人").locator("option").all_inner_texts()
    before = form.get_by_label("值班人").evaluate("one => one.selectedOptions[0].text")
    for name in (one for one in options if "（" not in one and one not in (before, "缺人")):
        form.get_by_label("值班人").select_option(label=name)
        form.get_by_role("button", name="保存").click()
        saved = page.locator("#messages").get_by_text("已保存")
        refused = page.locator(f"#{number} .form-errors")
        expect(saved.or_(refused)).to_be_visible()
        if saved.is_visible():
            break
    expect(page.locator(f"#{number}")).to_contain_text(name)
    expect(page.locator(f"#{number} form")).to_have_count(0)


def test_the_officer_rotates_the_next_month_and_sees_it_fair(tab, records):
    page = tab("officer", **DESK)
    page.goto("/roster/2027-01/fill")
    expect(page.locator("#preview")).to_contain_text("将排")
    page.get_by_role("button", name=re.compile("排上这")).click()
    expect(page.locator("#messages")).to_contain_text("已排好")
    expect(page.locator("h1")).to_have_text("2027年1月值班表")
    expect(page.locator(".roster")).not_to_contain_text("缺人")
