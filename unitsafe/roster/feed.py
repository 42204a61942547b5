"""A person's turns as a calendar that phones subscribe to (.ics)."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor
from unitsafe.people.models import Person
from unitsafe.roster import queries
from unitsafe.roster.models import CalendarFeed
from unitsafe.roster.rules import Standing
from unitsafe.roster.table import Stand

REFRESH = timedelta(hours=6)
"""How often a calendar should look again. A convention of the product."""


def renew(session: Session, person_id: int, *, by: Actor, now: datetime) -> CalendarFeed:
    """A fresh secret address; the old one, if any, is shut."""
    feed = queries.feed_of(session, person_id)
    if feed is None:
        feed = CalendarFeed(person_id=person_id)
        session.add(feed)
    feed.token, feed.renewed_at = secrets.token_urlsafe(32), now
    audit.record(session, "feed.renew", f"person:{person_id}", by=by, now=now)
    return feed


def calendar(session: Session, person: Person, school: str, today: date) -> bytes:
    """The person's turns from 30 days ago to 180 days ahead as iCalendar (RFC 5545)."""
    import icalendar  # here: 3 MB that a server without such a phone never needs

    found = icalendar.Calendar()
    found.add("prodid", "-//UnitSafe//roster//ZH")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("%(school)s值班 · %(name)s", school=school, name=person.name))
    found.add("x-wr-timezone", str(clock.ZONE))
    found.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    span = (today - queries.FEED_PAST, today + queries.FEED_AHEAD)
    for stand in queries.turns_of(session, person.id, *span):
        found.add_component(_filled(icalendar.Event(), stand, clock.at(today)))
    found.add_missing_timezones()
    return bytes(found.to_ical())


def _filled(event: Any, stand: Stand, stamp: datetime) -> Any:
    """An event as one turn; its uid is the place on the roster, so that a new holder's calendar has it anew."""
    shift = stand.shift
    starts = clock.local(clock.at(stand.day, shift.starts))
    ends = clock.local(clock.at(stand.day, shift.ends))
    event.add("uid", f"{stand.day:%Y%m%d}-{shift.id}-{stand.slot}@unitsafe")
    event.add("dtstamp", stamp)
    event.add("dtstart", starts)
    event.add("dtend", ends if ends > starts else ends + timedelta(days=1))
    event.add("summary", shift.title)
    event.add("location", shift.place)
    if stand.standing is not Standing.PLANNED and stand.person is not None:
        event.add("description", _("替%(name)s", name=stand.person.name))
    return event
