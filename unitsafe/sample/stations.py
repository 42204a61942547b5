"""The sample school's micro station, its evacuation, and two permits for hot work."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.classes.queries import classes
from unitsafe.core.domain import Actor
from unitsafe.evacuation import queries as floors
from unitsafe.evacuation import services as evacuation
from unitsafe.evacuation.rules import Need
from unitsafe.hot_work import services as hot_work
from unitsafe.hot_work.models import HotWorkPermit
from unitsafe.hot_work.rules import BEFORE_WORK, Measure
from unitsafe.micro_station import queries as stations
from unitsafe.micro_station import services
from unitsafe.micro_station.rules import Role
from unitsafe.places.models import Space
from unitsafe.roster.models import Shift
from unitsafe.sample.lives import MANAGER, OFFICER
from unitsafe.sample.timeline import Act
from unitsafe.sample.world import World

TEAM = (
    ("罗向东", Role.LEADER),
    ("龙振邦", Role.DEPUTY),
    ("何广福", Role.MEMBER),
    ("刘建", Role.MEMBER),
    ("彭德胜", Role.MEMBER),
    ("田佳慧", Role.MEMBER),
    ("熊志强", Role.SIGNALLER),
)
SHORT = {"对讲机": 1}
"""Lines of the kit of which some are missing, and how many."""
EXPIRES = {"过滤式自救呼吸器": 18, "手提式干粉灭火器": 25, "防毒面具": 400}
"""Days from today to the last day of lines that expire."""
POINTS = (("1号集合点", "田径场东半场", "教学楼A"), ("2号集合点", "田径场西半场", "其他楼"))
GUIDES = ("林晓岚", "陈雅文", "何思颖", "郭明轩", "谢雨晴", "曾嘉宁", "萧若彤", "董一鸣", "袁静怡",
          "卢晓梅", "潘欣然", "蒋立诚", "余诗涵", "丁浩然", "叶知秋", "吴敏", "杜子昂", "冯雪")  # fmt: skip
NEEDS = ((2, "李某", Need.MOBILITY, 2), (9, "王某", Need.SIGHT, 2), (15, "CYH", Need.HEARING, 1))
"""Which class in the order of classes, who, why, and how many helpers."""
WEEK = 7
"""Days between two counts of the kit."""
SLOWEST, QUICKER = 205, 160
"""Seconds of the first muster and of the latest, 2分40秒."""
KEEPER, WELDER = "龙振邦", "赵师傅"
LOGISTICS, WATCHER = "彭德胜", "刘建"


def plan(world: World) -> None:
    """Put it all on the timeline, in the order in which a school would enter it."""
    first, today = world.setting.first, world.setting.today
    world.timeline.at(clock.at(first + timedelta(days=2), time(15, 10)), _station(world))
    world.timeline.at(clock.at(first + timedelta(days=3), time(15, 30)), _evacuation(world))
    for days, seconds in ((55, SLOWEST), (12, QUICKER)):
        day = _taught(world, today - timedelta(days=days))
        if day > first + timedelta(days=3):
            world.timeline.at(clock.at(day, time(16, 20)), _muster(world, seconds))
    day = _taught(world, today - timedelta(days=4))
    if day > first + timedelta(days=3):
        world.timeline.at(clock.at(day, time(14, 5)), _permit_waits(world))
    day = first + timedelta(days=WEEK)
    while day < today:
        if (taught := _taught(world, day)) > first + timedelta(days=3):
            world.timeline.at(clock.at(taught, time(9, 30)), _count(world))
        day += timedelta(days=WEEK)
    saturday = _free_saturday(world, today - timedelta(days=6))
    if saturday > first + timedelta(days=3):
        _permit_closed(world, saturday)


def _taught(world: World, day: date) -> date:
    while not world.is_taught(day) and day > world.setting.first:
        day -= timedelta(days=1)
    return day


def _free_saturday(world: World, day: date, step: int = -1) -> date:
    """The next Saturday without lessons before ``day`` (after it with ``step`` 1)."""
    while day.weekday() != 5 or world.is_taught(day):
        day += timedelta(days=step)
    return day


def _by(world: World, name: str, at: datetime) -> Actor:
    return world.actor(world.people[name], at)


def _station(world: World) -> Act:
    def act(at: datetime) -> None:
        by = _by(world, OFFICER, at)
        with world.journal.directly() as session:
            shift = session.scalars(sa.select(Shift).where(Shift.key == "duty_leader")).first()
            services.set_up(
                session,
                space_id=world.campus.spaces["综合楼", "微型消防站"].id,
                phone="0000-8001191",
                shift_id=shift.id if shift else None,
                by=by,
                now=at,
            )
            for name, role in TEAM:
                person_id = world.people[name].id
                services.add_member(session, person_id=person_id, role=role, by=by, now=at)
            services.default_kit(session, by=by, now=at)
            today = world.setting.today
            for item in stations.kit(session):
                item.keeper_id = world.people[KEEPER].id
                if item.name in EXPIRES:
                    item.expires_on = today + timedelta(days=EXPIRES[item.name])
            _counted(session, by, at)

    return act


def _counted(session: Session, by: Actor, at: datetime) -> None:
    counted = {one.id: one.expected - SHORT.get(one.name, 0) for one in stations.kit(session)}
    services.count_kit(session, counted, note="对讲机送修1台", by=by, now=at)


def _count(world: World) -> Act:
    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            _counted(session, _by(world, KEEPER, at), at)

    return act


def _muster(world: World, seconds: int) -> Act:
    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            services.add_muster(
                session,
                signal_at=at - timedelta(minutes=15),
                place="教学楼A东门",
                arrived=6,
                seconds=seconds,
                note="携带灭火器和水带到场。" if seconds <= 180 else "取器材耽误了时间，再练。",
                by=_by(world, OFFICER, at),
                now=at,
            )

    return act


def _evacuation(world: World) -> Act:
    def act(at: datetime) -> None:
        by = _by(world, OFFICER, at)
        with world.journal.directly() as session:
            points = [
                evacuation.add_point(session, name=name, place=place, for_whom=whom, by=by, now=at)
                for name, place, whom in POINTS
            ]
            found = floors.floors(session)
            for place, floor in enumerate(found):
                evacuation.save_route(
                    session,
                    *floor.key,
                    route="东侧房间走东楼梯，西侧房间走西楼梯"
                    if floor.number > 1
                    else "就近走出楼门",
                    exits="一层东门、西门",
                    point_id=points[0 if floor.building == "教学楼A" else 1].id,
                    by=by,
                    now=at,
                )
                if floor is not found[-1]:
                    _guide(world, session, place, floor, by, at)
                _maps(session, floor, by, at)
            _pupils(world, session, by, at)
            for name in ("刘建", "彭德胜", "何广福", "丁浩然", "叶知秋"):
                evacuation.add_volunteer(
                    session,
                    person_id=world.people[name].id,
                    class_id=None,
                    initials="",
                    by=by,
                    now=at,
                )

    return act


def _guide(
    world: World, session: Session, place: int, floor: floors.Floor, by: Actor, at: datetime
) -> None:
    guide, deputy = (world.people[GUIDES[(place + n) % len(GUIDES)]] for n in (0, 1))
    evacuation.add_guide(
        session,
        *floor.key,
        person_id=guide.id,
        deputy_id=deputy.id,
        stand="东侧楼梯口",
        by=by,
        now=at,
    )


def _maps(session: Session, floor: floors.Floor, by: Actor, at: datetime) -> None:
    """The maps of every floor but the highest ones."""
    rooms = [space for space, _last in floors.rooms(session, *floor.key)]
    if rooms and floor.number < 4:
        ids = [space.id for space in rooms]
        day = clock.local(at).date()
        evacuation.check_maps(session, *floor.key, ids, checked_on=day, by=by, now=at)


def _pupils(world: World, session: Session, by: Actor, at: datetime) -> None:
    every = classes(session)
    for place, initials, need, helpers in NEEDS:
        if place < len(every):
            first, second = (world.people[name].id for name in ("丁浩然", "叶知秋"))
            evacuation.add_pupil(
                session,
                class_id=every[place].id,
                initials=initials,
                need=need,
                helper_id=first,
                second_id=second if helpers == 2 else None,
                by=by,
                now=at,
            )
    for one in every[:-2]:
        evacuation.add_volunteer(
            session, person_id=None, class_id=one.id, initials="WZY", by=by, now=at
        )


def _facts(world: World, space: Space, day: date, work: str, watcher: str) -> hot_work.Facts:
    return hot_work.Facts(
        space_id=space.id,
        work=work,
        unit="青溪恒达安装队",
        worker=WELDER,
        certificate_no="T330000198507121234",
        certificate_until=date(day.year + 1, 6, 30),
        day=day,
        starts=time(9, 0),
        ends=time(11, 30),
        watcher_id=world.people[watcher].id,
        measures=list(Measure),
    )


def _permit_waits(world: World) -> Act:
    """Nobody has decided about the next Saturday yet."""

    def act(at: datetime) -> None:
        space = world.campus.spaces["食堂体育馆及室外", "食堂库房"]
        day = _free_saturday(world, world.setting.today + timedelta(days=1), step=1)
        facts = _facts(world, space, day, "库房货架加固焊接", WATCHER)
        with world.journal.directly() as session:
            hot_work.apply(session, facts, by=_by(world, LOGISTICS, at), now=at)

    return act


def _permit_closed(world: World, day: date) -> None:
    """Applied for on the day before, done on a Saturday, looked at half an hour later."""
    numbers: list[int] = []

    def applied(at: datetime) -> None:
        space = world.campus.spaces["食堂体育馆及室外", "食堂操作间"]
        facts = _facts(world, space, day, "排烟罩支架焊接", KEEPER)
        with world.journal.directly() as session:
            permit = hot_work.apply(session, facts, by=_by(world, LOGISTICS, at), now=at)
            numbers.append(permit.id)

    def approved(at: datetime) -> None:
        with world.journal.directly() as session:
            note = "同意，作业前清空燃气管道"
            hot_work.approve(
                session, _permit(session), note=note, by=_by(world, MANAGER, at), now=at
            )

    def started(at: datetime) -> None:
        by = _by(world, KEEPER, at)
        with world.journal.directly() as session:
            hot_work.start(
                session,
                _permit(session),
                answers=dict.fromkeys(BEFORE_WORK, "ok"),
                keys=BEFORE_WORK,
                photo_ids=world.album.show("boxes", is_right=True, by_id=by.id, at=at),
                by=by,
                now=at,
            )

    def finished(at: datetime) -> None:
        with world.journal.directly() as session:
            hot_work.finish(
                session,
                _permit(session),
                note="焊接完成，电源已断",
                photo_ids=(),
                by=_by(world, KEEPER, at),
                now=at,
            )

    def looked(at: datetime) -> None:
        with world.journal.directly() as session:
            hot_work.after_check(
                session,
                _permit(session),
                note="焊点已凉，没有余火",
                photo_ids=(),
                by=_by(world, KEEPER, at),
                now=at,
            )

    def _permit(session: Session) -> HotWorkPermit:
        return session.get_one(HotWorkPermit, numbers[0])

    eve = day - timedelta(days=1)
    for on, hour, step in (
        (eve, time(9, 15), applied),
        (eve, time(13, 40), approved),
        (day, time(9, 5), started),
        (day, time(11, 10), finished),
        (day, time(11, 45), looked),
    ):
        world.timeline.at(clock.at(on, hour), step)
