"""The ledger of checks line by line, as workbook and paper hold it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import queries
from unitsafe.checks.models import Check
from unitsafe.checks.queries import Filters
from unitsafe.core.domain import Actor
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label


def columns() -> list[Column]:
    """The heads of the ledger."""
    return [
        Column(_("日期"), 12),
        Column(_("时段"), 8),
        Column(_("检查"), 22),
        Column(_("部位"), 24),
        Column(_("责任人"), 10, on_paper=False),
        Column(_("检查人"), 10),
        Column(_("应完成时间"), 16, on_paper=False),
        Column(_("检查时间"), 16),
        Column(_("提交时间"), 16, on_paper=False),
        Column(_("状态"), 12),
        Column(_("异常项"), 8),
        Column(_("按时"), 6),
        Column(_("补录"), 6),
        Column(_("主管签字"), 10),
        Column(_("签字时间"), 16),
        Column(_("备注或漏查说明"), 30),
    ]


def rows(session: Session, actor: Actor, filters: Filters, now: datetime) -> Iterator[list[Value]]:
    """Every check the filters leave, by day, upwards; some at a time."""
    names: dict[object, str] = {}
    for check, on_time in queries.lines(session, actor, filters, now):
        status = check.status(now)
        if status not in names:
            names[status] = label(status)
        yield _row(check, names[status], _("按时") if on_time else _("迟"))


def _row(check: Check, status: str, in_time: str) -> list[Value]:
    done, signed = check.submitted_by, check.countersigned_by
    return [
        check.day,
        check.label,
        check.title,
        check.place,
        check.assignee.name if check.assignee else "",
        done.name if done else "",
        _last_moment(check.due_at),
        check.performed_at,
        check.submitted_at,
        status,
        check.fail_count if check.submitted_at else None,
        in_time if check.submitted_at else "",
        _("补") if check.is_backfill else "",
        signed.name if signed else "",
        check.countersigned_at,
        check.note or check.explanation,
    ]


def _last_moment(due_at: datetime) -> datetime:
    """The end of a day is still that day: 23:59, since no cell can hold 24:00."""
    there = clock.local(due_at)
    is_midnight = (there.hour, there.minute) == (0, 0)
    return due_at - timedelta(minutes=1) if is_midnight else due_at
