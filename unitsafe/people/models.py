"""People, the posts they hold, and who stands in for them."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model


class PersonStatus(StrEnum):
    """在职 or 离校."""

    ACTIVE = "active"
    LEFT = "left"


class Person(Model):
    """A member of staff; with ``username`` and ``password_hash`` also an account.

    ``session_key`` is part of the sign-in cookie: changing it signs the person out everywhere.
    ``work_days``: the weekdays of part-time staff, digits 1 (Monday) to 7; empty for full time.
    """

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    username: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    session_key: Mapped[str] = mapped_column(sa.String(32))
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    status: Mapped[PersonStatus] = mapped_column(default=PersonStatus.ACTIVE)
    large_text: Mapped[bool] = mapped_column(default=False)
    work_days: Mapped[str] = mapped_column(sa.String(7), default="")
    last_seen_on: Mapped[date | None]
    created_at: Mapped[datetime]
    posts: Mapped[list["PersonPost"]] = relationship(
        lazy="raise", back_populates="person", order_by="PersonPost.from_on"
    )


class PersonPost(Model):
    """A post held from a day on, until (and including) a day; never overwritten."""

    __tablename__ = "person_post"
    __table_args__ = (
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_start"),
        sa.Index(None, "person_id"),  # people.queries, the signed-in actor
        sa.Index(None, "post", "person_id"),  # holders of a post
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    post: Mapped[str] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person] = relationship(lazy="raise", back_populates="posts")


class Absence(Model):
    """请假, 出差: for these days (both included) the deputy answers for everything of the person."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.CheckConstraint("until_on >= from_on", name="ends_after_start"),
        sa.CheckConstraint("deputy_id <> person_id", name="deputy_is_another"),
        sa.Index(None, "deputy_id", "from_on"),
        sa.Index(None, "person_id", "from_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
    deputy: Mapped[Person] = relationship(lazy="raise", foreign_keys=deputy_id)
