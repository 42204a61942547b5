"""The form of a class."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField, ValidationError
from wtforms.validators import InputRequired, NumberRange

from unitsafe.classes.rules import MOST_GRADES, MOST_PUPILS
from unitsafe.core.forms import Form, Text, choices, chosen_id


def _number(label: Any, least: int, most: int, **more: Any) -> IntegerField:
    wrong = _l("请填%(least)s到%(most)s之间的整数。", least=least, most=most)
    return IntegerField(
        label,
        [InputRequired(wrong), NumberRange(least, most, wrong)],
        render_kw={"inputmode": "numeric"},
        **more,
    )


class ClassForm(Form):
    """A class of pupils."""

    name = Text(_l("班级"), most=20, description=_l("例如：三年级2班、中一班。"))
    grade = _number(
        _l("年级"), 1, MOST_GRADES, description=_l("填数字，最低的年级是1；幼儿园小班是1。")
    )
    pupils = _number(_l("学生人数"), 0, MOST_PUPILS)
    boarders = _number(
        _l("其中住宿"), 0, MOST_PUPILS, default=0, description=_l("夜间疏散演练按住宿人数点名。")
    )
    head_teacher_id = SelectField(_l("班主任"), coerce=chosen_id)
    space_id = SelectField(
        _l("教室"), coerce=chosen_id, description=_l("演练时按教室所在的楼层疏散。")
    )

    def offer(self, people: Sequence[tuple[int, str]], spaces: Sequence[tuple[int, str]]) -> None:
        """Fill the selects."""
        self.head_teacher_id.choices = choices([("", _("还没有定")), *people])
        self.space_id.choices = choices([("", _("没有固定教室")), *spaces])

    def validate_boarders(self, field: Any) -> None:
        """Boarders are pupils of the class."""
        if field.data and self.pupils.data is not None and field.data > self.pupils.data:
            raise ValidationError(_("住宿人数不能比学生人数多。"))


class RetireForm(Form):
    """The class left school; with ``back`` it is there again."""

    back = HiddenField()
