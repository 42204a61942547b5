"""Recording an award or a reminder, withdrawing one."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import DataRequired

from unitsafe.appraisal.rules import NoteKind
from unitsafe.core.forms import Form, LongText, Text, named


class NoteForm(Form):
    """登记奖惩; ``whom`` offers ``grid-3`` or ``person-7``."""

    whom = SelectField(_l("给谁"), [DataRequired(_l("请选择给谁。"))])
    kind = RadioField(
        _l("种类"), choices=lambda: named(NoteKind), coerce=NoteKind, default=NoteKind.PRAISE
    )
    reason = LongText(_l("事由"), most=300)
    measure = Text(
        _l("怎么奖惩"), required=False, most=60, description=_l("可以不填，例如：绩效加2分。")
    )


class WithdrawForm(Form):
    """撤销."""

    withdraws = HiddenField()
    reason = Text(_l("撤销原因"), most=300)
