"""Heads are found below titles, and columns guessed from them."""

import pytest

from unitsafe.imports.columns import body, find_heads, guess
from unitsafe.imports.kinds import KINDS
from unitsafe.imports.models import What
from unitsafe.imports.reading import read

from .test_reading import DATA


def named(cells, what=What.SPACES):
    """Field → head that was taken for it."""
    return {key: cells[n] for key, n in guess(cells, KINDS[what].fields).items()}


@pytest.mark.parametrize(
    ("what", "cells", "expected"),
    [
        (
            What.SPACES,
            ["序号", "所在楼栋", "楼 层", "教室名称", "房间类型", "是否为重点部位", "备注"],
            {"building": 1, "floor": 2, "name": 3, "kind": 4, "is_key_area": 5},
        ),
        (
            What.PEOPLE,
            ["序号", "*姓名", "性别", "职务（岗位）", "手机号码", "办公室"],
            {"name": 1, "posts": 3, "phone": 4},
        ),
        (
            What.EQUIPMENT,
            ["序号", "器材编号", "设备名称", "规格型号", "放置位置", "生产日期", "下次维修日期", "报废日期"],
            {"number": 1, "name": 2, "model": 3, "place": 4, "made_on": 5},
        ),
        (What.SPACES, ["甲", "乙"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_what_schools_call_them(what, cells, expected):
    assert guess(cells, KINDS[what].fields) == expected


@pytest.mark.parametrize("what", What)
def test_every_field_is_known_by_its_own_title_and_words(what):
    for field in KINDS[what].fields:
        for word in (str(field.title), f"{field.title}（必填）"):
            assert guess([word], KINDS[what].fields) == {field.key: 0}


def test_the_heads_are_found_below_titles_and_merged_heads():
    sheet = read((DATA / "rooms.xlsx").read_bytes())[1]
    fields = KINDS[What.SPACES].fields
    heads = find_heads(sheet.rows, fields)
    assert sheet.rows[heads][0] == 5
    columns = guess(sheet.rows[heads][1], fields)
    assert columns == {"building": 1, "floor": 2, "name": 3, "kind": 4, "is_key_area": 5}
    assert [number for number, _cells in body(sheet.rows, heads, columns)] == [6, 7, 8, 9, 12, 13]


def test_the_example_of_a_template_is_no_row():
    rows = [(1, ["姓名"]), (2, ["示例：王老师"]), (3, ["王芳"])]
    assert body(rows, 0, {"name": 0}) == [rows[2]]


def test_a_list_without_heads_is_left_to_people():
    rows = [(1, ["名单"]), (2, ["王芳", "女"]), (3, ["李娜", "女"])]
    assert find_heads(rows, KINDS[What.EQUIPMENT].fields) == 1
