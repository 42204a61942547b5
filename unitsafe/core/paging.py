"""Keyset pages: as quick on the last page as on the first, and stable while rows come in."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")
Key = sa.ColumnElement[Any] | Any


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
) -> Page[Any]:
    """Rows of ``select`` after the cursor, newest first: all ``keys`` descend, the last is unique."""
    rows_select = select.order_by(None).order_by(*(key.desc() for key in keys)).limit(size + 1)
    if (start := _decode(after, len(keys))) is not None:
        types = [key.type for key in keys]
        bound = [sa.literal(_value(v, kind), kind) for v, kind in zip(start, types, strict=True)]
        rows_select = rows_select.where(sa.tuple_(*keys) < sa.tuple_(*bound))
    rows = session.scalars(rows_select).unique().all()
    more = rows[size - 1] if len(rows) > size else None
    cursor = _encode([getattr(more, str(key.key)) for key in keys]) if more is not None else None
    return Page(rows[:size], cursor, first=start is None)


def _value(raw: Any, kind: Any) -> Any:
    if isinstance(kind, sa.Date):
        return date.fromisoformat(raw)
    if isinstance(kind, sa.types.TypeDecorator):
        return datetime.fromisoformat(raw)
    return raw


def _encode(values: Sequence[Any]) -> str:
    text = json.dumps([v.isoformat() if isinstance(v, date) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str | None, width: int) -> list[Any] | None:
    """The cursor's values, or None for a missing or damaged one: it then shows the first page."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        is_sound = isinstance(values, list) and len(values) == width
    except (ValueError, UnicodeDecodeError):
        return None
    return values if is_sound else None
