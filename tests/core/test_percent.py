"""Shares in per cent, never more than they are."""

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
        (9997, 10000, 1, 99.9),
        (3, 3, 0, 100),
        (3, 3, 1, 100),
        (1, 3, 0, 33),
        (29, 100, 0, 29),
        (Decimal("1.15"), Decimal("1.25"), 1, 92),
        (Fraction(968, 1000), 1, 1, 96.8),
    ],
)
def test_a_share_is_cut_and_a_hundred_is_all_of_it(part, whole, places, found):
    assert percent(part, whole, places=places) == found


def test_a_whole_number_is_written_as_one():
    assert str(percent(1, 3)) == "33"
