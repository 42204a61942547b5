"""Forms of equipment: what is written down of a piece, and its state."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from unitsafe.core.forms import Form, Text, choices, named
from unitsafe.core.query import row_id
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.rules import Life, State
from unitsafe.equipment.services import Facts

MOST_PIECES = 9999


def _day(label: Any, description: Any = "") -> DateField:
    return DateField(label, [Optional()], description=description)


def _chosen_id(text: Any) -> int:
    return row_id(str(text)) or 0


class EquipmentForm(Form):
    """A piece of equipment; the spaces to choose from are set by the view."""

    number = Text(
        _l("编号"),
        most=30,
        description=_l("例如：MH-A101-1。编号不能重复，报废后也不再给别的器材。"),
    )
    kind = SelectField(
        _l("种类"),
        choices=lambda: choices((key, kind.name) for key, kind in kinds().items()),
        description=_l("决定送修和报废的年限。"),
    )
    name = Text(_l("名称"), required=False, most=60, description=_l("不填就用种类的名称。"))
    model = Text(_l("型号规格"), required=False, most=60, description=_l("例如：MFZ/ABC4。"))
    space_id = SelectField(
        _l("部位"), coerce=_chosen_id, validators=[DataRequired(_l("请选择放在哪里。"))]
    )
    quantity = IntegerField(
        _l("数量"),
        [
            InputRequired(_l("请填写数量。")),
            NumberRange(1, MOST_PIECES, _l("请填1到%(most)s之间的整数。", most=MOST_PIECES)),
        ],
        default=1,
        render_kw={"inputmode": "numeric"},
    )
    maker = Text(_l("生产单位"), required=False, most=60)
    made_on = _day(_l("出厂日期"), _l("只知道年月时，填当月1日。"))
    in_use_on = _day(_l("启用日期"))
    last_service_on = _day(_l("上次维修日期"), _l("应急灯等填上次换电池的日期。"))
    note = Text(_l("备注"), required=False, most=200)

    def facts(self, default_name: str) -> Facts:
        """What was filled in; ``default_name`` where no name was."""
        return Facts(
            number=self.number.data,
            kind=self.kind.data,
            name=self.name.data or default_name,
            space_id=self.space_id.data,
            model=self.model.data or "",
            quantity=self.quantity.data,
            maker=self.maker.data or "",
            life=Life(self.made_on.data, self.in_use_on.data, self.last_service_on.data),
            note=self.note.data or "",
        )


class StateForm(Form):
    """Where a piece stands from now on."""

    state = SelectField(_l("改为"), choices=lambda: named(State))
    note = Text(_l("原因或去向"), required=False, most=200, description=_l("报废时必须填写。"))
