"""What the kinds of gaps are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.coverage.rules import Kind

label_all(
    {
        Kind.UNPLACED: _l("没有网格的部位"),
        Kind.NO_LEADER: _l("缺网格长"),
        Kind.NO_MEMBER: _l("缺网格员"),
        Kind.POST_EMPTY: _l("空缺的岗位"),
        Kind.KEY_AREA: _l("缺责任人或责任牌的重点部位"),
        Kind.NO_DEPUTY: _l("请假没有人代理"),
        Kind.DUTY_GAP: _l("近7天缺人的值班"),
        Kind.PLAN_HITS_NOBODY: _l("排不到人的检查计划"),
        Kind.LETTER_OVERDUE: _l("超期没签的责任书"),
        Kind.TOO_MANY: _l("负责网格太多的人"),
        Kind.GROUP_SIZE: _l("大小不合适的片区"),
        Kind.UNDRAWN: _l("图上没画的网格"),
        Kind.NEVER_SIGNED_IN: _l("从没登录的账号"),
    }
)
