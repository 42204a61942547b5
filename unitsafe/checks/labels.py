"""What the words of checks are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.checks.rules import Action, EntrySource, Result, Status
from unitsafe.core.labels import label_all

label_all(
    {
        Status.UPCOMING: _l("未到时间"),
        Status.OPEN: _l("待查"),
        Status.IN_PROGRESS: _l("检查中"),
        Status.LATE: _l("已到期"),
        Status.MISSED: _l("漏查"),
        Status.EXPLAINED: _l("漏查已说明"),
        Status.SUBMITTED: _l("已提交"),
        Status.COUNTERSIGNED: _l("已签字"),
        Status.SKIPPED: _l("已登记不查"),
        Result.OK: _l("正常"),
        Result.FAIL: _l("异常"),
        Result.NA: _l("不适用"),
        Result.CLEARED: _l("未答"),
        EntrySource.SCREEN: _l("现场填写"),
        EntrySource.PAPER: _l("按纸质记录补录"),
        Action.START: _l("开始检查"),
        Action.FILL: _l("填写"),
        Action.SUBMIT: _l("提交"),
        Action.COUNTERSIGN: _l("复核签字"),
        Action.EXPLAIN: _l("说明漏查原因"),
        Action.SKIP: _l("登记不查"),
        Action.CORRECT: _l("更正"),
    }
)
STATUS_KIND = {
    Status.UPCOMING: "",
    Status.OPEN: "due",
    Status.IN_PROGRESS: "due",
    Status.LATE: "warn",
    Status.MISSED: "bad",
    Status.EXPLAINED: "warn",
    Status.SUBMITTED: "ok",
    Status.COUNTERSIGNED: "ok",
    Status.SKIPPED: "",
}


def open_checks(number: int) -> str:
    """1项还没有做的检查; empty for none."""
    return str(_("%(n)s项还没有做的检查", n=number)) if number else ""
