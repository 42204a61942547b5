"""What kinds of visits there are, and how the reply to one stands. Pure."""

from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Why they came."""

    ROUTINE = "routine"
    SPECIAL = "special"
    RANDOM = "random"
    COMPLAINT = "complaint"
    OTHER = "other"


class State(StrEnum):
    """How the reply stands; computed, never stored."""

    WAITING = "waiting"
    LATE = "late"
    REPLIED = "replied"
    NO_REPLY = "no_reply"


class Action(StrEnum):
    """What people do with a visit; also its events."""

    RECORD = "record"
    CHANGE = "change"
    ADD_FINDING = "add_finding"
    REPLY = "reply"


def state_of(reply_due_on: date | None, replied_on: date | None, today: date) -> State:
    """How the reply stands on ``today``: the last day is still in time; without one nobody asked
    for a reply. Source: Order 61 art. 35 (reply within the given time)."""
    if replied_on:
        return State.REPLIED
    if reply_due_on is None:
        return State.NO_REPLY
    return State.LATE if reply_due_on < today else State.WAITING


def days_left(reply_due_on: date | None, replied_on: date | None, today: date) -> int | None:
    """Calendar days to the last day of the reply, negative when it is over; None when none waits."""
    if reply_due_on is None or replied_on is not None:
        return None
    return (reply_due_on - today).days
