"""What the papers of hazards print, from the records."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core.labels import label
from unitsafe.grids.labels import grid_title
from unitsafe.hazards import queries
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import Action, Card
from unitsafe.paper import shapes
from unitsafe.school.models import School


def photo_name(entry: HazardPhoto) -> str:
    """What the paper's data calls a photo."""
    return f"photo{entry.photo_id}"


def hazard_sheet(
    hazard: Hazard, photos: Sequence[HazardPhoto], school: School, *, now: datetime
) -> shapes.HazardSheet:
    """One hazard (from queries.hazard) with photos paired before and after."""
    closer = next((e for e in reversed(hazard.events) if e.action is Action.CLOSE), None)
    return {
        "school": school.name,
        "title": _("隐患处理单"),
        "period": f"{clock.local(hazard.found_at):%Y-%m-%d}",
        "printed_at": stamp(now),
        "version": content.load().version,
        "number": hazard.number,
        "level": label(hazard.level),
        "state": label(hazard.state),
        "marks": [label(mark) for mark in queries.marks(hazard)],
        "facts": _facts(hazard),
        "pairs": paired(hazard, photos),
        "timeline": [
            {
                "at": stamp(event.at),
                "action": label(event.action),
                "by": event.by.name if event.by else _("系统"),
                "note": " ".join(part for part in _told(event) if part),
            }
            for event in hazard.events
        ],
        "note": "",
        "signatures": [
            {
                "label": _("整改责任人签名"),
                "names": [hazard.holder.name] if hazard.holder else [],
                "at": "",
            },
            {
                "label": _("复查销号签名"),
                "names": [closer.by.name] if closer and closer.by else [],
                "at": stamp(closer.at) if closer else "",
            },
        ],
        "seal": True,
    }


def paired(hazard: Hazard, photos: Sequence[HazardPhoto]) -> list[shapes.PhotoPair]:
    """The hazard's photos, before and after side by side in the order of arrival."""
    place = place_of(hazard)
    before = [_photo(hazard, entry, place) for entry in photos if not entry.is_after]
    after = [_photo(hazard, entry, place) for entry in photos if entry.is_after]
    return [{"before": b, "after": a} for b, a in zip_longest(before, after)]


def category_of(hazard: Hazard) -> str:
    """What its category is called."""
    return str(content.load().hazard_categories.get(hazard.category, hazard.category))


def _told(event: HazardEvent) -> tuple[str, ...]:
    """What a step says besides when, what and who."""
    is_letter = event.action is not Action.LIFT_CARD
    return (
        _("交%(name)s", name=event.to.name) if event.to else "",
        _("期限%(day)s", day=event.due_on.isoformat()) if event.due_on else "",
        event.body if is_letter else label(Card(event.body)),
        event.document_no,
        _("%(n)s元", n=event.amount) if event.amount is not None else "",
        _("%(n)s星", n=event.rating) if event.rating else "",
        event.note,
    )


def money_of(hazard: Hazard) -> str:
    """预算500元，实际480元; empty where no money was named."""
    budget, cost = hazard.budget, hazard.cost
    parts = [
        _("预算%(n)s元", n=budget) if budget is not None else "",
        _("实际%(n)s元", n=cost) if cost is not None else "",
    ]
    return "，".join(part for part in parts if part)


def _facts(hazard: Hazard) -> list[shapes.Fact]:
    return [
        {"label": _("发现时间"), "value": stamp(hazard.found_at)},
        {"label": _("来源"), "value": label(hazard.source)},
        {"label": _("部位"), "value": place_of(hazard)},
        {"label": _("网格"), "value": grid_title(hazard.grid)},
        {"label": _("类别"), "value": category_of(hazard)},
        {"label": _("发现人"), "value": hazard.reporter.name if hazard.reporter else ""},
        {"label": _("责任人"), "value": hazard.holder.name if hazard.holder else ""},
        {"label": _("整改期限"), "value": hazard.due_on.isoformat() if hazard.due_on else ""},
        {"label": _("经费"), "value": money_of(hazard)},
        {"label": _("督办人"), "value": hazard.supervisor.name if hazard.supervisor else ""},
        {"label": _("隐患描述"), "value": hazard.description, "wide": True},
        {"label": _("整改措施"), "value": hazard.measure or _done(hazard), "wide": True},
        {"label": _("防范措施"), "value": hazard.interim_measure, "wide": True},
    ]


def _done(hazard: Hazard) -> str:
    """What the holder last said was done; empty while nothing was."""
    notes = [event.note for event in hazard.events if event.action is Action.REPORT_DONE]
    return notes[-1] if notes else ""


def place_of(hazard: Hazard) -> str:
    """楼栋 部位, or the grid where no space was named."""
    if hazard.space is None:
        return hazard.grid.name
    return f"{hazard.space.building.name} {hazard.space.name}"


def stamp(moment: datetime) -> str:
    """2026-11-03 07:46 on the school's clock."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _photo(hazard: Hazard, entry: HazardPhoto, place: str) -> shapes.Photo:
    what = _("整改后") if entry.is_after else _("整改前")
    return {
        "name": photo_name(entry),
        "caption": f"{hazard.number} · {what} · {place} · {stamp(entry.photo.at)}",
    }
