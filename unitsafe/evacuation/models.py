"""Assembly points, the way out of each floor, guides, helpers, volunteers, checks of the maps."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.classes.models import SchoolClass
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.evacuation.rules import Need
from unitsafe.people.models import Person


class AssemblyPoint(Model):
    """集合点: where those who left a floor are counted."""

    __tablename__ = "assembly_point"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))
    place: Mapped[str] = mapped_column(sa.String(60))
    for_whom: Mapped[str] = mapped_column(sa.String(80), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class FloorRoute(Model):
    """The way out of a floor: which stairs, which exit, where to."""

    __tablename__ = "floor_route"
    __table_args__ = (sa.UniqueConstraint("building_id", "floor"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int]
    route: Mapped[str] = mapped_column(sa.String(120))
    exits: Mapped[str] = mapped_column(sa.String(60), default="")
    point_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assembly_point.id"))
    point: Mapped[AssemblyPoint | None] = relationship(lazy="raise")


class EvacGuide(Model):
    """疏散引导员 of a floor with a deputy; ``stand`` is where on the floor.

    Ended on its first day, it never held: ``until_on`` is then the day before.
    """

    __tablename__ = "evac_guide"
    __table_args__ = (
        sa.CheckConstraint("deputy_id <> person_id", name="deputy_is_another"),
        sa.Index(None, "until_on", "building_id", "floor"),  # queries.guides
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    deputy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    stand: Mapped[str] = mapped_column(sa.String(40), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
    deputy: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=deputy_id)


class MapCheck(Model):
    """The evacuation map of a space hung there and was right on that day; written once."""

    __tablename__ = "map_check"
    __table_args__ = (sa.Index(None, "space_id", "checked_on"),)  # queries.rooms, the metric
    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    checked_on: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class PupilInNeed(Model):
    """A pupil who cannot leave alone: class and initials only, and who helps."""

    __tablename__ = "pupil_in_need"
    __table_args__ = (
        sa.CheckConstraint("second_id <> helper_id", name="two_helpers"),
        sa.Index(None, "until_on"),  # queries.pupils
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(sa.ForeignKey("school_class.id"))
    initials: Mapped[str] = mapped_column(sa.String(3))
    need: Mapped[Need]
    helper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    school_class: Mapped[SchoolClass] = relationship(lazy="raise")
    helper: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=helper_id)
    second: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=second_id)


class FireVolunteer(Model):
    """A member of staff (志愿消防队员), or a pupil by class and initials (班级消防员)."""

    __tablename__ = "fire_volunteer"
    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (class_id IS NULL)", name="person_or_class"),
        sa.Index(None, "until_on"),  # queries.volunteers
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school_class.id"))
    initials: Mapped[str] = mapped_column(sa.String(3), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person | None] = relationship(lazy="raise")
    school_class: Mapped[SchoolClass | None] = relationship(lazy="raise")


append_only(MapCheck.__table__)
