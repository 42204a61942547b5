import pytest

from unitsafe.coverage.rules import Figure, Limits, is_group_unfit, posts_to_fill

REQUIRED = ("principal", "vice_principal_safety", "safety_director", "safety_officer")
LIMITS = Limits(3, 3, 5, 30)


@pytest.mark.parametrize(
    ("flags", "held", "expected"),
    [
        ((), REQUIRED, []),
        ((), ("principal",), ["vice_principal_safety", "safety_director", "safety_officer"]),
        (("is_small_unit",), ("principal", "vice_principal_safety", "safety_officer"), []),
        (("has_boarding",), REQUIRED, ["dorm_keeper"]),
        (("has_boarding",), (*REQUIRED, "dorm_keeper"), []),
        (("has_bus", "has_lab"), REQUIRED, ["lab_manager", "bus_manager", "bus_attendant"]),
    ],
)
def test_a_school_must_fill_the_posts_of_the_places_it_has(flags, held, expected):
    assert posts_to_fill(REQUIRED, flags, held) == expected


@pytest.mark.parametrize(
    ("leaves", "expected"), [(0, True), (2, True), (3, False), (5, False), (6, True)]
)
def test_a_block_has_three_to_five_spots(leaves, expected):
    assert is_group_unfit(leaves, LIMITS) is expected


@pytest.mark.parametrize(
    ("done", "of", "expected"), [(3, 3, True), (2, 3, False), (0, 0, True), (0, None, False)]
)
def test_what_has_no_record_is_not_whole(done, of, expected):
    assert Figure(done, of, "", "").is_whole is expected
