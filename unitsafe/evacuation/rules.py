"""Floors, what stands for a pupil's name, shares. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum

from unitsafe.core.domain import RuleError

OUTDOORS = 0
"""The number that the register of places gives to what is on no floor."""
MAP_KINDS = ("classroom", "dorm_room")
"""Rooms that need an evacuation map. Source: content/four_capabilities.yaml
``evac_map_posted_ratio`` (教室宿舍)."""
_INITIALS = re.compile(r"[A-Za-z]{1,3}|[\u4e00-\u9fff]某{1,2}")


class Need(StrEnum):
    """Why a pupil cannot leave alone; nothing closer is kept."""

    MOBILITY = "mobility"
    SIGHT = "sight"
    HEARING = "hearing"
    OTHER = "other"


class Part(StrEnum):
    """What can be ended: each keeps who it was and until when."""

    GUIDES = "guides"
    POINTS = "points"
    PUPILS = "pupils"
    VOLUNTEERS = "volunteers"


def initials(text: str) -> str:
    """What stands for a pupil: up to three letters, or the surname with 某.

    :raises RuleError: anything that could be a name. Source: product rule (no pupil is named).
    """
    if not _INITIALS.fullmatch(text):
        raise RuleError(
            "请不要写学生全名：写姓名首字母（最多三个字母），或者“姓＋某”，例如LXM、李某。",
            field="initials",
        )
    return text.upper()


def floor_numbers(floors: int, used: Iterable[int]) -> list[int]:
    """The floors of a building, lowest first: those it is said to have and those with spaces."""
    return sorted(({*range(1, floors + 1)} | set(used)) - {OUTDOORS})
