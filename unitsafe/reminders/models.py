"""Channels, the outbox, what people do not want to hear, and the school's hours for it."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.people.models import Person
from unitsafe.reminders import rules
from unitsafe.reminders.rules import Hours, Kind, NoticeState, Sort

_LIVE = sa.text("removed_at IS NULL")
_OPEN = sa.text("sent_at IS NULL AND given_up_at IS NULL")
_GIVEN_UP = sa.text("given_up_at IS NOT NULL")


class Channel(Model):
    """通知渠道: of the whole school (a group, a mailbox), or with ``person_id`` a person's own.

    ``url`` is apprise's address with its secret, never shown; ``masked`` is what is shown.
    ``mail_to``: instead of ``url``, an address that the school's own mailbox writes to.
    ``failures`` in a row make it rest until ``rest_until``. A removed one stays for its notices,
    without its secret.
    """

    __tablename__ = "channel"
    __table_args__ = (
        sa.CheckConstraint(
            "removed_at IS NOT NULL OR (url = '') = (mail_to <> '')", name="one_way"
        ),
        sa.Index(
            "uq_channel_own",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),  # queries.own_channel: at most one that is not removed
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    url: Mapped[str] = mapped_column(sa.String(600), default="")
    mail_to: Mapped[str] = mapped_column(sa.String(120), default="")
    masked: Mapped[str] = mapped_column(sa.String(300))
    is_active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    rest_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def sort(self) -> Sort:
        """What it is."""
        return rules.sort_of(self.url)


class Notice(Model):
    """One message through one channel: the outbox, and afterwards its record.

    ``key`` says what it is about and to whom, so that nothing is decided twice. ``claimed_until``:
    a sender has it until then; ``lapses`` counts senders that never said what became of it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        sa.Index(
            "ix_notice_open",
            "channel_id",
            "not_before",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),  # sending.claim, queries.unsent
        sa.Index(
            "ix_notice_given_up",
            "given_up_at",
            sqlite_where=_GIVEN_UP,
            postgresql_where=_GIVEN_UP,
        ),  # queries.given_up_since
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[Kind]
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(sa.String(60))
    body: Mapped[str] = mapped_column(sa.Text)
    path: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lapses: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.String(200), default="")
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    channel: Mapped[Channel] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def state(self) -> NoticeState:
        """Where it stands."""
        return rules.state_of(
            sent_at=self.sent_at, given_up_at=self.given_up_at, attempts=self.attempts
        )


class Mute(Model):
    """A kind that a person does not want to be told."""

    __tablename__ = "reminder_mute"
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(primary_key=True)


class ReminderSetting(Model):
    """The school's hours, and how far the outbox has come: the last hazard event that was looked at,
    the last days whose lists and summary were made, when a round was last noted."""

    __tablename__ = "reminder_setting"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    morning: Mapped[time]
    last_event_id: Mapped[int | None]
    morning_on: Mapped[date | None]
    digest_on: Mapped[date | None]
    last_round_at: Mapped[datetime | None]

    @property
    def hours(self) -> Hours:
        """As the rules read them."""
        return Hours(self.quiet_from, self.quiet_until, self.morning)
