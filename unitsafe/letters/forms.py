"""Signing a letter on the screen, and recording one that was signed on paper."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from unitsafe.core.forms import Form
from unitsafe.core.signing import SignatureForm


class SignForm(SignatureForm):
    """本人签字; ``version`` is the text that was read."""

    version = IntegerField(widget=HiddenInput())


class PaperForm(Form):
    """登记纸质签字."""

    version = IntegerField(widget=HiddenInput())
    signed_on = DateField(_l("纸上的签订日期"), [InputRequired(_l("请填写签订日期。"))])
