"""Forms of grids: the tree, the spaces of a leaf, who answers for it."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired

from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id
from unitsafe.core.labels import label
from unitsafe.grids.models import Role


class NewGridForm(Form):
    """A grid; the possible parents are set by the view."""

    parent_id = SelectField(_l("上级网格"), coerce=int)
    name = Text(_l("名称"), most=60, description=_l("例如：教学楼A、教学楼A二层。编号自动排。"))


class GridForm(Form):
    """Something done to one grid. Numbers move on when the tree changes: ``grid_id`` says which
    grid the page showed."""

    grid_id = HiddenField()


class RenameForm(GridForm):
    """A new name."""

    name = Text(_l("名称"), most=60)


class SpacesForm(GridForm):
    """Which spaces are the grid's. ``seen`` is what was chosen when the form was made."""

    seen = HiddenField()


class AssignForm(GridForm):
    """Who answers for the grid in which role, from when."""

    role = SelectField(
        _l("角色"),
        choices=lambda: [SelectChoice(role.value, label(role)) for role in Role],
        coerce=Role,
        description=_l("网格长和网格员各只有一人，换人时前一位自动结束。"),
    )
    person_id = SelectField(
        _l("姓名"), coerce=chosen_id, validators=[DataRequired(_l("请选择由谁负责。"))]
    )
    from_on = DateField(_l("从哪天起"), [InputRequired(_l("请填写从哪天起。")), check_year])


class EndForm(GridForm):
    """The last day on which the person answers for it."""

    until_on = DateField(_l("负责到哪天"), [InputRequired(_l("请填写负责到哪天。")), check_year])


class HandoverForm(GridForm):
    """Who takes the grid over, from when."""

    person_id = SelectField(
        _l("接任人"), coerce=chosen_id, validators=[DataRequired(_l("请选择由谁接任。"))]
    )
    from_on = DateField(
        _l("从哪天起"),
        [InputRequired(_l("请填写从哪天起。")), check_year],
        description=_l("前一天为止由前任负责。可以是今天、以后，也可以是以前的日子。"),
    )
    note = LongText(
        _l("交接说明"), required=False, most=200, description=_l("例如：岗位调整；钥匙已交接。")
    )


class MoveForm(GridForm):
    """The new parent. The rules say which it may be, and why not another."""

    parent_id = SelectField(
        _l("移到哪个片区"),
        coerce=chosen_id,
        validators=[DataRequired(_l("请选择移到哪个片区。"))],
        validate_choice=False,
    )


class ShiftForm(GridForm):
    """One place up or down; the button that was pressed says which."""

    step = SelectField(choices=choices([("up", _l("上移")), ("down", _l("下移"))]))


class SplitForm(GridForm):
    """The name of the new grid and, if known already, its member; the spaces are ticked."""

    name = Text(_l("新网格的名称"), most=60)
    person_id = SelectField(_l("新网格的网格员"), coerce=chosen_id)


class MergeForm(GridForm):
    """The grid that gets everything."""

    into_id = SelectField(
        _l("并入哪个网格"),
        coerce=chosen_id,
        validators=[DataRequired(_l("请选择并入哪个网格。"))],
        validate_choice=False,
    )
