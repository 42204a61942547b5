"""What the words of the station are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.micro_station.rules import Group, KitState, Role

label_all(
    {
        Role.LEADER: _l("站长"),
        Role.DEPUTY: _l("副站长"),
        Role.MEMBER: _l("队员"),
        Role.SIGNALLER: _l("通讯员"),
        Group.PROTECTION: _l("防护"),
        Group.FIRE: _l("灭火"),
        Group.LIGHT: _l("照明"),
        Group.BREAKING: _l("破拆"),
        Group.SIGNAL: _l("通信"),
        Group.PATROL: _l("巡查"),
        KitState.OK: _l("完好"),
        KitState.SOON: _l("快到期"),
        KitState.SHORT: _l("缺少"),
        KitState.EXPIRED: _l("已过期"),
    }
)
STATE_KIND = {
    KitState.OK: "ok",
    KitState.SOON: "warn",
    KitState.SHORT: "bad",
    KitState.EXPIRED: "bad",
}
