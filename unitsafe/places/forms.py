"""Forms of buildings and spaces."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange

from unitsafe import content
from unitsafe.core.forms import Form, Text
from unitsafe.core.labels import label
from unitsafe.places.models import BuildingUse
from unitsafe.places.rules import LOWEST_FLOOR, MOST_FLOORS, WHOLE_PLACES


class BuildingForm(Form):
    """A building."""

    name = Text(_l("名称"), most=40, description=_l("例如：教学楼A、男生宿舍、操场。"))
    use = SelectField(
        _l("用途"),
        choices=lambda: [SelectChoice(use.value, label(use)) for use in BuildingUse],
        coerce=BuildingUse,
        default=BuildingUse.TEACHING,
        description=_l("宿舍和食堂有各自的检查。"),
    )
    floors = IntegerField(
        _l("层数"),
        [
            InputRequired(_l("请填写层数。")),
            NumberRange(
                1, MOST_FLOORS, _l("请填1到%(most)s之间的整数，室外场地填1。", most=MOST_FLOORS)
            ),
        ],
        default=1,
        render_kw={"inputmode": "numeric"},
    )


class SpaceForm(Form):
    """A space of a building."""

    name = Text(_l("名称"), most=60, description=_l("例如：201教室、二层东侧楼梯间。"))
    kind = SelectField(
        _l("种类"),
        choices=lambda: [
            SelectChoice(key, name)
            for key, name in content.load().space_kinds.items()
            if key not in WHOLE_PLACES
        ],
        default="classroom",
        description=_l("决定要做哪些检查。"),
    )
    floor = IntegerField(
        _l("楼层"),
        [
            InputRequired(_l("请填写楼层。")),
            NumberRange(
                LOWEST_FLOOR,
                MOST_FLOORS,
                _l("请填%(least)s到%(most)s之间的整数。", least=LOWEST_FLOOR, most=MOST_FLOORS),
            ),
        ],
        default=1,
        description=_l("地下一层填-1。"),
    )
    is_key_area = BooleanField(
        _l("消防安全重点部位"),
        description=_l("火灾危险大或后果严重的地方，如厨房、配电室、实验室。"),
    )


class RetireForm(Form):
    """Out of use; with ``back`` in use again."""

    back = HiddenField()
