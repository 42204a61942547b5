"""Shifts, the turns of the roster with their history, swaps, and feeds for calendars."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.people.models import Person
from unitsafe.roster.rules import RosterAction, ShiftDays, Span, SwapState, span


class Shift(Model):
    """班次: stood by ``people`` at once on its days. ``ends`` not later than ``starts`` is on the
    next day; ``weekdays`` are digits 1 (Monday) to 7, empty for all.

    Whoever holds one of ``posts``, or is in ``pool``, may stand it. With a checklist every turn
    brings a check, by the plan of ``plan_id``.
    """

    __tablename__ = "shift"
    __table_args__ = (sa.CheckConstraint("people BETWEEN 1 AND 9", name="some_people"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    title: Mapped[str] = mapped_column(sa.String(20), unique=True)
    place: Mapped[str] = mapped_column(sa.String(40))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    starts: Mapped[time]
    ends: Mapped[time]
    days: Mapped[ShiftDays]
    weekdays: Mapped[str] = mapped_column(sa.String(7), default="")
    people: Mapped[int]
    posts: Mapped[list[str]]
    checklist_key: Mapped[str | None] = mapped_column(sa.String(40))
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"), unique=True)
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    pool: Mapped[list["ShiftPerson"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ShiftPerson.person_id"
    )

    def time_on(self, day: date) -> Span:
        """When it is stood on ``day``."""
        return span(day, self.starts, self.ends)


class ShiftPerson(Model):
    """Somebody who may stand a shift whatever their post."""

    __tablename__ = "shift_person"
    shift_id: Mapped[int] = mapped_column(sa.ForeignKey("shift.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class RosterEntry(Model):
    """One place of a shift on a day: who was planned, and who stood in. Without a person it is a
    gap; nothing deletes one, so that its history stays."""

    __tablename__ = "roster_entry"
    __table_args__ = (
        sa.UniqueConstraint("shift_id", "day", "slot"),
        sa.UniqueConstraint("shift_id", "day", "person_id"),
        sa.CheckConstraint("slot BETWEEN 1 AND 9", name="some_slot"),
        sa.CheckConstraint("stand_in_id <> person_id", name="stand_in_is_another"),
        sa.Index(None, "day"),  # the month, today
        sa.Index(None, "person_id", "day"),  # my turns, how many each
        sa.Index(None, "stand_in_id", "day"),  # turns I stand in for
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(sa.ForeignKey("shift.id"))
    day: Mapped[date]
    slot: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    stand_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    stand_in_note: Mapped[str] = mapped_column(sa.String(80), default="")
    is_swapped: Mapped[bool] = mapped_column(default=False)
    shift: Mapped[Shift] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=person_id)
    stand_in: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=stand_in_id)


class RosterEvent(Model):
    """What happened to a turn, written once: who had it before, who has it now.

    ``is_late``: written after its day.
    """

    __tablename__ = "roster_event"
    __table_args__ = (sa.Index(None, "entry_id", "id"),)  # the history of a turn
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("roster_entry.id"))
    action: Mapped[RosterAction]
    before_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(80), default="")
    is_late: Mapped[bool] = mapped_column(default=False)
    before: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=before_id)
    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=person_id)
    by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=by_id)


class Swap(Model):
    """调班: the asker offers a turn for one of the other's, or only asks the other to take it."""

    __tablename__ = "roster_swap"
    __table_args__ = (
        sa.CheckConstraint("asker_id <> other_id", name="two_people"),
        sa.CheckConstraint("entry_id <> other_entry_id", name="two_turns"),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_iff_answered"),
        sa.Index(
            "uq_roster_swap_open",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),  # one request at a time
        sa.Index(None, "other_id", "state", "id"),  # what waits for my answer
        sa.Index(None, "asker_id", "state", "id"),  # what I asked
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("roster_entry.id"))
    other_entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("roster_entry.id"), index=True)
    asker_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[SwapState] = mapped_column(default=SwapState.ASKED)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    entry: Mapped[RosterEntry] = relationship(lazy="raise", foreign_keys=entry_id)
    other_entry: Mapped[RosterEntry | None] = relationship(
        lazy="raise", foreign_keys=other_entry_id
    )
    asker: Mapped[Person] = relationship(lazy="raise", foreign_keys=asker_id)
    other: Mapped[Person] = relationship(lazy="raise", foreign_keys=other_id)


class CalendarFeed(Model):
    """The secret address at which a person's calendar reads their turns; renewing it shuts the
    old one."""

    __tablename__ = "calendar_feed"
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(43), unique=True)
    renewed_at: Mapped[datetime]


append_only(RosterEvent.__table__)
