"""Hazards as they stood at the end of a day, today or long ago: their steps up to then, replayed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.hazards.effects import Step, replay
from unitsafe.hazards.models import IS_REJECT, Hazard, HazardEvent
from unitsafe.hazards.rules import FIXES, OPEN, Action, Level, Source, State, is_fixed_in_time

_QUIET = (Action.REMIND, Action.PROGRESS, Action.RATE)
"""Steps that change nothing that is asked here."""


@dataclass(frozen=True)
class Then:
    """A hazard that was not over at the end of a day.

    ``fixed_at``: when its last fix was reported; it stands only in State.RECTIFIED.
    ``has_interim``: whether precautions are written down; only the present is known of this.
    """

    id: int
    source: Source
    category: str
    state: State
    level: Level
    holder_id: int | None
    due_on: date | None
    is_stopped: bool
    is_escalated: bool
    has_interim: bool
    fixed_at: datetime | None

    @property
    def is_fixed_in_time(self) -> bool:
        """Whether it was fixed by its deadline and only had to be rechecked and closed."""
        return self.state is State.RECTIFIED and is_fixed_in_time(self.fixed_at, self.due_on)


def open_then(session: Session, on: date) -> list[Then]:
    """The hazards that stood in the ledger at the end of ``on`` and were neither closed nor rejected
    by then; in two statements."""
    end = clock.end_of(on)
    rejected_later = sa.select(HazardEvent.hazard_id).where(IS_REJECT, HazardEvent.at >= end)
    found = sa.select(
        Hazard.id, Hazard.source, Hazard.category, Hazard.level, Hazard.interim_measure
    ).where(Hazard.found_at < end)
    rows = session.execute(
        sa.union_all(  # each branch by an index of its own; with "or" the whole ledger is read
            found.where(Hazard.state.in_(OPEN)),
            found.where(Hazard.closed_at >= end),
            found.where(Hazard.id.in_(rejected_later)),
        )
    ).all()
    steps = _steps(session, [row.id for row in rows], end)
    return [_then(row, steps[row.id]) for row in rows if steps[row.id]]


def _steps(session: Session, ids: list[int], end: datetime) -> dict[int, list[Step]]:
    names = ("action", "at", "by_id", "to_id", "due_on", "level", "body")
    rows = session.execute(
        sa.select(HazardEvent.hazard_id, *(getattr(HazardEvent, name) for name in names))
        .where(
            HazardEvent.hazard_id.in_(ids),
            HazardEvent.at < end,
            HazardEvent.action.not_in(_QUIET),
        )
        .order_by(HazardEvent.hazard_id, HazardEvent.id)
    )
    found: dict[int, list[Step]] = defaultdict(list)
    for hazard_id, *given in rows:
        found[hazard_id].append(Step(**dict(zip(names, given, strict=True))))
    return found


def _then(row: Any, steps: list[Step]) -> Then:
    then = replay(steps)
    return Then(
        id=row.id,
        source=row.source,
        category=row.category,
        state=then["state"],
        level=then["level"] or row.level,  # steps of old say no level
        holder_id=then["holder_id"],
        due_on=then["due_on"],
        is_stopped=then["stop_use"],
        is_escalated=then["escalated_to"] != "",
        has_interim=row.interim_measure != "",
        fixed_at=max((step.at for step in steps if step.action in FIXES), default=None),
    )
