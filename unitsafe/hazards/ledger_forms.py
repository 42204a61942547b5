"""Forms of the ledger: many hazards to one person, filters under a name."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import DataRequired, InputRequired

from unitsafe.core.forms import Form, Text, check_year, choices, chosen_id


class BulkForm(Form):
    """批量派单: to whom, by when."""

    to_id = SelectField(_l("整改责任人"), [DataRequired(_l("请选整改责任人。"))], coerce=chosen_id)
    due_on = DateField(_l("整改期限"), [InputRequired(_l("请选整改期限。")), check_year])

    def __init__(self, people: list[tuple[int, str]], **kwargs: Any):
        super().__init__(**kwargs)
        self.to_id.choices = choices([("", _("请选择")), *people])


class SaveViewForm(Form):
    """A name for the filters."""

    name = Text(_l("给当前筛选起个名字"), most=20)
