"""Which checks count in a figure: what was expected, done, on time. For every page that counts them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from unitsafe import clock
from unitsafe.checks.models import IS_BACKFILL, Check, Plan
from unitsafe.checks.rules import DAILY, DONE, State


def was_done(on: date) -> sa.ColumnElement[bool]:
    """Handed in by the end of ``on``; also a first version that was corrected later."""
    return sa.and_(Check.state.in_(DONE), Check.submitted_at < clock.end_of(on))


def is_expected(first: date, on: date, *, by: datetime | None = None) -> sa.ColumnElement[bool]:
    """Checks of these days that were handed in, or missed, by the end of ``on`` (or ``by`` then).

    A correction is no second check; what was skipped (as known now) is not expected.
    """
    return sa.and_(
        Check.day.between(first, on),
        Check.corrects_id.is_(None),
        sa.or_(was_done(on), was_missed(by or clock.end_of(on))),
    )


def is_daily() -> sa.ColumnElement[bool]:
    """Of a plan of each day or night, and not skipped."""
    daily = sa.select(Plan.id).where(Plan.unit.in_(DAILY))
    return sa.and_(Check.plan_id.in_(daily), Check.state != State.SKIPPED)


def was_missed(now: datetime) -> sa.ColumnElement[bool]:
    """Too late at ``now`` and not skipped; also what was handed in afterwards."""
    return sa.and_(Check.state != State.SKIPPED, Check.missed_at <= now)


def is_on_time() -> sa.ColumnElement[bool]:
    """Handed in before its grace ended, as it first was."""
    return sa.and_(Check.state.in_(DONE), Check.submitted_at <= Check.grace_ends_at)


def began_on_time() -> sa.ColumnElement[bool]:
    """Of the version that stands: whether the check, as it first was, was on time."""
    first = aliased(Check)
    first_was = sa.exists().where(
        first.plan_id == Check.plan_id,
        first.day == Check.day,
        first.round_no == Check.round_no,
        first.target_key == Check.target_key,
        first.corrects_id.is_(None),
        first.submitted_at <= first.grace_ends_at,
    )
    return sa.or_(is_on_time(), sa.and_(Check.corrects_id.is_not(None), first_was))


def is_backfill() -> sa.ColumnElement[bool]:
    """Handed in as 补录 (rules.is_backfill)."""
    return sa.and_(Check.state.in_(DONE), IS_BACKFILL)
