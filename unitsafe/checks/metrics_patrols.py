"""Figures of patrols and inspections. Source: content/four_capabilities.yaml ``metrics``, each
``formula``; which checks count: counting.py."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import counting
from unitsafe.checks.models import Check
from unitsafe.checks.queries import is_listed
from unitsafe.checks.rules import State
from unitsafe.core.figures import Figure, Period, metric
from unitsafe.school.queries import MOST_BEFORE, school

PATROL, NIGHT, INSPECTION = "daily_fire_patrol", "night_dorm", "quarterly_inspection"
SPECIAL = ("before_term", "before_holiday")
"""Keys of content/checklists.yaml."""


def _share(
    session: Session, expected: sa.ColumnElement[bool], done: sa.ColumnElement[bool]
) -> Figure:
    """Those ``done`` ÷ those ``expected``; the records are the expected ones that are not done."""
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((done, 1)))).where(expected)
    ).one()
    missing = sa.select(Check).where(expected, sa.not_(done))
    return Figure(amount, whole, missing)


@metric("daily_patrol_completion_rate")
def daily_patrol_completion_rate(session: Session, period: Period) -> Figure:
    """Patrols of buildings made on time ÷ patrols that had to be made by the day looked at, on days
    taught or boarded as the plan says; ``records`` were missed or came late."""
    expected = sa.and_(
        Check.checklist_key == PATROL, counting.is_expected(period.first, period.on, by=period.end)
    )
    return _share(session, expected, counting.is_on_time())


@metric("patrol_countersign_rate")
def patrol_countersign_rate(session: Session, period: Period) -> Figure:
    """Records of patrols, by day and night, that the superior signed within the school's number of
    days (setting ``countersign_days``) ÷ records of patrols; ``records`` were signed late or not.

    Days count from the one on which the record was handed in. A record that is not signed and whose
    last day had not passed by the day looked at is not counted. Of a corrected record the version
    that stands now is the one to sign.
    """
    days = timedelta(days=school(session).number("countersign_days"))
    rows = session.execute(
        sa.select(Check.id, Check.submitted_at, Check.countersigned_at).where(
            Check.checklist_key.in_((PATROL, NIGHT)),
            Check.day.between(period.first, period.on),
            counting.was_done(period.on),
            is_listed(),
        )
    ).all()
    signed = [
        _signed_in_time(one.submitted_at, one.countersigned_at, days, period.on) for one in rows
    ]
    late = [one.id for one, is_signed in zip(rows, signed, strict=True) if is_signed is False]
    amount = signed.count(True)
    return Figure(amount, amount + len(late), sa.select(Check).where(Check.id.in_(late)))


def _signed_in_time(
    submitted_at: datetime, countersigned_at: datetime | None, days: timedelta, on: date
) -> bool | None:
    """None while it can still be signed in time."""
    last = clock.local(submitted_at).date() + days
    if countersigned_at is not None and clock.local(countersigned_at).date() <= min(last, on):
        return True
    return False if last <= on else None


@metric("night_patrol_completion_rate")
def night_patrol_completion_rate(session: Session, period: Period) -> Figure:
    """Boarded nights on which every round was made that the school's plan asks for, in every
    dormitory ÷ boarded nights with rounds; ``records`` are the rounds that were not made.

    A night belongs to the day on which it is over (a night's rounds may be handed in until noon), so
    that each counts once. A round counts as made if it was made before the night was over, also when
    it was entered from paper later; what was skipped is not asked for.
    """
    made = sa.and_(
        counting.was_done(period.on),
        sa.func.coalesce(Check.performed_at, Check.submitted_at) <= Check.missed_at,
    )
    asked = sa.and_(
        Check.checklist_key == NIGHT,
        Check.day.between(period.first - timedelta(days=1), period.on),
        Check.missed_at > clock.at(period.first),
        Check.missed_at <= period.end,
        Check.corrects_id.is_(None),
        Check.state != State.SKIPPED,
    )
    nights = (
        sa.select(sa.func.count(), sa.func.count(sa.case((made, 1))))
        .where(asked)
        .group_by(Check.day)
    )
    found = session.execute(nights).all()
    missing = sa.select(Check).where(asked, sa.not_(made))
    return Figure(sum(done == rounds for rounds, done in found), len(found), missing)


@metric("backfilled_record_rate")
def backfilled_record_rate(session: Session, period: Period) -> Figure:
    """Records of checks of the period entered more than 24 hours after the check ÷ all of them;
    ``records`` are those."""
    done = sa.and_(
        Check.day.between(period.first, period.on),
        Check.corrects_id.is_(None),
        counting.was_done(period.on),
    )
    late = counting.is_backfill()
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((late, 1)))).select_from(Check).where(done)
    ).one()
    return Figure(amount, whole, sa.select(Check).where(done, late))


@metric("fire_inspections_held")
def fire_inspections_held(session: Session, period: Period) -> Figure:
    """Fire inspections of the period, full and short, that are done and countersigned by the day
    looked at; ``records`` are these.

    None count when the period ends without the full one; while it still runs that is not yet so.
    """
    signed = sa.and_(
        Check.checklist_key == INSPECTION,
        Check.day.between(period.first, period.on),
        Check.countersigned_at < clock.end_of(period.on),  # only what is countersigned has it
        Check.superseded_by_id.is_(None),
    )
    is_full = sa.case((Check.item_limit.is_(None), 1))
    count, full = session.execute(
        sa.select(sa.func.count(), sa.func.count(is_full)).where(signed)
    ).one()
    is_over = period.on >= period.last
    return Figure(0 if is_over and not full else count, records=sa.select(Check).where(signed))


@metric("special_checks_completion_rate")
def special_checks_completion_rate(session: Session, period: Period) -> Figure:
    """Checks before a term or a holiday that were done in time ÷ those that had to be by the day
    looked at; nothing to divide by where none fell into the period.

    They belong to the day they are due on: what is due before 清明节 may begin in March.
    """
    expected = sa.and_(
        Check.checklist_key.in_(SPECIAL),
        counting.is_expected(period.first - MOST_BEFORE, period.on, by=period.end),
        Check.due_at > clock.at(period.first),
        Check.due_at <= clock.end_of(period.last),
    )
    return _share(session, expected, counting.is_on_time())
