"""Who is asked to come, who came, and how the tests went; each change is told in the events."""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import rules, services, training_rules
from unitsafe.activities.models import Activity, Attendance
from unitsafe.activities.rules import HELD, Action, Kind, State
from unitsafe.core import audit
from unitsafe.core.domain import Actor, NotAllowed, RuleError
from unitsafe.people import queries as people

SIGNED_KINDS = (Kind.TRAINING, Kind.MEETING)
"""Kinds to which one signs in."""
WORD_LENGTH = 12


def sign_word(number: str, secret: str) -> str:
    """The part of the sign-in address that only who saw the code knows; another for each activity."""
    made = hmac.new(secret.encode(), f"sign:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made).decode()[:WORD_LENGTH].lower()


def is_sign_word(word: str, number: str, secret: str) -> bool:
    """Whether ``word`` came from the code of that activity."""
    return hmac.compare_digest(word.encode(), sign_word(number, secret).encode())


def invite(session: Session, activity: Activity, person_ids: Collection[int]) -> services.Changes:
    """Ask these people to come, besides those who are asked already; who was added."""
    rows = _rows(session, activity)
    added = [one for one in person_ids if one not in rows]
    for person_id in added:
        session.add(Attendance(activity_id=activity.id, person_id=person_id))
    for person_id in set(person_ids) & rows.keys():
        rows[person_id].is_expected = True
    session.flush()
    return {"invited": ("", _names(session, added))} if added else {}


def set_invited(
    session: Session, activity: Activity, person_ids: Collection[int], *, by: Actor, now: datetime
) -> None:
    """Exactly these people are asked to come; whoever signed in already stays on the list."""
    check_open(activity, by)
    rows = _rows(session, activity)
    gone = [one for one, row in rows.items() if one not in person_ids and row.is_expected]
    for person_id in gone:
        if rows[person_id].signed_at is None:
            session.delete(rows[person_id])
        else:
            rows[person_id].is_expected = False
    told = dict(invite(session, activity, person_ids))
    if gone:
        told["uninvited"] = ("", _names(session, gone))
    _counted(session, activity)
    if told:
        services.log(session, activity, Action.CHANGE, changes=told, by=by, now=now)


def sign_in(session: Session, activity: Activity, *, by: Actor, now: datetime) -> Attendance:
    """The person signs in for themself; asking again changes nothing."""
    rows = _rows(session, activity)
    row = rows.get(by.id)
    if row is not None and row.signed_at is not None:
        return row
    check_sign_in(activity, by, now)
    if row is None:
        row = Attendance(activity_id=activity.id, person_id=by.id, is_expected=False)
        session.add(row)
    row.signed_at, row.signed_by_id = now, by.id
    session.flush()
    subject = f"activity:{activity.number}"
    audit.record(session, "activity.sign", subject, by=by, now=now, data={})
    return row


def check_sign_in(activity: Activity, by: Actor, now: datetime) -> None:
    """Raises RuleError where one cannot sign in for oneself now."""
    if activity.kind not in SIGNED_KINDS:
        raise RuleError("这次活动不用扫码签到。")
    if "inspector" in by.posts:
        raise NotAllowed("来访人员不用签到。")
    if activity.state is State.CANCELLED:
        raise RuleError("这次活动已经取消。")
    if activity.state is not State.PLANNED:
        raise RuleError("签到已经结束，来过的请找组织人补登。")
    first, last = training_rules.sign_window(
        activity.planned_on, activity.planned_at, activity.minutes
    )
    there = clock.local(now).replace(tzinfo=None)
    if there < first:
        raise RuleError("还没有开始签到，%(at)s起可以签。", at=f"{first:%m-%d %H:%M}")
    if there > last:
        raise RuleError("签到时间已过，来过的请找组织人补登。")


@dataclass(frozen=True)
class Result:
    """How a test went; ``passed`` None where only the score was written down."""

    score: int | None = None
    passed: bool | None = None


def roll(
    session: Session,
    activity: Activity,
    *,
    present: Collection[int],
    results: Mapping[int, Result] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """The organiser's list: these people were there, others who are on it were not; how they did.

    Whoever was there and not asked is added. Who ticked is kept beside each name.
    """
    check_open(activity, by)
    if activity.planned_on > clock.local(now).date():
        raise RuleError("还没有到开展的日子，不能登记签到。")
    rows = _rows(session, activity)
    for person_id in set(present) - rows.keys():
        rows[person_id] = Attendance(
            activity_id=activity.id, person_id=person_id, is_expected=False
        )
        session.add(rows[person_id])
    came = [one for one in present if rows[one].signed_at is None]
    for person_id in came:
        rows[person_id].signed_at, rows[person_id].signed_by_id = now, by.id
    gone = [one for one, row in rows.items() if row.signed_at and one not in present]
    for person_id in gone:
        row = rows[person_id]
        row.signed_at = row.signed_by_id = row.score = row.passed = None
    told = {
        name: ("", _names(session, ids))
        for name, ids in (("signed", came), ("unsigned", gone))
        if ids
    }
    told |= _tested(activity, rows, results or {}, present)
    _counted(session, activity)
    if told:
        services.log(session, activity, Action.COUNT, changes=told, by=by, now=now)


def _tested(
    activity: Activity,
    rows: Mapping[int, Attendance],
    results: Mapping[int, Result],
    present: Collection[int],
) -> dict[str, tuple[str, str]]:
    """Keep the tests of those who were there; what an event tells of it."""
    mark = activity.details.get("pass_mark")
    changed = False
    for person_id, result in results.items():
        if person_id not in present:
            continue
        passed = result.passed
        if result.score is not None and mark is not None:
            passed = result.score >= mark
        row = rows[person_id]
        changed |= (row.score, row.passed) != (result.score, passed)
        row.score, row.passed = result.score, passed
    if not changed:
        return {}
    took = [row.passed for row in rows.values() if row.passed is not None]
    return {"tested": ("", f"{sum(took)} / {len(took)}")}


def held(session: Session, activity: Activity) -> None:
    """Once it was held the list gives the heads, unless they were counted by hand."""
    expected, present = heads(list(_rows(session, activity).values()))
    if activity.expected is None and expected:
        activity.expected = expected
    if activity.present is None and expected + present:
        activity.present = present


def heads(rows: Sequence[Attendance]) -> tuple[int, int]:
    """How many were asked, how many came."""
    return sum(row.is_expected for row in rows), sum(row.signed_at is not None for row in rows)


def check_open(activity: Activity, by: Actor) -> None:
    """Raises NotAllowed where it is somebody else's, RuleError once nothing of it changes."""
    if not rules.may_organise(by, activity.organiser_id):
        raise NotAllowed("请由组织人、安全员、德育处或校领导来办。")
    if activity.state in (State.ARCHIVED, State.CANCELLED):
        raise RuleError("已归档或取消的活动不能再改。")


def _counted(session: Session, activity: Activity) -> None:
    """What a list that changes afterwards does to the heads of an activity that was held."""
    session.flush()
    if activity.state in HELD:
        activity.expected, activity.present = heads(list(_rows(session, activity).values()))


def _rows(session: Session, activity: Activity) -> dict[int, Attendance]:
    select = sa.select(Attendance).where(Attendance.activity_id == activity.id)
    return {row.person_id: row for row in session.scalars(select.order_by(Attendance.id))}


def _names(session: Session, ids: Collection[int]) -> str:
    return "、".join(people.names(session, set(ids)).values())
