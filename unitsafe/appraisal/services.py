"""Recording awards and reminders, and withdrawing one."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.appraisal import queries
from unitsafe.appraisal.models import AppraisalNote
from unitsafe.appraisal.rules import NoteKind
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids.models import Grid
from unitsafe.people.models import Person


def note(
    session: Session,
    first: date,
    whom: Grid | Person,
    kind: NoteKind,
    *,
    reason: str,
    measure: str = "",
    by: Actor,
    now: datetime,
) -> AppraisalNote:
    """Record an award or a reminder for the month that begins on ``first``.

    :raises RuleError: a month to come, one's own, that of somebody above (queries.above).
    """
    today = clock.local(now).date()
    if first > today:
        raise RuleError("这个月还没有到，不能登记奖惩。")
    is_person = isinstance(whom, Person)
    if is_person and whom.id == by.id:
        raise RuleError("自己的奖惩请别人登记。", field="whom")
    if is_person and whom.id in queries.above(session, by, today):
        raise RuleError("%(name)s的奖惩请校长登记。", name=whom.name, field="whom")
    one = AppraisalNote(
        month=f"{first:%Y-%m}",
        person_id=whom.id if is_person else None,
        grid_id=None if is_person else whom.id,
        kind=kind,
        reason=reason,
        measure=measure,
        at=now,
        by_id=by.id,
    )
    session.add(one)
    session.flush()
    data = {"name": whom.name, "reason": reason, "measure": measure}
    audit.record(session, f"appraisal.{kind}", f"appraisal:{one.month}", by=by, now=now, data=data)
    return one


def withdraw(
    session: Session, one: AppraisalNote, name: str, *, reason: str, by: Actor, now: datetime
) -> None:
    """Let a note hold no more; it stays readable with the ``reason``. ``name``: whose it is.

    :raises RuleError: withdrawn before, one's own, that of somebody above (queries.above).
    """
    if one.person_id == by.id:
        raise RuleError("自己的奖惩请别人撤销。")
    if one.person_id in queries.above(session, by, clock.local(now).date()):
        raise RuleError("%(name)s的奖惩请校长撤销。", name=name)
    earlier = sa.select(AppraisalNote.id).where(AppraisalNote.withdraws_id == one.id)
    if one.withdraws_id is not None or session.scalar(earlier) is not None:
        raise RuleError("这一条已经撤销了。")
    session.add(
        AppraisalNote(
            month=one.month,
            person_id=one.person_id,
            grid_id=one.grid_id,
            kind=one.kind,
            reason=reason,
            withdraws_id=one.id,
            at=now,
            by_id=by.id,
        )
    )
    session.flush()
    data = {"name": name, "reason": reason}
    subject = f"appraisal:{one.month}"
    audit.record(session, "appraisal.withdraw", subject, by=by, now=now, data=data)
