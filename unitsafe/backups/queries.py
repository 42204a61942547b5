"""How the school stands with its backups."""

from datetime import date
from pathlib import Path

from unitsafe import clock
from unitsafe.backups import catalogue
from unitsafe.backups.rules import days_without
from unitsafe.school.models import School


def days_late(school: School, folder: Path, today: date) -> int:
    """For how many days there has been no good backup, if that is too many for the school; else 0.

    Nobody misses a sample school.
    """
    if school.is_sample:
        return 0
    last = catalogue.last_good(folder)
    founded = clock.local(school.created_at).date()
    limit = school.number("backup_warn_days")
    return days_without(last.at.date() if last else None, founded, today, limit)


def is_on_the_same_disk(folder: Path, data: Path) -> bool:
    """Whether a broken disk would take data and backups together; False when nobody knows."""
    try:
        return folder.stat().st_dev == data.stat().st_dev
    except OSError:
        return False
