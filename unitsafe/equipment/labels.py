"""What the words of equipment are called."""

from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.content.model import EquipmentKind
from unitsafe.core.labels import label_all
from unitsafe.equipment.rules import State

label_all(
    {
        State.IN_USE: _l("在用"),
        State.FAULTY: _l("故障"),
        State.STOPPED: _l("停用"),
        State.OUT_FOR_SERVICE: _l("送修"),
        State.SCRAPPED: _l("已报废"),
    }
)
STATE_KIND = {
    State.IN_USE: "ok",
    State.FAULTY: "bad",
    State.STOPPED: "warn",
    State.OUT_FOR_SERVICE: "due",
    State.SCRAPPED: "",
}
NO_EQUIPMENT = "room"
"""The group of kinds that stand in no equipment register: rooms and their signs."""


def kinds() -> dict[str, EquipmentKind]:
    """The kinds of the register, by key."""
    found = content.load().equipment.kinds
    return {key: kind for key, kind in found.items() if kind.group != NO_EQUIPMENT}


def short_name(kind: EquipmentKind) -> str:
    """干粉灭火器, of 干粉灭火器（ABC/BC，手提或推车）."""
    return kind.name.partition("（")[0]


def kind_title(key: str) -> str:
    """What a kind is called; the key itself when the content no longer knows it."""
    kind = content.load().equipment.kinds.get(key)
    return short_name(kind) if kind else key


def unit(key: str) -> str:
    """What a kind is counted in: 具, 盏."""
    kind = content.load().equipment.kinds.get(key)
    return kind.unit if kind else ""
