"""What the team is asked to look at again before it believes the figures.

Source: content/four_capabilities.yaml ``scoring.warnings``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.assessments.labels import percent
from unitsafe.assessments.quarters import Quarter
from unitsafe.assessments.sheet import Sheet
from unitsafe.checks.models import Answer, Check
from unitsafe.checks.rules import EntrySource
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import State as EquipmentState
from unitsafe.hazards.models import Hazard
from unitsafe.people import queries as people
from unitsafe.places.models import Space

MOST_BACKFILL = Fraction(1, 10)
"""Share of records entered later from which the first page says so."""
SAME_MINUTE_DAYS = 4
"""Days running on which a person hands in at the same minute; product convention."""
SECONDS_AN_ITEM = 1
"""Nobody reads an item and answers it in less; product convention."""
NAMED = 5
"""People named in one warning; how many more is told."""
OBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "has_fixed_systems": (("sprinkler", "fire_alarm", "smoke_control", "gas_system"), ()),
    "has_fire_control_room": (("control_room",), ("fire_control_room",)),
    "has_boarding": ((), ("dorm_building", "dorm_room")),
}
"""Fact of a school → kinds of equipment and of spaces that show that it has it."""


def with_warnings(session: Session, sheet: Sheet) -> Sheet:
    """The table with what is odd about it, in at most six statements."""
    found = (
        *_without_hazards(session, sheet),
        *_by_habit(session, sheet.quarter, sheet.on),
        *_backfilled(sheet),
        *_denied(session, sheet),
    )
    return replace(sheet, warnings=tuple(str(one) for one in found))


def _without_hazards(session: Session, sheet: Sheet) -> Iterator[str]:
    first, last = clock.at(sheet.quarter.first), clock.end_of(sheet.on)
    any_found = session.scalar(
        sa.select(sa.exists().where(Hazard.found_at >= first, Hazard.found_at < last))
    )
    if not any_found:
        yield _("本季度没有登记过隐患，请核实有没有漏登；没有隐患不加分。")


def _backfilled(sheet: Sheet) -> Iterator[str]:
    share = backfill_share(sheet)
    if share is not None and share > MOST_BACKFILL:
        yield _("补录率%(share)s，超过10%%，自评表首页会注明。", share=percent(share))


def backfill_share(sheet: Sheet) -> Fraction | None:
    """The share of records that were entered later; None where it is not scored."""
    parts = (part for item in sheet.items() for part in item.parts)
    return next((one.count.value for one in parts if one.metric == "backfilled_record_rate"), None)


def _denied(session: Session, sheet: Sheet) -> Iterator[str]:
    """Items called not applicable though the registers hold what they are about."""
    flags = {item.applies_when for item in sheet.items() if item.applies_when and not item.applies}
    for flag in sorted(flags & set(OBJECTS)):
        kinds, spaces = OBJECTS[flag]
        is_there = session.scalar(
            sa.select(
                sa.or_(
                    sa.exists().where(
                        Equipment.kind.in_(kinds), Equipment.state != EquipmentState.SCRAPPED
                    ),
                    sa.exists().where(Space.kind.in_(spaces), Space.is_active.is_(True)),
                )
            )
        )
        if is_there:
            numbers = [item.number for item in sheet.items() if item.applies_when == flag]
            yield _(
                "第%(items)s项现在不适用（学校设置里没有勾“%(flag)s”），但台账里有这类设施，请核对。",
                items="、".join(numbers),
                flag=content.load().standard.scoring.applies_flags[flag],
            )


class Handed(NamedTuple):
    """A check that was handed in."""

    check_id: int
    person_id: int
    day: date
    started_at: datetime | None
    submitted_at: datetime


def _by_habit(session: Session, quarter: Quarter, on: date) -> Iterator[str]:
    """Whose checks look as if nobody had walked: a list for the spot check, not a verdict."""
    rows: Sequence[Handed] = [
        Handed(*row)  # type: ignore[arg-type]  # neither is NULL
        for row in session.execute(
            sa.select(
                Check.id, Check.submitted_by_id, Check.day, Check.started_at, Check.submitted_at
            ).where(
                Check.day.between(quarter.first, on),
                Check.submitted_by_id.is_not(None),
                Check.submitted_at.is_not(None),
                Check.source == EntrySource.SCREEN,
                Check.corrects_id.is_(None),
            )
        )
    ]
    quick = _in_no_time(session, rows)
    alike: dict[int, int] = {}
    by_person: dict[int, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        by_person[row.person_id][row.day].add(f"{clock.local(row.submitted_at):%H:%M}")
    for person_id, days in by_person.items():
        if (run := longest_run([days[day] for day in sorted(days)])) >= SAME_MINUTE_DAYS:
            alike[person_id] = run
    names = people.names(session, {*quick, *alike})
    if alike:
        told = [f"{names[one]}（{run}天）" for one, run in alike.items()]
        yield _("连续多日在同一分钟提交，建议抽查：%(who)s。", who=_list(told))
    if quick:
        told = [f"{names[one]}（{n}次）" for one, n in quick.items()]
        yield _("整张检查表几秒填完，建议抽查：%(who)s。", who=_list(told))


def longest_run(days: Iterable[set[str]]) -> int:
    """On how many of the ``days`` in a row something was handed in at the same minute."""
    best = 0
    running: dict[str, int] = {}
    for minutes in days:
        running = {minute: running.get(minute, 0) + 1 for minute in minutes}
        best = max(best, *running.values()) if running else best
    return best


def _in_no_time(session: Session, rows: Iterable[Handed]) -> dict[int, int]:
    """By person how many checks were answered faster than anybody reads."""
    short = {
        row.check_id: (row.person_id, (row.submitted_at - row.started_at).total_seconds())
        for row in rows
        if row.started_at and row.submitted_at - row.started_at < timedelta(minutes=1)
    }
    if not short:
        return {}
    answers = session.execute(
        sa.select(Answer.check_id, sa.func.count(Answer.item_key.distinct()))
        .where(Answer.check_id.in_(short))
        .group_by(Answer.check_id)
    )
    found: dict[int, int] = defaultdict(int)
    for check_id, items in answers:
        person_id, seconds = short[check_id]
        found[person_id] += seconds < items * SECONDS_AN_ITEM
    return {person_id: n for person_id, n in found.items() if n}


def _list(told: list[str]) -> str:
    more = _("等%(n)s人", n=len(told)) if len(told) > NAMED else ""
    return "、".join(told[:NAMED]) + more
