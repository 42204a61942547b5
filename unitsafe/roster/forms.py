"""Forms of the duty roster: a shift, a turn, a rotation, a swap."""

from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.core.forms import Form, Text, check_year, choices, chosen_id, named
from unitsafe.core.labels import WEEKDAYS
from unitsafe.people.labels import post_groups
from unitsafe.roster.rules import MOST_PEOPLE, ShiftDays


def _boxes(label: Any, **kwargs: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **kwargs
    )


class ShiftForm(Form):
    """A shift. Buildings, checklists and people are set by the view."""

    title = Text(_l("名称"), most=20, description=_l("例如：校门早护导、总值班。"))
    place = Text(_l("在哪里"), most=40, description=_l("例如：南门、教学楼A各楼层。"))
    building_id = SelectField(
        _l("楼栋"),
        coerce=chosen_id,
        description=_l("选了楼栋，登记隐患时只列这栋楼的部位。"),
    )
    starts = TimeField(_l("上岗"), [InputRequired(_l("请填写上岗时间。"))])
    ends = TimeField(
        _l("离岗"),
        [InputRequired(_l("请填写离岗时间。"))],
        description=_l("早于上岗时间的，算到第二天。"),
    )
    days = SelectField(_l("哪些日子"), choices=lambda: named(ShiftDays), coerce=ShiftDays)
    weekdays = _boxes(
        _l("只排其中的"),
        choices=choices((str(n), day) for n, day in enumerate(WEEKDAYS, start=1)),
        description=_l("不勾就是每个这样的日子都排。"),
    )
    people = IntegerField(
        _l("同时几个人"),
        [
            InputRequired(_l("请填写同时几个人。")),
            NumberRange(1, MOST_PEOPLE, _l("请填1到%(most)s之间的整数。", most=MOST_PEOPLE)),
        ],
        default=1,
        render_kw={"inputmode": "numeric"},
    )
    checklist_key = SelectField(
        _l("值班要填的检查表"), description=_l("当天自动排给值班的人；换了班、替了岗，跟着换人。")
    )
    posts = _boxes(
        _l("哪些岗位可以排"),
        choices=lambda: choices(pair for _level, group in post_groups() for pair in group),
    )
    pool = _boxes(_l("另外指定的人"), coerce=chosen_id)
    is_active = BooleanField(_l("启用这个班次"), default=True)

    @property
    def digits(self) -> str:
        """The ticked weekdays as ``Shift.weekdays`` holds them; all seven narrow nothing."""
        ticked = "".join(sorted(set(self.weekdays.data)))
        return "" if ticked == "1234567" else ticked

    def validate_ends(self, field: Field) -> None:
        """A shift takes some time."""
        if isinstance(field.data, time) and field.data == self.starts.data:
            raise ValidationError(_l("离岗不能和上岗是同一时间。"))


class TurnForm(Form):
    """Who is on a turn, who stands in and why. People are set by the view."""

    person_id = SelectField(_l("值班人"), coerce=chosen_id)
    stand_in_id = SelectField(_l("替岗的人"), coerce=chosen_id)
    note = Text(_l("替岗原因"), required=False, most=80)
    anyway = BooleanField(_l("仍要这样排"))


class FillForm(Form):
    """What to rotate. Sent by GET for a preview, by POST (with the preview's digest) to do it."""

    shift = _boxes(_l("班次"), coerce=chosen_id)
    first = DateField(_l("从哪天起"), [InputRequired(_l("请填写开始日期。")), check_year])
    last = DateField(_l("到哪天止"), [InputRequired(_l("请填写结束日期。")), check_year])
    person = _boxes(_l("参加轮排的人"), coerce=chosen_id)
    keep = BooleanField(_l("已经排好的不动"), default=True)
    digest = HiddenField()


class AskForm(Form):
    """With whom to swap: ``e12`` another's turn, ``p7`` somebody who takes it."""

    choice = SelectField(
        _l("和谁换"),
        [DataRequired(_l("请选择和谁换。"))],
        description=_l("对方同意后马上生效。名单里只有那天能值这个班的人。"),
        validate_choice=False,  # the rules say why somebody cannot be asked
    )
    note = Text(_l("想说的话"), required=False, most=80, description=_l("例如：那天要带学生比赛。"))
