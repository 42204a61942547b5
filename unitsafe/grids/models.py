"""The grid tree, the spaces of each leaf, and who answers for it when."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.grids.rules import Facts
from unitsafe.people.models import Person
from unitsafe.places.models import Space


class Role(StrEnum):
    """What a person is to a grid. Source: domain README §3; helpers stand beside the one member."""

    LEADER = "grid_leader"
    MEMBER = "grid_member"
    INFO = "grid_info"
    HELPER = "helper"


class Grid(Model):
    """网格: ``level`` 1 school, 2 block, 3 spot; ``code`` is its place in the tree (01-02-03).

    ``position`` orders the children of a parent. One out of use keeps its parent and its history;
    its ``code`` is then none of the tree (rules.retired_code).
    """

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
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        return Facts(self.id, self.level, self.parent_id, self.name, self.is_active)


class GridPast(Model):
    """What a grid was before it changed on a day; with ``into_id`` it went into that grid then.

    What held on a day is the first row with a later ``changed_on``, else the grid as it is.
    """

    __tablename__ = "grid_past"
    __table_args__ = (
        sa.Index(None, "grid_id", "id"),  # the history of a grid
        sa.Index(None, "code"),  # to whom an old number belonged
        sa.Index(None, "changed_on"),  # the tree of a past day
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    changed_on: Mapped[date]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grid.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(60))
    into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grid.id"))
    grid: Mapped[Grid] = relationship(lazy="raise", foreign_keys=grid_id)
    parent: Mapped[Grid | None] = relationship(lazy="raise", foreign_keys=parent_id)
    into: Mapped[Grid | None] = relationship(lazy="raise", foreign_keys=into_id)


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


class Handover(Model):
    """交接: one leader or member of a grid succeeds another from a day on.

    ``done_at`` is set when what was still open has gone over to the successor: on that day, or the
    first time anybody looks afterwards.
    """

    __tablename__ = "handover"
    __table_args__ = (
        sa.Index(None, "grid_id", "id"),  # the history of a grid
        sa.Index(
            "ix_handover_waiting",
            "from_on",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),  # what takes effect today
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    role: Mapped[Role]
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    from_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    grid: Mapped[Grid] = relationship(lazy="raise")
    giver: Mapped[Person] = relationship(lazy="raise", foreign_keys=from_id)
    taker: Mapped[Person] = relationship(lazy="raise", foreign_keys=to_id)


append_only(GridPast.__table__)
