"""What the pages of people show of the roster: the next turns, what falls into an absence."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.people.models import Absence
from unitsafe.people.queries import Coming, absence_sources, coming_sources
from unitsafe.roster import queries, table
from unitsafe.roster.rules import Standing
from unitsafe.roster.table import Stand

AHEAD = timedelta(days=31)
MOST_SHOWN = 5


def coming(session: Session, person_id: int, day: date) -> list[Coming]:
    """The next turns of the person, at most :data:`MOST_SHOWN` within a month."""
    return [
        Coming(
            stand.day,
            stand.shift.title,
            f"{stand.shift.starts:%H:%M}–{stand.shift.ends:%H:%M} · {stand.shift.place}",
        )
        for stand in queries.turns_of(session, person_id, day, day + AHEAD)[:MOST_SHOWN]
    ]


def touched(session: Session, absence: Absence) -> list[str]:
    """Turns in an absence: those the deputy stands, and those that need somebody."""
    stands = [
        stand
        for stand in table.read(session, absence.from_on, absence.until_on).all()
        if stand.absence is not None and stand.absence.id == absence.id
    ]
    covered = [stand for stand in stands if stand.standing is Standing.DEPUTY]
    found = []
    if covered:
        found.append(_("请假期间的值班由代理人替：%(turns)s。", turns=_words(covered)))
    if gaps := [stand for stand in stands if stand.is_gap]:
        found.append(
            _(
                "请假期间有值班要安排替岗，代理人替不了：%(turns)s。请到值班表里处理。",
                turns=_words(gaps),
            )
        )
    return found


def _words(stands: Sequence[Stand]) -> str:
    return "、".join(f"{one.day.month}月{one.day.day}日{one.shift.title}" for one in stands)


coming_sources.append(coming)
absence_sources.append(touched)
