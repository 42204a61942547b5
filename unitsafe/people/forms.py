"""Forms of people: signing in, passwords, a person's facts, account and absence."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.core.forms import Form, Text, check_year, chosen_id
from unitsafe.core.labels import WEEKDAYS
from unitsafe.core.printing import printable
from unitsafe.people.labels import post_groups
from unitsafe.people.passwords import weakness
from unitsafe.people.rules import USERNAME
from unitsafe.school.queries import school_names

LONGEST_PASSWORD = 200


def _password(text: Any, name: str, *, autocomplete: str, **kwargs: Any) -> PasswordField:
    return PasswordField(
        text,
        [
            DataRequired(_l("请填写%(label)s。", label=name)),
            Length(max=LONGEST_PASSWORD, message=_l("密码太长了。")),
        ],
        render_kw={"autocomplete": autocomplete},
        **kwargs,
    )


class SignInForm(Form):
    """账号 and 密码; ``next`` is where to go afterwards."""

    username = Text(
        _l("账号"), most=40, render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    password = _password(_l("密码"), _l("密码"), autocomplete="current-password")
    stay = BooleanField(_l("在这台设备上保持登录"), default=True)
    next = HiddenField()


class NewPasswordForm(Form):
    """A password of one's own choice, typed twice."""

    password = _password(
        _l("新密码"), _l("新密码"), autocomplete="new-password", description=_l("至少8位。")
    )
    again = _password(_l("再输一次新密码"), _l("新密码"), autocomplete="new-password")

    def validate_again(self, field: Field) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError(_l("两次输入的新密码不一样。"))


class ChangePasswordForm(NewPasswordForm):
    """One's own password."""

    current = _password(_l("现在的密码"), _l("现在的密码"), autocomplete="current-password")


class GivePasswordForm(Form):
    """A temporary password, shown so that it can be read out."""

    password = Text(
        _l("临时密码"),
        most=LONGEST_PASSWORD,
        description=_l("请当面告诉本人。他用这个密码登录时，先要设自己的密码。"),
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    known: Collection[str] = ()
    """What others would try first; set by the view."""

    def validate_password(self, field: Field) -> None:
        """Refuse what is too easy to guess."""
        if why := weakness(field.data, *self.known):
            raise ValidationError(why)


class FactsForm(Form):
    """Name and phone. ``name_seen`` is the name whose rare characters were already warned of."""

    name = Text(_l("姓名"), most=40)
    phone = Text(
        _l("电话"),
        required=False,
        most=20,
        validators=[Regexp(r"^$|^[0-9+][0-9 \-]{2,19}$", message=_l("电话只填数字和短横线。"))],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )
    work_days = SelectMultipleField(
        _l("哪几天在校"),
        description=_l(
            "只有兼职、走教的老师要勾；每天都在校的不用勾。排值班时会避开不在校的日子。"
        ),
        choices=[SelectChoice(str(n), day) for n, day in enumerate(WEEKDAYS, start=1)],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    name_seen = HiddenField()

    @property
    def weekdays(self) -> str:
        """The ticked days as ``Person.work_days`` holds them; all seven are full time."""
        ticked = "".join(sorted(set(self.work_days.data)))
        return "" if ticked == "1234567" else ticked

    def validate_name(self, field: Field) -> None:
        """Warn once of characters that no print font has; saving again keeps them."""
        missing = printable(field.data)
        if missing and self.name_seen.data != field.data:
            self.name_seen.data = field.data
            raise ValidationError(
                _l(
                    "打印字体里没有“%(chars)s”，打印表格时会出错。建议换一个写法；"
                    "确实要这样写，请再按一次保存。",
                    chars="".join(missing),
                )
            )


class PersonForm(FactsForm):
    """A person's facts, account and posts."""

    username = Text(
        _l("账号"),
        required=False,
        most=40,
        description=_l("登录用，例如姓名拼音。不需要登录的人可以不填。"),
        validators=[
            Regexp(
                rf"^$|^{USERNAME.pattern}$",
                message=_l("账号用字母、数字、汉字、点和短横线，2到40位。"),
            )
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    posts = SelectMultipleField(
        _l("岗位"),
        choices=lambda: [
            SelectChoice(key, title) for _level, posts in post_groups() for key, title in posts
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class NewPersonForm(PersonForm):
    """A new person; with an account comes a temporary password."""

    password = Text(
        _l("临时密码"),
        required=False,
        most=LONGEST_PASSWORD,
        description=_l("填了账号才用得上。请当面告诉本人，他第一次登录时要设自己的密码。"),
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )

    def validate_password(self, field: Field) -> None:
        """An account needs a password that is not too easy to guess."""
        known = (self.username.data, self.name.data, self.phone.data, *school_names())
        if self.username.data and (why := weakness(field.data or "", *known)):
            raise ValidationError(why)


class AbsenceForm(Form):
    """Days away and the deputy; ``choices`` of the deputy are set by the view."""

    deputy_id = SelectField(
        _l("代理人"),
        coerce=chosen_id,
        description=_l("这几天的检查和隐患由代理人负责。"),
        validators=[DataRequired(_l("请选择代理人。"))],
    )
    from_on = DateField(_l("从哪天起"), [InputRequired(_l("请填写开始日期。")), check_year])
    until_on = DateField(_l("到哪天止"), [InputRequired(_l("请填写结束日期。")), check_year])
    reason = Text(_l("原因"), required=False, most=80, description=_l("例如：病假、出差。"))


class EndAbsenceForm(Form):
    """The person is back."""

    absence_id = HiddenField()


class DisplayForm(Form):
    """Large text on or off."""

    large_text = BooleanField(_l("大字显示"))


class ChosenForm(Form):
    """People ticked in a list."""

    person = SelectMultipleField(
        coerce=chosen_id, validate_choice=False, validators=[DataRequired(_l("请先勾选人。"))]
    )


class VisitForm(Form):
    """Until when a visitor's account works."""

    until_on = DateField(_l("用到哪天"), [InputRequired(_l("请填写到期日。")), check_year])


class VisitorForm(VisitForm):
    """A new account for a visiting inspector."""

    name = Text(_l("名称"), most=40, description=_l("例如：区教育局检查组。也是登录用的账号。"))
