"""The other ledgers of the sample school's earlier years: duty, registers, activities, letters, tips."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from unitsafe.activities import rules as activities
from unitsafe.activities.models import (
    Activity,
    ActivityEvent,
    ActivitySerial,
    Attendance,
    ClassPart,
    Decision,
    DrillClass,
    FloorCleared,
    HeadCount,
    SpotAnswer,
)
from unitsafe.equipment import rules as equipment
from unitsafe.equipment.models import Equipment, EquipmentInspection
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.maintenance.models import Maintenance, MaintenanceEvent, Reading
from unitsafe.maintenance.rules import Kind as MaintenanceKind
from unitsafe.roster.models import RosterEntry, RosterEvent
from unitsafe.sample.copying import Copier, Row, Tree
from unitsafe.sample.past_hazards import Numbers
from unitsafe.tips import rules as tips
from unitsafe.tips.models import Tip, TipEvent, TipSerial
from unitsafe.tips.rules import State as TipState

ACTIVITY = (
    Tree(ActivityEvent, "activity_id"),
    Tree(Attendance, "activity_id"),
    Tree(ClassPart, "activity_id"),
    Tree(
        Decision, "activity_id", fit=lambda row: {**row, "done_on": row["done_on"] or row["due_on"]}
    ),
    Tree(DrillClass, "activity_id", (Tree(HeadCount, "drill_class_id"),)),
    Tree(FloorCleared, "activity_id"),
    Tree(SpotAnswer, "activity_id"),
)
MAINTENANCE = (Tree(MaintenanceEvent, "maintenance_id"), Tree(Reading, "maintenance_id"))
SECOND_HALF = timedelta(weeks=9)
"""What the term's first weeks brought comes once more in its second half."""
YEAR_OF_TEXT = re.compile(r"20\d\d(?=—|学年|年)")


def roster(copier: Copier, days: Mapping[date, Sequence[date]]) -> None:
    """Duty tables; ``days``: the day of the term → the past days that repeat it."""
    below = copier.below([Tree(RosterEvent, "entry_id")])
    for entry in copier.rows(RosterEntry):
        for day in days.get(entry["day"], ()):
            copier.add_tree(RosterEntry, entry, below, day - entry["day"])
    copier.write(RosterEntry, RosterEvent)


def inspections(copier: Copier, months: Mapping[date, Sequence[date]]) -> None:
    """What was found in order; ``months``: a month of the term → the past months that repeat it."""
    begun = {row["id"]: row["in_use_on"] or row["made_on"] for row in copier.rows(Equipment)}
    fine = EquipmentInspection.result == equipment.Result.OK
    for row in copier.rows(EquipmentInspection, fine):
        for month in months.get(row["on"].replace(day=1), ()):
            by = month - row["on"].replace(day=1)
            since = begun[row["equipment_id"]]
            if since is None or row["on"] + by >= since:
                copier.add(EquipmentInspection, row, by, hazard_id=None)
    copier.write(EquipmentInspection)


def maintenance(
    copier: Copier, months: Mapping[date, Sequence[date]], years: Sequence[int]
) -> None:
    """Each month's maintenance, each year's tests; ``years``: days back, one for each year."""
    below = copier.below(MAINTENANCE)
    for row in copier.rows(Maintenance, Maintenance.signed_at.is_not(None)):
        if row["kind"] == MaintenanceKind.MAINTENANCE:
            first = row["done_on"].replace(day=1)
            steps = [month - first for month in months.get(first, ())]
        else:
            steps = [timedelta(days=-back) for back in years]
        for by in steps:
            copier.add_tree(Maintenance, row, below, by)
    copier.write(Maintenance, MaintenanceEvent, Reading)


def held(
    copier: Copier,
    first: date,
    terms: Sequence[tuple[date, date]],
    is_taught: Callable[[date], bool],
) -> None:
    """Drills, trainings, meetings: those of the term's first weeks, twice a term, on taught days."""
    over = (activities.State.EVALUATED, activities.State.ARCHIVED)
    models = [
        row
        for row in copier.rows(Activity, Activity.state.in_(activities.HELD))
        if row["state"] in over or row["kind"] is not activities.Kind.DRILL
    ]
    below, kept = copier.below(ACTIVITY), []
    for starts_on, ends_on in terms:
        for half in (timedelta(), SECOND_HALF):
            for row in models:
                by = _whole_weeks(starts_on - first) + half
                while row["held_on"] + by < ends_on and not is_taught(row["held_on"] + by):
                    by += timedelta(days=1)
                if row["held_on"] + by < ends_on:
                    kept.append((row["held_on"] + by, row, by))
    numbers = Numbers(copier, ActivitySerial)
    for day, row, by in sorted(kept, key=lambda one: (one[0], one[1]["id"])):
        number = activities.number(*numbers.next(day.year))
        copier.add_tree(Activity, row, below, by, number=number)
    copier.write(Activity, *(tree.model for tree in ACTIVITY), HeadCount)
    numbers.write()


def told(copier: Copier, months: Sequence[date], rng: Random) -> None:
    """A tip a month, answered."""
    below, numbers = copier.below([Tree(TipEvent, "tip_id")]), Numbers(copier, TipSerial)
    models = copier.rows(Tip, Tip.state == TipState.ANSWERED, Tip.hazard_id.is_(None))
    for month in months if models else ():
        row = rng.choice(models)
        by = month + timedelta(days=rng.randrange(28)) - row["due_on"]
        number, word = tips.number(*numbers.next(month.year)), tips.new_word(rng.choice)
        copier.add_tree(Tip, row, below, by, number=number, word=word)
    copier.write(Tip, TipEvent)
    numbers.write()


def letters(copier: Copier, first: date, years: Sequence[int]) -> None:
    """The signed letters of each school year; ``years``: in which they begin."""
    signed = copier.rows(ResponsibilityLetter, ResponsibilityLetter.how.is_not(None))
    for year in years:
        by, back = date(year, 9, 1) - first, first.year - year
        for row in signed:
            copier.add(
                ResponsibilityLetter,
                row,
                by,
                school_year=f"{year}-{year + 1}",
                ended_on=(row["ended_on"] or date(first.year + 1, 8, 31)) + by,
                content=_years_ago(row, back),
            )
    copier.write(ResponsibilityLetter)


def _years_ago(letter: Row, back: int) -> object:
    """The text with its own year's numbers."""
    text = json.dumps(letter["content"], ensure_ascii=False)
    return json.loads(YEAR_OF_TEXT.sub(lambda found: str(int(found[0]) - back), text))


def _whole_weeks(span: timedelta) -> timedelta:
    return timedelta(weeks=round(span.days / 7))
