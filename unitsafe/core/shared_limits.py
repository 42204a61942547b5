"""Counts of the limits on guessing, kept in PostgreSQL for all server processes together.

With a count per process, N processes would allow N times as many tries.
"""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from limits.storage import Storage
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.db import Model, db


class LimitCount(Model):
    """How often something was tried in the window that ends at ``expires_at``.

    ``key``: SHA-256 (hex) of whose tries they are, so that no name or address lies here.
    """

    __tablename__ = "limit_count"
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime]


_INCREASE = sa.text("""
    INSERT INTO limit_count AS old (key, count, expires_at)
    VALUES (:key, :amount, now() + make_interval(secs => :expiry))
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN old.expires_at > now() THEN old.count ELSE 0 END + excluded.count,
        expires_at = CASE WHEN old.expires_at > now() THEN old.expires_at ELSE excluded.expires_at END
    RETURNING count
""")
_TIDY = sa.text("DELETE FROM limit_count WHERE expires_at < now() - interval '1 hour'")
_READ = sa.text("""
    SELECT count, extract(epoch FROM expires_at) FROM limit_count WHERE key = :key AND expires_at > now()
""")
_CLEAR = sa.text("DELETE FROM limit_count WHERE key = :key")
_RESET = sa.text("DELETE FROM limit_count")


class SharedLimits(Storage):
    """For flask-limiter; the clock is the database's. Each call commits by itself."""

    STORAGE_SCHEME = ["database"]
    base_exceptions = sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more tries; ``expiry``: seconds of a new window. How many there are."""
        values = {"key": _hashed(key), "expiry": expiry, "amount": amount}
        count = int(self._run(_INCREASE, values)[0])
        if count == amount:
            self._run(_TIDY)
        return count

    def get(self, key: str) -> int:
        """How many tries there were in the running window."""
        return int(self._read(key)[0])

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        return float(self._read(key)[1])

    def check(self) -> bool:
        """Whether the database answers."""
        try:
            self._run(sa.text("SELECT 1"))
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget everything."""
        self._run(_RESET)
        return None

    def clear(self, key: str) -> None:
        """Forget the tries of ``key``."""
        self._run(_CLEAR, {"key": _hashed(key)})

    def _read(self, key: str) -> Any:
        return self._run(_READ, {"key": _hashed(key)}) or (0, 0)

    def _run(self, statement: sa.TextClause, values: dict[str, Any] | None = None) -> Any:
        alone = db.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            result = connection.execute(statement, values or {})
            return result.first() if result.returns_rows else None


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
