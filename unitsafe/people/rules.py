"""When staff are at the school."""

from datetime import date


def works_on(work_days: str, day: date) -> bool:
    """Whether somebody with these weekdays (digits 1 Monday … 7 Sunday) is at the school on ``day``.

    Empty means that no weekday is excluded, as for everybody who works full time.
    """
    return not work_days or str(day.isoweekday()) in work_days
