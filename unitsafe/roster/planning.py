"""The checks that turns on duty bring: a plan per shift, due from whoever really stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.models import Check, Plan
from unitsafe.checks.planning import Target, target_sources
from unitsafe.checks.rules import ON_DUTY, State
from unitsafe.roster import table
from unitsafe.roster.models import RosterEntry, Shift
from unitsafe.roster.rules import ShiftDays

GRACE_MINUTES = 120
"""How long after a shift its record still counts as on time: whoever stands has no hand free.
A convention of the product."""
DAYS = {
    ShiftDays.TEACHING: "teaching",
    ShiftDays.BOARDING: "boarding_night",
    ShiftDays.EVERY: "any",
}


def keep_plan(session: Session, shift: Shift) -> None:
    """The plan of a shift with a checklist, as the shift is now; without one it is switched off."""
    key = f"shift-{shift.id}"
    plan = session.scalars(sa.select(Plan).where(Plan.key == key)).first()
    if plan is None:
        if shift.checklist_key is None:
            return
        plan = Plan(key=key, target=ON_DUTY, unit="day")
        session.add(plan)
    plan.checklist_key = shift.checklist_key or plan.checklist_key
    plan.title, plan.days, plan.grace_minutes = shift.title, DAYS[shift.days], GRACE_MINUTES
    plan.windows = [
        {
            "opens": shift.starts.isoformat("minutes"),
            "due": shift.ends.isoformat("minutes"),
            "label": shift.title,
        }
    ]
    plan.is_active = shift.is_active and shift.checklist_key is not None
    session.flush()
    shift.plan_id = plan.id


def target_key(shift: Shift, slot: int) -> str:
    """The name of a place of a shift among the checks."""
    return f"s{shift.id}-{slot}"


def targets(session: Session, day: date) -> Mapping[int, Sequence[Target]]:
    """Per plan of a shift, the turns of ``day`` that somebody stands."""
    found: dict[int, list[Target]] = defaultdict(list)
    for stand in table.read(session, day, day).on(day):
        shift = stand.shift
        if shift.plan_id is not None and stand.who is not None:
            found[shift.plan_id].append(
                Target(
                    target_key(shift, stand.slot),
                    shift.place,
                    None,
                    shift.building_id,
                    stand.who.id,
                )
            )
    return found


def pass_on(session: Session, entry: RosterEntry) -> None:
    """The check of a turn that somebody else stands now, as long as nobody has begun it; also a
    late one, which the planner leaves alone."""
    stand = next(
        (
            one
            for one in table.read(session, entry.day, entry.day).on(entry.day)
            if one.entry is not None and one.entry.id == entry.id
        ),
        None,
    )
    if stand is None or stand.who is None or stand.shift.plan_id is None:
        return
    session.execute(
        sa.update(Check)
        .where(
            Check.plan_id == stand.shift.plan_id,
            Check.day == entry.day,
            Check.target_key == target_key(stand.shift, stand.slot),
            Check.state == State.DUE,
            Check.started_at.is_(None),
        )
        .values(assignee_id=stand.who.id)
    )


target_sources[ON_DUTY] = targets
