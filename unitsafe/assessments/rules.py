"""What a figure is worth, what the points add up to, who signs when. Pure.

Source: content/four_capabilities.yaml ``scoring``; the steps: domain README §8.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from operator import eq, ge, gt, le, lt

from unitsafe.content.model import Band, Evidence, Grade, Metric, VetoWhen

ZERO = Decimal(0)


class State(StrEnum):
    """Where an assessment stands."""

    OPEN = "open"
    REVIEWED = "reviewed"
    SIGNED = "signed"


class Step(StrEnum):
    """An act on the assessment as a whole."""

    OPEN = "open"
    DEPARTMENT = "department"
    REVIEW = "review"
    RETURN = "return"
    SIGN = "sign"
    FILE = "file"


MOVES: Mapping[Step, tuple[State, State]] = {
    Step.DEPARTMENT: (State.OPEN, State.OPEN),
    Step.REVIEW: (State.OPEN, State.REVIEWED),
    Step.RETURN: (State.REVIEWED, State.OPEN),
    Step.SIGN: (State.REVIEWED, State.SIGNED),
    Step.FILE: (State.SIGNED, State.SIGNED),
}
"""From which state to which each step leads: departments sign what the team has scored, the manager
reviews it, the principal signs. Source: content/four_capabilities.yaml ``scoring.workflow``."""


HEADS = frozenset(
    {
        "vice_principal_teaching",
        "vice_principal_logistics",
        "safety_director",
        "logistics_director",
        "academic_director",
        "moral_director",
        "grade_leader",
    }
)
"""Posts (content/duties.yaml) that head a department. Product convention."""


@dataclass(frozen=True)
class Count:
    """A figure as it was counted: a share ``amount`` of ``whole``, or with ``whole`` None a number.

    ``amount`` is None where nothing was measured.
    """

    amount: Decimal | None
    whole: int | None = None

    @property
    def value(self) -> Fraction | None:
        """The exact share or number; None where there is nothing to divide by."""
        if self.amount is None or self.whole == 0:
            return None
        return Fraction(self.amount) / (self.whole if self.whole is not None else 1)


Counts = Mapping[str, Count]
"""By the key of the metric."""


@dataclass(frozen=True)
class Suggestion:
    """What the ledgers say a part is worth. ``points`` is None when the part does not apply;
    ``empty`` is the metric's rule for empty ledgers when that was used."""

    points: Decimal | None
    empty: str = ""


def suggest(evidence: Evidence, metric: Metric, counts: Counts) -> Suggestion:
    """What ``evidence`` is worth by the figures counted. Source: the header of the content file."""
    value = counts[metric.key].value
    empty = ""
    if value is None:
        empty = metric.empty
        if empty == "na":
            return Suggestion(None, empty)
        if empty == "full":
            return Suggestion(evidence.points, empty)
        if empty == "worst":
            return Suggestion(ZERO, empty)
        value = Fraction(0)
    if evidence.deduct is not None:
        times = Decimal(value.numerator) / value.denominator / evidence.deduct.per
        lost = times.to_integral_value(ROUND_FLOOR) * evidence.deduct.points
        return Suggestion(max(ZERO, evidence.points - lost), empty)
    expected = counts[evidence.expected].value if evidence.expected else None
    for band in evidence.score:
        if _holds(band, value, expected or Fraction(0), counts):
            return Suggestion(band.points, empty)
    return Suggestion(ZERO, empty)


def _holds(band: Band, value: Fraction, expected: Fraction, counts: Counts) -> bool:
    if band.at_least is not None:
        return value >= Fraction(band.at_least)
    if band.at_most is not None:
        return value <= Fraction(band.at_most)
    if band.shortfall_at_most is not None:
        return expected - value <= Fraction(band.shortfall_at_most)
    total = counts[str(band.at_most_ratio_of)].value or Fraction(0)
    return value <= total * Fraction(band.ratio or 0)


_OPERATORS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    ">": gt, ">=": ge, "<": lt, "<=": le, "==": eq
}  # fmt: skip


def veto_metric(when: VetoWhen) -> str:
    """Under which key the figure of a veto is counted (core.figures: ``metric:level``)."""
    return f"{when.metric}:{when.min_level}" if when.min_level else when.metric


def is_vetoed(when: VetoWhen, counts: Counts) -> bool:
    """Whether the ledgers say that a veto holds; of empty ledgers it does not."""
    value = counts[veto_metric(when)].value
    return value is not None and _OPERATORS[when.op](value, Fraction(when.value))


def total(got: Decimal, of: Decimal) -> Decimal | None:
    """Points of a hundred, one decimal, halves up; None when nothing applies.

    Source: ``scoring.formula``: 得分 = 实得分合计 ÷ 适用项满分合计 × 100.
    """
    return (got / of * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) if of else None


def grade(
    points: Decimal | None,
    grades: Collection[Grade],
    *,
    is_vetoed: bool,
    shares: Collection[Fraction],
    cap_below: int,
) -> str:
    """The grade's name, empty without points.

    A veto makes it the last grade (``scoring.veto_rule``); a capability that reaches less than
    ``cap_below`` percent of its points keeps it from the first (``scoring.cap_rule``; 0 is off).
    """
    if points is None:
        return ""
    ordered = sorted(grades, key=lambda one: -one.at_least)
    if is_vetoed:
        return ordered[-1].grade
    found = next(one for one in ordered if points >= one.at_least)
    is_capped = any(share < Fraction(cap_below, 100) for share in shares)
    return (
        ordered[min(1, len(ordered) - 1)].grade
        if is_capped and found is ordered[0]
        else found.grade
    )
