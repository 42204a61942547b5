"""What the words of trainings, publicity, meetings, spot checks and certificates are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.activities.labels import FACTS
from unitsafe.activities.training_rules import CertificateKind, Grade, Need, Per, Standing
from unitsafe.core.labels import label_all

label_all(
    {
        Need.STAFF: _l("全员培训"),
        Need.INDUCTION: _l("岗前培训"),
        Need.SPECIAL: _l("专门培训"),
        Need.POST: _l("岗位专题培训"),
    },
    {
        CertificateKind.CONTROL_ROOM: _l("消防设施操作员证"),
        CertificateKind.SAFETY_TRAINING: _l("消防安全培训合格证"),
        CertificateKind.ELECTRICIAN: _l("电工证"),
        CertificateKind.OTHER: _l("其他证书"),
    },
    {
        Grade.JUNIOR: _l("初级"),
        Grade.INTERMEDIATE: _l("中级"),
        Grade.SENIOR: _l("高级"),
    },
    {
        Standing.VALID: _l("有效"),
        Standing.ENDING: _l("快到期"),
        Standing.EXPIRED: _l("已过期"),
        Standing.REPLACED: _l("已换证或停用"),
    },
    {
        Per.MONTH: _l("每月"),
        Per.QUARTER: _l("每季度"),
        Per.HALF_YEAR: _l("每半年"),
        Per.TERM: _l("每学期"),
        Per.NOVEMBER: _l("11月"),
        Per.YEAR: _l("每学年"),
    },
)
STANDING_KIND = {
    Standing.VALID: "ok",
    Standing.ENDING: "warn",
    Standing.EXPIRED: "bad",
    Standing.REPLACED: "",
}
FACTS |= {
    "trainer": _l("授课人"),
    "pass_mark": _l("考核合格分"),
    "chair": _l("主持人"),
    "recorder": _l("记录人"),
    "invited": _l("列入应到"),
    "uninvited": _l("移出应到"),
    "signed": _l("登记到场"),
    "unsigned": _l("取消到场"),
    "tested": _l("考核合格"),
    "classes_in": _l("加入班级"),
    "classes_out": _l("移出班级"),
    "decided": _l("议定事项"),
    "done": _l("办结"),
    "drawn": _l("随机抽到"),
    "seed": _l("随机数"),
    "asked": _l("已抽查人数"),
}
