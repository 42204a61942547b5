"""One form per step of a hazard; ``given`` is what the step's service takes."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from unitsafe import content
from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import (
    LEVEL_OF_CONTENT,
    REPORTED_LEVELS,
    Action,
    Fix,
    Level,
    Source,
    is_lower,
)
from unitsafe.people.models import Person

REPORT_SOURCES = (Source.REPORT, Source.PLATE, Source.EQUIPMENT)
"""From where the form may be opened."""


class ReportForm(Form):
    """随手报. ``source`` and ``ref``: from where it was opened; ``again``: the number of the closed
    hazard that is back."""

    source = HiddenField(default=Source.REPORT.value)
    ref = HiddenField(default="")
    again = HiddenField(default="")
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

    @property
    def found_through(self) -> Source:
        """Where the form was opened; what nobody offers counts as 随手报."""
        return next((one for one in REPORT_SOURCES if one == self.source.data), Source.REPORT)

    def validate_space_id(self, field: Any) -> None:
        """A place has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择在哪里发现的。"))

    def validate_category(self, field: Any) -> None:
        """A category has to be chosen."""
        if not field.data:
            raise ValidationError(_("请选择类别，拿不准就选“其他”。"))


class FindingFields:
    """What a visit, a test or a contractor found: fields of a form, or of a row among others that
    may stay empty."""

    description = LongText(_l("问题"), required=False, most=500)
    space_id = SelectField(_l("部位"), coerce=chosen_id)
    category = SelectField(_l("类别"))
    level = SelectField(_l("等级"), default=Level.NORMAL.value)
    is_needed = False
    """Whether an untouched form is wrong."""

    def offer(self: Any, spaces: Sequence[tuple[int, str]]) -> None:
        """Fill the selects."""
        self.space_id.choices = choices([("", _("全校（不限部位）")), *spaces])
        categories = content.load().hazard_categories.items()
        self.category.choices = choices([("", _("请选择类别")), *categories])
        self.level.choices = named(LEVEL_OF_CONTENT.values())

    @property
    def is_used(self: Any) -> bool:
        """Whether it holds a finding."""
        return self.is_needed or any(
            field.data for field in self if field.short_name not in ("level", "csrf_token", "once")
        )

    def validate_description(self: Any, field: Any) -> None:
        """A finding says what is wrong."""
        if self.is_used and not field.data:
            raise ValidationError(_("请填写问题。"))

    def validate_category(self: Any, field: Any) -> None:
        """A finding has a category."""
        if self.is_used and not field.data:
            raise ValidationError(_("请选择类别，拿不准就选“其他”。"))


class ActForm(Form):
    """A step. ``seen``: the newest event of the hazard as the page showed it."""

    seen = HiddenField()

    def given(self, session: Session) -> dict[str, Any]:
        """The service's arguments."""
        return {
            field.short_name: field.data if field.data is not None or _is_number(field) else ""
            for field in self
            if not isinstance(field, HiddenField)
        }


def _is_number(field: Any) -> bool:
    return isinstance(field, IntegerField)


def _money(label: Any) -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(0, 100_000_000, _l("请填写0以上的整数，单位是元。"))],
        description=_l("整数，单位：元。没有就不填。"),
    )


def _deadline(label: Any) -> DateField:
    return DateField(label, [InputRequired(_l("请选日期。")), check_year])


class _PersonForm(ActForm):
    """A step that names somebody."""

    def given(self, session: Session) -> dict[str, Any]:
        """With the person itself."""
        values = super().given(session)
        return values | {"to": session.get_one(Person, values.pop("to_id"))}


class DispatchForm(_PersonForm):
    """派单: to whom, how grave, by when, how, with what money."""

    to_id = SelectField(_l("整改责任人"), coerce=chosen_id)
    level = SelectField(_l("等级"), coerce=Level)
    due_on = DateField(_l("整改期限"), [InputRequired(_l("请选整改期限。")), check_year])
    measure = LongText(_l("整改措施"), required=False, most=500)
    interim_measure = LongText(
        _l("整改前的防范措施"),
        required=False,
        most=500,
        description=_l("例如：拉警戒线、专人看护、停用。"),
    )
    budget = _money(_l("经费预算"))
    reason = LongText(
        _l("为什么改派或改期限"),
        required=False,
        most=300,
        description=_l("期限往后改必须写。"),
    )

    def __init__(
        self,
        people: list[tuple[int, str]],
        levels: tuple[Level, ...],
        *,
        is_again: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not is_again:
            del self.reason
        self.to_id.choices = choices(people)
        self.level.choices = named(levels)


class SuperviseForm(_PersonForm):
    """挂牌督办: who follows it, until when."""

    to_id = SelectField(_l("督办人"), coerce=chosen_id)
    due_on = _deadline(_l("办结期限"))
    reason = LongText(_l("为什么挂牌"), most=300)

    def __init__(self, people: list[tuple[int, str]], **kwargs: Any):
        super().__init__(**kwargs)
        self.to_id.choices = choices(people)


class ReportDoneForm(ActForm):
    """整改完成."""

    measure = LongText(_l("怎么整改的"), most=500)
    cost = _money(_l("花了多少钱"))


class FixOnSpotForm(ActForm):
    """当场改正."""

    measure = LongText(_l("怎么改好的"), most=500)


class NoteForm(ActForm):
    """Recheck passed, or closed: a word is welcome."""

    note = LongText(_l("复查意见"), required=False, most=300)


class ReasonForm(ActForm):
    """A step that needs a reason."""

    reason = LongText(_l("原因"), most=300)


class RequestExtensionForm(ActForm):
    """申请延期."""

    due_on = _deadline(_l("想延到哪一天"))
    reason = LongText(_l("为什么来不及"), most=300)


class GrantExtensionForm(ActForm):
    """同意延期, to the day that was asked for or another."""

    due_on = _deadline(_l("新的期限"))
    note = LongText(_l("说明"), required=False, most=300)


LOWER = (Level.SERIOUS, Level.NORMAL)


def _level(text: Any) -> Level | None:
    return Level(text) if text in set(Level) else None


class DowngradeForm(ActForm):
    """降级."""

    level = RadioField(_l("降为"), coerce=_level, validate_choice=False)
    reason = LongText(_l("理由"), most=300)

    def __init__(self, levels: tuple[Level, ...], **kwargs: Any):
        super().__init__(**kwargs)
        self.level.choices = named(levels)

    def validate_level(self, field: Any) -> None:
        """One that people may lower to; whether it is lower now, the service says (a form sent
        again still speaks of the level before)."""
        if field.data not in LOWER:
            raise ValidationError(_("请选降为哪一级。"))


class EscalateForm(ActForm):
    """上报: to whom, under which number, what."""

    body = Text(_l("上报给哪个部门"), description=_l("例如：区教育局安全科、消防救援大队。"))
    document_no = Text(_l("文号"), required=False, most=60, description=_l("还没有就先不填。"))
    reason = LongText(_l("上报内容"), most=500)


class TransferForm(ActForm):
    """转外单位."""

    body = Text(_l("转给哪个单位"), description=_l("例如：物业、自来水、供电、消防维保单位。"))
    document_no = Text(_l("函号"), required=False, most=60, description=_l("没有就不填。"))
    reason = LongText(_l("请对方办什么"), most=500)


class ReplyForm(ActForm):
    """What an office or company answered."""

    reply = LongText(_l("对方怎么回复"), most=500)
    document_no = Text(_l("回复文号"), required=False, most=60)


class ProgressForm(ActForm):
    """本周进展."""

    note = LongText(_l("本周进展"), most=500)


class RateForm(ActForm):
    """评价: stars, and a word if they like."""

    stars = RadioField(_l("处理得怎么样"), coerce=chosen_id, validate_choice=False)
    note = LongText(_l("想说的话"), required=False, most=300)

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        words = (_("很满意"), _("满意"), _("一般"), _("不太满意"), _("不满意"))
        stars = zip(range(5, 0, -1), words, strict=True)
        self.stars.choices = choices((n, f"{'★' * n} {word}") for n, word in stars)

    def validate_stars(self, field: Any) -> None:
        """1 to 5."""
        if field.data not in range(1, 6):
            raise ValidationError(_("请选1到5星。"))


FORMS: dict[Action, type[ActForm]] = {
    Action.DISPATCH: DispatchForm,
    Action.SUPERVISE: SuperviseForm,
    Action.REPORT_DONE: ReportDoneForm,
    Action.FIX_ON_SPOT: FixOnSpotForm,
    Action.RECHECK: NoteForm,
    Action.CLOSE: NoteForm,
    Action.SEND_BACK: ReasonForm,
    Action.REJECT: ReasonForm,
    Action.REQUEST_EXTENSION: RequestExtensionForm,
    Action.GRANT_EXTENSION: GrantExtensionForm,
    Action.REFUSE_EXTENSION: ReasonForm,
    Action.CONFIRM_MAJOR: ReasonForm,
    Action.DOWNGRADE: DowngradeForm,
    Action.STOP_USE: ReasonForm,
    Action.RESUME_USE: ReasonForm,
    Action.ESCALATE: EscalateForm,
    Action.ESCALATION_REPLY: ReplyForm,
    Action.TRANSFER: TransferForm,
    Action.TRANSFER_REPLY: ReplyForm,
    Action.PROGRESS: ProgressForm,
    Action.LIFT_CARD: ReasonForm,
    Action.RATE: RateForm,
}
"""The form of each step of rules.TRANSITIONS."""


def act_form(
    action: Action, hazard: Hazard, people: list[tuple[int, str]], **kwargs: Any
) -> ActForm:
    """The form of a step of this hazard, filled with what the hazard suggests."""
    if action is Action.SUPERVISE:
        start = {"to_id": hazard.supervisor_id, "due_on": hazard.supervise_until or hazard.due_on}
        return SuperviseForm(people, data=start, **kwargs)
    if action is Action.GRANT_EXTENSION:
        return GrantExtensionForm(data={"due_on": hazard.extension_to}, **kwargs)
    if action is Action.DOWNGRADE:
        return DowngradeForm(tuple(x for x in LOWER if is_lower(x, hazard.level)), **kwargs)
    return FORMS[action](**kwargs)
