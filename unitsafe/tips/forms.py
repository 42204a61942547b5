"""The public form, and one form per step inside the school."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Regexp

from unitsafe import content
from unitsafe.core.forms import Form, LongText, Text, choices, chosen_id, named
from unitsafe.hazards.rules import REPORTED_LEVELS, Fix, Level
from unitsafe.tips.labels import RATINGS
from unitsafe.tips.rules import BY_STAFF, Action, Outcome

PHONE = Regexp(r"^$|^[0-9+＋()（） \-—]{5,20}$", message=_l("电话只填数字，不填也可以。"))


class TipForm(Form):
    """What anybody may send. ``space``: the code of the plate that led here; ``homepage`` is a trap
    for programs: people do not see it."""

    text = LongText(_l("看到了什么"), most=1000)
    place = Text(
        _l("在哪里"),
        most=80,
        description=_l("例如：教学楼二层东楼梯。"),
        render_kw={"list": "places", "autocomplete": "off"},
    )
    name = Text(
        _l("怎么称呼您"),
        required=False,
        most=40,
        description=_l("可以匿名，不填也行。"),
        render_kw={"autocomplete": "name"},
    )
    phone = Text(
        _l("电话"),
        required=False,
        most=20,
        description=_l("不填也行；填了只有处理举报的人看得到。"),
        validators=[PHONE],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )
    space = HiddenField()
    homepage = StringField(_l("请留空"))


class RegisterForm(Form):
    """A tip that came by phone, by word or by letter, written down for its sender."""

    channel = RadioField(_l("怎么来的"), [InputRequired(_l("请选怎么来的。"))])
    text = LongText(_l("反映的问题"), most=1000)
    place = Text(_l("在哪里"), most=80, render_kw={"list": "places", "autocomplete": "off"})
    name = Text(_l("举报人"), required=False, most=40, description=_l("不愿留名就不填。"))
    phone = Text(
        _l("电话"),
        required=False,
        most=20,
        validators=[PHONE],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel.choices = named(BY_STAFF)


class RateForm(Form):
    """How it was handled, and one word more."""

    rating = RadioField(_l("您对处理满意吗"), [InputRequired(_l("请选一项。"))])
    follow_up = LongText(
        _l("还想说一句"), required=False, most=300, description=_l("只能评价一次。")
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rating.choices = choices((str(key), text) for key, text in RATINGS.items())


class AcceptForm(Form):
    """受理: one press."""


class AnswerForm(Form):
    """答复."""

    outcome = RadioField(_l("结果"), [InputRequired(_l("请选处理结果。"))])
    text = LongText(
        _l("答复内容"),
        most=500,
        description=_l("举报人凭编号能看到。请不要写教职工的姓名和电话。"),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = named(Outcome)


class NoteForm(Form):
    """处理记录: for the school's own record."""

    text = LongText(_l("怎么处理的"), most=500, description=_l("只在校内看，举报人看不到。"))


class RewardForm(Form):
    """奖励."""

    text = Text(_l("给了什么"), most=100, description=_l("例如：表扬信、文具一套。"))


class HazardForm(Form):
    """转为隐患, filled from the tip."""

    space_id = SelectField(_l("部位"), coerce=chosen_id)
    description = LongText(_l("隐患描述"), most=500)
    category = SelectField(_l("类别"))
    level = RadioField(_l("等级"), default=Level.NORMAL.value)
    fix = RadioField(_l("现在怎么办"), default=Fix.SCHEDULED.value)

    def __init__(self, spaces: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.space_id.choices = choices([(0, _("请选择部位")), *spaces])
        categories = content.load().hazard_categories.items()
        self.category.choices = choices([("", _("请选择类别")), *categories])
        self.level.choices = named(REPORTED_LEVELS)
        self.fix.choices = named((Fix.SCHEDULED, Fix.STOP_USE))

    def validate_space_id(self, field: Any) -> None:
        """A place has to be chosen: whoever answers for it has to fix it."""
        if not field.data:
            raise ValidationError(_("请选择部位。"))

    def validate_category(self, field: Any) -> None:
        """A category has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择类别，拿不准就选“其他”。"))


FORMS: dict[Action, type[Form]] = {
    Action.ACCEPT: AcceptForm,
    Action.ANSWER: AnswerForm,
    Action.NOTE: NoteForm,
    Action.REWARD: RewardForm,
}
"""The forms on a tip's page; MAKE_HAZARD has a page of its own."""
