"""Realistic data for papers, and the text of a PDF."""

import calendar
import datetime as dt
import re
import subprocess
import tempfile
from pathlib import Path

import yaml

from unitsafe.core.qr import qr_svg

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


def sign_in_slips(count=16, name="阿依古丽·买买提艾力"):
    """One-time links for ``count`` people."""
    link = "http://192.168.100.200:8000/login/cmp6n2actvdv4pjmqk9wdh599e"
    slip = {"account": name.replace("·", ""), "link": link, "code": qr_svg(link)}
    names = [f"{name}{number}" for number in range(1, count + 1)]
    return {
        **SHEET,
        "title": "登录条",
        "period": "2026-11-24",
        "slips": [{**slip, "name": one, "until": "2026-12-08"} for one in names],
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


def grid_table(blocks=2, leaves=3, **changes):
    """A school of ``blocks`` × ``leaves`` grids; the last one waits for a member and has no space."""

    def row(level, code, name, role, spaces=()):
        return {
            "level": level,
            "code": code,
            "name": name,
            "role": role,
            "person": "欧阳𬭎䶮",
            "deputy_of": "",
            "phone": "13800001234",
            "spaces": list(spaces),
        }

    rows = [row(1, "01", "全校", "网格长")]
    for i in range(1, blocks + 1):
        rows.append(row(2, f"01-{i:02d}", f"教学楼{i}", "网格长"))
        rows += [
            row(3, f"01-{i:02d}-{j:02d}", f"教学楼{i}第{j}层", "网格员", ["走道", "101教室"])
            for j in range(1, leaves + 1)
        ]
    rows[-1] |= {"person": "", "phone": "", "spaces": []}
    return {
        **SHEET,
        "title": "网格责任分布表",
        "period": "2026年11月24日",
        "rows": rows,
        "summary": "片区2个，三级网格6个，部位12个。",
        "signatures": [{"label": "消防安全责任人", "names": [], "at": ""}],
        "seal": True,
        **changes,
    }


def plate(**changes):
    """One plate, everything known."""
    return {
        "building": "教学楼A",
        "name": "101教室",
        "kind": "教室",
        "is_key_area": True,
        "grid": "01-01-01 一层",
        "holder": "陈雅文",
        "phone": "13900000000",
        "duties": [
            "教学日早晚各巡一次，按清单逐项填写",
            "能当场处理的当场处理，不能处理的拍照上报",
            "告知并劝阻危险行为，放置警示",
        ],
        "hotline": "0000-8001190",
        "code": "ABC234",
        "qr": "qr1",
        **changes,
    }


def plates(**changes):
    """A sheet with one plate."""
    return {
        **SHEET,
        "title": "部位责任牌",
        "period": "",
        "format": "plate",
        "plates": [plate()],
        **changes,
    }


def letter_text(statements=6, places=1, **changes):
    """What the letter of a class teacher says, with so many duties and grids."""
    return {
        "title": "安全工作责任书",
        "year": "2026—2027学年",
        "party_a": "育才实验小学",
        "represented_by": "沈清和",
        "party_b": "林晓岚",
        "posts": "班主任、网格员",
        "opening": "为落实学校安全工作责任，甲乙双方签订本责任书。",
        "places": [
            {"code": f"01-02-{n:02d}", "name": f"{n}层", "role": "网格员", "spaces": "教室、走道"}
            for n in range(1, places + 1)
        ],
        "duties": [
            {
                "title": title,
                "items": ["负责本班教室和学生安全，每周完成教室检查"] * statements,
            }
            for title in ("班主任", "网格员")
        ],
        "chapters": [
            {"title": title, "items": ["提供必要的经费、器材、培训和时间，听取乙方意见。"] * 3}
            for title in ("甲方责任", "代理与交接", "考核与奖惩")
        ],
        "term": "本责任书自签订之日起生效，至2027年8月31日止。",
        "basis": ["《中小学幼儿园安全管理办法》（教育部等令第23号）第二十四条"],
        **changes,
    }


def letters(*texts, **changes):
    """Letters to sign by hand."""
    one = {"version": 1, "signed": "", "signature": None, **changes}
    return {
        **SHEET,
        "title": "安全工作责任书",
        "period": "2026—2027学年",
        "letters": [{**one, "text": text} for text in texts or (letter_text(),)],
    }


def grid_map(grids=13, **changes):
    """A picture with ``grids`` outlines in rows, none with a file."""
    outlines, legend = [], []
    for i in range(grids):
        left, top = i % 5 * 0.2 + 0.02, i // 5 * 0.09 + 0.02
        corners = [[left, top], [left + 0.16, top], [left + 0.16, top + 0.07], [left, top + 0.07]]
        name = "北门与消防车道" if i == 2 else f"{i + 1}号楼"
        no = str(i + 1)
        outlines.append(
            {
                "no": no,
                "name": name,
                "points": corners,
                "at": [left + 0.08, top + 0.035],
                "room": 0.16,
            }
        )
        holder = "" if i == 1 else "欧阳𬭎䶮"
        legend.append({"no": no, "code": f"01-{i + 1:02d}", "name": name, "holder": holder})
    return {
        **SHEET,
        "title": "网格责任分布图",
        "period": "2026年11月23日",
        "version": "",
        "place": "校园平面图",
        "picture": "picture",
        "ratio": 1.6,
        "outlines": outlines,
        "legend": legend,
        "houses": [],
        **changes,
    }


def house_map(buildings=2, floors=4):
    """Buildings as stacks of floors, where there is no picture."""
    cell = {"code": "01-01-01", "name": "东区", "holder": "周立新", "spaces": ["101教室", "厨房★"]}
    stack = [
        {"name": f"{floor}层", "grids": [cell] * (6 - floor), "unplaced": (floor == 1 and 2) or 0}
        for floor in range(floors, 0, -1)
    ]
    houses = [{"name": f"教学楼{i + 1}", "floors": stack} for i in range(buildings)]
    return grid_map(0, picture="", place="全校", houses=houses)


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


def year_plan(**changes):
    """A few works of a year, one signed by hand drawing."""
    return {
        **SHEET,
        "title": "年度消防工作计划",
        "period": "2026—2027学年",
        "months": [f"{month}月" for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8)],
        "rows": [
            {
                "text": f"第{number}项工作",
                "who": "学校安全员",
                "basis": "《中华人民共和国消防法》（2021年4月29日第二次修正）第十六条（三）",
                "cells": [["ok"], ["none", "none"], ["na"], *[[] for _ in range(9)]],
            }
            for number in range(1, 4)
        ],
        "notes": ["10月 应急疏散演练：不做，改在12月"],
        "signed": "沈清和 2026-09-18 16:20 系统签字",
        "signature": None,
        **changes,
    }


def appraisal(grids=3, people=3, notes=1, **changes):
    """A month of some grids and people, with praise for one of them."""

    def row(name, found):
        return {
            "place": "1",
            "name": name,
            "score": "96.0",
            "checks": "38/40",
            "on_time": "36/40",
            "backfill": "1",
            "found": found,
            "fixed": "1/2",
            "rating": "4.5",
            "cards": "黄1",
        }

    return {
        **SHEET,
        "title": "网格化消防安全月度考核表",
        "narrowed": "",
        "period": "2026年10月",
        "tables": [
            {
                "title": "三级网格",
                "head": "网格",
                "rows": [
                    row(f"01-01-{number:02} 教学楼A {number}区", ["网格内2", "本网格人1"])
                    for number in range(grids)
                ],
            },
            {
                "title": "个人",
                "head": "姓名",
                "rows": [row(f"第{number}位老师", ["2"]) for number in range(people)],
            },
        ],
        "weights": "检查完成40分，按时20分。",
        "notes": [
            {
                "day": "2026-11-05",
                "whom": "林晓岚",
                "kind": "表扬",
                "reason": "发现插座发热，当场断电报修",
                "measure": "例会通报",
                "by": "沈清和",
            }
        ]
        * notes,
        "signatures": [
            {"label": label, "names": [], "at": ""} for label in ("制表人", "分管副校长", "校长")
        ],
        **changes,
    }
