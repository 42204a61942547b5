"""Lists of buildings and rooms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.core.labels import label
from unitsafe.grids.models import Grid, GridSpace
from unitsafe.imports.carrying import Carrier
from unitsafe.imports.columns import Field
from unitsafe.imports.lines import Line, Outcome, Plan, like, mark_repeated
from unitsafe.imports.rules import floor_of, match_key, nearest, yes_no
from unitsafe.imports.words import USE_WORDS, last_match, space_kind, space_kind_of_name
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.places.rules import LOWEST_FLOOR, MOST_FLOORS, WHOLE_PLACES
from unitsafe.places.services import new_plate

FIELDS = (
    Field("building", _l("楼栋"), ("楼栋名称", "楼名", "建筑", "建筑物", "教学楼", "楼宇", "所在楼栋", "楼"), is_needed=True),
    Field("name", _l("部位"), ("部位名称", "房间", "房间名称", "房间号", "房号", "教室", "教室名称", "名称", "场所", "场所名称", "功能室", "室名"), is_needed=True),
    Field("floor", _l("楼层"), ("层", "所在楼层", "层数", "楼层号"), help=_l("没有这一列时按名称猜，猜不出就是1层。")),
    Field("kind", _l("种类"), ("类型", "类别", "部位种类", "房间类型", "房间用途", "功能"), help=_l("没有这一列时按名称判断。")),
    Field("use", _l("楼栋用途"), ("建筑用途", "楼用途", "用途"), help=_l("只用于新楼栋，没有时按楼名判断。")),
    Field("is_key_area", _l("重点部位"), ("是否重点部位", "消防重点部位", "消防安全重点部位", "重点")),
    Field("grid", _l("网格"), ("所属网格", "网格编号", "网格名称", "三级网格"), help=_l("已有的三级网格的编号或名称。")),
)  # fmt: skip
DITTO = frozenset({"同上", "〃", "″", '"', "''", "〞", "..", "…"})


@dataclass
class Known:
    """What the school has already, by names as they are compared."""

    buildings: dict[str, Building]
    spaces: dict[tuple[int, str], Space]
    grids: dict[str, list[Grid]]
    placed: set[int]
    """Ids of the spaces that are in a grid."""


def _known(session: Session, today: date) -> Known:
    by_key: dict[str, list[Grid]] = {}
    for grid in session.scalars(sa.select(Grid).where(Grid.is_active).order_by(Grid.code)):
        for key in {match_key(grid.code), match_key(grid.name)}:
            by_key.setdefault(key, []).append(grid)
    placed = sa.select(GridSpace.space_id).where(valid_on(GridSpace, today))
    return Known(
        {match_key(one.name): one for one in session.scalars(sa.select(Building))},
        {(one.building_id, match_key(one.name)): one for one in session.scalars(sa.select(Space))},
        by_key,
        set(session.scalars(placed)),
    )


def check(session: Session, lines: Sequence[Line], today: date) -> Plan:
    """What each row would do."""
    known = _known(session, today)
    _repeat_buildings(lines)
    uses = _new_uses(lines, known)
    for line in lines:
        _check_line(line, known, uses)
    mark_repeated(lines, [_place_key(line) for line in lines], "name")
    return Plan(lines, _new_buildings(lines, known, uses))


def _repeat_buildings(lines: Sequence[Line]) -> None:
    """同上 means the building of the row above."""
    above = ""
    for line in lines:
        if line.texts.get("building") in DITTO:
            line.texts["building"] = above
        above = line.texts.get("building", "")


def _place_key(line: Line) -> tuple[str, str] | None:
    building, name = (match_key(line.texts.get(key, "")) for key in ("building", "name"))
    return (building, name) if building and name else None


def _new_uses(lines: Sequence[Line], known: Known) -> dict[str, BuildingUse]:
    """What each building that is not there yet is for: as the first row says, else by its name."""
    said: dict[str, BuildingUse] = {}
    for line in lines:
        key, text = match_key(line.texts.get("building", "")), line.texts.get("use", "")
        if key and key not in known.buildings and text and (use := _use_of(text)):
            said.setdefault(key, use)
    return said


def _use_of(text: str) -> BuildingUse | None:
    key = match_key(text)
    named = next((use for use in BuildingUse if key in (use.value, match_key(label(use)))), None)
    found = named or last_match(text, USE_WORDS)
    return BuildingUse(found) if found else None


def _use_by_name(name: str) -> BuildingUse:
    found = last_match(re.sub(r"[a-z\d号栋]+$", "", match_key(name)), USE_WORDS[:-1])
    return BuildingUse(found) if found else BuildingUse.TEACHING


def _check_line(line: Line, known: Known, uses: Mapping[str, BuildingUse]) -> None:
    building_name = line.text("building", _("楼栋"), 40, is_needed=True)
    name = line.text("name", _("部位名称"), 60, is_needed=True)
    key = match_key(building_name)
    building = known.buildings.get(key)
    if building is not None and not building.is_active:
        line.problem("building", _("这栋楼已停用，请先到“楼栋与部位”恢复使用。"))
    use = building.use if building else uses.get(key) or _use_by_name(building_name)
    if line.texts.get("use") and _use_of(line.texts["use"]) is None:
        words = "、".join(label(one) for one in BuildingUse)
        line.problem("use", _("看不懂这个用途，请填：%(words)s。", words=words))
    line.values = {
        "building": building_name,
        "use": use,
        "name": name,
        "floor": _floor(line, name),
        "kind": _kind(line, name, use),
        "is_key_area": _key_area(line),
        "grid": _grid(line, known),
    }
    if building is not None and name:
        _compare(line, known.spaces.get((building.id, match_key(name))), known)


def _floor(line: Line, name: str) -> int:
    text = line.texts.get("floor", "")
    found = floor_of(text) if text else _floor_by_name(name)
    if found is None and text:
        line.problem("floor", _("看不懂这个楼层，请填数字，地下一层填-1，室外填0。"))
    elif found is None:
        line.hint("floor", _("没有写楼层，按1层。"))
    elif not LOWEST_FLOOR <= found <= MOST_FLOORS:
        line.problem(
            "floor",
            _("楼层要在%(least)s到%(most)s之间。", least=LOWEST_FLOOR, most=MOST_FLOORS),
        )
    elif not text:
        line.hint("floor", _("按名称当作%(n)s层。", n=found))
    return 1 if found is None else found


def _floor_by_name(name: str) -> int | None:
    """2 of 203教室, 1205室's 12, 三层走道; None when the name tells nothing."""
    if found := re.match(r"[A-Za-z]?(\d{1,2})\d{2}(?!\d)", name):
        return int(found[1]) or None
    found = re.search(r"(地下|负)?[一二三四五六七八九十\d]{1,2}[层楼]", name)
    return floor_of(found.group()) if found else None


def _kind(line: Line, name: str, use: BuildingUse) -> str:
    titles = content.load().space_kinds
    text = line.texts.get("kind", "")
    found = (space_kind(text) if text else None) or space_kind_of_name(name, use)
    offered = {key: title for key, title in titles.items() if key not in WHOLE_PLACES}
    if found not in offered:
        near = nearest(text, offered.values()) if text else []
        said = _("看不懂这个种类") if text else _("从名称看不出种类，请在“种类”一列填写")
        line.problem("kind", said + (like(near) or _("，例如：教室、办公室、楼梯间")) + "。")
        return ""
    if text and space_kind(text) is None:
        line.hint("kind", _("按名称当作“%(kind)s”。", kind=titles[found]))
    elif not text:
        line.hint("kind", _("当作“%(kind)s”。", kind=titles[found]))
    return found


def _key_area(line: Line) -> bool:
    found = yes_no(line.texts.get("is_key_area", ""))
    if found is None:
        line.problem("is_key_area", _("请填“是”或“否”。"))
    return bool(found)


def _grid(line: Line, known: Known) -> int | None:
    text = line.texts.get("grid", "")
    if not text:
        return None
    named = known.grids.get(match_key(text), [])
    leaves = [grid for grid in named if grid.level == 3]
    if len(leaves) == 1:
        return leaves[0].id
    if leaves:
        codes = "、".join(grid.code for grid in leaves)
        line.problem("grid", _("有几个同名的网格，请改填编号：%(codes)s。", codes=codes))
    elif named:
        line.problem("grid", _("部位要放在三级网格里，这是上级网格。"))
    else:
        names = [grid.name for group in known.grids.values() for grid in group if grid.level == 3]
        said = _("没有这个网格") + like(nearest(text, names))
        line.problem("grid", said + _("。可以先留空，以后再分。"))
    return None


def _compare(line: Line, there: Space | None, known: Known) -> None:
    """A space of that name is there already: only its grid can be filled in."""
    if there is None:
        return
    line.target = there
    if not there.is_active:
        line.problem("name", _("这个部位已停用，请先到楼栋页面恢复使用。"))
        return
    if line.values["grid"] and there.id not in known.placed:
        line.fills = {"grid": line.values["grid"]}
    given = {key: line.values[key] for key in ("floor", "kind") if line.texts.get(key)}
    if any(getattr(there, key) != value for key, value in given.items() if value != ""):
        line.hint("name", _("和已有的登记不同，已有的不会改。"))


def _new_buildings(
    lines: Sequence[Line], known: Known, uses: Mapping[str, BuildingUse]
) -> list[str]:
    """A sentence for each building that comes along."""
    found = []
    names = [building.name for building in known.buildings.values()]
    for key, group in _of_new_buildings(lines, known).items():
        name = group[0].values["building"]
        words = {
            "name": name,
            "use": label(uses.get(key) or _use_by_name(name)),
            "floors": _top_floor(group),
            "n": len(group),
        }
        near = like(nearest(name, names, most=1))
        found.append(
            _("新楼栋 %(name)s：%(use)s，%(floors)s层，%(n)s个部位", **words)
            + near.replace("有", "已有")
        )
    return found


def _of_new_buildings(lines: Sequence[Line], known: Known) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        key = match_key(line.values["building"])
        if line.outcome is Outcome.NEW and key not in known.buildings:
            found.setdefault(key, []).append(line)
    return found


def _top_floor(lines: Sequence[Line]) -> int:
    floors: list[int] = [line.values["floor"] for line in lines]
    return max(1, *floors)


def carry(carrier: Carrier, plan: Plan) -> None:
    """Make what the plan says: buildings, spaces, places in grids."""
    session = carrier.session
    known = _known(session, carrier.today)
    fresh = _of_new_buildings(plan.lines, known)
    last = session.scalar(sa.select(sa.func.max(Building.position))) or 0
    buildings = {
        key: Building(
            name=group[0].values["building"],
            use=group[0].values["use"],
            floors=_top_floor(group),
            position=last + number,
        )
        for number, (key, group) in enumerate(fresh.items(), 1)
    }
    carrier.add(buildings.values())
    by_key = {**known.buildings, **buildings}
    lines = plan.doing(Outcome.NEW)
    plates = _plates(session, len(lines))
    spaces = [
        Space(
            building_id=by_key[match_key(line.values["building"])].id,
            plate=plate,
            **{key: line.values[key] for key in ("floor", "name", "kind", "is_key_area")},
        )
        for line, plate in zip(lines, plates, strict=True)
    ]
    carrier.add(spaces)
    placed = [(space.id, line) for space, line in zip(spaces, lines, strict=True)]
    placed += [(line.target.id, line) for line in plan.doing(Outcome.FILL)]
    carrier.add(
        GridSpace(space_id=space_id, grid_id=line.values["grid"], from_on=carrier.today)
        for space_id, line in placed
        if line.values["grid"]
    )


def _plates(session: Session, count: int) -> list[str]:
    """So many codes that no plate has."""
    taken = set(session.scalars(sa.select(Space.plate)))
    found: set[str] = set()
    while len(found) < count:
        plate = new_plate()
        if plate not in taken:
            found.add(plate)
    return sorted(found)
