"""A form that is signed on the screen: with a drawn signature, or with one's own name typed."""

import base64
import binascii
import io
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, ValidationError

from unitsafe.core.forms import Form, Text

PNG = "data:image/png;base64,"
LONGEST_DRAWING = 400_000
"""Signs of a drawn signature; a full box of strokes takes about 40,000."""


class SignatureForm(Form):
    """本人签字: drawn, or with the name typed."""

    drawing = HiddenField()
    typed_name = Text(
        _l("姓名"),
        required=False,
        most=40,
        description=_l("不方便手写时，在这里输入您的姓名，效力相同。"),
        render_kw={"autocomplete": "off"},
    )
    agree = BooleanField(_l("我已阅读全文，同意并签订"))

    def validate_agree(self, field: Any) -> None:
        """Nobody signs what they have not read."""
        if not field.data:
            raise ValidationError(_("请先阅读全文，再勾选这一项。"))

    def validate_drawing(self, field: Any) -> None:
        """A PNG of the signature, as the page's script sends it."""
        if field.data and self.picture is None:
            raise ValidationError(_("签名没有传上来，请重写一次，或改为输入姓名。"))

    def validate_typed_name(self, field: Any) -> None:
        """One of both."""
        if not field.data and not self.drawing.data:
            raise ValidationError(_("请在框里手写签名，或者输入姓名。"))

    @property
    def picture(self) -> io.BytesIO | None:
        """The drawn signature as a file; None when there is none or it is none."""
        text = self.drawing.data or ""
        if not text.startswith(PNG) or len(text) > LONGEST_DRAWING:
            return None
        try:
            return io.BytesIO(base64.b64decode(text.removeprefix(PNG), validate=True))
        except binascii.Error:
            return None
