"""Shares in per cent, as every page writes them. Pure."""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


def percent(part: Number, whole: Number = 1, *, places: int = 0) -> float | None:
    """Per cent of ``whole`` with at most ``places`` decimals; None of nothing.

    What lies beyond is cut, so that 99.97 is never written as the 100 that it is not. Without
    decimals it is an int.
    """
    if not whole:
        return None
    cut = int(Fraction(part) / Fraction(whole) * 100 * 10**places)
    return cut / 10**places if places else cut
