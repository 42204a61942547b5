"""The kinds of lists that can be imported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from unitsafe.core.domain import Right
from unitsafe.imports import equipment, people, spaces
from unitsafe.imports.carrying import Carrier
from unitsafe.imports.columns import Field
from unitsafe.imports.lines import Line, Plan
from unitsafe.imports.models import What


@dataclass(frozen=True)
class Kind:
    """A kind of list: what it may say, who may import it, how its rows are judged and carried in.

    ``register`` is the endpoint of the pages where the records are then.
    """

    what: What
    title: Any
    about: Any
    icon: str
    register: str
    rights: frozenset[Right]
    fields: Sequence[Field]
    check: Callable[[Session, Sequence[Line], date], Plan]
    carry: Callable[[Carrier, Plan], None]


KINDS = {
    What.SPACES: Kind(
        What.SPACES,
        _l("楼栋与部位"),
        _l("每行一个教室、走道、楼梯间……写明在哪栋楼、几层。新的楼栋会一起建好。"),
        "building",
        "places.buildings",
        frozenset({Right.EDIT_BASIC_INFO, Right.MANAGE_SCHOOL}),
        spaces.FIELDS,
        spaces.check,
        spaces.carry,
    ),
    What.PEOPLE: Kind(
        What.PEOPLE,
        _l("人员与岗位"),
        _l("每行一位教职工：姓名、电话、岗位。已有的人只补空着的内容。"),
        "people",
        "people.index",
        frozenset({Right.MANAGE_SCHOOL}),
        people.FIELDS,
        people.check,
        people.carry,
    ),
    What.EQUIPMENT: Kind(
        What.EQUIPMENT,
        _l("消防器材"),
        _l("每行一件（或一处几件）器材：编号、名称、放在哪里、出厂日期。要先有楼栋和部位。"),
        "equipment",
        "equipment.index",
        frozenset({Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL}),
        equipment.FIELDS,
        equipment.check,
        equipment.carry,
    ),
}
ALIASES = {"buildings": What.SPACES}
"""Other words in addresses."""
EVERY_RIGHT = frozenset.union(*(kind.rights for kind in KINDS.values()))


def of_word(word: str) -> Kind | None:
    """The kind that a word of an address means."""
    what = ALIASES.get(word) or (What(word) if word in set(What) else None)
    return KINDS[what] if what else None
