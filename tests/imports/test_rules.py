"""What the cells of schools' lists mean."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitsafe.imports import rules


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (13800000001.0, "13800000001"),
        (2024.9, "2024.9"),
        (True, "是"),
        (False, "否"),
        (datetime(2024, 9, 1), "2024-09-01"),  # noqa: DTZ001  spreadsheets know no zone
        (date(2024, 9, 1), "2024-09-01"),
        (None, ""),
        ("\u00a0２０１ 教室\u3000\u200b", "201 教室"),
        ("班主任\r\n 任课教师 ", "班主任\n任课教师"),
        ("教学楼Ａ（东）", "教学楼A（东）"),
    ],
)
def test_a_cell_reads_as_people_see_it(value, text):
    assert rules.cell_text(value) == text


FLOORS = {
    "3": 3, "3.0": 3, "三楼": 3, "三层": 3, "第三层": 3, "3F": 3, "F3": 3, "3 楼": 3, "十二层": 12,
    "二十一": 21, "B1": -1, "b2": -2, "-1": -1, "地下一层": -1, "负一楼": -1, "地下室": -1, "室外": 0,
    "1-3层": None, "顶层": None, "": None, "三百层": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "floor"), FLOORS.items())
def test_a_floor_is_understood(text, floor):
    assert rules.floor_of(text) == floor


DATES = {
    "2024-09-01": date(2024, 9, 1), "2024.9.1": date(2024, 9, 1), "2024/9/1": date(2024, 9, 1),
    "2024年9月1日": date(2024, 9, 1), "2024年9月": date(2024, 9, 1), "2024.9": date(2024, 9, 1),
    "2024-09": date(2024, 9, 1), "202409": date(2024, 9, 1), "20240901": date(2024, 9, 1),
    "45536": date(2024, 9, 1), "2024/9/1 0:00:00": date(2024, 9, 1), "2024-13-01": None,
    "2024-02-30": None, "24.9": None, "2024": None, "明年": None, "": None, "99999": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DATES.items())
def test_a_date_is_understood_and_a_month_is_its_first_day(text, day):
    assert rules.date_of(text) == day


@pytest.mark.parametrize(
    ("text", "may"), [("2024.1", True), ("2024.10", False), ("2024.11", False)]
)
def test_october_that_a_spreadsheet_made_january_is_noticed(text, may):
    assert rules.may_be_october(text) is may


PHONES = {
    "13800000001": "13800000001", "138 0000 0001": "13800000001", "138-0000-0001": "13800000001",
    "13800000001.0": "13800000001", "+86 13800000001": "13800000001", "0571-8888 0003": "0571-88880003",
    "（0571）88880003": "0571-88880003", "88880003": "88880003", "6123": "6123", "": "",
}  # fmt: skip


@pytest.mark.parametrize(("text", "phone"), PHONES.items())
def test_a_phone_is_kept_in_one_spelling(text, phone):
    assert rules.phone_of(text) == phone
    assert not phone or rules.phone_fault(phone) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.38E+10", "科学计数法"),
        ("1380000000", "11位，这里有10位"),
        ("13800000001/13900000002", "几个电话"),
        ("13800000001 13900000002", "几个电话"),
        ("同上", "不像电话"),
        ("12", "不像电话"),
        ("12345678901", "不像手机号"),
    ],
)
def test_a_phone_that_is_none_says_why(text, said):
    assert said in rules.phone_fault(rules.phone_of(text))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("是", True),
        ("√", True),
        ("1", True),
        ("Y", True),
        ("否", False),
        ("", False),
        ("×", False),
        ("重点", True),
        ("-", False),
        ("也许", None),
    ],
)
def test_yes_and_no_are_understood(text, answer):
    assert rules.yes_no(text) is answer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", 4),
        ("4.0", 4),
        ("4具", 4),
        ("4 个", 4),
        ("四", 4),
        ("十二", 12),
        ("二十", 20),
        ("4.5", None),
        ("若干", None),
        ("", None),
        ("-1", None),
    ],
)
def test_a_number_is_understood(text, number):
    assert rules.whole_number(text) == number


def test_a_cell_of_several_entries_is_taken_apart():
    assert rules.words_of("班主任、任课教师，\n年级组长/班主任") == [
        "班主任",
        "任课教师",
        "年级组长",
    ]


def test_two_spellings_of_a_name_are_the_same():
    assert rules.match_key("教学楼 Ａ（东）") == rules.match_key("教学楼A(东)")
    assert rules.nearest("三楼走廊", ["三层走道", "二层走道", "101教室"])[0] == "三层走道"


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text(
    st.sampled_from(list("0123456789.-/年月日ＢＦ一二三十楼层地下负第 （）()+、\n\u00a0\u3000Ee")),
    max_size=16,
)


@given(CELLS)
def test_to_tidy_twice_changes_nothing(text):
    once = rules.tidy(text)
    assert rules.tidy(once) == once
    assert rules.one_line(rules.one_line(text)) == rules.one_line(text)
    assert rules.match_key(rules.match_key(text)) == rules.match_key(text)


@given(CELLS)
def test_what_was_understood_is_understood_again(text):
    phone = rules.phone_of(text)
    assert rules.phone_of(phone) == phone
    if day := rules.date_of(text):
        assert rules.date_of(day.isoformat()) == day
    if (floor := rules.floor_of(text)) is not None:
        assert rules.floor_of(str(floor)) == floor
    if (number := rules.whole_number(text)) is not None:
        assert rules.whole_number(str(number)) == number
