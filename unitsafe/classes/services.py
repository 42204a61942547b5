"""Changing classes."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.classes.models import SchoolClass
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError


@dataclass(frozen=True)
class Facts:
    """What is known of a class."""

    name: str
    grade: int
    pupils: int
    boarders: int = 0
    head_teacher_id: int | None = None
    space_id: int | None = None


def save(
    session: Session, one: SchoolClass | None, facts: Facts, *, by: Actor | None, now: datetime
) -> SchoolClass:
    """A new class, or a changed one. Raises RuleError when the name is taken."""
    others = sa.select(SchoolClass).where(
        SchoolClass.name == facts.name, SchoolClass.id != (one.id if one else 0)
    )
    if other := session.scalars(others).first():
        if other.is_active:
            raise RuleError("已经有“%(name)s”了。", name=facts.name)
        raise RuleError("已经有“%(name)s”了（已停用，可以恢复使用）。", name=facts.name)
    act = "class.change" if one else "class.add"
    if one is None:
        last = session.scalar(sa.select(sa.func.max(SchoolClass.position))) or 0
        one = SchoolClass(position=last + 1)
        session.add(one)
    for name, value in asdict(facts).items():
        setattr(one, name, value)
    session.flush()
    audit.record(session, act, f"class:{one.id}", by=by, now=now, data=asdict(facts))
    return one


def retire(
    session: Session, one: SchoolClass, *, is_active: bool, by: Actor | None, now: datetime
) -> None:
    """The class left school, or is there again."""
    one.is_active = is_active
    act = "class.restore" if is_active else "class.retire"
    audit.record(session, act, f"class:{one.id}", by=by, now=now, data={"name": one.name})
