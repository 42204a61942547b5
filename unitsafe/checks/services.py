"""What people do with a check besides answering: submit, sign, explain, skip, correct."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks import look_back, queries, rules, taps
from unitsafe.checks.models import Answer, Check, CheckEvent, CheckPhoto, Finding
from unitsafe.checks.rules import Action, EntrySource, Result, State, Status
from unitsafe.checks.versions import items as items_of
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, Source
from unitsafe.school import queries as schools


@dataclass(frozen=True)
class Missing:
    """What keeps a check from being submitted: ``what`` is answer, hazard or photo."""

    number: int
    item_key: str
    text: str
    what: str


def missing(
    session: Session,
    sheet: taps.Sheet,
    without_photo: Collection[str] = (),
    written: Collection[str] = (),
) -> list[Missing]:
    """Everything still to do before submitting, in the order of the items.

    ``without_photo``: items of which the person says that no photo can be taken. ``written``:
    items whose finding is filled in and becomes a hazard with the submission.
    """
    findings = {*written} | set(
        session.scalars(sa.select(Finding.item_key).where(Finding.check_id == sheet.check_id))
    )
    shown = set(
        session.scalars(sa.select(CheckPhoto.item_key).where(CheckPhoto.check_id == sheet.check_id))
    )
    found = []
    for number, item in enumerate(sheet.items, start=1):
        answer = sheet.answers.get(item.key)
        if answer is None or not rules.is_answered(answer):
            found.append(Missing(number, item.key, item.text, "answer"))
            continue
        if answer.result is Result.FAIL and item.key not in findings:
            found.append(Missing(number, item.key, item.text, "hazard"))
        if (
            rules.needs_photo(item.answer.photo, answer.result)
            and item.key not in shown
            and item.key not in without_photo
        ):
            found.append(Missing(number, item.key, item.text, "photo"))
    return found


def add_finding(
    session: Session,
    check: Check,
    item_key: str,
    *,
    description: str,
    category: str,
    level: Level,
    fix: Fix,
    space_id: int | None,
    by: Actor,
    now: datetime,
) -> Hazard:
    """The hazard of a failed item, with the item's photos; the one there already is kept. What is
    there again names the one that was closed."""
    earlier = session.scalars(
        sa.select(Hazard)
        .join(Finding, Finding.hazard_id == Hazard.id)
        .where(Finding.check_id == check.id, Finding.item_key == item_key)
    ).first()
    if earlier is not None:
        return earlier
    old = look_back.hazard_of(session, check)
    hazard = hazards.report(
        session,
        description=description,
        category=category,
        level=level,
        fix=fix,
        space_id=space_id,
        grid_id=check.grid_id,
        photo_ids=_photo_ids(session, check.id, item_key),
        source=Source.LOOK_BACK if old else Source.CHECK,
        source_ref=str(check.id),
        recurrence_of=old,
        by=by,
        now=now,
    )
    session.add(Finding(check_id=check.id, item_key=item_key, hazard_id=hazard.id))
    session.flush()
    return hazard


def add_photo(
    session: Session, check: Check, item_key: str, photo_id: int, *, by: Actor, now: datetime
) -> None:
    """Attach an uploaded photo to an item and to its hazard. It may arrive after the submission
    (photos travel behind the tap), not after somebody has countersigned."""
    if check.state not in (*rules.UNFINISHED, State.SUBMITTED):
        raise RuleError("这份检查已经签字，不能再加照片。")
    if not rules.may_fill(check.facts, by) and check.submitted_by_id != by.id:
        raise RuleError("这份检查由别人填写。")
    if item_key not in {
        item.key for item in items_of(session, check.checklist_id, check.item_limit)
    }:
        raise RuleError("检查表里没有这一项，请刷新页面。")
    exists = sa.select(CheckPhoto.id).where(
        CheckPhoto.check_id == check.id,
        CheckPhoto.item_key == item_key,
        CheckPhoto.photo_id == photo_id,
    )
    if session.scalar(exists) is None:
        session.add(CheckPhoto(check_id=check.id, item_key=item_key, photo_id=photo_id))
        session.flush()
    hazard = session.scalars(
        sa.select(Hazard)
        .join(Finding, Finding.hazard_id == Hazard.id)
        .where(Finding.check_id == check.id, Finding.item_key == item_key)
    ).first()
    if hazard is not None:
        hazards.add_photos(session, hazard, [photo_id], is_after=False, now=now, by=by)


def submit(
    session: Session,
    check: Check,
    sheet: taps.Sheet,
    *,
    note: str,
    performed_at: datetime | None,
    source: EntrySource,
    by: Actor,
    now: datetime,
) -> None:
    """The record is complete and signed by whoever filled it.

    ``performed_at``: when it was really done, for what is entered later; None means now, for a
    correction the time on the record it corrects.
    :raises RuleError: it is submitted already, not yet open, or not this person's.
    """
    performed = require_submittable(session, check, performed_at, by=by, now=now)
    hours = schools.school(session).number("backfill_hours")
    check.state, check.submitted_at, check.submitted_by_id = State.SUBMITTED, now, by.id
    check.started_at = check.started_at or now
    check.performed_at, check.source, check.note = performed, source, note
    check.is_backfill = rules.is_backfill(performed, now, hours)
    check.fail_count = sheet.progress.failed
    if check.corrects_id is not None:
        corrected = session.get_one(Check, check.corrects_id)
        corrected.superseded_by_id = check.id
    data = {
        "answers": answers_digest(session, check.id),
        "performed_at": performed.isoformat(),
        "failed": check.fail_count,
        "backfill": check.is_backfill,
        "source": source,
        "corrects": check.corrects_id,
    }
    _log(session, check, Action.SUBMIT, by=by, now=now, note=note, data=data)


def require_submittable(
    session: Session, check: Check, performed_at: datetime | None, *, by: Actor, now: datetime
) -> datetime:
    """When it was really done, for :func:`submit`. Raises RuleError as that does."""
    if Action.SUBMIT not in check.actions_open_to(by, now):
        raise RuleError("这份检查现在不能提交，请刷新看一下。")
    if look_back.is_barred(check, look_back.hazard_of(session, check), by):
        raise RuleError("这条隐患由您整改，回头看请由别人来做。")
    before = check.performed_at if check.corrects_id is not None else None
    performed = performed_at or before or now
    if performed > now:
        raise RuleError("实际检查时间不能晚于现在。")
    if performed < check.opens_at and check.corrects_id is None:
        raise RuleError("实际检查时间早于这次检查的开始时间，请核对。")
    if check.status(now) in (Status.MISSED, Status.EXPLAINED) and performed_at is None:
        raise RuleError("这次检查已经过期，请写明实际检查时间。")
    return performed


def answers_digest(session: Session, check_id: int) -> str:
    """SHA-256 (hex) over every answer row of a check, older ones included."""
    rows = session.execute(
        sa.select(
            Answer.id,
            Answer.item_key,
            Answer.result,
            Answer.value,
            Answer.note,
            Answer.at,
            Answer.by_id,
        )
        .where(Answer.check_id == check_id)
        .order_by(Answer.id)
    )
    content = [
        [number, key, result, None if value is None else f"{value:.3f}", note, at.isoformat(), by]
        for number, key, result, value, note, at, by in rows
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@audit.verifier("check.submit")
def _answers_are_untouched(session: Session, entry: audit.AuditEntry) -> str | None:
    check_id = int(entry.subject.removeprefix("check:"))
    if answers_digest(session, check_id) != json.loads(entry.data)["answers"]:
        return f"the answers of {entry.subject} are not the ones that were submitted"
    return None


def countersign(session: Session, check: Check, *, note: str, by: Actor, now: datetime) -> None:
    """The second signature. Source: Order 61 art. 25 (patroller and supervisor both sign)."""
    _require(check, Action.COUNTERSIGN, by, now)
    check.state, check.countersigned_at, check.countersigned_by_id = (
        State.COUNTERSIGNED,
        now,
        by.id,
    )
    _log(session, check, Action.COUNTERSIGN, by=by, now=now, note=note)


def explain(session: Session, check: Check, *, reason: str, by: Actor, now: datetime) -> None:
    """Why a check was missed; it may still be done late."""
    _require(check, Action.EXPLAIN, by, now)
    check.explanation = reason
    _log(session, check, Action.EXPLAIN, by=by, now=now, note=reason)


def skip(session: Session, check: Check, *, reason: str, by: Actor, now: datetime) -> None:
    """It will not be done, and why: a recorded act, not a silent gap."""
    _require(check, Action.SKIP, by, now)
    check.state, check.explanation = State.SKIPPED, reason
    _log(session, check, Action.SKIP, by=by, now=now, note=reason)


def correct(session: Session, check: Check, *, reason: str, by: Actor, now: datetime) -> Check:
    """A new version that starts from the submitted answers; the old one stays as it is and counts
    until the new one is submitted. Asking again gives the correction already begun."""
    begun = session.scalars(
        sa.select(Check).where(Check.corrects_id == check.id, Check.state.in_(rules.UNFINISHED))
    ).first()
    if begun is not None:
        return begun
    _require(check, Action.CORRECT, by, now)
    same: Mapping[str, object] = {
        column.key: getattr(check, column.key)
        for column in sa.inspect(Check).columns
        if column.key
        not in {
            "id",
            "state",
            "version",
            "corrects_id",
            "superseded_by_id",
            "submitted_at",
            "submitted_by_id",
            "countersigned_at",
            "countersigned_by_id",
            "is_backfill",
            "fail_count",
            "explanation",
            "assignee_id",
        }
    }
    version = Check(
        **same,
        state=State.IN_PROGRESS,
        version=1 + max(one.version for one in queries.versions_of(session, check)),
        corrects_id=check.id,
        assignee_id=by.id,
    )
    session.add(version)
    session.flush()
    for key, answer in taps.newest_answers(session, check.id).items():
        row = {"check_id": version.id, "item_key": key, "result": answer.result}
        row |= {"value": answer.value, "note": answer.note, "at": answer.at, "by_id": answer.by_id}
        session.execute(sa.insert(Answer), row)
    for model in (CheckPhoto, Finding):
        columns = [c.key for c in model.__table__.columns if c.key not in ("id", "check_id")]
        for entry in session.scalars(sa.select(model).where(model.check_id == check.id)).all():
            values = {key: getattr(entry, key) for key in columns}
            session.add(model(check_id=version.id, **values))
    session.flush()
    _log(session, version, Action.CORRECT, by=by, now=now, note=reason, data={"of": check.id})
    return version


def _require(check: Check, action: Action, by: Actor, now: datetime) -> None:
    if action not in check.actions_open_to(by, now):
        raise RuleError("这份检查现在不能这样处理，可能刚刚有别人处理过，请刷新看一下。")


def _photo_ids(session: Session, check_id: int, item_key: str) -> list[int]:
    return list(
        session.scalars(
            sa.select(CheckPhoto.photo_id).where(
                CheckPhoto.check_id == check_id, CheckPhoto.item_key == item_key
            )
        )
    )


def _log(
    session: Session,
    check: Check,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    session.add(CheckEvent(check_id=check.id, action=action, at=now, by_id=by.id, note=note))
    audit.record(
        session,
        f"check.{action}",
        f"check:{check.id}",
        by=by,
        now=now,
        data={"note": note, **(data or {})},
    )
