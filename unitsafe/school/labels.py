"""What the words of the school are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.school.rules import Stage

label_all(
    {
        Stage.KINDERGARTEN: _l("幼儿园"),
        Stage.PRIMARY: _l("小学"),
        Stage.JUNIOR: _l("初中"),
        Stage.SENIOR: _l("高中"),
        Stage.VOCATIONAL: _l("中等职业学校"),
        Stage.SPECIAL: _l("特殊教育学校"),
    }
)
FLAG_LABELS = {
    "has_boarding": _l("有寄宿生"),
    "is_key_unit": _l("消防安全重点单位"),
    "has_canteen": _l("有食堂"),
    "has_gas": _l("使用燃气"),
    "has_lab": _l("有实验室"),
    "has_bus": _l("有校车"),
    "has_nap_room": _l("有午休室"),
    "has_fire_control_room": _l("有消防控制室"),
    "has_fixed_systems": _l("有自动消防设施"),
    "is_small_unit": _l("小规模单位（九小场所）"),
}
"""The switches of :data:`unitsafe.school.rules.FLAGS`. Source: domain README §2."""
FLAG_HELP = {
    "has_boarding": _l("开启后安排宿舍夜查，并计算住宿夜。"),
    "is_key_unit": _l("由当地消防救援机构确定。"),
    "has_fixed_systems": _l("如自动喷淋、火灾自动报警。"),
    "is_small_unit": _l("寄宿床位少于50张，或走读生少于500人；幼儿园走读少于100人。"),
}
"""One line where the name does not say enough. Source: domain README §2."""
