"""The form of the first run."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    PasswordField,
    SelectChoice,
    SelectField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from unitsafe import content
from unitsafe.core.domain import Right
from unitsafe.core.forms import Form, LongText, Text, check_year
from unitsafe.core.labels import label
from unitsafe.people.passwords import weakness
from unitsafe.school.labels import FLAG_HELP, FLAG_LABELS
from unitsafe.school.rules import FLAGS, Stage
from unitsafe.setup.services import read_buildings


def first_posts() -> list[tuple[str, str]]:
    """Posts that may manage the school: (key, title), the safety officer first."""
    posts = [
        (post.key, post.title)
        for post in content.load().posts.values()
        if Right.MANAGE_SCHOOL in post.rights
    ]
    return sorted(posts, key=lambda post: post[0] != "safety_officer")


class SetupForm(Form):
    """The school, the first account, the running term, the buildings."""

    name = Text(_l("学校全称"), most=80)
    short_name = Text(_l("学校简称"), most=20, description=_l("显示在菜单里，也用作文件名。"))
    stage = SelectField(
        _l("学段"),
        choices=lambda: [SelectChoice(stage.value, label(stage)) for stage in Stage],
        coerce=Stage,
        default=Stage.PRIMARY,
    )
    person = Text(_l("姓名"), most=40, render_kw={"autocomplete": "name"})
    post = SelectField(
        _l("岗位"),
        choices=lambda: [SelectChoice(key, title) for key, title in first_posts()],
        description=_l("这个岗位能管理学校设置和账号，以后可以再调整。"),
    )
    username = Text(
        _l("账号"),
        most=40,
        description=_l("登录用，例如姓名拼音。"),
        validators=[
            Regexp(r"^[\w.@-]{2,40}$", message=_l("账号用字母、数字、汉字、点和短横线，2到40位。"))
        ],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("密码"),
        [DataRequired(_l("请填写密码。")), Length(max=200, message=_l("密码太长了。"))],
        description=_l("至少8位。"),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("再输一次密码"),
        [DataRequired(_l("请再输一次密码。"))],
        render_kw={"autocomplete": "new-password"},
    )
    term_name = Text(_l("学期名称"), most=40)
    starts_on = DateField(_l("开学日期"), [InputRequired(_l("请填写开学日期。")), check_year])
    ends_on = DateField(
        _l("放假前最后一天"), [InputRequired(_l("请填写学期最后一天。")), check_year]
    )
    buildings = LongText(
        _l("楼栋"),
        required=False,
        most=4000,
        description=_l("可以不填，以后再加。一行一栋：名称 层数，例如“教学楼A 4”。"),
        render_kw={"rows": 6, "data_draft": ""},
    )

    def validate_password(self, field: Field) -> None:
        """Refuse what is too easy to guess."""
        known = (self.username.data, self.person.data, self.name.data, self.short_name.data)
        if why := weakness(field.data, *known):
            raise ValidationError(why)

    def validate_again(self, field: Field) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError(_l("两次输入的密码不一样。"))

    def validate_ends_on(self, field: Field) -> None:
        """A term ends after it has begun."""
        if self.starts_on.data and field.data and field.data <= self.starts_on.data:
            raise ValidationError(_l("学期结束日期要晚于开始日期。"))

    def validate_buildings(self, field: Field) -> None:
        """Every line has to be understood."""
        try:
            read_buildings(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    @property
    def flags(self) -> dict[str, bool]:
        """The switches as they are set on the form."""
        return {flag: self[flag].data for flag in FLAGS}


for _flag in FLAGS:
    setattr(
        SetupForm, _flag, BooleanField(FLAG_LABELS[_flag], description=FLAG_HELP.get(_flag, ""))
    )
