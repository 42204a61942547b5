"""Hazards and their append-only events."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor
from unitsafe.grids.models import Grid
from unitsafe.hazards import rules
from unitsafe.hazards.effects import Step
from unitsafe.hazards.rules import Action, Card, CardNumbers, Facts, Fix, Level, Source, State
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
        sa.Index(None, "space_id", "category", "found_at"),  # history of a space, how often again
        sa.Index(None, "reporter_id", "state", "closed_at"),  # today: mine to rate
        sa.Index(None, "recurrence_of_id"),  # recurrences
        sa.Index(None, "closed_at"),  # closed hazards to look back on
        sa.Index(None, "due_on"),  # metrics.hazards_closed_on_time_rate, ledger by deadline
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
    budget: Mapped[int | None]
    """Yuan set aside for it."""
    cost: Mapped[int | None]
    """Yuan it took."""
    extension_to: Mapped[date | None]
    """Asked for and not answered yet."""
    supervisor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    supervise_until: Mapped[date | None]
    escalated_to: Mapped[str] = mapped_column(sa.String(80), default="")
    transferred_to: Mapped[str] = mapped_column(sa.String(80), default="")
    rating: Mapped[int | None]
    """1 to 5 stars of the finder."""
    recurrence_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hazard.id"))
    times: Mapped[int] = mapped_column(default=1)
    """For the how many-th time in 30 days its space and category when it was found."""
    card_lifted: Mapped[Card | None]
    told_step: Mapped[int] = mapped_column(default=0)
    """How far up the grid its lateness was told."""
    version: Mapped[int] = mapped_column()
    space: Mapped[Space | None] = relationship(lazy="raise")
    grid: Mapped[Grid] = relationship(lazy="raise")
    reporter: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=reporter_id)
    holder: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=holder_id)
    supervisor: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=supervisor_id)
    recurrence_of: Mapped["Hazard | None"] = relationship(lazy="raise", remote_side=id)
    events: Mapped[list["HazardEvent"]] = relationship(
        lazy="raise", back_populates="hazard", order_by="HazardEvent.id"
    )
    __mapper_args__ = {"version_id_col": version}

    def facts(self, card: Card | None = None) -> Facts:
        """What the rules look at; ``card``: the one it carries today, where somebody may lift it."""
        return Facts(
            self.state,
            self.level,
            self.grid_id,
            self.holder_id,
            self.fixed_by_id,
            rechecked=self.rechecked_by_id is not None,
            # whoever sent a tip says on its own page how it was handled
            reporter_id=None if self.source is Source.TIP else self.reporter_id,
            supervisor_id=self.supervisor_id,
            is_stopped=self.stop_use,
            asks_extension=self.extension_to is not None,
            is_escalated=self.escalated_to != "",
            is_transferred=self.transferred_to != "",
            is_rated=self.rating is not None,
            card=card,
        )

    def actions_open_to(self, actor: Actor, card: Card | None = None) -> list[Action]:
        """What ``actor`` may do with it now."""
        return rules.open_actions(self.facts(card), actor)

    def card(self, today: date, numbers: CardNumbers) -> Card | None:
        """The card it carries on ``today``."""
        return rules.card(
            self.state,
            self.level,
            self.due_on,
            today,
            numbers,
            times=self.times,
            lifted=self.card_lifted,
        )

    def days_late(self, today: date) -> int:
        """Calendar days past its deadline."""
        return rules.days_late(self.state, self.due_on, today)

    def take(self, step: Step, effects: Mapping[str, object]) -> "HazardEvent":
        """Change it as ``effects`` says; the event to keep."""
        for name, value in effects.items():
            setattr(self, name, value)
        return HazardEvent(hazard_id=self.id, **vars(step))


IS_REJECT = sa.text("action = 'reject'")
"""In the words of the partial index, so that it is used."""


class HazardEvent(Model):
    """One step in a hazard's life; written once."""

    __tablename__ = "hazard_event"
    __table_args__ = (
        sa.Index(None, "hazard_id", "id"),
        sa.Index(
            "ix_hazard_event_rejected", "at", sqlite_where=IS_REJECT, postgresql_where=IS_REJECT
        ),  # then.open_then: rejected since a day
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    due_on: Mapped[date | None]
    level: Mapped[Level | None]
    amount: Mapped[int | None]
    """Yuan."""
    body: Mapped[str] = mapped_column(sa.String(80), default="")
    """The office or company a letter went to; of a lifted card, which."""
    document_no: Mapped[str] = mapped_column(sa.String(60), default="")
    rating: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    hazard: Mapped[Hazard] = relationship(lazy="raise", back_populates="events")
    by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=by_id)
    to: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=to_id)

    @property
    def step(self) -> Step:
        """What happened, as the rules see it."""
        return Step(**{name: getattr(self, name) for name in Step.__dataclass_fields__})


class HazardPhoto(Model):
    """A photo of a hazard; ``is_after`` shows it fixed. Each attempt keeps its own photos."""

    __tablename__ = "hazard_photo"
    __table_args__ = (
        sa.UniqueConstraint("hazard_id", "photo_id"),
        sa.Index(None, "photo_id"),  # whether a photo may be seen
    )
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
