"""Reading the classes."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.classes.models import SchoolClass
from unitsafe.places.models import Space


def classes(session: Session) -> Sequence[SchoolClass]:
    """Every class of today by grade, with its teacher and its room."""
    return session.scalars(
        sa.select(SchoolClass)
        .where(SchoolClass.is_active)
        .options(
            joinedload(SchoolClass.head_teacher),
            joinedload(SchoolClass.space).joinedload(Space.building),
        )
        .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
    ).all()


def retired(session: Session) -> Sequence[SchoolClass]:
    """Classes that left, by name."""
    return session.scalars(
        sa.select(SchoolClass).where(SchoolClass.is_active.is_(False)).order_by(SchoolClass.name)
    ).all()
