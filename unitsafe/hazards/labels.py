"""What the words of hazards are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.hazards.rules import Action, Card, Fix, Level, Source, State

label_all(
    {
        State.REPORTED: _l("待受理"),
        State.ASSIGNED: _l("整改中"),
        State.RECTIFIED: _l("待复查"),
        State.CLOSED: _l("已销号"),
        State.REJECTED: _l("不成立"),
        Level.NORMAL: _l("一般"),
        Level.SERIOUS: _l("较大"),
        Level.SUSPECTED_MAJOR: _l("疑似重大"),
        Level.MAJOR: _l("重大"),
        Fix.ON_SPOT: _l("当场改正"),
        Fix.SCHEDULED: _l("限期整改"),
        Fix.STOP_USE: _l("先停用再整改"),
        Source.CHECK: _l("检查发现"),
        Source.REPORT: _l("随手报"),
        Source.TIP: _l("举报"),
        Action.FIX_ON_SPOT: _l("当场改正"),
        Action.DISPATCH: _l("派单"),
        Action.REJECT: _l("判定不成立"),
        Action.REPORT_DONE: _l("整改完成"),
        Action.RECHECK: _l("复查合格"),
        Action.SEND_BACK: _l("退回重改"),
        Action.CLOSE: _l("销号"),
        Action.HAND_OVER: _l("交接"),
        Action.NOTE: _l("备注"),
        Card.YELLOW: _l("黄牌"),
        Card.RED: _l("红牌"),
    },
    {Action.REPORT: _l("登记")},  # the same text as Source.REPORT
)
STATE_KIND = {
    State.REPORTED: "warn",
    State.ASSIGNED: "due",
    State.RECTIFIED: "warn",
    State.CLOSED: "ok",
    State.REJECTED: "",
}
LEVEL_KIND = {
    Level.NORMAL: "",
    Level.SERIOUS: "warn",
    Level.SUSPECTED_MAJOR: "bad",
    Level.MAJOR: "bad",
}


def open_hazards(number: int) -> str:
    """2条未销号的隐患; empty for none."""
    return str(_("%(n)s条未销号的隐患", n=number)) if number else ""
