"""Forms of the school: its facts and numbers, a term, a day."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Regexp

from unitsafe.core.forms import Form, Text, check_year
from unitsafe.core.labels import label
from unitsafe.school.labels import FLAG_HELP, FLAG_LABELS
from unitsafe.school.models import School
from unitsafe.school.rules import FLAGS, Stage
from unitsafe.school.settings import SETTINGS, Setting


class SettingsForm(Form):
    """Facts, switches (named as in FLAGS) and numbers (``number_`` and the setting's key)."""

    name = Text(_l("学校全称"), most=80)
    short_name = Text(_l("学校简称"), most=20, description=_l("显示在菜单里，也用作文件名。"))
    stage = SelectField(
        _l("学段"),
        choices=lambda: [SelectChoice(stage.value, label(stage)) for stage in Stage],
        coerce=Stage,
    )

    address = Text(
        _l("访问地址"),
        required=False,
        most=120,
        description=_l(
            "手机在学校网络里打开本系统的地址，印在二维码里，例如 http://192.168.1.20:8000。"
            "不填就用打印时浏览器里的地址。"
        ),
        validators=[
            Regexp(
                r"^$|^https?://[A-Za-z0-9.\-\[\]:]+/?$",
                message=_l("请填写 http:// 或 https:// 开头的地址，后面不带路径。"),
            )
        ],
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    hotline = Text(
        _l("举报电话"),
        required=False,
        most=20,
        description=_l("印在部位责任牌上。"),
        validators=[Regexp(r"^$|^[0-9+][0-9 \-]{2,19}$", message=_l("电话只填数字和短横线。"))],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )

    @property
    def flags(self) -> dict[str, bool]:
        """The switches as they are set on the form."""
        return {flag: self[flag].data for flag in FLAGS}

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers as they stand on the form."""
        return {key: self[f"number_{key}"].data for key in SETTINGS}


def _number(setting: Setting) -> IntegerField:
    limits = {"least": setting.least, "most": setting.most}
    return IntegerField(
        setting.label,
        [
            InputRequired(_l("请填写%(label)s。", label=setting.label)),
            NumberRange(
                setting.least, setting.most, _l("请填%(least)s到%(most)s之间的整数。", **limits)
            ),
        ],
        description=_l(
            "默认%(default)s%(unit)s，可填%(least)s—%(most)s%(unit)s。来源：%(source)s",
            default=setting.default,
            unit=setting.unit,
            source=setting.source,
            **limits,
        ),
        render_kw={"inputmode": "numeric", "class": "num"},
    )


for _flag in FLAGS:
    setattr(
        SettingsForm, _flag, BooleanField(FLAG_LABELS[_flag], description=FLAG_HELP.get(_flag, ""))
    )
for _setting in SETTINGS.values():
    setattr(SettingsForm, f"number_{_setting.key}", _number(_setting))


def values_of(school: School) -> Mapping[str, Any]:
    """What the form shows of a school, by field name."""
    return {
        "name": school.name,
        "short_name": school.short_name,
        "stage": school.stage,
        "address": school.address,
        "hotline": school.hotline,
        **{flag: school.has(flag) for flag in FLAGS},
        **{f"number_{key}": school.number(key) for key in SETTINGS},
    }


class TermForm(Form):
    """A new term."""

    name = Text(_l("学期名称"), most=40, description=_l("例如：2026—2027学年第一学期"))
    starts_on = DateField(_l("开学日期"), [InputRequired(_l("请填写开学日期。")), check_year])
    ends_on = DateField(
        _l("放假前最后一天"), [InputRequired(_l("请填写学期最后一天。")), check_year]
    )


class DayForm(Form):
    """One day of the calendar, set by hand."""

    teaching = BooleanField(_l("上课"))
    boarding = BooleanField(_l("当晚有学生住宿"))
    note = Text(
        _l("说明"), required=False, most=40, description=_l("例如：运动会、雪天停课、校庆。")
    )
