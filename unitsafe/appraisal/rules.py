"""What a month of a grid adds up to, and what it is worth. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Self

from unitsafe import clock
from unitsafe.hazards import rules as hazards
from unitsafe.hazards.effects import Step, replay
from unitsafe.hazards.rules import Action, Card, CardNumbers, Level, State

COMPLETION, ON_TIME, FIXING, RATING = 40, 20, 30, 10
"""Points for walks done, walks done in time, hazards fixed in time, stars of the finders.
Product convention."""
BACKFILL = 10
"""Points that are lost when every walk was entered afterwards; product convention."""
CARD_POINTS = {Card.YELLOW: 2, Card.RED: 5}
"""Points that each card still shown at the month's end costs; product convention."""
FIND, MOST_FINDS = 1, 5
"""Points for each hazard that the grid's people found, and for how many: to find is a merit, to find
nothing costs nothing. Product convention."""


@dataclass(frozen=True)
class Month:
    """The figures of a grid's month; those of a block are the sum of its grids'.

    ``expected``: walks due by now, those left out with a reason not counted; ``found``: hazards
    that lay in the grid, ``found_by``: that its people found, anywhere; ``due`` and ``fixed``:
    hazards whose deadline fell into the month, and those of them fixed in time.
    """

    expected: int = 0
    done: int = 0
    on_time: int = 0
    backfill: int = 0
    skipped: int = 0
    found: int = 0
    found_by: int = 0
    due: int = 0
    fixed: int = 0
    rated: int = 0
    stars: int = 0
    yellow: int = 0
    red: int = 0
    lifted: int = 0

    def __add__(self, other: Self) -> "Month":
        both = {
            one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)
        }
        return Month(**both)

    @property
    def rating(self) -> float | None:
        """Average stars, 1 to 5; None when nobody rated."""
        return self.stars / self.rated if self.rated else None

    @property
    def score(self) -> float | None:
        """0 to 100, one decimal; None without walks: one hazard alone says too little.

        What has no figures (no hazard due, nobody rated) is left out and the rest counts for all.
        """
        if not self.expected:
            return None
        parts = [
            (COMPLETION, share(self.done, self.expected)),
            (ON_TIME, share(self.on_time, self.expected)),
            (FIXING, share(self.fixed, self.due)),
            (RATING, share(self.stars, 5 * self.rated)),
        ]
        counted = [(weight, part) for weight, part in parts if part is not None]
        whole = 100 * sum(weight * part for weight, part in counted)
        points = whole / sum(weight for weight, _ in counted)
        points -= BACKFILL * (share(self.backfill, self.done) or 0)
        points -= CARD_POINTS[Card.YELLOW] * self.yellow + CARD_POINTS[Card.RED] * self.red
        points += FIND * min(self.found_by, MOST_FINDS)
        return round(min(100.0, max(0.0, points)), 1)


def share(part: int, whole: int) -> float | None:
    """0 to 1; None of nothing."""
    return part / whole if whole else None


def total(months: Iterable[Month]) -> Month:
    """Several grids as one."""
    return sum(months, Month())


@dataclass(frozen=True)
class Life:
    """A hazard as it is now, and its steps, oldest first; steps of old say no level."""

    number: str
    level: Level
    times: int
    rating: int | None
    steps: Sequence[Step]


@dataclass(frozen=True)
class AtEnd:
    """How a hazard stood at the end of a month, and what of it belongs to that month."""

    card: Card | None
    is_due: bool
    is_fixed: bool
    lifted: Sequence[Step]


def at_end(life: Life, first: date, last: date, now: datetime, numbers: CardNumbers) -> AtEnd:
    """The hazard as its steps up to the end of ``last`` (or ``now``, when that is earlier) leave it.

    Fixed in time: whoever had to fix it said so by the deadline, and it was not sent back since.
    """
    past = [step for step in life.steps if step.at < clock.end_of(last) and step.at <= now]
    then = replay(past)
    state, due_on = then["state"], then["due_on"]
    today = min(last, clock.local(now).date())
    fixed_at = max(
        (one.at for one in past if one.action in (Action.REPORT_DONE, Action.FIX_ON_SPOT)),
        default=None,
    )
    is_due = due_on is not None and first <= due_on <= last and state is not State.REJECTED
    card = hazards.card(
        state,
        then["level"] or life.level,
        due_on,
        today,
        numbers,
        times=life.times,
        lifted=then["card_lifted"],
    )
    return AtEnd(
        card=card if past else None,
        is_due=is_due,
        is_fixed=is_due
        and state in (State.RECTIFIED, State.CLOSED)
        and fixed_at is not None
        and clock.local(fixed_at).date() <= due_on,
        lifted=[
            one for one in past if one.action is Action.LIFT_CARD and one.at >= clock.at(first)
        ],
    )
