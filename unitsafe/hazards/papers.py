"""What the papers of hazards print, from the records."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core.labels import label
from unitsafe.grids.labels import grid_title
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.hazards.rules import Action
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
        "marks": [_("停用")] if hazard.stop_use else [],
        "facts": _facts(hazard),
        "pairs": paired(hazard, photos),
        "timeline": [
            {
                "at": stamp(event.at),
                "action": label(event.action),
                "by": event.by.name if event.by else _("系统"),
                "note": " ".join(
                    part
                    for part in (
                        _("交%(name)s", name=event.to.name) if event.to else "",
                        _("期限%(day)s", day=event.due_on.isoformat()) if event.due_on else "",
                        event.note,
                    )
                    if part
                ),
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
