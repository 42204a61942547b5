"""Adding to the plan, marking an entry, signing."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.validators import InputRequired

from unitsafe.core.forms import Form, Text, check_year
from unitsafe.core.signing import SignatureForm
from unitsafe.year_plan.rules import Act


class AddForm(Form):
    """学校自己增加的一项."""

    text = Text(_l("要做的事"), most=60)
    due_on = DateField(_l("完成期限"), [InputRequired(_l("请填写完成期限。")), check_year])
    post = SelectField(_l("由谁办"))


class DoneForm(Form):
    """登记完成; files travel beside it."""

    act = HiddenField(default=Act.DONE.value)
    done_on = DateField(_l("完成日期"), [InputRequired(_l("请填写完成日期。")), check_year])
    note = Text(_l("做了什么"), required=False, most=200)


class ReasonForm(Form):
    """不做, 撤销登记: with a reason."""

    act = HiddenField(default=Act.DROP.value)
    note = Text(_l("原因"), most=200)


class RestoreForm(Form):
    """恢复."""

    act = HiddenField(default=Act.RESTORE.value)
    note = HiddenField()


class SignForm(SignatureForm):
    """校长签批; ``seen`` is the plan that was read."""

    seen = HiddenField()
    agree = BooleanField(_l("我已看过全年的安排，同意按此执行"))


class PaperForm(Form):
    """登记纸质签批."""

    seen = HiddenField()
    signed_on = DateField(_l("纸上的签批日期"), [InputRequired(_l("请填写签批日期。")), check_year])


MARK_FORMS: dict[Act, type[Any]] = {
    Act.DONE: DoneForm,
    Act.UNDONE: ReasonForm,
    Act.DROP: ReasonForm,
    Act.RESTORE: RestoreForm,
}
