"""What the words of hazards are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.hazards.queries import Mark
from unitsafe.hazards.rules import Action, Card, Fix, Level, Need, Source, State

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
        Source.PLATE: _l("扫码上报"),
        Source.TIP: _l("群众举报"),
        Source.EQUIPMENT: _l("设施器材"),
        Source.DRILL: _l("演练发现"),
        Source.ASSESSMENT: _l("自评发现"),
        Source.VISIT: _l("上级检查"),
        Source.LOOK_BACK: _l("回头看"),
        Source.MAINTENANCE: _l("维保与检测"),
    },
    {  # some have the same text as others above
        Action.REPORT: _l("登记"),
        Action.FIX_ON_SPOT: _l("当场改正"),
        Action.DISPATCH: _l("派单"),
        Action.REJECT: _l("判定不成立"),
        Action.REQUEST_EXTENSION: _l("申请延期"),
        Action.GRANT_EXTENSION: _l("同意延期"),
        Action.REFUSE_EXTENSION: _l("不同意延期"),
        Action.REPORT_DONE: _l("整改完成"),
        Action.RECHECK: _l("复查合格"),
        Action.SEND_BACK: _l("退回重改"),
        Action.CLOSE: _l("销号"),
        Action.CONFIRM_MAJOR: _l("确认重大隐患"),
        Action.DOWNGRADE: _l("降级"),
        Action.STOP_USE: _l("停用"),
        Action.RESUME_USE: _l("恢复使用"),
        Action.ESCALATE: _l("上报"),
        Action.ESCALATION_REPLY: _l("登记上级回复"),
        Action.SUPERVISE: _l("挂牌督办"),
        Action.PROGRESS: _l("写本周进展"),
        Action.TRANSFER: _l("转外单位"),
        Action.TRANSFER_REPLY: _l("登记外单位回复"),
        Action.LIFT_CARD: _l("消牌"),
        Action.RATE: _l("评价"),
        Action.HAND_OVER: _l("交接"),
        Action.REMIND: _l("超期催办"),
        Card.YELLOW: _l("黄牌"),
        Card.RED: _l("红牌"),
    },
    {
        Mark.STOP_USE: _l("停用"),
        Mark.SUPERVISED: _l("挂牌督办"),
        Mark.ESCALATED: _l("已上报"),
        Mark.TRANSFERRED: _l("转外单位"),
    },
    {
        Need.REASON: _l("理由或说明"),
        Need.MEASURE: _l("整改措施"),
        Need.PHOTO: _l("整改后照片"),
        Need.PERSON: _l("责任人"),
        Need.LEVEL: _l("等级"),
        Need.DEADLINE: _l("期限"),
        Need.BODY: _l("对方单位"),
        Need.REPLY: _l("回复内容"),
        Need.PROGRESS: _l("本周进展"),
        Need.STARS: _l("星级"),
    },
)
DONE_WORDS = {
    Action.DISPATCH: _l("已派单。"),
    Action.FIX_ON_SPOT: _l("已记录当场改正，等待别人复查。"),
    Action.REJECT: _l("已判定不成立。"),
    Action.REQUEST_EXTENSION: _l("已申请延期，答复以前按原期限。"),
    Action.GRANT_EXTENSION: _l("已同意延期。"),
    Action.REFUSE_EXTENSION: _l("已答复：期限不变。"),
    Action.REPORT_DONE: _l("已上报整改完成，等待复查。"),
    Action.RECHECK: _l("已记录复查合格，等待销号。"),
    Action.SEND_BACK: _l("已退回重改。"),
    Action.CLOSE: _l("已销号。"),
    Action.CONFIRM_MAJOR: _l("已确认为重大隐患并停用。请当天上报主管部门。"),
    Action.DOWNGRADE: _l("已降级。"),
    Action.STOP_USE: _l("已停用。"),
    Action.RESUME_USE: _l("已恢复使用。"),
    Action.ESCALATE: _l("已登记上报。"),
    Action.ESCALATION_REPLY: _l("已登记上级回复。"),
    Action.SUPERVISE: _l("已挂牌督办。"),
    Action.PROGRESS: _l("已记下本周进展。"),
    Action.TRANSFER: _l("已登记转外单位。"),
    Action.TRANSFER_REPLY: _l("已登记外单位回复。"),
    Action.LIFT_CARD: _l("已消牌。"),
    Action.RATE: _l("谢谢您的评价！"),
}
"""What the page says after a step."""
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
