"""Taking an import back: exactly what it made, as long as nobody has used it since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import db
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import duties_changed
from unitsafe.equipment.services import renew_all
from unitsafe.imports.carrying import stored
from unitsafe.imports.models import ImportItem, ImportRun
from unitsafe.letters.services import forget_unsigned

ORDER = ("grid_space", "person_post", "equipment", "space", "building", "person")
"""Tables that imports write to, those that refer before those that are referred to."""
TIES = ORDER[:2]
"""Rows that only tie records together: when they are gone, nothing is planned for the rest."""
MOST_NAMED = 20
HELD_BY = {
    "check_record": _l("已有检查记录"),
    "answer": _l("填过检查"),
    "hazard": _l("已有隐患"),
    "hazard_event": _l("处理过隐患"),
    "assignment": _l("已指定责任人，或本人已有网格"),
    "grid_space": _l("已放进网格"),
    "equipment": _l("里面登记了消防器材"),
    "equipment_event": _l("状态变过"),
    "equipment_inspection": _l("检查过"),
    "equipment_photo": _l("拍过照片"),
    "space": _l("里面添加了部位"),
    "person_post": _l("岗位调整过"),
    "absence": _l("登记过请假或代理"),
    "photo": _l("拍过照片"),
    "responsibility_letter": _l("签过责任书"),
    "plate_posting": _l("张贴过责任牌"),
    "roster_entry": _l("排了值班"),
    "shift_person": _l("在值班的人选里"),
    "shift": _l("是值班的地点"),
    "grid_map": _l("画了平面图"),
    "handover": _l("交接过网格"),
    "sign_in": _l("登录过"),
    "sign_in_link": _l("发过登录链接"),
    "import_run": _l("做过导入"),
    "import_draft": _l("正在做导入"),
}
"""What keeps a row, by the table that refers to it."""
OTHERWISE = _l("已有别的记录")
CHANGED = _l("之后改过")


class Reason(NamedTuple):
    """Why a row that the import made has to stay."""

    table: str
    row_id: int
    why: Any


class StillUsed(RuleError):
    """What the import made is in use; ``reasons`` are (what, why) of the first rows."""

    def __init__(self, reasons: Sequence[tuple[str, Any]], total: int) -> None:
        super().__init__("有%(n)s项已经在用，不能撤销这次导入。", n=total)
        self.reasons, self.total = reasons, total


def undo(session: Session, run: ImportRun, *, today: date, by: Actor, now: datetime) -> None:
    """Take back what ``run`` made and filled in. A blank that was filled and changed since stays.

    :raises StillUsed: something refers to a row that was made, or somebody changed it.
    :raises RuleError: it was taken back before.
    """
    if run.undone_at is not None:
        raise RuleError("这次导入已经撤销过了。")
    items = session.scalars(
        sa.select(ImportItem).where(ImportItem.run_id == run.id).order_by(ImportItem.id)
    ).all()
    made: dict[str, set[int]] = defaultdict(set)
    for item in items:
        if not item.is_fill:
            made[item.table_name].add(item.row_id)
    reasons = [*_changed(session, run, made), *_ended(session, made)]
    for name in TIES:
        _delete(session, name, made[name])
    _retire(session, made)
    duties_changed(session, today, now)  # takes back the checks that nobody has begun
    forget_unsigned(session, made.get("person", ()))
    reasons += _referred(session, made)
    if reasons:
        total = len({(reason.table, reason.row_id) for reason in reasons})
        raise StillUsed(_named(session, reasons), total)
    for name in ORDER[len(TIES) :]:
        _delete(session, name, made[name])
    _empty_again(session, run, [item for item in items if item.is_fill])
    session.expire_all()
    renew_all(session)
    run.undone_at, run.undone_by_id = now, by.id
    data = {"name": run.file_name, "kind": run.what}
    audit.record(session, "import.undo", f"import:{run.id}", by=by, now=now, data=data)


def _table(name: str) -> sa.Table:
    return db.metadata.tables[name]


def _delete(session: Session, name: str, ids: Collection[int]) -> None:
    table = _table(name)
    session.execute(sa.delete(table).where(table.c.id.in_(ids)))


def _retire(session: Session, made: Mapping[str, Collection[int]]) -> None:
    """Out of use, so that nothing is planned for it any more."""
    for name in ("space", "building"):
        table = _table(name)
        session.execute(
            sa.update(table).where(table.c.id.in_(made.get(name, ()))).values(is_active=False)
        )


def _changed(
    session: Session, run: ImportRun, rows: Mapping[str, Collection[int]]
) -> Iterator[Reason]:
    """Rows that the log names after the import."""
    subjects = {f"{name}:{number}": (name, number) for name in rows for number in rows[name]}
    later = sa.select(AuditEntry.subject).where(
        AuditEntry.subject.in_(list(subjects)), AuditEntry.id > run.audit_id
    )
    for subject in session.scalars(later.distinct()):
        yield Reason(*subjects[subject], CHANGED)


def _ended(session: Session, made: Mapping[str, Collection[int]]) -> Iterator[Reason]:
    """Records whose grid or post, given by the import, was ended since."""
    for name, record in (("grid_space", "space"), ("person_post", "person")):
        table = _table(name)
        ended = sa.select(table.c[f"{record}_id"]).where(
            table.c.id.in_(made.get(name, ())), table.c.until_on.is_not(None)
        )
        for number in session.scalars(ended):
            yield Reason(record, number, CHANGED)


def _referred(session: Session, made: Mapping[str, Collection[int]]) -> Iterator[Reason]:
    """Rows that a row of whatever table refers to, other than those of the import itself."""
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            name = key.column.table.name
            if not (ids := made.get(name)):
                continue
            select = sa.select(key.parent).where(key.parent.in_(ids)).distinct()
            if own := made.get(table.name):
                select = select.where(table.c.id.not_in(own))
            for number in session.scalars(select):
                yield Reason(name, number, HELD_BY.get(table.name, OTHERWISE))


def _named(session: Session, reasons: Iterable[Reason]) -> list[tuple[str, Any]]:
    """The first reasons in the reader's words: (what, why), each row once."""
    first = {(reason.table, reason.row_id): reason.why for reason in reversed(list(reasons))}
    shown = sorted(first)[:MOST_NAMED]
    names: dict[tuple[str, int], str] = {}
    for name in {name for name, _number in shown}:
        ids = [number for one, number in shown if one == name]
        for number, text in session.execute(_names(name, ids)):
            names[name, number] = text
    return [(names.get(row, ""), first[row]) for row in shown]


def _names(name: str, ids: Sequence[int]) -> sa.Select[Any]:
    """(id, what people call it) of rows of a table."""
    table = _table(name)
    select = sa.select(table.c.id, table.c.number if name == "equipment" else table.c.name)
    if name == "space":
        building = _table("building")
        select = sa.select(table.c.id, building.c.name + " " + table.c.name).join_from(
            table, building, building.c.id == table.c.building_id
        )
    return select.where(table.c.id.in_(ids))


def _empty_again(session: Session, run: ImportRun, fills: Sequence[ImportItem]) -> None:
    """Blank what was filled in, except where the record has been changed since."""
    rows: dict[str, set[int]] = defaultdict(set)
    for item in fills:
        rows[item.table_name].add(item.row_id)
    changed = {(reason.table, reason.row_id) for reason in _changed(session, run, rows)}
    for item in fills:
        if (item.table_name, item.row_id) in changed:
            continue
        table = _table(item.table_name)
        row = session.execute(sa.select(table).where(table.c.id == item.row_id)).one()._mapping
        blank = {
            column: None if table.c[column].nullable else ""
            for column, value in item.filled.items()
            if stored(row[column]) == value
        }
        if blank:
            session.execute(sa.update(table).where(table.c.id == item.row_id).values(blank))
