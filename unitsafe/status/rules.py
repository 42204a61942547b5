"""When the server is well, and when somebody has to look."""

from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """How a line of the page stands; the values are the kinds of ``ui.mark``."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    NA = "na"


class Use(StrEnum):
    """What a disk is for."""

    DATA = "data"
    PHOTOS = "photos"
    BACKUPS = "backups"


DISK_FLOOR = 2_000_000_000
"""Bytes. A term's photos of a large school, or ten backups without photos."""
DISK_SHARE = 0.05
SILENCE = timedelta(hours=1)
"""A round of the reminders comes every minute."""
FAILED_DAYS = 7
"""So far back are messages that were given up counted."""


def is_nearly_full(free: int, total: int) -> bool:
    """Whether the disk needs room: less than 2 GB or less than 5 % are free."""
    return free < DISK_FLOOR or free < total * DISK_SHARE


def silence(last: datetime | None, now: datetime, uptime: timedelta) -> timedelta | None:
    """For how long there was no round of the reminders, if that is too long; a server that has just
    been started has a while for its first one."""
    quiet = uptime if last is None else min(uptime, max(now - last, timedelta(0)))
    return quiet if quiet > SILENCE else None
