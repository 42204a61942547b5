"""Lists of fire equipment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.equipment import rules
from unitsafe.equipment.labels import kind_title, kinds
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import Life, State
from unitsafe.equipment.services import renew_all
from unitsafe.imports.carrying import Carrier
from unitsafe.imports.columns import Field
from unitsafe.imports.lines import Line, Outcome, Plan, like, mark_repeated
from unitsafe.imports.rules import date_of, match_key, may_be_october, nearest, whole_number
from unitsafe.imports.words import STATE_WORDS, equipment_kind, whole_match
from unitsafe.places.models import Building, Space

FIELDS = (
    Field("number", _l("编号"), ("器材编号", "设备编号", "设施编号", "编码", "代码"), is_needed=True),
    Field("name", _l("名称"), ("器材名称", "设备名称", "设施名称", "种类", "类型", "类别", "品名", "器材"), is_needed=True),
    Field("model", _l("型号规格"), ("型号", "规格", "规格型号", "型号及规格")),
    Field("building", _l("楼栋"), ("楼栋名称", "楼名", "建筑", "所在楼栋", "楼"), help=_l("可以和部位写在同一列，例如“教学楼A三层走道”。")),
    Field("place", _l("部位"), ("放置部位", "位置", "放置位置", "安装位置", "设置位置", "配置地点", "存放地点", "地点", "场所"), is_needed=True),
    Field("quantity", _l("数量"), ("数目", "件数", "具数")),
    Field("maker", _l("生产单位"), ("生产厂家", "厂家", "制造商", "生产商", "品牌")),
    Field("made_on", _l("出厂日期"), ("生产日期", "出厂时间", "制造日期", "出厂年月")),
    Field("in_use_on", _l("启用日期"), ("购置日期", "配备日期", "安装日期", "投用日期", "启用时间", "购买日期")),
    Field("last_service_on", _l("上次维修日期"), ("维修日期", "上次维修", "充装日期", "换粉日期", "上次充装日期", "检修日期", "维修时间", "换电池日期")),
    Field("state", _l("状态"), ("使用状态", "状况", "现状", "完好情况", "使用情况")),
    Field("note", _l("备注"), ("说明",)),
)  # fmt: skip
MOST_PIECES = 9999
DAYS = ("made_on", "in_use_on", "last_service_on")
FILLABLE = ("model", "maker", *DAYS, "note")


@dataclass
class Known:
    """What the school has already."""

    numbers: dict[str, Equipment]
    buildings: dict[str, Building]
    spaces: dict[int, dict[str, Space]]
    """By building, by name as it is compared."""


def _known(session: Session) -> Known:
    spaces: dict[int, dict[str, Space]] = {}
    for space in session.scalars(sa.select(Space).where(Space.is_active).order_by(Space.id)):
        spaces.setdefault(space.building_id, {})[match_key(space.name)] = space
    there = sa.select(Equipment).options(joinedload(Equipment.space).joinedload(Space.building))
    buildings = session.scalars(sa.select(Building).where(Building.is_active))
    return Known(
        {match_key(one.number): one for one in session.scalars(there)},
        {match_key(one.name): one for one in buildings},
        spaces,
    )


def check(session: Session, lines: Sequence[Line], today: date) -> Plan:
    """What each row would do."""
    known = _known(session)
    for line in lines:
        _check_line(line, known, today)
    numbers = [match_key(line.texts.get("number", "")) or None for line in lines]
    mark_repeated(lines, numbers, "number")
    return Plan(lines)


def _check_line(line: Line, known: Known, today: date) -> None:
    number = line.text("number", _("编号"), 30, is_needed=True)
    name = line.text("name", _("名称"), 60, is_needed=True)
    model = line.text("model", _("型号规格"), 60)
    line.values = {
        "number": number,
        "name": name,
        "model": model,
        "kind": _kind(line, name, model),
        "space": _space(line, known),
        "quantity": _quantity(line),
        "maker": line.text("maker", _("生产单位"), 60),
        "state": _state(line),
        "note": line.text("note", _("备注"), 200),
        **{key: _day(line, key) for key in DAYS},
    }
    if there := known.numbers.get(match_key(number)):
        _compare(line, there)
    _check_life(line, today)


def _kind(line: Line, name: str, model: str) -> str:
    found = equipment_kind(name, model) if name else None
    if name and "灭火器" in name and found is None:
        line.problem("name", _("看不出是哪一种灭火器，请写明干粉、水基型、二氧化碳或洁净气体。"))
    elif name and found not in kinds():
        near = nearest(name, [kind_title(key) for key in kinds()])
        line.problem("name", _("没有这个种类") + like(near) + "。")
    elif found and kind_title(found) != name:
        line.hint("name", _("种类：%(kind)s。", kind=kind_title(found)))
    return found or ""


def _space(line: Line, known: Known) -> Space | None:
    """The space that building and place name, together or in one column."""
    named, place = match_key(line.texts.get("building", "")), match_key(line.texts.get("place", ""))
    if not place:
        line.problem("place", _("没有填部位。"))
    building = known.buildings.get(named)
    if named and building is None:
        near = nearest(named, [one.name for one in known.buildings.values()])
        line.problem("building", _("没有这栋楼") + like(near) + _("。请先导入楼栋与部位。"))
        return None
    if building is None:
        building = _leading(place, known)
    if building is None:
        if place:
            line.problem("place", _("看不出在哪栋楼，请填“楼栋”一列，或把楼名写在最前面。"))
        return None
    rooms = known.spaces.get(building.id, {})
    rest = place.removeprefix(match_key(building.name))
    if found := rooms.get(rest) or rooms.get(place):
        return found
    if rest:
        near = nearest(rest, [one.name for one in rooms.values()])
        text = _("%(building)s里没有这个部位", building=building.name)
        line.problem("place", text + like(near) + "。")
    elif place:
        line.problem("place", _("只写了楼名，请写到具体部位，例如“三层走道”。"))
    return None


def _leading(place: str, known: Known) -> Building | None:
    """The building whose name the place begins with, the longest of them."""
    keys = sorted(known.buildings, key=len, reverse=True)
    return next((known.buildings[key] for key in keys if place.startswith(key)), None)


def _quantity(line: Line) -> int:
    text = line.texts.get("quantity", "")
    found = whole_number(text) if text else 1
    if found is None or not 1 <= found <= MOST_PIECES:
        line.problem("quantity", _("数量要是1到%(most)s的整数。", most=MOST_PIECES))
        return 1
    return found


def _state(line: Line) -> State:
    text = line.texts.get("state", "")
    found = whole_match(text, STATE_WORDS) if text else State.IN_USE
    if found is None:
        line.problem("state", _("看不懂这个状态，请填：在用、故障、停用、送修、报废。"))
        return State.IN_USE
    return State(found)


def _day(line: Line, name: str) -> date | None:
    text = line.texts.get(name, "")
    if text in ("", "-", "—", "/", "无", "不详"):
        return None
    found = date_of(text)
    if found is None:
        line.problem(name, _("看不懂这个日期，请写成2024-09-01或2024年9月。"))
    elif may_be_october(text):
        line.confirm(
            name, _("会当作1月（%(day)s）；如果是10月，请改正后再导入。", day=found.isoformat())
        )
    return found


def _check_life(line: Line, today: date) -> None:
    """The days that the record would then have."""
    days = {key: line.values[key] for key in DAYS}
    if line.target is not None:
        days = {key: getattr(line.target, key) or days[key] for key in DAYS}
    try:
        rules.check_life(Life(**days), today)
    except RuleError as error:
        line.problem(str(error.values["field"]), sentence(error))


def _compare(line: Line, there: Equipment) -> None:
    """A piece of that number is there already: fill its blanks, if it is the same piece."""
    line.target = there
    space = line.values["space"]
    if line.values["kind"] and line.values["kind"] != there.kind:
        what = f"{there.name}（{there.space.building.name} {there.space.name}）"
        line.problem("number", _("这个编号已经是%(what)s，编号不能重复使用。", what=what))
    elif space is not None and space.id != there.space_id:
        line.hint("place", _("登记在%(place)s，不会改。", place=there.space.name))
    line.fills = {
        key: line.values[key] for key in FILLABLE if line.values[key] and not getattr(there, key)
    }


def carry(carrier: Carrier, plan: Plan) -> None:
    """Add the pieces of the plan, and fill in the blanks of those that are there."""
    columns = ("number", "name", "model", "kind", "quantity", "maker", "state", "note", *DAYS)
    carrier.add(
        Equipment(
            space_id=_id(line.values["space"]),
            created_at=carrier.now,
            **{key: line.values[key] for key in columns},
        )
        for line in plan.doing(Outcome.NEW)
    )
    for line in plan.doing(Outcome.FILL):
        carrier.fill(line.target, line.fills)
    renew_all(carrier.session)


def _id(space: Any) -> int:
    return int(space.id)
