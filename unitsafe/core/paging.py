"""Keyset pages: as quick on the last page as on the first, and stable while rows come in."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")
Key = sa.ColumnElement[Any] | Any
LONGEST_CURSOR = 600
AT_ONCE = 500
"""Rows of a whole ledger that are read at a time."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page; ``next`` is the cursor of the following one, None at the end."""

    rows: Sequence[T]
    next: str | None
    first: bool


def fetch_page(
    session: Session,
    select: sa.Select[Any],
    *,
    keys: Sequence[Key],
    after: str | None,
    size: int = 25,
    is_ascending: bool = False,
) -> Page[Any]:
    """Rows of ``select`` after the cursor, newest first: all ``keys`` descend (or all ascend), the
    last is unique."""
    order = [key.asc() if is_ascending else key.desc() for key in keys]
    rows_select = select.order_by(None).order_by(*order).limit(size + 1)
    types = [key.type for key in keys]
    if (start := _decode(after, types)) is not None:
        bound = [sa.literal(value, kind) for value, kind in zip(start, types, strict=True)]
        place, last = sa.tuple_(*keys), sa.tuple_(*bound)
        rows_select = rows_select.where(place > last if is_ascending else place < last)
    rows = session.scalars(rows_select).unique().all()
    more = rows[size - 1] if len(rows) > size else None
    cursor = _encode([getattr(more, str(key.key)) for key in keys]) if more is not None else None
    return Page(rows[:size], cursor, first=start is None)


def _value(raw: Any, kind: Any) -> Any:
    """The key that ``raw`` stands for. Raises ValueError, TypeError, OverflowError for damage."""
    if isinstance(kind, sa.Date):
        return date.fromisoformat(raw)
    if isinstance(kind, sa.types.TypeDecorator):
        moment = datetime.fromisoformat(raw)
        if moment.tzinfo is None:
            raise ValueError(raw)
        return moment.astimezone(UTC)
    if isinstance(kind, sa.Integer) and (type(raw) is not int or abs(raw) >= 2**31):
        raise ValueError(raw)
    if isinstance(kind, sa.String) and (not isinstance(raw, str) or "\0" in raw):
        raise ValueError(raw)
    return raw


def _encode(values: Sequence[Any]) -> str:
    text = json.dumps([v.isoformat() if isinstance(v, date) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str | None, types: Sequence[Any]) -> list[Any] | None:
    """The cursor's values, or None for a missing or damaged one: it then shows the first page."""
    if not cursor or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            return None
        return [_value(raw, kind) for raw, kind in zip(values, types, strict=True)]
    except (ValueError, TypeError, OverflowError):
        return None
