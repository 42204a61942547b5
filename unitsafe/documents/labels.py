"""What the words of papers are called."""

from collections.abc import Collection, Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import changed_lines, label, label_all
from unitsafe.documents.models import DocumentEvent
from unitsafe.documents.rules import (
    EVERYBODY,
    PLAN_KEYS,
    Action,
    Kind,
    Mark,
    Part,
    State,
    Team,
    Topic,
)
from unitsafe.people.labels import post_title

label_all(
    {
        Kind.POLICY: _l("制度"),
        Kind.EMERGENCY_PLAN: _l("预案"),
        Kind.APPOINTMENT: _l("任命文件"),
        Kind.REPORT: _l("报告与记录"),
        Kind.CERTIFICATE: _l("证照与法律文书"),
        Kind.DRAWING: _l("图纸"),
        Kind.CONTRACT: _l("合同"),
        Kind.OTHER: _l("其他"),
        State.CURRENT: _l("现行"),
        State.REPLACED: _l("已被代替"),
        State.WITHDRAWN: _l("已废止"),
        Mark.LATE: _l("复核超期"),
        Mark.SOON: _l("快到复核"),
    },
    {
        Topic.TRAINING: _l("消防安全教育培训"),
        Topic.PATROL: _l("防火巡查、检查"),
        Topic.EVACUATION: _l("安全疏散设施管理"),
        Topic.CONTROL_ROOM: _l("消防（控制室）值班"),
        Topic.FACILITIES: _l("消防设施、器材维护管理"),
        Topic.HAZARDS: _l("火灾隐患整改"),
        Topic.FIRE_AND_POWER: _l("用火、用电安全管理"),
        Topic.FLAMMABLES: _l("易燃易爆物品和场所防火防爆"),
        Topic.FIRE_TEAM: _l("专职和义务消防队的组织管理"),
        Topic.PLAN_DRILL: _l("灭火和应急疏散预案演练"),
        Topic.GAS_AND_ELECTRIC: _l("燃气和电气设备的检查和管理（含防雷、防静电）"),
        Topic.REWARDS: _l("消防安全工作考评和奖惩"),
        Topic.FURTHER: _l("其他必要的消防安全内容"),
        Topic.WHOLE_SCHOOL: _l("全校总预案"),
        Topic.ONE_PLACE: _l("专项或单个场所的预案"),
        Topic.RESPONSIBLE_PERSON: _l("消防安全责任人"),
        Topic.FIRE_MANAGER: _l("消防安全管理人"),
        Topic.FIRE_DEPARTMENT: _l("归口管理部门负责人"),
        Topic.FIRE_STAFF: _l("专（兼）职消防管理人员"),
        Topic.LEADING_GROUP: _l("消防安全领导小组"),
        Topic.TEAM_LIST: _l("微型消防站（义务消防队）名单"),
        Topic.FACILITY_TEST: _l("消防设施检测、维保报告"),
        Topic.ELECTRIC_TEST: _l("电气检测报告"),
        Topic.GAS_TEST: _l("燃气检测报告"),
        Topic.LIGHTNING_TEST: _l("防雷、防静电检测报告"),
        Topic.FIRE_RECORD: _l("火灾情况记录"),
        Topic.AWARD: _l("消防奖惩记录"),
        Topic.ACCEPTANCE: _l("消防设计审核、验收和开业前检查文件"),
        Topic.PRODUCT_PROOF: _l("消防产品、防火材料合格证明"),
        Topic.LEGAL_PAPER: _l("消防机构填发的法律文书"),
        Topic.SITE_PLAN: _l("总平面图"),
        Topic.EVAC_MAP: _l("疏散平面图"),
        Topic.MAINTENANCE: _l("消防设施维保合同"),
    },
    {
        Action.RECORD: _l("登记"),
        Action.CHANGE: _l("修改"),
        Action.ADD_VERSION: _l("上传新版本"),
        Action.REVIEW: _l("复核，无需修改"),
        Action.FILL_PLAN: _l("填写预案内容"),
        Action.END: _l("停止执行"),
        Action.RESTORE: _l("恢复执行"),
    },
    {
        Part.ORGANISATION: _l("组织机构"),
        Part.ALARM: _l("报警和接警处置程序"),
        Part.EVACUATION: _l("应急疏散的组织程序和措施"),
        Part.FIRE_FIGHTING: _l("扑救初起火灾的程序和措施"),
        Part.SUPPORT: _l("通讯联络、安全防护救护的程序和措施"),
        Team.ACTION: _l("灭火行动组"),
        Team.LIAISON: _l("通讯联络组"),
        Team.GUIDE: _l("疏散引导组"),
        Team.RESCUE: _l("安全防护救护组"),
    },
)
STATE_KIND = {State.CURRENT: "ok", State.REPLACED: "", State.WITHDRAWN: ""}
MARK_KIND = {Mark.LATE: "bad", Mark.SOON: "due"}
FACTS = {
    "title": _l("名称"),
    "document_no": _l("文号"),
    "issued_on": _l("发布日期"),
    "owner": _l("负责人"),
    "next_review_on": _l("下次复核"),
    "topics": _l("内容"),
    "audience": _l("阅读范围"),
    "state": _l("状态"),
}
"""What is written down of a paper, by column or list."""


def topic_words(topics: Iterable[Topic]) -> str:
    """防火巡查、检查；火灾隐患整改."""
    return "；".join(label(topic) for topic in topics)


def audience_words(posts: Collection[str]) -> str:
    """Whom a paper asks to read it; empty for nobody."""
    if EVERYBODY in posts:
        return str(_("全体教职工"))
    return "、".join(post_title(post) for post in posts)


def changed(event: DocumentEvent) -> list[str]:
    """What a step changed, line by line: 文号：空→3号."""
    of_plan = zip(PLAN_KEYS, (*Part, *Team), strict=True)
    titles = {**FACTS, **{name: label(member) for name, member in of_plan}}
    return changed_lines(event.changes, titles, _shown)


def _shown(name: str, text: str) -> str:
    if name == "topics" and text:
        return topic_words(Topic(key) for key in text.split(","))
    if name == "audience" and text:
        return audience_words(text.split(","))
    return label(State(text)) if name == "state" else text
