"""What the words of visits are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import changed_lines, label, label_all
from unitsafe.visits.models import VisitEvent
from unitsafe.visits.rules import Action, Kind, State

label_all(
    {
        Kind.ROUTINE: _l("例行检查"),
        Kind.SPECIAL: _l("专项检查"),
        Kind.RANDOM: _l("双随机抽查"),
        Kind.COMPLAINT: _l("投诉核查"),
        Kind.OTHER: _l("其他"),
        State.WAITING: _l("待复函"),
        State.LATE: _l("复函超期"),
        State.REPLIED: _l("已复函"),
        State.NO_REPLY: _l("不需复函"),
        Action.RECORD: _l("登记"),
        Action.CHANGE: _l("修改"),
        Action.ADD_FINDING: _l("补登问题"),
        Action.REPLY: _l("复函"),
    }
)
STATE_KIND = {
    State.WAITING: "due",
    State.LATE: "bad",
    State.REPLIED: "ok",
    State.NO_REPLY: "",
}
FACTS = {
    "kind": _l("检查类别"),
    "body": _l("检查单位"),
    "inspectors": _l("检查人员"),
    "accompanied_by": _l("陪同人员"),
    "visited_on": _l("检查日期"),
    "document_no": _l("文书编号"),
    "reply_due_on": _l("复函期限"),
    "summary": _l("总体意见"),
}
"""What is written down of a visit, by column."""


def changed(event: VisitEvent) -> list[str]:
    """What a correction changed, line by line: 文书编号：空→3号."""
    facts = {name: pair for name, pair in event.changes.items() if name != "photos"}
    lines = changed_lines(facts, FACTS, _shown)
    if "photos" in event.changes:
        lines.append(_("补照片%(n)s张", n=event.changes["photos"][1]))
    return lines


def _shown(name: str, text: str) -> str:
    if name == "kind" and text in set(Kind):
        return label(Kind(text))
    return text
