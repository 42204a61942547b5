"""Words by which schools call kinds of spaces, buildings and equipment."""

import re
from collections.abc import Iterable
from functools import lru_cache

from unitsafe import content
from unitsafe.equipment.rules import State
from unitsafe.imports.rules import match_key
from unitsafe.places.models import BuildingUse

Pattern = tuple[str, str]

SPACE_WORDS: tuple[Pattern, ...] = (
    ("classroom", "教室|课室|班级?"),
    ("special_room", "(音乐|美术|舞蹈|书法|劳技|科学|录播|多媒体|心理|综合|创客|语音|形体)(活动|辅导)?(教?室)?"),
    ("special_room", "功能室|活动室|准备室|辅导室|咨询室|广播站|广播室|演播室|党员活动室|少先队室|团队室"),
    ("computer_room", "(计算机|电脑|微机|信息技术?)(教?室|机房)?|机房"),
    ("lab", "(物理|化学|生物|科学)?实验室?"),
    ("lab_store", "(实验)?(药品|危化品|试剂)(室|柜|库)?"),
    ("library", "图书(室|馆|角)?|阅览室|藏书室|书吧"),
    ("hall", "报告厅|礼堂|多功能厅|阶梯教室|会堂|大会议室|剧场"),
    ("gym", "体育馆|风雨操场|室内球场|游泳馆|武术馆"),
    ("dorm_room", "宿舍|寝室|公寓"),
    ("nap_room", "午休室|午睡室|睡眠室"),
    ("canteen_dining", "餐厅|食堂|就餐区|饭堂|备餐间"),
    ("kitchen", "厨房|操作间|后厨|烹饪间|热加工间|面点间|粗加工间|切配间"),
    ("gas_room", "燃气间|气瓶间|液化气间|煤气间|燃气房|调压间"),
    ("storeroom", "仓库|库房|储藏室|储物间|储物室|器材室|体育器材室|杂物间|档案室|工具间|保管室|物资库|总务库"),
    ("electrical_room", "配电室|配电房|配电间|变电所|电房|强电间|弱电间|强电井|弱电井|电井|发电机房"),
    ("fire_control_room", "消防控制室|消控室|监控室|安防中心"),
    ("pump_room", "(消防)?水泵房|泵房|水箱间"),
    ("boiler_room", "锅炉房|开水房|茶水间|热水房"),
    ("micro_station", "微型消防站|微消站"),
    ("corridor", "走道|走廊|过道|连廊|通道|疏散走道|大厅|门厅|架空层"),
    ("stairwell", "楼梯间?|疏散楼梯|步梯|楼道"),
    ("toilet", "卫生间|厕所|洗手间|盥洗室|男厕|女厕|淋浴间|浴室"),
    ("playground", "操场|球场|篮球场|足球场|田径场|运动场|跑道|活动场地|活动区|游乐区|沙坑"),
    ("outdoor", "室外|消防车道|车道|道路|广场|院子|绿地|花园|停车场|校园|围墙|天台|屋顶|屋面|露台"),
    ("gate", "校门|大门|门卫室?|传达室|保安室|[东南西北正后侧]门|值守室"),
    ("ebike_shed", "车棚|充电棚|充电桩|自行车棚|电动车棚"),
    ("school_bus", "校车"),
    ("office", "办公室?|校长室|书记室|会议室|教研室|值班室|医务室|保健室|卫生室|接待室|财务室|文印室|教务处|德育处|总务处|政教处|安全办|休息室|备课室|宿管室"),
)  # fmt: skip
USE_WORDS: tuple[Pattern, ...] = (
    (BuildingUse.DORM, "宿舍|公寓|寝室"),
    (BuildingUse.CANTEEN, "食堂|餐厅|饭堂"),
    (BuildingUse.OFFICE, "办公|行政|综合"),
    (BuildingUse.SPORT, "体育馆?|游泳馆|风雨操场|体艺"),
    (BuildingUse.OUTDOOR, "室外|户外|操场|校园|运动场|场地|校门"),
    (BuildingUse.TEACHING, "教学|实验|图书|科技|艺术|幼儿|教室|楼"),
)
EQUIPMENT_WORDS: tuple[Pattern, ...] = (
    ("ext_powder", "干粉(灭火器)?|abc干粉"),
    ("ext_water", "(水基|泡沫|清水|水雾)型?(灭火器)?"),
    ("ext_clean_gas", "洁净气体(灭火器)?|六氟丙烷(灭火器)?|七氟丙烷灭火器"),
    ("ext_co2", "(二氧化碳|co2)(灭火器)?"),
    ("fire_blanket", "灭火毯"),
    ("indoor_hydrant", "(室内)?消[火防]栓箱?|消防软管卷盘|消防卷盘|轻便水龙|消防水带|消防水枪"),
    ("outdoor_hydrant", "(室外|地上式?|地下式?)消[火防]栓"),
    ("pump_adapter", "(消防)?水泵接合器|水泵结合器"),
    ("fire_pump", "消防水?泵|稳压泵|喷淋泵|消火栓泵"),
    ("water_tank", "消防水池|高位水箱|消防水箱"),
    ("sprinkler", "自动喷水灭火系统|喷淋(系统|头)?|湿式报警阀"),
    ("fire_alarm", "火灾(自动)?报警(系统|主机|控制器)?|消防主机|报警主机"),
    ("standalone_detector", "独立式?(感烟|烟感)?(火灾)?(探测)?报警?器?|烟感(报警器|探测器)?|感烟(火灾)?探测(报警)?器|烟雾报警器"),
    ("manual_alarm", "手动(火灾)?报警按钮|手报|声光(警报器|报警器)?|应急广播|消防广播|消防电话"),
    ("emergency_light", "(消防)?应急(照明)?灯(具)?|应急照明(灯具?)?|双头灯"),
    ("exit_sign", "疏散指示(标志)?(牌|灯)?|安全出口(标志|指示)?(牌|灯)?|疏散标志|指示灯"),
    ("fire_door", "(常[闭开]式?|钢质|木质|甲级|乙级|丙级)?防火门"),
    ("fire_shutter", "(防火)?卷帘门?"),
    ("smoke_control", "(机械)?防?排烟(设施|系统|风机|窗|阀)?|正压送风机?|送风机"),
    ("gas_system", "气体灭火(系统|装置)?|七氟丙烷(系统|装置)?"),
    ("kitchen_system", "(厨房|灶台)(自动)?(灭火)(装置|设备|系统)?"),
    ("gas_detector", "可燃气体(探测|报警)(报警|控制)?器?|燃气报警器|煤气报警器|燃气探测器"),
    ("gas_shutoff", "(燃气)?(紧急|自动|手动)?切断阀|燃气电磁阀"),
    ("gas_hose", "燃气软管|连接软管|燃具软管"),
    ("kitchen_flue", "(排油)?烟道"),
    ("escape_mask", "(过滤式)?(消防)?自救呼吸器|呼吸器|防毒面具|逃生面罩|防烟面罩|防烟面具"),
    ("evac_kit", "疏散引导(器材|箱|包)|扩音器|引导旗|逃生绳|应急手电"),
    ("micro_station_kit", "微型消防站(器材|装备)?(柜)?|消防器材柜|消防柜"),
    ("elec_panel", "配电箱|漏电保护器?|过载保护"),
    ("lightning", "防雷(装置|设施)?|避雷(针|带|装置)"),
    ("ebike_point", "电动(自行)?车充电(点|桩)|充电桩"),
)  # fmt: skip
MODEL_WORDS: tuple[Pattern, ...] = (
    ("ext_powder", r"mft?z?l?[/／]?(abc|bc)?\d.*|pf.*abc.*"),
    ("ext_co2", r"mtt?z?[/／]?\d.*"),
    ("ext_water", r"m(s|p|sw|sz|pz|swz|st|pt)[tz]*[/／]?\d.*"),
    ("ext_clean_gas", r"mjt?z?[/／]?\d.*"),
)
"""Extinguishers by model. Source: XF 95 and practice of marking (MFZ/ABC4, MT3, MSZ/6, MJ4)."""
STATE_WORDS: tuple[Pattern, ...] = (
    (State.IN_USE, "在用|正常|完好|良好|使用中?|合格|有效|完整好用|好"),
    (State.FAULTY, "故障|损坏|失效|坏|不合格|欠压|失压|异常|缺失|待修"),
    (State.STOPPED, "停用|闲置|备用|封存|未启用"),
    (State.OUT_FOR_SERVICE, "送修中?|维修中?|送检中?|外修|充装中?"),
    (State.SCRAPPED, "已?报废|已?淘汰|已?注销"),
)


@lru_cache(maxsize=10_000)
def last_match(text: str, patterns: tuple[Pattern, ...]) -> str | None:
    """What a Chinese name is called for: the word that ends last, the longest of those, counts
    (食堂操作间 is a 操作间, 计算机教室 no mere 教室)."""
    text, best, found = match_key(text), (0, 0), None
    for kind, pattern in patterns:
        for match in re.finditer(pattern, text):
            if match.group() and (match.end(), match.end() - match.start()) > best:
                best, found = (match.end(), match.end() - match.start()), kind
    return found


def whole_match(text: str, patterns: Iterable[Pattern]) -> str | None:
    """The kind whose words are all of ``text``."""
    key = match_key(text)
    return next((kind for kind, pattern in patterns if re.fullmatch(pattern, key)), None)


def space_kind(text: str) -> str | None:
    """The kind of space that a word of the column 种类 means: its title, a part of it, or a word
    schools use."""
    key = match_key(text)
    for kind, title in content.load().space_kinds.items():
        if key in (match_key(title), kind, *map(match_key, title.split("/"))):
            return kind
    return last_match(text, SPACE_WORDS)


def space_kind_of_name(name: str, use: BuildingUse) -> str | None:
    """The kind of a space by its name; a mere number is a room of what the building is for."""
    key = match_key(name)
    if re.fullmatch(r"[a-z]?\d{1,4}[a-z]?室?|[a-z]?\d{1,4}[—\-~至]+\d{1,4}室?", key):
        return {BuildingUse.DORM: "dorm_room", BuildingUse.TEACHING: "classroom"}.get(use)
    if re.fullmatch(r"[一二三四五六七八九高初]+年?级?[（(]?\d+[)）]?班?", key):
        return "classroom"
    return last_match(name, SPACE_WORDS)


def equipment_kind(name: str, model: str) -> str | None:
    """The kind of equipment by key or name, else by words; a bare 灭火器 by its model."""
    key = match_key(name)
    for kind in content.load().equipment.kinds.values():
        bare, _bracket, _rest = kind.name.partition("（")
        if key in (kind.key, match_key(kind.name), *map(match_key, bare.split("、"))):
            return kind.key
    found = last_match(name, EQUIPMENT_WORDS)
    return found or (whole_match(model, MODEL_WORDS) if "灭火器" in name or not name else None)
