"""What the words of the year's plan are called, and how they look."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.year_plan.rules import Act, Change, Status

label_all(
    {
        Act.DONE: _l("登记完成"),
        Act.UNDONE: _l("撤销登记"),
        Act.DROP: _l("不做"),
        Act.RESTORE: _l("恢复"),
    },
    {
        Status.DONE: _l("已完成"),
        Status.LATE: _l("逾期"),
        Status.DUE: _l("本月到期"),
        Status.AHEAD: _l("未到期"),
        Status.DROPPED: _l("不做"),
        Status.BEFORE: _l("启用前"),
    },
    {
        Change.ADDED: _l("签后增加"),
        Change.MOVED: _l("签后改期"),
        Change.DROPPED: _l("签后去掉"),
        Change.RESTORED: _l("签后恢复"),
    },
)
STATUS_MARK = {
    Status.DONE: ("ok", "✓"),
    Status.LATE: ("bad", "✗"),
    Status.DUE: ("due", "…"),
    Status.AHEAD: ("na", "○"),
    Status.DROPPED: ("na", "—"),
    Status.BEFORE: ("na", "—"),
}
"""Colour and shape of a status; the word is its label."""
