"""Forms of the maps: putting one up, drawing on it."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import DataRequired, NumberRange, Optional

from unitsafe.core.forms import Form, LongText, Text, choices
from unitsafe.core.query import row_id
from unitsafe.grids.models import Grid
from unitsafe.places.models import Building


def row_or_none(text: Any) -> int | None:
    """The row that was chosen; None for none."""
    return row_id(str(text))


class MapForm(Form):
    """A picture and where it belongs. ``photo_id`` is a picture that has arrived already, so that
    a form shown again need not be given it twice."""

    photo_id = HiddenField()
    picture = FileField(
        _l("图片"),
        description=_l(
            "JPEG、PNG、WebP、HEIC图片都可以，不超过50 MB。"
            "CAD、PDF或SVG图纸请先截图，或另存为PNG图片；纸质图可以拍照，拍正、拍全。"
        ),
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"},
    )
    building_id = SelectField(
        _l("这是哪里的图"), coerce=row_or_none, choices=[], validate_choice=True
    )
    floor = IntegerField(
        _l("楼层"),
        [Optional(), NumberRange(-9, 99, _l("请填楼层的数字，地下一层填-1。"))],
        description=_l("选了楼栋才填；整个校园的图不用填。"),
        render_kw={"inputmode": "numeric"},
    )
    title = Text(
        _l("名称"),
        required=False,
        most=60,
        description=_l("可以不填，自动叫“校园平面图”或“教学楼A 3层平面图”。"),
    )
    accept_proportions = BooleanField(
        _l("比例不同也替换"),
        description=_l("只在新图片长宽比例和原来不同时需要；替换后请逐块检查画好的区域。"),
    )

    def __init__(self, buildings: Iterable[Building], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.building_id.choices = choices(
            [("", _l("整个校园")), *((one.id, one.name) for one in buildings)]
        )


class ShapeForm(Form):
    """A grid's outline. With ``shape_id`` in the place of an earlier one."""

    shape_id = HiddenField()
    grid_id = RadioField(
        _l("网格"), coerce=row_or_none, validators=[DataRequired(_l("请先选一个网格。"))]
    )
    points = LongText(
        _l("角点"),
        most=2000,
        description=_l(
            "沿边界依次写每个角的位置，横向和竖向各占图片的百分之几，从左上角量起，"
            "例如 10,20; 30,20; 30,40。"
        ),
    )

    def __init__(self, grids: Iterable[Grid], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grid_id.choices = choices((one.id, one.name) for one in grids if one.level > 1)


class PlainForm(Form):
    """Only a button: erase a shape, take a map down; with ``back`` put it up again."""

    back = HiddenField()
