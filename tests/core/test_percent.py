"""Shares in per cent, which never reach a limit that is not reached."""

from decimal import Decimal
from fractions import Fraction

import pytest

from unitsafe.core.percent import percent


@pytest.mark.parametrize(
    ("part", "whole", "places", "found"),
    [
        (0, 0, 0, None),
        (0, 5, 0, 0),
        (999, 1000, 0, 99),
        (9997, 10000, 1, 99.97),
        (9996, 10000, 1, 99.96),
        (9796, 10000, 1, 97.96),
        (9804, 10000, 1, 98),
        (13, 14, 1, 92.9),
        (23, 1467, 1, 1.6),
        (2, 3, 0, 67),
        (3, 3, 0, 100),
        (3, 3, 1, 100),
        (1, 3, 0, 33),
        (29, 100, 0, 29),
        (Decimal("1.15"), Decimal("1.25"), 1, 92),
        (Fraction(968, 1000), 1, 1, 96.8),
    ],
)
def test_a_share_is_rounded_but_for_a_limit_that_is_not_reached(part, whole, places, found):
    assert percent(part, whole, places=places) == found


def test_a_whole_number_is_written_as_one():
    assert str(percent(1, 3)) == "33"
