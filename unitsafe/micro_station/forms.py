"""Forms of the station: what it is, its team, its kit, a muster."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, TimeField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from unitsafe.core.forms import Form, Text, check_year, choices, chosen_id, named
from unitsafe.micro_station.rules import Group, Role
from unitsafe.micro_station.services import Facts

Choices = Sequence[tuple[int, str]]
MOST = 999
"""Pieces of one line."""


class StationForm(Form):
    """Where it is, its phone, its shift."""

    space_id = SelectField(_l("位置"), coerce=chosen_id)
    phone = Text(_l("值班电话"), required=False, most=20)
    shift_id = SelectField(
        _l("值班班次"),
        coerce=chosen_id,
        description=_l("值班表里哪个班次是微型消防站的，按它统计值班覆盖。"),
    )

    def offer(self, spaces: Choices, shifts: Choices) -> None:
        """Fill the selects."""
        self.space_id.choices = choices([("", _("请选择部位")), *spaces])
        self.shift_id.choices = choices([("", _("还没有排值班")), *shifts])


class MemberForm(Form):
    """Somebody who joins the team."""

    person_id = SelectField(
        _l("姓名"), coerce=chosen_id, validators=[DataRequired(_l("请选择姓名。"))]
    )
    role = SelectField(
        _l("角色"), choices=lambda: named(Role), coerce=Role, default=Role.MEMBER.value
    )

    def offer(self, people: Choices) -> None:
        """Fill the select."""
        self.person_id.choices = choices([("", _("请选择姓名")), *people])


def _pieces(label: object) -> IntegerField:
    return IntegerField(
        label,
        [
            InputRequired(_l("请填写数量。")),
            NumberRange(0, MOST, _l("请填0到%(most)s。", most=MOST)),
        ],
    )


class ItemForm(Form):
    """A line of the kit."""

    kit_group = SelectField(_l("类别"), choices=lambda: named(Group), coerce=Group)
    name = Text(_l("器材名称"), most=40)
    model = Text(_l("型号"), required=False, most=40)
    expected = _pieces(_l("应有"))
    present = _pieces(_l("实有（在位且完好）"))
    expires_on = DateField(
        _l("有效期到"), [Optional(), check_year], description=_l("没有有效期就不填。")
    )
    keeper_id = SelectField(_l("责任人"), coerce=chosen_id)
    is_dropped = BooleanField(_l("不再配备"))

    def offer(self, people: Choices) -> None:
        """Fill the select."""
        self.keeper_id.choices = choices([("", _("没有指定")), *people])

    def facts(self) -> Facts:
        """What was typed."""
        return Facts(
            kit_group=self.kit_group.data,
            name=self.name.data,
            model=self.model.data or "",
            expected=self.expected.data,
            present=self.present.data,
            expires_on=self.expires_on.data,
            keeper_id=self.keeper_id.data or None,
            is_active=not (self.is_dropped and self.is_dropped.data),
        )


class CountForm(Form):
    """点验; the numbers stand beside the lines of the kit."""

    note = Text(_l("说明"), required=False, most=200)


class MusterForm(Form):
    """抽测集合."""

    day = DateField(_l("抽测日期"), [InputRequired(_l("请填写抽测日期。")), check_year])
    signal = TimeField(_l("发出信号"), [InputRequired(_l("请填写发出信号的时间。"))])
    place = Text(_l("集合地点"), most=60)
    arrived = IntegerField(
        _l("到场人数"),
        [InputRequired(_l("请填写到场人数。")), NumberRange(1, 200, _l("请填1到200。"))],
    )
    minutes = IntegerField(
        _l("用时：分"), [InputRequired(_l("请填写用时。")), NumberRange(0, 60, _l("请填0到60。"))]
    )
    seconds = IntegerField(
        _l("用时：秒"), [Optional(), NumberRange(0, 59, _l("请填0到59。"))], default=0
    )
    note = Text(_l("讲评"), required=False, most=200)
