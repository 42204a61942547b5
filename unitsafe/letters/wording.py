"""What a letter of responsibility says. It is Chinese only: it is made to be signed and sealed."""

from collections.abc import Sequence

from unitsafe import content
from unitsafe.content.basis import printable_basis
from unitsafe.content.model import Post
from unitsafe.letters.rules import span
from unitsafe.letters.standing import Place
from unitsafe.paper.shapes import LetterChapter, LetterText

TITLE = "安全工作责任书"
HEAD = "principal"
SUPERIOR = "上级教育主管部门"
"""Whom the principal answers to: the letter leaves the name to be filled in."""
OPENING = (
    "为落实学校安全工作责任，做到横向到边、纵向到底、人人有责，按照“谁主管、谁负责，谁使用、谁负责”"
    "和“一岗双责”的要求，甲乙双方签订本责任书。"
)
SCHOOLS_PART = (
    "为乙方履行职责提供必要的经费、器材、培训和时间。",
    "及时受理乙方上报的隐患，明确整改责任人和期限，并向乙方反馈结果。",
    "定期检查、考核乙方履职情况，听取乙方意见。",
)
DEPUTIES = (
    "乙方请假、出差或调离，须提前报告并由学校指定代理人；代理期内责任随记录转移给代理人。",
    "乙方岗位或责任网格变动的，在变动后一周内交接并重新签订责任书，未整改的隐患一并交接。",
)
REWARDS = (
    "学校每月按巡查完成情况、隐患整改情况考核各网格，结果作为评优评先和绩效考核的依据之一。",
    "主动发现并上报隐患的予以肯定，不因上报多而扣分；及时消除重大隐患、避免事故的予以表彰。",
    "不按要求巡查、弄虚作假，发现隐患不报或整改不力的，按学校制度给予提醒、亮牌、通报；"
    "造成后果的，依规依纪追究责任。",
)
"""Source: domain README §7 (monthly appraisal, never by fewest hazards; cards) and duties.yaml
``appointment.rules`` (deputies, signing again within a week)."""


def text_of(
    *, name: str, school: str, head: str, year: str, posts: Sequence[Post], places: Sequence[Place]
) -> LetterText:
    """The letter of ``name``; ``head`` is the principal's name, empty where nobody is."""
    is_head = any(post.key == HEAD for post in posts)
    _first, last = span(year)
    sources = content.load().sources
    return {
        "title": TITLE,
        "year": f"{year.replace('-', '—')}学年",
        "party_a": SUPERIOR if is_head else school,
        "represented_by": "" if is_head else head,
        "party_b": name,
        "posts": "、".join(post.title for post in posts),
        "opening": OPENING,
        "places": [
            {"code": one.code, "name": one.name, "role": one.role, "spaces": one.spaces}
            for one in places
        ],
        "duties": [{"title": post.title, "items": list(post.statements)} for post in posts],
        "chapters": _chapters(),
        "term": f"本责任书自签订之日起生效，至{last.year}年{last.month}月{last.day}日止。"
        "一式两份，甲乙双方各执一份。",
        "basis": printable_basis((basis for post in posts for basis in post.basis), sources),
    }


def _chapters() -> list[LetterChapter]:
    return [
        {"title": "甲方责任", "items": list(SCHOOLS_PART)},
        {"title": "代理与交接", "items": list(DEPUTIES)},
        {"title": "考核与奖惩", "items": list(REWARDS)},
    ]
