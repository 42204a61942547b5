"""动火审批表 and the ledger's workbook. The permit is Chinese only: it hangs at the site."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.content.model import ChecklistItem
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.hot_work.labels import ANSWERS
from unitsafe.hot_work.models import HotWorkEvent, HotWorkPermit
from unitsafe.hot_work.rules import Action, Measure
from unitsafe.paper import shapes
from unitsafe.school.models import School


def permit(
    one: HotWorkPermit, items: Sequence[ChecklistItem], school: School, *, now: datetime
) -> shapes.HotWorkSheet:
    """The permit as far as it is; what is still to come has room to be written by hand."""
    steps = {event.action: event for event in one.events}
    started = steps.get(Action.START)
    return {
        "school": school.name,
        "title": "动火作业审批表",
        "period": f"{clock.local(one.starts_at):%Y-%m-%d}",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "number": one.number,
        "state": label(one.state),
        "facts": _facts(one),
        "measures": [
            {"text": label(measure), "is_done": str(measure) in one.measures} for measure in Measure
        ],
        "site": [
            {
                "text": item.text,
                "answer": str(ANSWERS.get(started.answers.get(item.key, ""), ""))
                if started
                else "",
            }
            for item in items
        ],
        "signatures": [
            _signer("申请人", steps.get(Action.APPLY)),
            _signer("审批人", steps.get(Action.APPROVE) or steps.get(Action.REFUSE)),
            _signer("开工核查人", started),
            _signer("完工确认人", steps.get(Action.FINISH)),
            _signer("完工复查人", steps.get(Action.AFTER_CHECK)),
        ],
    }


def place_of(one: HotWorkPermit) -> str:
    """教学楼A 一层走道 靠近东门."""
    return " ".join(part for part in (one.space.building.name, one.space.name, one.place) if part)


def window_of(one: HotWorkPermit) -> str:
    """2026-11-28 09:00—11:30."""
    starts, ends = clock.local(one.starts_at), clock.local(one.ends_at)
    return f"{starts:%Y-%m-%d %H:%M}—{ends:%H:%M}"


def _facts(one: HotWorkPermit) -> list[shapes.Fact]:
    return [
        {"label": "动火部位", "value": place_of(one), "wide": True},
        {"label": "作业内容", "value": one.work, "wide": True},
        {"label": "动火时间", "value": window_of(one), "wide": True},
        {"label": "施工单位", "value": one.unit or "本校"},
        {"label": "作业人员", "value": one.worker},
        {"label": "证件编号", "value": one.certificate_no},
        {"label": "证件有效期", "value": one.certificate_until.isoformat()},
        {"label": "监护人", "value": one.watcher.name},
        {"label": "申请人", "value": one.applicant.name},
    ]


def _signer(title: str, event: HotWorkEvent | None) -> shapes.Signer:
    return {
        "label": title,
        "names": [event.by.name] if event else [],
        "at": f"{clock.local(event.at):%Y-%m-%d %H:%M}" if event else "",
    }


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("编号"), 14),
        Column(_("部位"), 28),
        Column(_("作业内容"), 32),
        Column(_("开始"), 16),
        Column(_("结束"), 16),
        Column(_("施工单位"), 22),
        Column(_("作业人员"), 10),
        Column(_("证件编号"), 20),
        Column(_("证件有效期"), 12),
        Column(_("监护人"), 10),
        Column(_("申请人"), 10),
        Column(_("审批人"), 10),
        Column(_("完工"), 16),
        Column(_("复查"), 16),
        Column(_("状态"), 10),
    ]


def row(one: HotWorkPermit) -> list[Value]:
    """A permit in the workbook."""
    steps = {event.action: event for event in one.events}
    decided = steps.get(Action.APPROVE) or steps.get(Action.REFUSE)
    looked = steps.get(Action.AFTER_CHECK)
    return [
        one.number,
        place_of(one),
        one.work,
        one.starts_at,
        one.ends_at,
        one.unit,
        one.worker,
        one.certificate_no,
        one.certificate_until,
        one.watcher.name,
        one.applicant.name,
        decided.by.name if decided else "",
        one.finished_at,
        looked.at if looked else None,
        label(one.state),
    ]
