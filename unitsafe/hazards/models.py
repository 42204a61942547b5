"""Hazards and their append-only events."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor
from unitsafe.grids.models import Grid
from unitsafe.hazards import rules
from unitsafe.hazards.rules import Action, Facts, Fix, Level, Source, State
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.places.models import Space


class Hazard(Model):
    """隐患: where, what, how grave, who has to fix it by when, and where it stands."""

    __tablename__ = "hazard"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_iff_closed"
        ),
        sa.CheckConstraint(
            "state <> 'assigned' OR holder_id IS NOT NULL", name="assigned_has_holder"
        ),
        sa.CheckConstraint(
            "state <> 'assigned' OR due_on IS NOT NULL", name="assigned_has_deadline"
        ),
        sa.Index(None, "found_at", "id"),  # queries.ledger, newest first
        sa.Index(None, "state", "found_at", "id"),  # ledger by state, open hazards
        sa.Index(None, "grid_id", "found_at", "id"),  # ledger by grid
        sa.Index(None, "category", "found_at", "id"),  # ledger by category
        sa.Index(None, "level", "found_at", "id"),  # ledger by level
        sa.Index(None, "source", "found_at", "id"),  # ledger by source
        sa.Index(None, "holder_id", "state"),  # today: mine to fix; ledger by holder
        sa.Index(None, "space_id"),  # history of a space
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    state: Mapped[State] = mapped_column(default=State.REPORTED)
    level: Mapped[Level]
    category: Mapped[str] = mapped_column(sa.String(30))
    description: Mapped[str] = mapped_column(sa.Text)
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    fix: Mapped[Fix]
    stop_use: Mapped[bool] = mapped_column(default=False)
    source: Mapped[Source]
    source_ref: Mapped[str] = mapped_column(sa.String(40), default="")
    found_at: Mapped[datetime]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    fixed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    rechecked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    measure: Mapped[str] = mapped_column(sa.Text, default="")
    interim_measure: Mapped[str] = mapped_column(sa.Text, default="")
    due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    space: Mapped[Space | None] = relationship(lazy="raise")
    grid: Mapped[Grid] = relationship(lazy="raise")
    reporter: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=reporter_id)
    holder: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=holder_id)
    events: Mapped[list["HazardEvent"]] = relationship(
        lazy="raise", back_populates="hazard", order_by="HazardEvent.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        return Facts(
            self.state,
            self.level,
            self.grid_id,
            self.holder_id,
            self.fixed_by_id,
            self.rechecked_by_id is not None,
        )

    def actions_open_to(self, actor: Actor) -> list[Action]:
        """What ``actor`` may do with it now."""
        return rules.open_actions(self.facts, actor)


class HazardEvent(Model):
    """One step in a hazard's life; written once."""

    __tablename__ = "hazard_event"
    __table_args__ = (sa.Index(None, "hazard_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    hazard: Mapped[Hazard] = relationship(lazy="raise", back_populates="events")
    by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=by_id)
    to: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=to_id)


class HazardPhoto(Model):
    """A photo of a hazard; ``is_after`` shows it fixed. Each attempt keeps its own photos."""

    __tablename__ = "hazard_photo"
    __table_args__ = (sa.UniqueConstraint("hazard_id", "photo_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    is_after: Mapped[bool]
    at: Mapped[datetime]
    photo: Mapped[Photo] = relationship(lazy="raise")


class HazardSerial(Model):
    """The last number given out in a year; numbers are never used again."""

    __tablename__ = "hazard_serial"
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


append_only(HazardEvent.__table__)
