"""What acts, subjects and details of the audit log are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.checks.rules import Action as CheckAction
from unitsafe.core.labels import label
from unitsafe.hazards.rules import Action as HazardAction

ACTS = {
    "backup.restore": _l("恢复备份"),
    "school.create": _l("建立学校"),
    "school.change": _l("修改学校设置"),
    "term.add": _l("添加学期"),
    "term.change": _l("修改学期"),
    "calendar.set_day": _l("更正校历"),
    "person.add": _l("添加人员"),
    "person.change": _l("修改人员"),
    "person.leave": _l("办理离校"),
    "person.set_password": _l("更换密码"),
    "person.account": _l("开通账号"),
    "person.link": _l("生成登录链接"),
    "person.reset": _l("重置密码"),
    "person.visit": _l("修改账号到期日"),
    "person.sign_out": _l("退出登录"),
    "person.absent": _l("登记请假"),
    "person.back": _l("登记返岗"),
    "person.sign_in": _l("登录"),
    "building.add": _l("添加楼栋"),
    "building.change": _l("修改楼栋"),
    "building.retire": _l("停用楼栋"),
    "building.restore": _l("恢复楼栋"),
    "space.add": _l("添加部位"),
    "space.change": _l("修改部位"),
    "space.retire": _l("停用部位"),
    "space.restore": _l("恢复部位"),
    "grid.add": _l("添加网格"),
    "grid.rename": _l("网格改名"),
    "grid.move": _l("移动网格"),
    "grid.shift": _l("调整网格先后"),
    "grid.split": _l("拆分网格"),
    "grid.merge": _l("合并网格"),
    "grid.retire": _l("撤销网格"),
    "grid.cancel": _l("取消指定"),
    "grid.spaces": _l("调整网格部位"),
    "grid.assign": _l("指定负责人"),
    "grid.end": _l("结束负责"),
    "map.add": _l("上传平面图"),
    "map.change": _l("修改平面图"),
    "map.retire": _l("停用平面图"),
    "map.restore": _l("恢复平面图"),
    "map.draw": _l("画网格区域"),
    "map.redraw": _l("调整网格区域"),
    "map.erase": _l("删除网格区域"),
    "plan.change": _l("修改检查计划"),
    "letter.make": _l("生成责任书"),
    "letter.sign": _l("签订责任书"),
    "plate.post": _l("张贴责任牌"),
    "shift.add": _l("添加班次"),
    "shift.change": _l("修改班次"),
    "shift.defaults": _l("加入常用班次"),
    "roster.fill": _l("轮排值班"),
    "roster.set": _l("指定值班"),
    "roster.clear": _l("取消值班"),
    "roster.stand_in": _l("登记替岗"),
    "roster.no_stand_in": _l("取消替岗"),
    "roster.swap": _l("调班"),
    "swap.ask": _l("提出调班"),
    "swap.decline": _l("没有同意调班"),
    "swap.withdraw": _l("撤回调班"),
    "feed.renew": _l("更换日历订阅地址"),
    "visit.record": _l("登记检查"),
    "visit.change": _l("修改检查记录"),
    "visit.add_finding": _l("补登检查问题"),
    "visit.reply": _l("登记复函"),
    "equipment.add": _l("登记器材"),
    "equipment.change": _l("修改器材"),
    "equipment.state": _l("改变器材状态"),
    "equipment.inspect": _l("检查器材"),
    "equipment.intervals": _l("修改器材检查送修间隔"),
    "tip.receive": _l("收到举报"),
    "tip.accept": _l("受理举报"),
    "tip.make_hazard": _l("举报转为隐患"),
    "tip.answer": _l("答复举报"),
    "tip.note": _l("记录举报处理"),
    "tip.reward": _l("登记举报奖励"),
    "tip.rate": _l("举报人评价"),
    "import.carry_out": _l("从表格导入"),
    "import.undo": _l("撤销导入"),
    "channel.add": _l("添加提醒渠道"),
    "channel.own": _l("设置自己的提醒渠道"),
    "channel.on": _l("启用提醒渠道"),
    "channel.off": _l("停用提醒渠道"),
    "channel.remove": _l("移除提醒渠道"),
    "reminder.hours": _l("修改提醒时间"),
}
SUBJECTS = {
    "backup": _l("备份"),
    "hazard": _l("隐患"),
    "check": _l("检查"),
    "person": _l("人员"),
    "grid": _l("网格"),
    "building": _l("楼栋"),
    "space": _l("部位"),
    "map": _l("平面图"),
    "visit": _l("迎检"),
    "equipment": _l("消防器材"),
    "equipment_kind": _l("器材种类"),
    "import": _l("导入"),
    "tip": _l("举报"),
    "plan": _l("检查计划"),
    "shift": _l("班次"),
    "roster": _l("值班表"),
    "swap": _l("调班"),
    "school": _l("学校设置"),
    "term": _l("学期"),
    "day": _l("校历"),
    "letters": _l("本学年责任书"),
    "letter": _l("责任书"),
    "plates": _l("部位责任牌"),
    "channel": _l("提醒渠道"),
    "reminder": _l("提醒时间"),
}
KEYS = {
    "name": _l("名称"),
    "short_name": _l("简称"),
    "username": _l("账号"),
    "phone": _l("电话"),
    "work_days": _l("在校的日子"),
    "posts": _l("岗位"),
    "note": _l("说明"),
    "reason": _l("原因"),
    "code": _l("编号"),
    "grid": _l("网格"),
    "parent": _l("上级网格"),
    "into": _l("并入"),
    "role": _l("角色"),
    "from": _l("从"),
    "until": _l("到"),
    "back": _l("返岗"),
    "days": _l("有效天数"),
    "device": _l("设备"),
    "devices": _l("设备数"),
    "deputy": _l("代理人编号"),
    "assignment": _l("任职编号"),
    "spaces": _l("部位编号"),
    "building": _l("楼栋编号"),
    "kind": _l("种类"),
    "key_area": _l("重点部位"),
    "use": _l("用途"),
    "floors": _l("层数"),
    "floor": _l("楼层"),
    "photo": _l("图片编号"),
    "photos": _l("照片数"),
    "points": _l("角点"),
    "starts_on": _l("开始"),
    "ends_on": _l("结束"),
    "teaching": _l("上课"),
    "boarding": _l("住宿"),
    "address": _l("访问地址"),
    "hotline": _l("举报电话"),
    "shift": _l("班次"),
    "person": _l("值班人"),
    "was": _l("原来"),
    "other": _l("对方"),
    "day": _l("日期"),
    "count": _l("数量"),
    "late": _l("事后补登"),
    "place": _l("地点"),
    "active": _l("启用"),
    "flags": _l("学校情况"),
    "settings": _l("期限"),
    "people": _l("人员"),
    "year": _l("学年"),
    "version": _l("版本"),
    "how": _l("方式"),
    "signed_on": _l("签订日期"),
    "text": _l("内容校验码"),
    "posted_on": _l("张贴日期"),
    "space": _l("部位编号"),
    "state": _l("状态"),
    "new": _l("新增"),
    "fill": _l("补空缺"),
    "same": _l("已有，跳过"),
    "problem": _l("有问题，未导入"),
    "body": _l("检查单位"),
    "visited_on": _l("检查日期"),
    "inspectors": _l("检查人员"),
    "accompanied_by": _l("陪同人员"),
    "document_no": _l("文书编号"),
    "reply_due_on": _l("复函期限"),
    "summary": _l("总体意见"),
    "found": _l("问题"),
    "reply_no": _l("复函文号"),
    "replied_on": _l("复函日期"),
    "sha256": _l("文件指纹"),
    "channel": _l("渠道"),
    "outcome": _l("结果"),
    "rating": _l("评分"),
    "morning": _l("每日安排"),
}
_ENUMS = {"check": (CheckAction, _l("检查")), "hazard": (HazardAction, _l("隐患"))}


def act_name(act: str) -> str:
    """What an act is called; the act itself when nobody named it."""
    if act in ACTS:
        return str(ACTS[act])
    kind, _dot, action = act.partition(".")
    if kind in _ENUMS and action in list(_ENUMS[kind][0]):
        actions, title = _ENUMS[kind]
        return str(_("%(kind)s：%(act)s", kind=title, act=label(actions(action))))
    return act


def all_acts() -> list[tuple[str, str]]:
    """Every act that the log may hold, as (act, name)."""
    composed = [f"{kind}.{one}" for kind, (actions, _title) in _ENUMS.items() for one in actions]
    return [(act, act_name(act)) for act in [*composed, *ACTS]]


def subject_name(subject: str, name: str = "") -> str:
    """隐患 2026-0012, for ``hazard:2026-0012``; ``name`` instead of the number where it is known."""
    kind, _colon, number = subject.partition(":")
    if kind == "school":
        return str(SUBJECTS["school"])
    return f"{SUBJECTS.get(kind, kind)} {name or number}".strip()


def key_name(key: str) -> str:
    """What a detail of an entry is called; the key itself when nobody named it."""
    return str(KEYS.get(key, key))
