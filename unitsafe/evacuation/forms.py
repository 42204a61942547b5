"""Forms of the evacuation: points, routes, guides, checks of the maps, helpers, volunteers."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.core.forms import Form, Text, check_year, choices, chosen_id, named
from unitsafe.evacuation.rules import Need

Choices = Sequence[tuple[int, str]]


class PointForm(Form):
    """An assembly point."""

    name = Text(_l("名称"), most=20, description=_l("例如：1号集合点。"))
    place = Text(_l("位置"), most=60, description=_l("例如：田径场东半场。"))
    for_whom = Text(_l("谁到这里"), required=False, most=80)


class RouteForm(Form):
    """The way out of a floor."""

    route = Text(_l("疏散路线"), most=120, description=_l("例如：东侧班级走东楼梯，西侧走西楼梯。"))
    exits = Text(_l("出口"), required=False, most=60)
    point_id = SelectField(_l("集合点"), coerce=chosen_id)

    def offer(self, points: Choices) -> None:
        """Fill the select."""
        self.point_id.choices = choices([("", _("请选择集合点")), *points])


class GuideForm(Form):
    """A guide of a floor."""

    person_id = SelectField(
        _l("引导员"), coerce=chosen_id, validators=[DataRequired(_l("请选择引导员。"))]
    )
    deputy_id = SelectField(_l("替补"), coerce=chosen_id)
    stand = Text(_l("站在哪里"), required=False, most=40, description=_l("例如：东侧楼梯口。"))

    def offer(self, people: Choices) -> None:
        """Fill the selects."""
        self.person_id.choices = choices([("", _("请选择姓名")), *people])
        self.deputy_id.choices = choices([("", _("没有替补")), *people])


class MapsForm(Form):
    """Rooms whose map was looked at."""

    space = SelectMultipleField(
        _l("图在墙上、和现在的路线一致的房间"),
        coerce=chosen_id,
        validators=[DataRequired(_l("请勾选核对过的房间。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    checked_on = DateField(_l("核对日期"), [InputRequired(_l("请填写核对日期。")), check_year])

    def offer(self, rooms: Choices) -> None:
        """Fill the list."""
        self.space.choices = choices(rooms)


class PupilForm(Form):
    """A pupil who cannot leave alone."""

    class_id = SelectField(
        _l("班级"), coerce=chosen_id, validators=[DataRequired(_l("请选择班级。"))]
    )
    initials = Text(
        _l("学生代称"), most=3, description=_l("只写首字母（如LXM）或“李某”，不写全名。")
    )
    need = SelectField(_l("需要帮助的原因"), choices=lambda: named(Need), coerce=Need)
    helper_id = SelectField(_l("帮扶人"), coerce=chosen_id)
    second_id = SelectField(_l("第二帮扶人"), coerce=chosen_id)

    def offer(self, classes: Choices, people: Choices) -> None:
        """Fill the selects."""
        self.class_id.choices = choices([("", _("请选择班级")), *classes])
        for field in (self.helper_id, self.second_id):
            field.choices = choices([("", _("还没有定")), *people])


class VolunteerForm(Form):
    """A volunteer: a member of staff or a pupil."""

    person_id = SelectField(_l("教职工"), coerce=chosen_id)
    class_id = SelectField(_l("或者学生的班级"), coerce=chosen_id)
    initials = Text(
        _l("学生代称"),
        required=False,
        most=3,
        description=_l("登记班级消防员时填，只写首字母或“李某”。"),
    )

    def offer(self, classes: Choices, people: Choices) -> None:
        """Fill the selects."""
        self.person_id.choices = choices([("", _("不是教职工")), *people])
        self.class_id.choices = choices([("", _("不是学生")), *classes])
