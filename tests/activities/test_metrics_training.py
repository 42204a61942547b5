"""The figures of trainings, publicity, meetings and spot checks on ledgers counted by hand."""

from datetime import date, timedelta

import pytest

from tests.activities.ledger import (
    QUARTER,
    asked,
    behind,
    certificate,
    figure,
    held,
    joined,
    part,
    signed,
)
from tests.test_pages import statements
from unitsafe import clock
from unitsafe.activities import metrics_training
from unitsafe.activities.models import Decision
from unitsafe.activities.rules import Form, State
from unitsafe.core.figures import METRICS, Period

OCT, NOV = date(2026, 10, 12), date(2026, 11, 9)
BEFORE = date(2026, 9, 15)
OURS = [key for key, count in METRICS.items() if count.__module__ == metrics_training.__name__]


@pytest.mark.parametrize("key", OURS)
def test_an_empty_ledger_gives_no_share_and_no_count(make, key):
    make.school()
    assert figure(make, key).value in (None, 0)


def test_staff_are_covered_by_any_training_they_signed_in_to(make):
    one, two, three = (make.person(name) for name in ("甲", "乙", "丙"))
    make.someone("inspector")
    held(make, Form.STAFF, OCT, [one])
    held(make, Form.MICRO_STATION, NOV, [one, two])
    held(make, Form.STAFF, NOV, [three], state=State.CANCELLED)
    held(make, Form.STAFF, BEFORE, [three])
    training = held(make, Form.STAFF, NOV)
    signed(make, training, three, signed_at=None, signed_by_id=None)
    held(make, Form.SAFETY_MEETING, NOV, [three])
    found = figure(make, "staff_training_coverage")
    assert (found.amount, found.whole) == (2, 3)
    assert behind(make, found) == [three]
    half_year = Period(date(2026, 5, 24), date(2026, 11, 23), date(2026, 11, 23))
    assert figure(make, "staff_training_coverage", half_year).value == 1


def test_whoever_came_or_left_outside_the_period_is_not_staff(make):
    make.school()
    joined(make, "丁", "subject_teacher", date(2027, 1, 4))
    gone = make.person("戊")
    gone.status, gone.left_on = type(gone.status).LEFT, date(2026, 11, 22)
    make.session.commit()
    assert figure(make, "staff_training_coverage").whole == 0
    gone.left_on = date(2026, 11, 23)
    make.session.commit()
    assert figure(make, "staff_training_coverage").whole == 1


def test_each_new_post_needs_an_induction_of_its_own(make):
    school = make.school()
    school.created_at = clock.at(date(2026, 8, 20))
    ready = joined(make, "甲", "subject_teacher", OCT)
    early = joined(make, "乙", "cook", OCT)
    never = joined(make, "丙", "gatekeeper", NOV)
    joined(make, "丁", "grid_member", NOV)
    joined(make, "戊", "cook", date(2026, 9, 1))
    held(make, Form.INDUCTION, OCT - timedelta(1), [ready])
    held(make, Form.INDUCTION, OCT - timedelta(31), [early])
    held(make, Form.STAFF, NOV, [never])
    found = figure(make, "induction_training_rate")
    assert (found.amount, found.whole) == (1, 3)
    assert behind(make, found) == [never, early]


def test_posts_entered_with_the_school_are_not_new(make):
    make.school()  # today, 23 November
    joined(make, "甲", "cook", date(2026, 11, 30))
    later = Period(QUARTER.first, QUARTER.last, date(2026, 12, 31))
    assert figure(make, "induction_training_rate", later).whole == 0
    joined(make, "乙", "cook", date(2026, 12, 8))
    assert figure(make, "induction_training_rate", later).whole == 1


def test_special_training_is_valid_for_a_year_or_by_certificate(make):
    make.someone("principal")
    manager, officer, director = (make.someone(one) for one in ("manager", "officer", "director"))
    make.someone("teacher")
    last_day = QUARTER.on - timedelta(365)
    held(make, Form.SPECIAL, last_day, [manager])
    old = held(make, Form.SPECIAL, last_day - timedelta(1), [director])
    certificate(make, officer, kind="safety_training", expires_on=QUARTER.on)
    found = figure(make, "special_training_valid_ratio")
    assert (found.amount, found.whole) == (2, 4)
    test = held(make, Form.SPECIAL, NOV)
    signed(make, test, director, passed=False)
    assert figure(make, "special_training_valid_ratio").amount == 2
    old.held_on = NOV
    make.session.commit()
    assert figure(make, "special_training_valid_ratio").amount == 3


def test_keepers_cooks_and_guards_need_a_training_for_their_post(make):
    keeper, cook = make.person("甲", ["dorm_keeper"]), make.person("乙", ["cook", "gatekeeper"])
    held(make, Form.POST, OCT, [keeper])
    held(make, Form.STAFF, OCT, [cook])
    found = figure(make, "role_training_coverage")
    assert (found.amount, found.whole) == (1, 2)
    assert behind(make, found) == [cook]


def test_tests_count_by_who_took_them(make):
    people = [make.person() for _ in range(3)]
    training = held(make, Form.STAFF, OCT)
    for person, passed in zip(people, (True, False, None), strict=True):
        signed(make, training, person, passed=passed)
    found = figure(make, "training_test_pass_rate")
    assert (found.amount, found.whole) == (1, 2)
    assert [row.person_id for row in behind(make, found)] == [people[1].id]


def test_meetings_count_with_sign_in_and_decisions(make):
    person = make.person()
    whole = held(make, Form.SAFETY_MEETING, OCT, [person])
    held(make, Form.SAFETY_MEETING, NOV, [person])
    unsigned = held(make, Form.SAFETY_MEETING, NOV)
    for meeting in (whole, unsigned):
        decision = Decision(activity_id=meeting.id, text="补齐标识", owner_id=person.id, due_on=NOV)
        make.session.add(decision)
    make.session.commit()
    found = figure(make, "safety_meetings_held")
    assert (found.value, behind(make, found)) == (1, [whole])


def test_exercises_of_the_team_count_with_sign_in_and_content(make):
    person = make.person()
    held(make, Form.MICRO_STATION, OCT, [person], content="出水操")
    held(make, Form.MICRO_STATION, NOV, [person])
    held(make, Form.MICRO_STATION, NOV, content="背空呼")
    held(make, Form.MICRO_STATION, BEFORE, [person], content="出水操")
    assert figure(make, "micro_station_trainings").value == 1


def test_campaigns_are_those_of_term_start_holidays_and_119(make):
    for form in (Form.FIRE_MONTH, Form.BEFORE_HOLIDAY, Form.FAMILY_LETTER, Form.OTHER_PUBLICITY):
        held(make, form, NOV)
    held(make, Form.TERM_START, BEFORE)
    assert figure(make, "themed_campaigns_held").value == 2


def test_lessons_count_by_the_class_that_had_the_fewest(make):
    one, two = make.school_class("一年级1班", 1), make.school_class("二年级1班", 2)
    make.school_class("毕业班", 6, is_active=False)
    both = held(make, Form.CLASS_LESSON, OCT, content="认识消防标志")
    part(make, both, one)
    part(make, both, two)
    extra = held(make, Form.CLASS_LESSON, NOV, content="逃生")
    part(make, extra, one)
    unrecorded = held(make, Form.CLASS_LESSON, NOV)
    part(make, unrecorded, two)
    found = figure(make, "fire_lessons_held")
    assert (found.value, behind(make, found)) == (1, [two])


def test_letters_to_families_count_by_what_came_back(make):
    one, two = make.school_class("一年级1班", 1), make.school_class("二年级1班", 2)
    letter = held(make, Form.FAMILY_LETTER, OCT)
    part(make, letter, one, 40, 40)
    part(make, letter, two, 42, 30)
    found = figure(make, "family_outreach_rate")
    assert (found.amount, found.whole) == (70, 82)
    assert [row.class_id for row in behind(make, found)] == [two.id]


def test_fewer_than_five_of_the_staff_give_no_figure(make):
    people = [make.person() for _ in range(5)]
    check = held(make, Form.STAFF_SKILL, OCT)
    for person in people[:4]:
        asked(make, check, person, risk=True, alarm=True, extinguisher=True, escape=True)
    assert figure(make, "spotcheck_alarm_rate").value is None
    asked(make, check, people[4], risk=True, alarm=True, extinguisher=False, escape=True)
    values = {
        key: figure(make, f"spotcheck_{key}_rate").value
        for key in ("alarm", "extinguisher", "staff")
    }
    assert values == {"alarm": 1, "extinguisher": 0.8, "staff": 0.8}


def test_ten_pupils_by_class_and_number_make_a_sample(make):
    one = make.school_class()
    check = held(make, Form.PUPIL_SKILL, OCT)
    for number in range(1, 10):
        asked(make, check, (one, number), alarm=True, escape=number > 1)
    assert figure(make, "spotcheck_student_rate").value is None
    asked(make, check, (one, 10), alarm=True, escape=True)
    found = figure(make, "spotcheck_student_rate")
    assert (found.amount, found.whole) == (9, 10)
    assert [row.pupil for row in behind(make, found)] == [1]


def test_members_of_the_team_are_asked_for_the_hydrant(make):
    check = held(make, Form.TEAM_SKILL, NOV)
    asked(make, check, make.person(), hydrant=True)
    asked(make, check, make.person(), hydrant=False)
    assert figure(make, "spotcheck_hydrant_rate").value == 0.5


def test_operators_need_a_valid_certificate_of_intermediate_grade(make):
    fit, low, late, replaced = (make.person(f"员{n}", ["fire_control_operator"]) for n in range(4))
    certificate(make, fit)
    certificate(make, low, grade="junior")
    certificate(make, late, expires_on=QUARTER.on - timedelta(1))
    certificate(make, replaced, ended_at=clock.at(date(2026, 11, 1)))
    certificate(make, make.person("非值班员"))
    found = figure(make, "operators_certified_ratio")
    assert (found.amount, found.whole) == (1, 4)
    assert behind(make, found) == [low, late, replaced]
    certificate(make, replaced, grade="senior", expires_on=QUARTER.on)
    assert figure(make, "operators_certified_ratio").value == 0.5


@pytest.mark.parametrize("key", OURS)
def test_a_figure_takes_at_most_three_statements(app, make, key):
    held(make, Form.STAFF, OCT, [make.someone("officer")])
    sent = statements(app, lambda: figure(make, key))
    assert sum(sql.startswith("SELECT") for sql in sent) <= 3
