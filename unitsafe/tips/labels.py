"""What the words of tips are called, and how their states look."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.hazards.rules import State as HazardState
from unitsafe.tips.rules import Action, Channel, Outcome, State

label_all(
    {
        State.RECEIVED: _l("待受理"),
        State.ACCEPTED: _l("已受理"),
        State.HAZARD: _l("已转隐患"),
        State.ANSWERED: _l("已答复"),
    },
    {
        Channel.WEB: _l("网页"),
        Channel.PLATE: _l("扫部位牌"),
        Channel.PHONE: _l("电话"),
        Channel.IN_PERSON: _l("当面"),
        Channel.MAILBOX: _l("意见箱"),
    },
    {
        Outcome.FIXED: _l("已处理"),
        Outcome.NO_HAZARD: _l("不构成隐患"),
        Outcome.UNDER_WAY: _l("正在处理"),
    },
    {
        Action.RECEIVE: _l("收到"),
        Action.ACCEPT: _l("受理"),
        Action.MAKE_HAZARD: _l("转为隐患"),
        Action.ANSWER: _l("答复"),
        Action.NOTE: _l("处理记录"),
        Action.REWARD: _l("奖励"),
        Action.RATE: _l("举报人评价"),
    },
)
STATE_KIND = {
    State.RECEIVED: "warn",
    State.ACCEPTED: "due",
    State.HAZARD: "due",
    State.ANSWERED: "ok",
}
OUTCOME_KIND = {Outcome.FIXED: "ok", Outcome.NO_HAZARD: "", Outcome.UNDER_WAY: "due"}
RATINGS = {
    5: _l("很满意"),
    4: _l("满意"),
    3: _l("一般"),
    2: _l("不满意"),
    1: _l("很不满意"),
}
HAZARD_WORDS = {
    HazardState.REPORTED: _l("已登记为安全隐患，正在安排人整改。"),
    HazardState.ASSIGNED: _l("已登记为安全隐患，正在整改。"),
    HazardState.RECTIFIED: _l("已经整改，等待复查。"),
    HazardState.CLOSED: _l("已整改完成，复查合格，隐患已销号。"),
    HazardState.REJECTED: _l("经现场核实，不构成隐患。"),
}
"""What became of the hazard, for whoever told the school."""
STEPS = (_l("已收到"), _l("已受理"), _l("处理中"), _l("已答复"))
"""In the order of State."""
