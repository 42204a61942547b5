"""The sample school's awards and reminders, a few days after each month."""

from datetime import date, datetime, time, timedelta
from functools import partial

from unitsafe import clock
from unitsafe.appraisal import services
from unitsafe.appraisal.rules import NoteKind
from unitsafe.sample.lives import HEAD, OFFICER
from unitsafe.sample.world import World

NOTES = (
    ("林晓岚", NoteKind.PRAISE, "放学清场时发现插座发热，当场断电报修", "教师例会通报表扬"),
    ("教学楼A 三层", NoteKind.AWARD, "一日双巡整月没有漏查、没有补录", "网格员绩效加2分"),
    ("谢雨晴", NoteKind.REMINDER, "两条隐患到期没有改，也没有申请延期", ""),
    ("何思颖", NoteKind.PRAISE, "课间发现走道堆放纸箱，当场清走并报修应急灯", ""),
)
"""Whom (a person, a grid), what, why, what it came to."""
DAYS_AFTER = 4
"""Days of the next month that have passed when the school gives them."""


def plan(world: World) -> None:
    """Put them on the timeline, some for each month that is over."""
    first = world.setting.first.replace(day=1)
    for number, (name, kind, reason, measure) in enumerate(NOTES * 12):
        month = _later(first, number // 2)
        day = _later(month, 1) + timedelta(days=DAYS_AFTER)
        if day >= world.setting.today:
            return
        act = partial(_note, world, month, name, kind, reason, measure)
        world.timeline.at(clock.at(day, time(15, 30 + number % 2)), act)


def _later(month: date, months: int) -> date:
    """The first day so many months later."""
    years, rest = divmod(month.month - 1 + months, 12)
    return date(month.year + years, rest + 1, 1)


def _note(
    world: World,
    month: date,
    name: str,
    kind: NoteKind,
    reason: str,
    measure: str,
    at: datetime,
) -> None:
    whom = world.people.get(name) or world.grids[name]
    by = world.people[OFFICER if kind is NoteKind.REMINDER else HEAD]
    with world.journal.directly() as session:
        services.note(
            session,
            month,
            whom,
            kind,
            reason=reason,
            measure=measure,
            by=world.actor(by, at),
            now=at,
        )
