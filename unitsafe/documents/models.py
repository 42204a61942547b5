"""Papers, their versions and readers; what a plan holds. Versions and events are written once."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.documents import rules
from unitsafe.documents.rules import Action, Kind, Mark, Part, State, Team, Topic
from unitsafe.files.models import StoredFile
from unitsafe.people.models import Person


class Document(Model):
    """A paper the school keeps. ``issued_on`` is the day of its first version, ``reviewed_on`` the
    last day on which somebody went through it, ``latest`` the number of its newest version."""

    __tablename__ = "document"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'current') = (ended_on IS NULL)", name="ended_iff_not_current"
        ),
        sa.Index(None, "issued_on", "id"),  # queries.ledger, newest first
        sa.Index(None, "kind", "state", "issued_on", "id"),  # ledger by kind; metrics
        sa.Index(None, "state", "next_review_on"),  # today: what is to be looked through
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    title: Mapped[str] = mapped_column(sa.String(80))
    document_no: Mapped[str] = mapped_column(sa.String(60), default="")
    issued_on: Mapped[date]
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reviewed_on: Mapped[date]
    next_review_on: Mapped[date | None]
    state: Mapped[State] = mapped_column(default=State.CURRENT)
    ended_on: Mapped[date | None]
    latest: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    owner: Mapped[Person | None] = relationship(lazy="raise")
    topics: Mapped[list["DocumentTopic"]] = relationship(
        lazy="raise", order_by="DocumentTopic.id", cascade="all, delete-orphan"
    )
    audience: Mapped[list["DocumentAudience"]] = relationship(
        lazy="raise", order_by="DocumentAudience.id", cascade="all, delete-orphan"
    )
    versions: Mapped[list["DocumentVersion"]] = relationship(
        lazy="raise", order_by="DocumentVersion.number.desc()"
    )
    events: Mapped[list["DocumentEvent"]] = relationship(lazy="raise", order_by="DocumentEvent.id")
    members: Mapped[list["DocumentMember"]] = relationship(
        lazy="raise", order_by="DocumentMember.id", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}

    def mark(self, today: date, ahead: int) -> Mark | None:
        """Whether it is to be looked through soon or late."""
        if self.state is not State.CURRENT:
            return None
        return rules.review_mark(self.next_review_on, today, ahead)


class DocumentTopic(Model):
    """One thing that a paper is about."""

    __tablename__ = "document_topic"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "topic"),
        sa.Index(None, "topic", "document_id"),  # ledger by topic; which policies there are
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    topic: Mapped[Topic]


class DocumentAudience(Model):
    """Holders of a post who are asked to read it; rules.EVERYBODY for all staff."""

    __tablename__ = "document_audience"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "post"),
        sa.Index(None, "post", "document_id"),  # today: what I am asked to read
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    post: Mapped[str] = mapped_column(sa.String(40))


class DocumentVersion(Model):
    """The text as it was from a day on. ``note`` says what is new, or where the paper lies."""

    __tablename__ = "document_version"
    __table_args__ = (sa.UniqueConstraint("document_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    number: Mapped[int]
    issued_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise")
    files: Mapped[list["DocumentFile"]] = relationship(lazy="raise", order_by="DocumentFile.id")
    parts: Mapped[list["DocumentPart"]] = relationship(
        lazy="raise", order_by="DocumentPart.id", cascade="all, delete-orphan"
    )


class DocumentFile(Model):
    """A file of a version."""

    __tablename__ = "document_file"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "file_id"),
        sa.Index(None, "file_id"),  # queries.file_ids: whether a file may be opened
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="raise")


class DocumentReading(Model):
    """Somebody said that they have read a version."""

    __tablename__ = "document_reading"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "person_id"),
        sa.Index(None, "person_id", "version_id"),  # today: what I have read
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class DocumentEvent(Model):
    """One step with a paper; written once. ``day``: of the review, the version, the end."""

    __tablename__ = "document_event"
    __table_args__ = (sa.Index(None, "document_id", "id"),)  # the paper's page
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    action: Mapped[Action]
    day: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[Person] = relationship(lazy="raise")


class DocumentPart(Model):
    """Where a version of a plan says one of the five things: a page, a chapter."""

    __tablename__ = "document_part"
    __table_args__ = (sa.UniqueConstraint("version_id", "part"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    part: Mapped[Part]
    place: Mapped[str] = mapped_column(sa.String(60))


class DocumentMember(Model):
    """Somebody in a team of a plan."""

    __tablename__ = "document_member"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "team", "person_id"),
        sa.Index(None, "person_id"),  # what a leaver has not handed over
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    team: Mapped[Team]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    is_leader: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship(lazy="raise")


for _model in (DocumentVersion, DocumentFile, DocumentReading, DocumentEvent):
    append_only(_model.__table__)
