"""What happened to hazards that somebody is to be told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock, content
from unitsafe.core.domain import Right
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import Action, Level
from unitsafe.people import queries as people
from unitsafe.places.models import Space
from unitsafe.reminders import wording
from unitsafe.reminders.drafts import Draft, Recipients, path
from unitsafe.reminders.rules import Kind

MOST_EVENTS = 500
"""Looked at in one round; the rest in the next."""


def since(session: Session, seen: int | None, last: int) -> Sequence[HazardEvent]:
    """What happened to hazards since the last time; nothing the first time, when there is only the
    past."""
    if seen is None or seen >= last:
        return ()
    return session.scalars(
        sa.select(HazardEvent)
        .where(HazardEvent.id > seen)
        .options(
            joinedload(HazardEvent.to),
            joinedload(HazardEvent.hazard).joinedload(Hazard.space).joinedload(Space.building),
            joinedload(HazardEvent.hazard).joinedload(Hazard.grid),
        )
        .order_by(HazardEvent.id)
        .limit(MOST_EVENTS)
    ).all()


def drafts(session: Session, events: Sequence[HazardEvent], to: Recipients) -> Iterator[Draft]:
    for event in events:
        hazard = event.hazard
        page = path("hazards.detail", number=hazard.number)
        if event.action is Action.CLOSE and hazard.reporter_id != event.by_id:
            said = wording.closed(hazard.number, hazard.description)
            for way in to.person(Kind.CLOSED, hazard.reporter_id):
                yield Draft(Kind.CLOSED, f"{hazard.number}:{event.id}", said, page, way)
        elif event.action is Action.REMIND and event.to_id is not None:
            yield from _reminded(event, page, to)
        elif _is_urgent(event):
            yield from _urgent(session, event, page, to)


def _is_urgent(event: HazardEvent) -> bool:
    """A grave hazard was reported, or something was put out of use; both at once are told once."""
    hazard = event.hazard
    if event.action is Action.STOP_USE:
        return event.at != hazard.found_at
    is_grave = hazard.stop_use or hazard.level in (Level.SUSPECTED_MAJOR, Level.MAJOR)
    return event.action is Action.REPORT and is_grave


def _reminded(event: HazardEvent, page: str, to: Recipients) -> Iterator[Draft]:
    """To the person's own channel; without one, by name to the school's."""
    hazard, own = event.hazard, to.own.get(event.to_id or 0)
    name = event.to.name if event.to and own is None else ""
    said = wording.reminder(hazard.number, hazard.description, event.note, name)
    ways = to.groups if own is None else to.person(Kind.REMIND, event.to_id)
    for way in ways:
        yield Draft(Kind.REMIND, f"{hazard.number}:{event.id}", said, page, way)


def _urgent(session: Session, event: HazardEvent, page: str, to: Recipients) -> Iterator[Draft]:
    """To the school's channels and to whoever confirms major hazards."""
    hazard = event.hazard
    place = hazard.grid.name
    if hazard.space is not None:
        place = f"{hazard.space.building.name} {hazard.space.name}"
    is_stopped = event.action is Action.STOP_USE or hazard.stop_use
    said = wording.urgent(hazard.number, hazard.description, place, is_stopped=is_stopped)
    own = [to.own[one] for one in _confirmers(session, event.at) if one in to.own]
    for way in (*to.groups, *own):
        yield Draft(Kind.URGENT, f"{hazard.number}:{event.id}", said, page, way)


def _confirmers(session: Session, at: datetime) -> list[int]:
    """Ids of the people who may confirm a major hazard."""
    posts = content.load().posts
    held = people.holders_by_post(session, clock.local(at).date())
    found = [
        ids
        for key, ids in held.items()
        if key in posts and Right.CONFIRM_MAJOR in posts[key].rights
    ]
    return list(dict.fromkeys(one for ids in found for one in ids))
