"""What must fit together inside one record, or between files, beyond the shape of each value."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from unitsafe.content.model import SCHOOL_FLAGS, parse_windows
from unitsafe.content.reading import Document
from unitsafe.content.shapes import Place, Run, descending, suggest, to_time

_LIKE_TIMES = re.compile(r"\d\s*[:：]\s*\d")
CONDITIONS = ("at_least", "at_most", "shortfall_at_most", "at_most_ratio_of")


def _sum(values: Iterable[float]) -> Decimal:
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def _adds_up(parts: Iterable[float], whole: float, at: Place, what: str) -> None:
    total = _sum(parts)
    if total != Decimal(str(whole)):
        at.wrong(f"{what}合计是 {total}，这里写的是 {whole}；改其中一处，使两边相等")


def answer(record: dict[str, Any], at: Place) -> None:
    """A number has a unit and limits in order; a pass/fail answer has neither."""
    if record["type"] == "pass_fail":
        for name in ("unit", "min", "max"):
            if name in record:
                (at / name).wrong("合格/不合格的项不用这个键；删去它，或把 type 改成 number")
        return
    if "unit" not in record:
        (at / "unit").wrong("数字项缺少单位；补上 unit，如 分钟、人、%")
    if "min" not in record and "max" not in record:
        at.wrong("数字项没有界限，无法判断合格；补上 min 或 max")
    if "min" in record and "max" in record and record["min"] > record["max"]:
        text = f"下限 {record['min']} 大于上限 {record['max']}；改成 min 不大于 max"
        (at / "min").wrong(text)


def frequency(record: dict[str, Any], at: Place) -> None:
    """Times in ``window`` can be read; the least number of rounds is no more than the planned."""
    window = record["window"]
    if _LIKE_TIMES.search(window) and not parse_windows(window):
        text = f"看不懂时段“{window}”；写成 07:20-08:20，多个时段用英文分号 ; 隔开"
        (at / "window").wrong(text)
    if record.get("min_times", 0) > record["times"]:
        text = f"下限次数大于应做次数 {record['times']}；改成不大于 times"
        (at / "min_times").wrong(text)
    if record.get("also_monthly") and "monthly_item_count" not in record:
        (at / "monthly_item_count").wrong("也按月做简版时缺少项数；补上 monthly_item_count")


def checklist(record: dict[str, Any], at: Place) -> None:
    """The short form is not longer than the list."""
    limit = record["frequency"].get("monthly_item_count", 0)
    if limit > len(record["items"]):
        text = f"简版 {limit} 项多于全表 {len(record['items'])} 项；改小"
        (at / "frequency" / "monthly_item_count").wrong(text)


def service_life(record: dict[str, Any], at: Place) -> None:
    """An age has a day it counts from."""
    if record["months"] is not None and "count_from" not in record:
        (at / "count_from").wrong(
            "写了年限却没写从哪天起算；补上 manufactured、installed 或 battery"
        )


def band(record: dict[str, Any], at: Place) -> None:
    """Exactly one condition; a ratio goes with a total."""
    if sum(name in record for name in CONDITIONS) != 1:
        at.wrong(f"每一档要有且只有一个条件；从 {'、'.join(CONDITIONS)} 中选一个")
    if ("ratio" in record) != ("at_most_ratio_of" in record):
        at.wrong("ratio 和 at_most_ratio_of 要一起写；补上另一个，或都删去")


def evidence(record: dict[str, Any], at: Place) -> None:
    """A metric has one way of scoring whose best is its points; a manual look has a rubric."""
    if record["type"] == "manual":
        for name in ("metric", "score", "deduct", "expected"):
            if name in record:
                (at / name).wrong("人工项不用这个键；删去它，或把 type 改成 metric")
        if "rubric" not in record:
            (at / "rubric").wrong("人工项缺少打分要点；补上 rubric")
        return
    if "metric" not in record:
        (at / "metric").wrong("指标项缺少 metric；补上指标的名字")
    if ("score" in record) == ("deduct" in record):
        at.wrong("score 和 deduct 要有且只有一个；补上或删去一个")
    elif "score" in record:
        _bands(record, at / "score")


def _bands(record: dict[str, Any], at: Place) -> None:
    bands = record["score"]
    if bands[0]["points"] != record["points"]:
        text = f"最高一档 {bands[0]['points']} 分与满分 {record['points']} 分不同；改成相等"
        (at / 0 / "points").wrong(text)
    if not descending(one["points"] for one in bands):
        at.wrong("各档分值要从高到低；调整顺序或分值")
    if not descending(one["at_least"] for one in bands if "at_least" in one):
        at.wrong("at_least 要从大到小，否则后面的档永远用不上；调整顺序或数值")
    for name in ("at_most", "shortfall_at_most"):
        if not descending(-one[name] for one in bands if name in one):
            at.wrong(f"{name} 要从小到大，否则后面的档永远用不上；调整顺序或数值")
    if any("shortfall_at_most" in one for one in bands) and "expected" not in record:
        at.wrong("按差额打分缺少应有数；在 metric 旁补上 expected")


def assessment_item(record: dict[str, Any], at: Place) -> None:
    """Evidence adds up to the item; a veto says when."""
    parts = (one["points"] for one in record["evidence"])
    _adds_up(parts, record["max_points"], at / "max_points", "各项评分依据的 points ")
    if record["veto"] != ("veto_when" in record):
        (at / "veto").wrong("否决项要写明 veto_when，非否决项不写；两处改一致")


def group(record: dict[str, Any], at: Place) -> None:
    parts = (item["max_points"] for item in record["items"])
    _adds_up(parts, record["points"], at / "points", "各项 max_points ")


def capability(record: dict[str, Any], at: Place) -> None:
    parts = (part["points"] for part in record["groups"])
    _adds_up(parts, record["points"], at / "points", "各组 points ")


def scoring(record: dict[str, Any], at: Place) -> None:
    """Grades go down to zero; flags are facts we know about a school."""
    if record["total"] != 100:
        (at / "total").wrong(f"总分应为 100，写的是 {record['total']}；改成 100")
    marks = [one["at_least"] for one in record["grades"]]
    if not descending(marks):
        (at / "grades").wrong("等级分数线要从高到低；调整顺序或数值")
    if marks[-1] != 0:
        (at / "grades").wrong("最低一级的分数线应为 0，否则有的分数没有等级；改成 at_least: 0")
    for name in record["applies_flags"]:
        if name not in SCHOOL_FLAGS:
            (at / "applies_flags" / name).wrong(
                f"没有“{name}”这个学校条件；{suggest(name, SCHOOL_FLAGS)}"
            )


def standard(record: dict[str, Any], at: Place) -> None:
    """The capabilities make up the total and are numbered 1 to 4."""
    parts = record["capabilities"]
    _adds_up(
        (part["points"] for part in parts),
        record["scoring"]["total"],
        at / "scoring" / "total",
        "四个能力 points ",
    )
    if sorted(part["no"] for part in parts) != [1, 2, 3, 4]:
        (at / "capabilities").wrong("四个能力的编号应为 1、2、3、4 各一个；改正 'no'")


def plan(record: dict[str, Any], at: Place) -> None:
    """Windows have clock times for days and nights, none for longer periods."""
    daily = record["unit"] in ("day", "night")
    for index, window in enumerate(record["windows"]):
        here = at / "windows" / index
        if daily != bool(window["opens"] and window["due"]):
            need = "要写 opens 和 due 两个时间" if daily else "的 opens 和 due 写 null"
            here.wrong(f"unit 为 {record['unit']} 时，时段{need}；改正这一段")
        elif daily and to_time(window["opens"]) == to_time(window["due"]):
            here.wrong("开始和截止是同一时间；改其中一个")
    if daily and record["due_day"] is not None:
        (at / "due_day").wrong("每日、每夜的计划不用截止日；改成 null")
    labels = [window["label"] for window in record["windows"]]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            text = f"前面的时段也叫“{label}”；换一个名称，便于区分"
            (at / "windows" / index / "label").wrong(text)
    if record["unit"] == "quarter" and record["months"] != "quarter_end":
        (at / "months").wrong("每季度的计划排在季末月；改成 quarter_end")


def shift(record: dict[str, Any], at: Place) -> None:
    """A shift takes some time."""
    if to_time(record["starts"]) == to_time(record["ends"]):
        (at / "ends").wrong("上岗和离岗是同一时间；改其中一个")


def obligation(record: dict[str, Any], at: Place) -> None:
    """Only what comes once a year has a month; no stage is asked for and left out at once."""
    if record["month"] is not None and record["recurrence"] != "year":
        (at / "month").wrong("只有每学年一次的工作写截止月；改成 null，或把 recurrence 改成 year")
    for index, stage in enumerate(record["not_stages"]):
        if stage in record["stages"]:
            (at / "not_stages" / index).wrong(f"“{stage}”在 stages 里也有；删去一处")


def between_files(run: Run, documents: Mapping[str, Document], good: Collection[str]) -> None:
    """Checks that need several files; ``good`` names the files that are well formed."""
    if "checklists.yaml" not in good:
        return
    pack = documents["checklists.yaml"].data
    for name in good:
        if documents[name].data["version"] != pack["version"]:
            text = f"版本与 checklists.yaml 的 {pack['version']} 不同；全包用同一个版本号"
            Place(run, documents[name], ("version",)).wrong(text)
    if "duties.yaml" in good:
        at = Place(run, documents["duties.yaml"], ("close_rule",))
        for level in pack["levels"]:
            if level not in documents["duties.yaml"].data["close_rule"]:
                (at / level).wrong("没写这一等级由谁销号；补上")
    if "obligations.yaml" in good:
        at = Place(run, documents["obligations.yaml"], ("obligations",))
        kept = {one["key"]: one for one in pack["checklists"]}
        _proofs_exist(documents["obligations.yaml"].data["obligations"], kept, at)
    if "plans.yaml" in good:
        lists = {one["key"]: one for one in pack["checklists"]}
        at = Place(run, documents["plans.yaml"], ("plans",))
        for index, one in enumerate(documents["plans.yaml"].data["plans"]):
            if one["checklist"] in lists:
                _plan_fits(one, lists[one["checklist"]], at / index)


def _proofs_exist(entries: list[dict[str, Any]], lists: dict[str, Any], at: Place) -> None:
    """A check that proves something is one of our checklists."""
    for index, one in enumerate(entries):
        ledger, _, kind = one["proof"].partition(":")
        if ledger == "checks" and kind not in lists:
            (at / index / "proof").wrong(f"没有“{kind}”这张检查表；{suggest(kind, lists)}")


def _plan_fits(one: dict[str, Any], listed: dict[str, Any], at: Place) -> None:
    count = len(listed["items"])
    if one["item_limit"] is not None and one["item_limit"] > count:
        text = f"简版 {one['item_limit']} 项多于检查表的 {count} 项；改小"
        (at / "item_limit").wrong(text)
    for index, kind in enumerate(one["space_kinds"]):
        if kind not in listed["applies_to"]:
            text = f"检查表 {listed['key']} 不适用于“{kind}”；{suggest(kind, listed['applies_to'])}"
            (at / "space_kinds" / index).wrong(text)
