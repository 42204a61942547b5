"""Reading what the day's lists and the week's summary say."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check, Plan
from unitsafe.checks.rules import DAILY, DONE, UNFINISHED
from unitsafe.core.domain import Actor
from unitsafe.core.labels import label
from unitsafe.coverage import gaps, labels, snapshot
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import OPEN, State
from unitsafe.people.models import Person
from unitsafe.reminders import wording
from unitsafe.roster.table import Stand
from unitsafe.school.models import School

__all__ = ["labels", "my_day", "school_day", "week"]
MOST_GAPS = 3


def my_day(
    session: Session, actor: Actor, stands: Sequence[Stand], now: datetime
) -> wording.MyMorning:
    today = clock.local(now).date()
    mine = checks.mine(session, actor, now, clock.end_of(today))
    return wording.MyMorning(
        checks=[
            (one.title, one.place, one.due_at) for one in mine if one.due_at < clock.end_of(today)
        ],
        turns=[
            (stand.shift.title, f"{stand.shift.starts:%H:%M}–{stand.shift.ends:%H:%M}")
            for stand in sorted(stands, key=lambda one: one.shift.starts)
            if stand.who is not None and stand.who.id == actor.id
        ],
        hazards=[
            (one.number, one.description, one.due_on) for one in hazards.to_fix(session, actor)
        ],
        to_decide=len(hazards.waiting_for(session, actor)),
        to_sign=len(checks.to_countersign(session, actor)),
    )


def school_day(session: Session, stands: Sequence[Stand], now: datetime) -> wording.SchoolMorning:
    today = clock.local(now).date()
    due = [one for one in checks.of_day(session, today) if one.state in UNFINISHED]
    turns: dict[str, list[str]] = {}
    for stand in sorted(stands, key=lambda one: (one.shift.starts, one.shift.id)):
        if stand.who is not None:
            turns.setdefault(stand.shift.title, []).append(stand.who.name)
    late: Counter[str] = Counter()
    soon: Counter[str] = Counter()
    rows = session.execute(
        sa.select(Person.name, Hazard.due_on)
        .join(Person, Person.id == Hazard.holder_id)
        .where(Hazard.state == State.ASSIGNED, Hazard.due_on <= today + timedelta(days=1))
    )
    for name, due_on in rows:
        (late if due_on and due_on < today else soon)[name] += 1
    return wording.SchoolMorning(
        checks=Counter(one.assignee.name for one in due if one.assignee),
        unassigned=sum(one.assignee is None for one in due),
        turns=list(turns.items()),
        open_hazards=sum(hazards.open_by_grid(session).values()),
        overdue=late,
        due_soon=soon,
    )


def week(session: Session, school: School, monday: date, now: datetime) -> wording.Week:
    today, begins = clock.local(now).date(), clock.at(monday)
    is_missed = sa.and_(Check.state.in_(UNFINISHED), Check.missed_at <= now)
    row = session.execute(
        sa.select(
            sa.func.count(sa.case((Check.state.in_(DONE), 1))),
            sa.func.count(sa.case((is_missed, 1))),
        )
        .join(Plan, Plan.id == Check.plan_id)
        .where(Check.day.between(monday, today), checks.is_listed(), Plan.unit.in_(DAILY))
    ).one()
    done, missed = int(row[0]), int(row[1])

    def count(*where: sa.ColumnElement[bool]) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(Hazard).where(*where)) or 0

    found = gaps.counts(session, snapshot.read(session, school, today=today, now=now))
    return wording.Week(
        expected=done + missed,
        done=done,
        missed=missed,
        found=count(Hazard.found_at >= begins, Hazard.found_at <= now),
        closed=count(Hazard.closed_at >= begins, Hazard.closed_at <= now),
        overdue=count(
            Hazard.state.in_(OPEN), Hazard.state != State.RECTIFIED, Hazard.due_on < today
        ),
        gaps=[(label(kind), number) for kind, number in found.most_common(MOST_GAPS) if number],
    )
