"""What may happen to a hazard: states, transitions, deadlines, cards. Pure tables and functions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.core.domain import Actor, Right, can


class State(StrEnum):
    """Source: product.md §2."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    RECTIFIED = "rectified"
    CLOSED = "closed"
    REJECTED = "rejected"


OPEN = (State.REPORTED, State.ASSIGNED, State.RECTIFIED)


class Level(StrEnum):
    """Grading. A worker's "major" is suspected until the manager confirms (domain README §3)."""

    NORMAL = "normal"
    SERIOUS = "serious"
    SUSPECTED_MAJOR = "suspected_major"
    MAJOR = "major"


LEVEL_OF_CONTENT = {
    "一般": Level.NORMAL,
    "较大": Level.SERIOUS,
    "重大": Level.SUSPECTED_MAJOR,
}
"""content/checklists.yaml ``level``; 重大 is registered as suspected first."""


class Fix(StrEnum):
    """What is done now. Source: content/checklists.yaml ``fix``; Order 61 art. 31-32."""

    ON_SPOT = "on_spot"
    SCHEDULED = "scheduled"
    STOP_USE = "stop_use"


class Source(StrEnum):
    """Where it was found."""

    CHECK = "check"
    REPORT = "report"
    TIP = "tip"


class Action(StrEnum):
    """What a person may do to a hazard; also the name of its view and of the event.

    Nobody does HAND_OVER by itself: the hazard follows when its grid changes hands or shape.
    """

    REPORT = "report"
    FIX_ON_SPOT = "fix_on_spot"
    DISPATCH = "dispatch"
    REJECT = "reject"
    REPORT_DONE = "report_done"
    RECHECK = "recheck"
    SEND_BACK = "send_back"
    CLOSE = "close"
    HAND_OVER = "hand_over"
    NOTE = "note"


CLOSING_RIGHTS = {
    Level.NORMAL: Right.CLOSE_NORMAL,
    Level.SERIOUS: Right.CLOSE_SERIOUS,
    Level.SUSPECTED_MAJOR: Right.CLOSE_MAJOR,
    Level.MAJOR: Right.CLOSE_MAJOR,
}
"""Source: content/duties.yaml ``close_rule``; Order 61 art. 33."""

DISPATCH_RIGHTS = (
    Right.DISPATCH_HAZARD,
    Right.ASSIGN_ALL,
    Right.ASSIGN_HAZARD,
    Right.ASSIGN_IN_GRID,
    Right.DISPATCH_URGENT,
)


@dataclass(frozen=True)
class Transition:
    """From where, to where, with which of these rights (empty: the closing right of the level).

    ``by_holder``: True, only whoever has to fix it, or stands in for them; False, anyone but the
    one who has to fix it and whoever fixed it.
    """

    sources: tuple[State, ...]
    target: State | None
    rights: tuple[Right, ...] = ()
    by_holder: bool | None = None


TRANSITIONS: Mapping[Action, Transition] = {
    Action.DISPATCH: Transition((State.REPORTED, State.ASSIGNED), State.ASSIGNED, DISPATCH_RIGHTS),
    Action.REJECT: Transition((State.REPORTED, State.ASSIGNED), State.REJECTED, DISPATCH_RIGHTS),
    Action.REPORT_DONE: Transition((State.ASSIGNED,), State.RECTIFIED, by_holder=True),
    Action.RECHECK: Transition((State.RECTIFIED,), None, (Right.RECHECK_HAZARD,), by_holder=False),
    Action.SEND_BACK: Transition(
        (State.RECTIFIED,), State.ASSIGNED, (Right.RECHECK_HAZARD,), by_holder=False
    ),
    Action.CLOSE: Transition((State.RECTIFIED,), State.CLOSED, by_holder=False),
}
"""The workflow. Source: domain README §8; the closer is not the fixer (product.md §3 rule 5)."""


@dataclass(frozen=True)
class Facts:
    """What of a hazard decides who may do what."""

    state: State
    level: Level
    grid_id: int | None
    holder_id: int | None
    fixed_by_id: int | None
    rechecked: bool = False


def open_actions(facts: Facts, actor: Actor) -> list[Action]:
    """What ``actor`` may do next: what the page offers and what the services accept."""
    return [action for action in TRANSITIONS if _is_open(action, facts, actor)]


def _is_open(action: Action, facts: Facts, actor: Actor) -> bool:
    move = TRANSITIONS[action]
    if facts.state not in move.sources:
        return False
    is_fixer = actor.id in (facts.holder_id, facts.fixed_by_id)
    if move.by_holder is True:
        return facts.holder_id in (actor.id, *actor.stands_in_for)
    if move.by_holder is False and is_fixer:
        return False
    if action is Action.CLOSE:
        return can(actor, CLOSING_RIGHTS[facts.level], facts.grid_id)
    if action is Action.RECHECK and (
        facts.rechecked or can(actor, CLOSING_RIGHTS[facts.level], facts.grid_id)
    ):
        return False  # said already, or said by closing it
    return can(actor, move.rights, facts.grid_id)


DAYS_SETTING = {
    Level.NORMAL: "days_normal",
    Level.SERIOUS: "days_serious",
    Level.SUSPECTED_MAJOR: "days_major",
    Level.MAJOR: "days_major",
}
"""The school's setting that holds the days to the deadline. Source: domain README §8 step 2."""


def default_deadline(level: Level, found_on: date, days: Mapping[str, int]) -> date:
    """The day by the end of which it has to be done; ``days`` are the school's numbers."""
    return found_on + timedelta(days=days[DAYS_SETTING[level]])


class Card(StrEnum):
    """Warning marks. Source: domain README §7."""

    YELLOW = "yellow"
    RED = "red"


def card(
    state: State, level: Level, due_on: date | None, today: date, red_after: int
) -> Card | None:
    """Yellow 1 to ``red_after`` days overdue; red beyond that, or when anything above an ordinary
    hazard is overdue. None when closed or in time."""
    late = days_late(state, due_on, today)
    if late <= 0:
        return None
    return Card.RED if late > red_after or level is not Level.NORMAL else Card.YELLOW


def days_late(state: State, due_on: date | None, today: date) -> int:
    """Calendar days past the deadline while it still has to be fixed; 0 otherwise."""
    if due_on is None or state not in (State.REPORTED, State.ASSIGNED):
        return 0
    return max(0, (today - due_on).days)


NUMBER = re.compile(r"YH-[0-9]{4}-[0-9]{4,9}")
"""What :func:`number` makes."""


def number(year: int, serial: int) -> str:
    """YH-2026-0061."""
    return f"YH-{year}-{serial:04d}"
