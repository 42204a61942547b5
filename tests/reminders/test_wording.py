"""What messages say: short, named, with what is left out counted."""

from collections import Counter
from datetime import date

import pytest

from unitsafe import clock
from unitsafe.reminders import wording
from unitsafe.reminders.wording import MyMorning, SchoolMorning, Week

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def words(one_app):
    with one_app.app_context():
        yield


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (None, "没有期限"),
        (date(2026, 11, 20), "超期3天"),
        (date(2026, 11, 23), "今天到期"),
        (date(2026, 11, 24), "明天到期"),
        (date(2026, 12, 1), "12月1日到期"),
    ],
)
def test_deadlines_are_said_as_people_say_them(due_on, expected):
    assert wording.by_when(due_on, MONDAY) == expected


def test_nothing_to_do_is_no_message():
    assert wording.my_morning(MyMorning(), MONDAY) is None


def test_a_long_day_is_cut_and_counted():
    due = clock.at(date(2026, 11, 24))
    said = wording.my_morning(
        MyMorning(checks=[("巡查", f"{n}号楼", due) for n in range(9)], to_decide=3, to_sign=2),
        MONDAY,
    )
    assert said.body == (
        "检查9项：0号楼巡查（24:00前）；1号楼巡查（24:00前）；2号楼巡查（24:00前）；"
        "3号楼巡查（24:00前）；4号楼巡查（24:00前）等9项\n等您处理：隐患3条、检查签字2份"
    )


def test_the_school_s_morning_names_those_who_are_late():
    said = wording.school_morning(
        SchoolMorning(
            checks=Counter({"王老师": 2, "李老师": 1}),
            unassigned=1,
            turns=[("校门早护导", ["张三", "李四"]), ("空班", [])],
            open_hazards=5,
            overdue=Counter({"王老师": 2}),
            due_soon=Counter({"赵老师": 1}),
        ),
        MONDAY,
    )
    assert said.title == "今日安排 11月23日 周一"
    assert said.body.split("\n") == [
        "值班：校门早护导 张三、李四",
        "今天要做的检查4项：王老师2、李老师1",
        "其中1项还没有人负责",
        "未销号的隐患5条，超期2条（王老师2），今明到期1条（赵老师1）",
    ]


def test_the_week_in_three_lines():
    said = wording.digest(
        Week(120, 112, 8, 6, 5, 3, [("缺网格员", 2), ("空缺的岗位", 1)]), MONDAY, date(2026, 11, 27)
    )
    assert said.body.split("\n") == [
        "检查：应做120项，完成112项，漏查8项",
        "隐患：新发现6条，销号5条，现在超期3条",
        "责任缺口：缺网格员2、空缺的岗位1",
    ]


def test_no_message_is_too_long_for_a_robot():
    names = Counter({f"很长名字的老师{n}": n for n in range(1, 200)})
    places = [(f"非常长的部位名称第{n}号" * 3, "某某老师") for n in range(60)]
    turns = [("班次名称很长很长" * 2, [f"值班老师{n}" for n in range(30)])] * 9
    for said in (
        wording.school_morning(SchoolMorning(names, 3, turns, 9, names, names), MONDAY),
        wording.checks_due(places, clock.at(MONDAY)),
        wording.urgent("YH-2026-0001", "后" * 900, "楼" * 60, is_stopped=True),
        wording.reminder("YH-2026-0001", "后" * 900, "催" * 900, "名" * 40),
    ):
        address = "http://192.168.100.200:8000/hazards/YH-2026-0001"
        whole = f"【安全提醒】{said.title}\r\n{said.body}\n{address}"
        assert len(whole.encode()) <= 2048
        assert len(said.title) <= 60


def test_putting_out_of_use_and_a_suspicion_are_told_apart():
    stopped = wording.urgent("YH-1", "线路老化", "实验楼 配电间", is_stopped=True)
    suspected = wording.urgent("YH-1", "线路老化", "实验楼 配电间", is_stopped=False)
    assert (stopped.title, suspected.title) == ("停用通知", "发现疑似重大隐患")
