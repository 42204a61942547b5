"""What the school itself puts on its plan, what it marks, and the signatures. All written once."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.files.models import StoredFile
from unitsafe.letters.rules import How
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.year_plan.rules import Act


class OwnEntry(Model):
    """Something the school has added to its year. ``post`` does it."""

    __tablename__ = "year_plan_own"
    __table_args__ = (sa.Index(None, "school_year", "id"),)  # queries.read: a year's own entries
    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[str] = mapped_column(sa.String(9))
    text: Mapped[str] = mapped_column(sa.String(60))
    due_on: Mapped[date]
    post: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class PlanMark(Model):
    """An act on an entry: done by hand (``on``, what, the paper), or left out with a reason."""

    __tablename__ = "year_plan_mark"
    __table_args__ = (
        sa.CheckConstraint("act <> 'done' OR done_on IS NOT NULL", name="done_on_some_day"),
        sa.Index(None, "school_year", "id"),  # queries.read: the newest of a year counts
        sa.Index(None, "file_id"),  # whether a file may be opened
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[str] = mapped_column(sa.String(9))
    key: Mapped[str] = mapped_column(sa.String(40))
    slot: Mapped[str] = mapped_column(sa.String(20))
    act: Mapped[Act]
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


class PlanSignature(Model):
    """The principal's signature under a year's plan; each later one is a new ``version``.

    ``content`` is everything that stood on the plan, one record per entry (services.snapshot);
    ``signed_on`` is the day on the paper, ``at`` when it became known here.
    """

    __tablename__ = "year_plan_signature"
    __table_args__ = (
        sa.UniqueConstraint("school_year", "version"),
        sa.CheckConstraint(
            "how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL",
            name="screen_has_a_signature",
        ),
        sa.CheckConstraint("how = 'screen' OR file_id IS NOT NULL", name="paper_has_a_scan"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[str] = mapped_column(sa.String(9))
    version: Mapped[int]
    content: Mapped[list[Any]] = mapped_column(sa.JSON)
    how: Mapped[How]
    signed_on: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    typed_name: Mapped[str] = mapped_column(sa.String(40), default="")
    signature_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    by: Mapped[Person] = relationship(lazy="raise")
    signature: Mapped[Photo | None] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


for _model in (OwnEntry, PlanMark, PlanSignature):
    append_only(_model.__table__)
