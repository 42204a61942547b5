"""Activities and what belongs to them; events, head counts and answers are written once."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.activities.rules import Action, Form, Kind, Skill, State
from unitsafe.classes.models import SchoolClass
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.files.models import StoredFile
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.places.models import Building, Space


class Activity(Model):
    """Something organised. ``details``: what only its kind has, by the field names of its form.

    ``expected`` and ``present`` are heads, taken over when it is held; ``seconds`` is what a drill
    took from the signal to the last head count; ``target_seconds`` the school's own aim at that time.
    """

    __tablename__ = "activity"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'cancelled') OR held_on IS NOT NULL",
            name="held_on_some_day",
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR (started_at IS NOT NULL AND ended_at >= started_at)",
            name="ends_after_start",
        ),
        sa.Index(None, "kind", "planned_on", "id"),  # queries.ledger by kind, newest first
        sa.Index(None, "planned_on", "id"),  # queries.ledger; the year's calendar
        sa.Index(None, "kind", "held_on"),  # metrics: what was held in a period
        sa.Index(None, "state", "planned_on"),  # what is due: 今日, the year plan
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    kind: Mapped[Kind]
    form: Mapped[Form]
    title: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[State] = mapped_column(default=State.PLANNED)
    planned_on: Mapped[date]
    planned_at: Mapped[time | None]
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("space.id"))
    place: Mapped[str] = mapped_column(sa.String(60), default="")
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    content: Mapped[str] = mapped_column(sa.Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    minutes: Mapped[int | None]
    notified_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    held_on: Mapped[date | None]
    expected: Mapped[int | None]
    present: Mapped[int | None]
    seconds: Mapped[int | None]
    target_seconds: Mapped[int | None]
    evaluation: Mapped[str] = mapped_column(sa.Text, default="")
    archived_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    space: Mapped[Space | None] = relationship(lazy="raise")
    organiser: Mapped[Person | None] = relationship(lazy="raise")
    attendances: Mapped[list["Attendance"]] = relationship(
        lazy="raise", back_populates="activity", order_by="Attendance.id"
    )
    issues: Mapped[list["ActivityIssue"]] = relationship(lazy="raise", order_by="ActivityIssue.id")
    photos: Mapped[list["ActivityPhoto"]] = relationship(lazy="raise", order_by="ActivityPhoto.id")
    files: Mapped[list["ActivityFile"]] = relationship(lazy="raise", order_by="ActivityFile.id")
    events: Mapped[list["ActivityEvent"]] = relationship(lazy="raise", order_by="ActivityEvent.id")
    __mapper_args__ = {"version_id_col": version}


class ActivitySerial(Model):
    """The last number given out in a year."""

    __tablename__ = "activity_serial"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ActivityEvent(Model):
    """One step with an activity. ``changes``: column → what it was and became, as text."""

    __tablename__ = "activity_event"
    __table_args__ = (sa.Index(None, "activity_id", "id"),)  # the activity's page
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[Person | None] = relationship(lazy="raise")


class ActivityPhoto(Model):
    """A photo of it."""

    __tablename__ = "activity_photo"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "photo_id"),
        sa.Index(None, "photo_id"),  # whether a photo may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))


class ActivityFile(Model):
    """A plan, a notice, materials, a scanned sign-in sheet."""

    __tablename__ = "activity_file"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "file_id"),
        sa.Index(None, "file_id"),  # whether a file may be opened
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="raise")


class ActivityIssue(Model):
    """Something it showed to be wrong, kept as a hazard."""

    __tablename__ = "activity_issue"
    __table_args__ = (sa.Index(None, "activity_id", "id"),)  # queries.issue_counts
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"), unique=True)
    hazard: Mapped[Hazard] = relationship(lazy="raise")


class Attendance(Model):
    """A member of staff who was asked to come, or came. ``signed_by_id`` is the person themself
    (by QR) or who ticked the list; ``passed`` None until there was a test."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "person_id"),
        sa.Index(None, "person_id", "signed_at"),  # who still misses which training
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    is_expected: Mapped[bool] = mapped_column(default=True)
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    score: Mapped[int | None]
    passed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(sa.String(80), default="")
    activity: Mapped[Activity] = relationship(lazy="raise", back_populates="attendances")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class DrillClass(Model):
    """A class that takes part in a drill: how many heads, from which floor."""

    __tablename__ = "drill_class"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "class_id"),
        sa.CheckConstraint("expected >= 0", name="expected_counts"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    class_id: Mapped[int] = mapped_column(sa.ForeignKey("school_class.id"))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int | None]
    expected: Mapped[int]
    school_class: Mapped[SchoolClass] = relationship(lazy="raise")
    building: Mapped[Building | None] = relationship(lazy="raise")


class HeadCount(Model):
    """点名: how many of a class stood at the assembly point; of a class the one counted last counts.

    ``counted_at`` is when it was counted: the server's time of arrival less the seconds that the
    phone says it has kept the count while the network was away (``late_seconds``).
    """

    __tablename__ = "head_count"
    __table_args__ = (
        sa.CheckConstraint("present >= 0 AND late_seconds >= 0", name="counts"),
        sa.Index(None, "drill_class_id", "id"),  # drills.board: a class's newest count
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    drill_class_id: Mapped[int] = mapped_column(sa.ForeignKey("drill_class.id"))
    present: Mapped[int]
    counted_at: Mapped[datetime]
    late_seconds: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(80), default="")
    by: Mapped[Person] = relationship(lazy="raise")


class FloorCleared(Model):
    """A floor guide's word that a floor is empty; the newest row of a floor counts."""

    __tablename__ = "floor_cleared"
    # drills.board: a floor's newest word
    __table_args__ = (sa.Index(None, "activity_id", "building_id", "floor", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int]
    cleared_at: Mapped[datetime]
    late_seconds: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    building: Mapped[Building] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")


class Decision(Model):
    """What a meeting decided: who does it by when. ``done_on`` and ``done_note`` tell the end."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.Index(None, "activity_id", "id"),  # meetings.decisions
        sa.Index(None, "owner_id", "done_on", "due_on"),  # 今日: what I took over
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    text: Mapped[str] = mapped_column(sa.String(200))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_note: Mapped[str] = mapped_column(sa.String(200), default="")
    activity: Mapped[Activity] = relationship(lazy="raise")
    owner: Mapped[Person] = relationship(lazy="raise")


class SpotAnswer(Model):
    """What one sampled person could do. Pupils are a class and a count of their own, never a name."""

    __tablename__ = "spot_answer"
    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (class_id IS NULL)", name="person_or_class"),
        sa.UniqueConstraint("activity_id", "person_id", "skill"),
        sa.Index(None, "activity_id", "id"),  # spot_checks.answers
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school_class.id"))
    pupil: Mapped[int | None]
    skill: Mapped[Skill]
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(80), default="")
    person: Mapped[Person | None] = relationship(lazy="raise")
    school_class: Mapped[SchoolClass | None] = relationship(lazy="raise")


class ClassPart(Model):
    """A class's part in a lesson or a letter to the families: held, handed out, returned."""

    __tablename__ = "class_part"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "class_id"),
        sa.CheckConstraint("returned <= sent", name="no_more_back_than_out"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    class_id: Mapped[int] = mapped_column(sa.ForeignKey("school_class.id"))
    sent: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    school_class: Mapped[SchoolClass] = relationship(lazy="raise")


class Certificate(Model):
    """A person's training certificate (消控证 and the like). ``expires_on`` None: without end."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.CheckConstraint("expires_on IS NULL OR expires_on > issued_on", name="ends_after_issue"),
        sa.Index(None, "person_id", "kind"),  # certificates.add: those it takes the place of
        sa.Index(None, "expires_on"),  # what runs out soon
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(30))
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    grade: Mapped[str] = mapped_column(sa.String(20), default="")
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


for _model in (ActivityEvent, HeadCount, FloorCleared):
    append_only(_model.__table__)
