"""The station, its team, its kit with counts written once, its musters."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.micro_station import rules
from unitsafe.micro_station.rules import Group, KitState, Role
from unitsafe.people.models import Person
from unitsafe.places.models import Space
from unitsafe.roster.models import Shift


class MicroStation(Model):
    """The one station of the school: where it is, its phone, the shift that stands its duty."""

    __tablename__ = "micro_station"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    shift_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shift.id"))
    space: Mapped[Space | None] = relationship(lazy="raise")
    shift: Mapped[Shift | None] = relationship(lazy="raise")


class StationMember(Model):
    """Somebody in the team from a day on, until (and including) a day; never overwritten.

    Ended on the first day, it never held: ``until_on`` is then the day before.
    """

    __tablename__ = "station_member"
    __table_args__ = (
        sa.Index(None, "until_on"),  # queries.members
        sa.Index(None, "person_id"),  # services.add_member: not twice
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    role: Mapped[Role]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person] = relationship(lazy="raise")


class KitItem(Model):
    """A line of the kit. ``present`` are those that are there and sound."""

    __tablename__ = "kit_item"
    __table_args__ = (sa.CheckConstraint("expected >= 0 AND present >= 0", name="counts"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kit_group: Mapped[Group]
    name: Mapped[str] = mapped_column(sa.String(40))
    model: Mapped[str] = mapped_column(sa.String(40), default="")
    expected: Mapped[int]
    present: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date | None]
    keeper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    keeper: Mapped[Person | None] = relationship(lazy="raise")

    def state(self, today: date, warn_days: int) -> KitState:
        """How it stands on ``today``."""
        return rules.kit_state(
            expected=self.expected,
            present=self.present,
            expires_on=self.expires_on,
            today=today,
            warn_days=warn_days,
        )


class KitCount(Model):
    """点验: what was counted, written once. ``counted``: item's id as text → how many."""

    __tablename__ = "kit_count"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    counted: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    by: Mapped[Person] = relationship(lazy="raise")


class Muster(Model):
    """抽测集合: from the signal to the last of ``arrived`` at the place; written once."""

    __tablename__ = "muster"
    __table_args__ = (
        sa.CheckConstraint("seconds > 0 AND arrived > 0", name="somebody_came"),
        sa.Index(None, "signal_at", "id"),  # queries.musters, the metric
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    signal_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(sa.String(60))
    arrived: Mapped[int]
    seconds: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")


append_only(KitCount.__table__)
append_only(Muster.__table__)
