"""Opening an assessment, scoring, signing."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import TextInput

from unitsafe.core.forms import Form, LongText, Text, check_printable, check_year, choices
from unitsafe.core.signing import SignatureForm


class OpenForm(Form):
    """开始自评."""

    quarter = SelectField(_l("季度"), validate_choice=False)


class PointsField(DecimalField):
    """Points with at most two decimals; empty when nothing is typed."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Refuse what is no number, with a sentence of ours."""
        text = (valuelist[0] if valuelist else "").strip()
        try:
            self.data = Decimal(text) if text else None
            is_fine = self.data is None or (
                self.data.is_finite() and abs(self.data) < 1000 and not self.data * 100 % 1
            )
        except ArithmeticError:
            is_fine = False
        if not is_fine:
            self.data = None
            raise ValueError(_("请填数字，最多两位小数。"))


class ScoreForm(Form):
    """打分, 改分; ``seen`` is the score that was on the page. Files travel beside it."""

    part = HiddenField()
    seen = HiddenField(default="0")
    points = PointsField(_l("得分"), [Optional()], places=None, render_kw={"inputmode": "decimal"})
    note = LongText(
        _l("说明"), required=False, most=300, validators=[check_printable], render_kw={"rows": 2}
    )


class VetoForm(Form):
    """否决项核对."""

    seen = HiddenField(default="0")
    holds = RadioField(
        _l("是否成立"),
        [InputRequired(_l("请选择成立或不成立。"))],
        choices=choices([("no", _l("不成立")), ("yes", _l("成立"))]),
    )
    note = Text(_l("情况说明"), required=False, most=300, validators=[check_printable])


class JoinForm(Form):
    """加入评估小组."""

    person = SelectField(_l("人员"), coerce=int)


class LeaveForm(Form):
    """移出评估小组."""

    leave = HiddenField()


class StepForm(SignatureForm):
    """屏幕上签字; ``seen`` is the table that was read."""

    seen = HiddenField()
    department = Text(_l("部门"), required=False, most=40, validators=[check_printable])
    agree = BooleanField(_l("我已看过评分表，同意上面的得分"))


class PaperForm(Form):
    """登记纸质签字; the scan travels beside it."""

    seen = HiddenField()
    paper = HiddenField(default="1")
    department = Text(_l("部门"), required=False, most=40, validators=[check_printable])
    signer = Text(_l("签字人"), most=40, validators=[check_printable])
    done_on = DateField(_l("纸上的签字日期"), [InputRequired(_l("请填写签字日期。")), check_year])


class ReturnForm(Form):
    """退回小组."""

    note = Text(_l("退回原因"), most=300, validators=[check_printable])


class FileForm(Form):
    """登记备案; the receipt travels beside it."""

    done_on = DateField(_l("备案日期"), [InputRequired(_l("请填写备案日期。")), check_year])
    receipt = Text(_l("回执编号"), required=False, most=60)


class HazardForm(Form):
    """转为隐患; ``item`` is one item's key, empty for all that fell short."""

    item = HiddenField()
