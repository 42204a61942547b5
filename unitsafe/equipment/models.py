"""Pieces of fire equipment, their inspections, and what became of them."""

import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe import clock
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.equipment import rules
from unitsafe.equipment.rules import Action, Day, Life, Result, State
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.places.models import Space

CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 7
"""One sign more than the plate of a space has, so that no code means both."""


def new_code() -> str:
    """A code that reads well on a label."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


class Equipment(Model):
    """A piece, or several alike in one place. ``number`` is never given to another one;
    ``kind`` is a key of content ``equipment``, ``facts`` holds the ledger fields of that kind by
    name, days as they were written (2024-03-15, 2024-03). ``code`` opens its card for ever.

    ``since_on`` to ``service_unit``: see rules.Standing. ``inspect_on`` to ``is_complete`` follow
    from the rest (services.renew) and are kept for the lists.
    """

    __tablename__ = "equipment"
    __table_args__ = (
        sa.CheckConstraint("quantity >= 1", name="at_least_one"),
        sa.Index(None, "code", unique=True),  # queries.by_code
        sa.Index(None, "space_id"),  # what hangs in a space
        sa.Index(None, "state", "number"),  # queries.register by state
        sa.Index(None, "kind", "number"),  # queries.register by kind
        sa.Index(None, "inspect_on"),  # queries.is_due, to_inspect
        sa.Index(None, "upkeep_on"),  # queries.is_due
        sa.Index(None, "service_on"),  # queries.is_due
        sa.Index(None, "scrap_on"),  # queries.is_due
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(30), unique=True)
    code: Mapped[str] = mapped_column(sa.String(12), default=new_code)
    kind: Mapped[str] = mapped_column(sa.String(30))
    name: Mapped[str] = mapped_column(sa.String(60))
    model: Mapped[str] = mapped_column(sa.String(60), default="")
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    maker: Mapped[str] = mapped_column(sa.String(60), default="")
    made_on: Mapped[date | None]
    made_month_only: Mapped[bool] = mapped_column(default=False)
    in_use_on: Mapped[date | None]
    last_service_on: Mapped[date | None]
    battery_on: Mapped[date | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[State] = mapped_column(default=State.IN_USE)
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    approver: Mapped[str] = mapped_column(sa.String(60), default="")
    measure: Mapped[str] = mapped_column(sa.String(200), default="")
    service_unit: Mapped[str] = mapped_column(sa.String(60), default="")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("equipment.id"))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    inspected_on: Mapped[date | None]
    last_result: Mapped[Result | None]
    inspect_on: Mapped[date | None]
    upkeep_on: Mapped[date | None]
    service_on: Mapped[date | None]
    scrap_on: Mapped[date | None]
    is_complete: Mapped[bool] = mapped_column(default=False)
    space: Mapped[Space] = relationship(lazy="raise")
    events: Mapped[list["EquipmentEvent"]] = relationship(
        lazy="raise", back_populates="equipment", order_by="EquipmentEvent.id.desc()"
    )

    @property
    def life(self) -> Life:
        """What its dates are counted from."""
        return Life(
            self.made_on,
            self.in_use_on,
            self.last_service_on,
            self.battery_on,
            rules.expires_on(self.facts or {}),
        )

    @property
    def made(self) -> Day | None:
        """When it was made, as far as anybody knows."""
        return Day(self.made_on, self.made_month_only) if self.made_on else None

    @property
    def registered_on(self) -> date:
        """The day it came into the register."""
        return clock.local(self.created_at).date()


class EquipmentInterval(Model):
    """A number that the school set for a kind: ``what`` is one of rules.interval_keys."""

    __tablename__ = "equipment_interval"
    __table_args__ = (sa.CheckConstraint("number >= 1", name="at_least_one"),)
    kind: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    number: Mapped[int]


class EquipmentInspection(Model):
    """A piece was looked at; written once. ``name`` of the inspection, ``failed`` the texts of what
    was wrong. ``done_by``: the firm whose work was entered; ``is_backfilled``: entered later."""

    __tablename__ = "equipment_inspection"
    __table_args__ = (sa.Index(None, "equipment_id", "id"),)  # a piece's history
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
    on: Mapped[date]
    result: Mapped[Result]
    failed: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    done_by: Mapped[str] = mapped_column(sa.String(60), default="")
    hazard_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hazard.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    is_backfilled: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")


class EquipmentPhoto(Model):
    """A photo of a piece, or of what an inspection found."""

    __tablename__ = "equipment_photo"
    __table_args__ = (
        sa.Index(None, "equipment_id", "id"),  # a piece's card
        sa.Index(None, "photo_id"),  # queries.photo_ids: whether a photo may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    inspection_id: Mapped[int | None] = mapped_column(sa.ForeignKey("equipment_inspection.id"))


class EquipmentEvent(Model):
    """What became of a piece; written once. ``changes``: column or fact → what it was and became,
    as text."""

    __tablename__ = "equipment_event"
    __table_args__ = (sa.Index(None, "equipment_id", "id"),)  # a piece's page
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    action: Mapped[Action] = mapped_column(default=Action.STATE)
    before: Mapped[State]
    after: Mapped[State]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    equipment: Mapped[Equipment] = relationship(lazy="raise", back_populates="events")
    by: Mapped[Person | None] = relationship(lazy="raise")


append_only(EquipmentEvent.__table__)
append_only(EquipmentInspection.__table__)
