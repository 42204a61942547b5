"""The reply to a visit, and the ledger's workbook. The reply is Chinese only: it is made to be sealed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe.content.model import Basis
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.hazards import official
from unitsafe.hazards.ledger_rows import Line
from unitsafe.hazards.models import HazardPhoto
from unitsafe.hazards.official import iso, long_day, whole
from unitsafe.hazards.papers import paired, place_of
from unitsafe.hazards.rules import State as HazardState
from unitsafe.paper import shapes
from unitsafe.school.models import School
from unitsafe.visits.models import Visit
from unitsafe.visits.queries import Tally

BASIS = (Basis("ord61", "第三十五条", "verified"),)
"""A reply to what a fire-rescue body ordered. Source: domain README §5 (Order 61 art. 35)."""
FIRE_RESCUE = "消防"
"""In the name of the bodies for which BASIS was written."""
MOST_PAIRS = 40
"""Pairs of photos on one reply: twenty pages' worth."""
HEADS = ["序号", "存在问题", "整改措施", "责任人", "完成日期", "整改情况"]
WIDTHS = [0.6, 3, 3, 1.1, 1.6, 1.6]


def reply(
    visit: Visit,
    lines: Sequence[Line],
    photos: Mapping[int, Sequence[HazardPhoto]],
    school: School,
    *,
    now: datetime,
) -> shapes.OfficialPaper:
    """整改复函: what they found, what was done about each, what is still to come.

    ``lines`` are the findings in their order; what turned out to be no hazard says so.
    """
    pairs = [pair for line in lines for pair in paired(line.hazard, photos[line.hazard.id])]
    asked = f"（{visit.document_no}）" if visit.document_no else ""
    opening = f"{long_day(visit.visited_on)}，贵单位对我校进行了{label(visit.kind)}{asked}"
    if lines:
        opening += f"，指出{len(lines)}项问题。我校立即组织整改，现将整改情况函复如下："
    else:
        opening += "，没有指出需要整改的问题。现函复如下："
    return {
        **official.sheet(
            "关于检查问题整改情况的复函",
            school,
            period=iso(visit.visited_on),
            basis=BASIS if FIRE_RESCUE in visit.body else (),
            now=now,
        ),
        "document_no": visit.reply_no,
        "to": visit.body,
        "paragraphs": [opening],
        "table": {
            "heads": HEADS,
            "widths": WIDTHS,
            "rows": [_row(number, line) for number, line in enumerate(lines, 1)],
        }
        if lines
        else None,
        "closing": [*_outcome([line.hazard.state for line in lines], lines), "特此函复。"],
        "date": long_day(visit.replied_on) if visit.replied_on else "",
        "annex": "附件：整改前后照片"
        + (f"（共{len(pairs)}组，附前{MOST_PAIRS}组）" if len(pairs) > MOST_PAIRS else ""),
        "pairs": pairs[:MOST_PAIRS],
    }


def _row(number: int, line: Line) -> list[str]:
    one = line.hazard
    done = line.done.note if line.done else ""
    measures = dict.fromkeys(whole(part) for part in (one.measure, done) if part)
    return [
        str(number),
        f"{place_of(one)}：{one.description}",
        "".join(measures),
        one.holder.name if one.holder else "",
        official.iso(official.day_of(line.done.at)) if line.done else "",
        _standing(one.state, one.due_on),
    ]


def _standing(state: HazardState, due_on: date | None) -> str:
    if state is HazardState.CLOSED:
        return "已整改"
    if state is HazardState.REJECTED:
        return "经核实不成立"
    if state is HazardState.RECTIFIED:
        return "已整改，待复查"
    return f"正在整改，{due_on.month}月{due_on.day}日前完成" if due_on else "正在安排整改"


def _outcome(states: Sequence[HazardState], lines: Sequence[Line]) -> list[str]:
    """How many are done; by when the rest will be."""
    if not states:
        return []
    done = sum(state in (HazardState.CLOSED, HazardState.REJECTED) for state in states)
    if done == len(states):
        return ["以上问题已全部整改完毕。我校将举一反三，加强日常检查，防止同类问题再次发生。"]
    waiting = [
        line.hazard.due_on
        for line in lines
        if line.hazard.state not in (HazardState.CLOSED, HazardState.REJECTED)
        and line.hazard.due_on
    ]
    is_all_guarded = all(
        line.hazard.interim_measure
        for line in lines
        if line.hazard.state not in (HazardState.CLOSED, HazardState.REJECTED)
    )
    guarded = "整改完成前，我校已落实防范措施。" if is_all_guarded else ""
    last = f"，最迟于{long_day(max(waiting))}前完成" if waiting else ""
    return [
        f"以上{len(states)}项问题已办结{done}项，其余{len(states) - done}项正在办理{last}。"
        f"{guarded}完成后另行函告。"
    ]


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("检查日期"), 12),
        Column(_("检查单位"), 22),
        Column(_("检查类别"), 12),
        Column(_("检查人员"), 20),
        Column(_("陪同人员"), 20),
        Column(_("文书编号"), 20),
        Column(_("总体意见"), 40),
        Column(_("问题数"), 8),
        Column(_("已办结"), 8),
        Column(_("复函期限"), 12),
        Column(_("复函日期"), 12),
        Column(_("复函文号"), 18),
        Column(_("状态"), 10),
    ]


def row(visit: Visit, tally: Tally, today: date) -> list[Value]:
    """A line of the workbook."""
    return [
        visit.visited_on,
        visit.body,
        label(visit.kind),
        visit.inspectors,
        visit.accompanied_by,
        visit.document_no,
        visit.summary,
        tally.total,
        tally.closed,
        visit.reply_due_on,
        visit.replied_on,
        visit.reply_no,
        label(visit.state(today)),
    ]
