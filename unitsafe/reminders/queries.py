"""Reading channels and the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.people.models import Person, PersonStatus
from unitsafe.reminders import rules
from unitsafe.reminders.models import Channel, Mute, Notice, ReminderSetting
from unitsafe.reminders.rules import Hours, Kind
from unitsafe.school.models import School

MOST_SHOWN = 50


def setting(session: Session) -> ReminderSetting:
    """The school's hours and how far the outbox has come; not saved before somebody adds it."""
    found = session.get(ReminderSetting, 1)
    usual = Hours()
    return found or ReminderSetting(
        id=1,
        quiet_from=usual.quiet_from,
        quiet_until=usual.quiet_until,
        morning=usual.morning,
    )


def address(session: Session) -> str:
    """Where phones open this installation, without a slash at the end; empty until it is set."""
    return (session.scalar(sa.select(School.address)) or "").rstrip("/")


def is_open() -> sa.ColumnElement[bool]:
    """Notices that are neither sent nor given up."""
    return sa.and_(Notice.sent_at.is_(None), Notice.given_up_at.is_(None))


def urgent_first() -> sa.Case[int]:
    """Sorts what goes out at any hour before the rest."""
    return sa.case((Notice.kind.in_(rules.AT_ANY_HOUR), 0), else_=1)


def _is_live() -> sa.ColumnElement[bool]:
    return sa.and_(Channel.is_active, Channel.removed_at.is_(None))


def due(now: datetime, per_channel: int, most: int) -> sa.Select[int]:
    """Ids of the notices that may go out ``now``, the urgent and the oldest first: of channels that
    do not rest, and that no sender has."""
    place = sa.func.row_number().over(
        partition_by=Notice.channel_id, order_by=(urgent_first(), Notice.id)
    )
    ripe = (
        sa.select(Notice.id, place.label("place"), urgent_first().label("urgency"))
        .join(Channel, Channel.id == Notice.channel_id)
        .where(
            is_open(),
            Notice.not_before <= now,
            sa.or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now),
            _is_live(),
            sa.or_(Channel.rest_until.is_(None), Channel.rest_until <= now),
        )
        .subquery()
    )
    return (
        sa.select(ripe.c.id)
        .where(ripe.c.place <= per_channel)
        .order_by(ripe.c.urgency, ripe.c.id)
        .limit(most)
    )


def channels(session: Session) -> Sequence[Channel]:
    """The school's channels, also those switched off, oldest first."""
    return session.scalars(
        sa.select(Channel)
        .where(Channel.person_id.is_(None), Channel.removed_at.is_(None))
        .order_by(Channel.id)
    ).all()


def channel(session: Session, channel_id: int) -> Channel | None:
    """A channel of the school."""
    return session.scalars(
        sa.select(Channel).where(
            Channel.id == channel_id, Channel.person_id.is_(None), Channel.removed_at.is_(None)
        )
    ).first()


def own_channel(session: Session, person_id: int) -> Channel | None:
    """The person's own channel."""
    return session.scalars(
        sa.select(Channel).where(Channel.person_id == person_id, Channel.removed_at.is_(None))
    ).first()


def live_channels(session: Session) -> Sequence[Channel]:
    """Every channel in use, of the school and of people who are still here."""
    return session.scalars(
        sa.select(Channel)
        .outerjoin(Person, Person.id == Channel.person_id)
        .where(
            _is_live(),
            sa.or_(Channel.person_id.is_(None), Person.status == PersonStatus.ACTIVE),
        )
        .order_by(Channel.id)
    ).all()


def own_channels(session: Session) -> int:
    """How many people have a channel of their own."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Channel)
        .where(_is_live(), Channel.person_id.is_not(None))
    ).one()


def mailbox(session: Session) -> str:
    """The address of the school's mailbox to send from; empty without one."""
    urls = session.scalars(
        sa.select(Channel.url)
        .where(_is_live(), Channel.person_id.is_(None), Channel.url.startswith("mailto"))
        .order_by(Channel.id)
    )
    return next((url for url in urls if rules.is_mail(url)), "")


def muted(session: Session, person_id: int) -> set[Kind]:
    """What the person does not want to be told."""
    return set(session.scalars(sa.select(Mute.kind).where(Mute.person_id == person_id)))


def mutes(session: Session) -> set[tuple[int, Kind]]:
    """What everybody does not want to be told, as (person's id, kind)."""
    return {(row.person_id, row.kind) for row in session.scalars(sa.select(Mute))}


def outbox(session: Session) -> Sequence[Notice]:
    """The newest notices with channel and person."""
    return session.scalars(
        sa.select(Notice)
        .options(joinedload(Notice.channel), joinedload(Notice.person))
        .order_by(Notice.id.desc())
        .limit(MOST_SHOWN)
    ).all()


@dataclass(frozen=True)
class Unsent:
    """How many notices are not sent: ``stuck`` should be, ``later`` wait for their hour."""

    stuck: int
    later: int


def unsent(session: Session, now: datetime) -> Unsent:
    """How much of the outbox waits."""
    is_stuck = sa.or_(Notice.attempts > 0, Notice.not_before <= now)
    row: Any = session.execute(
        sa.select(
            sa.func.count(sa.case((is_stuck, 1))), sa.func.count(sa.case((~is_stuck, 1)))
        ).where(is_open())
    ).one()
    return Unsent(*row)


def given_up_since(session: Session, since: datetime) -> int:
    """How many notices were given up from then on."""
    return session.scalars(
        sa.select(sa.func.count()).select_from(Notice).where(Notice.given_up_at >= since)
    ).one()


def failing(session: Session) -> int:
    """How many notices have failed and are tried again."""
    return session.scalars(
        sa.select(sa.func.count()).select_from(Notice).where(is_open(), Notice.attempts > 0)
    ).one()


def last_round(session: Session) -> datetime | None:
    """When a round was last noted (services.NOTED_EVERY); None before the first."""
    return session.scalar(sa.select(ReminderSetting.last_round_at))


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that the outbox has already."""
    return set(session.scalars(sa.select(Notice.key).where(Notice.key.in_(keys))))
