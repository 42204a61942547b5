"""The hazards of the sample school as a table: where, what, and how their story goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

ROWS = """
patrol | dp_exit_clear | 教学楼B | 304教室 | 304教室后门被书柜占住一半，只能开一扇。 | door | open | 6 | fix=scheduled | 书柜移到北墙，两扇门都能打开。
report | building | 教学楼B | 303教室 | 303教室北窗把手松动，推拉时晃动。 | window | open | 0.06 | level=normal by=何思颖 | 更换把手并紧固。
report | electricity | 综合楼 | 配电室 | 配电柜一处接线端子温度偏高，测温枪读数七十多度。 | socket | open | 0.12 | level=suspected_major fix=stop_use by=刘建 | 停用该回路，更换端子。
night | nd_window | 学生宿舍2 | 301—310室 | 三层两间宿舍外窗加装了固定防盗网，从里面打不开。 | window | major_open | 8 | due=24 to=彭德胜 | 拆除固定防盗网，改为可从内开启的限位器。
report | evac_sign_light | 食堂体育馆及室外 | 体育馆 | 体育馆东门上方应急灯不亮，按试验钮无反应。 | sign | asking | 8 | level=normal by=周立新 | 更换应急灯。
walk | gw_fire_eq | 综合楼 | 图书室 | 图书室门口一具灭火器指针落到红区。 | extinguisher | open | 5 | fix=scheduled | 送修并换上备用灭火器。
report | ebike | 食堂体育馆及室外 | 非机动车棚 | 车棚充电插座外壳开裂，雨天有漏电风险。 | socket | open | 14 | level=normal by=何广福 | 更换防雨插座。
report | gas | 食堂体育馆及室外 | 食堂操作间 | 灶台排烟罩积油明显，距上次清洗快满一个季度。 |  | transferred | 9 | level=serious by=周立新 | 联系清洗单位清洗排烟道。
report | evac_blocked | 教学楼A | 东侧楼梯间 | 二层楼梯转角堆了两捆旧练习册和一个柜子。 | boxes | reported | 0.15 | level=serious by=曾嘉宁 |
report | building | 综合楼 | 四层东侧尽头多功能录播与心理健康辅导及家长接待综合活动室 | 活动室吊顶有一块扣板下垂，已让学生离开下方。 |  | reported | 1.1 | level=normal by=余诗涵 |
walk | gw_power | 教学楼B | 401教室 | 401教室讲台插座面板松动，插头摸着发烫。 | socket | returned_open | 4 | fix=scheduled | 重新固定面板。
walk | gw_door_window | 教学楼B | 102教室 | 102教室后门锁舌卡住，要用力才推得开。 | door | done | 5 | | 更换锁舌，门可单手推开。
patrol | dp_hydrant_ok | 教学楼B | 四层走道 | 消火栓箱前放了两盆绿植。 | boxes | spot | 1 | | 绿植移到窗台。
patrol | dp_corridor_clear | 教学楼B | 二层走道 | 二层走道靠墙堆放六把损坏的椅子。 | boxes | spot | 4 | | 椅子搬到总务库房。
walk | gw_passage | 教学楼A | 三层走道 | 三层走道西头两盏照明灯不亮。 | sign | done | 4 | fix=scheduled | 更换灯管。
patrol | dp_alarm_host | 综合楼 | 消防控制室 | 报警主机报四层一个探测器故障，未屏蔽。 |  | checked | 7 | | 维保单位更换探测器，主机恢复正常。
report | fire_use | 食堂体育馆及室外 | 北门 | 北门外有烟味，怀疑有人焚烧落叶。 |  | rejected | 2 | level=normal by=龙振邦 | 到场查看，是校外早餐摊的水汽，校内没有明火。
walk | gw_floor | 学生宿舍1 | 一层走道 | 值班室门口地砖翘起，容易绊脚。 | water | open | 1 | fix=scheduled | 重铺地砖。
night | nd_charge | 学生宿舍1 | 201—210室 | 205室一张床上有充电宝在充电。 | socket | spot | 2 | | 充电宝收走代管，和班主任说明。
patrol | dp_fire_lane | 食堂体育馆及室外 | 消防车道 | 送货面包车停在登高场地上。 | lane | spot | 1 | | 车辆当场开走，门卫加放锥桶。
report | building | 食堂体育馆及室外 | 篮球场 | 东侧篮球架底座两个螺栓松动，推动时晃。 |  | open | 2 | level=serious fix=stop_use by=赵一帆 | 停用篮球架，联系厂家紧固。
patrol | dp_corridor_clear | 综合楼 | 三层走道 | 三张旧课桌堆在楼梯口，通行宽度不足1米。 | boxes | spot | now | | 课桌搬到总务库房。
patrol | dp_fire_use | 食堂体育馆及室外 | 食堂库房 | 库房门口发现两个烟头。 |  | spot_closed | | | 清除烟头，张贴禁烟标志，约谈送货员。
patrol | dp_elec_use | 综合楼 | 行政办公室 | 插排串接，压在文件柜脚下。 | socket | spot_closed | | | 撤掉串接插排，另接墙面插座。
patrol | dp_exit_clear | 食堂体育馆及室外 | 学生餐厅 | 餐厅北侧疏散门内插了插销。 | door | spot_checked_closed | | | 拆除插销，改为推杆锁。
patrol | dp_sign_ok | 教学楼A | 四层走道 | 四层东头疏散指示标志不亮。 | sign | closed | | | 更换标志灯。
patrol | dp_elight_ok | 教学楼B | 西侧楼梯间 | 三层平台应急灯红灯常亮。 | sign | closed | | | 更换电池，主电绿灯正常。
patrol | dp_ext_ok | 综合楼 | 科学实验室一 | 一具灭火器铅封脱落。 | extinguisher | closed | | | 换上备用灭火器，原件送检。
patrol | dp_fire_door | 综合楼 | 中央楼梯间 | 二层常闭防火门被木楔顶住。 | door | spot_closed | | | 收走木楔，向保洁员说明。
patrol | dp_shutter | 食堂体育馆及室外 | 学生餐厅 | 防火卷帘下方放了餐盘回收车。 | boxes | spot_closed | | | 回收车移到黄线外。
patrol | dp_keypost | 综合楼 | 消防控制室 | 消控室交接班时只有一人在岗。 |  | spot_checked_closed | | | 调整排班，两人在岗方可交接。
patrol | dp_fire_lane | 食堂体育馆及室外 | 消防车道 | 施工材料临时堆在消防车道转弯处。 | lane | redispatched | | fix=scheduled to=彭德胜 | 材料清运到北门外堆场。
patrol | dp_ebike | 学生宿舍2 | 值班室 | 值班室内有一块电动自行车电池在充电。 | socket | major_closed | | fix=stop_use due=10 to=秦松年 | 电池移出并送车棚统一充电，与当事人谈话。
patrol | dp_corridor_clear | 学生宿舍1 | 四层走道 | 走道一侧摆放鞋架，通行变窄。 | boxes | spot_checked_closed | | | 鞋架搬回宿舍内。
patrol | dp_hydrant_ok | 学生宿舍2 | 二层走道 | 消火栓箱内少一支水枪。 | extinguisher | closed | | fix=scheduled | 补配水枪一支。
patrol | dp_window_bar | 教学楼A | 三层走道 | 走道尽头窗外挂了大幅喷绘布，遮住救援窗。 | window | major_closed | | due=5 to=许文静 confirm=serious | 拆除喷绘布，救援窗标志露出。
walk | gw_door_window | 教学楼A | 203教室 | 203教室南窗一块玻璃有裂纹。 | window | closed | | | 更换玻璃。
walk | gw_hanging | 教学楼B | 403教室 | 403教室投影吊架一颗螺丝松脱。 | window | checked_closed | | | 停用投影，重新固定吊架。
walk | gw_rail | 教学楼B | 东侧楼梯间 | 三层扶手防滑钉缺两颗，扶手松动。 |  | checked_closed | | | 补齐防滑钉，加固立柱。
walk | gw_floor | 教学楼A | 一层卫生间 | 洗手池下水慢，地面积水。 | water | spot_closed | | | 疏通下水，拖干地面。
walk | gw_passage | 教学楼B | 三层走道 | 走道中间放了三个饮水桶。 | boxes | spot_checked_closed | | | 饮水桶搬回教室。
walk | gw_power | 教学楼A | 401教室 | 401教室一个插座面板发黑。 | socket | returned | | fix=scheduled | 更换插座并检查回路。
walk | gw_fire_eq | 教学楼A | 二层走道 | 灭火器箱前放了清洁车。 | extinguisher | spot_closed | | | 清洁车移走。
walk | gw_behave | 教学楼B | 西侧楼梯间 | 课间有学生从扶手上滑下。 |  | spot_closed | | | 当场制止并告知班主任，楼梯口增加护导。
walk | gw_stranger | 食堂体育馆及室外 | 田径场 | 操场有一名未登记的送水人员。 |  | spot_checked_closed | | | 带到门卫室登记，提醒送水公司。
walk | gw_hanging | 综合楼 | 实验准备室 | 准备室吊柜门合页脱落。 | window | checked_closed | | | 更换合页。
night | nd_corridor | 学生宿舍1 | 三层走道 | 三层走道晾晒被子，挡住指示标志。 | boxes | spot_checked_closed | | | 被子收回，改到楼顶晾晒区。
night | nd_elec | 学生宿舍2 | 401—410室 | 406室发现一个电热杯。 | socket | spot_checked_closed | | | 没收登记，开班会说明。
night | nd_equip | 学生宿舍1 | 二层走道 | 二层一盏应急灯不亮。 | sign | closed | | | 更换应急灯。
night | nd_detector | 学生宿舍2 | 201—210室 | 203室蚊帐顶包住了感烟探测器。 | window | spot_checked_closed | | | 蚊帐放低，探测器露出。
facility | mf_elight_min | 学生宿舍2 | 中间楼梯间 | 抽测一盏应急灯只亮了18分钟。 | sign | closed | | | 更换电池后复测50分钟。
facility | mf_ext_done | 综合楼 | 总务库房 | 两具灭火器没有检查签卡。 | extinguisher | closed | | to=周立新 | 补查并签卡。
facility | mf_sign_panel | 教学楼A | 西侧楼梯间 | 一层指示标志面板裂开。 | sign | slow | | | 更换面板。
facility | mf_door | 教学楼B | 东侧楼梯间 | 二层防火门闭门器漏油，关不严。 | door | slow | | | 更换闭门器。
inspection | qi_quiz | 食堂体育馆及室外 | 食堂操作间 | 抽问五人，一名厨工不清楚灭火毯的位置。 |  | closed | | | 食堂全员重新培训并抽问合格。
inspection | qi_sign | 综合楼 | 实验药品室 | 药品室门口禁止烟火标志褪色。 | sign | closed | | | 更换标志。
report | electricity | 综合楼 | 计算机教室一 | 学生机一排插座松动，插上会闪。 | socket | closed | 10 | level=normal by=杜子昂 | 更换两个插座。
report | building | 教学楼A | 102教室 | 102教室窗户关不严，下雨时进水。 |  | rejected | | level=normal by=卢晓梅 | 现场看过，窗户完好，是当天没有关窗。
report | hazchem | 综合楼 | 实验药品室 | 一瓶酒精标签脱落。 |  | checked_closed | | level=serious by=蒋立诚 | 重新贴标签，核对账物。
report | construction | 食堂体育馆及室外 | 体育馆 | 维修人员切割护栏，没有看到动火审批单。 |  | no_major | | level=suspected_major confirm=normal by=赵一帆 | 现场核实用的是手工锯，没有动火。
report | gas | 食堂体育馆及室外 | 燃气间 | 燃气间门口堆放纸箱。 | boxes | closed | 9 | level=serious by=孙德海 | 纸箱清走，划出禁放线。
report | crowd | 教学楼B | 东侧楼梯间 | 放学时二层平台两个班同时下楼，较拥挤。 |  | closed | | level=normal by=韩雪梅 | 调整两个班放学先后，增加一名护导。
"""
"""Source, item or category, building, space, what is wrong, picture, life, age in days (empty: any
day of the year so far; now: in the check under way), extras, what is done about it."""


@dataclass(frozen=True)
class Story:
    """One row. ``age`` None: any day; 0: found in the check under way."""

    source: str
    item: str
    building: str
    space: str
    words: str
    picture: str
    life: str
    age: float | None
    measure: str
    extras: dict[str, str] = field(default_factory=dict)

    @property
    def is_under_way(self) -> bool:
        """Whether it belongs to the check that is being filled right now."""
        return self.age == 0


def stories() -> Iterator[Story]:
    """The rows of the table."""
    for line in ROWS.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        source, item, building, space, words, picture, life, age, extras, measure = cells
        yield Story(
            source,
            item,
            building,
            space,
            words,
            picture,
            life,
            None if not age else 0.0 if age == "now" else float(age),
            measure,
            dict(pair.split("=") for pair in extras.split()),
        )
