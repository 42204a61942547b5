"""The register as workbook, ledger and labels. Source of the columns: domain README §9
消防设施器材台账."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.core.qr import qr_svg
from unitsafe.equipment import rules
from unitsafe.equipment.labels import kind_title, unit
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.queries import Line
from unitsafe.equipment.rules import State
from unitsafe.paper import shapes
from unitsafe.school.models import School

TITLE = "消防设施器材台账"


def place_of(piece: Equipment) -> str:
    """教学楼A 三层走道."""
    return f"{piece.space.building.name} {piece.space.name}"


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("编号"), 14),
        Column(_("种类"), 16),
        Column(_("名称"), 16),
        Column(_("型号规格"), 14),
        Column(_("部位"), 24),
        Column(_("数量"), 7),
        Column(_("单位"), 6),
        Column(_("生产单位"), 20),
        Column(_("出厂日期"), 12),
        Column(_("启用日期"), 12),
        Column(_("上次维修日期"), 12),
        Column(_("电池更换日期"), 12),
        Column(_("下次检查"), 12),
        Column(_("下次维保检测"), 12),
        Column(_("下次送修"), 12),
        Column(_("报废日期"), 12),
        Column(_("责任人"), 10),
        Column(_("状态"), 9),
        Column(_("停用送修情况"), 30),
        Column(_("最近检查"), 12),
        Column(_("检查结果"), 9),
        Column(_("其他登记内容"), 36),
        Column(_("备注"), 24),
        Column(_("码"), 10),
    ]


def row(line: Line) -> list[Value]:
    """A line of the workbook."""
    one = line.piece
    made: Value = one.made_on
    if one.made_on and one.made_month_only:
        made = rules.shown_month(one.made_on)
    return [
        one.number,
        kind_title(one.kind),
        one.name,
        one.model,
        place_of(one),
        one.quantity,
        unit(one.kind),
        one.maker,
        made,
        one.in_use_on,
        one.last_service_on,
        one.battery_on,
        one.inspect_on,
        one.upkeep_on,
        one.service_on,
        one.scrap_on,
        line.holder,
        label(one.state),
        standing(one),
        one.inspected_on,
        label(one.last_result) if one.last_result else None,
        "；".join(f"{name}：{text}" for name, text in (one.facts or {}).items()),
        one.note,
        one.code,
    ]


def standing(one: Equipment) -> str:
    """Who approved the standstill and until when, or where the piece is and until when."""
    if one.state not in rules.RENEWABLE:
        return ""
    parts = (
        _("批准人%(name)s", name=one.approver) if one.approver else "",
        one.service_unit,
        _("到%(day)s", day=one.until_on.isoformat()) if one.until_on else "",
        one.measure,
    )
    return "，".join(str(part) for part in parts if part)


def ledger(
    found: Iterable[Line],
    school: School,
    *,
    narrowed: str,
    counts: Mapping[State, int],
    cut: str,
    now: datetime,
) -> shapes.EquipmentLedger:
    """The ledger on paper."""
    return {
        "school": school.name,
        "title": TITLE,
        "period": clock.local(now).date().isoformat(),
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "narrowed": narrowed,
        "counts": [
            {"label": label(state), "value": str(counts[state])}
            for state in State
            if counts.get(state)
        ],
        "cut": cut,
        "rows": [_paper_row(line) for line in found],
        "signatures": [
            {"label": name, "names": [], "at": ""} for name in ("填表人", "消防安全管理人")
        ],
    }


def _paper_row(line: Line) -> shapes.EquipmentRow:
    one = line.piece
    checked = _day(one.inspected_on)
    if one.last_result:
        checked += f" {label(one.last_result)}"
    made = _day(one.made_on)
    if one.made_on and one.made_month_only:
        made = f"{one.made_on:%Y-%m}"
    return {
        "number": one.number,
        "name": " ".join(part for part in (one.name, one.model) if part),
        "place": place_of(one),
        "quantity": f"{one.quantity}{unit(one.kind)}",
        "maker": one.maker,
        "made": made,
        "in_use": _day(one.in_use_on),
        "serviced": _day(one.last_service_on or one.battery_on),
        "service": _day(one.service_on),
        "scrap": _day(one.scrap_on),
        "holder": line.holder,
        "state": label(one.state),
        "checked": checked,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def labels(
    pieces: Sequence[Equipment], school: School, *, address: str, now: datetime
) -> tuple[shapes.Plates, dict[str, str]]:
    """Small labels and their squares by name; ``address`` is what phones open."""
    data: shapes.Plates = {
        "school": school.name,
        "title": _("器材二维码标签"),
        "period": "",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "format": "label",
        "plates": [_label(one) for one in pieces],
    }
    return data, {f"qr{one.id}": qr_svg(f"{address}/q/{one.code}") for one in pieces}


def _label(one: Equipment) -> shapes.Plate:
    return {
        "building": f"{one.number} {one.name}",
        "name": place_of(one),
        "kind": kind_title(one.kind),
        "is_key_area": False,
        "grid": "",
        "holder": "",
        "phone": "",
        "duties": [],
        "hotline": "",
        "code": one.code,
        "qr": f"qr{one.id}",
    }
