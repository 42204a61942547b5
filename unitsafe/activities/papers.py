"""The record of an activity and the ledger's workbook; kinds add facts and sections of their own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Action, Kind
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.hazards.papers import place_of as hazard_place
from unitsafe.hazards.papers import stamp
from unitsafe.paper import shapes
from unitsafe.school.models import School

TITLES: Mapping[Kind, str] = {
    Kind.DRILL: "演练记录",
    Kind.TRAINING: "培训记录",
    Kind.LESSON: "消防安全课记录",
    Kind.PUBLICITY: "宣传活动记录",
    Kind.MEETING: "会议记录",
    Kind.SPOT_CHECK: "抽查记录",
}
SIGNERS = ("组织人签名", "记录人签名", "学校负责人签名")
MOST_PHOTOS = 24
"""Photos on one record: the paper stays a few pages."""


def place_of(activity: Activity) -> str:
    """楼栋 部位, or where it says; empty for nowhere."""
    if activity.space is None:
        return activity.place
    named = f"{activity.space.building.name} {activity.space.name}"
    return f"{named}（{activity.place}）" if activity.place else named


def held(activity: Activity) -> str:
    """When it was held, or is to be: 2026-11-20 09:30—09:42."""
    day = (activity.held_on or activity.planned_on).isoformat()
    if activity.started_at is None:
        return f"{day} {activity.planned_at:%H:%M}" if activity.planned_at else day
    began = stamp(activity.started_at)
    return f"{began}—{stamp(activity.ended_at)[11:]}" if activity.ended_at else began


def heads(activity: Activity) -> str:
    """应到600人，实到596人; empty before anybody was counted."""
    parts = [
        f"应到{activity.expected}人" if activity.expected is not None else "",
        f"实到{activity.present}人" if activity.present is not None else "",
    ]
    return "，".join(part for part in parts if part)


def record(
    activity: Activity,
    school: School,
    *,
    facts: Sequence[shapes.Fact] = (),
    sections: Sequence[shapes.RecordSection] = (),
    now: datetime,
) -> shapes.ActivityRecord:
    """The record to sign: what all kinds have, then the kind's own ``facts`` and ``sections``."""
    own: list[shapes.Fact] = [
        {"label": "名称", "value": activity.title, "wide": True},
        {"label": "形式", "value": label(activity.form)},
        {"label": "状态", "value": label(activity.state)},
        {"label": "时间", "value": held(activity)},
        {"label": "地点", "value": place_of(activity)},
        {"label": "组织人", "value": activity.organiser.name if activity.organiser else ""},
        {"label": "人数", "value": heads(activity)},
        *facts,
    ]
    parts: list[shapes.RecordSection] = [
        section("内容", [activity.content]),
        *sections,
        _people(activity),
        section("效果评估", [activity.evaluation]),
        _issues(activity),
    ]
    shown = activity.photos[:MOST_PHOTOS]
    return {
        "school": school.name,
        "title": TITLES[activity.kind],
        "period": (activity.held_on or activity.planned_on).isoformat(),
        "printed_at": stamp(now),
        "version": "",
        "number": activity.number,
        "facts": own,
        "sections": [part for part in parts if part["paragraphs"] or part["rows"]],
        "photos": [
            {
                "name": photo_name(one.photo_id),
                "caption": f"{activity.number} · {TITLES[activity.kind][:-2]}照片{n}",
            }
            for n, one in enumerate(shown, 1)
        ],
        "signatures": [{"label": one, "names": [], "at": ""} for one in SIGNERS],
    }


def section(
    title: str,
    paragraphs: Sequence[str] = (),
    *,
    heads: Sequence[str] = (),
    widths: Sequence[float] = (),
    rows: Sequence[Sequence[str]] = (),
) -> shapes.RecordSection:
    """A part of the record: paragraphs (empty ones left out), then a table."""
    return {
        "title": title,
        "paragraphs": [text for text in paragraphs if text],
        "heads": list(heads),
        "widths": list(widths),
        "rows": [list(row) for row in rows],
    }


def photo_name(photo_id: int) -> str:
    """What the paper's data calls a photo."""
    return f"photo{photo_id}"


def _people(activity: Activity) -> shapes.RecordSection:
    """Who was asked and who came, for signing in by hand where nobody did by phone."""
    return section(
        "签到",
        heads=["姓名", "签到", "姓名", "签到"],
        widths=[1, 1.2, 1, 1.2],
        rows=_paired(
            [
                (one.person.name, stamp(one.signed_at) if one.signed_at else "")
                for one in activity.attendances
            ]
        ),
    )


def _paired(cells: Sequence[tuple[str, str]]) -> list[list[str]]:
    half = (len(cells) + 1) // 2
    right = [*cells[half:], ("", "")]
    return [[*left, *other] for left, other in zip(cells[:half], right, strict=False)]


def _issues(activity: Activity) -> shapes.RecordSection:
    return section(
        "发现的问题",
        heads=["隐患编号", "问题", "部位", "责任人", "状态"],
        widths=[1.4, 3, 1.8, 1, 1],
        rows=[
            [
                one.hazard.number,
                one.hazard.description,
                hazard_place(one.hazard),
                one.hazard.holder.name if one.hazard.holder else "",
                label(one.hazard.state),
            ]
            for one in activity.issues
        ],
    )


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("编号"), 14),
        Column(_("类别"), 8),
        Column(_("形式"), 22),
        Column(_("名称"), 30),
        Column(_("计划日期"), 12),
        Column(_("开展日期"), 12),
        Column(_("地点"), 20),
        Column(_("组织人"), 10),
        Column(_("应到"), 8),
        Column(_("实到"), 8),
        Column(_("用时（秒）"), 10),
        Column(_("目标（秒）"), 10, on_paper=False),
        Column(_("问题数"), 8),
        Column(_("效果评估"), 40),
        Column(_("状态"), 10),
    ]


def row(activity: Activity, issues: int) -> list[Value]:
    """A line of the workbook."""
    days: tuple[date, date | None] = (activity.planned_on, activity.held_on)
    return [
        activity.number,
        label(activity.kind),
        label(activity.form),
        activity.title,
        *days,
        place_of(activity),
        activity.organiser.name if activity.organiser else "",
        activity.expected,
        activity.present,
        activity.seconds,
        activity.target_seconds,
        issues,
        activity.evaluation,
        label(activity.state),
    ]


def is_late_entry(activity: Activity, hours: int) -> bool:
    """Whether it was written down more than ``hours`` after it was held (补录)."""
    entered = next((one.at for one in activity.events if one.action is Action.HOLD), None)
    if entered is None or activity.held_on is None:
        return False
    end = activity.ended_at or clock.at(activity.held_on, time(23, 59))
    return entered - end > timedelta(hours=hours)
