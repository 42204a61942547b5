"""Pieces of fire equipment and the changes of their state."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.equipment.rules import Life, State
from unitsafe.people.models import Person
from unitsafe.places.models import Space


class Equipment(Model):
    """A piece, or several alike in one place. ``number`` is never given to another one;
    ``kind`` is a key of content ``equipment``."""

    __tablename__ = "equipment"
    __table_args__ = (
        sa.CheckConstraint("quantity >= 1", name="at_least_one"),
        sa.Index(None, "space_id"),  # what hangs in a space
        sa.Index(None, "state", "number"),  # queries.register by state
        sa.Index(None, "kind", "number"),  # queries.register by kind
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(30), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    name: Mapped[str] = mapped_column(sa.String(60))
    model: Mapped[str] = mapped_column(sa.String(60), default="")
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    maker: Mapped[str] = mapped_column(sa.String(60), default="")
    made_on: Mapped[date | None]
    in_use_on: Mapped[date | None]
    last_service_on: Mapped[date | None]
    state: Mapped[State] = mapped_column(default=State.IN_USE)
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    space: Mapped[Space] = relationship(lazy="raise")
    events: Mapped[list["EquipmentEvent"]] = relationship(
        lazy="raise", back_populates="equipment", order_by="EquipmentEvent.id.desc()"
    )

    @property
    def life(self) -> Life:
        """What its dates are counted from."""
        return Life(self.made_on, self.in_use_on, self.last_service_on)


class EquipmentEvent(Model):
    """A change of state; written once."""

    __tablename__ = "equipment_event"
    __table_args__ = (sa.Index(None, "equipment_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    before: Mapped[State]
    after: Mapped[State]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    equipment: Mapped[Equipment] = relationship(lazy="raise", back_populates="events")
    by: Mapped[Person | None] = relationship(lazy="raise")


append_only(EquipmentEvent.__table__)
