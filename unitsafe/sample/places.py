"""The campus of the sample school: six buildings and what is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from unitsafe.core.domain import Actor
from unitsafe.places import services
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.sample.setting import Setting

BUILDINGS = (
    ("教学楼A", BuildingUse.TEACHING, 4),
    ("教学楼B", BuildingUse.TEACHING, 4),
    ("综合楼", BuildingUse.OFFICE, 4),
    ("学生宿舍1", BuildingUse.DORM, 4),
    ("学生宿舍2", BuildingUse.DORM, 4),
    ("食堂体育馆及室外", BuildingUse.CANTEEN, 2),
)

SPACES = """
教学楼A | 1 | 一层 | classroom | 101教室 102教室
教学楼A | 1 | 一层 | corridor | 一层走道
教学楼A | 1 | 一层 | toilet | 一层卫生间
教学楼A | 1 | 午休室 | nap_room* | 午休室
教学楼A | 2 | 二层 | classroom | 201教室 202教室 203教室
教学楼A | 2 | 二层 | corridor | 二层走道
教学楼A | 2 | 二层 | toilet | 二层卫生间
教学楼A | 3 | 三层 | classroom | 301教室 302教室 303教室
教学楼A | 3 | 三层 | corridor | 三层走道
教学楼A | 3 | 三层 | toilet | 三层卫生间
教学楼A | 4 | 四层 | classroom | 401教室 402教室
教学楼A | 4 | 四层 | special_room | 音乐教室
教学楼A | 4 | 四层 | corridor | 四层走道
教学楼A | 4 | 四层 | toilet | 四层卫生间
教学楼A | 1 | 楼梯间 | stairwell | 东侧楼梯间 西侧楼梯间
教学楼B | 1 | 一层 | classroom | 101教室 102教室 103教室
教学楼B | 1 | 一层 | corridor | 一层走道
教学楼B | 1 | 一层 | toilet | 一层卫生间
教学楼B | 2 | 二层 | classroom | 201教室 202教室 203教室
教学楼B | 2 | 二层 | corridor | 二层走道
教学楼B | 2 | 二层 | toilet | 二层卫生间
教学楼B | 3 | 三层 | classroom | 301教室 302教室 303教室 304教室
教学楼B | 3 | 三层 | corridor | 三层走道
教学楼B | 3 | 三层 | toilet | 三层卫生间
教学楼B | 4 | 四层 | classroom | 401教室 402教室 403教室
教学楼B | 4 | 四层 | corridor | 四层走道
教学楼B | 4 | 四层 | toilet | 四层卫生间
教学楼B | 1 | 东侧楼梯间 | stairwell | 东侧楼梯间
教学楼B | 1 | 西侧楼梯间 | stairwell | 西侧楼梯间
综合楼 | 1 | 公共区 | corridor | 一层走道
综合楼 | 1 | 公共区 | stairwell | 中央楼梯间
综合楼 | 1 | 公共区 | office | 医务室
综合楼 | 1 | 消防控制室 | fire_control_room* | 消防控制室
综合楼 | 1 | 配电室 | electrical_room* | 配电室
综合楼 | 1 | 报告厅 | hall* | 报告厅
综合楼 | 1 | 微型消防站与库房 | micro_station* | 微型消防站
综合楼 | 1 | 微型消防站与库房 | storeroom | 总务库房
综合楼 | 2 | 图书室 | library* | 图书室
综合楼 | 2 | 图书室 | corridor | 二层走道
综合楼 | 2 | 图书室 | toilet | 二层卫生间
综合楼 | 3 | 实验室 | lab* | 科学实验室一 科学实验室二
综合楼 | 3 | 实验室 | special_room | 实验准备室
综合楼 | 3 | 实验室 | corridor | 三层走道
综合楼 | 3 | 药品室 | lab_store* | 实验药品室
综合楼 | 4 | 计算机教室 | computer_room* | 计算机教室一 计算机教室二
综合楼 | 4 | 办公区 | office | 校长室 行政办公室
综合楼 | 4 | 办公区 | storeroom* | 档案室
综合楼 | 4 | 办公区 | corridor | 四层走道
综合楼 | 4 | 办公区 | special_room | 四层东侧尽头多功能录播与心理健康辅导及家长接待综合活动室
学生宿舍1 | 1 | 一层 | office | 值班室
学生宿舍1 | 1 | 一层 | dorm_room | 101—110室
学生宿舍1 | 1 | 一层 | corridor | 一层走道
学生宿舍1 | 2 | 二层 | dorm_room | 201—210室
学生宿舍1 | 2 | 二层 | corridor | 二层走道
学生宿舍1 | 3 | 三层 | dorm_room | 301—310室
学生宿舍1 | 3 | 三层 | corridor | 三层走道
学生宿舍1 | 4 | 四层 | dorm_room | 401—410室
学生宿舍1 | 4 | 四层 | corridor | 四层走道
学生宿舍1 | 1 | 楼梯间 | stairwell | 中间楼梯间
学生宿舍2 | 1 | 一层 | office | 值班室
学生宿舍2 | 1 | 一层 | boiler_room* | 开水锅炉房
学生宿舍2 | 1 | 一层 | dorm_room | 101—108室
学生宿舍2 | 1 | 一层 | corridor | 一层走道
学生宿舍2 | 2 | 二层 | dorm_room | 201—210室
学生宿舍2 | 2 | 二层 | corridor | 二层走道
学生宿舍2 | 3 | 三层 | dorm_room | 301—310室
学生宿舍2 | 3 | 三层 | corridor | 三层走道
学生宿舍2 | 4 | 四层 | dorm_room | 401—410室
学生宿舍2 | 4 | 四层 | corridor | 四层走道
学生宿舍2 | 1 | 楼梯间 | stairwell | 中间楼梯间
食堂体育馆及室外 | 1 | 操作间 | kitchen* | 食堂操作间
食堂体育馆及室外 | 1 | 操作间 | gas_room* | 燃气间
食堂体育馆及室外 | 1 | 餐厅与库房 | canteen_dining | 学生餐厅
食堂体育馆及室外 | 1 | 餐厅与库房 | storeroom | 食堂库房
食堂体育馆及室外 | 2 | 体育馆 | gym* | 体育馆
食堂体育馆及室外 | 2 | 体育馆 | storeroom | 体育器材室
食堂体育馆及室外 | 1 | 操场 | playground | 田径场 篮球场
食堂体育馆及室外 | 1 | 南门 | gate | 南门
食堂体育馆及室外 | 1 | 北门与消防车道 | gate | 北门
食堂体育馆及室外 | 1 | 北门与消防车道 | outdoor | 消防车道
食堂体育馆及室外 | 1 | 非机动车棚 | ebike_shed* | 非机动车棚
食堂体育馆及室外 | 1 | 水泵房 | pump_room* | 消防水泵房
"""
"""Building, floor, leaf grid, kind (* key area), names."""

PLATE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Room:
    """One space of the table; ``leaf`` is the last part of its grid's name."""

    building: str
    floor: int
    leaf: str
    kind: str
    is_key_area: bool
    name: str


def rooms() -> Iterator[Room]:
    """The spaces in the order of the table."""
    for line in SPACES.strip().splitlines():
        building, floor, leaf, kind, names = (part.strip() for part in line.split("|"))
        for name in names.split():
            yield Room(building, int(floor), leaf, kind.rstrip("*"), kind.endswith("*"), name)


@dataclass
class Places:
    """Buildings by name, spaces by (building, name)."""

    buildings: dict[str, Building]
    spaces: dict[tuple[str, str], Space]


def build(setting: Setting, rng: Random, by: Actor | None) -> Places:
    """Enter the campus. Plates come from ``rng``, so that the same seed prints the same plates."""
    session = setting.session
    buildings = {
        name: services.save_building(
            session, None, name=name, use=use, floors=floors, by=by, now=setting.tick()
        )
        for name, use, floors in BUILDINGS
    }
    spaces = {}
    for room in rooms():
        space = services.save_space(
            session,
            None,
            building_id=buildings[room.building].id,
            floor=room.floor,
            name=room.name,
            kind=room.kind,
            is_key_area=room.is_key_area,
            by=by,
            now=setting.tick(),
        )
        space.plate = "".join(rng.choices(PLATE_SIGNS, k=6))
        spaces[room.building, room.name] = space
    session.flush()
    return Places(buildings, spaces)
