"""Changing a copy of the standard: sums, refusals, what comes back. No database."""

import json
from decimal import Decimal

import pytest

from unitsafe import content
from unitsafe.assessments import standard_edit as edit
from unitsafe.assessments.rules import veto_metric
from unitsafe.content.build import make
from unitsafe.content.build import standard as build
from unitsafe.content.model import AssessmentItem
from unitsafe.core.figures import METRICS

PACK = content.load()
ITEM = "c1_07"
"""3 points: 98% 3, 95% 2, 90% 1."""


@pytest.fixture
def body():
    return json.loads(json.dumps(edit.copied(PACK.standard)))


def countable():
    """Every figure that the pack's standard asks for."""
    figures = {one for item in PACK.standard.items for one in edit._figures(item)}
    return figures | set(PACK.standard.metrics)


def changed(body, **score):
    """The item with other evidence."""
    entry = json.loads(json.dumps(edit.item(body, ITEM)))
    entry["evidence"][0].update(score)
    return entry


def bands(*pairs, name="at_least"):
    return [{name: limit, "points": points} for limit, points in pairs]


def test_a_copy_says_what_the_pack_says_and_could_be_published_as_it_is(body):
    assert build(body) == PACK.standard
    assert build(edit.finished(body)) == PACK.standard
    assert edit.faults(body, PACK, countable()) == []
    assert (edit.total(body), edit.sum_text(body)) == (100, "合计100分")


def test_every_figure_of_the_content_is_counted_from_the_ledgers(app):
    assert sorted(countable() - set(METRICS)) == []


@pytest.mark.parametrize(
    ("points", "text"),
    [(3, "合计100分"), (2, "合计99分，还差1分"), (4.5, "合计101.5分，多了1.5分")],
)
def test_points_of_items_are_summed_up_to_the_whole(body, points, text):
    score = bands((0.98, points), (0.9, 0.5))
    after = edit.change_item(body, changed(body, points=points, score=score))
    gap = Decimal(str(points)) - 3
    assert edit.sum_text(after) == text
    assert edit.item(after, ITEM)["max_points"] == points
    assert Decimal(str(edit.group(after, "g12")["points"])) == 11 + gap
    assert Decimal(str(after["capabilities"][0]["points"])) == 35 + gap
    faults = edit.faults(after, PACK, countable())
    assert [(one.path, one.text) for one in faults] == ([("scoring.total", text)] if gap else [])
    assert edit.item(body, ITEM)["max_points"] == 3  # the body that was given stays


@pytest.mark.parametrize(
    ("score", "path", "text"),
    [
        ({"score": bands((0.9, 3), (0.95, 2))}, "evidence[1].score", "从大到小"),
        ({"score": bands((0.98, 2), (0.9, 3))}, "evidence[1].score", "从高到低"),
        ({"score": bands((0.98, 4), (0.9, 2))}, "evidence[1].score[1].points", "最高一档 4 分"),
        ({"score": []}, "evidence[1].score", "至少 1 项"),
        ({"score": [{"points": 3}]}, "evidence[1].score[1]", "有且只有一个条件"),
        ({"score": bands((0, 3), name="shortfall_at_most")}, "evidence[1].score", "应有数"),
        ({"score": bands((2, 3), (1, 2), name="at_most")}, "evidence[1].score", "从小到大"),
        ({"metric": "nonsense"}, "evidence[1].metric", "没有“nonsense”"),
        ({"points": -1}, "evidence[1].points", "不小于 0"),
        ({"type": "manual"}, "evidence[1].metric", "人工项不用"),
    ],
)
def test_what_the_content_forbids_is_forbidden_in_an_item_and_in_the_whole(body, score, path, text):
    entry = changed(body, **score)
    found = edit.item_faults(body, entry, PACK)
    assert any(one.path == path and text in one.text for one in found), found
    assert not any(word in one.text for one in found for word in ("at_least", "max_points"))
    body["capabilities"][0]["groups"][1]["items"][0] = entry
    assert (ITEM, path) in {(one.item, one.path) for one in edit.faults(body, PACK, countable())}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"veto": True}, "否决项要写明否决的条件"),
        ({"text": " "}, "应为文字"),
        ({"applies_when": "has_moon"}, "没有“has_moon”"),
        ({"basis": [{"src": "rumour", "at": "x", "certainty": "verified"}]}, "没有“rumour”"),
    ],
)
def test_a_veto_without_a_condition_or_an_unknown_source_is_refused(body, entry, text):
    found = edit.item_faults(body, {**edit.item(body, ITEM), **entry}, PACK)
    assert len(found) == 1 and text in found[0].text


def test_a_figure_that_no_ledger_can_tell_is_refused(body):
    known = countable() - {"daily_patrol_completion_rate"}
    assert [(one.item, one.text) for one in edit.faults(body, PACK, known)] == [
        (ITEM, "台账里还数不出“每日防火巡查完成率”，不能用来打分")
    ]


def test_an_own_item_gets_a_key_of_its_own_that_is_not_used_again(body):
    new = {
        "text": "校门口护学岗有人",
        "how_to_score": "有1分",
        "veto": False,
        "evidence": [{"type": "manual", "points": 1, "rubric": "看"}],
        "basis": [edit.OWN_BASIS],
    }
    body, first = edit.add_item(body, "g12", new)
    body, second = edit.add_item(body, "g13", new)
    body, third = edit.add_item(edit.remove_item(body, second), "g13", new)
    assert (first, second, third) == ("own_1", "own_2", "own_3")
    assert edit.sum_text(body) == "合计102分，多了2分"
    assert edit.item_faults(body, edit.item(body, first), PACK) == []
    assert (
        content.printable_basis(make(AssessmentItem, edit.item(body, first)).basis, PACK.sources)
        == []
    )
    with pytest.raises(LookupError):
        edit.add_item(body, "g99", new)


def test_a_removed_item_comes_back_where_it_was(body):
    gone = edit.remove_item(body, ITEM)
    assert (edit.sum_text(gone), edit.item(gone, ITEM)) == ("合计97分，还差3分", None)
    assert edit.group_of(gone, ITEM) == "g12"
    assert edit.restore_item(gone, ITEM) == body
    for odd in (edit.restore_item, edit.remove_item):
        with pytest.raises(LookupError):
            odd(body, "nothing")
    keys = [one["key"] for one in edit.group(body, "g11")["items"]]
    for key in keys[:-1]:
        body = edit.remove_item(body, key)
    with pytest.raises(LookupError):
        edit.remove_item(body, keys[-1])


@pytest.mark.parametrize(
    ("metric", "evidence"),
    [
        ("daily_patrol_completion_rate", {"score": [{"at_least": 0.98, "points": 2}]}),
        ("backfilled_record_rate", {"score": [{"at_most": 0.05, "points": 2}]}),
        ("overdue_hazards", {"deduct": {"per": 1, "points": 0.5}}),
        ("major_hazards_uncontrolled", {"score": [{"at_most": 0, "points": 2}]}),
        (
            "drills_held",
            {"expected": "drills_expected", "score": [{"shortfall_at_most": 0, "points": 2}]},
        ),
    ],
)
def test_a_figure_chosen_for_an_own_item_is_asked_in_its_own_direction(body, metric, evidence):
    found = edit.first_evidence(body, metric, Decimal(2))
    assert found == {"type": "metric", "metric": metric, "points": 2, **evidence}
    with pytest.raises(LookupError):
        edit.first_evidence(body, "nonsense", Decimal(2))


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ((90, 80, 0), ""),
        ((80, 90, 0), "从高到低"),
        ((90, 80, 10), "应为 0"),
        ((101, 0, 0), "从高到低"),
    ],
)
def test_grades_go_down_to_zero(body, limits, text):
    grades = [{"grade": name, "at_least": one} for name, one in zip("甲乙丙", limits, strict=True)]
    scoring = {**body["scoring"], "grades": grades}
    found = edit.grade_faults(scoring, body, PACK)
    assert bool(found) == bool(text) and all(text in one.text for one in found)
    assert bool(edit.faults(edit.change_grades(body, grades), PACK, countable())) == bool(text)


def test_a_veto_of_one_level_asks_for_the_figure_of_that_level():
    when = next(
        one.veto_when for one in PACK.standard.items if one.veto_when and one.veto_when.min_level
    )
    assert veto_metric(when) in countable()
