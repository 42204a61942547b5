"""回头看: which closed hazards are looked at again, and when. Pure."""

import hashlib
from datetime import date, timedelta

from unitsafe.hazards.rules import Level, State

SHARE_SETTING = {
    Level.NORMAL: "look_back_normal",
    Level.SERIOUS: "look_back_serious",
    Level.SUSPECTED_MAJOR: "look_back_major",
    Level.MAJOR: "look_back_major",
}
"""The school's setting that holds the share of closed hazards, in percent, by level."""

WEEK = timedelta(days=7)


def is_sampled(number: str, state: State, share: int) -> bool:
    """Whether the hazard of that ``number`` is looked at again; ``share`` 0 to 100 percent.

    Only what was closed is. The number alone decides, so that asking again gives the same and
    nobody can choose; a larger share keeps everything that a smaller one holds.
    Source: product convention (30 days after closing, 10/50/100 % by level, the school's to change).
    """
    lot = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4]) % 100
    return state is State.CLOSED and lot < share


def closed_between(monday: date, days: int) -> tuple[date, date]:
    """First and last day on which a hazard was closed that is due in the week of ``monday``:
    ``days`` after closing fell into the seven days before that week."""
    return monday - WEEK - timedelta(days), monday - timedelta(1 + days)
