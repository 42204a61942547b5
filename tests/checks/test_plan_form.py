"""What a school may type as the times of a plan."""

import pytest

from unitsafe.checks.models import Plan
from unitsafe.checks.plan_form import read_windows


def window(opens, due, label=""):
    return {"opens": opens, "due": due, "label": label}


READ = [
    ("07:20-08:20 上午巡", [window("07:20", "08:20", "上午巡")]),
    ("7:20-8:20", [window("07:20", "08:20")]),
    ("７:２0-8:20", [window("07:20", "08:20")]),
    ("07：20—08：20上午", [window("07:20", "08:20", "上午")]),
    ("07:20至08:20 早", [window("07:20", "08:20", "早")]),
    ("22:00 ~ 24:00 第一次", [window("22:00", "00:00", "第一次")]),
    (
        "\n\n 07:00-18:00 \n\n16:00-17:00 晚\n",
        [window("07:00", "18:00"), window("16:00", "17:00", "晚")],
    ),
    ("", []),
    ("  \n ", []),
    ("24:00-01:00", None),
    ("07:60-08:00", None),
    ("07:00-25:00", None),
    ("07:00-24:30", None),
    ("07:00", None),
    ("早上", None),
    ("07:00-08:00 一二三四五六七八九十一", None),
    ("07:00-08:00\n早上", None),
]


@pytest.mark.parametrize(("typed", "windows"), READ)
def test_lines_of_times_are_read_or_refused_with_the_line(typed, windows):
    if windows is not None:
        assert read_windows(typed) == windows
        return
    with pytest.raises(ValueError) as refusal:
        read_windows(typed)
    assert str(refusal.value) in typed


def sent(**changes):
    return {
        "title": "网格双巡",
        "windows": "07:00-08:00 早\n15:00-16:00 晚",
        "grace_minutes": "30",
        "is_active": "y",
        **changes,
    }


def test_the_officer_changes_the_times_and_today_follows(browser, make, session):
    make.someone("teacher")
    make.day()
    plan = make.plan("grid_walk")
    answer = browser(make.someone("officer")).post(f"/plans/{plan.id}", sent())
    assert (answer.status, answer.location) == (303, "/plans")
    session.refresh(plan)
    assert plan.windows == [window("07:00", "08:00", "早"), window("15:00", "16:00", "晚")]
    assert (plan.title, plan.grace_minutes, plan.is_active) == ("网格双巡", 30, True)
    labels = {check.label for check in make.day() if check.checklist_key == "grid_walk"}
    assert "晚" in labels and "下午巡" not in labels


REFUSED = [
    ({"windows": "早上"}, "看不懂"),
    ({"windows": ""}, "至少填一个时段"),
    ({"grace_minutes": ""}, "宽限"),
    ({"grace_minutes": "-1"}, "0到10080"),
    ({"grace_minutes": "99999"}, "0到10080"),
    ({"title": " "}, "请填写名称"),
    ({"title": "长" * 61}, "最多60个字"),
]


@pytest.mark.parametrize(("changes", "says"), REFUSED)
def test_what_cannot_be_is_refused_beside_the_field_and_kept(browser, make, session, changes, says):
    plan = make.plan("grid_walk")
    answer = browser(make.someone("officer")).post(f"/plans/{plan.id}", sent(**changes))
    assert answer.status == 422
    assert says in answer.page.text()
    for name, typed in changes.items():
        assert answer.page.value(name).strip() == typed.strip()
    session.refresh(plan)
    assert plan.title == "网格一日双巡"


def test_a_monthly_plan_needs_no_times_and_keeps_having_none(browser, make, session):
    plan = make.plan("monthly_facility")
    before = plan.windows
    data = sent(title="月检", windows="", grace_minutes="0")
    del data["is_active"]
    assert browser(make.someone("officer")).post(f"/plans/{plan.id}", data).status == 303
    session.refresh(plan)
    assert (plan.title, plan.windows, plan.is_active) == ("月检", before, False)


def test_without_the_right_no_plan_is_changed(browser, make, session):
    plan = make.plan("grid_walk")
    for role in ("teacher", "leader", "principal", "inspector"):
        assert browser(make.someone(role)).post(f"/plans/{plan.id}", sent()).status == 403
    assert session.get(Plan, plan.id).title == "网格一日双巡"
