"""From a file to records: keep it as a draft, choose its columns, look at the plan, carry it out."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import duties_changed
from unitsafe.imports.carrying import Carrier
from unitsafe.imports.columns import body, find_heads, guess, texts_of
from unitsafe.imports.kinds import KINDS, Kind
from unitsafe.imports.lines import Line, Outcome, Plan, Weight
from unitsafe.imports.models import ImportDraft, ImportRun, ImportSheet
from unitsafe.imports.reading import Row, Sheet

KEEP_DRAFTS = timedelta(days=7)
MOST_DRAFTS = 10
"""Files of one person that wait; the oldest goes."""


def keep_draft(
    session: Session,
    kind: Kind,
    sheets: Sequence[Sheet],
    *,
    file_name: str,
    sha256: str,
    by: Actor,
    now: datetime,
) -> ImportDraft:
    """Keep what was read of a file; drafts that nobody finished go after a week."""
    forget_old(session, by, now)
    sizes = [len(sheet.rows) for sheet in sheets]
    best = sizes.index(max(sizes)) if max(sizes) > 1 and sizes[0] < 2 else 0
    draft = ImportDraft(
        what=kind.what,
        file_name=file_name[-120:],
        sha256=sha256,
        person_id=by.id,
        made_at=now,
        sheet=best,
        heads=find_heads(sheets[best].rows, kind.fields),
    )
    session.add(draft)
    session.flush()
    session.add_all(
        ImportSheet(draft_id=draft.id, position=number, name=sheet.name[:60], rows=sheet.rows)
        for number, sheet in enumerate(sheets)
    )
    draft.columns = guess(sheets[best].rows[draft.heads][1], kind.fields)
    session.flush()
    return draft


def digest(data: bytes) -> str:
    """SHA-256 (hex) of a file, for the log."""
    return hashlib.sha256(data).hexdigest()


def forget_old(session: Session, by: Actor, now: datetime) -> None:
    """Drop the drafts that are a week old, and those of ``by`` beyond the newest ten."""
    newest = (
        sa.select(ImportDraft.id)
        .where(ImportDraft.person_id == by.id)
        .order_by(ImportDraft.id.desc())
        .limit(MOST_DRAFTS - 1)
    )
    mine = sa.and_(ImportDraft.person_id == by.id, ImportDraft.id.not_in(newest))
    old = session.scalars(
        sa.select(ImportDraft.id).where(sa.or_(ImportDraft.made_at < now - KEEP_DRAFTS, mine))
    ).all()
    _drop(session, old)


def drop_draft(session: Session, draft: ImportDraft) -> None:
    """Forget a file that is not wanted, or has been imported."""
    _drop(session, [draft.id])


def _drop(session: Session, ids: Sequence[int]) -> None:
    session.execute(sa.delete(ImportSheet).where(ImportSheet.draft_id.in_(ids)))
    session.execute(sa.delete(ImportDraft).where(ImportDraft.id.in_(ids)))


def choose(draft: ImportDraft, *, sheet: int, heads: int, columns: Mapping[str, int]) -> None:
    """Say which sheet, which row of heads and which columns are meant."""
    draft.sheet, draft.heads, draft.columns = sheet, heads, dict(columns)


def plan_of(
    session: Session, kind: Kind, rows: Sequence[Row], draft: ImportDraft, today: date
) -> Plan:
    """What importing the draft would do now."""
    chosen: dict[str, int] = draft.columns
    lines = [
        Line(number, texts_of(cells, chosen)) for number, cells in body(rows, draft.heads, chosen)
    ]
    return kind.check(session, lines, today)


def carry_out(
    session: Session,
    draft: ImportDraft,
    sheet: ImportSheet,
    *,
    seen: str,
    leave_out: bool,
    confirmed: bool,
    today: date,
    by: Actor,
    now: datetime,
) -> ImportRun:
    """Import the draft as it was ``seen``, all rows or none; ``leave_out`` those with problems.

    :raises RuleError: something changed since, problems remain, or there is nothing to do.
    """
    kind = KINDS[draft.what]
    plan = plan_of(session, kind, sheet.rows, draft, today)
    _check_plan(plan, seen=seen, leave_out=leave_out, confirmed=confirmed)
    run = ImportRun(
        what=draft.what,
        file_name=draft.file_name,
        sha256=draft.sha256,
        by_id=by.id,
        at=now,
        counts={outcome.value: plan.counts[outcome] for outcome in Outcome},
        left_out=[_left_out(line) for line in plan.doing(Outcome.PROBLEM)],
    )
    session.add(run)
    session.flush()
    carrier = Carrier(session, today, now)
    kind.carry(carrier, plan)
    for item in carrier.items:
        item.run_id = run.id
    session.add_all(carrier.items)
    drop_draft(session, draft)
    data = {**run.counts, "name": run.file_name, "sha256": run.sha256, "kind": run.what}
    audit.record(session, "import.carry_out", f"import:{run.id}", by=by, now=now, data=data)
    run.audit_id = session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    duties_changed(session, today, now)
    return run


def _check_plan(plan: Plan, *, seen: str, leave_out: bool, confirmed: bool) -> None:
    if plan.seen != seen:
        raise RuleError("这期间学校的资料有变动，下面是新的预览，请重新看一遍再导入。")
    if plan.problems and not leave_out:
        raise RuleError("还有%(n)s行有问题，先改正，或选择这些行不导入。", n=plan.problems)
    if not plan.works:
        raise RuleError("没有可以导入的行。")
    if plan.confirms and not confirmed:
        raise RuleError("还有%(n)s行需要核对，请看过后勾选确认。", n=plan.confirms)


def _left_out(line: Line) -> list[object]:
    """Row, what it says, why it was left out: as the record of the import keeps it."""
    said = " · ".join(text.replace("\n", "、") for text in line.texts.values() if text)
    why = " ".join(note.text for note in line.notes if note.weight is Weight.PROBLEM)
    return [line.number, said[:200], why[:200]]
