"""Every number a school may change, with its default and where the default comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Setting:
    """A whole number between ``least`` and ``most``, counted in ``unit``; ``is_weight``: of the
    monthly appraisal's score."""

    key: str
    label: Any
    default: int
    least: int
    most: int
    unit: Any
    source: Any
    is_weight: bool = False


def _weight(key: str, label: Any, default: int, least: int, most: int) -> Setting:
    unit = _l("条") if key == "appraisal_finds" else _l("分")
    return Setting(key, label, default, least, most, unit, _l("产品约定"), is_weight=True)


SETTINGS = {
    setting.key: setting
    for setting in (
        Setting(
            "days_normal",
            _l("一般隐患整改期限"),
            3,
            1,
            90,
            _l("天"),
            _l("产品默认（期限由学校定）"),
        ),
        Setting(
            "days_serious",
            _l("较大隐患整改期限"),
            7,
            1,
            180,
            _l("天"),
            _l("产品默认（期限由学校定）"),
        ),
        Setting(
            "days_major",
            _l("疑似重大隐患拿出方案"),
            1,
            0,
            30,
            _l("天"),
            _l("产品默认（先停用，当天上报）"),
        ),
        Setting("card_red_after", _l("超期几天后由黄牌转红牌"), 7, 1, 60, _l("天"), _l("产品默认")),
        Setting(
            "card_repeats",
            _l("同一部位同类隐患30天内第几次亮黄牌"),
            3,
            2,
            20,
            _l("次"),
            _l("产品默认"),
        ),
        Setting("look_back_days", _l("销号多少天后回头看"), 30, 7, 180, _l("天"), _l("产品默认")),
        Setting("look_back_normal", _l("一般隐患回头看比例"), 10, 0, 100, "%", _l("产品默认")),
        Setting("look_back_serious", _l("较大隐患回头看比例"), 50, 0, 100, "%", _l("产品默认")),
        Setting("look_back_major", _l("重大隐患回头看比例"), 100, 0, 100, "%", _l("产品默认")),
        Setting(
            "before_term_days",
            _l("开学前检查提前几天开始"),
            7,
            1,
            7,
            _l("天"),
            _l("产品约定（开学前7天至开学首日）"),
        ),
        Setting(
            "before_holiday_days",
            _l("节前检查在放假前几天内完成"),
            7,
            1,
            14,
            _l("天"),
            _l("产品约定（3天及以上的假期和寒暑假前）"),
        ),
        Setting(
            "countersign_days",
            _l("巡查记录主管签字期限"),
            7,
            1,
            31,
            _l("天"),
            _l("产品默认（双签率按此算）"),
        ),
        Setting(
            "file_mib",
            _l("上传的一份文件最大"),
            20,
            1,
            60,
            "MB",
            _l("产品默认（一份百页扫描件约10 MB）"),
        ),
        Setting(
            "document_months",
            _l("制度、预案多久复核一次"),
            12,
            1,
            60,
            _l("个月"),
            _l("产品默认（每年复核）"),
        ),
        Setting(
            "document_ahead",
            _l("复核到期前多少天提醒"),
            30,
            1,
            180,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "staff_training_days",
            _l("教职工消防培训多少天内算有效"),
            183,
            30,
            730,
            _l("天"),
            _l("四个能力自评标准（近半年）；公安部令第61号第三十六条每年一次"),
        ),
        Setting(
            "induction_days",
            _l("上岗、转岗多少天内列入岗前培训名单"),
            90,
            7,
            365,
            _l("天"),
            _l("产品默认（约一个季度）"),
        ),
        Setting(
            "special_training_days",
            _l("专门培训多少天内算有效"),
            365,
            90,
            1825,
            _l("天"),
            _l("产品默认（公安部令第61号第三十八条没有写年限）"),
        ),
        Setting(
            "certificate_days",
            _l("培训证书到期前多少天提示"),
            90,
            7,
            365,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "contract_ahead_days",
            _l("维保合同到期前几天提醒"),
            60,
            1,
            365,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "test_ahead_days",
            _l("检测报告到期前几天提醒"),
            60,
            1,
            365,
            _l("天"),
            _l("设施器材内容包（提前60天；烟道清洗提前15天）"),
        ),
        Setting(
            "maintenance_day",
            _l("每月几号以后还没有维保就提醒"),
            20,
            1,
            27,
            _l("号"),
            _l("产品默认"),
        ),
        Setting(
            "hydrant_static_kpa",
            _l("室内消火栓静水压力下限"),
            70,
            10,
            1000,
            "kPa",
            _l("月检表默认0.07 MPa（待核，按本校图纸改）"),
        ),
        Setting("link_days", _l("登录链接有效期"), 14, 1, 90, _l("天"), _l("产品默认")),
        Setting(
            "grids_of_person",
            _l("一个人最多负责几个网格"),
            3,
            1,
            20,
            _l("个"),
            _l("产品默认（超过时在责任覆盖里提示）"),
        ),
        Setting(
            "leaves_least",
            _l("一个片区至少几个三级网格"),
            3,
            1,
            20,
            _l("个"),
            _l("产品默认（3到5个，超出时在责任覆盖里提示）"),
        ),
        Setting(
            "leaves_most",
            _l("一个片区最多几个三级网格"),
            5,
            1,
            40,
            _l("个"),
            _l("产品默认（3到5个，超出时在责任覆盖里提示）"),
        ),
        Setting(
            "unused_days",
            _l("账号多少天没人登录要提示"),
            30,
            7,
            180,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "backfill_hours", _l("超过几小时录入算补录"), 24, 1, 168, _l("小时"), _l("产品默认")
        ),
        Setting(
            "letter_days",
            _l("岗位或网格变动后签责任书期限"),
            7,
            1,
            60,
            _l("天"),
            _l("岗位职责内容包（人员变动一周内补签）"),
        ),
        Setting(
            "drill_target_seconds",
            _l("疏散演练目标用时"),
            120,
            30,
            1800,
            _l("秒"),
            _l("中小学幼儿园应急疏散演练指南（四层以下、出口合理的原则上2分钟以内）"),
        ),
        Setting(
            "equipment_inspect_ahead",
            _l("器材检查提前几天提醒"),
            7,
            1,
            60,
            _l("天"),
            _l("产品默认（器材内容包）"),
        ),
        Setting(
            "equipment_service_ahead",
            _l("器材送修提前几天提醒"),
            60,
            1,
            365,
            _l("天"),
            _l("产品默认（器材内容包）"),
        ),
        Setting(
            "equipment_scrap_ahead",
            _l("器材报废提前几天提醒"),
            180,
            1,
            730,
            _l("天"),
            _l("产品默认（器材内容包）"),
        ),
        Setting("tip_days", _l("举报答复期限"), 7, 1, 30, _l("天"), _l("产品默认")),
        Setting(
            "tips_an_hour",
            _l("网上举报每小时最多收"),
            20,
            1,
            500,
            _l("条"),
            _l("产品默认（防止恶意刷屏，对全校一起算）"),
        ),
        Setting(
            "tips_a_day",
            _l("网上举报每24小时最多收"),
            100,
            1,
            2000,
            _l("条"),
            _l("产品默认（防止恶意刷屏，对全校一起算）"),
        ),
        Setting(
            "tip_photo_mb",
            _l("网上举报的照片每24小时最多存"),
            60,
            0,
            2000,
            _l("MB"),
            _l("产品默认（防止占满磁盘；超过时只收文字）"),
        ),
        Setting(
            "station_members_least",
            _l("微型消防站队员至少"),
            6,
            1,
            50,
            _l("人"),
            _l("消防安全重点单位微型消防站建设标准（其他学校参照）"),
        ),
        Setting(
            "muster_minutes",
            _l("微型消防站集合到场不超过"),
            3,
            1,
            30,
            _l("分钟"),
            _l("微型消防站建设标准（3分钟到场）"),
        ),
        Setting(
            "kit_warn_days",
            _l("微站器材到期前几天提示"),
            30,
            1,
            365,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "kit_count_days",
            _l("微站器材几天点验一次"),
            7,
            1,
            31,
            _l("天"),
            _l("产品默认（每周点验）"),
        ),
        Setting(
            "volunteers_per_class", _l("每班班级消防员至少"), 1, 0, 10, _l("名"), _l("产品默认")
        ),
        Setting(
            "staff_volunteer_percent",
            _l("志愿消防队员占教职工至少"),
            10,
            0,
            100,
            "%",
            _l("产品默认"),
        ),
        Setting(
            "pupils_from",
            _l("教学日学生几点到校（从此不得动火）"),
            7,
            0,
            12,
            _l("点"),
            _l("产品默认（有学生时不得动火：教育系统重大事故隐患判定指南）"),
        ),
        Setting(
            "pupils_until",
            _l("教学日学生几点离校（此前不得动火）"),
            18,
            12,
            24,
            _l("点"),
            _l("产品默认（有学生时不得动火：教育系统重大事故隐患判定指南）"),
        ),
        Setting(
            "hot_work_after_minutes",
            _l("动火结束多久后复查现场"),
            30,
            10,
            240,
            _l("分钟"),
            _l("产品默认（完工后留守观察）"),
        ),
        Setting(
            "assessment_team",
            _l("自评小组最少人数"),
            3,
            1,
            30,
            _l("人"),
            _l("产品默认（评估小组不少于3人）"),
        ),
        Setting(
            "assessment_days",
            _l("季度结束后几天内完成自评"),
            10,
            1,
            60,
            _l("天"),
            _l("产品默认（当地有规定的按规定）"),
        ),
        Setting(
            "assessment_cap",
            _l("任一能力得分率低于多少，总评不高于合格（0为不用）"),
            60,
            0,
            90,
            "%",
            _l("产品约定"),
        ),
        Setting(
            "backup_warn_days",
            _l("几天没有做成备份就提醒"),
            2,
            1,
            30,
            _l("天"),
            _l("产品默认"),
        ),
        Setting(
            "backups_daily", _l("自动备份按天保留"), 7, 1, 60, _l("份"), _l("产品默认（最近7天）")
        ),
        Setting(
            "backups_weekly", _l("自动备份按周保留"), 4, 0, 52, _l("份"), _l("产品默认（最近4周）")
        ),
        Setting(
            "backups_monthly",
            _l("自动备份按月保留"),
            12,
            0,
            60,
            _l("份"),
            _l("产品默认（最近12个月）"),
        ),
        _weight("appraisal_completion", _l("检查完成占"), 40, 1, 100),
        _weight("appraisal_on_time", _l("检查按时占"), 20, 0, 100),
        _weight("appraisal_fixing", _l("隐患按期整改占"), 30, 0, 100),
        _weight("appraisal_rating", _l("发现人评价占"), 10, 0, 100),
        _weight("appraisal_backfill", _l("全部补录时扣"), 10, 0, 100),
        _weight("appraisal_yellow", _l("月末每张黄牌扣"), 2, 0, 50),
        _weight("appraisal_red", _l("月末每张红牌扣"), 5, 0, 50),
        _weight("appraisal_find", _l("每发现一条隐患加"), 1, 0, 10),
        _weight("appraisal_finds", _l("发现隐患最多算"), 5, 0, 50),
    )
}
"""Source: domain README §7 (cards) and §8 (deadlines, countersignature); product.md §3 rule 1."""


def value(overrides: Mapping[str, Any], key: str) -> int:
    """The school's number for ``key``: its own or the default. Raises KeyError for unknown keys."""
    return int(overrides.get(key, SETTINGS[key].default))


def problems(overrides: Mapping[str, Any]) -> list[str]:
    """What is wrong with stored settings, one line each; empty when sound."""
    found = []
    for key, number in overrides.items():
        setting = SETTINGS.get(key)
        if setting is None:
            found.append(f"settings.{key}: unknown; remove it")
        elif not isinstance(number, int) or not setting.least <= number <= setting.most:
            found.append(
                f"settings.{key}: {number!r} is not a whole number from {setting.least} "
                f"to {setting.most}"
            )
    return found
