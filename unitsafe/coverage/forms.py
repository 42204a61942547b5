"""Mending on the page itself: spaces into a grid."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import DataRequired

from unitsafe.core.forms import Form, chosen_id


class PlaceForm(Form):
    """Into which leaf grid the ticked spaces go; the view sets the choices."""

    grid_id = SelectField(
        _l("放进哪个三级网格"),
        coerce=chosen_id,
        validators=[DataRequired(_l("请选择放进哪个网格。"))],
    )
