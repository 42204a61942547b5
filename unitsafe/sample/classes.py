"""Classes of the sample school: two a grade, with their head teachers."""

from unitsafe.classes import services
from unitsafe.classes.models import SchoolClass
from unitsafe.classes.services import Facts
from unitsafe.core.domain import Actor
from unitsafe.people.models import Person
from unitsafe.sample.places import Places
from unitsafe.sample.setting import Setting

CLASSES = """
一年级1班 | 1 | 43 | 0 | 陈雅文 | 教学楼A | 101教室
一年级2班 | 1 | 42 | 0 | 卢晓梅 | 教学楼A | 102教室
二年级1班 | 2 | 45 | 0 | 赵婉清 | 教学楼A | 201教室
二年级2班 | 2 | 44 | 0 | 谢雨晴 | 教学楼A | 202教室
三年级1班 | 3 | 44 | 6 | 何思颖 | 教学楼A | 301教室
三年级2班 | 3 | 46 | 5 | 郭明轩 | 教学楼A | 302教室
四年级1班 | 4 | 45 | 11 | 萧若彤 | 教学楼B | 101教室
四年级2班 | 4 | 43 | 9 | 曾嘉宁 | 教学楼B | 102教室
五年级1班 | 5 | 46 | 17 | 董一鸣 | 教学楼B | 201教室
五年级2班 | 5 | 45 | 16 | 方䶮 | 教学楼B | 202教室
六年级1班 | 6 | 47 | 22 | 林晓岚 | 教学楼B | 301教室
六年级2班 | 6 | 46 | 20 | 袁静怡 | 教学楼B | 401教室
"""
"""Name, grade, pupils, boarders among them, head teacher, building, room."""


def build(
    setting: Setting, campus: Places, staff: dict[str, Person], by: Actor | None
) -> list[SchoolClass]:
    """Enter the classes."""
    found = []
    for line in CLASSES.strip().splitlines():
        name, grade, pupils, boarders, teacher, building, room = (
            part.strip() for part in line.split("|")
        )
        facts = Facts(
            name=name,
            grade=int(grade),
            pupils=int(pupils),
            boarders=int(boarders),
            head_teacher_id=staff[teacher].id,
            space_id=campus.spaces[building, room].id,
        )
        found.append(services.save(setting.session, None, facts, by=by, now=setting.tick()))
    return found
