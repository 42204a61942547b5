"""Changing the school and its calendar."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.core.domain import Actor, RuleError
from unitsafe.school import queries, services
from unitsafe.school.models import SchoolDay, Term
from unitsafe.school.rules import FLAGS
from unitsafe.school.settings import SETTINGS

ME = Actor(id=1, name="林晓岚")


@pytest.fixture
def told(monkeypatch):
    days = []
    monkeypatch.setattr(services, "duties_changed", lambda _session, day, _now: days.append(day))
    return days


def set_day(session, day, now, **facts):
    facts = {"teaching": False, "boarding": False, "note": "运动会", **facts}
    return services.set_day(session, day, by=ME, now=now(), **facts)


def change(session, make, **flags):
    school = make.school()
    services.change_school(
        session,
        name=school.name,
        short_name=school.short_name,
        stage=school.stage,
        address="",
        hotline="",
        flags={flag: flags.get(flag, False) for flag in FLAGS},
        numbers={key: setting.default for key, setting in SETTINGS.items()},
        by=ME,
        now=make.now(),
    )


@pytest.mark.parametrize("day", [22, 23, 24])
def test_who_plans_is_told_of_every_changed_day(make, session, now, told, day):
    make.school()
    told.clear()
    set_day(session, date(2026, 11, day), now)
    assert told == [date(2026, 11, day)]


def test_a_day_outside_every_term_cannot_be_set(make, session, now):
    make.school()
    with pytest.raises(RuleError, match="不在任何学期"):
        set_day(session, date(2027, 3, 1), now)


def test_a_day_set_by_hand_survives_a_new_calendar(make, session, now):
    make.school()
    set_day(session, date(2026, 11, 25), now)
    change(session, make)
    day = queries.day(session, date(2026, 11, 25))
    assert (day.teaching, day.note, day.edited) == (False, "运动会", True)


def test_a_school_that_boards_no_more_has_no_nights_left(make, session, now):
    make.school()
    change(session, make)
    assert session.query(SchoolDay).filter(SchoolDay.boarding).count() == 0
    assert queries.day(session, date(2026, 8, 31)) is None


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "why"),
    [
        (date(2027, 1, 1), date(2027, 7, 1), "重叠"),
        (date(2027, 7, 1), date(2027, 3, 1), "晚于"),
        (date(2027, 3, 1), date(2029, 3, 1), "超过一年"),
    ],
)
def test_a_term_with_impossible_dates_is_refused(make, session, now, starts_on, ends_on, why):
    make.school()
    with pytest.raises(RuleError, match=why):
        services.add_term(
            session, name="春季", starts_on=starts_on, ends_on=ends_on, by=ME, now=now()
        )


def test_a_term_right_after_another_shares_its_eve(make, session, now):
    make.school()
    services.add_term(
        session,
        name="春季",
        starts_on=date(2027, 1, 23),
        ends_on=date(2027, 7, 2),
        by=ME,
        now=now(),
    )
    assert queries.day(session, date(2027, 7, 2)).teaching


def change_term(session, now, **values):
    term = session.scalars(sa.select(Term)).one()
    facts = {"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on}
    services.change_term(session, term, **{**facts, **values}, by=ME, now=now())


def test_a_term_that_ends_earlier_has_no_days_beyond_not_even_edited_ones(make, session, now):
    make.school()
    late = date(2027, 1, 20)
    services.set_day(session, late, teaching=True, boarding=False, note="补课", by=ME, now=now())
    change_term(session, now, ends_on=date(2027, 1, 15), name="秋季")
    assert queries.day(session, late) is None
    assert queries.day(session, date(2027, 1, 15)).teaching
    assert session.scalars(sa.select(Term.name)).one() == "秋季"


def test_days_set_by_hand_survive_a_change_of_the_term(make, session, now):
    make.school()
    sports = date(2026, 11, 25)
    services.set_day(
        session, sports, teaching=False, boarding=True, note="运动会", by=ME, now=now()
    )
    change_term(session, now, starts_on=date(2026, 8, 31))
    assert queries.day(session, date(2026, 8, 31)).teaching
    assert queries.day(session, sports).note == "运动会"


def test_a_term_may_keep_its_dates_but_not_take_anothers(make, session, now):
    make.school()
    change_term(session, now)
    services.add_term(
        session,
        name="春季",
        starts_on=date(2027, 2, 22),
        ends_on=date(2027, 7, 2),
        by=ME,
        now=now(),
    )
    with pytest.raises(RuleError, match="重叠"):
        term = session.scalars(sa.select(Term).where(Term.name != "春季")).one()
        facts = {"name": "秋季", "starts_on": term.starts_on, "ends_on": date(2027, 3, 1)}
        services.change_term(session, term, **facts, by=ME, now=now())


def test_only_numbers_that_differ_are_stored(make, session, now):
    school = make.school()
    services.change_school(
        session,
        name=school.name,
        short_name=school.short_name,
        stage=school.stage,
        address="",
        hotline="",
        flags={},
        numbers={**{key: one.default for key, one in SETTINGS.items()}, "days_normal": 5},
        by=ME,
        now=now(),
    )
    assert school.settings == {"days_normal": 5}
