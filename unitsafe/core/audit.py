"""The audit log: one entry per act that means something, chained by hash."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor

Finding = tuple[int, str]
Verifier = Callable[[Session, "AuditEntry"], str | None]
_verifiers: dict[str, Verifier] = {}


class AuditEntry(Model):
    """Who did what, when, from where. ``hash`` covers the entry and the hash before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index(None, "subject", "id"),  # history of one record
        sa.Index(None, "actor_id", "id"),  # the log of one person
        sa.Index(None, "act", "id"),  # the log of one kind of act
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(sa.String(80))
    act: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80))
    data: Mapped[str] = mapped_column(sa.Text)
    origin: Mapped[str] = mapped_column(sa.String(200), default="")
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)


append_only(AuditEntry.__table__)


def record(
    session: Session,
    act: str,
    subject: str,
    *,
    by: Actor | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry inside the running write transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(7451)"))  # one chain, one writer
    session.flush()
    previous = session.scalar(sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now,
        actor_id=by.id if by else None,
        actor_name=by.name if by else "",
        act=act,
        subject=subject,
        data=canonical(data or {}),
        origin=by.origin if by else "",
        previous=previous or "",
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()


def canonical(data: Mapping[str, Any]) -> str:
    """``data`` as JSON that is the same text for the same content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 (hex) over the entry's content and the hash before it."""
    parts = [
        entry.previous,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.act,
        entry.subject,
        entry.data,
        entry.origin,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def verifier(act: str) -> Callable[[Verifier], Verifier]:
    """Register a check of what entries of ``act`` claim about other tables."""

    def keep(check: Verifier) -> Verifier:
        _verifiers[act] = check
        return check

    return keep


def verify(
    session: Session, *, newest: int | None = None, claims: bool = True
) -> Iterator[Finding]:
    """Every fault of the log as ``(entry id, sentence)``; nothing when it is intact.

    ``newest``: only so many entries, from the one before them on. ``claims``: whether what entries
    say of other tables is looked up there.
    """
    previous, last = _before_newest(session, newest) if newest is not None else ("", 0)
    entries = sa.select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)
    for entry in session.scalars(entries).yield_per(1000):
        if entry.previous != previous:
            yield entry.id, f"does not follow entry {last}: an entry is missing or was changed"
        if entry_hash(entry) != entry.hash:
            yield entry.id, "content does not match its hash: it was changed"
        elif claims and (check := _verifiers.get(entry.act)) and (fault := check(session, entry)):
            yield entry.id, fault
        previous, last = entry.hash, entry.id


def _before_newest(session: Session, newest: int) -> tuple[str, int]:
    """Hash and id of the entry before the ``newest``; of none where there are not so many."""
    row = session.execute(
        sa.select(AuditEntry.hash, AuditEntry.id)
        .order_by(AuditEntry.id.desc())
        .offset(newest)
        .limit(1)
    ).first()
    return (row.hash, row.id) if row else ("", 0)
