"""What people do with activities: each step appends an event and an audit entry."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import rules
from unitsafe.activities.models import (
    Activity,
    ActivityEvent,
    ActivityFile,
    ActivityIssue,
    ActivityPhoto,
    ActivitySerial,
)
from unitsafe.activities.rules import FORMS, TRANSITIONS, Action, Form, Kind, State
from unitsafe.core import audit
from unitsafe.core.domain import Actor, NotAllowed, RuleError
from unitsafe.core.serials import next_in_year
from unitsafe.files import services as files
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, Source
from unitsafe.photos import services as photos

Changes = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Facts:
    """What is written down of an activity that is planned; ``details`` by the names of its form."""

    form: Form
    title: str
    planned_on: date
    planned_at: time | None = None
    space_id: int | None = None
    place: str = ""
    organiser_id: int | None = None
    content: str = ""
    minutes: int | None = None
    target_seconds: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Issue:
    """Something an activity showed to be wrong."""

    description: str
    category: str
    level: Level
    space_id: int | None = None


def plan(session: Session, kind: Kind, facts: Facts, *, by: Actor, now: datetime) -> Activity:
    """A new numbered activity that is still to be held."""
    if not rules.may_organise(by, None):
        raise NotAllowed("请由安全员、德育处或校领导安排。")
    _check(kind, facts)
    year = clock.local(now).year
    activity = Activity(
        **_columns(facts),
        kind=kind,
        number=rules.number(year, next_in_year(session, ActivitySerial, year)),
        recorded_at=now,
    )
    session.add(activity)
    session.flush()
    log(session, activity, Action.PLAN, data=_told(facts), by=by, now=now)
    return activity


def change(
    session: Session,
    activity: Activity,
    facts: Facts,
    *,
    seen: int,
    more: Changes | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Change what is planned. ``seen`` is the version that the person had before them; ``more``
    what the kind has changed beside its facts. The event tells old and new."""
    check(activity, Action.CHANGE, by)
    if activity.version != seen:
        raise RuleError("刚刚有人改过这条记录，请看过最新内容再改。")
    _check(activity.kind, facts)
    columns, details = _columns(facts), dict(facts.details)
    columns["details"] = {**activity.details, **details}
    told = {
        name: (_text(getattr(activity, name)), _text(value))
        for name, value in columns.items()
        if name != "details" and getattr(activity, name) != value
    }
    told |= {
        name: (_text(activity.details.get(name)), _text(value))
        for name, value in details.items()
        if activity.details.get(name) != value
    }
    for name, value in columns.items():
        setattr(activity, name, value)
    told |= more or {}
    if told:
        log(session, activity, Action.CHANGE, changes=told, by=by, now=now)


def notify(session: Session, activity: Activity, *, by: Actor, now: datetime) -> None:
    """The notice went out."""
    check(activity, Action.NOTIFY, by)
    activity.notified_at = now
    log(session, activity, Action.NOTIFY, by=by, now=now)


def cancel(session: Session, activity: Activity, *, reason: str, by: Actor, now: datetime) -> None:
    """It does not take place, and why."""
    check(activity, Action.CANCEL, by)
    if not reason:
        raise RuleError("请写明取消的原因。", field="note")
    activity.state = State.CANCELLED
    log(session, activity, Action.CANCEL, reason, by=by, now=now)


def hold(
    session: Session,
    activity: Activity,
    *,
    held_on: date,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    expected: int | None = None,
    present: int | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """It was held on that day; ``expected`` and ``present`` are heads. More of them than expected
    needs a ``note`` that says why."""
    check(activity, Action.HOLD, by)
    if held_on > clock.local(now).date():
        raise RuleError("开展日期不能是以后的日子。", field="held_on")
    if started_at and ended_at and ended_at < started_at:
        raise RuleError("结束时间不能早于开始时间。", field="ended")
    if started_at and started_at > now:
        raise RuleError("开始时间还没有到。", field="started")
    if ended_at and ended_at > now:
        raise RuleError("结束时间还没有到。", field="ended")
    if expected is not None and present is not None and present > expected and not note:
        raise RuleError("实到比应到多，请在备注里写明原因。", field="note")
    activity.state, activity.held_on = State.HELD, held_on
    activity.started_at, activity.ended_at = started_at, ended_at
    activity.expected, activity.present = expected, present
    data = {"held_on": held_on, "expected": expected, "present": present}
    log(session, activity, Action.HOLD, note, data=data, by=by, now=now)


def evaluate(
    session: Session,
    activity: Activity,
    *,
    evaluation: str,
    details: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """How it went; may be written anew until it is archived, the events keep what was written."""
    check(activity, Action.EVALUATE, by)
    activity.state, activity.evaluation = State.EVALUATED, evaluation
    activity.details = {**activity.details, **(details or {})}
    log(session, activity, Action.EVALUATE, evaluation, data=details, by=by, now=now)


def add_issue(
    session: Session, activity: Activity, issue: Issue, *, by: Actor, now: datetime
) -> Hazard:
    """Something it showed to be wrong becomes a hazard; whoever answers for the place fixes it."""
    check(activity, Action.ADD_ISSUE, by)
    hazard = hazards.report(
        session,
        description=issue.description,
        category=issue.category,
        level=issue.level,
        fix=Fix.SCHEDULED,
        space_id=issue.space_id,
        source=Source.DRILL if activity.kind is Kind.DRILL else Source.REPORT,
        source_ref=activity.number,
        by=by,
        now=now,
    )
    session.add(ActivityIssue(activity_id=activity.id, hazard_id=hazard.id))
    session.flush()
    log(session, activity, Action.ADD_ISSUE, hazard.number, by=by, now=now)
    return hazard


def attach(
    session: Session,
    activity: Activity,
    *,
    photo_ids: Collection[int] = (),
    file_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> int:
    """Add photos and files that ``by`` sent and the activity does not show yet; how many."""
    check(activity, Action.ATTACH, by)
    shown = sa.select(ActivityPhoto.photo_id).where(ActivityPhoto.activity_id == activity.id)
    pictures = photos.own(session, by, photo_ids, without=shown)
    held = sa.select(ActivityFile.file_id).where(ActivityFile.activity_id == activity.id)
    papers = files.own(session, by, file_ids, without=held)
    session.add_all(ActivityPhoto(activity_id=activity.id, photo_id=one) for one in pictures)
    session.add_all(ActivityFile(activity_id=activity.id, file_id=one.id) for one in papers)
    session.flush()
    if not pictures and not papers:
        raise RuleError("请先选照片或附件。", field="file_upload")
    told = {"photos": ("", str(len(pictures)))} if pictures else {}
    told |= {"files": ("", "、".join(one.name for one in papers))} if papers else {}
    log(session, activity, Action.ATTACH, changes=told, by=by, now=now)
    return len(pictures) + len(papers)


def archive(session: Session, activity: Activity, *, by: Actor, now: datetime) -> None:
    """Its record is complete; nothing of it changes any more."""
    if activity.state is State.HELD and rules.may_organise(by, activity.organiser_id):
        raise RuleError("先写评估，再归档。")
    check(activity, Action.ARCHIVE, by)
    found = sa.select(sa.func.count()).where(ActivityIssue.activity_id == activity.id)
    if activity.details.get("problems") and not session.scalar(found):
        raise RuleError("评估里写了存在的问题，请先把它们登记成隐患，再归档。")
    activity.state, activity.archived_at = State.ARCHIVED, now
    log(session, activity, Action.ARCHIVE, by=by, now=now)


def check(activity: Activity, action: Action, by: Actor) -> None:
    """Raises NotAllowed where it is somebody else's, RuleError where it cannot be done now."""
    if not rules.may_organise(by, activity.organiser_id):
        raise NotAllowed("请由组织人、安全员、德育处或校领导来办。")
    if action not in rules.open_actions(activity.kind, activity.state, may_organise=True):
        raise RuleError("“%(state)s”的活动不能再做这一步。", state=activity.state)


def move(activity: Activity, action: Action, by: Actor) -> None:
    """:func:`check`, then the state that the step leads to."""
    check(activity, action, by)
    activity.state = TRANSITIONS[action].target or activity.state


def log(
    session: Session,
    activity: Activity,
    action: Action,
    note: str = "",
    *,
    data: Mapping[str, object] | None = None,
    changes: Changes | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Append a step to the activity's events and to the audit log."""
    told = {name: list(pair) for name, pair in (changes or {}).items()}
    session.add(
        ActivityEvent(
            activity_id=activity.id,
            action=action,
            at=now,
            by_id=by.id,
            note=note,
            changes=told,
        )
    )
    session.flush()
    entry = {name: new for name, (_old, new) in told.items()}
    entry |= {"note": note} if note else {}
    entry |= {name: _text(value) for name, value in (data or {}).items() if value}
    subject = f"activity:{activity.number}"
    audit.record(session, f"activity.{action}", subject, by=by, now=now, data=entry)


def _check(kind: Kind, facts: Facts) -> None:
    if facts.form not in FORMS[kind]:
        raise RuleError("“%(kind)s”没有这种形式。", kind=kind, field="form")


def _columns(facts: Facts) -> dict[str, Any]:
    return {**asdict(facts), "details": dict(facts.details)}


def _told(facts: Facts) -> dict[str, object]:
    """The facts for the audit log, the details among them."""
    values = _columns(facts)
    return {**values.pop("details"), **values}


def _text(value: object) -> str:
    """A fact as the record keeps it: 2026-11-03, 09:30, alarm、first_aid; empty for nothing."""
    if isinstance(value, list | tuple):
        return "、".join(str(one) for one in value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value) if value else ""
