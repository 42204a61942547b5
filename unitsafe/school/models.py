"""The school, its terms, its days."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.db import Model
from unitsafe.school import settings
from unitsafe.school.rules import Stage


class School(Model):
    """The one school of this installation. ``flags`` and ``settings`` hold only what differs.

    ``address``: where phones open this installation (http://192.168.1.20:8000), empty until set;
    ``hotline``: the phone number for reports (举报电话) on the plates.
    """

    __tablename__ = "school"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(sa.String(80))
    short_name: Mapped[str] = mapped_column(sa.String(20))
    stage: Mapped[Stage]
    address: Mapped[str] = mapped_column(sa.String(120), default="")
    hotline: Mapped[str] = mapped_column(sa.String(20), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[dict[str, Any]] = mapped_column(default=dict)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    def has(self, flag: str) -> bool:
        """Whether a switch of domain README §2 is on."""
        return bool(self.flags.get(flag))

    def number(self, key: str) -> int:
        """The school's value of a setting."""
        return settings.value(self.settings, key)


class Term(Model):
    """学期."""

    __tablename__ = "term"
    __table_args__ = (sa.CheckConstraint("starts_on < ends_on", name="starts_before_end"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date]


class SchoolDay(Model):
    """One day of the calendar. ``edited``: set by hand, kept when the term is built again."""

    __tablename__ = "school_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    teaching: Mapped[bool]
    boarding: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(40), default="")
    edited: Mapped[bool] = mapped_column(default=False)
