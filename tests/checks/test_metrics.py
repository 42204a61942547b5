"""The figures of checks on small ledgers counted by hand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.checks import counting, metrics, metrics_patrols, services
from unitsafe.checks.models import Check
from unitsafe.core.figures import METRICS, Period
from unitsafe.places.models import BuildingUse

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
MONDAY = date(2026, 11, 23)
OURS = [
    key
    for key, count in METRICS.items()
    if count.__module__ in (metrics.__name__, metrics_patrols.__name__)
]
COUNTS = {"fire_inspections_held"}


@pytest.fixture
def figure(session):
    """`figure(key, on)`: amount, whole, places of the checks behind it."""

    def count(key, on=MONDAY):
        session.expire_all()
        found = METRICS[key](session, Period(FIRST, LAST, on))
        return found.amount, found.whole, [one.place for one in session.scalars(found.records)]

    return count


@pytest.fixture
def sign(app, make, session):
    def do(check, who):
        with app.app_context():
            by = make.actor(make.someone(who))
            services.countersign(session, check, note="", by=by, now=make.now())
        session.commit()

    return do


def test_an_empty_ledger_has_nothing_to_divide_by(make, figure):
    make.school()
    assert len(OURS) == 9
    for key in OURS:
        assert figure(key) == (0, None if key in COUNTS else 0, [])
        assert METRICS[key].__doc__


def test_a_patrol_counts_when_it_is_made_or_its_day_is_over(make, figure, now):
    make.building(), make.building("综合楼"), make.building("食堂")
    done, late, _missed = (c for c in make.day() if c.checklist_key == "daily_fire_patrol")
    key = "daily_patrol_completion_rate"
    assert figure(key, MONDAY - timedelta(days=1)) == (0, 0, [])
    now.set(f"{MONDAY}T17:50")
    make.submitted(done, make.someone("officer"))
    now.set(f"{MONDAY}T21:00")
    make.submitted(late, make.someone("officer"))
    assert figure(key) == (1, 3, [late.place, "食堂"])
    assert figure("backfilled_record_rate") == (0, 2, [])


def test_what_was_skipped_is_not_expected(app, make, figure, session):
    check = make.patrol()
    assert figure("daily_patrol_completion_rate")[1] == 1
    with app.app_context():
        by = make.actor(make.someone("officer"))
        services.skip(session, check, reason="封楼", by=by, now=make.now())
    session.commit()
    assert figure("daily_patrol_completion_rate") == (0, 0, [])


def test_a_record_is_signed_within_seven_days_or_what_the_school_says(
    make, figure, sign, now, session
):
    key, check = "patrol_countersign_rate", make.patrol()
    make.submitted(check, make.someone("officer"))
    eighth = MONDAY + timedelta(days=8)
    assert figure(key) == (0, 0, []), "there is still time"
    assert figure(key, MONDAY + timedelta(days=7)) == (0, 1, [check.place])
    now.set(f"{eighth}T09:00")
    sign(check, "manager")
    assert figure(key, eighth) == (0, 1, [check.place])
    make.school().settings = {"countersign_days": 8}
    session.commit()
    assert figure(key, eighth) == (1, 1, [])
    assert figure(key, MONDAY) == (0, 0, [])


def test_a_night_counts_when_every_round_was_made_in_every_dormitory(make, figure, now, session):
    make.building("宿舍", BuildingUse.DORM)
    keeper = make.person("宿管", ["dorm_keeper"])
    rounds = [c for c in make.day() if c.checklist_key == "night_dorm"]
    for check in rounds:
        now.moment = check.opens_at + timedelta(minutes=5)
        make.submitted(check, keeper)
    key, tuesday = "night_patrol_completion_rate", MONDAY + timedelta(days=1)
    assert figure(key) == (0, 0, []), "the night is not over"
    assert figure(key, tuesday) == (1, 1, [])
    last = session.get_one(Check, rounds[-1].id)
    last.performed_at = last.missed_at + timedelta(minutes=1)
    session.commit()
    assert figure(key, tuesday) == (0, 1, ["宿舍"])


def test_no_inspection_counts_where_the_full_one_is_missing_at_the_end(make, figure, sign, now):
    make.someone("director")
    now.set("2026-11-20T09:00")
    (short,) = (c for c in make.day() if c.checklist_key == "quarterly_inspection")
    make.submitted(short, make.someone("manager"))
    key = "fire_inspections_held"
    assert figure(key) == (0, None, [])
    sign(short, "principal")
    assert figure(key) == (1, None, ["全校"])
    assert figure(key, LAST) == (0, None, ["全校"])
    assert figure(key, date(2026, 11, 19)) == (0, None, [])


def test_a_special_check_belongs_to_the_day_it_is_due_on(make, figure, session, now):
    make.someone("director")
    now.set("2026-12-26T09:00")
    make.day()
    check = session.scalars(sa.select(Check).where(Check.checklist_key == "before_holiday")).one()
    key = "special_checks_completion_rate"
    assert figure(key, date(2026, 12, 30)) == (0, 0, [])
    assert figure(key, LAST) == (0, 1, ["全校"])
    make.submitted(check, make.someone("director"))
    assert figure(key, LAST) == figure(key, date(2026, 12, 30)) == (1, 1, [])


def test_the_conditions_that_other_pages_share(make, session):
    check = make.patrol()
    make.submitted(check, make.someone("officer"))
    for condition in (counting.was_done(MONDAY), counting.is_on_time()):
        assert session.scalars(sa.select(Check.id).where(condition)).all() == [check.id]
    assert session.scalars(sa.select(Check.id).where(counting.is_backfill())).all() == []
