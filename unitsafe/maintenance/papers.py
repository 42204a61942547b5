"""配备标准与实有对照表, and the workbooks."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.equipment.labels import kind_title, unit
from unitsafe.maintenance.labels import systems
from unitsafe.maintenance.models import Maintenance
from unitsafe.maintenance.queries import Tally
from unitsafe.maintenance.rules import Target
from unitsafe.paper import shapes
from unitsafe.school.models import School


def target_sheet(rows: Sequence[Target], school: School, *, now: datetime) -> shapes.TargetList:
    """What there should be against what is in use, what is missing first."""
    there = clock.local(now)
    asked = [one for one in rows if one.should is not None]
    short = [one for one in asked if one.gap]
    return {
        "school": school.name,
        "title": "消防设施器材配备标准与实有对照表",
        "period": there.date().isoformat(),
        "printed_at": f"{there:%Y-%m-%d %H:%M}",
        "version": "",
        "summary": f"共{len(asked)}项有配备数，{len(short)}项不足。实有数只计在用的；配备数由学校按消防设计文件和验收意见填写。",
        "rows": [
            {
                "place": one.place_name,
                "kind": kind_title(one.kind),
                "unit": unit(one.kind),
                "should": "" if one.should is None else str(one.should),
                "have": str(one.have),
                "gap": str(one.gap) if one.gap else "",
            }
            for one in rows
        ],
        "signatures": [
            {"label": "填表人", "names": [], "at": ""},
            {"label": "消防安全管理人", "names": [], "at": ""},
        ],
    }


def target_columns() -> list[Column]:
    """The heads of the workbook of targets."""
    return [
        Column(_("楼栋"), 22),
        Column(_("器材"), 26),
        Column(_("单位"), 6),
        Column(_("应配"), 8),
        Column(_("在用"), 8),
        Column(_("缺"), 8),
    ]


def target_row(one: Target) -> list[Value]:
    """A line of it."""
    return [
        one.place_name,
        kind_title(one.kind),
        unit(one.kind),
        one.should,
        one.have,
        one.gap if one.should is not None else None,
    ]


def columns() -> list[Column]:
    """The heads of the ledger's workbook."""
    return [
        Column(_("日期"), 12),
        Column(_("类别"), 12),
        Column(_("单位"), 26),
        Column(_("人员"), 16),
        Column(_("系统"), 30),
        Column(_("做了什么"), 40),
        Column(_("报告编号"), 18),
        Column(_("结论"), 10),
        Column(_("有效期至"), 12),
        Column(_("问题数"), 8),
        Column(_("已办结"), 8),
        Column(_("学校签字"), 12),
        Column(_("签字日期"), 12),
    ]


def row(one: Maintenance, tally: Tally) -> list[Value]:
    """A line of it; ``signed_by`` is loaded."""
    return [
        one.done_on,
        label(one.kind),
        one.company,
        one.people,
        systems(one.systems),
        one.work,
        one.report_no,
        label(one.result),
        one.valid_until,
        tally.total,
        tally.closed,
        one.signed_by.name if one.signed_by else "",
        _day_of(one.signed_at),
    ]


def _day_of(moment: datetime | None) -> date | None:
    return clock.local(moment).date() if moment else None
