"""Idempotency: a form sent twice (double tap, bad network) has the effect of one."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from unitsafe.core.db import Model


class OnceKey(Model):
    """A form that was carried out, and where its answer is to be seen."""

    __tablename__ = "once_key"
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    actor_id: Mapped[int | None]
    location: Mapped[str] = mapped_column(sa.String(300), default="/")
    at: Mapped[datetime]


class Repeated(Exception):
    """This form was already carried out; its result is at ``location``."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def claim(session: Session, key: str | None, *, by: int | None, now: datetime) -> OnceKey:
    """Take ``key`` inside the write transaction; set ``location`` on what comes back.

    :raises Repeated: the same person has sent this form before.
    """
    entry = OnceKey(key=_stored(key or "", by), actor_id=by, at=now, location="/")
    if not key:
        return entry  # a client without our form has nothing to repeat
    check(session, key, by=by)
    session.add(entry)
    return entry


def check(session: Session, key: str | None, *, by: int | None) -> None:
    """Raises Repeated for a form that was carried out: ask before work that a write would repeat."""
    if key and (earlier := session.get(OnceKey, _stored(key, by))):
        raise Repeated(earlier.location)


def _stored(key: str, by: int | None) -> str:
    """Person and key in 64 plain characters; what no form of ours sends is stored as its hash."""
    text = f"{by or 0}:{key}"
    if len(text) <= 64 and text.isprintable():
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def release(session: Session, entry: OnceKey) -> None:
    """Give the key back: the form was shown again instead of being carried out."""
    if entry in session:
        session.flush()
        session.delete(entry)
