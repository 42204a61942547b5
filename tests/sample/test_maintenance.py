"""The sample school's contractor, its reports and readings."""

from datetime import date

import sqlalchemy as sa

from unitsafe import clock
from unitsafe.core.figures import Period
from unitsafe.maintenance import metrics, queries, rules
from unitsafe.maintenance.models import Maintenance, Reading
from unitsafe.maintenance.rules import Kind, Mark
from unitsafe.school.queries import school

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 24))


def test_a_visit_each_month_and_some_reports_that_run_out(sample):
    own, today = school(sample.session), clock.local(sample.now).date()
    newest = queries.newest(sample.session)
    found = rules.standings(own.has, newest, today, ahead_days=60, remind_day=20)
    assert {one.kind: one.mark for one in found} == {
        Kind.MAINTENANCE: Mark.FINE,
        Kind.ANNUAL_TEST: Mark.FINE,
        Kind.LIGHTNING_TEST: Mark.LATE,
        Kind.GAS_TEST: Mark.SOON,
        Kind.FLUE_CLEANING: Mark.SOON,
    }
    assert metrics.annual_test_valid(sample.session, QUARTER).amount == 1
    assert metrics.maintenance_visits_ratio(sample.session, QUARTER).amount == 2


def test_a_hydrant_loses_pressure_and_two_kinds_are_too_few(sample):
    values = sample.session.scalars(
        sa.select(Reading.value).where(Reading.what == "static_pressure").order_by(Reading.value)
    ).all()
    assert float(values[0]) < 0.07 and len(values) > 20
    assert len([one for one in queries.targets(sample.session, "微型消防站") if one.gap]) == 2
    unsigned = sa.select(Maintenance.kind).where(Maintenance.signed_at.is_(None))
    assert Kind.MAINTENANCE in sample.session.scalars(unsigned).all()
