"""Verifying the log of what happened."""

import threading
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import Actor, RuleError
from unitsafe.status.queries import VERIFIED

NEWEST = 10_000
"""So many entries are verified from the page, which takes seconds; all of them by the command."""
MOST_FAULTS = 10
_turn = threading.Lock()


def verify(session: Session) -> tuple[int, list[int]]:
    """Verify the newest entries of the log: how many, and the numbers of the first wrong ones.

    Raises RuleError while another verification runs.
    """
    if not _turn.acquire(blocking=False):
        raise RuleError("有人正在检验，请等几秒再看结果。")
    try:
        total = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
        found = islice(audit.verify(session, newest=NEWEST), MOST_FAULTS)
        return min(total, NEWEST), list(dict.fromkeys(number for number, _text in found))
    finally:
        _turn.release()


def note(session: Session, found: tuple[int, list[int]], *, by: Actor, now: datetime) -> None:
    """Keep in the log that it was verified, and what was found."""
    entries, faults = found
    data = {"entries": entries, "faults": faults}
    audit.record(session, VERIFIED, "school:1", by=by, now=now, data=data)
