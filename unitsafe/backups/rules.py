"""What backups are called, when the next is due, which may go, when to worry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePath

DAILY_AT = time(2, 30)
"""When the daily backup is due, on the school's clock: nobody works then. Source: product default."""
RETRY = timedelta(hours=1)
"""How long a daily backup that failed rests before it is tried again."""
KEPT_BEFORE_UPGRADES = 2
"""So many of those made before an upgrade are kept. Source: product default."""


class Kind(StrEnum):
    """Who made a backup: a person, the server by itself, the server before an upgrade."""

    MANUAL = "manual"
    DAILY = "daily"
    UPGRADE = "upgrade"


PREFIX = {Kind.MANUAL: "unitsafe", Kind.DAILY: "unitsafe-daily", Kind.UPGRADE: "before-upgrade"}
STAMP = re.compile(r"(?<!\d)\d{8}-\d{6}(?!\d)")
STAMP_FORMAT = "%Y%m%d-%H%M%S"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.zip")
"""The names under which files of the folder are listed and served: no path, nothing hidden."""


class Fault(StrEnum):
    """Why a backup was not made, not restored, or is not sound."""

    FULL = "full"
    UNWRITABLE = "unwritable"
    BUSY = "busy"
    MISSING = "missing"
    PASSPHRASE = "passphrase"
    DAMAGED = "damaged"
    TOO_NEW = "too_new"
    TOOLS = "tools"
    FAILED = "failed"
    AWAY = "away"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class BackupError(Exception):
    """It was not done and nothing was changed; the text is one line that says why."""

    def __init__(self, line: str, fault: Fault = Fault.REFUSED) -> None:
        super().__init__(line)
        self.fault = fault


class Remark(StrEnum):
    """What a whole backup was told of by the school's own data: it was so before the backup."""

    MISSING_FILES = "missing_files"
    LOOSE_ROWS = "loose_rows"
    BROKEN_LOG = "broken_log"


@dataclass(frozen=True)
class Keep:
    """How many daily backups stay: of the last days, weeks and months that have one."""

    daily: int
    weekly: int
    monthly: int


def kind_of(name: str) -> Kind:
    """Who made the file of that name; whatever the server did not name belongs to people."""
    for kind in (Kind.DAILY, Kind.UPGRADE):
        if name.startswith(PREFIX[kind] + "-"):
            return kind
    return Kind.MANUAL


def name_for(kind: Kind, local: datetime) -> str:
    """The file name of a backup made at ``local``, the school's wall clock."""
    return f"{PREFIX[kind]}-{local.strftime(STAMP_FORMAT)}.zip"


def moment_in(name: str) -> datetime | None:
    """The wall clock (naive) that a name tells; None when it tells none."""
    if found := STAMP.search(PurePath(name).stem):
        try:
            return datetime.strptime(found[0], STAMP_FORMAT)  # noqa: DTZ007 - wall clock
        except ValueError:
            return None
    return None


def is_due(newest: datetime | None, failed: datetime | None, now: datetime) -> bool:
    """Whether the daily backup is to be made: none since the last 02:30, and none failed just now.

    All three are on the same clock, the school's.
    """
    if failed is not None and timedelta(0) <= now - failed < RETRY:
        return False
    last = datetime.combine(now.date(), DAILY_AT, now.tzinfo)
    if now < last:
        last -= timedelta(days=1)
    return newest is None or newest < last


def too_many(made: Iterable[tuple[str, datetime]], keep: Keep) -> set[str]:
    """Names that may go, of sound backups made by the server, as (name, moment).

    Of the daily ones the newest of each of the last ``keep`` days, weeks (Monday to Sunday) and
    months *that have one* stays, so that a holiday without backups costs none; of those before an
    upgrade the newest two. What people made always stays.
    """
    newest_first = sorted(made, key=lambda one: (one[1], one[0]), reverse=True)
    daily = [one for one in newest_first if kind_of(one[0]) is Kind.DAILY]
    upgrades = [name for name, _at in newest_first if kind_of(name) is Kind.UPGRADE]
    kept: set[str] = set()
    for most, period in ((keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)):
        newest: dict[tuple[int, ...], str] = {}
        for name, at in daily:
            newest.setdefault(period(at), name)
        kept.update(list(newest.values())[:most])
    return {name for name, _at in daily} - kept | set(upgrades[KEPT_BEFORE_UPGRADES:])


def _day(at: datetime) -> tuple[int, ...]:
    return at.year, at.month, at.day


def _week(at: datetime) -> tuple[int, ...]:
    return at.isocalendar()[:2]


def _month(at: datetime) -> tuple[int, ...]:
    return at.year, at.month


def days_without(last_good: date | None, founded: date, today: date, limit: int) -> int:
    """For how many days there has been no good backup, when that is more than ``limit``; else 0.

    Before the first one the days count from the school's founding: nobody is nagged in the first.
    """
    days = (today - (last_good or founded)).days
    return days if days > limit else 0
