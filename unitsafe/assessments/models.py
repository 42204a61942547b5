"""Standards, assessments, and everything people said of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.assessments.rules import State, Step
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.files.models import StoredFile
from unitsafe.hazards.models import Hazard
from unitsafe.letters.rules import How
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo


class Points(sa.types.TypeDecorator[Decimal]):
    """Points with two decimals, stored as whole hundredths."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        """Hundredths."""
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        """Points, without needless zeros."""
        return None if value is None else (Decimal(value) / 100).normalize() + 0


class AssessmentStandard(Model):
    """A version of the standard: the pack's, or the school's own. ``body`` has the shape of
    content/four_capabilities.yaml. It changes while ``is_draft`` (true, or None, so that there is
    one at a time), never after ``published_at``; ``revision`` counts its changes."""

    __tablename__ = "assessment_standard"
    __table_args__ = (
        sa.CheckConstraint(
            "(is_draft IS NULL) = (published_at IS NOT NULL)", name="draft_until_published"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(sa.String(20))
    body: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    is_draft: Mapped[bool | None] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(200), default="")


class QuarterFigures(Model):
    """The figures of a quarter as they stood at its end: ``body`` is key → [amount, whole]."""

    __tablename__ = "quarter_figures"
    quarter: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    on: Mapped[date]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class Assessment(Model):
    """The self-assessment of a quarter. ``content`` is the signed table (sheet.Sheet, and who
    signed), ``summary`` its points by capability and group; both only once it is signed."""

    __tablename__ = "assessment"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'signed') = (content IS NOT NULL)", name="signed_has_its_content"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[str] = mapped_column(sa.String(6), unique=True)
    standard_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_standard.id"))
    state: Mapped[State] = mapped_column(default=State.OPEN)
    content: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    summary: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    standard: Mapped[AssessmentStandard] = relationship(lazy="raise")


class AssessmentMember(Model):
    """Somebody of the team, until ``left_at``."""

    __tablename__ = "assessment_member"
    __table_args__ = (sa.UniqueConstraint("assessment_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    left_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")


class Score(Model):
    """Points that somebody gave a part of an item; the newest counts. ``points`` None takes the
    earlier ones back: what the ledgers suggest counts again."""

    __tablename__ = "assessment_score"
    __table_args__ = (
        sa.Index(None, "assessment_id", "item", "part", "id"),  # queries.scores: newest counts
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"))
    item: Mapped[str] = mapped_column(sa.String(40))
    part: Mapped[int]
    points: Mapped[Decimal | None] = mapped_column(Points)
    note: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")
    files: Mapped[list["ScoreFile"]] = relationship(lazy="raise", order_by="ScoreFile.id")


class ScoreFile(Model):
    """A photo or paper behind a score."""

    __tablename__ = "assessment_score_file"
    __table_args__ = (
        sa.UniqueConstraint("score_id", "file_id"),
        sa.Index(None, "file_id"),  # whether a file may be opened
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    score_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_score.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="raise")


class VetoMark(Model):
    """Whether a veto holds, said by somebody of the team; the newest counts."""

    __tablename__ = "assessment_veto"
    __table_args__ = (sa.Index(None, "assessment_id", "veto", "id"),)  # queries.veto_marks
    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"))
    veto: Mapped[str] = mapped_column(sa.String(40))
    holds: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")


class AssessmentEvent(Model):
    """A step: opened, signed by a department, reviewed, returned, signed, filed.

    ``mark`` is the hash of the table it was done to. A signature was given on the ``screen`` (with
    a drawing, or the name typed) or on ``paper`` (``signer`` says whose it is, a scan may be kept);
    ``done_on`` is the day on the paper, or that of the filing with its ``receipt``.
    """

    __tablename__ = "assessment_event"
    __table_args__ = (
        sa.CheckConstraint(
            "how IS NULL OR how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL",
            name="screen_has_a_signature",
        ),
        sa.Index(None, "assessment_id", "id"),  # queries.events
        sa.Index(None, "file_id"),  # whether a file may be opened
        sa.Index(None, "signature_id"),  # whether a signature may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"))
    step: Mapped[Step]
    mark: Mapped[str] = mapped_column(sa.String(64), default="")
    how: Mapped[How | None]
    department: Mapped[str] = mapped_column(sa.String(40), default="")
    signer: Mapped[str] = mapped_column(sa.String(40), default="")
    typed_name: Mapped[str] = mapped_column(sa.String(40), default="")
    signature_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    done_on: Mapped[date]
    receipt: Mapped[str] = mapped_column(sa.String(60), default="")
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")
    signature: Mapped[Photo | None] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


class AssessmentHazard(Model):
    """The hazard made of an item that fell short; one an item."""

    __tablename__ = "assessment_hazard"
    __table_args__ = (sa.UniqueConstraint("assessment_id", "item"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"))
    item: Mapped[str] = mapped_column(sa.String(40))
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"), unique=True)
    hazard: Mapped[Hazard] = relationship(lazy="raise")


for _model in (QuarterFigures, Score, ScoreFile, VetoMark, AssessmentEvent):
    append_only(_model.__table__)
