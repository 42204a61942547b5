"""Checklist versions, plans, checks with their answers and events."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.checks import rules
from unitsafe.checks.rules import Action, Clocks, EntrySource, Facts, Result, State
from unitsafe.content.model import PlanTemplate, Window
from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.places.models import Building


class ChecklistVersion(Model):
    """A checklist as it was at a time; a record keeps the version it was filled with.

    ``body`` has the shape of an entry of content/checklists.yaml.
    """

    __tablename__ = "checklist_version"
    __table_args__ = (sa.UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(80))
    origin: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class Plan(Model):
    """What is checked, how often, when and by whom. See content/plans.yaml for the words."""

    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    checklist_key: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(60))
    target: Mapped[str] = mapped_column(sa.String(20))
    unit: Mapped[str] = mapped_column(sa.String(10))
    days: Mapped[str] = mapped_column(sa.String(24))
    windows: Mapped[list[Any]] = mapped_column(sa.JSON)
    grace_minutes: Mapped[int]
    due_day: Mapped[int | None]
    item_limit: Mapped[int | None]
    months: Mapped[str] = mapped_column(sa.String(20), default="all")
    space_kinds: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def template(self) -> PlanTemplate:
        """The plan as the rules read it."""

        def wall(text: str | None) -> time | None:
            return time.fromisoformat(text) if text else None

        windows = tuple(Window(wall(w["opens"]), wall(w["due"]), w["label"]) for w in self.windows)
        return PlanTemplate(
            key=self.key,
            checklist=self.checklist_key,
            title=self.title,
            target=self.target,  # type: ignore[arg-type]
            unit=self.unit,  # type: ignore[arg-type]
            days=self.days,  # type: ignore[arg-type]
            windows=windows,
            grace_minutes=self.grace_minutes,
            due_day=self.due_day,
            item_limit=self.item_limit,
            months=self.months,  # type: ignore[arg-type]
            needs_flag=None,
            space_kinds=tuple(self.space_kinds),
        )


class PlannedDay(Model):
    """Days whose due checks have been produced."""

    __tablename__ = "planned_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


HAS_FAILED = sa.text("fail_count > 0")
IS_BACKFILL = sa.text("is_backfill")
"""What only submitted checks have; in the words of the partial indexes, so that they are used."""
IS_UNDONE = sa.text("state IN ('due', 'in_progress') AND explanation = ''")
"""What is still to be done or explained, in the words of its index: what was missed and explained
stays unfinished for ever, and is thousands of rows after ten years."""


def _few(name: str, which: sa.TextClause) -> sa.Index:
    """The ledger of a kind that is rare."""
    return sa.Index(
        f"ix_check_record_{name}", "day", "id", sqlite_where=which, postgresql_where=which
    )


class Check(Model):
    """One due occurrence, later the record of it.

    ``who`` holds the posts that may fill it, with commas around each. ``place`` is the name at
    the time. A correction is a new row with the next ``version`` that names the one it corrects.
    """

    __tablename__ = "check_record"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "day", "round_no", "target_key", "version"),  # idempotent
        sa.CheckConstraint(
            "(state IN ('submitted', 'countersigned')) = (submitted_at IS NOT NULL)",
            name="submitted_iff_signed",
        ),
        sa.CheckConstraint(
            "(state = 'countersigned') = (countersigned_at IS NOT NULL)", name="countersigned_at"
        ),
        sa.CheckConstraint(
            "countersigned_by_id IS NULL OR countersigned_by_id <> submitted_by_id",
            name="two_signatures",
        ),
        sa.Index(None, "day", "id"),  # ledger, newest first
        sa.Index(None, "checklist_key", "day", "id"),  # ledger of one form, month grid
        sa.Index(None, "grid_id", "day", "id"),  # ledger of a grid, tiles of today
        sa.Index(None, "building_id", "day", "id"),  # ledger of a building
        _few("failed", HAS_FAILED),
        _few("backfill", IS_BACKFILL),
        sa.Index(None, "state", "day", "id"),  # ledger by state, waiting for countersignature
        sa.Index(
            "ix_check_record_undone",
            "state",
            "missed_at",
            sqlite_where=IS_UNDONE,
            postgresql_where=IS_UNDONE,
        ),  # today: mine, missed and not explained
        sa.Index(None, "assignee_id", "state", "missed_at"),  # today: missed by me
        sa.Index(None, "submitted_by_id", "day", "id"),  # ledger: what I did
        {"sqlite_autoincrement": True},  # the number of a dropped check is nobody else's, ever
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    checklist_id: Mapped[int] = mapped_column(sa.ForeignKey("checklist_version.id"))
    checklist_key: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(80))
    label: Mapped[str] = mapped_column(sa.String(20), default="")
    day: Mapped[date]
    round_no: Mapped[int]
    target: Mapped[str] = mapped_column(sa.String(20))
    target_key: Mapped[str] = mapped_column(sa.String(20))
    place: Mapped[str] = mapped_column(sa.String(80))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    item_limit: Mapped[int | None]
    who: Mapped[str] = mapped_column(sa.String(200))
    countersign: Mapped[str] = mapped_column(sa.String(40))
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    grace_ends_at: Mapped[datetime]
    missed_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.DUE)
    started_at: Mapped[datetime | None]
    performed_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    countersigned_at: Mapped[datetime | None]
    countersigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    source: Mapped[EntrySource] = mapped_column(default=EntrySource.SCREEN)
    is_backfill: Mapped[bool] = mapped_column(default=False)
    fail_count: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    explanation: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("check_record.id"))
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("check_record.id"))
    building: Mapped[Building | None] = relationship(lazy="raise")
    assignee: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=assignee_id)
    submitted_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=submitted_by_id)
    countersigned_by: Mapped[Person | None] = relationship(
        lazy="raise", foreign_keys=countersigned_by_id
    )
    events: Mapped[list["CheckEvent"]] = relationship(lazy="raise", order_by="CheckEvent.id")

    @property
    def clocks(self) -> Clocks:
        """Its four clocks."""
        return Clocks(self.opens_at, self.due_at, self.grace_ends_at, self.missed_at)

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        return Facts(
            state=self.state,
            target=self.target,
            grid_id=self.grid_id,
            who=frozenset(self.who.strip(",").split(",")),
            countersign=self.countersign,
            assignee_id=self.assignee_id,
            submitted_by_id=self.submitted_by_id,
            is_superseded=self.superseded_by_id is not None,
        )

    def status(self, now: datetime) -> rules.Status:
        """How it stands at ``now``; a correction has no clocks, its record was handed in."""
        if self.corrects_id is not None and self.state in rules.UNFINISHED:
            return rules.Status.IN_PROGRESS
        return rules.status(self.state, self.clocks, now, explained=bool(self.explanation))

    def actions_open_to(self, actor: Actor, now: datetime) -> list[Action]:
        """What ``actor`` may do with it now."""
        return rules.open_actions(self.facts, actor, self.status(now))


class Answer(Model):
    """One tap; the newest row of an item counts, the older ones stay."""

    __tablename__ = "answer"
    __table_args__ = (
        sa.Index(None, "check_id", "id"),  # a check's answers in order
        sa.Index(
            "ix_answer_failed",
            "item_key",
            "check_id",
            sqlite_where=sa.text("result = 'fail'"),
            postgresql_where=sa.text("result = 'fail'"),
        ),  # failures by item
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("check_record.id"))
    item_key: Mapped[str] = mapped_column(sa.String(40))
    result: Mapped[Result]
    value: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 3))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class CheckEvent(Model):
    """Started, submitted, countersigned, explained, skipped, corrected; written once."""

    __tablename__ = "check_event"
    __table_args__ = (sa.Index(None, "check_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("check_record.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by: Mapped[Person | None] = relationship(lazy="raise")


class CheckPhoto(Model):
    """A photo taken for an item."""

    __tablename__ = "check_photo"
    __table_args__ = (
        sa.UniqueConstraint("check_id", "item_key", "photo_id"),
        sa.Index(None, "photo_id"),  # whether a photo may be seen
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("check_record.id"))
    item_key: Mapped[str] = mapped_column(sa.String(40))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    photo: Mapped[Photo] = relationship(lazy="raise")


class Finding(Model):
    """The hazard that a failed item became."""

    __tablename__ = "finding"
    __table_args__ = (sa.UniqueConstraint("check_id", "item_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("check_record.id"))
    item_key: Mapped[str] = mapped_column(sa.String(40))
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"), index=True)
    hazard: Mapped[Hazard] = relationship(lazy="raise")


for _table in (Answer, CheckEvent):
    append_only(_table.__table__)
