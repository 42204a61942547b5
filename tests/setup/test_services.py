"""The first run without a browser."""

from datetime import date

import pytest

from unitsafe.places.models import BuildingUse
from unitsafe.setup.services import likely_term, read_buildings


@pytest.mark.parametrize(
    ("line", "name", "floors", "use"),
    [
        ("教学楼A 4", "教学楼A", 4, BuildingUse.TEACHING),
        ("男生宿舍，3层", "男生宿舍", 3, BuildingUse.DORM),
        ("食堂", "食堂", 1, BuildingUse.CANTEEN),
        ("  行政 楼\t5 ", "行政 楼", 5, BuildingUse.OFFICE),
        ("操场:1", "操场", 1, BuildingUse.OUTDOOR),
        ("3号楼 6", "3号楼", 6, BuildingUse.TEACHING),
        ("体育馆", "体育馆", 1, BuildingUse.SPORT),
    ],
)
def test_a_line_is_a_building(line, name, floors, use):
    (found,) = read_buildings(f"\n{line}\n\n")
    assert (found.name, found.floors, found.use) == (name, floors, use)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A 0", "第1行的层数"),
        ("A 3\nB 99", "第2行的层数"),
        ("A\nA 3", "写了两遍"),
        ("楼" * 41, "名称太长"),
        ("\n".join(f"楼{n} 1" for n in range(41)), "一次最多40栋"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(app, text, why):
    with app.test_request_context(), pytest.raises(ValueError, match=why):
        read_buildings(text)


@pytest.mark.parametrize(
    ("today", "first", "last", "name"),
    [
        (date(2026, 11, 23), date(2026, 9, 1), date(2027, 1, 20), "2026—2027学年第一学期"),
        (date(2027, 1, 10), date(2026, 9, 1), date(2027, 1, 20), "2026—2027学年第一学期"),
        (date(2027, 3, 1), date(2027, 2, 20), date(2027, 7, 5), "2026—2027学年第二学期"),
        (date(2027, 7, 20), date(2027, 9, 1), date(2028, 1, 20), "2027—2028学年第一学期"),
    ],
)
def test_the_running_half_year_is_suggested(app, today, first, last, name):
    with app.test_request_context():
        assert likely_term(today) == (name, first, last)
