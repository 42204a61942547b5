"""What weekdays and the members of enums are called on screen and paper."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

WEEKDAYS = (_l("周一"), _l("周二"), _l("周三"), _l("周四"), _l("周五"), _l("周六"), _l("周日"))

_labels: dict[tuple[type[Enum], str], Any] = {}
"""By enum and member: members of two enums with the same text are equal to Python."""


def label_all(*labels: Mapping[Any, Any]) -> None:
    """Name the members of a feature's enums; those with the same text in mappings of their own."""
    for names in labels:
        _labels.update({(type(member), member.name): text for member, text in names.items()})


def label(member: Enum | None) -> str:
    """The member's name; empty for None. Raises KeyError for a member that nobody named."""
    return "" if member is None else str(_labels[type(member), member.name])


def changed_lines(
    changes: Mapping[str, tuple[str, str]],
    titles: Mapping[str, Any],
    shown: Callable[[str, str], str] = lambda _name, text: text,
) -> list[str]:
    """What a step changed (name → what it was and became), line by line: 文号：空→3号.

    ``shown`` tells from a name and its text how the text reads.
    """
    return [
        _(
            "%(what)s：%(old)s→%(new)s",
            what=titles.get(name, name),
            old=shown(name, old) or _("空"),
            new=shown(name, new) or _("空"),
        )
        for name, (old, new) in changes.items()
    ]
