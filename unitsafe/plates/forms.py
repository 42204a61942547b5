"""Noting which plates were put up."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, ValidationError
from wtforms.validators import InputRequired

from unitsafe import clock
from unitsafe.core.forms import Form
from unitsafe.core.query import row_id


class PostedForm(Form):
    """记为已张贴: the spaces (ids with commas between), and the day."""

    spaces = HiddenField()
    posted_on = DateField(_l("张贴日期"), [InputRequired(_l("请填写张贴日期。"))])

    @property
    def ids(self) -> frozenset[int]:
        """The spaces."""
        found = (row_id(text) for text in (self.spaces.data or "").split(","))
        return frozenset(one for one in found if one)

    def validate_posted_on(self, field: Any) -> None:
        """Nothing was put up in the future."""
        if field.data and field.data > clock.today():
            raise ValidationError(_("张贴日期不能晚于今天。"))
