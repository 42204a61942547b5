"""The sample school's papers: 11 of 13 policies, a plan with a team without a leader, who has read."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from time import struct_time

import sqlalchemy as sa
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import selectinload

from unitsafe import clock
from unitsafe.documents import queries, services
from unitsafe.documents.models import Document
from unitsafe.documents.rules import EVERYBODY, Kind, Part, Team, Topic, is_addressed
from unitsafe.documents.services import Facts, TeamList
from unitsafe.files import services as files
from unitsafe.sample import people
from unitsafe.sample.lives import MANAGER, OFFICER
from unitsafe.sample.plans import FONT
from unitsafe.sample.timeline import Act
from unitsafe.sample.world import World

OLD, USUAL = 360, 90
"""Days from the issue to the entering: the old one's review is late soon after."""


@dataclass(frozen=True)
class Paper:
    """One of them; ``age`` in days when the school was entered."""

    kind: Kind
    title: str
    topics: tuple[Topic, ...] = ()
    owner: str = OFFICER
    age: int = USUAL
    audience: tuple[str, ...] = ()
    number: int = 0


PAPERS = (
    Paper(Kind.POLICY, "消防安全教育培训制度", (Topic.TRAINING,), audience=(EVERYBODY,), number=3),
    Paper(Kind.POLICY, "防火巡查、防火检查制度", (Topic.PATROL,), number=4,
          audience=("safety_officer", "duty_leader", "gatekeeper", "dorm_keeper")),
    Paper(Kind.POLICY, "安全疏散设施管理制度", (Topic.EVACUATION,), number=5),
    Paper(Kind.POLICY, "消防控制室值班制度", (Topic.CONTROL_ROOM,), number=6,
          audience=("fire_control_operator",)),
    Paper(Kind.POLICY, "消防设施、器材维护管理制度", (Topic.FACILITIES,), number=7),
    Paper(Kind.POLICY, "火灾隐患整改制度", (Topic.HAZARDS,), number=8),
    Paper(Kind.POLICY, "用火、用电安全管理制度", (Topic.FIRE_AND_POWER,), "彭德胜", OLD, number=9),
    Paper(Kind.POLICY, "易燃易爆物品和实验室药品防火防爆制度", (Topic.FLAMMABLES,), "冯雪", number=10),
    Paper(Kind.POLICY, "预案演练制度", (Topic.PLAN_DRILL,), number=11),
    Paper(Kind.POLICY, "燃气和电气设备检查管理制度", (Topic.GAS_AND_ELECTRIC,), "彭德胜", number=12),
    Paper(Kind.POLICY, "微型消防站日常管理补充规定", (Topic.FURTHER,), number=13),
    Paper(Kind.APPOINTMENT, "关于确定消防安全责任人和管理人的通知",
          (Topic.RESPONSIBLE_PERSON, Topic.FIRE_MANAGER, Topic.FIRE_DEPARTMENT), number=1),
    Paper(Kind.APPOINTMENT, "关于成立消防安全领导小组的通知",
          (Topic.LEADING_GROUP, Topic.FIRE_STAFF, Topic.TEAM_LIST), number=2),
    Paper(Kind.CERTIFICATE, "综合楼消防验收意见书", (Topic.ACCEPTANCE,), age=2900),
    Paper(Kind.DRAWING, "校园总平面图", (Topic.SITE_PLAN,), age=400),
    Paper(Kind.REPORT, "电气防火检测报告", (Topic.ELECTRIC_TEST,), "彭德胜", 60),
)  # fmt: skip
"""Missing: the policies on the fire team, and on rewards."""
PLAN = Paper(
    Kind.EMERGENCY_PLAN,
    "灭火和应急疏散预案",
    (Topic.WHOLE_SCHOOL,),
    MANAGER,
    200,
    (EVERYBODY,),
    14,
)
PARTS = {
    Part.ORGANISATION: "第一章，第2页",
    Part.ALARM: "第二章，第4页",
    Part.EVACUATION: "第三章，第5页",
    Part.FIRE_FIGHTING: "第四章，第8页",
    Part.SUPPORT: "第五章，第9页",
}
TEAMS = {
    Team.ACTION: ("龙振邦", ("何广福", "刘建")),
    Team.LIAISON: ("罗向东", ("范雨桐", "杜子昂")),
    Team.GUIDE: ("秦松年", ("韩雪梅", "许文静", "田佳慧")),
    Team.RESCUE: ("", ("任秋霞", "汪梅")),
}
REVISED_AFTER, READ_AFTER = 11, 3
"""Days into the school year on which the plan was revised; days after which people had read."""
READERS = 0.7
"""Share of those asked who have read."""


def enter(world: World) -> None:
    """Write the papers down before term; the plan is revised and read on the timeline."""
    by = world.actor(world.people[OFFICER], world.setting.tick())
    made = {one.title: _record(world, one) for one in (*PAPERS, PLAN)}
    plan = made[PLAN.title]
    services.fill_plan(
        world.session,
        plan,
        number=1,
        parts={part: place for part, place in PARTS.items() if part is not Part.SUPPORT},
        teams=_teams(world),
        by=by,
        now=world.setting.tick(),
    )
    _later(world, REVISED_AFTER, time(10, 20), lambda at: _revise(world, plan.id, at))
    for number, one in enumerate((*PAPERS, PLAN)):
        if one.audience:
            begins = READ_AFTER + (REVISED_AFTER if one is PLAN else 0)
            _read(world, made[one.title].id, one.audience, begins, Random(number))


def _record(world: World, one: Paper) -> Document:
    at = world.setting.tick()
    by = world.actor(world.people[OFFICER], at)
    issued_on = clock.local(at).date() - timedelta(days=one.age)
    facts = Facts(
        title=one.title,
        topics=one.topics,
        document_no=f"青小校〔{issued_on.year}〕{one.number}号" if one.number else "",
        issued_on=issued_on,
        owner_id=world.people[one.owner].id,
        audience=one.audience,
    )
    ids = [_file(world, one.title, issued_on, at)]
    return services.record(world.session, one.kind, facts, file_ids=ids, by=by, now=at)


def _file(world: World, title: str, day: date, at: datetime) -> int:
    kept = files.keep_file(_page(title, day), f"{title}.pdf", most_mib=1)
    by = world.actor(world.people[OFFICER], at)
    return files.add_file(world.session, kept, by=by, now=at).id


def _teams(world: World) -> dict[Team, TeamList]:
    def ids(names: Sequence[str]) -> list[int]:
        return [world.people[name].id for name in names]

    return {
        team: TeamList(world.people[leader].id if leader else None, ids(members))
        for team, (leader, members) in TEAMS.items()
    }


def _later(world: World, days: int, hour: time, act: Act) -> None:
    world.timeline.at(clock.at(world.setting.first + timedelta(days=days), hour), act)


def _revise(world: World, plan_id: int, at: datetime) -> None:
    """The second version of the plan, all five parts in it."""
    by, day = world.actor(world.people[OFFICER], at), clock.local(at).date()
    with world.journal.directly() as session:
        plan = queries.document(session, by, plan_id)
        if plan is None:
            raise LookupError(PLAN.title)
        services.add_version(
            session,
            plan,
            issued_on=day,
            note="按新学年的楼层和人员修订，补上通讯联络和救护。",
            file_ids=[_file(world, f"{PLAN.title}（修订）", day, at)],
            by=by,
            now=at,
        )
        services.fill_plan(session, plan, number=2, parts=PARTS, teams=_teams(world), by=by, now=at)


def _read(
    world: World, document_id: int, audience: Sequence[str], begins: int, rng: Random
) -> None:
    """Most of those who are asked and have an account read it in the days that follow."""
    for number, one in enumerate(people.staff()):
        asked = one.username and is_addressed(one.posts, audience) and one.name != people.LEAVER
        if asked and rng.random() < READERS:
            hour = time(7 + rng.randrange(10), rng.randrange(60), number)
            _later(world, begins + rng.randrange(6), hour, _reading(world, document_id, one.name))


def _reading(world: World, document_id: int, name: str) -> Act:
    def act(at: datetime) -> None:
        by = world.actor(world.people[name], at)
        with world.journal.directly() as session:
            one = session.scalars(
                sa.select(Document)
                .where(Document.id == document_id)
                .options(selectinload(Document.audience))
            ).one()
            services.mark_read(session, one, number=one.latest, by=by, now=at)

    return act


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _page(title: str, day: date) -> io.BytesIO:
    """A page with its title and some lines, as a PDF; the same for the same words and day."""
    image = Image.new("L", (420, 594), "white")
    draw = ImageDraw.Draw(image)
    draw.text((210, 70), title, fill=0, font=_font(20), anchor="mm")
    draw.text((210, 100), f"{day:%Y-%m-%d}", fill=90, font=_font(11), anchor="mm")
    for line in range(22):
        width = 320 - (line * 53 + len(title) * 17) % 90
        draw.line([(50, 140 + line * 18), (50 + width, 140 + line * 18)], fill=170, width=3)
    out = io.BytesIO()
    made = struct_time((day.year, day.month, day.day, 0, 0, 0, 0, 1, 0))
    image.save(out, "PDF", resolution=50, creationDate=made, modDate=made)
    out.seek(0)
    return out
