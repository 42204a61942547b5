"""The school's own standard: copied, changed as a draft, published as a version that stays."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.assessments import standard_edit as edit
from unitsafe.assessments import standard_words as words
from unitsafe.assessments import standards
from unitsafe.assessments.models import AssessmentStandard
from unitsafe.assessments.standard_edit import Body, Entry, Fault
from unitsafe.content.build import make
from unitsafe.content.model import AssessmentItem
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.figures import METRICS

NO_DRAFT = "没有正在修改的评分标准，请先复制一份。"


class Refused(RuleError):
    """A rule of the content is broken; ``faults`` say where."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("；".join(one.text for one in faults))
        self.faults = faults


def copy(session: Session, *, by: Actor, now: datetime) -> AssessmentStandard:
    """A draft that says what the version in use says; the one that is there when there is one."""
    if (found := standards.draft(session)) is not None:
        return found
    source = standards.in_use(session, now=now)
    found = AssessmentStandard(
        number=standards.next_number(session),
        origin=standards.SCHOOL,
        body=edit.copied(standards.standard(source)),
        is_draft=True,
        made_at=now,
        made_by_id=by.id,
    )
    session.add(found)
    session.flush()
    _log(session, found, "copy", by=by, now=now, data={})
    return found


def change_item(
    session: Session, changed: Entry, *, seen: str, by: Actor, now: datetime
) -> AssessmentStandard:
    """Put ``changed`` in the place of the item of its key; ``seen`` is the mark of what was shown.

    :raises RuleError: no draft, no such item, someone was quicker. :raises Refused: it is unsound.
    """
    row = _locked(session)
    before = _as_seen(row, changed["key"], seen)
    changed = edit.weighed(changed)
    if found := edit.item_faults(row.body, changed, content.load()):
        raise Refused(found)
    body = edit.change_item(row.body, changed)
    data: dict[str, object] = {
        "item": changed["text"],
        "before": _outline(row, before),
        "after": _outline(row, changed),
    }
    return _keep(session, row, body, changed["key"], "edit", data, by=by, now=now)


def _outline(row: AssessmentStandard, entry: Entry) -> str:
    """An item in a line of the log."""
    item, metrics = make(AssessmentItem, entry), standards.standard(row).metrics
    ways = [words.way(one, metrics) for one in item.evidence]
    return "；".join([f"{item.max_points}分", item.text, item.how_to_score, *ways])


def add_item(
    session: Session,
    group: str,
    *,
    text: str,
    how_to_score: str,
    points: Decimal,
    metric: str,
    rubric: str,
    by: Actor,
    now: datetime,
) -> str:
    """An item of the school's own: scored by ``metric``, or by people along ``rubric`` without one.
    Returns its key.

    :raises RuleError: no draft, no such group, no such figure, no rubric.
    """
    row = _locked(session)
    if not metric and not rubric:
        raise RuleError("人工打分的项目要写打分要点。", field="rubric")
    if edit.group(row.body, group) is None:
        raise RuleError("没有这一组，请刷新后再试。")
    try:
        evidence = (
            edit.first_evidence(row.body, metric, points)
            if metric
            else {"type": "manual", "points": edit.number(points), "rubric": rubric}
        )
    except LookupError:
        raise RuleError("没有这个台账指标，请重新选择。", field="metric") from None
    new = {
        "text": text,
        "how_to_score": how_to_score,
        "veto": False,
        "evidence": [evidence],
        "basis": [edit.OWN_BASIS],
    }
    body, key = edit.add_item(row.body, group, new)
    _keep(session, row, body, key, "add", {"item": text, "max_points": points}, by=by, now=now)
    return key


def remove_item(session: Session, key: str, *, seen: str, by: Actor, now: datetime) -> None:
    """Take an item out; it can be restored. Raises RuleError."""
    row = _locked(session)
    before = _as_seen(row, key, seen)
    try:
        body = edit.remove_item(row.body, key)
    except LookupError:
        raise RuleError("这一组只剩这一项，不能移除。") from None
    _keep(session, row, body, key, "remove", {"item": before["text"]}, by=by, now=now)


def restore_item(session: Session, key: str, *, by: Actor, now: datetime) -> None:
    """Put a removed item back. Raises RuleError."""
    row = _locked(session)
    try:
        body = edit.restore_item(row.body, key)
    except LookupError:
        raise RuleError("这一项已经恢复了。") from None
    text = (edit.item(body, key) or {})["text"]
    _keep(session, row, body, key, "restore", {"item": text}, by=by, now=now)


def change_grades(
    session: Session, grades: list[Entry], *, seen: str, by: Actor, now: datetime
) -> None:
    """Other names and limits of the grades. Raises RuleError, Refused."""
    row = _locked(session)
    before = _as_seen(row, edit.GRADES, seen)
    scoring = {**row.body["scoring"], "grades": grades}
    if found := edit.grade_faults(scoring, row.body, content.load()):
        raise Refused(found)
    data: dict[str, object] = {"before": _in_line(before), "after": _in_line(grades)}
    body = edit.change_grades(row.body, grades)
    _keep(session, row, body, edit.GRADES, "edit", data, by=by, now=now)


def _in_line(grades: list[Entry]) -> str:
    return "、".join(f"{one['grade']} {one['at_least']}" for one in grades)


def faults(row: AssessmentStandard) -> list[Fault]:
    """Why a draft cannot be published."""
    return edit.faults(row.body, content.load(), METRICS)


def publish(
    session: Session, *, seen: int, note: str, by: Actor, now: datetime
) -> AssessmentStandard:
    """Make the draft a version; assessments opened from now on take it. ``seen`` is the revision
    that was read.

    :raises RuleError: no draft, someone changed it meanwhile, no note. :raises Refused: unsound.
    """
    row = _locked(session)
    if row.revision != seen:
        raise RuleError("%(name)s刚刚改过，请看过再发布。", name=_last_hand(session, row))
    if found := faults(row):
        raise Refused(found)
    if not note:
        raise RuleError("请写明改了什么。", field="note")
    row.body = edit.finished(row.body)
    others = sa.select(sa.func.max(AssessmentStandard.number)).where(
        AssessmentStandard.id != row.id
    )
    row.number = (session.scalar(others) or 0) + 1  # a newer pack may have come in meanwhile
    row.is_draft, row.note = None, note
    row.published_at, row.published_by_id = now, by.id
    session.flush()
    data = {"number": row.number, "note": note, "content": _hash(row.body)}
    _log(session, row, "publish", by=by, now=now, data=data)
    return row


def drop(session: Session, *, by: Actor, now: datetime) -> None:
    """Throw the draft away. Raises RuleError."""
    row = _locked(session)
    _log(session, row, "drop", by=by, now=now, data={"edits": len(row.body["edits"])})
    session.delete(row)
    session.flush()


def _locked(session: Session) -> AssessmentStandard:
    found = session.scalars(
        sa.select(AssessmentStandard)
        .where(AssessmentStandard.published_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise RuleError(NO_DRAFT)
    return found


def _as_seen(row: AssessmentStandard, key: str, seen: str) -> Any:
    """The part of that key, if it still is what was shown."""
    found = edit.part(row.body, key)
    if found is None:
        raise RuleError("这一项刚刚被%(name)s移除了。", name=row.body["edits"].get(key, ""))
    if edit.mark(found) != seen:
        raise RuleError("%(name)s刚刚改过这一项，请看过再改。", name=row.body["edits"].get(key, ""))
    return found


def _last_hand(session: Session, row: AssessmentStandard) -> str:
    """Who changed the draft last, by the log."""
    entry = audit.AuditEntry
    return (
        session.scalar(
            sa.select(entry.actor_name)
            .where(entry.subject == _subject(row))
            .order_by(entry.id.desc())
            .limit(1)
        )
        or ""
    )


def _keep(
    session: Session,
    row: AssessmentStandard,
    body: Body,
    key: str,
    act: str,
    data: dict[str, object],
    *,
    by: Actor,
    now: datetime,
) -> AssessmentStandard:
    row.body = edit.edited(body, key, by.name)
    row.revision += 1
    session.flush()
    _log(session, row, act, by=by, now=now, data=data)
    return row


def _log(
    session: Session,
    row: AssessmentStandard,
    act: str,
    *,
    by: Actor,
    now: datetime,
    data: dict[str, object],
) -> None:
    audit.record(session, f"standard.{act}", _subject(row), by=by, now=now, data=data)


def _subject(row: AssessmentStandard) -> str:
    return f"standard:{row.number}"


def _hash(body: Body) -> str:
    return hashlib.sha256(audit.canonical(body).encode()).hexdigest()


@audit.verifier("standard.publish")
def _is_untouched(session: Session, entry: audit.AuditEntry) -> str | None:
    number = int(entry.subject.partition(":")[2])
    body = session.scalar(
        sa.select(AssessmentStandard.body).where(AssessmentStandard.number == number)
    )
    if body is None or _hash(body) != json.loads(entry.data)["content"]:
        return f"version {number} of the standard is not the one that was published"
    return None
