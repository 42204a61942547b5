"""The base of every form: token, idempotency key, tidy text."""

import uuid
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any

from flask import Flask, g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    Field,
    HiddenField,
    SelectChoice,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from unitsafe.core.labels import label
from unitsafe.core.printing import unprintable
from unitsafe.core.query import row_id

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Check the token of every writing request; a form may stay open as long as the session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)


def new_key() -> str:
    """A fresh idempotency key."""
    return uuid.uuid4().hex


class Form(FlaskForm):
    """A form that may be sent twice: ``once`` is its idempotency key. By itself it is a button."""

    class Meta(FlaskForm.Meta):  # type: ignore[name-defined, misc]
        """What is read as a form."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed, and files where a file is asked for: no field of text has to do with a
            file, and none with what stands in JSON, whose texts nobody has looked at."""
            if request.is_json and request.method == "POST":
                return MultiDict()
            sent = super().wrap_formdata(form, formdata)
            if not isinstance(sent, CombinedMultiDict):
                return sent
            asked = {field.name for field in form if isinstance(field, FileField)}
            files = [pair for pair in request.files.items(multi=True) if pair[0] in asked]
            return CombinedMultiDict([MultiDict(files), request.form])

    once = HiddenField(default=new_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        g.forms = g.get("forms", 0) + 1
        if g.forms > 1:  # several forms on one page: their fields need ids of their own
            for field in self:
                field.id = field.label.field_id = f"{field.id}-{g.forms}"


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What a select offers, from (value, text)."""
    return [SelectChoice(value, text) for value, text in pairs]


def named(members: Iterable[Enum]) -> list[SelectChoice]:
    """What a select offers, from an enum's members."""
    return choices((member.value, label(member)) for member in members)


def chosen_id(text: Any) -> int:
    """The row that was chosen in a select; 0 for "请选择"."""
    return row_id(str(text)) or 0


def check_year(_form: Form, field: Field) -> None:
    """Catch a typing slip of years."""
    if field.data and not date(2000, 1, 1) <= field.data <= date(2100, 1, 1):
        raise ValidationError(_l("请核对年份。"))


def check_printable(_form: Form, field: Field) -> None:
    """What goes on paper must be in a print font: a signed paper cannot be mended."""
    if field.data and (message := unprintable(field.data)):
        raise ValidationError(message)


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def _message(label: Any) -> Any:
    return _l("请填写%(label)s。", label=label)


class Text(StringField):
    """One line of text, stripped; required unless told otherwise."""

    def __init__(self, label: Any, *, required: bool = True, most: int = 80, **kwargs: Any) -> None:
        checks = [DataRequired(_message(label))] if required else []
        checks.append(Length(max=most, message=_l("最多%(most)s个字。", most=most)))
        super().__init__(
            label, [*checks, *kwargs.pop("validators", [])], filters=[_strip], **kwargs
        )


class LongText(TextAreaField):
    """Some lines of text, stripped; required unless told otherwise."""

    def __init__(
        self, label: Any, *, required: bool = True, most: int = 1000, **kwargs: Any
    ) -> None:
        checks = [DataRequired(_message(label))] if required else []
        checks.append(Length(max=most, message=_l("最多%(most)s个字。", most=most)))
        super().__init__(
            label, [*checks, *kwargs.pop("validators", [])], filters=[_strip], **kwargs
        )
