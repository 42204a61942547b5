"""What the hour asks to be told: the day's list, what is due, what is late, the week's summary."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check
from unitsafe.checks.rules import State as CheckState
from unitsafe.grids import actors
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State
from unitsafe.people import queries as people
from unitsafe.reminders import facts, rules, wording
from unitsafe.reminders.drafts import Draft, Recipients, path
from unitsafe.reminders.models import ReminderSetting
from unitsafe.reminders.rules import Kind
from unitsafe.roster import table as roster
from unitsafe.school import queries as schools
from unitsafe.school.models import School

HEAD = "principal"


def drafts(
    session: Session, school: School, setting: ReminderSetting, to: Recipients, now: datetime
) -> Iterator[Draft]:
    today, hours = clock.local(now).date(), setting.hours
    if not rules.is_quiet(now, hours) and clock.local(now).time() >= hours.morning:
        yield from _hazards(session, to, today)
    if to.groups and not rules.is_quiet(now, hours):
        yield from _pressing(session, to, now)
    entry = schools.day(session, today)
    if rules.is_morning(now, hours) and setting.morning_on != today and entry and entry.teaching:
        yield from _morning(session, to, now)
    if rules.is_digest_time(now) and setting.digest_on != today:
        yield from _digest(session, school, to, now)


def _hazards(session: Session, to: Recipients, today: date) -> Iterator[Draft]:
    """What is due tomorrow, and what has just become overdue, to whoever has to fix it."""
    for hazard in session.scalars(
        sa.select(Hazard).where(
            Hazard.state == State.ASSIGNED,
            Hazard.holder_id.in_(list(to.own)),
            Hazard.due_on.between(
                today - timedelta(days=rules.OVERDUE_DAYS), today + timedelta(days=1)
            ),
        )
    ):
        late = (today - hazard.due_on).days if hazard.due_on else 0
        if late == 0:
            continue
        kind = Kind.OVERDUE if late > 0 else Kind.DUE_SOON
        said = (
            wording.hazard_overdue(hazard.number, hazard.description, late)
            if late > 0
            else wording.hazard_due_soon(hazard.number, hazard.description)
        )
        page = path("hazards.detail", number=hazard.number)
        for way in to.person(kind, hazard.holder_id):
            yield Draft(kind, f"{hazard.number}:{hazard.due_on}", said, page, way)


def _pressing(session: Session, to: Recipients, now: datetime) -> Iterator[Draft]:
    """To the school's channels: checks that nobody has begun and that are due within the hour."""
    by_window: dict[tuple[datetime, datetime], list[tuple[str, str]]] = defaultdict(list)
    for check in session.scalars(
        sa.select(Check)
        .where(
            Check.state == CheckState.DUE,
            Check.started_at.is_(None),
            Check.corrects_id.is_(None),
            Check.day >= clock.local(now).date() - checks.LONGEST_PERIOD,
            Check.due_at > now,
            Check.due_at <= now + rules.CHECK_AHEAD,
        )
        .options(joinedload(Check.assignee))
        .order_by(Check.id)
    ):
        if rules.is_pressing(check.opens_at, check.due_at, now):
            who = check.assignee.name if check.assignee else ""
            by_window[check.opens_at, check.due_at].append((f"{check.place}{check.title}", who))
    for (opens_at, due_at), places in by_window.items():
        about = f"{opens_at:%m%d%H%M}-{due_at:%Y%m%d%H%M}"
        said = wording.checks_due(places, due_at)
        for way in to.groups:
            yield Draft(Kind.DUE_SOON, f"checks {about}", said, path("today.index"), way)


def _morning(session: Session, to: Recipients, now: datetime) -> Iterator[Draft]:
    today = clock.local(now).date()
    stands = roster.read(session, today, today).on(today)
    for person_id in to.wanting(Kind.MORNING):
        actor = actors.actor_for(session, person_id, today=today)
        said = actor and wording.my_morning(facts.my_day(session, actor, stands, now), today)
        if said:
            yield Draft(Kind.MORNING, str(today), said, path("today.index"), to.own[person_id])
    if to.groups:
        said = wording.school_morning(facts.school_day(session, stands, now), today)
        for way in to.groups:
            yield Draft(Kind.MORNING, str(today), said, path("today.index"), way)


def _digest(session: Session, school: School, to: Recipients, now: datetime) -> Iterator[Draft]:
    """The week, to the principals' own channels; where none has one, to the school's."""
    today = clock.local(now).date()
    monday = wording.monday_of(today)
    if not any(day.teaching for day in schools.days(session, monday, today)):
        return
    heads = [one.id for one in people.holders(session, HEAD, today)]
    own = [way for one in heads for way in to.person(Kind.DIGEST, one)]
    ways = own if any(one in to.own for one in heads) else to.groups
    if ways:
        said = wording.digest(facts.week(session, school, monday, now), monday, today)
        about = f"{today:%G-W%V}"
        for way in ways:
            yield Draft(Kind.DIGEST, about, said, path("today.index"), way)
