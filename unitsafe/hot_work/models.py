"""Permits, their append-only events and photos."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.hot_work import rules
from unitsafe.hot_work.rules import Action, Parties, State
from unitsafe.people.models import Person
from unitsafe.places.models import Space


class HotWorkSerial(Model):
    """The last number given out in a year."""

    __tablename__ = "hot_work_serial"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class HotWorkPermit(Model):
    """动火单: where, what, who works and who watches, between two moments of one day.

    ``unit`` is the contractor, empty for the school's own staff; ``finished_at`` is when the work
    ended, from which the look afterwards counts.
    """

    __tablename__ = "hot_work_permit"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        sa.CheckConstraint(
            "state NOT IN ('finished', 'closed') OR finished_at IS NOT NULL",
            name="finished_some_time",
        ),
        sa.Index(None, "starts_at", "id"),  # queries.ledger, newest first
        sa.Index(None, "state", "starts_at"),  # today.permits, queries.counts_by_state
        sa.Index(None, "watcher_id", "state"),  # today.permits: the watcher's
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    state: Mapped[State] = mapped_column(default=State.APPLIED)
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    place: Mapped[str] = mapped_column(sa.String(60), default="")
    work: Mapped[str] = mapped_column(sa.String(200))
    unit: Mapped[str] = mapped_column(sa.String(60), default="")
    worker: Mapped[str] = mapped_column(sa.String(20))
    certificate_no: Mapped[str] = mapped_column(sa.String(40))
    certificate_until: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    measures: Mapped[list[str]]
    applicant_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    watcher_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    space: Mapped[Space] = relationship(lazy="raise")
    applicant: Mapped[Person] = relationship(lazy="raise", foreign_keys=applicant_id)
    watcher: Mapped[Person] = relationship(lazy="raise", foreign_keys=watcher_id)
    events: Mapped[list["HotWorkEvent"]] = relationship(lazy="raise", order_by="HotWorkEvent.id")
    photos: Mapped[list["HotWorkPhoto"]] = relationship(lazy="raise", order_by="HotWorkPhoto.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def parties(self) -> Parties:
        """Whose permit it is."""
        return Parties(self.applicant_id, self.watcher_id)

    def is_lapsed(self, now: datetime) -> bool:
        """Whether its window went by before anybody began."""
        return self.state in (State.APPLIED, State.APPROVED) and self.ends_at <= now

    def after_check_from(self, minutes: int) -> datetime | None:
        """From when on the look afterwards counts; None before the work ended and once closed."""
        if self.state is not State.FINISHED or self.finished_at is None:
            return None
        return rules.after_check_from(self.finished_at, minutes)


class HotWorkEvent(Model):
    """One step; written once. ``answers``: the site's checklist at the start, item → ok or na."""

    __tablename__ = "hot_work_event"
    __table_args__ = (sa.Index(None, "permit_id", "id"),)  # the permit's page
    id: Mapped[int] = mapped_column(primary_key=True)
    permit_id: Mapped[int] = mapped_column(sa.ForeignKey("hot_work_permit.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[Person] = relationship(lazy="raise")


class HotWorkPhoto(Model):
    """A photo of the site before, or after the work."""

    __tablename__ = "hot_work_photo"
    __table_args__ = (
        sa.UniqueConstraint("permit_id", "photo_id"),
        sa.Index(None, "photo_id"),  # queries.photo_ids: whether a photo may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    permit_id: Mapped[int] = mapped_column(sa.ForeignKey("hot_work_permit.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    action: Mapped[Action]


append_only(HotWorkEvent.__table__)
