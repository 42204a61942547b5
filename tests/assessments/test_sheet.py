"""The table: what counts, what leaves the denominator, what it adds up to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from unitsafe.assessments.sheet import (
    Attached,
    Capability,
    Given,
    Group,
    Item,
    Member,
    Part,
    Sheet,
    Veto,
    content_hash,
)
from unitsafe.content.build import make, plain
from unitsafe.content.model import Basis, Grade

D = Decimal
AT = datetime(2026, 10, 8, 1, 30, 5, 120000, tzinfo=UTC)
GRADES = (Grade("良好", D(90)), Grade("合格", D(80)), Grade("不合格", D(0)))


def part(most, points=None, suggested=None, number=1, **facts):
    type_ = "manual" if suggested is None else "metric"
    given = {"points": None if points is None else D(points)}
    given |= {"suggested": None if suggested is None else D(suggested)}
    return Part(number, type_, D(most), **{**given, **facts})


def item(key, *parts, **facts):
    most = sum((one.most for one in parts), D(0))
    return Item(key, key[1:], f"第{key}项", most, "", parts, **facts)


def table(*capabilities, vetoes=(), cap_below=60, **facts):
    """A capability of one group for each tuple of items."""
    made = [
        Capability(f"cap{no}", no, f"能力{no}", D(25), (Group(f"g{no}", "组", D(25), items),))
        for no, items in enumerate(capabilities, start=1)
    ]
    given = {"frozen_at": AT, "grades": GRADES, "cap_below": cap_below, **facts}
    return Sheet(
        "2026Q3",
        "标准",
        "2026-11",
        date(2026, 9, 30),
        capabilities=tuple(made),
        vetoes=tuple(vetoes),
        **given,
    )


GONE = {"applies": False}


def test_what_does_not_apply_leaves_the_denominator():
    sheet = table(
        (item("i1", part(3, 2, 2)), item("i2", part(2, **GONE))),
        (item("i3", part(1, **GONE), part(1, 1, number=2)),),
    )
    assert (sheet.got, sheet.of) == (3, 4)
    assert sheet.total == D("75.0")
    assert [one.of for one in sheet.capabilities] == [3, 1]
    assert [one.key for one in sheet.items() if not one.applies] == ["i2"]
    assert sheet.unmet == [sheet.item("i1")]


def test_a_capability_of_which_nothing_applies_has_no_share_and_caps_nothing():
    sheet = table((item("i1", part(10, 10, 10)),), (item("i2", part(5, **GONE)),))
    assert [one.share for one in sheet.capabilities] == [Fraction(1), None]
    assert (sheet.total, sheet.grade, sheet.is_capped) == (D("100.0"), "良好", False)


def test_where_nothing_applies_at_all_there_is_no_total():
    sheet = table((item("i1", part(10, **GONE)),))
    assert (sheet.total, sheet.grade, sheet.is_complete) == (None, "", True)


def test_what_nobody_has_scored_counts_as_nothing_until_then_and_is_not_unmet():
    sheet = table((item("i1", part(3), part(1, 1, 1, number=2)), item("i2", part(2, 0))))
    assert (sheet.got, sheet.of) == (1, 6)
    assert [one.key for one in sheet.unanswered] == ["i1"]
    assert [one.key for one in sheet.unmet] == ["i2"]
    assert not sheet.is_complete


def test_the_suggestion_of_an_item_is_that_of_its_figures():
    assert item("i1", part(3), part(1, 1, 1, number=2)).suggested == 1
    assert item("i2", part(3)).suggested is None
    assert item("i3", part(2, 1, 2), part(1, 1, "0.5", number=2)).suggested == D("2.5")


@pytest.mark.parametrize(
    ("points", "suggested", "expected"),
    [("1", "1", False), ("1.0", "1", False), ("0.5", "1", True), ("1", None, False)],
)
def test_a_score_is_a_change_when_it_differs_from_what_the_ledgers_say(points, suggested, expected):
    assert part(1, points, suggested).is_changed is expected


def test_a_weak_capability_keeps_a_good_total_from_the_first_grade():
    weak = ((item("i1", part(90, 90, 90)),), (item("i2", part(5, "2.9", 5)),))
    sheet = table(*weak)
    assert (sheet.total, sheet.grade, sheet.is_capped) == (D("97.8"), "合格", True)
    free = table(*weak, cap_below=0)
    assert (free.grade, free.is_capped) == ("良好", False)
    exact = table(weak[0], (item("i2", part(5, 3, 5)),))
    assert (exact.grade, exact.is_capped) == ("良好", False)


def test_a_veto_that_holds_fails_it_and_one_without_an_answer_keeps_it_incomplete():
    full = (item("i1", part(10, 10, 10)),)
    said = Veto("gv", "火灾", holds=False)
    assert table(full, vetoes=[said]).grade == "良好"
    held = table(full, vetoes=[said, Veto("i1", "锁闭", item="i1", counted=True, holds=True)])
    assert (held.grade, held.total, held.is_capped) == ("不合格", D("100.0"), False)
    assert [one.key for one in held.holding] == ["i1"]
    waiting = table(full, vetoes=[Veto("gv", "火灾")])
    assert (waiting.grade, waiting.is_complete, len(waiting.unsaid)) == ("良好", False, 1)


def test_things_are_found_by_their_keys():
    sheet = table((item("i1", part(1, 1)),), vetoes=[Veto("gv", "火灾")])
    assert (sheet.item("i1").key, sheet.veto("gv").key) == ("i1", "gv")
    assert (sheet.item("i9"), sheet.veto("i1"), sheet.item("i1").part(2)) == (None, None, None)
    assert str(sheet.quarter) == "2026Q3"
    with pytest.raises(ValueError, match="no quarter"):
        _ = replace(sheet, code="2026Q9").quarter


RICH = table(
    (
        item(
            "i1",
            part(
                2,
                "1.5",
                2,
                metric="drills_held",
                label="次数",
                unit="count",
                formula="次数",
                amount=D("3"),
                expected=D("4"),
                given=Given(7, "方䶮", AT, "<b>少一次</b> & “补”"),
                files=(Attached(3, "照片 1.jpg"),),
            ),
            part(1, number=2, rubric="逐门推开", empty="na", applies=False),
            basis=(Basis("ord61", "第四条", "verified"),),
            veto=True,
            applies_when="has_boarding",
        ),
    ),
    vetoes=[Veto("gv", "火灾", holds=False, given=Given(1, "郑𬭎", AT, ""))],
    members=(Member(1, "方䶮", "校长"),),
    warnings=("本季度没有登记过隐患",),
)


def test_a_table_is_read_back_as_it_was_kept():
    again = make(Sheet, plain(RICH))
    assert again == RICH
    assert again.mark == RICH.mark


def test_the_mark_is_of_everything_but_the_warnings():
    assert replace(RICH, warnings=()).mark == RICH.mark
    others = [
        replace(RICH, cap_below=0),
        replace(RICH, title="另一份"),
        replace(RICH, members=()),
        replace(RICH, vetoes=(replace(RICH.vetoes[0], holds=True),)),
        replace(RICH, on=date(2026, 9, 29)),
    ]
    assert len({RICH.mark, *(one.mark for one in others)}) == 6


def test_the_hash_does_not_depend_on_the_order_of_keys():
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
