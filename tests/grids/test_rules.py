"""What may be done to a grid, by table; spans of days."""

from datetime import date

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.grids.rules import (
    Facts,
    Span,
    check_merge,
    check_move,
    check_retire,
    check_split,
    code_of,
    place_of,
    spans,
)

SCHOOL = Facts(1, 1, None, "全校")
BLOCK, OTHER_BLOCK = Facts(2, 2, 1, "教学楼"), Facts(3, 2, 1, "宿舍")
SPOT, OTHER_SPOT = Facts(4, 3, 2, "一层"), Facts(5, 3, 2, "二层")
GONE = Facts(6, 3, 2, "旧库房", is_active=False)


@pytest.mark.parametrize(
    ("grid", "parent", "reason"),
    [
        (SPOT, OTHER_BLOCK, None),
        (SCHOOL, BLOCK, "最上一级"),
        (SCHOOL, SCHOOL, "最上一级"),
        (BLOCK, BLOCK, "它自己下面"),
        (BLOCK, SPOT, "它自己下面"),
        (SPOT, SPOT, "它自己下面"),
        (SPOT, OTHER_SPOT, "三级网格下面不能再放"),
        (BLOCK, OTHER_BLOCK, "直接放在全校下面"),
        (SPOT, SCHOOL, "要放在片区下面"),
        (SPOT, BLOCK, "已经在“教学楼”里"),
        (GONE, OTHER_BLOCK, "“旧库房”已经撤销"),
        (SPOT, GONE, "“旧库房”已经撤销"),
    ],
)
def test_a_grid_moves_only_to_where_its_level_fits(grid, parent, reason):
    if reason is None:
        assert check_move(grid, parent) is None
    else:
        with pytest.raises(RuleError, match=reason):
            check_move(grid, parent)


@pytest.mark.parametrize(
    ("grid", "into", "reason"),
    [
        (SPOT, OTHER_SPOT, None),
        (BLOCK, OTHER_BLOCK, None),
        (SPOT, SPOT, "不能并入自己"),
        (SPOT, BLOCK, "同一级"),
        (SCHOOL, BLOCK, "全校网格"),
        (SPOT, GONE, "已经撤销"),
    ],
)
def test_only_grids_of_one_level_are_merged(grid, into, reason):
    if reason is None:
        assert check_merge(grid, into) is None
    else:
        with pytest.raises(RuleError, match=reason):
            check_merge(grid, into)


@pytest.mark.parametrize(
    ("grid", "chosen", "reason"),
    [
        (SPOT, {1}, None),
        (SPOT, set(), "请勾选"),
        (SPOT, {1, 2}, "至少要留下一个"),
        (SPOT, {3}, "刚刚有别人改过"),
        (BLOCK, {1}, "只有三级网格"),
        (GONE, {1}, "已经撤销"),
    ],
)
def test_a_leaf_is_split_by_some_of_its_spaces(grid, chosen, reason):
    if reason is None:
        assert check_split(grid, frozenset({1, 2}), frozenset(chosen)) is None
    else:
        with pytest.raises(RuleError, match=reason):
            check_split(grid, frozenset({1, 2}), frozenset(chosen))


@pytest.mark.parametrize(
    ("grid", "spaces", "children", "reason"),
    [
        (SPOT, 0, 0, None),
        (BLOCK, 0, 0, None),
        (SPOT, 3, 0, "还有3个部位.*合并"),
        (BLOCK, 0, 2, "还有2个网格.*合并"),
        (SCHOOL, 0, 0, "全校网格不能撤销"),
        (GONE, 0, 0, "已经撤销"),
    ],
)
def test_only_an_empty_grid_is_retired(grid, spaces, children, reason):
    if reason is None:
        assert check_retire(grid, spaces=spaces, children=children) is None
    else:
        with pytest.raises(RuleError, match=reason):
            check_retire(grid, spaces=spaces, children=children)


def test_numbers_sort_by_place_beyond_ninety_nine():
    codes = [code_of("01-02", number) for number in (100, 9, 99)]
    assert codes == ["01-02-100", "01-02-09", "01-02-99"]
    assert sorted(codes, key=place_of) == ["01-02-09", "01-02-99", "01-02-100"]


def test_spans_join_neighbours_that_say_the_same_and_leave_gaps_out():
    def at(day):
        return None if day.day == 10 else "甲" if day.day < 20 else "乙"

    edges = [date(2026, 9, day) for day in (1, 5, 10, 15, 20)]
    assert spans(edges, at) == [
        Span(date(2026, 9, 1), date(2026, 9, 9), "甲"),
        Span(date(2026, 9, 15), date(2026, 9, 19), "甲"),
        Span(date(2026, 9, 20), None, "乙"),
    ]
    assert spans([], at) == []
