"""What figures are worth, what points add up to."""

from decimal import Decimal
from fractions import Fraction

import pytest

from unitsafe import content
from unitsafe.assessments.rules import (
    MOVES,
    Count,
    State,
    Step,
    Suggestion,
    grade,
    is_vetoed,
    suggest,
    total,
    veto_metric,
)
from unitsafe.content.model import Band, Deduction, Evidence, Grade, Metric, VetoWhen

D = Decimal
GRADES = (Grade("良好", D(90)), Grade("合格", D(80)), Grade("不合格", D(0)))


def count(amount, whole=None):
    return Count(None if amount is None else D(str(amount)), whole)


def metric(empty="zero", unit="ratio"):
    return Metric("figure", "一个数", unit, "甲÷乙", "patrols", "quarter", empty)


def worth(evidence, figure, empty="zero", **others):
    return suggest(evidence, metric(empty), {"figure": figure, **others})


def bands(points, *score, **facts):
    return Evidence("metric", D(points), metric="figure", score=tuple(score), **facts)


RATE = bands(
    3,
    Band(D(3), at_least=D("0.98")),
    Band(D(2), at_least=D("0.95")),
    Band(D(1), at_least=D("0.9")),
)


@pytest.mark.parametrize(
    ("amount", "whole", "points"),
    [
        (50, 50, 3),
        (49, 50, 3),  # 0.98 exactly
        (48, 50, 2),
        (979, 1000, 2),
        (95, 100, 2),  # 0.95 exactly
        (19, 20, 2),
        (94, 100, 1),
        (9, 10, 1),
        (899, 1000, 0),
        (0, 50, 0),
        (293, 299, 2),  # 0.97993…: shown as 97.9%, never rounded up to 98
        (294, 300, 3),
    ],
)
def test_a_share_is_compared_exactly_with_the_least_of_each_band(amount, whole, points):
    assert worth(RATE, count(amount, whole)) == Suggestion(D(points))


@pytest.mark.parametrize(
    ("minutes", "points"), [("2.5", 2), ("3", 2), ("3.01", 1), ("5", 1), ("5.01", 0)]
)
def test_minutes_are_compared_with_the_most_of_each_band(minutes, points):
    evidence = bands(2, Band(D(2), at_most=D(3)), Band(D(1), at_most=D(5)))
    assert worth(evidence, count(minutes)) == Suggestion(D(points))


@pytest.mark.parametrize(
    ("held", "expected", "points"),
    [(3, 3, "3"), (4, 3, "3"), (2, 3, "1.5"), (1, 3, "0"), (0, 0, "3"), (0, 1, "1.5")],
)
def test_a_count_may_fall_short_of_what_is_expected(held, expected, points):
    evidence = bands(
        3,
        Band(D(3), shortfall_at_most=D(0)),
        Band(D("1.5"), shortfall_at_most=D(1)),
        expected="of",
    )
    assert worth(evidence, count(held), of=count(expected)) == Suggestion(D(points))


@pytest.mark.parametrize(
    ("expired", "of", "points"),
    [(0, 100, "1"), (1, 100, "0.5"), (2, 100, "0.5"), (3, 100, "0"), (1, 49, "0"), (1, 50, "0.5")],
)
def test_a_count_may_be_a_share_of_another(expired, of, points):
    evidence = bands(
        1,
        Band(D(1), at_most=D(0)),
        Band(D("0.5"), at_most_ratio_of="all", ratio=D("0.02")),
    )
    assert worth(evidence, count(expired), all=count(of)) == Suggestion(D(points))


def test_a_share_of_nothing_known_is_a_share_of_nothing():
    evidence = bands(1, Band(D("0.5"), at_most_ratio_of="all", ratio=D("0.02")))
    assert worth(evidence, count(1), all=count(None)) == Suggestion(D(0))


@pytest.mark.parametrize(
    ("overdue", "points"), [(0, "2"), (1, "1.5"), (3, "0.5"), (4, "0"), (5, "0"), (400, "0")]
)
def test_each_one_costs_its_points_down_to_none(overdue, points):
    evidence = Evidence(
        "metric", D(2), metric="figure", deduct=Deduction(per=D(1), points=D("0.5"))
    )
    assert worth(evidence, count(overdue)) == Suggestion(D(points))


@pytest.mark.parametrize(("found", "points"), [(0, 2), (1, 2), (2, 1), (3, 1), (4, 0)])
def test_only_whole_units_cost_something(found, points):
    evidence = Evidence("metric", D(2), metric="figure", deduct=Deduction(per=D(2), points=D(1)))
    assert worth(evidence, count(found)).points == points


FULL_AT_MOST = bands(1, Band(D(1), at_most=D("0.05")))
DEDUCTED = Evidence("metric", D(2), metric="figure", deduct=Deduction(per=D(1), points=D(1)))


@pytest.mark.parametrize(
    ("evidence", "empty", "points"),
    [
        (RATE, "zero", 0),
        (FULL_AT_MOST, "zero", 1),
        (DEDUCTED, "zero", 2),
        (RATE, "full", 3),
        (DEDUCTED, "full", 2),
        (RATE, "worst", 0),
        (FULL_AT_MOST, "worst", 0),
        (RATE, "na", None),
        (DEDUCTED, "na", None),
    ],
)
@pytest.mark.parametrize("figure", [count(0, 0), count(None), count(None, 4)])
def test_an_empty_ledger_counts_as_the_metric_says_and_that_is_told(
    evidence, empty, points, figure
):
    expected = Suggestion(None if points is None else D(points), empty)
    assert worth(evidence, figure, empty) == expected


@pytest.mark.parametrize("empty", ["zero", "full", "worst", "na"])
def test_nothing_of_something_is_a_figure_and_no_empty_ledger(empty):
    assert worth(RATE, count(0, 4), empty) == Suggestion(D(0), "")


def test_every_metric_of_the_pack_is_worth_at_most_its_points_and_at_best_all_of_them():
    standard = content.load().standard
    for item in standard.items:
        for part in item.evidence:
            if not part.metric:
                continue
            is_low = part.deduct is not None or any(band.at_most is not None for band in part.score)
            least, most = count(0), count(10**6)
            counts = dict.fromkeys([*standard.metrics, "extinguisher_total"], count(0))
            good = counts | {part.metric: least if is_low else most}
            bad = counts | {part.metric: most if is_low else least}
            bad |= {part.expected: most} if part.expected else {}
            one = standard.metrics[part.metric]
            assert suggest(part, one, good).points == part.points, item.key
            assert suggest(part, one, bad).points == 0, item.key


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        *((">", 0, False), (">", 1, True)),
        *((">=", 0, False), (">=", 1, True)),
        *(("<", 1, False), ("<", 0, True)),
        *(("<=", 2, False), ("<=", 1, True)),
        *(("==", 0, False), ("==", 1, True)),
    ],
)
def test_a_veto_holds_by_its_comparison(op, value, expected):
    limit = {">": 0, ">=": 1, "<": 1, "<=": 1, "==": 1}[op]
    when = VetoWhen("figure", op, D(limit), "不行")
    assert is_vetoed(when, {"figure": count(value)}) is expected


def test_of_an_empty_ledger_no_veto_holds():
    when = VetoWhen("figure", "==", D(0), "不行")
    assert not is_vetoed(when, {"figure": count(None)})
    assert not is_vetoed(when, {"figure": count(0, 0)})


def test_a_veto_of_the_grave_alone_looks_at_their_figure():
    when = VetoWhen("figure", ">", D(0), "不行", min_level="重大")
    assert veto_metric(when) == "figure:重大"
    assert not is_vetoed(when, {"figure": count(3), "figure:重大": count(0)})
    assert is_vetoed(when, {"figure": count(3), "figure:重大": count(1)})


@pytest.mark.parametrize(
    ("got", "of", "expected"),
    [
        ("100", "100", "100"),
        ("0", "100", "0"),
        ("89.95", "100", "90.0"),  # halves up
        ("89.94", "100", "89.9"),
        ("62", "69", "89.9"),  # 89.855…
        ("80", "93", "86.0"),  # 86.0215…
        ("1.5", "96", "1.6"),  # 1.5625
        ("17.5", "64", "27.3"),  # 27.34375
        ("2.05", "10", "20.5"),
    ],
)
def test_the_total_is_of_a_hundred_with_one_decimal(got, of, expected):
    assert total(D(got), D(of)) == D(expected)


def test_where_nothing_applies_there_is_no_total_and_no_grade():
    assert total(D(0), D(0)) is None
    assert grade(None, GRADES, is_vetoed=True, shares=[], cap_below=60) == ""


GOOD = [Fraction(9, 10)] * 4


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        *(("100", "良好"), ("90", "良好"), ("89.9", "合格"), ("80", "合格")),
        *(("79.9", "不合格"), ("0", "不合格")),
    ],
)
@pytest.mark.parametrize("grades", [GRADES, GRADES[::-1]])
def test_the_grade_is_the_highest_one_reached(points, expected, grades):
    assert grade(D(points), grades, is_vetoed=False, shares=GOOD, cap_below=60) == expected


def test_a_total_that_rounds_to_the_line_has_reached_it():
    points = total(D("89.95"), D(100))
    assert grade(points, GRADES, is_vetoed=False, shares=GOOD, cap_below=60) == "良好"


def test_a_veto_makes_it_the_last_grade_whatever_the_points():
    assert grade(D(100), GRADES, is_vetoed=True, shares=GOOD, cap_below=0) == "不合格"


@pytest.mark.parametrize(
    ("share", "cap", "points", "expected"),
    [
        (Fraction(59, 100), 60, 95, "合格"),
        (Fraction(6, 10), 60, 95, "良好"),  # exactly sixty percent is not below
        (Fraction(599, 1000), 60, 95, "合格"),
        (Fraction(1, 10), 0, 95, "良好"),  # switched off
        (Fraction(1, 10), 60, 85, "合格"),  # no worse than it is
        (Fraction(1, 10), 60, 70, "不合格"),
        (Fraction(0), 60, 95, "合格"),
    ],
)
def test_a_weak_capability_keeps_it_from_the_first_grade(share, cap, points, expected):
    shares = [*GOOD[:3], share]
    assert grade(D(points), GRADES, is_vetoed=False, shares=shares, cap_below=cap) == expected


def test_a_standard_with_a_single_grade_has_nothing_to_cap():
    only = (Grade("完成", D(0)),)
    assert grade(D(95), only, is_vetoed=True, shares=[Fraction(0)], cap_below=60) == "完成"


def test_the_steps_lead_from_the_team_to_the_principal_and_end_there():
    assert {step for step, (source, _) in MOVES.items() if source is State.SIGNED} == {Step.FILE}
    assert [step for step, (_, target) in MOVES.items() if target is State.SIGNED] == [
        *(Step.SIGN, Step.FILE)
    ]
    assert MOVES[Step.RETURN] == (State.REVIEWED, State.OPEN)
