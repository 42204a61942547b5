"""Forms of an import: the file, its columns, the go-ahead."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import StopValidation

from unitsafe.core.forms import Form, choices
from unitsafe.imports.columns import Field
from unitsafe.imports.reading import MOST_COLUMNS

PREFIX = "column_"


def _needs_file(_form: Form, field: FileField) -> None:
    if not field.data or not getattr(field.data, "filename", ""):
        raise StopValidation(_("请先选择文件。"))


class UploadForm(Form):
    """The school's file."""

    file = FileField(
        _l("选择文件"),
        [_needs_file],
        description=_l(".xlsx、.xls、.et、.csv都可以，不超过10 MB、5000行。"),
        render_kw={"accept": ".xlsx,.xls,.et,.csv,.txt"},
    )


class ColumnsForm(Form):
    """Which column is what; the fields come from :func:`columns_form`. ``sheet`` and ``heads``
    are places, as :class:`models.ImportDraft` keeps them."""

    sheet = HiddenField()
    heads = HiddenField()

    def columns(self) -> dict[str, int]:
        """Field → column, of those that were chosen."""
        return {
            field.short_name.removeprefix(PREFIX): int(field.data)
            for field in self
            if field.short_name.startswith(PREFIX) and field.data not in ("", None)
        }

    def check_columns(self, fields: Sequence[Field]) -> bool:
        """Whether what is needed was chosen, and no column twice; says so beside the fields."""
        chosen: dict[int, str] = {}
        is_sound = True
        for field in fields:
            control: Any = self[PREFIX + field.key]
            column = self.columns().get(field.key)
            if column is None and field.is_needed:
                control.errors = [_("请选择哪一列是%(title)s。", title=field.title)]
            elif column in chosen:
                control.errors = [_("和“%(other)s”选了同一列。", other=chosen[column])]
            elif column is not None:
                chosen[column] = str(field.title)
            is_sound = is_sound and not control.errors
        return is_sound


def columns_form(
    fields: Sequence[Field], offered: Sequence[tuple[str, str]], chosen: Mapping[str, int]
) -> type[ColumnsForm]:
    """The form for a list: a select per field over the ``offered`` (place, head) columns."""
    controls = {
        PREFIX + field.key: SelectField(
            field.title,
            choices=choices([("", _l("没有这一列")), *offered]),
            default=str(chosen.get(field.key, "")),
            description=field.help,
        )
        for field in fields
    }
    return type("ListColumnsForm", (ColumnsForm,), controls)


def letter(column: int) -> str:
    """A, … Z, AA: the column as spreadsheets name it. ``column`` counts from 0."""
    assert column < MOST_COLUMNS
    return chr(65 + column) if column < 26 else f"{chr(64 + column // 26)}{chr(65 + column % 26)}"


class CarryForm(Form):
    """The go-ahead. ``seen`` is the plan that was looked at; ``leave_out`` its rows with problems."""

    seen = HiddenField()
    leave_out = HiddenField()
    confirmed = BooleanField(_l("标“请核对”的行我都看过了，可以导入"))
