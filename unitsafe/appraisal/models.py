"""Awards and reminders that the school gave for a month. Written once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.appraisal.rules import NoteKind
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.grids.models import Grid
from unitsafe.people.models import Person


class AppraisalNote(Model):
    """表扬、奖励、提醒、约谈 of a grid or a person; or, with ``withdraws_id``, that an earlier one holds
    no more.

    ``month``: 2026-11. ``measure``: what it came to in the school's words (绩效加2分); may be empty.
    """

    __tablename__ = "appraisal_note"
    __table_args__ = (
        sa.CheckConstraint("(grid_id IS NULL) <> (person_id IS NULL)", name="of_one"),
        sa.UniqueConstraint("withdraws_id"),
        sa.Index(None, "month", "id"),  # notes.of_month, notes.count_of_year
        sa.Index(None, "person_id", "id"),  # notes.of_person
        sa.Index(None, "grid_id", "id"),  # notes.of_person: those of the person's grids
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(sa.String(7))
    grid_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grid.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[NoteKind]
    reason: Mapped[str] = mapped_column(sa.String(300))
    measure: Mapped[str] = mapped_column(sa.String(60), default="")
    withdraws_id: Mapped[int | None] = mapped_column(sa.ForeignKey("appraisal_note.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    grid: Mapped[Grid | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=person_id)
    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=by_id)

    @property
    def whom(self) -> str:
        """The name of the grid or the person."""
        named = self.grid or self.person
        return named.name if named else ""


append_only(AppraisalNote.__table__)
