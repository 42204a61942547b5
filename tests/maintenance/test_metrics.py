"""The figures of 维保与检测 and of the monthly check, on small ledgers counted by hand."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.checks import metrics as checks
from unitsafe.checks.models import Check
from unitsafe.checks.rules import Result as Answered
from unitsafe.core.figures import METRICS, Figure, Period
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State
from unitsafe.maintenance import metrics
from unitsafe.maintenance.rules import Kind, Result

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 23))
TEST = {"kind": Kind.ANNUAL_TEST, "result": Result.PASSED}


def share(figure):
    return figure.amount, figure.whole


def ids(session, figure):
    return sorted(one.id for one in session.scalars(figure.records))


@pytest.fixture
def fixed(make):
    return make.school(has_fixed_systems=True)


def test_all_figures_of_these_ledgers_are_registered():
    assert {
        "annual_test_valid",
        "maintenance_visits_ratio",
        "facility_check_completion_rate",
        "broadcast_ok_ratio",
        "signage_ok_ratio",
    } <= set(METRICS)


def test_without_fixed_systems_nothing_is_measured(make, session):
    make.school()
    make.maintenance()
    assert metrics.annual_test_valid(session, QUARTER) == Figure(None)
    assert metrics.maintenance_visits_ratio(session, QUARTER) == Figure(None)


def test_an_empty_ledger(make, session, fixed):
    assert metrics.annual_test_valid(session, QUARTER) == Figure(0)
    assert share(metrics.maintenance_visits_ratio(session, QUARTER)) == (0, 3)
    for figure in (checks.facility_check_completion_rate, checks.broadcast_ok_ratio):
        assert share(figure(session, QUARTER)) == (0, 0)
    assert checks.signage_ok_ratio(session, QUARTER).value is None


@pytest.mark.parametrize(
    ("done_on", "valid"), [(date(2025, 11, 23), 1), (date(2025, 11, 22), 0), (QUARTER.on, 1)]
)
def test_a_full_test_is_good_for_365_days(make, session, fixed, done_on, valid):
    make.maintenance(**TEST, done_on=done_on)
    make.maintenance(kind=Kind.LIGHTNING_TEST, result=Result.PASSED)
    assert metrics.annual_test_valid(session, QUARTER).amount == valid


def test_what_a_full_test_found_has_to_be_settled(make, session, fixed):
    one = make.maintenance(2, **{**TEST, "result": Result.PROBLEMS})
    figure = metrics.annual_test_valid(session, QUARTER)
    assert (figure.amount, ids(session, figure)) == (0, [one.id])
    first, second = session.scalars(sa.select(Hazard)).all()
    first.state, second.state = State.CLOSED, State.REJECTED
    first.closed_at = make.now()
    session.commit()
    assert metrics.annual_test_valid(session, QUARTER).amount == 1


def test_a_report_with_problems_that_nobody_wrote_down_is_not_settled(make, session, fixed):
    make.maintenance(**{**TEST, "result": Result.FAILED})
    assert metrics.annual_test_valid(session, QUARTER).amount == 0


def test_months_with_a_visit(make, session, fixed):
    for day in (date(2026, 9, 30), date(2026, 10, 5), date(2026, 10, 29), date(2026, 11, 2)):
        make.maintenance(done_on=day)
    make.maintenance(**TEST)
    figure = metrics.maintenance_visits_ratio(session, QUARTER)
    assert (share(figure), len(ids(session, figure))) == ((2, 3), 3)


@pytest.fixture
def facility(make, session, now):
    """The checks of October and November: two buildings; looked at on the last of November."""
    for month in (10, 11):
        now.set(f"2026-{month}-01T06:00")
        make.grid()
        make.building("宿舍楼")
        make.day()
    now.set("2026-11-30T20:00")
    rows = session.scalars(
        sa.select(Check).where(Check.checklist_key == "monthly_facility").order_by(Check.day)
    )
    return {(one.day.month, one.place): one for one in rows}


ALL = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 30))


def test_monthly_checks_that_were_done_of_those_that_had_to_be(make, session, facility):
    officer = make.someone("officer")
    assert len(facility) == 4
    hand_in(make, facility[10, "教学楼"], officer)
    hand_in(make, facility[11, "教学楼"], officer)
    figure = checks.facility_check_completion_rate(session, ALL)
    assert share(figure) == (2, 4)
    missing = [facility[10, "宿舍楼"].id, facility[11, "宿舍楼"].id]
    assert ids(session, figure) == sorted(missing)
    early = Period(ALL.first, ALL.last, date(2026, 11, 10))
    assert share(checks.facility_check_completion_rate(session, early)) == (0, 2), "handed in later"


def test_the_newest_check_of_a_building_says_whether_the_alarm_is_heard(make, session, facility):
    officer = make.someone("officer")
    hand_in(make, facility[10, "教学楼"], officer)
    hand_in(make, facility[11, "教学楼"], officer, mf_siren=Answered.FAIL)
    hand_in(make, facility[10, "宿舍楼"], officer)
    figure = checks.broadcast_ok_ratio(session, ALL)
    assert share(figure) == (1, 2)
    assert ids(session, figure) == [facility[11, "教学楼"].id]


def test_signs_that_are_whole_of_those_looked_at(make, session, facility):
    officer = make.someone("officer")
    hand_in(make, facility[10, "教学楼"], officer, mf_label=Answered.FAIL)
    hand_in(make, facility[11, "教学楼"], officer)
    figure = checks.signage_ok_ratio(session, ALL)
    assert share(figure) == (3, 4)
    assert ids(session, figure) == [facility[10, "教学楼"].id]


def hand_in(make, check, by, **results):
    """The check filled in and handed in; what failed becomes no hazard here."""
    make.answered(check, by, **results)
    check.state, check.submitted_at, check.submitted_by_id = "submitted", make.now(), by.id
    make.session.commit()
