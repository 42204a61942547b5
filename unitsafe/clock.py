"""The only place that asks the time.

Instants are aware UTC datetimes; days are dates in the school's zone. Rules and services are told
``now`` or ``today``; only views and commands call these functions. Tests replace ``clock.now``.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""Schools of the mainland share one zone."""

_shift = timedelta(0)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """The school's calendar day."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """``moment`` on the school's wall clock."""
    return moment.astimezone(ZONE)


def at(day: date, wall: time = time(0)) -> datetime:
    """The UTC instant at which the school's wall clock shows ``day`` ``wall``."""
    return datetime.combine(day, wall, ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant at which ``day`` ends (24:00 local)."""
    return at(day + timedelta(days=1))


def set_to(moment: datetime | None) -> None:
    """Let the clock run on from ``moment`` (None: real time). For sample schools and tests."""
    global _shift
    _shift = timedelta(0) if moment is None else moment - datetime.now(UTC)


def parse(text: str) -> datetime:
    """An ISO time as an instant; without a zone it is the school's wall clock. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
