"""Reading tips: the ledger, one tip, one tip by the number its sender keeps."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import clock
from unitsafe.core.db import like
from unitsafe.core.domain import Actor
from unitsafe.core.paging import AT_ONCE
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState
from unitsafe.places.models import Building, Space
from unitsafe.tips import rules
from unitsafe.tips.models import Tip, TipEvent, TipPhoto
from unitsafe.tips.rules import PUBLIC, READ, UNANSWERED, State

NEWEST_FIRST = (Tip.received_at, Tip.id)
MOST_URGENT_FIRST = (Tip.due_on, Tip.id)
"""For the unanswered, ascending: what is late comes first."""


def is_settled(hazard: Hazard) -> bool:
    """Whether a hazard's end can be told to whoever reported it."""
    return hazard.state in (HazardState.CLOSED, HazardState.REJECTED)


def _settled() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Hazard.id == Tip.hazard_id, Hazard.state.in_((HazardState.CLOSED, HazardState.REJECTED))
    )


def group_conditions(today: date) -> Mapping[str, sa.ColumnElement[bool]]:
    """The groups of the ledger, by their word in the address."""
    return {
        "open": Tip.state.in_(UNANSWERED),
        "received": Tip.state == State.RECEIVED,
        "working": Tip.state.in_((State.ACCEPTED, State.HAZARD)),
        "ready": sa.and_(Tip.state == State.HAZARD, _settled()),
        "late": sa.and_(Tip.state.in_(UNANSWERED), Tip.due_on < today),
        "answered": Tip.state == State.ANSWERED,
        "all": sa.true(),
    }


GROUPS = ("open", "received", "working", "ready", "late", "answered", "all")


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to: one of GROUPS, days of receipt, words."""

    group: str = "open"
    first: date | None = None
    last: date | None = None
    words: str = ""

    @property
    def is_urgent_first(self) -> bool:
        """Whether the list is one of work to do."""
        return self.group not in ("answered", "all")


def ledger(filters: Filters, today: date) -> sa.Select[Any]:
    """Tips with place, handler and hazard; page by MOST_URGENT_FIRST or NEWEST_FIRST."""
    return (
        sa.select(Tip)
        .where(*_conditions(filters, today))
        .options(
            joinedload(Tip.space).joinedload(Space.building),
            joinedload(Tip.handler),
            joinedload(Tip.hazard),
        )
    )


def _conditions(filters: Filters, today: date) -> list[sa.ColumnElement[bool]]:
    found = [group_conditions(today)[filters.group]]
    if filters.first:
        found.append(Tip.received_at >= clock.at(filters.first))
    if filters.last:
        found.append(Tip.received_at < clock.at(filters.last + timedelta(days=1)))
    if filters.words:
        pattern = like(filters.words)
        found.append(
            sa.or_(
                Tip.text.like(pattern, escape="\\"),
                Tip.place.like(pattern, escape="\\"),
                Tip.number.like(pattern, escape="\\"),
            )
        )
    return found


def counts(session: Session, filters: Filters, today: date) -> dict[str, int]:
    """How many tips of each group the filters leave (the group itself left out)."""
    groups = group_conditions(today)
    row = session.execute(
        sa.select(*(sa.func.count(sa.case((groups[name], 1))) for name in GROUPS)).where(
            *_conditions(replace(filters, group="all"), today)
        )
    ).one()
    return dict(zip(GROUPS, row, strict=True))


def rows(session: Session, filters: Filters, today: date) -> Iterator[Tip]:
    """The whole ledger as it is narrowed, oldest first; some at a time."""
    select = ledger(filters, today).order_by(Tip.received_at, Tip.id)
    yield from session.scalars(select.execution_options(yield_per=AT_ONCE))


def tip(session: Session, tip_id: int) -> Tip | None:
    """One tip with everything its page shows."""
    return session.scalars(
        sa.select(Tip)
        .where(Tip.id == tip_id)
        .options(
            joinedload(Tip.space).joinedload(Space.building),
            joinedload(Tip.handler),
            joinedload(Tip.hazard),
            selectinload(Tip.photos),
            selectinload(Tip.events).joinedload(TipEvent.by),
        )
    ).first()


def tip_of_sender(session: Session, typed: str) -> Tip | None:
    """The tip of a number with its secret word, as far as its sender may see it."""
    parts = rules.typed_number(typed)
    if parts is None:
        return None
    found = session.scalars(
        sa.select(Tip)
        .where(Tip.number == parts[0])
        .options(joinedload(Tip.hazard), selectinload(Tip.photos), selectinload(Tip.events))
    ).first()
    if found is None or not hmac.compare_digest(found.word, parts[1]):
        return None
    return found


def received_since(session: Session, moment: datetime) -> int:
    """How many tips came by the public form since ``moment``."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Tip)
        .where(Tip.received_at > moment, Tip.channel.in_(PUBLIC))
    ).one()


def photo_bytes_since(session: Session, moment: datetime) -> int:
    """What the photos of the tips since ``moment`` take on the disk."""
    total = sa.func.coalesce(sa.func.sum(Tip.photo_bytes), 0)
    return session.scalars(sa.select(total).where(Tip.received_at > moment)).one()


def space_named(session: Session, text: str) -> Space | None:
    """The space in use that is called "楼栋 部位" like ``text``, if exactly one is."""
    alike = session.scalars(
        sa.select(Space)
        .join(Building, Building.id == Space.building_id)
        .where(Space.is_active, Building.name + " " + Space.name == text)
        .limit(2)
    ).all()
    return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True)
class Waiting:
    """What waits for those who deal with tips: to accept; to answer, of these late."""

    received: int
    to_answer: int
    late: int


def waiting(session: Session, today: date) -> Waiting:
    """In one statement. To answer: accepted, or its hazard is at its end, or the day has passed."""
    late = Tip.due_on < today
    to_answer = sa.and_(
        Tip.state != State.RECEIVED, sa.or_(Tip.state == State.ACCEPTED, late, _settled())
    )
    cases = (Tip.state == State.RECEIVED, to_answer, late)
    row: Sequence[int] = session.execute(
        sa.select(*(sa.func.count(sa.case((case, 1))) for case in cases)).where(
            Tip.state.in_(UNANSWERED)
        )
    ).one()
    return Waiting(row[0], row[1], row[2])


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos that came with tips, for those who read them."""
    may_read = bool(set(READ) & actor.rights)
    return sa.select(TipPhoto.photo_id).where(sa.true() if may_read else sa.false())
