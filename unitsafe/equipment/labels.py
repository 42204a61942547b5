"""What the words of equipment are called."""

from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.content.model import EquipmentKind
from unitsafe.core.labels import label_all
from unitsafe.equipment.rules import COLUMNS, Action, Result, Sort, State

label_all(
    {
        State.IN_USE: _l("在用"),
        State.FAULTY: _l("故障"),
        State.STOPPED: _l("停用"),
        State.OUT_FOR_SERVICE: _l("送修"),
        State.SCRAPPED: _l("已报废"),
        Result.OK: _l("正常"),
        Result.FAIL: _l("异常"),
        Result.MISSING: _l("找不到"),
        Action.REGISTER: _l("登记"),
        Action.CHANGE: _l("修改"),
        Action.STATE: _l("改变状态"),
        Sort.INSPECT: _l("检查"),
        Sort.UPKEEP: _l("维保检测"),
        Sort.SERVICE: _l("送修"),
        Sort.SCRAP: _l("报废"),
    }
)
STATE_KIND = {
    State.IN_USE: "ok",
    State.FAULTY: "bad",
    State.STOPPED: "warn",
    State.OUT_FOR_SERVICE: "due",
    State.SCRAPPED: "",
}
RESULT_KIND = {Result.OK: "ok", Result.FAIL: "bad", Result.MISSING: "warn"}
COLUMN_NAMES = {column: name for name, column in reversed(COLUMNS.items())} | {
    "note": "备注",
    "until_on": "期限",
    "since_on": "开始日期",
    "approver": "批准人",
    "measure": "防范或替代措施",
    "service_unit": "送修单位",
    "photos": "照片",
}
"""What the history calls a column; facts carry their own name."""
NO_EQUIPMENT = "room"
"""The group of kinds that stand in no equipment register: rooms and their signs."""


def kinds() -> dict[str, EquipmentKind]:
    """The kinds of the register, by key."""
    found = content.load().equipment.kinds
    return {key: kind for key, kind in found.items() if kind.group != NO_EQUIPMENT}


def short_name(kind: EquipmentKind) -> str:
    """干粉灭火器, of 干粉灭火器（ABC/BC，手提或推车）."""
    return kind.name.partition("（")[0]


def kind_title(key: str) -> str:
    """What a kind is called; the key itself when the content no longer knows it."""
    kind = content.load().equipment.kinds.get(key)
    return short_name(kind) if kind else key


def unit(key: str) -> str:
    """What a kind is counted in: 具, 盏."""
    kind = content.load().equipment.kinds.get(key)
    return kind.unit if kind else ""
