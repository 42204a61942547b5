"""What people do with channels, hours and their own wishes; and the tick that does the rest."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.db import write_tx
from unitsafe.core.domain import Actor, RuleError
from unitsafe.reminders import deciding, queries, sending, wording
from unitsafe.reminders.models import Channel, Mute, Notice
from unitsafe.reminders.rules import LEASE, OPTIONAL, Hours, Kind
from unitsafe.school.models import School

NOTED_EVERY = timedelta(minutes=5)
"""So exactly is it known when the last round was: a write for each would be one a minute."""


@dataclass(frozen=True)
class Tick:
    """What one round did."""

    made: int
    sent: int
    failed: int
    given_up: int


def tick(session: Session, *, now: datetime, deliver: sending.Deliver | None = None) -> Tick:
    """One round, every minute: decide what is to be told, send what may go out.

    Two of them at once, in one process or two, send nothing twice.
    """
    made = deciding.decide(session, now=now)
    done = sending.send_due(session, now=now, deliver=deliver)
    _note_round(session, now)
    return Tick(made, done.sent, done.failed, done.given_up)


def _note_round(session: Session, now: datetime) -> None:
    last = queries.last_round(session)
    is_fresh = last is not None and timedelta(0) <= now - last < NOTED_EVERY
    if is_fresh or session.get(School, 1) is None:
        return
    with write_tx(session) as tx:
        kept = queries.setting(tx)
        tx.add(kept)
        kept.last_round_at = now


def add_channel(
    session: Session, *, name: str, url: str, masked: str, by: Actor, now: datetime
) -> Channel:
    """A channel of the whole school."""
    channel = Channel(name=name, url=url, masked=masked[:300], made_at=now)
    session.add(channel)
    session.flush()
    _log(session, channel, "channel.add", by=by, now=now)
    return channel


def set_own_channel(
    session: Session,
    *,
    name: str,
    url: str = "",
    mail_to: str = "",
    masked: str,
    by: Actor,
    now: datetime,
) -> Channel:
    """The actor's own channel, instead of the one there was. Raises RuleError: mail without a
    mailbox of the school."""
    if mail_to and not queries.mailbox(session):
        raise RuleError("学校还没有设置可以发信的邮箱，请先选别的方式。")
    if earlier := queries.own_channel(session, by.id):
        remove(session, earlier, by=by, now=now)
    channel = Channel(
        name=name, person_id=by.id, url=url, mail_to=mail_to, masked=masked[:300], made_at=now
    )
    session.add(channel)
    session.flush()
    _log(session, channel, "channel.own", by=by, now=now)
    return channel


def switch(session: Session, channel: Channel, *, on: bool, by: Actor, now: datetime) -> None:
    """Use it, or let it be for a while; what waits for it is given up."""
    if channel.is_active == on:
        return
    channel.is_active, channel.failures, channel.rest_until = on, 0, None
    if not on:
        _give_up(session, channel, str(_("渠道已停用。")), now)
    _log(session, channel, "channel.on" if on else "channel.off", by=by, now=now)


def remove(session: Session, channel: Channel, *, by: Actor, now: datetime) -> None:
    """Take it out: its secret is forgotten, what went through it stays on record."""
    _give_up(session, channel, str(_("渠道已移除。")), now)
    channel.removed_at, channel.url, channel.mail_to = now, "", ""
    session.flush()
    _log(session, channel, "channel.remove", by=by, now=now)


def _give_up(session: Session, channel: Channel, why: str, now: datetime) -> None:
    session.execute(
        sa.update(Notice)
        .where(Notice.channel_id == channel.id, queries.is_open())
        .values(given_up_at=now, last_error=why)
    )


def add_trial(session: Session, channel: Channel, *, by: Actor, now: datetime) -> Notice:
    """A test message in the outbox; whoever asked sends it with :func:`sending.send_one`, and
    only if that never happens does a later round."""
    said = wording.trial(channel.name)
    notice = Notice(
        key=f"{Kind.TEST}:{uuid.uuid4().hex}:channel {channel.id}",
        kind=Kind.TEST,
        channel_id=channel.id,
        person_id=by.id if channel.person_id else None,
        title=said.title,
        body=said.body,
        path="/",
        created_at=now,
        not_before=now + LEASE,
    )
    session.add(notice)
    session.flush()
    return notice


def set_hours(session: Session, hours: Hours, *, by: Actor, now: datetime) -> None:
    """The school's quiet hours and the hour of the day's list."""
    setting = queries.setting(session)
    session.add(setting)
    setting.quiet_from, setting.quiet_until = hours.quiet_from, hours.quiet_until
    setting.morning = hours.morning
    data = {"from": hours.quiet_from, "until": hours.quiet_until, "morning": hours.morning}
    audit.record(session, "reminder.hours", "reminder:1", by=by, now=now, data=data)


def set_mutes(session: Session, wanted: Collection[Kind], *, by: Actor) -> None:
    """The actor is told only ``wanted`` (and what nobody may refuse)."""
    session.execute(sa.delete(Mute).where(Mute.person_id == by.id))
    session.add_all(Mute(person_id=by.id, kind=kind) for kind in OPTIONAL if kind not in wanted)
    session.flush()


def _log(session: Session, channel: Channel, act: str, *, by: Actor, now: datetime) -> None:
    data = {"name": channel.name, "channel": channel.masked}
    audit.record(session, act, f"channel:{channel.id}", by=by, now=now, data=data)
