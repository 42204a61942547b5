"""What the words of reminders are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.reminders.rules import Kind, NoticeState, Sort

label_all(
    {
        Kind.MORNING: _l("每日安排"),
        Kind.DUE_SOON: _l("快到期"),
        Kind.OVERDUE: _l("超期"),
        Kind.REMIND: _l("催办"),
        Kind.URGENT: _l("紧急"),
        Kind.CLOSED: _l("隐患销号"),
        Kind.DIGEST: _l("每周小结"),
        Kind.TEST: _l("测试"),
    },
    {
        NoticeState.WAITING: _l("待发"),
        NoticeState.RETRYING: _l("没发出去"),
        NoticeState.SENT: _l("已发"),
        NoticeState.GIVEN_UP: _l("放弃"),
    },
    {
        Sort.WECOM: _l("企业微信群机器人"),
        Sort.DINGTALK: _l("钉钉群机器人"),
        Sort.FEISHU: _l("飞书群机器人"),
        Sort.MAIL: _l("邮箱"),
        Sort.OTHER: _l("其他"),
        Sort.SERVERCHAN: _l("Server酱（微信）"),
        Sort.PUSHPLUS: _l("PushPlus（微信）"),
        Sort.MAIL_TO: _l("我的邮箱"),
    },
)
STATE_KIND = {
    NoticeState.WAITING: "due",
    NoticeState.RETRYING: "warn",
    NoticeState.SENT: "ok",
    NoticeState.GIVEN_UP: "bad",
}
KIND_HELP = {
    Kind.MORNING: _l("教学日早上，今天要做的检查、值班和隐患"),
    Kind.DUE_SOON: _l("由我整改的隐患明天到期"),
    Kind.OVERDUE: _l("由我整改的隐患过了期限"),
    Kind.REMIND: _l("别人的隐患一直没整改，请我过问"),
    Kind.CLOSED: _l("我发现的隐患销号了，请我评价"),
    Kind.DIGEST: _l("周五下午，本周的检查和隐患（发给校长）"),
}
HOW_TO = {
    Sort.WECOM: _l(
        "在群里点右上角“…”，添加“消息推送”（群机器人），把得到的Webhook地址粘贴到这里。"
    ),
    Sort.DINGTALK: _l(
        "群设置里添加“自定义”机器人，安全设置选“加签”，把Webhook地址和密钥粘贴到这里。"
    ),
    Sort.FEISHU: _l(
        "群设置里添加“自定义机器人”，把Webhook地址粘贴到这里；安全设置用关键词的，填“安全”。"
    ),
    Sort.MAIL: _l("用学校的一个邮箱发信。很多邮箱要先开通SMTP，并用“授权码”代替密码。"),
    Sort.OTHER: _l("填apprise的地址，例如 ntfys://ntfy.sh/主题、barks://api.day.app/设备码。"),
    Sort.SERVERCHAN: _l("在 sct.ftqq.com 用微信登录，把SendKey粘贴到这里。"),
    Sort.PUSHPLUS: _l("在 pushplus.plus 用微信登录，把token粘贴到这里。"),
    Sort.MAIL_TO: _l("由学校的邮箱发给您。"),
}
"""Where people find what the form asks for."""
