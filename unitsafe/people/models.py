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
    """A member of staff; with ``username`` also an account, which a password opens.

    ``account_at``: since when there is an account; ``account_until``: the last day on which a
    visitor's account works. ``last_seen_on``: the last day on which the account was used.
    ``temporary_until``: the password was given by somebody else, and until then it opens nothing but
    the page where one's own is set; None for a password of one's own.
    ``work_days``: the weekdays of part-time staff, digits 1 (Monday) to 7; empty for full time.
    """

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    username: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    temporary_until: Mapped[datetime | None]
    account_at: Mapped[datetime | None]
    account_until: Mapped[date | None]
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    status: Mapped[PersonStatus] = mapped_column(default=PersonStatus.ACTIVE)
    large_text: Mapped[bool] = mapped_column(default=False)
    work_days: Mapped[str] = mapped_column(sa.String(7), default="")
    last_seen_on: Mapped[date | None]
    left_on: Mapped[date | None]
    created_at: Mapped[datetime]
    posts: Mapped[list["PersonPost"]] = relationship(
        lazy="raise", back_populates="person", order_by="PersonPost.from_on"
    )


class SignIn(Model):
    """A device on which somebody signed in: its cookie names the row and a secret, of which ``key``
    is the hash. ``stays``: whether it was told to stay signed in.

    Once ``ended_at`` is set nobody is let in by it.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        sa.Index(None, "person_id", "ended_at"),  # people.devices
        sa.Index(None, "last_seen_on"),  # tidied away half a year later
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(32))
    device: Mapped[str] = mapped_column(sa.String(40))
    address: Mapped[str] = mapped_column(sa.String(45), default="")
    made_at: Mapped[datetime]
    last_seen_on: Mapped[date]
    stays: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    ended_at: Mapped[datetime | None]


class SignInLink(Model):
    """A way in that works once, to set a password. Only the hash of its token is kept."""

    __tablename__ = "sign_in_link"
    __table_args__ = (sa.Index(None, "person_id"),)  # voided by the next one
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")


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
