"""What a meeting decided: somebody does it by a day, and says so."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.activities import rules, services
from unitsafe.activities.attendance import check_open
from unitsafe.activities.models import Activity, Decision
from unitsafe.activities.rules import Action, Kind
from unitsafe.core.domain import Actor, NotAllowed, RuleError


def decide(
    session: Session,
    activity: Activity,
    *,
    text: str,
    owner_id: int,
    due_on: date,
    by: Actor,
    now: datetime,
) -> Decision:
    """The meeting decided that ``owner_id`` does it by ``due_on``."""
    check_open(activity, by)
    if activity.kind is not Kind.MEETING:
        raise RuleError("只有会议才登记议定事项。")
    if due_on < (activity.held_on or activity.planned_on):
        raise RuleError("完成期限不能早于开会的日子。", field="due_on")
    made = Decision(activity_id=activity.id, text=text, owner_id=owner_id, due_on=due_on)
    session.add(made)
    session.flush()
    told = {"decided": ("", f"{text}（{due_on.isoformat()}）")}
    services.log(session, activity, Action.CHANGE, changes=told, by=by, now=now)
    return made


def finish(
    session: Session,
    activity: Activity,
    decision: Decision,
    *,
    note: str,
    by: Actor,
    now: datetime,
) -> None:
    """It was done, as its owner or the organiser says."""
    if not may_finish(activity, decision, by):
        raise NotAllowed("请由承办人或组织人来登记办结。")
    if decision.done_on is not None:
        raise RuleError("这一项已经办结。")
    decision.done_on, decision.done_note = clock.local(now).date(), note
    told = {"done": (decision.text, note)}
    services.log(session, activity, Action.CHANGE, changes=told, by=by, now=now)


def may_finish(activity: Activity, decision: Decision, by: Actor) -> bool:
    """Whether ``by`` may say that it was done."""
    return by.id == decision.owner_id or rules.may_organise(by, activity.organiser_id)


def decisions(session: Session, activity: Activity) -> list[Decision]:
    """What a meeting decided, with the owners."""
    return list(
        session.scalars(
            sa.select(Decision)
            .where(Decision.activity_id == activity.id)
            .options(joinedload(Decision.owner))
            .order_by(Decision.id)
        )
    )
