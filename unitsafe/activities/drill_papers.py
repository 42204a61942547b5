"""What papers say of a drill: its part of the record, and the notice before it."""

from datetime import datetime

from unitsafe.activities.drill_rules import Element, is_on_target
from unitsafe.activities.drills import Board
from unitsafe.activities.models import Activity
from unitsafe.activities.papers import place_of, section
from unitsafe.core.labels import label
from unitsafe.hazards import official
from unitsafe.hazards.official import long_day
from unitsafe.paper import shapes
from unitsafe.places.labels import floor_name
from unitsafe.school.models import School

SUITABLE = {"all": "全部能执行", "part": "部分不适宜"}
SUFFICIENT = {
    "full": "完全满足应急要求",
    "basic": "基本满足，需要完善",
    "none": "不充分，必须修改",
}


def duration(seconds: int | None) -> str:
    """1分52秒; empty for None."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}分{rest:02d}秒" if minutes else f"{rest}秒"


def outcome(activity: Activity) -> str:
    """1分52秒（目标2分00秒，达标）."""
    if activity.seconds is None:
        return ""
    reached = is_on_target(activity.seconds, activity.target_seconds)
    if reached is None:
        return duration(activity.seconds)
    target = duration(activity.target_seconds)
    return f"{duration(activity.seconds)}（目标{target}，{'达标' if reached else '超时'}）"


def elements(activity: Activity) -> str:
    """报警、灭火、疏散、救护."""
    return "、".join(label(Element(one)) for one in activity.details.get("elements") or ())


def parts(activity: Activity, board: Board) -> tuple[list[shapes.Fact], list[shapes.RecordSection]]:
    """Facts and sections of the record. Source: domain README §9 (演练记录)."""
    details = activity.details
    facts: list[shapes.Fact] = [
        {"label": "总指挥", "value": details.get("commander") or ""},
        {"label": "警报信号", "value": details.get("signal") or ""},
        {"label": "演练要素", "value": elements(activity)},
        {"label": "疏散用时", "value": outcome(activity)},
        {"label": "预案适宜性", "value": SUITABLE.get(details.get("suitable") or "", "")},
        {"label": "预案充分性", "value": SUFFICIENT.get(details.get("sufficient") or "", "")},
        {"label": "情景设定", "value": details.get("scene") or "", "wide": True},
        {"label": "疏散路线", "value": details.get("routes") or "", "wide": True},
    ]
    return facts, [
        _floors(board),
        _classes(board),
        section("存在的问题", [details.get("problems") or ""]),
        section("改进措施", [details.get("improvements") or ""]),
    ]


def _floors(board: Board) -> shapes.RecordSection:
    return section(
        "各楼层用时",
        heads=["楼层", "本层清空", "清空人", "点名完毕"],
        widths=[2, 1.2, 1, 1.2],
        rows=[
            [
                f"{line.building.name} {floor_name(line.floor)}",
                duration(line.cleared_seconds) if line.cleared else "没有报告",
                line.cleared.by.name if line.cleared else "",
                duration(line.counted_seconds),
            ]
            for line in board.floors
        ],
    )


def _classes(board: Board) -> shapes.RecordSection:
    return section(
        "各班点名",
        heads=["班级", "应到", "实到", "用时", "点名人", "备注"],
        widths=[1.6, 0.8, 0.8, 1.2, 1.1, 2],
        rows=[
            [
                line.part.school_class.name,
                str(line.part.expected),
                str(line.last.present) if line.last else "没有点名",
                duration(line.seconds),
                line.last.by.name if line.last else "",
                line.last.note if line.last else "",
            ]
            for line in sorted(board.classes, key=lambda one: one.part.id)
        ],
    )


def notice(
    activity: Activity, board: Board, school: School, *, now: datetime
) -> shapes.OfficialPaper:
    """演练通知: what, when, where, who, which way out; to be put up and handed to the classes."""
    details = activity.details
    when = long_day(activity.planned_on)
    if activity.planned_at:
        when += f"{activity.planned_at:%H:%M}"
    opening = f"为检验应急预案，提高师生疏散逃生能力，学校定于{when}组织{label(activity.form)}。"
    place = place_of(activity)
    told = [
        ("地点", place),
        ("总指挥", details.get("commander") or ""),
        ("组织人", activity.organiser.name if activity.organiser else ""),
        ("警报信号", details.get("signal") or ""),
        ("情景设定", details.get("scene") or ""),
        ("疏散路线和集合点", details.get("routes") or ""),
        ("内容", activity.content),
    ]
    table: shapes.OfficialTable = {
        "heads": ["班级", "班主任", "楼层", "应到"],
        "widths": [1.5, 1.2, 2, 0.8],
        "rows": [
            [
                line.part.school_class.name,
                line.part.school_class.head_teacher.name
                if line.part.school_class.head_teacher
                else "",
                f"{line.part.building.name} {floor_name(line.part.floor or 0)}"
                if line.part.building
                else "",
                str(line.part.expected),
            ]
            for line in sorted(board.classes, key=lambda one: one.part.id)
        ],
    }
    return {
        **official.sheet(
            f"关于开展{label(activity.form)}的通知",
            school,
            period=activity.planned_on.isoformat(),
            basis=(),
            now=now,
        ),
        "document_no": f"编号：{activity.number}",
        "to": "各班级、各部门",
        "paragraphs": [
            opening,
            *(f"{name}：{official.whole(text)}" for name, text in told if text),
        ],
        "table": table if table["rows"] else None,
        "closing": [
            "听到信号后按路线有序撤离，不拥挤、不推搡、不返回取物。"
            "班主任到集合点立即点名，楼层责任人确认本层无人后报告。",
            "学生参加疏散，不参加灭火。",
        ],
        "date": long_day(activity.notified_at.date() if activity.notified_at else None),
    }
