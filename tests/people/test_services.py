"""Posts, absences and leaving."""

from datetime import date

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.people import devices, queries, services
from unitsafe.people.models import Absence, PersonStatus

TODAY = date(2026, 11, 23)


def change(session, person, make, by, *, posts, **facts):
    facts = {"name": person.name, "username": person.username, "phone": "", **facts}
    services.change_person(
        session,
        queries.person(session, person.id),
        posts=posts,
        today=TODAY,
        by=make.actor(by),
        now=make.now(),
        **facts,
    )
    session.commit()


def held(session, person):
    session.expire_all()
    return queries.person(session, person.id).posts


def test_a_dropped_post_ends_yesterday_and_a_new_one_begins_today(make, session):
    person, officer = make.person(posts=["homeroom_teacher"]), make.someone("officer")
    change(session, person, make, officer, posts=["grade_leader"])
    assert [(p.post, p.from_on, p.until_on) for p in held(session, person)] == [
        ("homeroom_teacher", date(2026, 9, 1), date(2026, 11, 22)),
        ("grade_leader", TODAY, None),
    ]


def test_a_post_given_by_mistake_today_is_gone_at_once(make, session):
    person, officer = make.person(posts=["homeroom_teacher"]), make.someone("officer")
    change(session, person, make, officer, posts=["homeroom_teacher", "safety_director"])
    change(session, person, make, officer, posts=["homeroom_teacher"])
    assert [p.post for p in held(session, person)] == ["homeroom_teacher"]


def test_the_last_one_who_manages_the_school_keeps_the_post(make, session):
    officer = make.someone("officer")
    officer.password_hash = "x"
    session.commit()
    with pytest.raises(RuleError, match="至少要留一位"):
        change(session, officer, make, officer, posts=["homeroom_teacher"])


def test_an_account_name_is_taken_whatever_its_capitals(make, session):
    make.person(username="linxl")
    other, officer = make.person(), make.someone("officer")
    with pytest.raises(RuleError, match="已经有人用了"):
        change(session, other, make, officer, posts=[], username="LinXL")


def test_who_leaves_loses_account_posts_and_grids(make, session):
    teacher, officer = make.someone("teacher"), make.someone("officer")
    person = queries.person(session, teacher.id)
    services.leave(session, person, today=TODAY, by=make.actor(officer), now=make.now())
    session.commit()
    assert (teacher.status, teacher.left_on) == (PersonStatus.LEFT, TODAY)
    assert devices.open_ones(session, teacher.id, TODAY) == []
    assert [post.until_on for post in held(session, teacher)] == [TODAY]
    assert queries.duty_lines(session, teacher.id, date(2026, 11, 24)) == []
    assert queries.duty_lines(session, teacher.id, date(2026, 11, 20)) != []


def absent(session, make, person, deputy, first, last):
    return services.add_absence(
        session,
        person_id=person.id,
        deputy_id=deputy.id,
        from_on=date(2026, 11, first),
        until_on=date(2026, 11, last),
        reason="病假",
        by=make.actor(make.someone("officer")),
        now=make.now(),
    )


def test_the_deputy_answers_for_the_grids_while_the_person_is_away(make, session):
    teacher, other = make.someone("teacher"), make.person("代班")
    absent(session, make, teacher, other, 23, 24)
    lines = queries.duty_lines(session, other.id, TODAY)
    assert [(line.place, line.for_whom) for line in lines] == [("一层", "teacher")]
    assert queries.duty_lines(session, other.id, date(2026, 11, 25)) == []


@pytest.mark.parametrize(("first", "last", "why"), [(24, 23, "不早于"), (23, 25, "已经登记过")])
def test_an_absence_that_cannot_be_is_refused(make, session, first, last, why):
    teacher, other = make.someone("teacher"), make.person()
    absent(session, make, teacher, other, 25, 26)
    with pytest.raises(RuleError, match=why):
        absent(session, make, teacher, other, first, last)


def test_a_deputy_has_to_be_there(make, session):
    teacher, other, third = make.someone("teacher"), make.person(), make.person()
    absent(session, make, other, third, 23, 24)
    with pytest.raises(RuleError, match="换一位"):
        absent(session, make, teacher, other, 24, 25)


@pytest.mark.parametrize(("first", "left"), [(20, date(2026, 11, 22)), (23, None), (25, None)])
def test_coming_back_early_cuts_the_absence_short(make, session, first, left):
    officer = make.someone("officer")
    absence = absent(session, make, make.someone("teacher"), make.person(), first, 28)
    services.end_absence(session, absence, today=TODAY, by=make.actor(officer), now=make.now())
    session.commit()
    rows = session.query(Absence).all()
    assert [row.until_on for row in rows] == ([left] if left else [])


def test_what_is_due_is_planned_again_when_posts_change(make, session, monkeypatch):
    told = []
    monkeypatch.setattr(services, "duties_changed", lambda *args: told.append(args[1]))
    change(session, make.person(), make, make.someone("officer"), posts=["gatekeeper"])
    assert told == [TODAY]
