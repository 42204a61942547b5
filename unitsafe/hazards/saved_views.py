"""Filters of the ledger that a person keeps under a name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from unitsafe.core.db import Model
from unitsafe.core.domain import Actor, RuleError

MOST = 20
"""Names that one person may keep."""


class SavedView(Model):
    """The ledger as somebody likes to see it; ``query`` holds the words of its address."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)  # also own, by name
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(20))
    query: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


def own(session: Session, actor: Actor) -> Sequence[SavedView]:
    """The person's views, the oldest first."""
    return session.scalars(
        sa.select(SavedView).where(SavedView.person_id == actor.id).order_by(SavedView.id)
    ).all()


def save(
    session: Session, *, name: str, query: Mapping[str, str], by: Actor, now: datetime
) -> SavedView:
    """Keep ``query`` under ``name``; what the name stood for before is replaced."""
    kept = own(session, by)
    view = next((one for one in kept if one.name == name), None)
    if view is None:
        if len(kept) >= MOST:
            raise RuleError("最多保存%(most)s个筛选，请先删掉不用的。", most=MOST)
        view = SavedView(person_id=by.id, name=name)
        session.add(view)
    view.query, view.saved_at = dict(query), now
    session.flush()
    return view


def drop(session: Session, view_id: int, *, by: Actor) -> bool:
    """Forget a view of ``by``; False when they have none of that id."""
    found = session.scalars(
        sa.select(SavedView).where(SavedView.id == view_id, SavedView.person_id == by.id)
    ).first()
    if found is None:
        return False
    session.delete(found)
    return True
