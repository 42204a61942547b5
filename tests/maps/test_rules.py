"""Which outlines are taken, how they are written, where their name stands."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitsafe.core.domain import RuleError
from unitsafe.maps import rules

SQUARE = [(0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5)]
HORSESHOE = [(0, 0), (0.9, 0), (0.9, 0.9), (0.6, 0.9), (0.6, 0.3), (0.3, 0.3), (0.3, 0.9), (0, 0.9)]


@pytest.mark.parametrize(
    ("points", "kept"),
    [
        (SQUARE, SQUARE),
        ([*SQUARE, SQUARE[0]], SQUARE),  # closed by hand
        ([SQUARE[0], *SQUARE], SQUARE),  # a double tap
        ([(-0.01, 0), (1.015, 0), (1, 1.02)], [(0, 0), (1, 0), (1, 1)]),  # slipped over the edge
        ([(0.123456, 0), (1, 0), (1, 1)], [(0.1235, 0), (1, 0), (1, 1)]),
        (HORSESHOE, HORSESHOE),
        (
            [(0, 0), (0.5, 0), (1, 0), (1, 1)],
            [(0, 0), (0.5, 0), (1, 0), (1, 1)],
        ),  # a straight corner
    ],
)
def test_an_outline_is_kept_open_inside_the_picture_and_without_repeats(points, kept):
    assert rules.outline(points) == kept


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], "只有0个"),
        ([(0.1, 0.1)], "只有1个"),
        ([(0.1, 0.1), (0.5, 0.5)], "只有2个"),
        ([(0.1, 0.1), (0.5, 0.5), (0.1, 0.1), (0.5, 0.5)], "只有2个"),
        ([(0.1, 0.1), (0.5, 0.1), (1.5, 0.5)], "图片外面"),
        ([(0.1, 0.1), (0.5, -0.1), (0.5, 0.5)], "图片外面"),
        ([(0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5)], "交叉"),  # a bow tie
        ([(0.1, 0.1), (0.9, 0.1), (0.5, 0.1)], "交叉或重叠"),  # there and back
        ([(0, 0), (0.4, 0), (0.4, 0.4), (0.2, 0), (0, 0.4)], "交叉"),  # touches its own edge
        ([(0.1, 0.1), (0.11, 0.1), (0.11, 0.11)], "太小"),
        ([(math.nan, 0), (1, 0), (1, 1)], "图片外面"),
        ([(math.inf, 0), (1, 0), (1, 1)], "图片外面"),
    ],
)
def test_an_outline_that_cannot_be_one_is_refused_with_the_reason(points, said):
    with pytest.raises(RuleError, match=said):
        rules.outline(points)


def circle(corners):
    turn = 2 * math.pi / corners
    return [
        (0.5 + 0.4 * math.cos(i * turn), 0.5 + 0.4 * math.sin(i * turn)) for i in range(corners)
    ]


def test_sixty_corners_are_enough():
    assert len(rules.outline(circle(60))) == 60
    with pytest.raises(RuleError, match="最多60个角点，现在有61个"):
        rules.outline(circle(61))


parts = st.integers(0, 10_000).map(lambda n: n / 10_000)


@given(st.lists(st.tuples(parts, parts), max_size=12))
def test_whatever_is_kept_is_simple_large_enough_and_kept_again_as_it_is(points):
    try:
        kept = rules.outline(points)
    except RuleError as error:
        assert "%(" not in str(error)
        return
    assert len(kept) >= 3 and rules.area(kept) >= rules.SMALLEST
    assert rules.outline(kept) == kept
    assert rules.outline(kept[::-1]) == kept[::-1]
    assert rules.outline(kept[1:] + kept[:1]) == kept[1:] + kept[:1]


@given(st.lists(st.tuples(parts, parts), min_size=3, max_size=8))
def test_what_is_written_is_read_again(points):
    assert rules.parse_points(rules.written(points)) == points


@given(st.integers(3, 60))
def test_the_name_stands_inside_a_round_outline(corners):
    x, y, room = rules.middle(circle(corners))
    assert math.hypot(x - 0.5, y - 0.5) < 0.3 and room > 0.3


def test_the_name_of_a_horseshoe_stands_in_it_and_not_in_its_gap():
    x, y, room = rules.middle(HORSESHOE)
    assert y < 0.3 or not 0.3 < x < 0.6
    assert room >= 0.3


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("10,20; 30,20; 30,40", [(0.1, 0.2), (0.3, 0.2), (0.3, 0.4)]),
        ("10，20；30，20；30，40", [(0.1, 0.2), (0.3, 0.2), (0.3, 0.4)]),
        ("１０,２０;30.5,20", [(0.1, 0.2), (0.305, 0.2)]),
        ("10 20\n30 20\n", [(0.1, 0.2), (0.3, 0.2)]),
        ("10%,20%; (30, 20)", [(0.1, 0.2), (0.3, 0.2)]),
        ("-1,20", [(-0.01, 0.2)]),
        (" ; ;", []),
    ],
)
def test_points_are_read_as_people_type_them(text, points):
    assert rules.parse_points(text) == points


@pytest.mark.parametrize("text", ["10", "a,b", "10,20,30", "10,20;x", "1e9,5", "nan,1"])
def test_points_that_cannot_be_read_are_named(text):
    with pytest.raises(RuleError, match="看不懂"):
        rules.parse_points(text)


@pytest.mark.parametrize(
    ("name", "around", "short"),
    [
        ("教学楼B 三层", ("教学楼B",), "三层"),
        ("教学楼B", ("教学楼B",), "教学楼B"),
        ("操场", ("教学楼B", ""), "操场"),
        ("食堂及室外 操场", ("食堂", "食堂及室外"), "操场"),
        ("教学楼B·三层", ("教学楼B",), "三层"),
    ],
)
def test_a_name_on_a_picture_leaves_out_what_the_picture_says(name, around, short):
    assert rules.short_name(name, *around) == short


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("操场", ["操场"]),
        ("北门与消防车道", ["北门与消防车道"]),
        ("综合楼 微型消防站与库房", ["综合楼", "微型消防站与库房"]),
        ("四层东侧尽头多功能录播与心理健康辅导室", ["四层东侧尽头多功", "能录播与心理健…"]),
    ],
)
def test_a_label_has_at_most_two_lines(name, lines):
    assert rules.in_lines(name) == lines


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ((1600, 1000), (800, 500), False),
        ((1600, 1000), (1601, 1000), False),
        ((1600, 1000), (1000, 1600), True),
        ((1600, 1000), (1600, 1200), True),
    ],
)
def test_pictures_of_other_proportions_are_noticed(old, new, other):
    assert rules.has_other_proportions(old, new) is other
