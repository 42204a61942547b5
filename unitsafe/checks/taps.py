"""The busiest write: one tap, one durable row. Core statements only (stack.md §9)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import rules
from unitsafe.checks.models import Answer, Check, CheckEvent
from unitsafe.checks.rules import Action, Answered, Facts, Result, State
from unitsafe.checks.versions import items as items_of
from unitsafe.content.model import ChecklistItem
from unitsafe.core.db import Rows
from unitsafe.core.domain import Actor, RuleError

_check, _answer = cast(sa.Table, Check.__table__), cast(sa.Table, Answer.__table__)
_FACTS = (
    "state",
    "target",
    "grid_id",
    "who",
    "countersign",
    "assignee_id",
    "submitted_by_id",
    "checklist_id",
    "item_limit",
    "opens_at",
)
_CHECK = sa.select(*(_check.c[name] for name in _FACTS)).where(
    _check.c.id == sa.bindparam("check_id")
)
_ANSWERED = ("item_key", "id", "result", "value", "note", "at", "by_id")
_COLUMNS = tuple(_answer.c[name] for name in _ANSWERED)
_ANSWERS = (
    sa.select(*_COLUMNS)
    .where(_answer.c.check_id == sa.bindparam("check_id"))
    .order_by(_answer.c.id)
)
_INSERT = _answer.insert()
_BEGIN = (
    _check.update()
    .where(_check.c.id == sa.bindparam("check_id"), _check.c.state == State.DUE)
    .values(state=State.IN_PROGRESS, started_at=sa.bindparam("now", type_=_check.c.started_at.type))
)
_EVENT = cast(sa.Table, CheckEvent.__table__).insert()


@dataclass(frozen=True)
class Given:
    """What a form says of one item; ``note`` None leaves the note as it was."""

    result: Result
    value: Decimal | None = None
    note: str | None = None


@dataclass
class Sheet:
    """A running check as the taps see it; ``answers`` hold the newest row of each item,
    ``failed_once`` the items that were ever answered as not in order."""

    check_id: int
    facts: Facts
    opens_at: datetime
    items: Sequence[ChecklistItem]
    answers: dict[str, Answered]
    failed_once: set[str]

    @property
    def progress(self) -> rules.Progress:
        """How far it is."""
        return rules.progress(self.items, self.answers)

    @property
    def failed(self) -> list[ChecklistItem]:
        """The items that are not in order now."""
        newest = {key: answer.result for key, answer in self.answers.items()}
        return [item for item in self.items if newest.get(item.key) is Result.FAIL]


def read_sheet(session: Rows, check_id: int) -> Sheet | None:
    """The check with its newest answers; None when there is no such check."""
    row = session.execute(_CHECK, {"check_id": check_id}).first()
    if row is None:
        return None
    facts = Facts(
        row.state,
        row.target,
        row.grid_id,
        frozenset(row.who.strip(",").split(",")),
        row.countersign,
        row.assignee_id,
        row.submitted_by_id,
    )
    rows = session.execute(_ANSWERS, {"check_id": check_id}).all()
    return Sheet(
        check_id,
        facts,
        row.opens_at,
        items_of(session, row.checklist_id, row.item_limit),
        _newest(rows),
        {key for key, _number, result, *_rest in rows if result is Result.FAIL},
    )


def newest_answers(session: Rows, check_id: int) -> dict[str, Answered]:
    """Item key → the answer that counts."""
    return _newest(session.execute(_ANSWERS, {"check_id": check_id}))


def newest_by_check(session: Session, check_ids: Sequence[int]) -> dict[int, dict[str, Answered]]:
    """The answers that count of many checks, in one query."""
    found: dict[int, dict[str, Answered]] = {}
    rows = session.execute(
        sa.select(_answer.c.check_id, *_COLUMNS)
        .where(_answer.c.check_id.in_(check_ids))
        .order_by(_answer.c.id)
    )
    for check_id, *row in rows:
        found.setdefault(check_id, {}).update(_newest([row]))
    return found


def _newest(rows: Iterable[Any]) -> dict[str, Answered]:
    return {
        key: Answered(number, result, value, note, at, by_id)
        for key, number, result, value, note, at, by_id in rows
    }


def require_fillable(sheet: Sheet, actor: Actor, now: datetime) -> None:
    """Raises RuleError unless ``actor`` may answer here now."""
    if sheet.facts.state not in rules.UNFINISHED:
        raise RuleError("这份检查已经提交，不能再改。要更正请用“更正”。")
    if not rules.may_fill(sheet.facts, actor):
        raise RuleError("这份检查由别人填写。如果是替岗，请先登记代理。")
    if now < sheet.opens_at:
        opens = clock.local(sheet.opens_at)
        raise RuleError("还没到检查时间，%(at)s开始。", at=f"{opens:%m-%d %H:%M}")


def save_answers(
    session: Rows, sheet: Sheet, given: Mapping[str, Given], *, by: Actor, now: datetime
) -> list[str]:
    """Append a row for every item whose answer differs from the one that counts.

    The same answer again appends nothing, so a repeated request does no harm. Returns the keys
    that changed; ``sheet`` is up to date afterwards. Raises RuleError when it may not be filled.
    """
    require_fillable(sheet, by, now)
    known = {item.key for item in sheet.items}
    changed = []
    for key, answer in given.items():
        if key not in known:
            raise RuleError("检查表里没有这一项，请刷新页面。")
        last = sheet.answers.get(key)
        note = answer.note if answer.note is not None else (last.note if last else "")
        if last and (last.result, last.value, last.note) == (answer.result, answer.value, note):
            continue
        row = {
            "check_id": sheet.check_id,
            "item_key": key,
            "result": answer.result,
            "value": answer.value,
            "note": note,
            "at": now,
            "by_id": by.id,
        }
        done = cast(sa.CursorResult[Any], session.execute(_INSERT, row))
        number = cast(sa.Row[Any], done.inserted_primary_key)[0]
        sheet.answers[key] = Answered(number, answer.result, answer.value, note, now, by.id)
        changed.append(key)
        if answer.result is Result.FAIL:
            sheet.failed_once.add(key)
    if changed and sheet.facts.state is State.DUE:
        _start(session, sheet.check_id, by=by, now=now)
    return changed


def undo(session: Session, sheet: Sheet, item_key: str, *, by: Actor, now: datetime) -> None:
    """Take the last tap of an item back: a newer row brings the answer before it back.

    :raises RuleError: it is somebody else's, or longer ago than the rules allow.
    """
    require_fillable(sheet, by, now)
    last = sheet.answers.get(item_key)
    if last is None or last.result is Result.CLEARED:
        return
    if last.by_id != by.id or not rules.may_undo(last.at, now):
        raise RuleError("已经过了撤销时间，请直接重新选择。")
    rows = session.execute(
        sa.select(Answer.result, Answer.value, Answer.note)
        .where(Answer.check_id == sheet.check_id, Answer.item_key == item_key, Answer.id < last.id)
        .order_by(Answer.id.desc())
        .limit(1)
    ).first()
    before = Given(*rows) if rows else Given(Result.CLEARED, None, "")
    save_answers(session, sheet, {item_key: before}, by=by, now=now)


def changed_by_others(sheet: Sheet, keys: Iterable[str], seen: int, actor: Actor) -> frozenset[str]:
    """Which of ``keys`` somebody else has answered after the row ``seen`` that a page showed."""
    return frozenset(
        key
        for key in keys
        if (last := sheet.answers.get(key)) and last.id > seen and last.by_id != actor.id
    )


def _start(session: Rows, check_id: int, *, by: Actor, now: datetime) -> None:
    session.execute(_BEGIN, {"check_id": check_id, "now": now})
    event = {"check_id": check_id, "action": Action.START, "at": now, "by_id": by.id, "note": ""}
    session.execute(_EVENT, event)
