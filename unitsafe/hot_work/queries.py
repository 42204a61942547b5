"""Reading permits: the ledger, one permit, what waits for whom."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import clock
from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.hot_work.models import HotWorkEvent, HotWorkPermit, HotWorkPhoto
from unitsafe.hot_work.rules import State
from unitsafe.places.models import Space

LEDGER_ORDER = (HotWorkPermit.starts_at, HotWorkPermit.id)


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    state: State | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """All for whoever sees the school or approves, otherwise what one applied for or watches."""
    if {Right.VIEW_ALL, Right.APPROVE_HOTWORK} & actor.rights:
        return sa.true()
    return sa.or_(HotWorkPermit.applicant_id == actor.id, HotWorkPermit.watcher_id == actor.id)


def ledger(actor: Actor, filters: Filters) -> sa.Select[Any]:
    """Permits with place and people; page by LEDGER_ORDER."""
    return (
        sa.select(HotWorkPermit)
        .where(visible_to(actor), *_conditions(filters))
        .options(
            joinedload(HotWorkPermit.space).joinedload(Space.building),
            joinedload(HotWorkPermit.applicant),
            joinedload(HotWorkPermit.watcher),
        )
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.state:
        found.append(HotWorkPermit.state == filters.state)
    if filters.first:
        found.append(HotWorkPermit.starts_at >= clock.at(filters.first))
    if filters.last:
        found.append(HotWorkPermit.starts_at < clock.end_of(filters.last))
    if filters.words:
        pattern = like(filters.words)
        columns = (
            HotWorkPermit.number,
            HotWorkPermit.work,
            HotWorkPermit.unit,
            HotWorkPermit.worker,
            HotWorkPermit.place,
        )
        found.append(sa.or_(*(column.like(pattern, escape="\\") for column in columns)))
    return found


def counts_by_state(session: Session, actor: Actor, filters: Filters) -> Counter[State]:
    """How many permits of each state the filters leave (the state filter itself left out)."""
    rows = session.execute(
        sa.select(HotWorkPermit.state, sa.func.count())
        .where(visible_to(actor), *_conditions(replace(filters, state=None)))
        .group_by(HotWorkPermit.state)
    )
    return Counter({row[0]: row[1] for row in rows})


def lines(session: Session, actor: Actor, filters: Filters) -> Iterator[HotWorkPermit]:
    """The whole ledger with its events, by moment, upwards; some at a time."""
    select = ledger(actor, filters).options(
        selectinload(HotWorkPermit.events).joinedload(HotWorkEvent.by)
    )
    select = select.order_by(*LEDGER_ORDER).execution_options(yield_per=AT_ONCE)
    yield from session.scalars(select)


def permit(session: Session, actor: Actor, permit_id: int) -> HotWorkPermit | None:
    """One permit with place, people, events and photos, if ``actor`` may see it."""
    return session.scalars(
        sa.select(HotWorkPermit)
        .where(HotWorkPermit.id == permit_id, visible_to(actor))
        .options(
            joinedload(HotWorkPermit.space).joinedload(Space.building),
            joinedload(HotWorkPermit.applicant),
            joinedload(HotWorkPermit.watcher),
            selectinload(HotWorkPermit.events).joinedload(HotWorkEvent.by),
            selectinload(HotWorkPermit.photos),
        )
    ).first()


def waiting(session: Session, actor: Actor, today: date) -> Sequence[HotWorkPermit]:
    """Permits in which the next step is the actor's: to approve in time, to start today, to finish, to
    look at afterwards; the earliest first."""
    mine = sa.and_(
        HotWorkPermit.watcher_id == actor.id,
        sa.or_(
            HotWorkPermit.state.in_((State.WORKING, State.FINISHED)),
            sa.and_(
                HotWorkPermit.state == State.APPROVED,
                HotWorkPermit.ends_at >= clock.at(today),
                HotWorkPermit.starts_at < clock.end_of(today),
            ),
        ),
    )
    found = [mine]
    if Right.APPROVE_HOTWORK in actor.rights:
        found.append(
            sa.and_(
                HotWorkPermit.state == State.APPLIED,
                HotWorkPermit.applicant_id != actor.id,
                HotWorkPermit.ends_at >= clock.at(today),
            )
        )
        found.append(HotWorkPermit.state == State.FINISHED)
    return session.scalars(
        sa.select(HotWorkPermit)
        .where(sa.or_(*found))
        .options(joinedload(HotWorkPermit.space).joinedload(Space.building))
        .order_by(*LEDGER_ORDER)
        .limit(20)
    ).all()


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos of permits that ``actor`` may see."""
    return (
        sa.select(HotWorkPhoto.photo_id)
        .join(HotWorkPermit, HotWorkPermit.id == HotWorkPhoto.permit_id)
        .where(visible_to(actor))
    )
