"""School years, who signs, when a letter is due, and what makes a new one due."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FIRST_MONTH = 9
"""A school year runs from 1 September to 31 August. Source: domain README §3 (责任书 per school year)."""
QUIET_MONTH = 8
"""In the last month of a school year nobody is asked to sign for what is left of it."""
NOT_ASKED = frozenset({"inspector", "student_monitor"})
"""Posts that are no duty of the staff. Source: content/duties.yaml, notes of these posts."""
GRID_POSTS = ("grid_leader", "grid_member", "grid_info")
"""What a person is to a grid in the first place; helpers and deputies sign nothing new."""


class How(StrEnum):
    """How a letter was signed."""

    SCREEN = "screen"
    PAPER = "paper"


class State(StrEnum):
    """Where a letter stands; computed, never stored."""

    UNSIGNED = "unsigned"
    OVERDUE = "overdue"
    SIGNED = "signed"
    ENDED = "ended"


def school_year(day: date) -> str:
    """The school year that holds ``day``: 2026-2027."""
    first = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{first}-{first + 1}"


def span(year: str) -> tuple[date, date]:
    """First and last day of a school year. Raises ValueError for anything but 2026-2027."""
    first, _, last = year.partition("-")
    if not (
        first.isascii() and first.isdigit() and len(first) == 4 and last == f"{int(first) + 1}"
    ):
        raise ValueError(f"{year!r} is no school year")
    return date(int(first), FIRST_MONTH, 1), date(int(last), FIRST_MONTH, 1) - timedelta(days=1)


@dataclass(frozen=True)
class Duty:
    """What makes a letter: a post (``grid_id`` None), or a post's role in a grid or for a space,
    from a day until a day (included)."""

    post: str
    from_on: date
    until_on: date | None = None
    grid_id: int | None = None
    space_id: int | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


def asked_for(duties: Iterable[Duty], day: date) -> list[Duty]:
    """The duties of ``day`` that a letter is about."""
    return [duty for duty in duties if duty.post not in NOT_ASKED and duty.holds_on(day)]


def fingerprint(duties: Collection[Duty]) -> str:
    """The same text for the same posts and grids; empty for none. A new one makes a letter due."""
    if not duties:
        return ""
    parts = sorted({(duty.post, duty.grid_id or 0, duty.space_id or 0) for duty in duties})
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def changed_on(duties: Iterable[Duty], day: date, *, not_before: date) -> date:
    """The day, up to ``day``, on which the duties became what they are; ``not_before`` at least."""
    asked = [duty for duty in duties if duty.post not in NOT_ASKED]
    moments = [duty.from_on for duty in asked]
    moments += [duty.until_on + timedelta(days=1) for duty in asked if duty.until_on]
    return max([moment for moment in moments if moment <= day] + [not_before])


def state_of(*, is_signed: bool, has_ended: bool, due_on: date, today: date) -> State:
    """Where a letter stands on ``today``; the due day itself is still in time."""
    if has_ended:
        return State.ENDED
    if is_signed:
        return State.SIGNED
    return State.OVERDUE if due_on < today else State.UNSIGNED


def text_hash(content: object) -> str:
    """SHA-256 (hex) of a letter's whole text: what a signature stands under."""
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
