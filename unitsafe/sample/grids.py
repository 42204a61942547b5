"""The grid tree of the sample school: 1 school, 6 blocks, 40 spots, and who answers for them.

It is entered a little differently, and tidied up before term (events.py)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from unitsafe.core.domain import Actor
from unitsafe.grids import services
from unitsafe.grids.models import Grid, Role
from unitsafe.people.models import Person
from unitsafe.sample import places
from unitsafe.sample.setting import Setting

ROOT = "全校"
HEAD = "沈清和"

BLOCKS = """
教学楼A | 许文静 | 田佳慧
教学楼B | 韩雪梅 | 郑𬭎
综合楼 | 范雨桐 | 余诗涵
学生宿舍1 | 贺兰芝 | 丁浩然
学生宿舍2 | 秦松年 | 卢晓梅
食堂体育馆及室外 | 彭德胜 | 侯翠莲
"""
"""Building, leader, 信息员."""

LEAVES = """
教学楼A | 一层 | 陈雅文 | 卢晓梅
教学楼A | 二层 | 赵婉清 |
教学楼A | 三层 | 何思颖 |
教学楼A | 四层 | 郭明轩 | 叶知秋
教学楼A | 楼梯间 | 谢雨晴 |
教学楼A | 午休室 | 曾嘉宁 |
教学楼B | 一层 | 萧若彤 |
教学楼B | 二层 | 宋佳玲 | 董一鸣
教学楼B | 三层 | 林晓岚 | 潘欣然
教学楼B | 四层 | 袁静怡 |
教学楼B | 东侧楼梯间 | 方䶮 |
教学楼B | 西侧楼梯间 | 郑𬭎 |
综合楼 | 公共区 | 任秋霞 |
综合楼 | 消防控制室 | 熊志强 | 白铁军
综合楼 | 配电室 | 刘建 |
综合楼 | 报告厅 | 潘欣然 |
综合楼 | 微型消防站与库房 | 侯翠莲 | 何广福
综合楼 | 图书室 | 汪梅 |
综合楼 | 实验室 | 冯雪 |
综合楼 | 药品室 | 冯雪 | 蒋立诚
综合楼 | 计算机教室 | 杜子昂 |
综合楼 | 办公区 | 余诗涵 |
学生宿舍1 | 一层 | 高淑芬 |
学生宿舍1 | 二层 | 马桂兰 |
学生宿舍1 | 三层 | 丁浩然 |
学生宿舍1 | 四层 | 叶知秋 |
学生宿舍1 | 楼梯间 | 田佳慧 |
学生宿舍2 | 一层 | 姜玉珍 |
学生宿舍2 | 二层 | 崔银花 |
学生宿舍2 | 三层 | 卢晓梅 |
学生宿舍2 | 四层 | 汪梅 |
学生宿舍2 | 楼梯间 | 姜玉珍 |
食堂体育馆及室外 | 操作间 | 孙德海 | 石大勇
食堂体育馆及室外 | 餐厅与库房 | 唐福生 |
食堂体育馆及室外 | 体育馆 | 赵一帆 |
食堂体育馆及室外 | 操场 | 蒋立诚 | 赵一帆
食堂体育馆及室外 | 南门 | 何广福 |
食堂体育馆及室外 | 北门与消防车道 | 龙振邦 |
食堂体育馆及室外 | 非机动车棚 | 龙振邦 |
食堂体育馆及室外 | 水泵房 | 刘建 |
"""
"""Building, leaf, its member at the start of the school year, a helper."""

HANDOVERS = (
    ("教学楼B 二层", "董一鸣", "前任离校"),
    ("综合楼 图书室", "吴敏", "专职图书管理员到岗"),
    ("食堂体育馆及室外 非机动车棚", "何广福", "门卫岗位对调，车棚钥匙已交接"),
)
"""Grids that change hands during the year, who takes over, why."""

SPLIT_OFF = ("综合楼 药品室", "综合楼 实验室")
"""A leaf that was part of another when the school was entered."""
MERGED = ("综合楼 医务室", "综合楼 公共区", "任秋霞")
"""A leaf that was there at first, into which it went, who kept it; its space has the same name."""


def table(text: str) -> list[list[str]]:
    """The rows of a table written with bars."""
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]


def build(
    setting: Setting, campus: places.Places, people: Mapping[str, Person], by: Actor
) -> dict[str, Grid]:
    """Enter the tree, its spaces and people; grids by name ("教学楼B", "教学楼B 三层")."""
    session = setting.session
    root = services.add_grid(session, name=ROOT, parent=None, by=by, now=setting.tick())
    found = {ROOT: root}
    for block, _, _ in table(BLOCKS):
        found[block] = services.add_grid(
            session, name=block, parent=root, by=by, now=setting.tick()
        )
    in_leaf = defaultdict(list)
    for room in places.rooms():
        in_leaf[f"{room.building} {room.leaf}"].append(campus.spaces[room.building, room.name].id)
    _as_at_first(in_leaf)
    for block, name in _leaves():
        grid = services.add_grid(session, name=name, parent=found[block], by=by, now=setting.tick())
        found[name] = grid
        services.put_spaces(
            session, grid, in_leaf[name], today=setting.entered_on, by=by, now=setting.tick()
        )
    for grid_name, person, role in _duties():
        if grid_name in found:
            assign(setting, found[grid_name], people[person], role, setting.entered_on, by)
    return found


def _leaves() -> Iterator[tuple[str, str]]:
    """Block and name of the leaves as the school was entered."""
    for block, leaf, _, _ in table(LEAVES):
        name = f"{block} {leaf}"
        if name != SPLIT_OFF[0]:
            yield block, name
        if name == MERGED[1]:
            yield block, MERGED[0]


def _as_at_first(in_leaf: dict[str, list[int]]) -> None:
    """Put the spaces back to where they were before the tree was tidied up."""
    in_leaf[SPLIT_OFF[1]] += in_leaf.pop(SPLIT_OFF[0])
    in_leaf[MERGED[0]] = [in_leaf[MERGED[1]].pop()]  # 医务室, the last of its leaf


def _duties() -> list[tuple[str, str, Role]]:
    duties = [(ROOT, HEAD, Role.LEADER), (MERGED[0], MERGED[2], Role.MEMBER)]
    for block, leader, info in table(BLOCKS):
        duties += [(block, leader, Role.LEADER), (block, info, Role.INFO)]
    for block, leaf, member, helper in table(LEAVES):
        duties.append((f"{block} {leaf}", member, Role.MEMBER))
        if helper:
            duties.append((f"{block} {leaf}", helper, Role.HELPER))
    return duties


def assign(
    setting: Setting, grid: Grid, person: Person, role: Role, from_on: date, by: Actor
) -> None:
    """Give the grid to ``person`` while the school is being entered."""
    services.assign(
        setting.session,
        person=person,
        grid=grid,
        role=role,
        from_on=from_on,
        by=by,
        now=setting.tick(),
    )
