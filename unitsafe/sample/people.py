"""Staff of the sample school, their posts and accounts. All names are invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from unitsafe.core.domain import Actor
from unitsafe.people import passwords, services
from unitsafe.people.models import Person
from unitsafe.sample.setting import Setting

PASSWORD = "unitsafe-demo"

STAFF = """
梁志远 | manager | vice_principal_safety
沈清和 | principal | principal
苏曼华 | * | vice_principal_teaching
邓永强 | * | vice_principal_logistics
罗向东 | * | safety_director duty_leader
周立新 | officer | safety_officer
彭德胜 | * | logistics_director
范雨桐 | * | academic_director
贺兰芝 | * | moral_director
韩雪梅 | leader | grade_leader subject_teacher
许文静 | * | grade_leader subject_teacher
秦松年 | * | duty_leader
田佳慧 | * | grade_leader floor_keeper
林晓岚 | teacher | homeroom_teacher
陈雅文 | * | homeroom_teacher
赵婉清 | * | homeroom_teacher
何思颖 | * | homeroom_teacher
郭明轩 | * | homeroom_teacher
谢雨晴 | * | homeroom_teacher
曾嘉宁 | * | homeroom_teacher
萧若彤 | * | homeroom_teacher
董一鸣 | * | homeroom_teacher
袁静怡 | * | homeroom_teacher
方䶮 | * | homeroom_teacher
卢晓梅 | * | homeroom_teacher
赵一帆 | * | subject_teacher room_keeper
郑𬭎 | * | subject_teacher
潘欣然 | * | subject_teacher room_keeper
蒋立诚 | * | subject_teacher
余诗涵 | * | subject_teacher
丁浩然 | * | subject_teacher duty_teacher
叶知秋 | * | subject_teacher duty_teacher
吴敏 | * | library_manager
杜子昂 | * | it_room_manager
冯雪 | * | lab_manager
汪梅 | * | room_keeper
任秋霞 | * | school_doctor
侯翠莲 |  | room_keeper
高淑芬 | * | dorm_keeper
马桂兰 | * | dorm_keeper
姜玉珍 | * | dorm_keeper
崔银花 | * | dorm_keeper
孙德海 | * | canteen_manager
唐福生 | * | cook
石大勇 |  | cook
何广福 | * | gatekeeper micro_station_member
龙振邦 | * | gatekeeper micro_station_leader
刘建 | * | electrician
熊志强 | * | fire_control_operator
白铁军 |  | fire_control_operator
宋佳玲 | * | homeroom_teacher
来访检查组 | inspector | inspector
"""
"""Name, account (* a numbered one, empty none), posts. The last two: one leaves, one visits."""

LEAVER = "宋佳玲"
NEWCOMERS = ("唐福生", "潘欣然")
"""They have an account since the summer and never signed in."""
PART_TIME = {"蒋立诚": "135"}
"""Who is at the school only on some weekdays (1 Monday … 7 Sunday)."""
PAST_VISITOR = "区消防救援大队"
VISITOR = "来访检查组"


@dataclass(frozen=True)
class Member:
    """One row of the table."""

    name: str
    username: str | None
    posts: tuple[str, ...]


def staff() -> Iterator[Member]:
    """The table with its numbered accounts: t01, t02 …"""
    number = 0
    for line in STAFF.strip().splitlines():
        name, account, posts = (part.strip() for part in line.split("|"))
        if account == "*":
            number += 1
            account = f"t{number:02d}"
        yield Member(name, account or None, tuple(posts.split()))


def build(setting: Setting, rng: Random) -> dict[str, Person]:
    """Enter everybody; people by name. The first of the table enters the others."""
    hashed = passwords.hash_password(PASSWORD)
    found: dict[str, Person] = {}
    by: Actor | None = None
    for serial, row in enumerate(staff(), start=1):
        person = services.add_person(
            setting.session,
            name=row.name,
            username=row.username,
            password_hash=hashed if row.username else None,
            phone="" if row.name == VISITOR else f"1390000{rng.randrange(100):02d}{serial:02d}",
            posts=row.posts,
            from_on=setting.entered_on,
            by=by,
            now=setting.tick(),
            work_days=PART_TIME.get(row.name, ""),
        )
        person.large_text = row.name in ("何广福", "高淑芬")
        found[row.name] = person
        by = by or Actor(person.id, person.name, origin=origin(person))
    setting.session.flush()
    return found


def origin(person: Person) -> str:
    """From where this person works, as the audit log writes it."""
    machine = "Windows NT 10.0; Win64; x64" if person.id % 3 == 0 else "Linux; Android 12; Mobile"
    return f"192.168.8.{20 + person.id} Mozilla/5.0 ({machine})"
