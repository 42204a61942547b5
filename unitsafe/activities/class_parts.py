"""Which classes had a lesson, and how many letters to the families went out and came back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.activities import services
from unitsafe.activities.attendance import check_open
from unitsafe.activities.models import Activity, ClassPart
from unitsafe.activities.rules import Action
from unitsafe.classes.models import SchoolClass
from unitsafe.core.domain import Actor, RuleError


@dataclass(frozen=True)
class Letters:
    """Letters handed out to a class, and those that came back."""

    sent: int
    returned: int


def set_classes(
    session: Session, activity: Activity, class_ids: Collection[int]
) -> services.Changes:
    """Exactly these classes take part; what changed."""
    rows = {part.class_id: part for part in parts(session, activity)}
    added = [one for one in class_ids if one not in rows]
    gone = [one for one in rows if one not in class_ids]
    for class_id in gone:
        session.delete(rows[class_id])
    session.add_all(ClassPart(activity_id=activity.id, class_id=one) for one in added)
    session.flush()
    told = {"classes_in": added, "classes_out": gone}
    return {name: ("", _names(session, ids)) for name, ids in told.items() if ids}


def count_letters(
    session: Session, activity: Activity, counts: Mapping[int, Letters], *, by: Actor, now: datetime
) -> None:
    """How many letters each class got and gave back; nothing counted leaves a class out."""
    check_open(activity, by)
    for class_id, found in counts.items():
        if found.returned > found.sent:
            raise RuleError("收回的不能比发出的多。", field=f"returned-{class_id}")
    told = dict(set_classes(session, activity, [one for one in counts if counts[one].sent]))
    for part in parts(session, activity):
        found = counts[part.class_id]
        if (part.sent, part.returned) != (found.sent, found.returned):
            told[part.school_class.name] = (
                f"{part.returned} / {part.sent}",
                f"{found.returned} / {found.sent}",
            )
            part.sent, part.returned = found.sent, found.returned
    session.flush()
    if told:
        services.log(session, activity, Action.CHANGE, changes=told, by=by, now=now)


def parts(session: Session, activity: Activity) -> list[ClassPart]:
    """The classes that take part, by grade."""
    return list(
        session.scalars(
            sa.select(ClassPart)
            .join(SchoolClass, SchoolClass.id == ClassPart.class_id)
            .where(ClassPart.activity_id == activity.id)
            .options(joinedload(ClassPart.school_class))
            .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
        )
    )


def _names(session: Session, ids: Collection[int]) -> str:
    select = sa.select(SchoolClass.name).where(SchoolClass.id.in_(ids))
    return "、".join(session.scalars(select.order_by(SchoolClass.grade, SchoolClass.id)))
