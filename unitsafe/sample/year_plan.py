"""The sample school's year: signed in September, some things marked by hand, one added, one left out."""

from datetime import date, datetime, time, timedelta
from functools import partial

from unitsafe import clock
from unitsafe.letters.rules import school_year, span
from unitsafe.sample.lives import HEAD, MANAGER, OFFICER
from unitsafe.sample.timeline import Act as Happening
from unitsafe.sample.world import World
from unitsafe.year_plan import queries, services
from unitsafe.year_plan.rules import Act, Status

DONE = (
    ("key_areas", 10, "逐处核对责任人和标志，补贴两处标志牌"),
    ("night_staff", 8, "两栋宿舍每夜各2人值守，应急程序贴在值班室"),
    ("appointments", 9, "责任人、管理人和各岗位已发文公示"),
)
"""Work, days after 1 September, what was done."""
BY_HAND = {
    "gas_check": "燃气公司和食堂一起查过，接头无漏气",
    "holiday_duty": "值班表已公布，每天有带班校领导",
    "report_to_principal": "书面报告已交校长阅",
}
"""What the officer marks when it is due, and the words; other work stays to be done."""
LEFT_OUT = ("filing", "区里今年统一备案，学校不单独报")
DROPPED_AFTER, SIGNED_AFTER, ADDED_AFTER = (timedelta(days=n) for n in (14, 17, 40))
OWN = "消防器材进社区志愿活动"


def plan(world: World) -> None:
    """Put the acts on the timeline of the school year that runs."""
    year = school_year(world.setting.today)
    first = span(year)[0]
    for work, days, note in DONE:
        on = first + timedelta(days=days)
        _at(world, on, partial(_mark, world, year, work, Act.DONE, note=note, done_on=on))
    work, reason = LEFT_OUT
    _at(world, first + DROPPED_AFTER, partial(_mark, world, year, work, Act.DROP, note=reason))
    _at(world, first + SIGNED_AFTER, partial(_sign, world, year))
    _at(world, first + ADDED_AFTER, partial(_add, world, year))
    _at(world, world.setting.today - timedelta(days=3), partial(_catch_up, world, year))


def _at(world: World, day: date, act: Happening) -> None:
    if day < world.setting.today:
        world.timeline.at(clock.at(day, time(16, 20)), act)


def _mark(
    world: World,
    year: str,
    work: str,
    act: Act,
    at: datetime,
    *,
    note: str,
    done_on: date | None = None,
) -> None:
    today = clock.local(at).date()
    with world.journal.directly() as session:
        book = queries.read(session, year, today)
        line = next((one for one in book.lines if one.entry.key == work), None)
        if line is None or act not in services.open_acts(line):
            return
        services.mark(
            session,
            year,
            line,
            act,
            done_on=done_on,
            note=note,
            today=today,
            by=world.actor(world.people[OFFICER], at),
            now=at,
        )


def _catch_up(world: World, year: str, at: datetime) -> None:
    """Everything of BY_HAND that was due is marked as done on its day."""
    today = clock.local(at).date()
    with world.journal.directly() as session:
        for line in queries.read(session, year, today).lines:
            note = BY_HAND.get(line.entry.key)
            if note and line.status is Status.LATE:
                services.mark(
                    session,
                    year,
                    line,
                    Act.DONE,
                    done_on=line.entry.due_on,
                    note=note,
                    today=today,
                    by=world.actor(world.people[OFFICER], at),
                    now=at,
                )


def _sign(world: World, year: str, at: datetime) -> None:
    today = clock.local(at).date()
    with world.journal.directly() as session:
        book = queries.read(session, year, today)
        services.sign_on_screen(
            session,
            book,
            seen=book.mark,
            typed_name=HEAD,
            signature=None,
            today=today,
            by=world.actor(world.people[HEAD], at),
            now=at,
        )


def _add(world: World, year: str, at: datetime) -> None:
    with world.journal.directly() as session:
        services.add(
            session,
            year,
            text=OWN,
            due_on=span(year)[1].replace(month=3, day=31),
            post="safety_officer",
            by=world.actor(world.people[MANAGER], at),
            now=at,
        )
