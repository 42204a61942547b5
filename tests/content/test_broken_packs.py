"""A broken pack is refused with file, line, key and the mend; all faults in one go."""

import shutil

import pytest

from unitsafe import content
from unitsafe.content.check import FOLDER

LISTS, DUTIES, SOURCES = "checklists.yaml", "duties.yaml", "sources.yaml"
EQUIPMENT, STANDARD, PLANS = "equipment.yaml", "four_capabilities.yaml", "plans.yaml"
SHIFTS, WORK = "shifts.yaml", "obligations.yaml"


@pytest.fixture
def pack(tmp_path):
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def spoil(folder, name, old, new):
    """Replace the first ``old`` in a file; returns the line where ``new`` stands."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    before, found, after = text.partition(old)
    assert found, f"{old!r} is not in {name}"
    file.write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1


ITEM = "checklists.daily_fire_patrol.items.dp_fire_use"
BROKEN = [
    # file, what stands there, what is put there, lines further down, path, words of the message
    (LISTS, "level: 一般", "level: 一搬", 0, f"{ITEM}.level", ["没有“一搬”", "“一般”？"]),
    (LISTS, "cat: fire_use", "cat: fire_usage", 0, f"{ITEM}.cat", ["“fire_use”？"]),
    (LISTS, "fix: on_spot", "fix: onspot", 0, f"{ITEM}.fix", ["“on_spot”？"]),
    (LISTS, "capability: 1", "capability: 5", 0, f"{ITEM}.capability", ["1 到 4 的整数"]),
    (LISTS, "capability: 1", "capability: true", 0, f"{ITEM}.capability", ["true/false"]),
    (LISTS, "        how: 翻看", "        hwo: 翻看", 0, f"{ITEM}.hwo", ["不认识的键", "“how”？"]),
    (LISTS, "        fix: on_spot\n", "", -5, f"{ITEM}.fix", ["缺少这一项", "on_spot"]),
    (LISTS, "key: dp_elec_use", "key: dp_fire_use", 0, f"{ITEM}.key", ["重复", "第"]),
    (LISTS, "key: dp_elec_use", "key: Dp-1", 0, "items.Dp-1.key", ["小写字母"]),
    (LISTS, "key: grid_walk\n", "key: daily_fire_patrol\n", 0, "checklists.daily_fire_patrol.key", ["重复"]),
    (LISTS, "src: ord61", "src: ord16", 0, "daily_fire_patrol.basis[1].src", ["“ord61”？"]),
    (LISTS, "who: [safety_officer, ", "who: [safty_officer, ", 0, "who[1]", ["“safety_officer”？"]),
    (LISTS, "countersign: vice", "countersign: vise", 0, "daily_fire_patrol.countersign", ["“vice_"]),
    (LISTS, "applies_to: [building, ", "applies_to: [bilding, ", 0, "applies_to[1]", ["“building”？"]),
    (LISTS, "scope: building", "scope: house", 0, "daily_fire_patrol.scope", ["house", "campus"]),
    (LISTS, "minutes: 25", "minutes: 半小时", 0, "daily_fire_patrol.minutes", ["整数", "“半小时”"]),
    (LISTS, "window: '07:00-18:00'", "window: '07:00-18:60'", 0, "frequency.window", ["07:20-08:20"]),
    (LISTS, "monthly_item_count: 12", "monthly_item_count: 99", 0, "monthly_item_count", ["99 项"]),
    (LISTS, "min_times: 2", "min_times: 9", 0, "night_dorm.frequency.min_times", ["下限次数"]),
    (LISTS, "unit: '%', min: 100, max: 100", "unit: '%', min: 100, max: 90", 0, "mf_ext_done.answer.min", ["大于上限"]),
    (LISTS, "unit: '%', min: 100, max: 100", "min: 100, max: 100", 0, "answer.unit", ["缺少单位"]),
    (LISTS, "unit: '%', min: 100, max: 100", "unit: '%'", 0, "mf_ext_done.answer", ["没有界限"]),
    (LISTS, "type: pass_fail, ", "type: pass_fail, min: 1, ", 0, f"{ITEM}.answer.min", ["不用这个键"]),
    (LISTS, "auto: extinguisher_check_ratio", "auto: extinguisher_checks", 0, "mf_ext_done.auto", ["没有"]),
    (LISTS, "version: 2026-11", "version: 2026-11-01", 0, "version", ["日期 2026-11-01", "引号"]),
    (DUTIES, "version: 2026-11", "version: 2026-12", 0, "version", ["与 checklists.yaml 的 2026-11 不同"]),
    (DUTIES, "confirm_major, close_major", "confirm_majr, close_major", 0, "posts.principal.rights[1]", ["“confirm_major”？"]),
    (DUTIES, "{form: quarterly_inspection,", "{form: quartely_inspection,", 0, "forms[1].form", ["“quarterly_inspection”？"]),
    (DUTIES, "act: countersign}", "act: sign}", 0, "principal.forms[1].act", ["“countersign”？"]),
    (DUTIES, "grid_level: 1", "grid_level: 7", 0, "posts.principal.grid_level", ["1 到 4"]),
    (DUTIES, "    unique: true", "    unique: 是", 0, "posts.principal.unique", ["true 或 false"]),
    (DUTIES, "key: vice_principal_safety", "key: principal", 0, "posts.principal.key", ["重复"]),
    (DUTIES, "  重大: 校长签认", "  特大: 校长签认", 0, "close_rule.特大", ["没有“特大”"]),
    (DUTIES, "  重大: 校长签认，并按要求报主管部门\n", "", -3, "close_rule.重大", ["由谁销号"]),
    (SOURCES, "{key: minor_law,", "{key: fire_law,", 0, "sources.fire_law.key", ["重复"]),
    (SOURCES, "kind: 法律", "kind: 法规", 0, "sources.fire_law.kind", ["不能是“法规”"]),
    (SOURCES, "doc_no: '2021-11-25'", "doc_no: 2021-11-25", 0, "zj_fire.doc_no", ["加上引号"]),
    (SOURCES, "certainty: verified", "certainty: verifed", 0, "fire_law.certainty", ["“verified”？"]),
    (EQUIPMENT, "key: ext_water", "key: ext_powder", 0, "equipment.ext_powder.key", ["重复"]),
    (EQUIPMENT, "who: safety_officer", "who: safety_offcer", 0, "inspections[1].who", ["“safety_officer”？"]),
    (EQUIPMENT, "interval_days: 1", "interval_days: 0", 0, "inspections[1].interval_days", ["不小于 1"]),
    (EQUIPMENT, "months: 120, count_from: manufactured,", "months: 120,", 0, "service_life.count_from", ["从哪天起算"]),
    (STANDARD, "key: grid_coverage_ratio", "key: key_posts_filled_ratio", 0, "metrics.key_posts_filled_ratio.key", ["重复"]),
    (STANDARD, "metric: grid_coverage_ratio", "metric: grid_covrage_ratio", 0, "c1_02.evidence[1].metric", ["“grid_coverage_ratio”？"]),
    (STANDARD, "points: 35", "points: 36", 0, "capabilities.cap1.points", ["合计是 35", "36"]),
    (STANDARD, "max_points: 2", "max_points: 3", 0, "items.c1_01.max_points", ["合计是 2"]),
    (STANDARD, "{at_least: 1, points: 2}, {at_least: 0.75", "{at_least: 0.7, points: 2}, {at_least: 0.75", 0, "c1_01.evidence[1].score", ["at_least 要从大到小"]),
    (STANDARD, "{at_most: 0.05, points: 1}, {at_most: 0.1,", "{at_most: 0.2, points: 1}, {at_most: 0.1,", 0, "c1_12.evidence[1].score", ["at_most 要从小到大"]),
    (STANDARD, "score: [{at_least: 1, points: 2}", "score: [{at_least: 1, points: 1.5}", 0, "score[1].points", ["最高一档"]),
    (STANDARD, "{grade: 合格, at_least: 80}", "{grade: 合格, at_least: 95}", -2, "scoring.grades", ["从高到低"]),
    (STANDARD, "total: 100", "total: 90", 0, "scoring.total", ["应为 100"]),
    (STANDARD, "applies_when: has_boarding", "applies_when: has_bording", 0, "c1_10.applies_when", ["“has_boarding”？"]),
    (STANDARD, "            veto: false\n", "            veto: true\n", 0, "c1_01.veto", ["veto_when"]),
    (STANDARD, "'no': 1", "no: 1", 0, "capabilities.cap1", ["键名“no”", "引号"]),
    (PLANS, "checklist: daily_fire_patrol", "checklist: daily_patrol", 0, "daily_fire_patrol.checklist", ["没有“daily_patrol”"]),
    (PLANS, "opens: '22:00'", "opens: 22:00", 0, "night_dorm.windows[1].opens", ["数字 1320", "引号"]),
    (PLANS, "due: '18:00'", "due: null", 0, "daily_fire_patrol.windows[1]", ["opens 和 due 两个时间"]),
    (PLANS, "item_limit: 12", "item_limit: 30", 0, "monthly_inspection.item_limit", ["多于检查表"]),
    (PLANS, "needs_flag: has_boarding", "needs_flag: boarding", 0, "night_dorm.needs_flag", ["“has_boarding”？"]),
    (PLANS, "space_kinds: [classroom,", "space_kinds: [kitchen,", 0, "grid_walk.space_kinds[1]", ["不适用于“kitchen”"]),
    (PLANS, "due_day: 25", "due_day: 31", 0, "monthly_facility.due_day", ["1 到 28"]),
    (PLANS, "label: 下午巡", "label: 上午巡", 0, "grid_walk.windows[2].label", ["也叫“上午巡”"]),
    (SHIFTS, "checklist: gate_duty", "checklist: gate_dutty", 0, "gate_morning.checklist", ["“gate_duty”？"]),
    (SHIFTS, "posts: [duty_teacher,", "posts: [duty_techer,", 0, "gate_morning.posts[1]", ["“duty_teacher”？"]),
    (SHIFTS, "ends: '08:00'", "ends: '07:20'", 0, "gate_morning.ends", ["同一时间"]),
    (SHIFTS, "days: teaching", "days: weekdays", 0, "gate_morning.days", ["teaching"]),
    (WORK, "who: principal", "who: principle", 0, "year_plan.who", ["“principal”？"]),
    (WORK, "recurrence: day_taught", "recurrence: daily", 0, "daily_patrol.recurrence", ["不能是“daily”"]),
    (WORK, "proof: checks:daily_fire_patrol", "proof: checks:daily_patrol", 0, "daily_patrol.proof", ["没有“daily_patrol”"]),
    (WORK, "proof: year_plan:signed", "proof: 签批", 0, "year_plan.proof", ["manual"]),
    (WORK, "recurrence: year\n", "recurrence: term\n", 1, "year_plan.month", ["改成 null"]),
    (WORK, "src: fire_law", "src: fire_lawe", 0, "annual_test.basis[1].src", ["“fire_law”？"]),
    (WORK, "needs: [has_boarding]", "needs: [boarding]", 0, "night_patrol.needs[1]", ["“has_boarding”？"]),
    (WORK, "stages: [kindergarten]\n    not_stages: []", "stages: [kindergarten]\n    not_stages: [kindergarten]", 1, "drill_kindergarten.not_stages[1]", ["删去一处"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "down", "path", "words"),
    BROKEN,
    ids=[f"{row[0]}:{row[4]}-{number}" for number, row in enumerate(BROKEN)],
)
def test_a_fault_is_named_with_file_line_key_and_mend(pack, name, old, new, down, path, words):
    line = spoil(pack, name, old, new) + down
    with pytest.raises(content.ContentError) as caught:
        content.load(pack)
    where = f"{name}:{line}: "
    found = [one for one in caught.value.problems if one.startswith(where)]
    assert found, caught.value.problems
    message = next((one for one in found if all(word in one for word in words)), "")
    assert message, found
    assert path in message.removeprefix(where).split(": ")[0]
    assert "；" in message or "？" in message
    assert message in str(caught.value)


BROKEN_YAML = [
    (LISTS, "levels: [一般, 较大, 重大]", "levels: [一般, 较大, 重大", 1, "YAML 语法不对"),
    (LISTS, "    title: 每日防火巡查记录表", "\ttitle: 每日防火巡查记录表", 0, "YAML 语法不对"),
    (DUTIES, "title: 学校岗位安全职责", "title: 学校岗位安全职责\x07", 0, "YAML 语法不对"),
    (DUTIES, "    unique: true", "    unique: !!python/name:os.system", 0, "看不懂"),
    (PLANS, "title: 学校默认检查计划", "title: 学校默认检查计划\n---\na: 1", 1, "YAML 语法不对"),
    (PLANS, "    grace_minutes: 120", "    unit: day\n    grace_minutes: 120", 0, "这个键写了两次"),
    (SOURCES, "title: 中华人民共和国消防法", "title: 2026-13-45", 0, "看不懂“2026-13-45”"),
]


@pytest.mark.parametrize(("name", "old", "new", "down", "words"), BROKEN_YAML)
def test_broken_yaml_is_named_with_file_and_line(pack, name, old, new, down, words):
    line = spoil(pack, name, old, new) + down
    with pytest.raises(content.ContentError) as caught:
        content.load(pack)
    assert any(one.startswith(f"{name}:{line}: ") and words in one for one in caught.value.problems)


def test_references_by_anchor_are_refused(pack):
    line = spoil(
        pack, LISTS, "levels: [一般, 较大, 重大]", "levels: &a [一般, 较大, 重大]\nnote: *a"
    )
    problems, _ = content.check_report(pack)
    assert any(one.startswith(f"{LISTS}:{line + 1}: note: 不支持") for one in problems)


@pytest.mark.parametrize("text", [b"", b"# only a comment\n", b"null\n"])
def test_an_empty_file_is_one_problem(pack, text):
    (pack / PLANS).write_bytes(text)
    problems, counts = content.check_report(pack)
    assert problems == ["plans.yaml:1: 文件是空的；从安装包中恢复这个文件"]
    assert counts["plans"] == 0


def test_a_missing_file_is_one_problem_not_a_hundred(pack):
    (pack / SOURCES).unlink()
    problems, _ = content.check_report(pack)
    assert len(problems) == 1
    assert problems[0].startswith("sources.yaml:1: 缺少这个文件")


def test_a_file_in_another_encoding_names_the_line(pack):
    (pack / PLANS).write_bytes("version: 2026-11\ntitle: 计划\n".encode("gbk"))
    problems, _ = content.check_report(pack)
    assert problems == ["plans.yaml:2: 这一行不是 UTF-8 文字；用 UTF-8 编码另存一次"]


def test_a_file_that_is_no_mapping_is_a_problem(pack):
    (pack / PLANS).write_text("- a\n- b\n", encoding="utf-8")
    problems, _ = content.check_report(pack)
    assert problems == ["plans.yaml:1: 应为一组键值，写的是一个列表；改成要求的写法"]


def test_a_misspelt_section_is_reported_once_and_not_at_every_use(pack):
    line = spoil(pack, LISTS, "hazard_categories:", "hazard_category:")
    problems, _ = content.check_report(pack)
    assert len(problems) == 2
    assert any(f"{LISTS}:{line}: hazard_category: 不认识的键" in one for one in problems)
    assert any("hazard_categories: 缺少这一项" in one for one in problems)


def test_all_faults_of_all_files_are_reported_together_in_order(pack):
    spoil(pack, PLANS, "due_day: 25", "due_day: 31")
    spoil(pack, LISTS, "capability: 1", "capability: 9")
    spoil(
        pack, LISTS, "key: grid_walk\n    title: 网格“一日双巡”记录", "key: grid_walk\n    title: 7"
    )
    spoil(pack, SOURCES, "kind: 法律", "kind: 法")
    with pytest.raises(content.ContentError) as caught:
        content.load(pack)
    files = [one.split(":")[0] for one in caught.value.problems]
    assert files == [SOURCES, LISTS, LISTS, PLANS]
    lines = [int(one.split(":")[1]) for one in caught.value.problems[1:3]]
    assert lines == sorted(lines)
    assert str(caught.value).startswith("内容包有 4 处问题：\n")


def test_a_byte_order_mark_does_no_harm(pack):
    file = pack / PLANS
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert content.load(pack).plans.keys() == content.load().plans.keys()
