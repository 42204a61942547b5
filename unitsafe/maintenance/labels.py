"""What the words of 维保与检测 are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import changed_lines, label, label_all
from unitsafe.maintenance.models import MaintenanceEvent
from unitsafe.maintenance.rules import Action, InMonth, Kind, Mark, Result

label_all(
    {
        Kind.MAINTENANCE: _l("维保"),
        Kind.ANNUAL_TEST: _l("年度检测"),
        Kind.ELECTRICAL_TEST: _l("电气检测"),
        Kind.LIGHTNING_TEST: _l("防雷检测"),
        Kind.GAS_TEST: _l("燃气检测"),
        Kind.FLUE_CLEANING: _l("烟道清洗"),
    },
    {
        Result.PASSED: _l("合格"),
        Result.PROBLEMS: _l("有问题"),
        Result.FAILED: _l("不合格"),
    },
    {
        Action.RECORD: _l("登记"),
        Action.CHANGE: _l("修改"),
        Action.ADD_FINDING: _l("补登问题"),
        Action.ADD_READING: _l("登记读数"),
        Action.SIGN: _l("签字确认"),
    },
    {
        Mark.FINE: _l("正常"),
        Mark.SOON: _l("快到期"),
        Mark.LATE: _l("已过期"),
        Mark.MISSING: _l("没有"),
    },
    {
        InMonth.CAME: _l("有"),
        InMonth.NOT_CAME: _l("无"),
        InMonth.NOT_YET: _l("未到"),
        InMonth.BEFORE: "",
    },
)
MARK_KIND = {Mark.FINE: "ok", Mark.SOON: "warn", Mark.LATE: "bad", Mark.MISSING: "bad"}
RESULT_KIND = {Result.PASSED: "ok", Result.PROBLEMS: "warn", Result.FAILED: "bad"}
MONTH_KIND = {
    InMonth.CAME: "ok",
    InMonth.NOT_CAME: "bad",
    InMonth.NOT_YET: "due",
    InMonth.BEFORE: "na",
}
VISIT_WORDS = {Mark.FINE: _l("本月已来"), Mark.SOON: _l("本月还没来"), Mark.LATE: _l("缺维保")}
"""What a mark of 维保 reads: nobody's visit runs out."""
SYSTEMS = {
    "auto": _l("报警与自动灭火"),
    "water": _l("消火栓与水泵水箱"),
    "evac": _l("应急照明与疏散指示"),
    "sep": _l("防火门与卷帘"),
    "extinguisher": _l("灭火器"),
    "kitchen": _l("厨房"),
    "elec": _l("电气与防雷"),
}
"""Groups of kinds of equipment that a contractor looks after, by key of content."""
FACTS = {
    "kind": _l("类别"),
    "company": _l("单位"),
    "people": _l("人员"),
    "done_on": _l("日期"),
    "systems": _l("系统"),
    "work": _l("做了什么"),
    "report_no": _l("报告编号"),
    "result": _l("结论"),
    "valid_until": _l("有效期至"),
}
"""What is written down of a record, by column."""


def mark_word(kind: Kind, mark: Mark) -> str:
    """What the mark of a duty reads."""
    if kind is Kind.MAINTENANCE and mark in VISIT_WORDS:
        return str(VISIT_WORDS[mark])
    return label(mark)


def systems(keys: list[str]) -> str:
    """报警与自动灭火、厨房."""
    return "、".join(str(SYSTEMS.get(key, key)) for key in keys)


def changed(event: MaintenanceEvent) -> list[str]:
    """What a correction changed, line by line: 报告编号：空→3号."""
    facts = {name: pair for name, pair in event.changes.items() if name != "files"}
    lines = changed_lines(facts, FACTS, _shown)
    if "files" in event.changes:
        lines.append(_("补附件%(n)s份", n=event.changes["files"][1]))
    return lines


def _shown(name: str, text: str) -> str:
    if name == "kind" and text in set(Kind):
        return label(Kind(text))
    if name == "result" and text in set(Result):
        return label(Result(text))
    if name == "systems" and text:
        return systems(text.split(","))
    return text
