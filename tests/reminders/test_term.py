"""A term of twenty-one weeks by the clock: every message that is due, and none twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from tests.factories import TERM
from tests.reminders.sinks import Taken
from unitsafe import clock
from unitsafe.checks.models import Plan
from unitsafe.core.db import db
from unitsafe.reminders import services
from unitsafe.reminders.models import Notice
from unitsafe.reminders.rules import Kind
from unitsafe.school.models import SchoolDay

WEEK = timedelta(days=7)
MONDAY, FRIDAY = 0, 4


def moments() -> Iterator[datetime]:
    """From a week before term to a week after it: each day 07:00, on Mondays twice; on Fridays twice
    16:00."""
    day = TERM[0] - WEEK
    while day <= TERM[1] + WEEK:
        yield from [clock.at(day, time(7))] * (1 + (day.weekday() == MONDAY))
        yield from [clock.at(day, time(16))] * (2 * (day.weekday() == FRIDAY))
        day += timedelta(days=1)


def test_a_term_brings_each_message_once(app, make, session, now):
    now.set(f"{TERM[0]}T06:00")
    teacher = make.someone("teacher")
    group, own = make.channel(), make.channel(teacher)
    head, taken = make.channel(make.someone("principal")), Taken()
    session.execute(sa.update(Plan).where(Plan.key != "grid_walk").values(is_active=False))
    session.commit()
    for moment in moments():
        now.moment = moment
        with app.app_context():
            services.tick(db.session(), now=moment, deliver=taken)
            db.session.remove()
    session.rollback()
    notices = session.scalars(sa.select(Notice)).all()
    sent = Counter((one.channel_id, one.kind) for one in notices if one.sent_at)
    taught = set(session.scalars(sa.select(SchoolDay.day).where(SchoolDay.teaching)))
    weeks = {day.isocalendar()[:2] for day in taught if day.weekday() <= FRIDAY}
    assert sent[group.id, Kind.MORNING] == sent[own.id, Kind.MORNING] == len(taught) > 90
    assert sent[head.id, Kind.DIGEST] == len(weeks) == 21
    assert sent[group.id, Kind.DIGEST] == sent[own.id, Kind.DIGEST] == 0
    assert len({parcel.id for parcel in taken.parcels}) == len(taken.parcels) == len(notices)
    mornings = [clock.local(one.created_at).date() for one in notices if one.kind is Kind.MORNING]
    assert set(mornings) == taught and date(2026, 10, 1) not in taught
