"""Forms of activities: what every kind plans, holds, evaluates; kinds add fields of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from unitsafe import clock, content
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import FORMS, Action, Kind
from unitsafe.activities.rules import Form as Shape
from unitsafe.activities.services import Facts, Issue
from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.core.labels import label
from unitsafe.hazards.rules import REPORTED_LEVELS, Level

STEPS = (Action.NOTIFY, Action.START, Action.STOP, Action.ARCHIVE, Action.CANCEL)
"""Steps that ask at most for a word."""


class ActivityForm(Form):
    """What every kind plans. A kind's own form names its further fields in ``DETAILS``, which are
    kept in the activity's ``details``."""

    DETAILS: tuple[str, ...] = ()
    kind = HiddenField()
    version = IntegerField(widget=HiddenInput(), default=0)
    form = SelectField(_l("形式"), coerce=Shape)
    title = Text(_l("名称"), most=80)
    planned_on = DateField(_l("日期"), [InputRequired(_l("请选日期。")), check_year])
    planned_at = TimeField(_l("时间"), [Optional()])
    space_id = SelectField(_l("部位"), coerce=chosen_id)
    place = Text(
        _l("地点"),
        required=False,
        most=60,
        description=_l("不在某个部位，就写在哪里：全校、操场。"),
    )
    organiser_id = SelectField(
        _l("组织人"), coerce=chosen_id, description=_l("由他（她）主持、记录和评估。")
    )
    content = LongText(_l("内容"), required=False, most=2000, id="what")  # the page has a #content

    def offer(
        self, kind: Kind, spaces: Sequence[tuple[int, str]], people: Sequence[tuple[int, str]]
    ) -> None:
        """Fill the selects."""
        self.kind.data = kind.value
        self.form.choices = named(FORMS[kind])
        self.space_id.choices = choices([("", _("不限部位")), *spaces])
        self.organiser_id.choices = choices([("", _("请选择")), *people])

    def fill(self, activity: Activity) -> None:
        """Show what is kept in the details of ``activity``."""
        for name in self.DETAILS:
            self[name].data = activity.details.get(name)

    def facts(self) -> Facts:
        """What was typed."""
        return Facts(
            form=self.form.data,
            title=self.title.data,
            planned_on=self.planned_on.data,
            planned_at=self.planned_at.data,
            space_id=self.space_id.data or None,
            place=self.place.data or "",
            organiser_id=self.organiser_id.data or None,
            content=self.content.data or "",
            minutes=self._of("minutes"),
            target_seconds=self._of("target_seconds"),
            details={name: self[name].data for name in self.DETAILS},
        )

    def _of(self, name: str) -> int | None:
        return self[name].data if name in self else None

    def validate_organiser_id(self, field: Any) -> None:
        """Somebody organises it."""
        if not field.data:
            raise ValidationError(_("请选组织人。"))


class StepForm(Form):
    """A step that asks at most for a word."""

    action = HiddenField()
    note = Text(_l("原因"), required=False, most=200)

    @property
    def chosen(self) -> Action | None:
        """Which step; None for what nobody offers."""
        return next((one for one in STEPS if one == self.action.data), None)


class HoldForm(Form):
    """It was held: entered afterwards, from paper or memory."""

    held_on = DateField(_l("开展日期"), [InputRequired(_l("请选日期。")), check_year])
    started = TimeField(_l("开始时间"), [Optional()], format=["%H:%M:%S", "%H:%M"])
    ended = TimeField(_l("结束时间"), [Optional()], format=["%H:%M:%S", "%H:%M"])
    expected = IntegerField(
        _l("应到人数"), [Optional(), NumberRange(0, 100_000, _l("请填写0以上的整数。"))]
    )
    present = IntegerField(
        _l("实到人数"), [Optional(), NumberRange(0, 100_000, _l("请填写0以上的整数。"))]
    )
    note = Text(_l("备注"), required=False, most=200, description=_l("实到比应到多的，写明原因。"))

    def moment(self, name: str) -> datetime | None:
        """The instant of that time of day; None where none was typed."""
        typed = self[name].data
        return clock.at(self.held_on.data, typed) if typed and self.held_on.data else None

    def validate_ended(self, field: Any) -> None:
        """It ends after it began."""
        if field.data and not self.started.data:
            raise ValidationError(_("请先填开始时间。"))
        if field.data and field.data < self.started.data:
            raise ValidationError(_("结束时间不能早于开始时间。"))

    def validate_note(self, field: Any) -> None:
        """More people than expected have a reason."""
        expected, present = self.expected.data, self.present.data
        if expected is not None and present is not None and present > expected and not field.data:
            raise ValidationError(_("实到比应到多，请写明原因。"))


class EvaluationForm(Form):
    """How it went."""

    DETAILS: tuple[str, ...] = ()
    evaluation = LongText(_l("效果评估"), most=2000)

    def fill(self, activity: Activity) -> None:
        """Show what was written before."""
        self.evaluation.data = activity.evaluation
        for name in self.DETAILS:
            self[name].data = activity.details.get(name)

    def details(self) -> dict[str, Any]:
        """What was typed beside the evaluation itself."""
        return {name: self[name].data for name in self.DETAILS}


class IssueForm(Form):
    """Something it showed to be wrong."""

    description = LongText(_l("问题"), most=500)
    space_id = SelectField(_l("部位"), coerce=chosen_id)
    category = SelectField(_l("类别"))
    level = SelectField(_l("等级"), default=Level.NORMAL.value)

    def offer(self, spaces: Sequence[tuple[int, str]]) -> None:
        """Fill the selects."""
        self.space_id.choices = choices([("", _("全校（不限部位）")), *spaces])
        categories = content.load().hazard_categories.items()
        self.category.choices = choices([("", _("请选择类别")), *categories])
        self.level.choices = choices((one.value, label(one)) for one in REPORTED_LEVELS)

    def validate_category(self, field: Any) -> None:
        """A category has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择类别，拿不准就选“其他”。"))

    def issue(self) -> Issue:
        """What was typed."""
        return Issue(
            description=self.description.data,
            category=self.category.data,
            level=Level(self.level.data),
            space_id=self.space_id.data or None,
        )


class AttachForm(Form):
    """Photos and files travel beside it."""
