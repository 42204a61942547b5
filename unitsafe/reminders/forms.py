"""Forms of channels, hours and wishes; each sort of channel asks only for what it needs."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectMultipleField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.core.forms import Form, Text, choices
from unitsafe.core.labels import label
from unitsafe.reminders import rules
from unitsafe.reminders.labels import HOW_TO, KIND_HELP
from unitsafe.reminders.rules import OPTIONAL, Hours, Kind, Sort

NOT_A_KEY = _l("这里没有认出密钥，请从群机器人的页面整段复制Webhook地址。")
NOT_A_TOKEN = _l("这里没有认出密钥，请把整段密钥复制过来，前后不要带别的字。")
NOT_A_MAIL = _l("请填写完整的邮箱地址。")
SECRET_FIELD = {"autocomplete": "off", "spellcheck": "false"}


class ChannelForm(Form):
    """A channel; ``sort`` is what it is, ``asks`` the field that its address comes from."""

    sort: Sort
    asks = "token"

    @property
    def url(self) -> str:
        """The whole address for apprise; only of a form without errors."""
        raise NotImplementedError


class SchoolChannelForm(ChannelForm):
    """A channel of the school has a name of its own."""

    name = Text(_l("名称"), most=40, description=_l("例如：全体教师群、安全工作群。"))


def _named(sort: Sort) -> Any:
    return Text(_l("Webhook地址"), most=400, description=HOW_TO[sort], render_kw=SECRET_FIELD)


class _Robot:
    """Reads the key out of what was pasted."""

    sort: Sort
    token: Any

    def validate_token(self, field: Any) -> None:
        """The address of the robot, or its key."""
        if rules.token_in(self.sort, field.data) is None:
            is_group = self.sort in rules.OF_SCHOOL
            raise ValidationError(str(NOT_A_KEY if is_group else NOT_A_TOKEN))

    @property
    def url(self) -> str:
        """For apprise."""
        return rules.robot_url(self.sort, rules.token_in(self.sort, self.token.data) or "")


class WecomForm(_Robot, SchoolChannelForm):
    """企业微信群机器人."""

    sort = Sort.WECOM
    token = _named(Sort.WECOM)


class FeishuForm(_Robot, SchoolChannelForm):
    """飞书群机器人."""

    sort = Sort.FEISHU
    token = _named(Sort.FEISHU)


class DingtalkForm(_Robot, SchoolChannelForm):
    """钉钉群机器人."""

    sort = Sort.DINGTALK
    token = _named(Sort.DINGTALK)
    secret = Text(
        _l("加签密钥"),
        required=False,
        most=100,
        description=_l("SEC开头的一串；安全设置用关键词“安全”的不用填。"),
        validators=[
            Regexp(rf"^$|^{rules.SECRET.pattern}$", message=_l("密钥是SEC开头的一串字母和数字。"))
        ],
        render_kw=SECRET_FIELD,
    )

    @property
    def url(self) -> str:
        """For apprise."""
        token = rules.token_in(self.sort, self.token.data) or ""
        return rules.robot_url(self.sort, token, self.secret.data or "")


class MailForm(SchoolChannelForm):
    """A mailbox to send from."""

    sort, asks = Sort.MAIL, "server"
    account = Text(
        _l("发信邮箱"),
        most=120,
        description=HOW_TO[Sort.MAIL],
        validators=[Regexp(rf"^{rules.ADDRESS.pattern}$", message=NOT_A_MAIL)],
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    password = PasswordField(
        _l("授权码或密码"),
        [DataRequired(_l("请填写授权码或密码。")), Length(max=80, message=_l("最多80个字。"))],
        render_kw={"autocomplete": "new-password"},
    )
    server = Text(
        _l("SMTP服务器"),
        most=60,
        description=_l("例如 smtp.exmail.qq.com、smtp.163.com。"),
        validators=[Regexp(rf"^{rules.HOST.pattern}$", message=_l("请填写服务器的域名。"))],
        render_kw=SECRET_FIELD,
    )
    port = IntegerField(
        _l("端口"),
        [InputRequired(_l("请填写端口。")), NumberRange(1, 65535, _l("端口在1到65535之间。"))],
        default=465,
        description=_l("加密发信：465；有的邮箱是587。"),
        render_kw={"inputmode": "numeric", "class": "num"},
    )
    to = Text(
        _l("全校的提醒发到"),
        most=120,
        description=_l("一个邮箱地址，例如安全员的，或者群发地址。"),
        validators=[Regexp(rf"^{rules.ADDRESS.pattern}$", message=NOT_A_MAIL)],
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )

    @property
    def url(self) -> str:
        """For apprise."""
        return rules.mail_url(
            self.server.data, self.port.data, self.account.data, self.password.data, self.to.data
        )


class OtherForm(SchoolChannelForm):
    """Anything that apprise knows."""

    sort, asks = Sort.OTHER, "address"
    address = Text(_l("渠道地址"), most=500, description=HOW_TO[Sort.OTHER], render_kw=SECRET_FIELD)

    @property
    def url(self) -> str:
        """For apprise."""
        return str(self.address.data)


class ServerChanForm(_Robot, ChannelForm):
    """Server酱."""

    sort = Sort.SERVERCHAN
    token = Text("SendKey", most=80, description=HOW_TO[Sort.SERVERCHAN], render_kw=SECRET_FIELD)


class PushPlusForm(_Robot, ChannelForm):
    """PushPlus."""

    sort = Sort.PUSHPLUS
    token = Text("token", most=80, description=HOW_TO[Sort.PUSHPLUS], render_kw=SECRET_FIELD)


class MailToForm(ChannelForm):
    """One's own mail address; the school's mailbox writes to it."""

    sort, asks = Sort.MAIL_TO, "mail_to"
    mail_to = Text(
        _l("邮箱地址"),
        most=120,
        description=HOW_TO[Sort.MAIL_TO],
        validators=[Regexp(rf"^{rules.ADDRESS.pattern}$", message=NOT_A_MAIL)],
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )

    @property
    def url(self) -> str:
        """None of its own."""
        return ""


SCHOOL_FORMS: dict[Sort, type[SchoolChannelForm]] = {
    form.sort: form for form in (WecomForm, DingtalkForm, FeishuForm, MailForm, OtherForm)
}
OWN_FORMS: dict[Sort, type[ChannelForm]] = {
    form.sort: form for form in (ServerChanForm, PushPlusForm, MailToForm)
}


class HoursForm(Form):
    """免打扰时段 and the hour of the day's list."""

    quiet_from = TimeField(_l("免打扰从"), [InputRequired(_l("请填写时间。"))])
    quiet_until = TimeField(
        _l("到"),
        [InputRequired(_l("请填写时间。"))],
        description=_l(
            "这段时间里的提醒等到结束再发；疑似重大隐患和停用随时发。两个时间相同就是不设。"
        ),
    )
    morning = TimeField(
        _l("每日安排几点发"), [InputRequired(_l("请填写时间。"))], description=_l("只在教学日发。")
    )

    def validate_morning(self, field: Any) -> None:
        """A list that waits until the quiet hours end has an hour that nobody set."""
        given = (self.quiet_from.data, self.quiet_until.data, field.data)
        if None not in given and self.hours.are_quiet(field.data):
            raise ValidationError(_("这个时间在免打扰时段里。"))

    @property
    def hours(self) -> Hours:
        """As the rules read them."""
        return Hours(self.quiet_from.data, self.quiet_until.data, self.morning.data)


class WishesForm(Form):
    """What a person wants to be told."""

    wanted = SelectMultipleField(
        _l("提醒我什么"),
        choices=lambda: choices(
            (kind.value, f"{label(kind)}：{KIND_HELP[kind]}") for kind in OPTIONAL
        ),
        coerce=Kind,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
