"""Charts: well-formed, escaped, a mark for each number, gaps where nothing is known."""

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from unitsafe.core import charts
from unitsafe.core.charts import Series, Square
from unitsafe.core.printing import printable

DAYS = ("一", "二", "三", "四", "五", "六", "日")
MONTHS = [f"{number}月" for number in range(1, 13)]
MONDAY = date(2026, 11, 2)
NASTY = '<b onclick="x">A&B\'\x07</b>'
SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg):
    """The drawing as XML; nothing in it moves, styles or runs."""
    assert "<script" not in svg and "style=" not in svg and "<style" not in svg
    return ET.fromstring(svg)


def classed(root, name):
    return [one for one in root.iter() if name in (one.get("class") or "").split()]


def corners(line):
    return [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]


def texts(root):
    return [one.text for one in root.iter(f"{SVG}text")]


def inside(root):
    """Whether every text and mark stands inside the view box."""
    wide, high = map(float, root.get("viewBox").split()[2:])
    return all(
        0 <= float(one.get("x", 0)) <= wide and 0 <= float(one.get("y", 0)) <= high
        for one in root.iter()
    )


def everything(text=NASTY):
    series = [Series(text, [1, 2, 3]), Series(text, [3, None, 1])]
    yield charts.radar([text] * 3, series, 3, title=text)
    yield charts.trend([text] * 3, series, title=text, unit=text)
    yield charts.bars([text] * 3, [1, 2, None], title=text, unit=text)
    yield charts.heat([Square(MONDAY, 1, text, text, f"/x?a=1&b={text}")], DAYS, MONTHS, title=text)


def test_every_text_is_escaped_and_said():
    for svg in everything():
        root = drawn(svg)
        assert root.find(f"{SVG}title").text == '<b onclick="x">A&B\'</b>'
        assert not [one for one in root.iter() if one.tag.endswith("}b")]
        assert root.get("role") in ("img", "group")
        assert inside(root)


def test_a_gap_is_no_point_and_no_line():
    values = [1, 2, None, 4, 5, None, 7]
    root = drawn(charts.trend([str(n) for n in range(7)], [Series("一", values)], title="走势"))
    assert len(classed(root, "point")) == 5
    assert [len(corners(line)) for line in classed(root, "line")] == [2, 2]
    ys = [y for line in classed(root, "line") for _x, y in corners(line)]
    assert ys == sorted(ys, reverse=True)


def test_series_differ_by_more_than_colour():
    series = [Series(name, [1, 2]) for name in ("甲", "乙", "丙", "丁")]
    root = drawn(charts.trend(["9月", "10月"], series, title="走势"))
    assert len({line.get("stroke-dasharray") for line in classed(root, "line")}) == 4
    marks = [one.get("d").split("m")[1] for one in classed(root, "point")]
    assert len(set(marks)) == 4 and len(marks) == 8
    assert {"甲", "乙", "丙", "丁"} <= {*texts(root)}


def test_what_is_beyond_a_limit_is_a_cross():
    series = [Series("压力", [0.3, 0.05, 0.9])]
    root = drawn(charts.trend(["a", "b", "c"], series, title="压力", low=0.07, high=0.8))
    assert len(classed(root, "out")) == 2 and len(classed(root, "point")) == 3


def test_what_is_counted_has_no_halves():
    root = drawn(charts.trend(["9月", "10月"], [Series("条", [0, 1])], title="隐患"))
    assert {"0", "1"} <= {*texts(root)} and "0.5" not in texts(root)


@pytest.mark.parametrize("count", [1, 2, 6, 12, 40])
def test_labels_have_room_and_the_ends_are_named(count):
    labels = [f"26-{number:02d}" for number in range(count)]
    root = drawn(charts.trend(labels, [Series("条", [1] * count)], title="月"))
    shown = [text for text in texts(root) if text.startswith("26-")]
    assert (shown[0], shown[-1]) == (labels[0], labels[-1]) and len(shown) <= 7


@pytest.mark.parametrize("values", [[0, 0, 0], [5, 5, 5], [None, None, None], [1e-9, 0, 3e12]])
def test_any_numbers_make_a_picture(values):
    series = [Series("一", values)]
    known = sum(value is not None for value in values)
    web = drawn(charts.radar(["甲", "乙", "丙"], series, 0, title="四能"))
    line = drawn(charts.trend(["甲", "乙", "丙"], series, title="四能"))
    assert len(classed(web, "point")) == len(classed(line, "point")) == known
    rows = drawn(charts.bars(["甲", "乙", "丙"], values, title="四能"))
    assert len(classed(rows, "bar")) == 3 and inside(rows)


@pytest.mark.parametrize("count", range(4))
def test_few_or_no_labels_make_a_picture(count):
    labels, series = ["甲"] * count, [Series("一", [1] * count)]
    for svg in (
        charts.radar(labels, series, 1, title="无"),
        charts.trend(labels, series, title="无"),
        charts.bars(labels, [1] * count, title="无"),
    ):
        assert inside(drawn(svg))


def test_a_web_holds_its_points_and_closes():
    whole = drawn(charts.radar(["甲"] * 4, [Series("一", [40, 20, 0, 99])], 40, title="四能"))
    (line,) = classed(whole, "line")
    places = corners(line)
    assert places[0] == places[-1] == (160, 58) and places[3] == (78, 140)
    gap = drawn(charts.radar(["甲"] * 4, [Series("一", [40, None, 0, 9])], 40, title="四能"))
    (line,) = classed(gap, "line")
    assert len(corners(line)) == 3 and corners(line)[-1] == (160, 58)


def test_long_names_are_broken_or_cut():
    name = "检查消除火灾隐患能力" * 5
    web = drawn(charts.radar([name] * 4, [Series("一", [1] * 4)], 1, title=name))
    assert len(texts(web)) == 12 and all(len(text) <= 5 for text in texts(web))
    (label, number) = texts(drawn(charts.bars([name], [3], title=name, unit="条")))
    assert (len(label), label[-1], number) == (22, "…", "3条")


def test_a_calendar_has_a_square_a_day_in_its_week():
    days = [MONDAY + timedelta(number) for number in (0, 1, 4, 7)]
    squares = [
        Square(day, value, sign, f"{day}", "/checks")
        for day, value, sign in zip(days, (1, 0.9, 0.5, 1), ("✓", "90", "50", "✓"), strict=True)
    ]
    root = drawn(charts.heat(squares, DAYS, MONTHS, title="日历"))
    places = [
        (week.get("transform"), one.get("y"))
        for week in root.iter(f"{SVG}g")
        for one in classed(week, "day")
    ]
    first, second = "translate(34)", "translate(82)"
    assert places == [(first, "22"), (first, "70"), (first, "214"), (second, "22")]
    assert len({one.get("fill") for one in classed(root, "day")}) == 3
    assert "11月" in texts(root) and texts(root).count("✓") == 2
    assert len(list(root.iter(f"{SVG}a"))) == 4 and root.get("role") == "group"
    assert drawn(charts.heat([], DAYS, MONTHS, title="日历")).get("role") == "img"


def test_letters_are_large_enough_in_a_card_on_a_phone():
    card = 302  # pixels between the margins of a screen of 360
    for svg in everything():
        root = drawn(svg)
        if "wide" not in root.get("class"):
            wide = float(root.get("viewBox").split()[2])
            assert float(root.get("font-size")) * card / wide >= 12


def test_a_month_stands_above_days_that_are_there():
    friday = date(2026, 10, 30)
    end = Square(friday, 1, "✓", "", "/checks")
    assert "11月" not in texts(drawn(charts.heat([end], DAYS, MONTHS, title="日历")))
    monday = Square(friday + timedelta(3), 1, "✓", "", "/checks")
    root = drawn(charts.heat([end, monday], DAYS, MONTHS, title="日历"))
    assert [text for text in texts(root) if text.endswith("月")] == ["11月"]


def test_a_day_that_is_not_over_looks_like_none_that_is():
    root = drawn(charts.heat([Square(MONDAY, None, "…", "未完")], DAYS, MONTHS, title="日历"))
    (one,) = classed(root, "day")
    assert one.get("stroke-dasharray") and one.get("fill") not in {x.fill for x in charts.SHADES}


def test_paper_has_every_sign_that_charts_draw_themselves():
    assert printable("✓—…") == []
