"""What a month of a grid or a person adds up to, and what it is worth. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from unitsafe import clock
from unitsafe.hazards import rules as hazards
from unitsafe.hazards.effects import Step, replay
from unitsafe.hazards.rules import Action, Card, CardNumbers, Level, State


@dataclass(frozen=True)
class Weights:
    """The points of a score; product convention, each school sets its own.

    ``completion``, ``on_time``, ``fixing``, ``rating``: for checks done, checks done in time,
    hazards fixed in time, stars of the finders. ``backfill``: lost when every check was entered
    afterwards. ``yellow``, ``red``: lost by each card still shown at the month's end. ``find``: for
    each hazard found, of at most ``finds``: to find is a merit, to find nothing costs nothing.
    """

    completion: int = 40
    on_time: int = 20
    fixing: int = 30
    rating: int = 10
    backfill: int = 10
    yellow: int = 2
    red: int = 5
    find: int = 1
    finds: int = 5


class NoteKind(StrEnum):
    """What a month brought somebody. Source: domain README §3 (七定, 奖惩定则)."""

    PRAISE = "praise"
    AWARD = "award"
    REMINDER = "reminder"
    TALK = "talk"


def weights(number: Callable[[str], int]) -> Weights:
    """From the school's settings (School.number)."""
    return Weights(**{one.name: number(f"appraisal_{one.name}") for one in fields(Weights)})


@dataclass(frozen=True)
class Month:
    """The figures of a month of a grid or of a person; those of a block are the sum of its grids'.

    ``expected``: checks due by now (of a grid: its walks), those left out with a reason not
    counted; ``found``: hazards that lay in the grid, ``found_by``: that its people (or the person)
    found, anywhere; ``due`` and ``fixed``: hazards whose deadline fell into the month, and those of
    them fixed in time.
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

    def score(self, weights: Weights) -> float | None:
        """0 to 100, one decimal; None without checks: one hazard alone says too little.

        What has no figures (no hazard due, nobody rated) is left out and the rest counts for all.
        """
        if not self.expected:
            return None
        parts = [
            (weights.completion, share(self.done, self.expected)),
            (weights.on_time, share(self.on_time, self.expected)),
            (weights.fixing, share(self.fixed, self.due)),
            (weights.rating, share(self.stars, 5 * self.rated)),
        ]
        counted = [(weight, part) for weight, part in parts if part is not None]
        whole = 100 * sum(weight * part for weight, part in counted)
        points = whole / sum(weight for weight, _ in counted)
        points -= weights.backfill * (share(self.backfill, self.done) or 0)
        points -= weights.yellow * self.yellow + weights.red * self.red
        points += weights.find * min(self.found_by, weights.finds)
        return round(min(100.0, max(0.0, points)), 1)


def places(scores: Sequence[float | None]) -> list[int | None]:
    """The place of each of ``scores``, which come best first: equal ones share it (1, 1, 3), those
    without a score have none."""
    return [None if one is None else scores.index(one) + 1 for one in scores]


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
    """How a hazard stood at the end of a month, who had to fix it, and what of it belongs to that
    month."""

    holder_id: int | None
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
        (one.at for one in past if one.action in hazards.FIXES),
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
        holder_id=then["holder_id"],
        card=card if past else None,
        is_due=is_due,
        is_fixed=is_due
        and state in (State.RECTIFIED, State.CLOSED)
        and hazards.is_fixed_in_time(fixed_at, due_on),
        lifted=[
            one for one in past if one.action is Action.LIFT_CARD and one.at >= clock.at(first)
        ],
    )
