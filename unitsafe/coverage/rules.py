"""What counts as uncovered, and which posts a school must have. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """A kind of gap, in the order in which people mend them."""

    UNPLACED = "unplaced"
    NO_LEADER = "no_leader"
    NO_MEMBER = "no_member"
    POST_EMPTY = "post_empty"
    KEY_AREA = "key_area"
    NO_DEPUTY = "no_deputy"
    DUTY_GAP = "duty_gap"
    PLAN_HITS_NOBODY = "plan_hits_nobody"
    LETTER_OVERDUE = "letter_overdue"
    TOO_MANY = "too_many"
    GROUP_SIZE = "group_size"
    UNDRAWN = "undrawn"
    NEVER_SIGNED_IN = "never_signed_in"


POSTS_BY_FLAG: Mapping[str, tuple[str, ...]] = {
    "has_boarding": ("dorm_keeper",),
    "has_canteen": ("canteen_manager",),
    "has_lab": ("lab_manager",),
    "has_bus": ("bus_manager", "bus_attendant"),
    "has_fire_control_room": ("fire_control_operator",),
}
"""Posts that somebody must hold where the school has such a place. Source: domain README §2."""
SPARED = frozenset({"safety_director"})
"""What a small unit need not fill: one person may hold several posts. Source: domain README §2."""


def posts_to_fill(
    required: Collection[str], flags: Collection[str], held: Collection[str]
) -> list[str]:
    """Keys of the posts that must be held and are not: the ``required`` ones of duties.yaml first,
    then those of the places that the school's ``flags`` name."""
    wanted = [post for post in required if "is_small_unit" not in flags or post not in SPARED]
    for flag, posts in POSTS_BY_FLAG.items():
        if flag in flags:
            wanted += posts
    return [post for post in dict.fromkeys(wanted) if post not in held]


@dataclass(frozen=True)
class Limits:
    """The school's numbers (settings): grids a person answers for, leaf grids of a block, days."""

    grids_of_person: int
    leaves_least: int
    leaves_most: int
    unused_days: int


def is_group_unfit(leaves: int, limits: Limits) -> bool:
    """Whether a block has too few or too many spots for one leader to keep in view."""
    return not limits.leaves_least <= leaves <= limits.leaves_most


@dataclass(frozen=True)
class Figure:
    """How far one of the 七定 is: ``done`` of ``of``, counted in ``unit``; ``gap`` is what is missing
    in words, empty when nothing is. ``endpoint`` shows what is behind it.

    ``of`` None: nothing is recorded from which a figure could come.
    """

    done: int
    of: int | None
    unit: str
    gap: str
    endpoint: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.of is not None and self.done >= self.of and not self.gap
