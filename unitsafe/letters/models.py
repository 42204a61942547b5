"""Letters of responsibility, the pictures of signed ones, and when all were last looked through."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.letters import rules
from unitsafe.letters.rules import How, State
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo


class ResponsibilityLetter(Model):
    """责任书 of one person for one school year.

    ``content`` is the whole text (paper.shapes.LetterText), frozen once it is signed; until then it
    follows the facts, with a new ``version`` each time. ``changed_on``: the day on which the duties
    became these; ``ended_on``: since when it no longer holds, because a newer one does or the duties
    ended. ``signed_on`` is the day on the paper, ``recorded_at`` when it became known here.
    """

    __tablename__ = "responsibility_letter"
    __table_args__ = (
        sa.CheckConstraint(
            "(how IS NULL) = (signed_on IS NULL) AND (how IS NULL) = (recorded_at IS NULL)",
            name="signed_whole_or_not",
        ),
        sa.CheckConstraint(
            "how IS NULL OR how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL",
            name="screen_has_a_signature",
        ),
        sa.UniqueConstraint("person_id", "school_year", "version"),
        sa.Index(
            "uq_responsibility_letter_current",
            "person_id",
            "school_year",
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        ),  # queries.current: one letter holds at a time
        sa.Index(None, "school_year", "due_on", "id"),  # queries.ledger, newest first
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    school_year: Mapped[str] = mapped_column(sa.String(9))
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    order_code: Mapped[str] = mapped_column(sa.String(20))
    changed_on: Mapped[date]
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    ended_on: Mapped[date | None]
    how: Mapped[How | None]
    signed_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    typed_name: Mapped[str] = mapped_column(sa.String(40), default="")
    signature_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id"))
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
    recorded_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=recorded_by_id)
    signature: Mapped[Photo | None] = relationship(lazy="raise")
    scans: Mapped[list["LetterScan"]] = relationship(lazy="raise", order_by="LetterScan.id")

    def state(self, today: date) -> State:
        """Where it stands on ``today``."""
        return rules.state_of(
            is_signed=self.how is not None,
            has_ended=self.ended_on is not None,
            due_on=self.due_on,
            today=today,
        )


class LetterScan(Model):
    """A picture of the paper that was signed by hand."""

    __tablename__ = "letter_scan"
    __table_args__ = (sa.UniqueConstraint("letter_id", "photo_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("responsibility_letter.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    photo: Mapped[Photo] = relationship(lazy="raise")


class LetterReview(Model):
    """A day on which all letters were compared with the duties of that day."""

    __tablename__ = "letter_review"
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
