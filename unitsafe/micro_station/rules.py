"""Roles of the team, groups and states of the kit, the list a station begins with. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Role(StrEnum):
    """Roles in the team. Source: micro_std (站长、副站长、队员)."""

    LEADER = "leader"
    DEPUTY = "deputy"
    MEMBER = "member"
    SIGNALLER = "signaller"


class Group(StrEnum):
    """What the kit is for. Source: content/equipment.yaml ``micro_station_kit`` (six groups)."""

    PROTECTION = "protection"
    FIRE = "fire"
    LIGHT = "light"
    BREAKING = "breaking"
    SIGNAL = "signal"
    PATROL = "patrol"


class KitState(StrEnum):
    """How a line of the kit stands; computed, never stored."""

    OK = "ok"
    SOON = "soon"
    SHORT = "short"
    EXPIRED = "expired"


BAD = (KitState.SHORT, KitState.EXPIRED)


@dataclass(frozen=True)
class Line:
    """A line of the list a station begins with; ``per_member`` times the team, or ``number``."""

    group: Group
    name: str
    number: int = 0
    per_member: int = 0

    def expected(self, members: int) -> int:
        """How many there should be."""
        return self.number + self.per_member * members


DEFAULT_KIT = (
    Line(Group.PROTECTION, "消防头盔", per_member=1),
    Line(Group.PROTECTION, "灭火防护服", per_member=1),
    Line(Group.PROTECTION, "防护手套", per_member=1),
    Line(Group.PROTECTION, "防护靴", per_member=1),
    Line(Group.PROTECTION, "安全腰带", per_member=1),
    Line(Group.PROTECTION, "过滤式自救呼吸器", per_member=1),
    Line(Group.PROTECTION, "防毒面具", number=2),
    Line(Group.FIRE, "手提式干粉灭火器", number=10),
    Line(Group.FIRE, "消防水带", number=4),
    Line(Group.FIRE, "直流水枪", number=2),
    Line(Group.FIRE, "消火栓扳手", number=2),
    Line(Group.FIRE, "分水器", number=1),
    Line(Group.FIRE, "灭火毯", number=2),
    Line(Group.LIGHT, "强光手电", per_member=1),
    Line(Group.LIGHT, "应急照明灯", number=2),
    Line(Group.BREAKING, "消防斧", number=2),
    Line(Group.BREAKING, "铁锹和铁钩", number=2),
    Line(Group.BREAKING, "消防安全绳", number=2),
    Line(Group.SIGNAL, "对讲机", number=4),
    Line(Group.SIGNAL, "扩音器", number=2),
    Line(Group.SIGNAL, "应急联络电话表", number=1),
    Line(Group.PATROL, "巡查记录本和工具包", number=1),
)
"""Suggested numbers, which the school changes. Source: content/equipment.yaml
``micro_station_kit`` allocation (gb40248_draft 6.11, micro_std: protection by heads)."""


def kit_state(
    *, expected: int, present: int, expires_on: date | None, today: date, warn_days: int
) -> KitState:
    """How a line stands: the last day still holds."""
    if expires_on is not None and expires_on < today:
        return KitState.EXPIRED
    if present < expected:
        return KitState.SHORT
    if expires_on is not None and expires_on <= today + timedelta(days=warn_days):
        return KitState.SOON
    return KitState.OK


def is_slow(seconds: int, minutes: int) -> bool:
    """Whether a muster took longer than the school allows. Source: micro_std (3分钟到场)."""
    return seconds > minutes * 60


def spoken(seconds: int) -> str:
    """2分40秒."""
    return f"{seconds // 60}分{seconds % 60:02d}秒"
