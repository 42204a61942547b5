"""What must hold of every sample school, whenever it is loaded."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks.models import Answer, Check, CheckEvent, Finding, PlannedDay
from unitsafe.checks.rules import DONE, UNFINISHED, Action, Result, State
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.hazards.models import Hazard, HazardEvent, HazardSerial


def faults(session: Session, now: object) -> Iterator[str]:
    """Everything that is wrong with the records, one sentence each."""
    yield from (sentence for _, sentence in audit.verify(session))
    moments = session.scalars(sa.select(AuditEntry.at).order_by(AuditEntry.id)).all()
    if list(moments) != sorted(moments):
        yield "the audit log is not in the order of time"
    yield from _checks(session, now)
    yield from _findings(session)
    yield from _hazards(session, now)


def _checks(session: Session, now: object) -> Iterator[str]:
    wrong = {
        "done before it opened": sa.and_(
            Check.corrects_id.is_(None),
            sa.or_(Check.started_at < Check.opens_at, Check.performed_at < Check.opens_at),
        ),
        "signed twice by one person": Check.countersigned_by_id == Check.submitted_by_id,
        "countersigned before it was submitted": Check.countersigned_at <= Check.submitted_at,
        "submitted before it was performed": Check.submitted_at < Check.performed_at,
        "done in the future": sa.or_(Check.submitted_at > now, Check.countersigned_at > now),
        "explained before it was missed": sa.and_(
            Check.state.in_(UNFINISHED), Check.explanation != "", Check.missed_at > now
        ),
        "in progress without answers": sa.and_(
            Check.state == State.IN_PROGRESS,
            Check.id.not_in(sa.select(Answer.check_id)),
        ),
        "submitted without its event": sa.and_(
            Check.state.in_(DONE),
            Check.id.not_in(
                sa.select(CheckEvent.check_id).where(CheckEvent.action == Action.SUBMIT)
            ),
        ),
    }
    for sentence, condition in wrong.items():
        for check_id in session.scalars(sa.select(Check.id).where(condition)):
            yield f"check {check_id}: {sentence}"
    days = session.scalars(sa.select(PlannedDay.day).order_by(PlannedDay.day)).all()
    if any(later - day != timedelta(days=1) for day, later in pairwise(days)):
        yield "a day was not planned"
    if days[-1] != clock.local(now).date():  # type: ignore[arg-type]
        yield "today was not planned"


def _findings(session: Session) -> Iterator[str]:
    newest = sa.select(sa.func.max(Answer.id)).group_by(Answer.check_id, Answer.item_key)
    failed = session.execute(
        sa.select(Answer.check_id, Answer.item_key).where(
            Answer.id.in_(newest), Answer.result == Result.FAIL
        )
    )
    known = {
        (row.check_id, row.item_key)
        for row in session.execute(sa.select(Finding.check_id, Finding.item_key))
    }
    counted: dict[int, int] = {}
    for check_id, item_key in failed:
        counted[check_id] = counted.get(check_id, 0) + 1
        if (check_id, item_key) not in known:
            yield f"check {check_id}: {item_key} failed and became no hazard"
    for check in session.scalars(sa.select(Check).where(Check.state.in_(DONE))):
        if check.fail_count != counted.get(check.id, 0):
            yield f"check {check.id}: counts {check.fail_count} failures"


def _hazards(session: Session, now: object) -> Iterator[str]:
    rows = session.scalars(sa.select(Hazard).order_by(Hazard.id)).all()
    if [row.number for row in rows] != sorted(row.number for row in rows):
        yield "hazards are not numbered upwards"
    if [row.found_at for row in rows] != sorted(row.found_at for row in rows):
        yield "hazards are not numbered by time"
    for year, last in session.execute(sa.select(HazardSerial.year, HazardSerial.last)):
        if last != sum(row.number.startswith(f"YH-{year}-") for row in rows):
            yield f"the serial of {year} does not fit"
    for row in rows:
        events = session.scalars(
            sa.select(HazardEvent).where(HazardEvent.hazard_id == row.id).order_by(HazardEvent.id)
        ).all()
        if [event.at for event in events] != sorted(event.at for event in events):
            yield f"{row.number}: events are not in the order of time"
        if events[-1].at > now:  # type: ignore[operator]
            yield f"{row.number}: something happened in the future"
        if row.fixed_by_id is not None and row.fixed_by_id == row.rechecked_by_id:
            yield f"{row.number}: rechecked by whoever fixed it"
