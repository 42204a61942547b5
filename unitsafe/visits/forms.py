"""Forms of visits: what is written down, a finding, the reply that went out."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from unitsafe.core.forms import Form, LongText, Text, check_year, named
from unitsafe.hazards.forms import FindingFields
from unitsafe.hazards.rules import Level
from unitsafe.visits.rules import Kind
from unitsafe.visits.services import Facts, Found

FACTS = tuple(Facts.__dataclass_fields__)


class VisitForm(Form):
    """What is written down of a visit."""

    body = Text(_l("检查单位"), most=60, description=_l("例如：区教育局、区消防救援大队。"))
    kind = SelectField(_l("检查类别"), choices=lambda: named(Kind), coerce=Kind)
    visited_on = DateField(_l("检查日期"), [InputRequired(_l("请填写检查日期。")), check_year])
    inspectors = Text(_l("检查人员"), required=False, most=100)
    accompanied_by = Text(_l("本校陪同人员"), required=False, most=100)
    document_no = Text(
        _l("文书编号"), required=False, most=60, description=_l("检查记录或通知书上的文号。")
    )
    reply_due_on = DateField(
        _l("要求复函的期限"), [Optional(), check_year], description=_l("对方没有要求就不填。")
    )
    summary = LongText(_l("总体意见"), required=False, most=1000)

    def facts(self) -> Facts:
        """What was typed."""
        return Facts(**{name: self[name].data for name in FACTS})


class EditVisitForm(VisitForm):
    """A correction; ``version`` is what the person had before them."""

    version = IntegerField(widget=HiddenInput())


class _FindingFields(FindingFields):
    """One finding."""

    due_on = DateField(_l("要求整改期限"), [Optional(), check_year])
    basis = Text(_l("对方引用的依据"), required=False, most=120)

    def found(self: Any) -> Found:
        """What was typed."""
        return Found(
            description=self.description.data,
            category=self.category.data,
            level=Level(self.level.data),
            space_id=self.space_id.data or None,
            due_on=self.due_on.data,
            basis=self.basis.data or "",
        )


class FindingRow(_FindingFields, FlaskForm):
    """A finding among others of a visit that is being written down; may be left empty."""

    class Meta:
        csrf = False


class FindingForm(_FindingFields, Form):
    """A finding that is added later."""

    is_needed = True


class ReplyForm(Form):
    """复函: when it went out, under which number."""

    replied_on = DateField(_l("复函日期"), [InputRequired(_l("请填写复函日期。")), check_year])
    reply_no = Text(_l("复函文号"), required=False, most=60)
