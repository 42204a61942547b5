"""Tips and their append-only events."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.places.models import Space
from unitsafe.tips import rules
from unitsafe.tips.rules import Action, Channel, Outcome, State


class Tip(Model):
    """举报: what, where, from whom if they say so, who deals with it, what was answered.

    ``number`` is for the school, ``word`` the secret end of the address that the sender keeps;
    ``photo_bytes``: what its photos take on the disk; ``answered_at``: the first answer;
    ``outcome`` and ``answer``: the newest.
    """

    __tablename__ = "tip"
    __table_args__ = (
        sa.CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", name="answered_at"),
        sa.CheckConstraint("state <> 'hazard' OR hazard_id IS NOT NULL", name="hazard"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        sa.Index(None, "received_at", "id"),  # queries.ledger newest first, services.receive
        sa.Index(None, "state", "due_on", "id"),  # queries.ledger of the unanswered, waiting
        sa.Index(None, "hazard_id"),  # the tip behind a hazard
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    word: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[State] = mapped_column(default=State.RECEIVED)
    channel: Mapped[Channel]
    text: Mapped[str] = mapped_column(sa.Text)
    place: Mapped[str] = mapped_column(sa.String(80))
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    name: Mapped[str] = mapped_column(sa.String(40), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    photo_bytes: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    due_on: Mapped[date]
    accepted_at: Mapped[datetime | None]
    handler_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    hazard_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hazard.id"))
    outcome: Mapped[Outcome | None]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None]
    reward: Mapped[str] = mapped_column(sa.String(100), default="")
    rating: Mapped[int | None]
    follow_up: Mapped[str] = mapped_column(sa.String(300), default="")
    version: Mapped[int] = mapped_column()
    space: Mapped[Space | None] = relationship(lazy="raise")
    handler: Mapped[Person | None] = relationship(lazy="raise")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise")
    events: Mapped[list["TipEvent"]] = relationship(
        lazy="raise", back_populates="tip", order_by="TipEvent.id"
    )
    photos: Mapped[list["TipPhoto"]] = relationship(lazy="raise", order_by="TipPhoto.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def address_number(self) -> str:
        """The number as its sender knows it: JB-2026-0007-K3QPX7."""
        return f"{self.number}-{self.word}"

    def actions_open_to(self, actor: Actor) -> list[Action]:
        """What ``actor`` may do with it now."""
        return rules.open_actions(self.state, actor)


class TipEvent(Model):
    """One step in a tip's life; written once."""

    __tablename__ = "tip_event"
    __table_args__ = (sa.Index(None, "tip_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(sa.ForeignKey("tip.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    outcome: Mapped[Outcome | None]
    rating: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    tip: Mapped[Tip] = relationship(lazy="raise", back_populates="events")
    by: Mapped[Person | None] = relationship(lazy="raise")


class TipPhoto(Model):
    """A photo that came with a tip."""

    __tablename__ = "tip_photo"
    __table_args__ = (sa.UniqueConstraint("tip_id", "photo_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(sa.ForeignKey("tip.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    photo: Mapped[Photo] = relationship(lazy="raise")


class TipSerial(Model):
    """The last number given out in a year; numbers are never used again."""

    __tablename__ = "tip_serial"
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


append_only(TipEvent.__table__)
