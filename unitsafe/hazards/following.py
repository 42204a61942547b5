"""Open hazards follow their grid: to whoever takes it over, and to the grid their place is in now.

Asking again changes nothing, so it may be asked whenever duties change and once on every day.
"""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.db import db
from unitsafe.core.disk import catch_up
from unitsafe.core.hooks import duties_changed
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid, GridSpace, Handover, Role
from unitsafe.hazards.effects import Step, effects
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import OPEN, Action
from unitsafe.people.models import PersonStatus
from unitsafe.people.queries import valid_on


def follow(session: Session, *, now: datetime) -> int:
    """Bring open hazards where they belong by now, inside a write; how many changed."""
    today = clock.local(now).date()
    return _follow_handovers(session, today, now) + _follow_places(session, today, now)


def on_change(session: Session, _day: date, now: datetime) -> None:
    """For core.hooks: who answers for what may have changed."""
    follow(session, now=now)


def ensure_followed(today: date, *, now: datetime) -> None:
    """Carry out what was arranged for a day that has come; cheap when there is nothing."""
    if db.session.scalar(_due(today).with_only_columns(Handover.id).limit(1)) is not None:
        catch_up(lambda session: duties_changed(session, today, now))


def _due(today: date) -> sa.Select[Handover]:
    return (
        sa.select(Handover)
        .where(Handover.done_at.is_(None), Handover.from_on <= today)
        .order_by(Handover.from_on, Handover.id)
    )


def _follow_handovers(session: Session, today: date, now: datetime) -> int:
    moved = 0
    due = session.scalars(
        _due(today).options(
            joinedload(Handover.grid), joinedload(Handover.giver), joinedload(Handover.taker)
        )
    ).all()
    for one in due:
        one.done_at = now
        if one.taker.status is not PersonStatus.ACTIVE:
            continue
        ids = grids.handed_grids(session, one.grid, one.role, one.from_id, today)
        held = session.scalars(
            sa.select(Hazard)
            .where(
                Hazard.holder_id == one.from_id,
                Hazard.state.in_(OPEN),
                Hazard.grid_id.in_(ids),
            )
            .order_by(Hazard.id)
        ).all()
        words = f"“{one.grid.name}”自{one.from_on.isoformat()}起由{one.taker.name}接任{one.giver.name}。"
        for hazard in held:
            _hand_over(
                session, hazard, to_id=one.to_id, note=words + one.note, by_id=one.by_id, now=now
            )
        moved += len(held)
    session.flush()
    return moved


def _follow_places(session: Session, today: date, now: datetime) -> int:
    found = list(_displaced(session, today))
    if not found:
        return 0
    names = {one.id: one.name for one in session.scalars(sa.select(Grid))}
    for hazard, grid_id in found:
        holder = _holder_there(session, hazard, grid_id, today)
        words = f"部位由“{names[hazard.grid_id]}”划入“{names[grid_id]}”。"
        hazard.grid_id = grid_id
        _hand_over(session, hazard, to_id=holder, note=words, by_id=None, now=now)
    session.flush()
    return len(found)


def _displaced(session: Session, today: date) -> Iterator[tuple[Hazard, int]]:
    """Open hazards with the grid in which they lie now, where it is another one."""
    into = grids.merged_into(session)
    rows = session.execute(
        sa.select(Hazard, GridSpace.grid_id)
        .outerjoin(
            GridSpace,
            sa.and_(GridSpace.space_id == Hazard.space_id, valid_on(GridSpace, today)),
        )
        .where(
            Hazard.state.in_(OPEN),
            sa.or_(
                GridSpace.grid_id != Hazard.grid_id,
                sa.and_(GridSpace.id.is_(None), Hazard.grid_id.in_(into)),
            ),
        )
        .order_by(Hazard.id)
    ).all()
    for hazard, grid_id in rows:
        yield hazard, grid_id or into[hazard.grid_id]


def _holder_there(session: Session, hazard: Hazard, grid_id: int, today: date) -> int | None:
    """Who takes it over with its place; None when whoever has it keeps it.

    It goes from somebody who had it because of the old grid to the member of the new one; when
    there is none, only from somebody who no longer answers for the old one.
    """
    if hazard.holder_id is None:
        return None
    terms = session.scalars(
        sa.select(Assignment).where(
            Assignment.person_id == hazard.holder_id,
            Assignment.grid_id.in_((hazard.grid_id, grid_id)),
        )
    ).all()
    here = [term for term in terms if term.until_on is None or term.until_on >= today]
    if any(term.grid_id == grid_id for term in here) or not terms:
        return None
    member = grids.current(session, grid_id, Role.MEMBER, today)
    if member is not None:
        return member.person_id
    if here:
        return None
    above = grids.duty_holder(session, None, today, grid_id=grid_id)
    return above.id if above else None


def _hand_over(
    session: Session,
    hazard: Hazard,
    *,
    to_id: int | None,
    note: str,
    by_id: int | None,
    now: datetime,
) -> None:
    step = Step(Action.HAND_OVER, now, by_id, to_id, note=note)
    session.add(hazard.take(step, effects(step, {})))
    act, subject = f"hazard.{Action.HAND_OVER}", f"hazard:{hazard.number}"
    audit.record(session, act, subject, by=None, now=now, data={"note": note, "to": to_id})
