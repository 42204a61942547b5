"""The sample school's fire equipment: what hangs in which kind of space, and how old it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.equipment import inspecting, rules, services
from unitsafe.equipment.inspecting import Found
from unitsafe.equipment.labels import kind_title, kinds
from unitsafe.equipment.models import CODE_LENGTH, CODE_SIGNS, Equipment
from unitsafe.equipment.rules import Life, Result, Standing, State
from unitsafe.equipment.services import Facts
from unitsafe.sample.places import Places
from unitsafe.sample.setting import Setting
from unitsafe.sample.world import World

STOCK = """
corridor | ext_powder | MFZ/ABC4 | 2
corridor | indoor_hydrant | SG24A65-J | 1
corridor | emergency_light | DZ-E3W | 2
corridor | exit_sign | BLZD-1LROE | 2
stairwell | emergency_light | DZ-E3W | 8
stairwell | exit_sign | BLZD-1LROE | 4
fire_control_room | ext_co2 | MT3 | 2
fire_control_room | fire_alarm | JB-QB-5010 | 1
electrical_room | ext_co2 | MT3 | 2
computer_room | ext_clean_gas | MJZ/4 | 2
library | ext_water | MSZ/6 | 4
lab | fire_blanket | 1.2×1.8 m | 2
lab | ext_powder | MFZ/ABC4 | 2
lab_store | ext_powder | MFZ/ABC4 | 2
hall | ext_powder | MFZ/ABC5 | 4
storeroom | ext_powder | MFZ/ABC4 | 2
micro_station | micro_station_kit | 12件套 | 1
micro_station | escape_mask | TZL30 | 6
kitchen | ext_water | MSZ/6 | 2
kitchen | fire_blanket | 1.2×1.2 m | 4
kitchen | kitchen_system | CMJS18-1 | 1
kitchen | gas_detector | JT-GB-90 | 2
kitchen | kitchen_flue | | 1
gas_room | gas_detector | JT-GB-90 | 1
gas_room | gas_shutoff | DN50 | 1
boiler_room | ext_powder | MFZ/ABC5 | 2
gym | ext_powder | MFZ/ABC5 | 4
pump_room | fire_pump | XBD8/30 | 2
ebike_shed | ext_powder | MFZ/ABC5 | 2
outdoor | outdoor_hydrant | SS100/65 | 2
"""
"""Kind of space, kind of equipment, model, pieces."""

MAKERS = ("浙安消防器材厂", "宁海阀门厂", "安居电子")
BUILDING_CODES = {
    "教学楼A": "JA",
    "教学楼B": "JB",
    "综合楼": "ZH",
    "学生宿舍1": "S1",
    "学生宿舍2": "S2",
    "食堂体育馆及室外": "ST",
}
AGES = {
    "ext_powder": (112, 100, 50, 40, 27, 14),
    "ext_water": (37, 20),
    "ext_clean_gas": (26,),
    "ext_co2": (62, 30),
    "escape_mask": (33,),
    "gas_detector": (58, 20),
}
"""Months since a piece was made, on the first day of the school year, in turn; 26 otherwise."""
OLDEST = 121
"""Months since the first powder extinguisher was made: it has had its ten years."""
BATTERY_AGES = (43, 20, 9)
"""Months since the battery of a light or sign is in use."""
FAULTS = (
    ("emergency_light", State.FAULTY, "按测试键不亮，等电工换电池"),
    ("exit_sign", State.FAULTY, "面板碎裂"),
    ("indoor_hydrant", State.STOPPED, "管道检修"),
)
"""What was wrong when the register was made: kind, state, note; one piece each."""
LATER = (
    (20, "ext_powder", State.SCRAPPED, "出厂满十年，已换新"),
    (34, "ext_co2", State.OUT_FOR_SERVICE, "称重偏轻，送厂维修"),
)
"""Days after the first, kind (the oldest piece), state, note."""
AWAY_DAYS, STOPPED_DAYS = 21, 120
WORKSHOP = "浙安消防器材厂维修部"
FACTS = {
    "ext_powder": {"灭火剂": "ABC干粉", "充装量": "4 kg", "维修单位": WORKSHOP},
    "ext_water": {"灭火剂": "水基（含3%AFFF）", "充装量": "6 L"},
    "ext_co2": {"灭火剂": "二氧化碳", "充装量": "3 kg", "标称重": "9.6 kg"},
    "ext_clean_gas": {"灭火剂": "六氟丙烷", "充装量": "4 kg"},
    "indoor_hydrant": {"栓口压力": "0.35 MPa", "水带长度": "25 m", "是否带卷盘": "是"},
    "outdoor_hydrant": {"管网": "市政环状", "压力": "0.28 MPa"},
    "emergency_light": {"电源类型": "自带蓄电池", "应急时间": "90分钟"},
    "exit_sign": {"方向": "双向", "类型": "灯光型"},
    "fire_alarm": {"点位数": "186", "屏蔽点": "0", "联动模式": "自动"},
    "gas_detector": {"探测气体": "天然气"},
}
"""What the ledger says of a kind besides the columns; every INCOMPLETE-th piece lacks it."""
INCOMPLETE = 29
ROUND_ON = 5
"""The day of the month on which the first building's pieces are inspected; the others follow, one
a day."""
WALKED = 3
"""How many buildings were walked this month so far."""
SKIPPED = 41
"""Every so many-th piece was forgotten on this month's rounds."""
FAULT = "压力指针在红区边缘"
KEEPER = "周立新"


@dataclass(frozen=True)
class Stock:
    """One row of the table."""

    space_kind: str
    kind: str
    model: str
    pieces: int


def stock() -> Iterator[Stock]:
    """The table."""
    for line in STOCK.strip().splitlines():
        space_kind, kind, model, pieces = (part.strip() for part in line.split("|"))
        yield Stock(space_kind, kind, model, int(pieces))


def build(setting: Setting, campus: Places, by: Actor, seed: int) -> list[Equipment]:
    """Enter the register, space by space, with what is faulty already."""
    rng = Random(seed + 2)  # of its own, so that nothing else changes
    table = list(stock())
    found: list[Equipment] = []
    serials = dict.fromkeys(BUILDING_CODES, 0)
    for (building, _name), space in campus.spaces.items():
        for row in table:
            if row.space_kind != space.kind:
                continue
            serials[building] += 1
            facts = Facts(
                number=f"{BUILDING_CODES[building]}-{serials[building]:03d}",
                kind=row.kind,
                name=kind_title(row.kind),
                space_id=space.id,
                model=row.model,
                quantity=row.pieces,
                maker=MAKERS[len(found) % len(MAKERS)],
                life=_life(row.kind, len(found), setting.first),
                facts=_facts(row.kind, len(found), setting.first),
            )
            piece = services.save_equipment(
                setting.session,
                None,
                facts,
                today=setting.entered_on,
                by=by,
                now=setting.tick(),
            )
            piece.code = "".join(rng.choices(CODE_SIGNS, k=CODE_LENGTH))
            found.append(piece)
    for kind, state, note in FAULTS:
        piece = next(one for one in found[40:] if one.kind == kind)
        services.change_state(
            setting.session,
            piece,
            state,
            note=note,
            standing=_standing(state, setting.entered_on),
            by=by,
            now=setting.tick(),
        )
    return found


def _facts(kind: str, serial: int, first: date) -> dict[str, str]:
    if serial % INCOMPLETE == INCOMPLETE - 1:
        return {}
    if kind == "kitchen_flue":
        return {"清洗单位": "洁源清洗公司", "上次清洗日期": _months_before(first, 1).isoformat()}
    if kind in ("fire_blanket", "escape_mask"):
        name = "有效期" if kind == "fire_blanket" else "有效期至"
        return {name: f"{_months_before(first, -10 if serial % 2 else -3):%Y-%m}"}
    return FACTS.get(kind, {})


def _standing(state: State, on: date) -> Standing | None:
    """What is said of a piece that is stopped, or away."""
    if state is State.STOPPED:
        until = on + timedelta(days=STOPPED_DAYS)
        measure = "旁边放了两具灭火器，每天巡查两次"
        return Standing(on, until, approver="梁志远", measure=measure)
    if state is State.OUT_FOR_SERVICE:
        until = on + timedelta(days=AWAY_DAYS)
        return Standing(on, until, measure="放一具MT3备用", service_unit=WORKSHOP)
    return None


def _life(kind: str, serial: int, first: date) -> Life:
    if kind in ("emergency_light", "exit_sign"):
        battery = _months_before(first, BATTERY_AGES[serial % len(BATTERY_AGES)])
        return Life(in_use_on=battery)
    ages = AGES.get(kind, (26,))
    age = OLDEST if kind == "ext_powder" and serial == 0 else ages[serial // 4 % len(ages)]
    made = _months_before(first, age)
    serviced = _months_before(first, 20) if kind == "ext_powder" and age > 70 else None
    return Life(made, made + timedelta(days=45), serviced)


def _months_before(first: date, months: int) -> date:
    """The first of the month so many months before."""
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


def plan(world: World, pieces: list[Equipment]) -> None:
    """Put what becomes of some pieces on the timeline."""
    in_use = [piece for piece in pieces if piece.state is State.IN_USE]
    for days, kind, state, note in LATER:
        oldest = min(
            (one for one in in_use if one.kind == kind), key=lambda one: (one.made_on, one.id)
        )
        in_use.remove(oldest)
        _change_later(world, oldest.id, state, note, world.setting.first + timedelta(days=days))

    suspect = next(one for one in in_use if one.kind == "ext_powder")
    this_month = world.setting.today.replace(day=1)
    month = world.setting.first.replace(day=1)
    while month <= this_month:
        day, is_over = month + timedelta(days=ROUND_ON - 1), month < this_month
        for building in list(BUILDING_CODES)[: None if is_over else WALKED]:
            day = _next_taught(world, day)
            walked = _of(world, pieces, building, forget=not is_over)
            _round_later(world, walked, day, without=None if is_over else suspect)
        month = rules.add_months(month, 1)
    _fault_later(world, suspect)


def _of(world: World, pieces: list[Equipment], building: str, *, forget: bool) -> list[Equipment]:
    """The building's pieces; when a round is to ``forget`` some, without these."""
    spaces = {space.id for (name, _), space in world.campus.spaces.items() if name == building}
    kept = (one for serial, one in enumerate(pieces, 1) if serial % SKIPPED or not forget)
    return [one for one in kept if one.space_id in spaces]


def _next_taught(world: World, day: date) -> date:
    """The first day after ``day`` on which there is school."""
    day += timedelta(days=1)
    return day if world.is_taught(day) or day > world.setting.today else _next_taught(world, day)


def _round_later(
    world: World, pieces: list[Equipment], day: date, *, without: Equipment | None
) -> None:
    """All of a building's pieces are inspected on ``day``, if that day is over."""
    if not world.setting.first < day < world.setting.today:
        return

    def act(at: datetime) -> None:
        by = world.actor(world.people[KEEPER], at)
        with world.journal.directly() as session:
            for one in pieces:
                prescribed = inspecting.prescribed(kinds()[one.kind])
                is_ours = prescribed and not rules.is_outside(prescribed)
                if prescribed and is_ours and one.state is State.IN_USE and one is not without:
                    found = Found(prescribed.name, Result.OK, day)
                    inspecting.inspect(session, one, found, by=by, now=at)

    world.timeline.at(clock.at(day, time(14, 30)), act)


def _fault_later(world: World, piece: Equipment) -> None:
    """The last thing that was found: an extinguisher that lost pressure, on the day before today."""
    day = world.setting.today - timedelta(days=1)
    while not world.is_taught(day):
        day -= timedelta(days=1)
    if day <= world.setting.first:
        return

    def act(at: datetime) -> None:
        by = world.actor(world.people[KEEPER], at)
        name = rules.inspections(kinds()[piece.kind])[0].name
        found = Found(name, Result.FAIL, day, ("eu_press",), FAULT)
        with world.journal.directly() as session:
            shown = world.album.show("extinguisher", is_right=False, by_id=by.id, at=at)
            inspecting.inspect(session, piece, found, photo_ids=shown, by=by, now=at)

    world.timeline.at(clock.at(day, time(14, 40)), act)


def _change_later(world: World, number: int, state: State, note: str, day: date) -> None:
    def act(at: datetime) -> None:
        by = world.actor(world.people[KEEPER], at)
        with world.journal.directly() as session:
            piece = session.get_one(Equipment, number)
            services.change_state(
                session, piece, state, note=note, standing=_standing(state, day), by=by, now=at
            )

    world.timeline.at(clock.at(day, time(15, 20)), act)
