"""Figures of 维保与检测 for the assessment."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.hazards.models import Hazard
from unitsafe.maintenance.models import Maintenance, MaintenanceFinding
from unitsafe.maintenance.queries import OVER
from unitsafe.maintenance.rules import Kind, Result
from unitsafe.school.queries import school

DAYS_GOOD = 365
"""Source: content/four_capabilities.yaml annual_test_valid; Fire Law art. 16(3)."""
NEEDS = "has_fixed_systems"
"""The school's flag without which neither figure is measured."""


@metric("annual_test_valid")
def annual_test_valid(session: Session, period: Period) -> Figure:
    """1 when the newest full test is at most 365 days old on ``period.on`` and what it found is
    settled, else 0; not measured without fixed systems.

    Settled: every finding closed or rejected; a report that names problems has findings. Source:
    content/four_capabilities.yaml ``formula``.
    """
    if not school(session).has(NEEDS):
        return Figure(None)
    newest = session.scalars(
        sa.select(Maintenance)
        .where(Maintenance.kind == Kind.ANNUAL_TEST, Maintenance.done_on <= period.on)
        .order_by(Maintenance.done_on.desc(), Maintenance.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return Figure(0)
    records = sa.select(Maintenance).where(Maintenance.id == newest.id)
    is_new = newest.done_on >= period.on - timedelta(days=DAYS_GOOD)
    return Figure(int(is_new and _is_settled(session, newest)), records=records)


def _is_settled(session: Session, test: Maintenance) -> bool:
    found, over = session.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((Hazard.state.in_(OVER), 1))), 0)
        )
        .select_from(MaintenanceFinding)
        .join(Hazard, Hazard.id == MaintenanceFinding.hazard_id)
        .where(MaintenanceFinding.maintenance_id == test.id)
    ).one()
    return over == found and (test.result is Result.PASSED or found > 0)


@metric("maintenance_visits_ratio")
def maintenance_visits_ratio(session: Session, period: Period) -> Figure:
    """Months of the period with a contractor's visit ÷ months of the period; not measured without
    fixed systems. ``records`` are the visits. Source: content/four_capabilities.yaml ``formula``."""
    if not school(session).has(NEEDS):
        return Figure(None)
    visits = sa.select(Maintenance).where(
        Maintenance.kind == Kind.MAINTENANCE, Maintenance.done_on.between(period.first, period.last)
    )
    days = session.scalars(visits.with_only_columns(Maintenance.done_on))
    months = {(day.year, day.month) for day in days}
    whole = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return Figure(len(months), whole, visits, are_counted=True)
