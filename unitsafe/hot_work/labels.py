"""What the words of hot work are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.hot_work.rules import Action, Measure, State

label_all(
    {
        State.APPLIED: _l("待审批"),
        State.APPROVED: _l("已批准"),
        State.WORKING: _l("作业中"),
        State.FINISHED: _l("待复查"),
        State.CLOSED: _l("已办结"),
        State.REFUSED: _l("不同意"),
        State.CANCELLED: _l("已取消"),
        Action.APPLY: _l("申请"),
        Action.APPROVE: _l("批准"),
        Action.REFUSE: _l("不同意"),
        Action.CANCEL: _l("取消"),
        Action.START: _l("现场核查，开工"),
        Action.FINISH: _l("完工"),
        Action.AFTER_CHECK: _l("完工后复查"),
        Measure.CLEAR: _l("清除或覆盖周围可燃物"),
        Measure.EXTINGUISHER: _l("配好灭火器和水源"),
        Measure.SEPARATE: _l("围挡隔离，公示张贴"),
        Measure.WATCH: _l("监护人全程在场"),
        Measure.GAS_OFF: _l("切断燃气，清空管道容器"),
        Measure.NOTICE: _l("告知消防控制室和值班人员"),
    }
)
STATE_KIND = {
    State.APPLIED: "due",
    State.APPROVED: "ok",
    State.WORKING: "warn",
    State.FINISHED: "due",
    State.CLOSED: "ok",
    State.REFUSED: "bad",
    State.CANCELLED: "",
}
ANSWERS = {"ok": _l("正常"), "na": _l("不适用")}
