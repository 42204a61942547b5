"""The ledger as workbook and as paper. Source of the columns: domain README §9 隐患排查整改台账."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.grids.labels import grid_title
from unitsafe.hazards import queries
from unitsafe.hazards.ledger_rows import MOST_PRINTED, Line
from unitsafe.hazards.models import HazardEvent
from unitsafe.hazards.papers import category_of, money_of, place_of, stamp
from unitsafe.hazards.rules import Level, State
from unitsafe.paper import shapes
from unitsafe.school.models import School


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("编号"), 14),
        Column(_("发现时间"), 16),
        Column(_("来源"), 10),
        Column(_("部位"), 20),
        Column(_("网格"), 18),
        Column(_("隐患描述"), 40),
        Column(_("整改前照片（张）"), 9),
        Column(_("类别"), 14),
        Column(_("等级"), 9),
        Column(_("整改措施"), 30),
        Column(_("防范措施"), 24),
        Column(_("责任人"), 10),
        Column(_("整改期限"), 12),
        Column(_("预算（元）"), 10),
        Column(_("实际花费（元）"), 10),
        Column(_("最近进展"), 28),
        Column(_("完成时间"), 16),
        Column(_("整改后照片（张）"), 9),
        Column(_("复查人"), 10),
        Column(_("复查时间"), 16),
        Column(_("销号人"), 10),
        Column(_("销号时间"), 16),
        Column(_("状态"), 9),
        Column(_("标记"), 12),
    ]


def row(line: Line) -> list[Value]:
    """A line of the workbook."""
    one = line.hazard
    return [
        one.number,
        one.found_at,
        label(one.source),
        place_of(one),
        grid_title(one.grid),
        one.description,
        line.photos[False],
        category_of(one),
        label(one.level),
        _measure(line),
        one.interim_measure,
        one.holder.name if one.holder else None,
        one.due_on,
        one.budget,
        one.cost,
        _progress(line.last),
        line.done.at if line.done else None,
        line.photos[True],
        _name(line.rechecked),
        line.rechecked.at if line.rechecked else None,
        _name(line.closed),
        one.closed_at,
        label(one.state),
        _marks(line),
    ]


def _measure(line: Line) -> str:
    """What was to be done; where nobody wrote that down, what was done."""
    return line.hazard.measure or (line.done.note if line.done else "")


def _progress(event: HazardEvent | None) -> str:
    """When the last step was and what: 2026-11-05 17:02 整改完成 已更换闭门器."""
    if event is None:
        return ""
    return " ".join(part for part in (stamp(event.at), label(event.action), event.note) if part)


def _name(event: HazardEvent | None) -> str | None:
    return event.by.name if event and event.by else None


def _marks(line: Line) -> str:
    return "、".join(label(mark) for mark in queries.marks(line.hazard))


def ledger(
    found: Iterable[Line],
    school: School,
    *,
    narrowed: str,
    period: str,
    counts: Mapping[State, int],
    total: int,
    now: datetime,
) -> shapes.HazardLedger:
    """The ledger on paper; ``total`` is how many lines there would be."""
    rows = list(found)
    numbers = [("共", f"{total}条")]
    numbers += [(label(state), str(counts[state])) for state in State if counts.get(state)]
    if len(rows) == total:
        levels = Counter(line.hazard.level for line in rows)
        numbers += [(label(level), str(levels[level])) for level in Level if levels[level]]
    return {
        "school": school.name,
        "title": "隐患排查整改台账",
        "period": period,
        "printed_at": stamp(now),
        "version": "",
        "narrowed": narrowed,
        "counts": [{"label": name, "value": text} for name, text in numbers],
        "cut": _cut(rows, total),
        "rows": [_paper_row(line) for line in rows],
        "signatures": [
            {"label": name, "names": [], "at": ""} for name in ("填表人", "消防安全管理人")
        ],
    }


def _cut(rows: list[Line], total: int) -> str:
    if total <= len(rows) or not rows:
        return ""
    first = clock.local(rows[0].hazard.found_at).date().isoformat()
    return (
        f"符合条件的共{total}条，本表只印最近发现的{MOST_PRINTED}条（{first}起）；"
        f"更早的{total - len(rows)}条请按日期另印，或导出Excel。"
    )


def _paper_row(line: Line) -> shapes.LedgerRow:
    one = line.hazard
    money = money_of(one)
    measures = [
        _measure(line),
        f"防范：{one.interim_measure}" if one.interim_measure else "",
        f"经费：{money}" if money else "",
    ]
    marks = _marks(line)
    return {
        "number": one.number,
        "found": f"{clock.local(one.found_at):%Y-%m-%d}\n{label(one.source)}",
        "place": place_of(one),
        "text": one.description,
        "kind": f"{category_of(one)}\n{label(one.level)}",
        "measure": "\n".join(part for part in measures if part),
        "holder": one.holder.name if one.holder else "",
        "due": one.due_on.isoformat() if one.due_on else "",
        "done": f"{clock.local(line.done.at):%Y-%m-%d}" if line.done else "",
        "rechecked": _by_and_day(line.rechecked),
        "closed": _by_and_day(line.closed),
        "state": "\n".join(part for part in (label(one.state), marks) if part),
    }


def _by_and_day(event: HazardEvent | None) -> str:
    if event is None:
        return ""
    return f"{_name(event) or ''}\n{clock.local(event.at):%Y-%m-%d}"
