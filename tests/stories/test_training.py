"""Story: a training; a teacher scans the code on the wall and appears on the organiser's screen."""

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, row, sign_in
from unitsafe import clock
from unitsafe.activities.attendance import sign_word

pytestmark = pytest.mark.browser
TEACHER = "林晓岚"


def test_a_teacher_signs_in_by_the_code_and_stands_on_the_list(tab, records, school):
    training = row(records, "SELECT * FROM activity WHERE state = 'planned' AND kind = 'training'")
    clock.set_to(clock.parse(f"{training.planned_on}T15:30"))
    desk, phone = tab("officer", **DESK, is_mobile=False, has_touch=False), tab()
    desk.goto(f"/activities/{training.number}")
    desk.get_by_role("link", name="签到二维码").click()
    signed = desk.locator("#signed")
    expect(signed).to_contain_text("已签到")
    expect(signed).not_to_contain_text(TEACHER)
    word = sign_word(training.number, school.app.secret_key)
    phone.goto(f"/activities/{training.number}/sign?w={word}")
    sign_in(phone, "teacher")
    phone.get_by_role("button", name="签到").click()
    expect(phone.locator("#signed")).to_contain_text(f"{TEACHER}，已签到")
    expect(signed).to_contain_text(TEACHER)
    found = row(
        records,
        "SELECT attendance.* FROM attendance JOIN person ON person.id = attendance.person_id"
        " WHERE activity_id = :id AND person.username = 'teacher'",
        id=training.id,
    )
    assert found.signed_by_id == found.person_id
