"""Accounts from the staff list, one-time links, visitors: what the services hold."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.core.domain import RuleError
from unitsafe.people import accounts, devices, queries, services
from unitsafe.people.models import Person, SignInLink
from unitsafe.people.rules import LinkState

TODAY = date(2026, 11, 23)


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


def without_account(make, name):
    person = make.newcomer(name)
    person.username = person.account_at = None
    make.session.commit()
    return person


def link(session, token):
    session.expire_all()
    return queries.link_of(session, token)


def test_accounts_are_opened_for_the_chosen_and_named_like_them(make, session, officer):
    first, second, other = (without_account(make, name) for name in ("王芳", "王芳", "李强"))
    opened = accounts.open_accounts(session, {first.id, second.id}, by=officer, now=make.now())
    session.commit()
    assert opened == 2
    assert {first.username, second.username} == {"王芳", "王芳2"}
    assert first.account_at == make.now() and first.password_hash is None
    assert other.username is None


def test_who_has_an_account_keeps_it(make, session, officer):
    person = make.person("王芳")
    with pytest.raises(RuleError, match="已经有账号"):
        accounts.open_accounts(session, {person.id}, by=officer, now=make.now())
    assert person.username != "王芳"


def test_who_never_signed_in_is_found_after_thirty_days(make, session, now):
    make.someone("officer")
    newcomer = make.newcomer("唐福生")
    assert queries.never_signed_in(session, TODAY) == []
    assert queries.never_signed_in(session, TODAY, days=0) == [newcomer]
    assert queries.never_signed_in(session, TODAY + timedelta(days=29)) == []
    assert queries.never_signed_in(session, TODAY + timedelta(days=30)) == [newcomer]


def test_only_the_hash_of_a_link_is_kept(make, session):
    token = make.link(make.newcomer())
    assert len(token) == accounts.TOKEN_LENGTH
    kept = session.execute(sa.select(SignInLink.__table__)).mappings().one()
    assert token not in str(dict(kept))
    assert kept["token_hash"] == queries.token_hash(token)


def test_a_new_link_voids_the_one_before(make, session):
    person = make.newcomer()
    old, new = make.link(person), make.link(person)
    assert accounts.state_of(link(session, old), make.now()) is LinkState.VOIDED
    assert accounts.state_of(link(session, new), make.now()) is LinkState.OPEN


def test_a_link_works_until_the_end_of_its_last_day(make, session):
    kept = link(session, make.link(make.newcomer()))
    last = clock.end_of(TODAY + timedelta(days=14))
    assert accounts.state_of(kept, last - timedelta(seconds=1)) is LinkState.OPEN
    assert accounts.state_of(kept, last) is LinkState.EXPIRED


def test_a_link_is_used_once(make, session):
    person = make.newcomer()
    token, who = make.link(person), make.actor(person)
    accounts.use_link(session, link(session, token), "hash", by=who, now=make.now())
    session.commit()
    assert person.password_hash == "hash"
    with pytest.raises(RuleError, match="不能用了"):
        accounts.use_link(session, link(session, token), "other", by=who, now=make.now())
    assert person.password_hash == "hash"


def test_a_reset_takes_the_password_and_every_device(make, session):
    person = make.person()
    person.password_hash = "old"
    session.commit()
    make.link(person)
    assert person.password_hash is None
    assert devices.open_ones(session, person.id, TODAY) == []


def test_a_newcomer_keeps_the_temporary_password(make, session):
    person = make.newcomer()
    person.password_hash = "temporary"
    session.commit()
    make.link(person)
    assert person.password_hash == "temporary"


def test_nobody_makes_a_link_for_themselves_or_for_who_has_no_account(make, session, officer):
    for person, why in (
        (make.someone("officer"), "我的"),
        (without_account(make, "侯翠莲"), "没有账号"),
    ):
        with pytest.raises(RuleError, match=why):
            accounts.make_link(session, person, days=14, by=officer, now=make.now())


def test_the_link_of_who_left_is_void(make, session, officer):
    person = make.newcomer()
    token = make.link(person)
    found = queries.person(session, person.id)
    services.leave(session, found, today=TODAY, by=officer, now=make.now())
    session.commit()
    assert accounts.state_of(link(session, token), make.now()) is LinkState.VOIDED


def test_taking_the_account_away_ends_it_everywhere(make, session, officer):
    person = make.person(posts=["cook"])
    services.change_person(
        session,
        queries.person(session, person.id),
        name=person.name,
        username=None,
        phone="",
        posts=["cook"],
        today=TODAY,
        by=officer,
        now=make.now(),
    )
    session.commit()
    assert person.account_at is None
    assert devices.open_ones(session, person.id, TODAY) == []


@pytest.mark.parametrize(("days", "why"), [(-1, "不能早于今天"), (32, "最多开31天")])
def test_a_visit_has_bounds(make, session, officer, days, why):
    until_on = TODAY + timedelta(days=days)
    with pytest.raises(RuleError, match=why):
        accounts.add_visitor(
            session, name="检查组", until_on=until_on, today=TODAY, by=officer, now=make.now()
        )
    assert session.scalar(sa.select(sa.func.count(Person.id)).filter_by(name="检查组")) == 0


def test_a_visit_is_extended_and_only_a_visit(make, session, officer):
    visitor, teacher = make.visitor(TODAY), make.someone("teacher")
    later = TODAY + timedelta(days=9)
    accounts.extend_visit(session, visitor, until_on=later, today=TODAY, by=officer, now=make.now())
    assert visitor.account_until == later
    with pytest.raises(RuleError, match="没有到期日"):
        accounts.extend_visit(
            session, teacher, until_on=later, today=TODAY, by=officer, now=make.now()
        )


def test_long_unused_devices_are_tidied_away_when_somebody_signs_in(make, session, now):
    old, young = make.person(), make.person()
    now.set("2027-06-01T08:00")
    devices.begin(
        session,
        session.get(Person, young.id),
        user_agent="",
        address="10.0.0.1",
        by=make.actor(young),
        today=date(2027, 6, 1),
        now=now(),
    )
    session.commit()
    assert devices.open_ones(session, old.id, TODAY) == []
    assert len(devices.open_ones(session, young.id, date(2027, 6, 1))) == 1


def handed_over(session, person):
    session.expire_all()
    return [(line.what, line.title) for line in queries.handover_lines(session, person)]


def test_what_a_leaver_answered_for_waits_until_somebody_has_it(make, session, officer):
    teacher, successor = make.someone("teacher"), make.person("接手的老师", ["homeroom_teacher"])
    hazard = make.hazard()
    hazard.holder_id = teacher.id
    session.commit()
    found = queries.person(session, teacher.id)
    services.leave(session, found, today=TODAY, by=officer, now=make.now())
    session.commit()
    with make.app.app_context():
        before = handed_over(session, teacher)
    assert ("网格", "一层 网格员") in before
    assert [what for what, _title in before].count("隐患") == 1
    planned = make.assign(successor, make.grid(), from_on=TODAY + timedelta(9))
    with make.app.app_context():
        assert ("网格", "一层 网格员") in handed_over(session, teacher), "nobody until then"
    planned.from_on = TODAY + timedelta(1)
    session.commit()
    with make.app.app_context():
        after = handed_over(session, teacher)
        assert queries.handover_lines(session, successor) == []
    assert [what for what, _title in after] == ["隐患"]


def test_a_post_that_nobody_holds_any_more_is_named(make, session, officer):
    cook = make.person("大厨", ["cook"])
    services.leave(
        session, queries.person(session, cook.id), today=TODAY, by=officer, now=make.now()
    )
    session.commit()
    with make.app.app_context():
        assert [what for what, _ in handed_over(session, cook)] == ["岗位"]
        make.person("新大厨", ["cook"])
        assert handed_over(session, cook) == []
