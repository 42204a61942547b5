"""What the words of the duty roster are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.roster.rules import RosterAction, ShiftDays, Standing, SwapState

label_all(
    {
        ShiftDays.TEACHING: _l("教学日"),
        ShiftDays.BOARDING: _l("住宿夜"),
        ShiftDays.EVERY: _l("每天（含节假日）"),
    },
    {
        RosterAction.FILL: _l("轮排"),
        RosterAction.SET: _l("指定"),
        RosterAction.CLEAR: _l("取消"),
        RosterAction.STAND_IN: _l("替岗"),
        RosterAction.NO_STAND_IN: _l("取消替岗"),
        RosterAction.SWAP: _l("调班"),
        RosterAction.LEAVE: _l("离校空出"),
    },
    {
        Standing.PLANNED: _l("按表"),
        Standing.STAND_IN: _l("替岗"),
        Standing.DEPUTY: _l("代理"),
        Standing.UNCOVERED: _l("需要替岗"),
        Standing.EMPTY: _l("缺人"),
    },
    {
        SwapState.ASKED: _l("等对方答复"),
        SwapState.AGREED: _l("已同意"),
        SwapState.DECLINED: _l("没有同意"),
        SwapState.WITHDRAWN: _l("已撤回"),
        SwapState.VOID: _l("已失效"),
    },
)
