"""Classes of pupils. No pupil is named here."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.people.models import Person
from unitsafe.places.models import Space


class SchoolClass(Model):
    """班级: ``grade`` is 1 for the youngest; ``boarders`` are those of ``pupils`` who stay at night."""

    __tablename__ = "school_class"
    __table_args__ = (
        sa.CheckConstraint("pupils >= 0 AND boarders >= 0 AND boarders <= pupils", name="counts"),
        sa.Index(None, "is_active", "grade", "position"),  # queries.classes
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), unique=True)
    grade: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    pupils: Mapped[int] = mapped_column(default=0)
    boarders: Mapped[int] = mapped_column(default=0)
    head_teacher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    head_teacher: Mapped[Person | None] = relationship(lazy="raise")
    space: Mapped[Space | None] = relationship(lazy="raise")
