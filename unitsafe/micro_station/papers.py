"""微型消防站一览: one page with team, kit, duty and results; the kit as a workbook."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.micro_station import rules
from unitsafe.micro_station.models import KitItem, MicroStation, Muster, StationMember
from unitsafe.micro_station.queries import Duty
from unitsafe.paper import shapes
from unitsafe.school.models import School


def sheet(
    station: MicroStation | None,
    team: Sequence[StationMember],
    kit: Sequence[KitItem],
    duty: Duty,
    musters: Sequence[Muster],
    school: School,
    *,
    now: datetime,
) -> shapes.StationSheet:
    """The station as it stands now."""
    today = clock.local(now).date()
    space = station.space if station else None
    return {
        "school": school.name,
        "title": "微型消防站一览表",
        "period": today.isoformat(),
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "facts": [
            {"label": "位置", "value": f"{space.building.name} {space.name}" if space else ""},
            {"label": "值班电话", "value": station.phone if station else ""},
            {"label": "队员", "value": f"{len(team)}人"},
            {
                "label": "本学期值班",
                "value": f"应{duty.expected}天，已排{duty.covered}天" if duty.expected else "",
            },
        ],
        "team": [
            {"name": one.person.name, "role": label(one.role), "phone": one.person.phone}
            for one in team
        ],
        "kit": [_kit_line(one, today, school.number("kit_warn_days")) for one in kit],
        "musters": [
            {
                "at": f"{clock.local(one.signal_at):%Y-%m-%d %H:%M}",
                "place": one.place,
                "arrived": f"{one.arrived}人",
                "took": rules.spoken(one.seconds)
                + (
                    "（超时）"
                    if rules.is_slow(one.seconds, school.number("muster_minutes"))
                    else ""
                ),
            }
            for one in musters
        ],
        "signatures": [
            {"label": "站长", "names": [], "at": ""},
            {"label": "消防安全管理人", "names": [], "at": ""},
        ],
    }


def _kit_line(one: KitItem, today: date, warn_days: int) -> shapes.KitLine:
    return {
        "group": label(one.kit_group),
        "name": one.name,
        "model": one.model,
        "expected": str(one.expected),
        "present": str(one.present),
        "expires": one.expires_on.isoformat() if one.expires_on else "",
        "state": label(one.state(today, warn_days)),
    }


def columns() -> list[Column]:
    """The heads of the workbook. Source: content/equipment.yaml ``micro_station_kit``."""
    return [
        Column(_("类别"), 10),
        Column(_("器材名称"), 24),
        Column(_("型号"), 18),
        Column(_("应有"), 8),
        Column(_("实有"), 8),
        Column(_("有效期"), 12),
        Column(_("责任人"), 12),
        Column(_("状态"), 10),
    ]


def row(one: KitItem, today: date, warn_days: int) -> list[Value]:
    """A line of the kit in the workbook."""
    return [
        label(one.kit_group),
        one.name,
        one.model,
        one.expected,
        one.present,
        one.expires_on,
        one.keeper.name if one.keeper else "",
        label(one.state(today, warn_days)),
    ]
