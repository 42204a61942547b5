"""What an enum's members are called on screen and paper."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

_labels: dict[Enum, Any] = {}


def label_all(labels: Mapping[Any, Any]) -> None:
    """Name the members of a feature's enums."""
    _labels.update(labels)


def label(member: Enum | None) -> str:
    """The member's name; empty for None. Raises KeyError for a member that nobody named."""
    return "" if member is None else str(_labels[member])
