"""Forms of drills: the plan, the head count, the evaluation."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from unitsafe.activities.drill_rules import LONGEST_DELAY, Element
from unitsafe.activities.forms import ActivityForm, EvaluationForm
from unitsafe.activities.rules import Form as Shape
from unitsafe.core.forms import Form, LongText, Text, choices, chosen_id, named
from unitsafe.core.labels import label_all

label_all(
    {
        Element.ALARM: _l("报警"),
        Element.FIRE_FIGHTING: _l("灭火"),
        Element.EVACUATION: _l("疏散"),
        Element.FIRST_AID: _l("救护"),
    }
)


class TickBoxes(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DrillForm(ActivityForm):
    """What is planned of a drill."""

    DETAILS = ("scene", "signal", "routes", "commander", "elements")
    target_seconds = IntegerField(
        _l("目标用时（秒）"),
        [Optional(), NumberRange(10, 3600, _l("请填10到3600之间的整数。"))],
        description=_l("从发出信号到最后一个班点完名。"),
    )
    commander = Text(_l("总指挥"), most=40)
    scene = LongText(
        _l("情景设定"),
        most=500,
        description=_l("例如：教学楼A二层东侧教室电线起火，浓烟向东蔓延。"),
    )
    signal = Text(_l("警报信号"), most=60, default="")
    routes = LongText(
        _l("疏散路线和集合点"), most=1000, description=_l("哪些楼层走哪个楼梯，在哪里集合。")
    )
    elements = TickBoxes(_l("演练要素"), description=_l("综合演练四项都要有。"))
    classes = TickBoxes(
        _l("参加的班级"), coerce=chosen_id, description=_l("应到人数取自班级名册，开始时再取一次。")
    )

    def offer(self, *given: Any) -> None:
        """Fill the selects."""
        super().offer(*given)
        self.elements.choices = named(Element)

    def offer_classes(self, pairs: Sequence[tuple[int, str]]) -> None:
        """Which classes may take part."""
        self.classes.choices = choices(pairs)

    def validate_elements(self, field: Any) -> None:
        """A full drill has all elements; pupils fight no fire in any other."""
        if self.form.data is Shape.FULL and set(field.data or ()) != {one.value for one in Element}:
            raise ValidationError(_("综合演练要包括报警、灭火、疏散、救护四项。"))

    def validate_classes(self, field: Any) -> None:
        """Somebody leaves the building."""
        if self.form.data is not Shape.FIRE_FIGHTING and not field.data:
            raise ValidationError(_("请选参加的班级。还没有班级的，先到“班级”里添加。"))


def _is_typed(form: Any, field: Any) -> None:
    """A class has a number, unless everybody is there; a floor has none."""
    if not form.part_id.data or form.whole.data:
        field.errors = []
        raise StopValidation
    if not "".join(field.raw_data or ()).strip():
        field.errors = []  # not that nothing is no number
        raise StopValidation(_("请填实到人数，或点“齐”。"))


class CountForm(Form):
    """A class's heads, or a floor that is empty; ``late_seconds``: how long a phone kept it.

    ``whole`` stands for the button 齐: as many as expected.
    """

    part_id = HiddenField()
    building_id = HiddenField()
    floor = IntegerField(validators=[Optional()], widget=HiddenInput())
    late_seconds = IntegerField(
        validators=[Optional(), NumberRange(0, LONGEST_DELAY * 24)], widget=HiddenInput(), default=0
    )
    whole = BooleanField(_l("齐"))
    present = IntegerField(
        _l("实到"), [_is_typed, NumberRange(0, 100_000, _l("请填写0以上的整数。"))]
    )
    note = Text(_l("备注"), required=False, most=80)


class DrillEvaluationForm(EvaluationForm):
    """How the drill went, after the columns of the record. Source: domain README §9 (演练记录)."""

    DETAILS = ("suitable", "sufficient", "problems", "improvements")
    suitable = RadioField(
        _l("预案适宜性"),
        [InputRequired(_l("请选一项。"))],
        choices=lambda: choices([("all", _("全部能执行")), ("part", _("部分不适宜"))]),
    )
    sufficient = RadioField(
        _l("预案充分性"),
        [InputRequired(_l("请选一项。"))],
        choices=lambda: choices(
            [
                ("full", _("完全满足应急要求")),
                ("basic", _("基本满足，需要完善")),
                ("none", _("不充分，必须修改")),
            ]
        ),
    )
    problems = LongText(
        _l("存在的问题"),
        required=False,
        most=1000,
        description=_l("写了问题，就要在下面逐条登记成隐患；没有就空着。"),
    )
    improvements = LongText(_l("改进措施"), required=False, most=1000)
