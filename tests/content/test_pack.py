"""The pack that comes with the program is whole, and says what the rest of the code relies on."""

from datetime import time
from decimal import Decimal

import pytest

from unitsafe import content
from unitsafe.content.model import SCHOOL_FLAGS, STAGES, Basis, parse_windows
from unitsafe.core.domain import Right
from unitsafe.school.rules import FLAGS, Stage


@pytest.fixture(scope="module")
def pack():
    return content.load()


def test_the_real_pack_has_no_problem_and_the_expected_size():
    problems, counts = content.check_report()
    assert problems == []
    assert counts == {
        "checklists": 19,
        "items": 246,
        "posts": 35,
        "rights": 37,
        "sources": 47,
        "equipment": 33,
        "metrics": 64,
        "assessment_items": 59,
        "plans": 9,
        "shifts": 6,
        "obligations": 47,
    }
    assert counts.keys() == content.COUNT_LABELS.keys()


def test_the_default_pack_is_read_once(pack):
    assert content.load() is pack


def test_loaded_content_cannot_be_changed(pack):
    with pytest.raises(TypeError):
        pack.checklists["x"] = pack.checklists["grid_walk"]
    with pytest.raises(AttributeError):
        pack.checklists["grid_walk"].title = "x"


def test_every_right_of_the_policy_is_in_the_glossary_and_the_other_way_round(pack):
    assert set(pack.rights) == {right.value for right in Right}


def test_everybody_but_pupils_and_visitors_may_report_a_hazard(pack):
    silent = {key for key, post in pack.posts.items() if "create_hazard" not in post.rights}
    assert silent == {"student_monitor", "inspector"}


def test_the_inspector_only_reads(pack):
    assert pack.posts["inspector"].rights == ("view_all", "export_ledger")
    assert pack.posts["inspector"].forms == ()


def test_each_level_can_be_closed_by_the_posts_that_the_rule_names(pack):
    def holders(right):
        return {key for key, post in pack.posts.items() if right in post.rights}

    assert {"grid_leader", "safety_director"} <= holders("close_normal")
    assert "vice_principal_safety" in holders("close_serious")
    assert holders("close_major") == {"principal"}
    assert tuple(pack.close_rule.by_level) == pack.levels


def test_the_grid_walk_has_two_windows_and_the_facility_check_words(pack):
    walk = pack.checklists["grid_walk"].frequency
    assert walk.windows == ((time(7, 20), time(8, 20)), (time(16), time(17, 30)))
    assert pack.checklists["monthly_facility"].frequency.windows == ()


@pytest.mark.parametrize(
    "text", ["各课间", "07:20", "7:20-8:20", "07:20-24:30", "07:20-08:20;放学"]
)
def test_windows_that_are_not_clock_times_stay_words(text):
    assert parse_windows(text) == ()


def test_a_number_is_judged_inclusively(pack):
    pressure = _answer(pack, "mf_hyd_press")
    assert pressure.judge(Decimal("0.07"))
    assert not pressure.judge(Decimal("0.069"))
    flue = _answer(pack, "qi_flue")
    assert flue.judge(Decimal(90))
    assert not flue.judge(Decimal(91))


def test_a_pass_fail_item_refuses_to_judge_a_number(pack):
    with pytest.raises(ValueError, match="pass/fail"):
        _answer(pack, "dp_fire_use").judge(Decimal(1))


def _answer(pack, key):
    items = [item for one in pack.checklists.values() for item in one.items]
    return next(item.answer for item in items if item.key == key)


def test_night_rounds_cover_the_night_in_four_windows(pack):
    plan = pack.plans["night_dorm"]
    spans = [(window.opens, window.due) for window in plan.windows]
    assert spans == [
        (time(22), time(0)),
        (time(0), time(2)),
        (time(2), time(4)),
        (time(4), time(6)),
    ]
    assert plan.needs_flag == "has_boarding"
    assert plan.needs_flag in SCHOOL_FLAGS


def test_the_inspection_is_short_in_most_months_and_full_at_the_end_of_a_quarter(pack):
    short, full = pack.plans["monthly_inspection"], pack.plans["quarterly_inspection"]
    assert short.checklist == full.checklist == "quarterly_inspection"
    assert (short.months, short.item_limit) == ("not_quarter_end", 12)
    assert (full.months, full.item_limit) == ("quarter_end", None)
    assert pack.checklists["quarterly_inspection"].frequency.monthly_item_count == 12


def test_the_standard_adds_up_to_a_hundred(pack):
    assert [part.points for part in pack.standard.capabilities] == [35, 20, 25, 20]
    assert sum(item.max_points for item in pack.standard.items) == pack.standard.scoring.total
    assert len([item for item in pack.standard.items if item.veto]) == 4


def test_equipment_knows_its_service_and_its_life(pack):
    powder = pack.equipment.kinds["ext_powder"]
    assert (powder.service_life.months, powder.service.first_months) == (120, 60)
    assert pack.equipment.kinds["fire_blanket"].service is None


@pytest.mark.parametrize(
    "key",
    [
        "product",
        "practice",
        "seed",
        "gb40248_draft",
        "score_a",
        "wz_four",
        "eval_form",
        "xf95",
        "hazchem_reg",
    ],
)
def test_conventions_samples_drafts_and_doubtful_editions_are_never_cited(pack, key):
    assert not pack.sources[key].citable
    assert content.printable_basis([Basis(key, "第一条", "verified")], pack.sources) == []


@pytest.mark.parametrize("key", ["fire_law", "ord61", "gb40248", "gb35181", "ten_rules"])
def test_law_and_standards_in_force_are_cited(pack, key):
    assert pack.sources[key].citable


def test_only_verified_clauses_with_a_number_are_printed_and_each_once(pack):
    bases = [
        Basis("ord61", "第二十五条", "verified"),
        Basis("ten_rules", "条号未核（安排专人每日防火巡查）", "verified"),
        Basis("gb50974", "14.0.7", "from-memory"),
        Basis("zj_fire", "第十四条", "verified"),
        Basis("ord61", "第二十五条", "verified"),
    ]
    assert content.printable_basis(bases, pack.sources) == [
        "《机关、团体、企业、事业单位消防安全管理规定》（公安部令第61号）第二十五条",
        "《浙江省消防条例》（2021-11-25）第十四条",
    ]


def test_stages_and_switches_are_those_a_school_has():
    assert [stage.value for stage in Stage] == list(STAGES)
    assert set(FLAGS) == set(SCHOOL_FLAGS)


def test_drills_are_monthly_and_in_a_kindergarten_quarterly(pack):
    school, small = pack.obligations["drill"], pack.obligations["drill_kindergarten"]
    assert (school.recurrence, school.not_stages) == ("month_taught", ("kindergarten",))
    assert (small.recurrence, small.stages) == ("quarter", ("kindergarten",))


@pytest.mark.parametrize("key", ["fire_month", "gas_check", "kit_check", "night_drill"])
def test_customs_drafts_and_conventions_are_no_basis_of_the_years_work(pack, key):
    assert content.printable_basis(pack.obligations[key].basis, pack.sources) == []
