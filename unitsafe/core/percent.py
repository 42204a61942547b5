"""Shares in per cent, as every page writes them. Pure."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


def percent(part: Number, whole: Number = 1, *, places: int = 0) -> float | None:
    """Per cent of ``whole`` with ``places`` decimals, halves up; None of nothing.

    It never says a limit is reached that is not: what would round up to a whole per cent (with
    decimals; without, to a hundred) is cut one decimal later, so that 97.96 is not written as 98.
    Without decimals it is an int.
    """
    if not whole:
        return None
    exact = Fraction(part) / Fraction(whole) * 100
    rounded = _round(exact, places)
    if not places:
        return int(rounded) if exact >= 100 else min(int(rounded), 99)
    if rounded > exact and rounded == int(rounded):
        finer: int = 10 ** (places + 1)
        return int(exact * finer) / finer
    return float(rounded)


def _round(exact: Fraction, places: int) -> Decimal:
    digits: Decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return digits.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
