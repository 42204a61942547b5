"""Pages of the duty roster, a file each."""

from datetime import date

from flask import Blueprint, abort

import unitsafe.roster.labels
import unitsafe.roster.people
import unitsafe.roster.planning
from unitsafe.core.domain import Right
from unitsafe.core.query import read_day

bp = Blueprint("roster", __name__)
EDIT = (Right.EDIT_DUTY_ROSTER,)


def day_of(text: str) -> date:
    """The day of an address; anything but 2026-11-03 is unknown: 404."""
    found = read_day(text)
    return found if found is not None and found.isoformat() == text else abort(404)


from unitsafe.roster.views import feeds, fill, month, shifts, swaps, turn  # noqa: E402

__all__ = ["bp", "feeds", "fill", "month", "shifts", "swaps", "turn", "unitsafe"]
