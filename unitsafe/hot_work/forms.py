"""Forms of hot work: the application, the decision, the steps on the site."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.hot_work.rules import Measure
from unitsafe.hot_work.services import Facts

Choices = Sequence[tuple[int, str]]


class ApplyForm(Form):
    """What is to be done, where, when, by whom, who watches."""

    space_id = SelectField(
        _l("部位"), coerce=chosen_id, validators=[DataRequired(_l("请选择部位。"))]
    )
    place = Text(_l("具体位置"), required=False, most=60)
    work = Text(_l("做什么"), most=200, description=_l("例如：食堂烟道支架电焊。"))
    unit = Text(_l("施工单位"), required=False, most=60, description=_l("本校人员动火就不填。"))
    worker = Text(_l("作业人员"), most=20)
    certificate_no = Text(_l("焊工等证件号"), most=40)
    certificate_until = DateField(
        _l("证件有效期到"), [InputRequired(_l("请填写证件有效期。")), check_year]
    )
    day = DateField(
        _l("动火日期"),
        [InputRequired(_l("请填写动火日期。")), check_year],
        description=_l("只能在没有学生的时段；一张单只管一天。"),
    )
    starts = TimeField(_l("从几点"), [InputRequired(_l("请填写开始时间。"))])
    ends = TimeField(_l("到几点"), [InputRequired(_l("请填写结束时间。"))])
    watcher_id = SelectField(
        _l("监护人"),
        coerce=chosen_id,
        validators=[DataRequired(_l("请选择监护人。"))],
        description=_l("全程在现场，不做别的事。"),
    )
    measures = SelectMultipleField(
        _l("动火前要做到"),
        choices=lambda: named(Measure),
        coerce=Measure,
        validators=[DataRequired(_l("请勾选安全措施。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, spaces: Choices, people: Choices) -> None:
        """Fill the selects."""
        self.space_id.choices = choices([("", _("请选择部位")), *spaces])
        self.watcher_id.choices = choices([("", _("请选择监护人")), *people])

    def facts(self) -> Facts:
        """What was typed."""
        day: date = self.day.data
        return Facts(
            space_id=self.space_id.data,
            place=self.place.data or "",
            work=self.work.data,
            unit=self.unit.data or "",
            worker=self.worker.data,
            certificate_no=self.certificate_no.data,
            certificate_until=self.certificate_until.data,
            day=day,
            starts=self.starts.data,
            ends=self.ends.data,
            watcher_id=self.watcher_id.data,
            measures=self.measures.data,
        )


class DecideForm(Form):
    """Approved or not; a refusal says why."""

    decision = RadioField(
        _l("审批意见"),
        choices=choices([("approve", _l("同意动火")), ("refuse", _l("不同意"))]),
        validators=[InputRequired(_l("请选择同意还是不同意。"))],
    )
    note = LongText(_l("意见或原因"), required=False, most=200)

    def validate_note(self, field: LongText) -> None:
        """A refusal says why."""
        if self.decision.data == "refuse" and not field.data:
            raise ValidationError(_("请写明不同意的原因。"))


class CancelForm(Form):
    """Why it is no longer needed."""

    reason = LongText(_l("取消的原因"), most=200)


class StartForm(Form):
    """The site's checklist is read beside it; ``site`` is where its faults are said."""

    site = Text(_l("现场核查"), required=False)


class StepForm(Form):
    """The end of the work, or the look afterwards."""

    note = LongText(_l("现场情况"), most=200)
