"""Realistic data for papers, and the text of a PDF."""

import calendar
import datetime as dt
import re
import subprocess
import tempfile
from pathlib import Path

import yaml

CONTENT = Path(__file__).parents[2] / "unitsafe" / "content" / "checklists.yaml"
BASIS = ["《机关、团体、企业、事业单位消防安全管理规定》（公安部令第61号）第二十五条"]
SHEET = {"school": "育才实验小学", "printed_at": "2026-11-24 10:21", "version": "2026-11"}


def pdftotext(pdf, *options):
    """What poppler reads in ``pdf``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def plain_text(pdf):
    """The text of ``pdf`` without any space, in the order in which it was written."""
    return "".join(pdftotext(pdf, "-raw").replace("\u200b", "").split())


def rightmost(pdf):
    """How far to the right any word reaches, in points."""
    return max(float(edge) for edge in re.findall(r'xMax="([\d.]+)"', pdftotext(pdf, "-bbox")))


def checklist(key):
    """One checklist of the content pack as the YAML has it."""
    lists = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))["checklists"]
    return next(one for one in lists if one["key"] == key)


def check_record(key="daily_fire_patrol", **changes):
    """A submitted check of the checklist ``key``: every item ok."""
    content = checklist(key)
    empty = {"group": "", "value": "", "unit": "", "problem": "", "hazard": "", "handling": ""}
    return {
        **SHEET,
        "title": content["title"],
        "period": "2026年11月3日",
        "blank": False,
        "facts": [
            {"label": "检查部位", "value": "教学楼A"},
            {"label": "检查时间", "value": "2026-11-03 07:32—08:05"},
            {"label": "检查人", "value": "周立新"},
        ],
        "items": [
            {**empty, "no": no, "text": item["text"], "how": item.get("how", ""), "answer": "ok"}
            for no, item in enumerate(content["items"], 1)
        ],
        "remark": "",
        "basis": BASIS,
        "photos": [],
        "history": [],
        "signatures": [
            {"label": "检查人", "names": ["周立新"], "at": "2026-11-03 08:05"},
            {"label": "主管人员", "names": ["陈国栋"], "at": "2026-11-04 09:10"},
        ],
        "seal": True,
        **changes,
    }


def blank_record(key="daily_fire_patrol"):
    """The sheet of the checklist ``key`` to fill by hand."""
    data = check_record(key, blank=True, period="")
    for fact in data["facts"]:
        fact["value"] = ""
    for item in data["items"]:
        item["answer"] = "none"
    for signer in data["signatures"]:
        signer.update(names=[], at="")
    return data


def hazard_sheet(**changes):
    """A closed hazard that was returned once."""
    steps = [
        ("2026-11-03 07:41", "上报", "周立新", "每日防火巡查第9项异常"),
        ("2026-11-03 08:20", "派单", "陈国栋", "交后勤处赵㛃，7天内完成"),
        ("2026-11-05 17:02", "整改完成", "赵㛃", "已更换闭门器"),
        ("2026-11-06 08:00", "退回", "周立新", "门扇仍不能关严，请调整合页"),
        ("2026-11-06 16:10", "整改完成", "赵㛃", "合页已调整"),
        ("2026-11-07 08:05", "复查通过", "周立新", ""),
        ("2026-11-07 10:30", "销号", "陈国栋", ""),
    ]
    return {
        **SHEET,
        "title": "隐患整改记录",
        "period": "2026年11月",
        "number": "YH-2026-0061",
        "level": "较大",
        "state": "已销号",
        "marks": ["停用"],
        "facts": [
            {"label": "部位", "value": "教学楼A 二层 东楼梯间"},
            {"label": "发现人", "value": "周立新"},
            {"label": "隐患描述", "value": "常闭式防火门被顶住，不能自行关严。", "wide": True},
            {"label": "责任人", "value": "赵㛃"},
        ],
        "pairs": [],
        "timeline": [
            {"at": at, "action": action, "by": by, "note": note} for at, action, by, note in steps
        ],
        "note": "",
        "signatures": [{"label": "复查人", "names": ["周立新"], "at": "2026-11-07 08:05"}],
        "seal": True,
        **changes,
    }


def month_grid(key="daily_fire_patrol", *, month=12, rounds=1, failures=6, empty=False):
    """A month of 2026: no patrol at weekends, the 9th entered late, the 17th missed."""
    length = calendar.monthrange(2026, month)[1]
    weekdays = [dt.date(2026, month, day).weekday() for day in range(1, length + 1)]
    done = [not empty and weekdays[i] < 5 and i + 1 != 17 for i in range(length)]
    items = [
        {
            "no": no,
            "text": item["text"],
            "cells": [
                [{"mark": "ok", "backfill": i + 1 == 9}] * rounds if done[i] else []
                for i in range(length)
            ],
        }
        for no, item in enumerate(checklist(key)["items"], 1)
    ]
    failed_days = [i for i in range(length) if done[i]][:failures]
    for place, i in enumerate(failed_days):
        first = items[place % len(items)]["cells"][i]
        first[:1] = [{"mark": "fail", "backfill": False}]
    expected = sum(day < 5 for day in weekdays) * rounds
    return {
        **SHEET,
        "title": "每日防火巡查月表",
        "period": f"2026年{month}月",
        "place": "教学楼A",
        "rounds": rounds,
        "days": [
            {"day": i + 1, "weekday": "一二三四五六日"[day], "expected": day < 5}
            for i, day in enumerate(weekdays)
        ],
        "items": items,
        "columns": [
            {
                "patroller": ["周立新", "欧阳𬭎䶮"][:rounds] if done[i] else [],
                "countersigner": ["陈国栋"] if done[i] else [],
                "signed_on": [f"{month:02d}-{i + 1:02d}"] if done[i] else [],
                "backfill": done[i] and i + 1 == 9,
            }
            for i in range(length)
        ],
        "abnormal": [
            {
                "day": i + 1,
                "text": "三层西侧楼梯间堆放清洁桶、拖把和两张待修课桌，占用疏散宽度约一半",
                "hazard": f"YH-2026-{61 + place:04d}",
                "handling": "当场清走，已告知保洁负责人张㛃，同日复查正常",
            }
            for place, i in enumerate(failed_days)
        ],
        "basis": BASIS,
        "counts": {
            "expected": expected,
            "done": sum(done) * rounds,
            "backfilled": rounds * (not empty),
            "missed": expected - sum(done) * rounds,
        },
    }


def roster_month(shifts=6, **changes):
    """November 2026: everybody on, one swap, one stand-in, one gap."""
    titles = ("校门早护导", "课间楼层", "午休看护", "放学清场", "住宿夜查带班", "总值班")
    names = ("赵㛃", "林晓岚", "欧阳慧敏", "方䶮")

    def one(day, shift):
        name = {"name": names[(day + shift) % 4], "mark": "", "instead_of": "", "open": False}
        if (day, shift) == (5, 0):
            name["mark"] = "调"
        if (day, shift) == (6, 1):
            name.update(mark="替", instead_of="陈国栋")
        if (day, shift) == (9, 0):
            name.update(name="陈国栋", open=True)
        return name

    days = [dt.date(2026, 11, day) for day in range(1, 31)]
    return {
        **SHEET,
        "title": "值班表",
        "period": "2026年11月",
        "shifts": [
            {"title": title, "hours": "07:20—08:00", "place": "南门"} for title in titles[:shifts]
        ],
        "days": [
            {
                "day": day.day,
                "weekday": "一二三四五六日"[day.weekday()],
                "taught": day.weekday() < 5,
                "note": "",
                "cells": [
                    [one(day.day, shift)] if day.weekday() < 5 else [] for shift in range(shifts)
                ],
            }
            for day in days
        ],
        "counts": [{"name": name, "count": 5} for name in names],
        **changes,
    }
