"""The grid tree, the spaces of each leaf, and who answers for it when."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.people.models import Person
from unitsafe.places.models import Space


class Role(StrEnum):
    """What a person is to a grid. Source: domain README §3; helpers stand beside the one member."""

    LEADER = "grid_leader"
    MEMBER = "grid_member"
    INFO = "grid_info"
    HELPER = "helper"


class Grid(Model):
    """网格: ``level`` 1 school, 2 block, 3 spot; ``code`` is its place in the tree (01-02-03)."""

    __tablename__ = "grid"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="three_levels"),
        sa.CheckConstraint("(parent_id IS NULL) = (level = 1)", name="only_the_school_is_root"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grid.id"))
    level: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    is_active: Mapped[bool] = mapped_column(default=True)


class GridSpace(Model):
    """Which leaf grid a space belongs to, from a day on; one at a time."""

    __tablename__ = "grid_space"
    __table_args__ = (
        sa.Index(
            "uq_grid_space_now",
            "space_id",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        ),
        sa.Index(None, "grid_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    space: Mapped[Space] = relationship(lazy="raise")
    grid: Mapped[Grid] = relationship(lazy="raise")


class Assignment(Model):
    """定人定岗定责: a person answers for a grid, or one space, from a day until a day (included)."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.CheckConstraint("(grid_id IS NULL) <> (space_id IS NULL)", name="grid_or_space"),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_start"),
        sa.Index(None, "person_id"),  # the signed-in actor's grids
        sa.Index(None, "grid_id", "role"),  # who answers for a grid
        sa.Index(
            "uq_assignment_one_member",
            "grid_id",
            unique=True,
            sqlite_where=sa.text("role = 'grid_member' AND until_on IS NULL"),
            postgresql_where=sa.text("role = 'grid_member' AND until_on IS NULL"),
        ),  # 一格一员
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    grid_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grid.id"))
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    role: Mapped[Role]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person] = relationship(lazy="raise")
    grid: Mapped[Grid | None] = relationship(lazy="raise")
    space: Mapped[Space | None] = relationship(lazy="raise")
