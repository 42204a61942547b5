"""What each step does to a hazard. The services change it by this, and the events replay to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from unitsafe.hazards.rules import Action, Card, Level, State


@dataclass(frozen=True)
class Step:
    """One event: who did what, and what was given with it."""

    action: Action
    at: datetime
    by_id: int | None
    to_id: int | None = None
    due_on: date | None = None
    level: Level | None = None
    amount: int | None = None
    body: str = ""
    document_no: str = ""
    rating: int | None = None
    note: str = ""


BEGINNING: dict[str, Any] = {
    "state": State.REPORTED,
    "level": None,
    "holder_id": None,
    "fixed_by_id": None,
    "rechecked_by_id": None,
    "due_on": None,
    "closed_at": None,
    "stop_use": False,
    "budget": None,
    "cost": None,
    "extension_to": None,
    "supervisor_id": None,
    "supervise_until": None,
    "escalated_to": "",
    "transferred_to": "",
    "card_lifted": None,
    "told_step": 0,
    "rating": None,
}
"""The columns that steps change, as they are before the first one."""

_FRESH_DEADLINE = {"extension_to": None, "card_lifted": None, "told_step": 0}
"""A new deadline begins anew: no card lifted, nobody told."""


def effects(step: Step, now: dict[str, Any]) -> dict[str, Any]:
    """The columns that ``step`` changes and their new values; ``now`` holds BEGINNING's keys."""
    match step.action:
        case Action.REPORT:
            return {"level": step.level}
        case Action.FIX_ON_SPOT:
            return {
                "state": State.RECTIFIED,
                "holder_id": step.by_id,
                "fixed_by_id": step.by_id,
                "rechecked_by_id": None,
                "due_on": step.due_on,
                "extension_to": None,
            }
        case Action.DISPATCH:
            return {
                "state": State.ASSIGNED,
                "holder_id": step.to_id,
                "due_on": step.due_on,
                "level": step.level or now["level"],
                "budget": now["budget"] if step.amount is None else step.amount,
                **_FRESH_DEADLINE,
            }
        case Action.REJECT:
            return {"state": State.REJECTED, "stop_use": False}
        case Action.REQUEST_EXTENSION:
            return {"extension_to": step.due_on}
        case Action.GRANT_EXTENSION:
            return {"due_on": step.due_on, **_FRESH_DEADLINE}
        case Action.REFUSE_EXTENSION:
            return {"extension_to": None}
        case Action.REPORT_DONE:
            return {
                "state": State.RECTIFIED,
                "fixed_by_id": step.by_id,
                "rechecked_by_id": None,
                "extension_to": None,
                "cost": now["cost"] if step.amount is None else step.amount,
            }
        case Action.RECHECK:
            return {"rechecked_by_id": step.by_id}
        case Action.SEND_BACK:
            return {"state": State.ASSIGNED, "fixed_by_id": None, "rechecked_by_id": None}
        case Action.CLOSE:
            return {
                "state": State.CLOSED,
                "closed_at": step.at,
                "rechecked_by_id": now["rechecked_by_id"] or step.by_id,
                "stop_use": False,
            }
        case Action.CONFIRM_MAJOR:
            return {"level": Level.MAJOR, "stop_use": True}
        case Action.DOWNGRADE:
            return {"level": step.level}
        case Action.STOP_USE:
            return {"stop_use": True}
        case Action.RESUME_USE:
            return {"stop_use": False}
        case Action.ESCALATE:
            return {"escalated_to": step.body}
        case Action.SUPERVISE:
            return {"supervisor_id": step.to_id, "supervise_until": step.due_on}
        case Action.TRANSFER:
            return {"transferred_to": step.body}
        case Action.LIFT_CARD:
            return {"card_lifted": Card(step.body)}
        case Action.RATE:
            return {"rating": step.rating}
        case Action.HAND_OVER:
            return {} if step.to_id is None else {"holder_id": step.to_id}
        case Action.REMIND:
            return {"told_step": now["told_step"] + 1}
        case Action.ESCALATION_REPLY | Action.PROGRESS | Action.TRANSFER_REPLY:
            return {}


def replay(steps: Iterable[Step]) -> dict[str, Any]:
    """The columns as a hazard's steps, oldest first, leave them."""
    now = dict(BEGINNING)
    for step in steps:
        now |= effects(step, now)
    return now
