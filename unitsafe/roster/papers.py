"""What the month's 值班表 prints, from the records."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import WEEKDAYS as DAY_NAMES
from unitsafe.core.labels import label
from unitsafe.paper import shapes
from unitsafe.roster.models import Shift
from unitsafe.roster.queries import totals
from unitsafe.roster.rules import Standing
from unitsafe.roster.table import Roster, Stand
from unitsafe.school.models import School

WEEKDAYS = "一二三四五六日"


def month(
    school: School, roster: Roster, counts: Mapping[int, Mapping[int, int]], *, now: datetime
) -> shapes.RosterMonth:
    """The month: days down, shifts across. ``counts`` as of queries.counts."""
    by_day = {day: roster.on(day) for day in roster.days}
    used = {stand.shift.id for stands in by_day.values() for stand in stands}
    shifts = [shift for shift in roster.shifts if shift.id in used]
    names = {person.id: person.name for person in roster.sharers(counts)}
    stood = sorted(totals(counts).items(), key=lambda pair: (-pair[1], names.get(pair[0], "")))
    first = roster.first
    return {
        "school": school.name,
        "title": _("值班表"),
        "period": _("%(year)s年%(month)s月", year=first.year, month=first.month),
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": content.load().version,
        "shifts": [_shift(shift) for shift in shifts],
        "days": [_day(roster, day, stands, shifts) for day, stands in by_day.items()],
        "counts": [
            {"name": names[person_id], "count": count}
            for person_id, count in stood
            if person_id in names
        ],
    }


def _shift(shift: Shift) -> shapes.RosterShift:
    hours = f"{shift.starts:%H:%M}—{shift.ends:%H:%M}"
    return {"title": shift.title, "hours": hours, "place": shift.place}


def _day(
    roster: Roster, day: date, stands: Sequence[Stand], shifts: Sequence[Shift]
) -> shapes.RosterDay:
    return {
        "day": day.day,
        "weekday": WEEKDAYS[day.weekday()],
        "taught": roster.facts(day).teaching,
        "note": roster.note(day),
        "cells": [
            [_name(stand) for stand in stands if stand.shift.id == shift.id] for shift in shifts
        ],
    }


def _name(stand: Stand) -> shapes.RosterName:
    """The name on the roster with 调 after a swap, 替 for a stand-in, 代 for a deputy."""
    planned = stand.person.name if stand.person else ""
    if stand.who is None:
        return {"name": planned, "mark": "", "instead_of": "", "open": True}
    instead_of = planned if stand.standing is not Standing.PLANNED else ""
    is_swapped = stand.entry is not None and stand.entry.is_swapped
    mark = {
        Standing.STAND_IN: _("替"),
        Standing.DEPUTY: _("代"),
    }.get(stand.standing, _("调") if is_swapped else "")
    return {"name": stand.who.name, "mark": mark, "instead_of": instead_of, "open": False}


def columns() -> list[Column]:
    """The heads of the month's workbook: a line for each turn."""
    return [
        Column(_("日期"), 12),
        Column(_("星期"), 8),
        Column(_("日历"), 14),
        Column(_("班次"), 16),
        Column(_("时间"), 14),
        Column(_("地点"), 16),
        Column(_("值班人"), 12),
        Column(_("原定"), 12),
        Column(_("情况"), 12),
    ]


def row(roster: Roster, stand: Stand) -> list[Value]:
    """A line of it."""
    shift = _shift(stand.shift)
    return [
        stand.day,
        str(DAY_NAMES[stand.day.weekday()]),
        roster.note(stand.day),
        shift["title"],
        shift["hours"],
        shift["place"],
        stand.who.name if stand.who else "",
        stand.person.name if stand.person else "",
        label(stand.standing),
    ]
