"""The ledger line by line, as workbook and paper hold it: columns of 隐患排查整改台账."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.domain import Actor
from unitsafe.core.paging import AT_ONCE
from unitsafe.hazards import queries
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.queries import Filters
from unitsafe.hazards.rules import Action, State

MOST_PRINTED = 2000
"""Lines of one paper: about a hundred pages. What is beyond goes into the workbook or on a paper of
its own by dates."""


@dataclass
class Line:
    """One hazard with what its steps and photos tell. Source: domain README §9."""

    hazard: Hazard
    last: HazardEvent | None = None
    done: HazardEvent | None = None
    rechecked: HazardEvent | None = None
    closed: HazardEvent | None = None
    photos: Counter[bool] = field(default_factory=Counter)
    """How many before (False) and after (True)."""


def lines(
    session: Session, actor: Actor, filters: Filters, *, newest: int | None = None
) -> Iterator[Line]:
    """What the filters leave, by the day it was found, upwards; only the ``newest`` many if given."""
    select = queries.ledger(actor, filters).order_by(*queries.LEDGER_ORDER)
    if newest is not None:
        if (start := _first_of(session, actor, filters, newest)) is not None:
            select = select.where(sa.tuple_(*queries.LEDGER_ORDER) >= start)
        select = select.limit(newest)
    found = session.scalars(select.execution_options(yield_per=AT_ONCE))
    for hazards in found.partitions(AT_ONCE):
        yield from with_steps(session, hazards)


def _first_of(session: Session, actor: Actor, filters: Filters, newest: int) -> object:
    """The key of the ``newest``-th hazard counted from the end; None when there are no more."""
    keys = [key.desc() for key in queries.LEDGER_ORDER]
    row = session.execute(
        queries.keys(actor, filters).order_by(*keys).offset(newest - 1).limit(1)
    ).first()
    if row is None:
        return None
    bound = [
        sa.literal(value, key.type) for value, key in zip(row, queries.LEDGER_ORDER, strict=True)
    ]
    return sa.tuple_(*bound)


def with_steps(session: Session, hazards: Sequence[Hazard]) -> list[Line]:
    """The lines of these hazards, in their order."""
    ids = [hazard.id for hazard in hazards]
    events: dict[int, list[HazardEvent]] = defaultdict(list)
    for event in session.scalars(
        sa.select(HazardEvent)
        .where(HazardEvent.hazard_id.in_(ids))
        .options(joinedload(HazardEvent.by))
        .order_by(HazardEvent.hazard_id, HazardEvent.id)
    ):
        events[event.hazard_id].append(event)
    photos: dict[int, Counter[bool]] = defaultdict(Counter)
    for hazard_id, is_after, count in session.execute(
        sa.select(HazardPhoto.hazard_id, HazardPhoto.is_after, sa.func.count())
        .where(HazardPhoto.hazard_id.in_(ids))
        .group_by(HazardPhoto.hazard_id, HazardPhoto.is_after)
    ):
        photos[hazard_id][is_after] = count
    return [line_of(one, events[one.id], photos[one.id]) for one in hazards]


def line_of(hazard: Hazard, events: Sequence[HazardEvent], photos: Counter[bool]) -> Line:
    """The line of ``hazard``: of each kind of step the last, unless a later one undid it."""
    line = Line(hazard, events[-1] if events else None, photos=photos)
    if hazard.state in (State.RECTIFIED, State.CLOSED):
        line.done = _latest(events, (Action.REPORT_DONE, Action.FIX_ON_SPOT))
        line.rechecked = _latest(events, (Action.RECHECK, Action.CLOSE), after=line.done)
    if hazard.state is State.CLOSED:
        line.closed = _latest(events, (Action.CLOSE,))
    return line


def _latest(
    events: Sequence[HazardEvent], actions: Collection[Action], after: HazardEvent | None = None
) -> HazardEvent | None:
    """The last of ``events`` that is one of ``actions``; the first one after ``after`` if given."""
    found = [event for event in events if event.action in actions]
    if after is None:
        return found[-1] if found else None
    return next((event for event in found if event.id > after.id), None)
