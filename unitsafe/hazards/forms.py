"""One form per action on a hazard."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired

from unitsafe import content
from unitsafe.core.forms import Form, LongText, choices, named
from unitsafe.hazards.rules import Action, Fix, Level

REPORTED_LEVELS = (Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR)


class ReportForm(Form):
    """随手报."""

    space_id = SelectField(_l("部位"), coerce=int)
    description = LongText(_l("看到什么"), most=500)
    category = SelectField(_l("类别"))
    level = RadioField(_l("等级"), default=Level.NORMAL.value)
    fix = RadioField(_l("现在怎么办"), default=Fix.SCHEDULED.value)

    def __init__(self, spaces: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.space_id.choices = choices([(0, _("请选择部位")), *spaces])
        categories = content.load().hazard_categories.items()
        self.category.choices = choices([("", _("请选择类别")), *categories])
        self.level.choices = named(REPORTED_LEVELS)
        self.fix.choices = named(Fix)

    def validate_space_id(self, field: Any) -> None:
        """A place has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择在哪里发现的。"))

    def validate_category(self, field: Any) -> None:
        """A category has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择类别，拿不准就选“其他”。"))


class DispatchForm(Form):
    """派单: to whom, how grave, by when, how."""

    to_id = SelectField(_l("整改责任人"), coerce=int)
    level = SelectField(_l("等级"))
    due_on = DateField(_l("整改期限"), [InputRequired(_l("请选整改期限。"))])
    measure = LongText(_l("整改措施"), required=False, most=500)
    interim_measure = LongText(
        _l("整改前的防范措施"),
        required=False,
        most=500,
        description=_l("例如：拉警戒线、专人看护、停用。"),
    )

    def __init__(self, people: list[tuple[int, str]], levels: tuple[Level, ...], **kwargs: Any):
        super().__init__(**kwargs)
        self.to_id.choices = choices(people)
        self.level.choices = named(levels)

    def validate_due_on(self, field: Any) -> None:
        """Not a typing slip years away."""
        if field.data and not date(2000, 1, 1) <= field.data <= date(2100, 1, 1):
            raise ValidationError(_("请核对年份。"))


class ReportDoneForm(Form):
    """整改完成."""

    measure = LongText(_l("怎么整改的"), most=500)


class NoteForm(Form):
    """Recheck passed, or closed: a word is welcome."""

    note = LongText(_l("复查意见"), required=False, most=300)


class ReasonForm(Form):
    """Sent back or rejected: the reason is needed."""

    reason = LongText(_l("原因"), most=300)


FORMS = {
    Action.REPORT_DONE: ReportDoneForm,
    Action.RECHECK: NoteForm,
    Action.CLOSE: NoteForm,
    Action.SEND_BACK: ReasonForm,
    Action.REJECT: ReasonForm,
}
"""The forms that need nothing from the hazard."""
