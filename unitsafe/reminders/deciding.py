"""What is worth telling now, and whom: asked every minute, decided once.

Everything is read first; then one short write adds what the outbox does not have yet. Without any
channel nothing is added: 今日 shows it all, and nothing piles up.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import figures
from unitsafe.checks import planning
from unitsafe.core.db import write_tx
from unitsafe.hazards.models import HazardEvent
from unitsafe.reminders import happenings, queries, rules, timely
from unitsafe.reminders.drafts import Draft, Recipients
from unitsafe.reminders.models import Notice, ReminderSetting
from unitsafe.reminders.rules import Hours
from unitsafe.school.models import School


def decide(session: Session, *, now: datetime) -> int:
    """Add to the outbox what is to be told ``now`` and is not in it; returns how many."""
    school = session.get(School, 1)
    if school is None:
        return 0
    today = clock.local(now).date()
    planning.ensure_planned(session, today, now=now)
    if figures.is_due(session, today, now=now):
        with write_tx(session) as tx:
            figures.freeze(tx, today, now=now)
    setting, to = queries.setting(session), Recipients(session)
    seen = setting.last_event_id
    last = session.scalar(sa.select(sa.func.max(HazardEvent.id))) or 0
    fresh: list[Draft] = []
    upto = last
    if to:
        events = happenings.since(session, seen, last)
        upto = events[-1].id if len(events) == happenings.MOST_EVENTS else last
        fresh = [
            *happenings.drafts(session, events, to),
            *timely.drafts(session, school, setting, to, now),
        ]
    marks = _marks(setting, now, bool(to), upto)
    if not fresh and not marks:
        return 0
    known = queries.known_keys(session, [draft.key for draft in fresh])
    missing = [draft for draft in fresh if draft.key not in known]
    if not missing and not marks:
        return 0
    with write_tx(session) as tx:
        kept = queries.setting(tx)
        tx.add(kept)
        for name, value in marks.items():
            setattr(kept, name, value)
        return _put(tx, missing, now, kept.hours)


def _marks(
    setting: ReminderSetting, now: datetime, has_channels: bool, upto: int
) -> dict[str, Any]:
    """How far the outbox has come, where that changed."""
    today = clock.local(now).date()
    marks: dict[str, Any] = {}
    if setting.last_event_id != upto:
        marks["last_event_id"] = upto
    if has_channels and rules.is_morning(now, setting.hours) and setting.morning_on != today:
        marks["morning_on"] = today
    if has_channels and rules.is_digest_time(now) and setting.digest_on != today:
        marks["digest_on"] = today
    return marks


def _put(session: Session, drafts: Sequence[Draft], now: datetime, hours: Hours) -> int:
    """Insert what is missing; whoever else decided the same at the same time does no harm."""
    if not drafts:
        return 0
    dialect = session.get_bind().dialect.name
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    added = 0
    for draft in drafts:
        row = {
            "key": draft.key,
            "kind": draft.kind,
            "channel_id": draft.way.id,
            "person_id": draft.way.person_id,
            "title": draft.text.title,
            "body": draft.text.body,
            "path": draft.path,
            "created_at": now,
            "not_before": rules.not_before(draft.kind, now, hours),
        }
        fresh = (
            insert(Notice)
            .values(row)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Notice.id)
        )
        added += session.scalar(fresh) is not None
    return added
