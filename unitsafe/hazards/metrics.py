"""Figures of the hazard ledger. Source: content/four_capabilities.yaml ``metrics``, each ``formula``.

A finding that was rejected, at whatever time, was no hazard and is not counted among those found.
What is asked for a day (open, overdue) is replayed from the steps up to the end of that day.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.figures import Figure, Metric, Period, metric
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import (
    FIXES,
    Action,
    Level,
    Source,
    State,
    is_fixed_in_time,
    is_lower,
)
from unitsafe.hazards.then import Then, open_then
from unitsafe.people.models import Absence, PersonPost

SIGNERS = ("principal", "vice_principal_safety")
"""消防安全责任人 and 管理人. Source: content/duties.yaml ``fire_role``; Order 61 art. 33."""
EVACUATION, WINDOWS, FIRE_LANE = "evac_blocked", "window_bars", "fire_lane"
"""Categories. Source: content/checklists.yaml ``hazard_categories``."""
REPEATED = 3
"""Source: content/four_capabilities.yaml evac_blocked_repeat (3次及以上)."""
LEAST = {"一般": Level.NORMAL, "较大": Level.SERIOUS, "重大": Level.MAJOR}
"""``min_level`` of a veto: what is at least so grave. 重大 is what the manager has confirmed; while it
is suspected nobody knows yet. Source: domain README §3."""


def found_in(period: Period) -> sa.ColumnElement[bool]:
    """Hazards found from the period's first day to the day looked at."""
    return sa.and_(
        Hazard.found_at >= clock.at(period.first),
        Hazard.found_at < clock.end_of(period.on),
        Hazard.state != State.REJECTED,
    )


def _rows(ids: Collection[int]) -> sa.Select[Hazard]:
    return sa.select(Hazard).where(Hazard.id.in_(ids))


def _of(found: Iterable[Then]) -> sa.Select[Hazard]:
    return _rows([one.id for one in found])


@metric("hazard_record_completeness")
def hazard_record_completeness(session: Session, period: Period) -> Figure:
    """Hazards found in the period with all seven: place, description, level, who fixes it, deadline,
    measure, photo ÷ hazards found; ``records`` miss something.

    The measure is the one written down when it was given to somebody, or what was said when it was
    fixed. These columns are read as they are now: nothing of them is ever taken out again. What an
    assessment itself has registered counts nowhere here: it has no place and no photo.
    """
    has_photo = sa.exists().where(HazardPhoto.hazard_id == Hazard.id)
    is_whole = sa.and_(
        Hazard.space_id.is_not(None),
        Hazard.description != "",
        Hazard.holder_id.is_not(None),
        Hazard.due_on.is_not(None),
        sa.or_(Hazard.measure != "", Hazard.fixed_by_id.is_not(None)),
        has_photo,
    )
    found = sa.and_(found_in(period), Hazard.source != Source.ASSESSMENT)
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((is_whole, 1)))).where(found)
    ).one()
    return Figure(amount, whole, sa.select(Hazard).where(found, sa.not_(is_whole)))


@metric("hazards_closed_on_time_rate")
def hazards_closed_on_time_rate(session: Session, period: Period) -> Figure:
    """Hazards due in the period that were closed and had been fixed by their deadline ÷ hazards due
    from its first day to the day looked at; ``records`` are the others of these.

    The deadline is for whoever fixes it (rules.is_fixed_in_time): what was fixed in time counts as
    soon as it is closed, so that no fixer waits for the closer. Those still open that day count
    with the deadline they had then.
    """
    closed = session.execute(
        sa.select(Hazard.id, Hazard.due_on, Hazard.closed_at).where(
            Hazard.due_on.between(period.first, period.on),
            Hazard.closed_at < clock.end_of(period.on),  # only what is closed has it
        )
    ).all()
    later = {
        one.id: one.due_on for one in closed if not is_fixed_in_time(one.closed_at, one.due_on)
    }
    fixed = _fixed_at(session, later)
    late = [one for one, due_on in later.items() if not is_fixed_in_time(fixed.get(one), due_on)]
    still = [one.id for one in open_then(session, period.on) if _is_due(one, period)]
    return Figure(len(closed) - len(late), len(closed) + len(still), _rows([*late, *still]))


def _fixed_at(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """When the last fix of each closed hazard was reported."""
    rows = session.execute(
        sa.select(HazardEvent.hazard_id, sa.func.max(HazardEvent.at))
        .where(HazardEvent.hazard_id.in_(ids), HazardEvent.action.in_(FIXES))
        .group_by(HazardEvent.hazard_id)
    )
    return {row[0]: row[1] for row in rows}


def _is_due(one: Then, period: Period) -> bool:
    return one.due_on is not None and period.first <= one.due_on <= period.on


@metric("overdue_hazards")
def overdue_hazards(session: Session, period: Period) -> Figure:
    """Hazards not closed on the day looked at whose deadline was before it; what was fixed by its
    deadline and only waits to be rechecked is not late."""
    found = [one for one in open_then(session, period.on) if _is_late(one, period.on)]
    return Figure(len(found), records=_of(found))


def _is_late(one: Then, on: date) -> bool:
    return one.due_on is not None and one.due_on < on and not one.is_fixed_in_time


@metric("open_hazards_controlled_ratio")
def open_hazards_controlled_ratio(session: Session, period: Period) -> Figure:
    """Hazards not closed on the day that somebody holds and that are kept in check ÷ hazards not
    closed; ``records`` are the others.

    In check: precautions are written down (as known now), it is out of use, or it is fixed and waits
    to be rechecked. What an assessment has registered is an office's task and endangers nobody: it
    is left out.
    """
    found = [one for one in open_then(session, period.on) if one.source is not Source.ASSESSMENT]
    loose = [one for one in found if one.holder_id is None or not _is_checked(one)]
    return Figure(len(found) - len(loose), len(found), _of(loose))


def _is_checked(one: Then) -> bool:
    return one.has_interim or one.is_stopped or one.state is State.RECTIFIED


@metric("hazard_close_signed_ratio")
def hazard_close_signed_ratio(session: Session, period: Period) -> Figure:
    """Closings of the period by whoever held the principal's or the manager's post that day, or
    stood in for its holder ÷ all closings; ``records`` are the hazards that others closed."""
    rows = session.execute(
        sa.select(Hazard.id, HazardEvent.by_id, HazardEvent.at)
        .join(HazardEvent, HazardEvent.hazard_id == Hazard.id)
        .where(
            HazardEvent.action == Action.CLOSE,
            Hazard.closed_at >= clock.at(period.first),
            Hazard.closed_at < clock.end_of(period.on),
        )
    ).all()
    signers = _Signers(session)
    others = [one.id for one in rows if not signers.hold(one.by_id, clock.local(one.at).date())]
    return Figure(len(rows) - len(others), len(rows), _rows(others))


class _Signers:
    """Who held one of SIGNERS when, and who stood in for them."""

    def __init__(self, session: Session) -> None:
        held = sa.select(PersonPost.person_id, PersonPost.from_on, PersonPost.until_on).where(
            PersonPost.post.in_(SIGNERS)
        )
        self.held = session.execute(held).all()
        away = sa.select(
            Absence.person_id, Absence.deputy_id, Absence.from_on, Absence.until_on
        ).where(Absence.person_id.in_([one.person_id for one in self.held]))
        self.away = session.execute(away).all()

    def hold(self, person_id: int | None, day: date) -> bool:
        """Whether the person could sign on that day."""
        return self._holds(person_id, day) or any(
            one.deputy_id == person_id
            and one.from_on <= day <= one.until_on
            and self._holds(one.person_id, day)
            for one in self.away
        )

    def _holds(self, person_id: int | None, day: date) -> bool:
        return any(
            one.person_id == person_id
            and one.from_on <= day
            and (one.until_on is None or one.until_on >= day)
            for one in self.held
        )


@metric("major_hazards_uncontrolled")
def major_hazards_uncontrolled(session: Session, period: Period) -> Figure:
    """Confirmed major hazards not closed on the day that are not kept in check (as in
    open_hazards_controlled_ratio) or were not reported to the authorities by then."""
    found = [
        one
        for one in open_then(session, period.on)
        if one.level is Level.MAJOR and not (one.is_escalated and _is_checked(one))
    ]
    return Figure(len(found), records=_of(found))


@metric("evac_blocked_open")
def evac_blocked_open(session: Session, period: Period) -> Figure:
    """Hazards of ways out and exits not closed on the day."""
    return _open_of(session, period, EVACUATION, Level.NORMAL)


@metric("window_bars_open")
def window_bars_open(session: Session, period: Period) -> Figure:
    """Hazards of barred windows and doors not closed on the day."""
    return _open_of(session, period, WINDOWS, Level.NORMAL)


def _open_of(session: Session, period: Period, category: str, least: Level) -> Figure:
    found = [
        one
        for one in open_then(session, period.on)
        if one.category == category and not is_lower(one.level, least)
    ]
    return Figure(len(found), records=_of(found))


def _at_least(category: str, least: Level) -> Metric:
    def count(session: Session, period: Period) -> Figure:
        return _open_of(session, period, category, least)

    count.__doc__ = f"Hazards of {category} not closed on the day that are {least} or graver."
    return count


for _name, _category in (("evac_blocked_open", EVACUATION), ("window_bars_open", WINDOWS)):
    for _level, _least in LEAST.items():
        metric(f"{_name}:{_level}")(_at_least(_category, _least))


@metric("evac_blocked_repeat")
def evac_blocked_repeat(session: Session, period: Period) -> Figure:
    """Spaces whose ways out were found blocked three times or more in the period; ``records`` are
    the hazards found there. What names no space cannot be told to be the same one."""
    found = sa.and_(found_in(period), Hazard.category == EVACUATION, Hazard.space_id.is_not(None))
    spaces = session.scalars(
        sa.select(Hazard.space_id)
        .where(found)
        .group_by(Hazard.space_id)
        .having(sa.func.count() >= REPEATED)
    ).all()
    return Figure(len(spaces), records=sa.select(Hazard).where(found, Hazard.space_id.in_(spaces)))


@metric("fire_lane_findings")
def fire_lane_findings(session: Session, period: Period) -> Figure:
    """Hazards of fire lanes and operating areas found in the period."""
    rows = sa.select(Hazard).where(found_in(period), Hazard.category == FIRE_LANE)
    count = session.scalars(rows.with_only_columns(sa.func.count())).one()
    return Figure(count, records=rows)
