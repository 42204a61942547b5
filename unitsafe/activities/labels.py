"""What the words of activities are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.activities.models import ActivityEvent
from unitsafe.activities.rules import Action, Form, Kind, Skill, State
from unitsafe.core.labels import changed_lines, label, label_all

label_all(
    {
        Kind.DRILL: _l("演练"),
        Kind.TRAINING: _l("培训"),
        Kind.LESSON: _l("安全课"),
        Kind.PUBLICITY: _l("宣传"),
        Kind.MEETING: _l("会议"),
        Kind.SPOT_CHECK: _l("抽查"),
    },
    {
        State.PLANNED: _l("已计划"),
        State.RUNNING: _l("进行中"),
        State.HELD: _l("待评估"),
        State.EVALUATED: _l("已评估"),
        State.ARCHIVED: _l("已归档"),
        State.CANCELLED: _l("已取消"),
    },
    {
        Form.EVACUATION: _l("应急疏散演练"),
        Form.FULL: _l("灭火和应急疏散综合演练"),
        Form.FIRE_FIGHTING: _l("灭火演练"),
        Form.NIGHT: _l("宿舍夜间疏散演练"),
        Form.STAFF: _l("教职工全员培训"),
        Form.INDUCTION: _l("岗前培训"),
        Form.SPECIAL: _l("消防安全专门培训"),
        Form.POST: _l("岗位专题培训"),
        Form.MICRO_STATION: _l("微型消防站训练"),
        Form.CLASS_LESSON: _l("消防安全课"),
        Form.TERM_START: _l("开学安全教育"),
        Form.BEFORE_HOLIDAY: _l("放假前安全教育"),
        Form.FIRE_MONTH: _l("119消防宣传月"),
        Form.FAMILY_LETTER: _l("致家长的一封信"),
        Form.OTHER_PUBLICITY: _l("其他宣传活动"),
        Form.SAFETY_MEETING: _l("安全工作会议"),
        Form.STAFF_SKILL: _l("教职工抽查"),
        Form.PUPIL_SKILL: _l("学生抽查"),
        Form.TEAM_SKILL: _l("志愿消防队抽查"),
    },
    {
        Skill.ALARM: _l("会报警"),
        Skill.EXTINGUISHER: _l("会用灭火器"),
        Skill.HYDRANT: _l("会用消火栓"),
        Skill.ESCAPE: _l("会逃生"),
        Skill.RISK: _l("懂本岗位火灾危险"),
    },
    {
        Action.PLAN: _l("计划"),
        Action.CHANGE: _l("修改"),
        Action.NOTIFY: _l("发通知"),
        Action.START: _l("开始"),
        Action.STOP: _l("结束"),
        Action.HOLD: _l("登记已开展"),
        Action.COUNT: _l("点名"),
        Action.EVALUATE: _l("评估"),
        Action.ADD_ISSUE: _l("登记问题"),
        Action.ATTACH: _l("补充照片和附件"),
        Action.ARCHIVE: _l("归档"),
        Action.CANCEL: _l("取消"),
    },
)
STATE_KIND = {
    State.PLANNED: "",
    State.RUNNING: "warn",
    State.HELD: "due",
    State.EVALUATED: "ok",
    State.ARCHIVED: "ok",
    State.CANCELLED: "",
}
FACTS = {
    "form": _l("形式"),
    "title": _l("名称"),
    "planned_on": _l("计划日期"),
    "planned_at": _l("计划时间"),
    "space_id": _l("部位编号"),
    "place": _l("地点"),
    "organiser_id": _l("组织人编号"),
    "content": _l("内容"),
    "minutes": _l("时长（分钟）"),
    "target_seconds": _l("目标用时（秒）"),
    "photos": _l("照片"),
    "files": _l("附件"),
    "scene": _l("情景设定"),
    "signal": _l("警报信号"),
    "routes": _l("疏散路线和集合点"),
    "commander": _l("总指挥"),
    "elements": _l("演练要素"),
    "classes": _l("参加的班级"),
}
"""What an event's ``changes`` tell, by column or by name in ``details``; kinds add their own."""


def changed(event: ActivityEvent) -> list[str]:
    """What a step changed, line by line: 计划日期：2026-11-20→2026-11-24."""
    return changed_lines(event.changes, FACTS, _shown)


def _shown(name: str, text: str) -> str:
    if name == "form" and text in set(Form):
        return label(Form(text))
    return text
