"""Visits, what they found, and their append-only events."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.visits import rules
from unitsafe.visits.rules import Action, Kind, State


class Visit(Model):
    """Somebody came to inspect: who, when, why; by when they want a reply, and when it went out."""

    __tablename__ = "visit"
    __table_args__ = (
        sa.CheckConstraint(
            "reply_due_on IS NULL OR reply_due_on >= visited_on", name="reply_after_visit"
        ),
        sa.Index(None, "visited_on", "id"),  # queries.ledger, newest first
        sa.Index(None, "replied_on", "reply_due_on"),  # queries.late_replies
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    body: Mapped[str] = mapped_column(sa.String(60))
    inspectors: Mapped[str] = mapped_column(sa.String(100), default="")
    accompanied_by: Mapped[str] = mapped_column(sa.String(100), default="")
    visited_on: Mapped[date]
    document_no: Mapped[str] = mapped_column(sa.String(60), default="")
    reply_due_on: Mapped[date | None]
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    replied_on: Mapped[date | None]
    reply_no: Mapped[str] = mapped_column(sa.String(60), default="")
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    findings: Mapped[list["VisitFinding"]] = relationship(
        lazy="raise", back_populates="visit", order_by="VisitFinding.id"
    )
    photos: Mapped[list["VisitPhoto"]] = relationship(lazy="raise", order_by="VisitPhoto.id")
    events: Mapped[list["VisitEvent"]] = relationship(lazy="raise", order_by="VisitEvent.id")
    __mapper_args__ = {"version_id_col": version}

    def state(self, today: date) -> State:
        """How the reply stands."""
        return rules.state_of(self.reply_due_on, self.replied_on, today)


class VisitFinding(Model):
    """One thing they found, kept as a hazard; ``due_on`` is the day they gave."""

    __tablename__ = "visit_finding"
    __table_args__ = (sa.Index(None, "visit_id", "id"),)  # the visit's page
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visit.id"))
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"), unique=True)
    due_on: Mapped[date | None]
    basis: Mapped[str] = mapped_column(sa.String(120), default="")
    visit: Mapped[Visit] = relationship(lazy="raise", back_populates="findings")
    hazard: Mapped[Hazard] = relationship(lazy="raise")


class VisitPhoto(Model):
    """A page of the notice they left, or a photo of the visit."""

    __tablename__ = "visit_photo"
    __table_args__ = (
        sa.UniqueConstraint("visit_id", "photo_id"),
        sa.Index(None, "photo_id"),  # queries.photo_ids: whether a photo may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visit.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))


class VisitEvent(Model):
    """One step with a visit; written once. ``changes``: column → what it was and became, as text."""

    __tablename__ = "visit_event"
    __table_args__ = (sa.Index(None, "visit_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visit.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[Person] = relationship(lazy="raise")


append_only(VisitEvent.__table__)
