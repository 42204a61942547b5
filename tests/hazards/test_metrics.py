"""The figures of the hazard ledger on small ledgers counted by hand."""

from datetime import date

import pytest

from unitsafe.core.figures import METRICS, Period
from unitsafe.hazards import metrics, services
from unitsafe.hazards.rules import Level, State
from unitsafe.people.models import Absence

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
OURS = [key for key, count in METRICS.items() if count.__module__ == metrics.__name__]
SHARES = {
    "hazard_record_completeness",
    "hazards_closed_on_time_rate",
    "open_hazards_controlled_ratio",
    "hazard_close_signed_ratio",
}


@pytest.fixture
def figure(session):
    """`figure(key, on)`: amount, whole, numbers of the hazards behind it."""

    def count(key, on=LAST):
        session.expire_all()
        found = METRICS[key](session, Period(FIRST, LAST, on))
        return (
            found.amount,
            found.whole,
            sorted(one.number for one in session.scalars(found.records)),
        )

    return count


@pytest.fixture
def act(app, make, session):
    def do(service, hazard, who="principal", **facts):
        with app.app_context():
            by = make.actor(make.someone(who))
            service(session, hazard, by=by, now=make.now(), **facts)
        session.commit()

    return do


def test_an_empty_ledger_has_nothing_of_anything(make, figure):
    make.school()
    assert len(OURS) == 16
    for key in OURS:
        assert figure(key) == (0, 0 if key in SHARES else None, [])
        assert METRICS[key].__doc__


def test_a_past_day_is_told_as_it_was(make, figure, now):
    now.set("2026-11-02T08:00")
    closed, waiting = make.hazard(State.CLOSED), make.hazard()
    now.set("2026-12-01T08:00")
    assert closed.due_on == waiting.due_on == date(2026, 11, 5)
    assert figure("evac_blocked_open") == (1, None, [waiting.number])
    assert figure("evac_blocked_open", date(2026, 11, 1)) == (0, None, [])
    assert figure("overdue_hazards", date(2026, 11, 5)) == (0, None, [])
    assert figure("overdue_hazards", date(2026, 11, 6)) == (1, None, [waiting.number])
    assert figure("hazards_closed_on_time_rate", date(2026, 11, 4)) == (0, 0, [])
    assert figure("hazards_closed_on_time_rate") == (1, 2, [waiting.number])


def test_what_was_closed_or_rejected_since_was_open_then(make, figure, now, act):
    now.set("2026-11-02T08:00")
    fixed, wrong = make.hazard(State.RECTIFIED), make.hazard()
    now.set("2026-11-20T08:00")
    act(services.close, fixed, note="")
    act(services.reject, wrong, "director", reason="已有围挡")
    both = sorted((fixed.number, wrong.number))
    assert figure("evac_blocked_open", date(2026, 11, 19)) == (2, None, both)
    assert figure("evac_blocked_open") == (0, None, [])
    assert figure("overdue_hazards", date(2026, 11, 19)) == (1, None, [wrong.number])
    assert figure("hazard_record_completeness") == (1, 1, []), "a rejected one was never one"


def test_fixed_by_the_deadline_is_in_time_whenever_it_is_closed(make, figure, now, act):
    now.set("2026-11-02T08:00")
    hazard = make.hazard(State.RECTIFIED)
    now.set("2026-11-20T08:00")
    assert figure("overdue_hazards") == (0, None, [])
    assert figure("hazards_closed_on_time_rate") == (0, 1, [hazard.number])
    act(services.close, hazard, note="")
    assert figure("hazards_closed_on_time_rate") == (1, 1, [])


def test_a_fix_that_was_sent_back_is_none(make, figure, now, act):
    now.set("2026-11-02T08:00")
    hazard = make.hazard(State.RECTIFIED)
    act(services.send_back, hazard, reason="门还关不上")
    now.set("2026-11-20T08:00")
    assert figure("overdue_hazards") == (1, None, [hazard.number])


def test_open_hazards_are_in_check_by_precautions_by_disuse_or_by_the_fix(make, figure, session):
    plain, watched, stopped = make.hazard(), make.hazard(), make.hazard(level=Level.SUSPECTED_MAJOR)
    fixed = make.hazard(State.RECTIFIED)
    watched.interim_measure = "专人看守"
    session.commit()
    number = "open_hazards_controlled_ratio"
    assert figure(number) == (2, 4, sorted((plain.number, stopped.number)))
    assert fixed.number not in figure(number)[2]


def test_only_confirmed_major_ones_stop_the_whole_and_only_until_reported(make, figure, act):
    hazard = make.hazard(level=Level.SUSPECTED_MAJOR)
    assert figure("evac_blocked_open:重大")[0] == figure("major_hazards_uncontrolled")[0] == 0
    assert figure("evac_blocked_open:较大")[0] == figure("evac_blocked_open:一般")[0] == 1
    act(services.confirm_major, hazard, reason="出口锁死")
    assert figure("evac_blocked_open:重大") == (1, None, [hazard.number])
    assert figure("major_hazards_uncontrolled") == (1, None, [hazard.number])
    act(services.escalate, hazard, body="区教育局", document_no="", reason="请支持")
    assert figure("major_hazards_uncontrolled") == (0, None, [])


def test_a_closing_is_signed_by_principal_or_manager_or_who_stands_in(make, figure, session, now):
    by_director = make.hazard(State.CLOSED)
    make.hazard(State.CLOSED, level=Level.SERIOUS)
    assert figure("hazard_close_signed_ratio") == (1, 2, [by_director.number])
    absent, deputy = make.someone("principal"), make.someone("director")
    today = date(2026, 11, 23)
    away = Absence(person_id=absent.id, deputy_id=deputy.id, from_on=today, until_on=today)
    session.add(away)
    session.commit()
    assert figure("hazard_close_signed_ratio") == (2, 2, [])


def test_a_record_is_whole_with_place_holder_deadline_measure_and_photo(make, figure):
    make.hazard(State.RECTIFIED)
    without = make.hazard()
    assert figure("hazard_record_completeness") == (1, 2, [without.number])
    assert figure("hazard_record_completeness", date(2026, 11, 22)) == (0, 0, [])


def test_the_same_place_counts_once_from_the_third_time(make, figure, session):
    first, second = make.hazard(), make.hazard()
    assert figure("evac_blocked_repeat") == (0, None, [])
    third = make.hazard()
    numbers = sorted((first.number, second.number, third.number))
    assert figure("evac_blocked_repeat") == (1, None, numbers)
    third.category = "fire_lane"
    session.commit()
    assert figure("evac_blocked_repeat")[0] == 0
    assert figure("fire_lane_findings") == (1, None, [third.number])
