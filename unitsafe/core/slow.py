"""What SQL takes: counted for each request, and logged when one statement takes long.

A statement's time is the driver's until it has the first row: on SQLite the rest of a long result is
read afterwards, and shows in the time of the request alone.
"""

import logging
import threading
from time import monotonic, perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from unitsafe.core import trace

log = logging.getLogger(__name__)
SLOW_SECONDS = 0.2
AGAIN_SECONDS = 60.0
"""The same statement is not logged again before."""
MOST_STATEMENTS = 200
MOST_SIGNS = 2000


class _Told:
    """Which statements were logged, when, and how often not since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, tuple[float, int]] = {}

    def clear(self) -> None:
        """Everything may be logged again."""
        with self._lock:
            self._last.clear()

    def may_tell(self, sql: str) -> int | None:
        """How often it was kept back since it was last logged; None: keep it back now."""
        with self._lock:
            at, kept_back = self._last.get(sql, (float("-inf"), 0))
            if monotonic() - at < AGAIN_SECONDS:
                self._last[sql] = (at, kept_back + 1)
                return None
            if len(self._last) >= MOST_STATEMENTS:
                self._last.clear()
            self._last[sql] = (monotonic(), 0)
            return kept_back


told = _Told()


def took(sql: str, seconds: float) -> None:
    """A statement was carried out. ``sql`` has places for its values, not the values."""
    now = trace.current()
    if now is not None:
        now.statements += 1
        now.sql_seconds += seconds
    if seconds < SLOW_SECONDS or (kept_back := told.may_tell(sql)) is None:
        return
    fields = {
        "statement": " ".join(sql.split())[:MOST_SIGNS],
        "ms": round(seconds * 1000, 1),
        "route": now.route if now else None,
        "kept_back": kept_back,
    }
    log.warning("slow statement", extra={"fields": fields})


def watch(engine: sa.Engine) -> None:
    """Take the time of every statement of this engine."""

    @event.listens_for(engine, "before_cursor_execute")
    def _before(conn: sa.Connection, *_rest: Any) -> None:
        conn.info["began"] = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def _after(conn: sa.Connection, _cursor: Any, sql: str, *_rest: Any) -> None:
        took(sql, perf_counter() - conn.info["began"])
