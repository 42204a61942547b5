"""Grids, key areas, letters and tips on small ledgers counted by hand, and the board of the seven."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.core.figures import METRICS, Period
from unitsafe.grids.models import Role
from unitsafe.people import services as people
from unitsafe.people.queries import person
from unitsafe.places.models import Space
from unitsafe.plates.models import PlatePosting

MONDAY = date(2026, 11, 23)
OURS = (
    "grid_coverage_ratio",
    "key_area_owner_ratio",
    "responsibility_letter_ratio",
    "report_handled_rate",
)


@pytest.fixture
def figure(app, session):
    """`figure(key, on)`: amount, whole, ids behind it."""

    def count(key, on=MONDAY):
        session.expire_all()
        found = METRICS[key](session, Period(date(2026, 10, 1), date(2026, 12, 31), on))
        return found.amount, found.whole, sorted(one.id for one in session.scalars(found.records))

    return count


@pytest.mark.parametrize("key", OURS)
def test_nothing_is_there_to_divide_by(make, figure, key):
    make.school()
    assert figure(key) == (0, 0, [])
    assert METRICS[key].__doc__


def test_a_space_is_covered_by_the_member_of_its_grid_on_that_day(app, make, session, figure, now):
    key, grid = "grid_coverage_ratio", make.grid()
    lost = make.space(name="没人管的")
    rooms = session.scalars(sa.select(Space.id).order_by(Space.id)).all()
    assert figure(key) == (0, 3, rooms)
    make.assign(make.someone("leader"), grid, Role.LEADER)
    assert figure(key)[0] == 0, "whoever leads is no member"
    member = make.person("王敏")
    make.assign(member, grid, from_on=MONDAY)
    assert figure(key) == (2, 3, [lost.id])
    assert figure(key, MONDAY - timedelta(days=1))[0] == 0
    with app.app_context():
        by = make.actor(make.someone("principal"))
        people.leave(session, person(session, member.id), today=MONDAY, by=by, now=now())
    session.commit()
    assert figure(key)[0] == 0


def test_a_key_area_needs_somebody_and_a_plate(make, session, figure):
    key, space = "key_area_owner_ratio", make.space_in(make.grid())
    space.is_key_area = True
    session.commit()
    assert figure(key) == (0, 1, [space.id])
    make.someone("teacher")
    assert figure(key) == (0, 1, [space.id])
    session.add(PlatePosting(space_id=space.id, posted_on=MONDAY, label="x", at=make.now()))
    session.commit()
    assert figure(key) == (1, 1, [])
    assert figure(key, MONDAY - timedelta(days=1)) == (0, 1, [space.id])


def test_who_has_a_duty_signs_for_it_and_again_when_it_changes(make, session, figure, now):
    key = "responsibility_letter_ratio"
    officer, teacher = make.someone("officer"), make.someone("teacher")
    make.someone("inspector"), make.person("没有岗位的")
    assert figure(key) == (0, 2, sorted((officer.id, teacher.id)))
    make.signed_letter(officer)
    assert figure(key) == (1, 2, [teacher.id])
    assert figure(key, MONDAY - timedelta(days=1))[0] == 0
    now.set("2026-11-25T08:00")
    make.assign(officer, make.grid("二层"), from_on=date(2026, 11, 25))
    make.letter(officer)
    assert figure(key, date(2026, 11, 25))[0] == 0
    assert figure(key, MONDAY)[0] == 1, "that day it held"


def test_a_tip_is_answered_by_its_day_and_until_then_nobody_is_late(make, figure, now):
    key, officer = "report_handled_rate", make.someone("officer")
    quick, slow, never = make.tip(), make.tip(), make.tip()
    assert figure(key) == (0, 0, [])
    make.answered_tip(quick, officer)
    assert figure(key) == (1, 1, [])
    eighth = MONDAY + timedelta(days=8)
    now.set(f"{eighth}T08:00")
    make.answered_tip(slow, officer)
    assert figure(key, eighth) == (1, 3, [slow.id, never.id])
    assert figure(key, MONDAY + timedelta(days=6)) == (1, 1, [])


def test_the_board_of_the_seven_shows_the_same_figures(make, browser, figure):
    make.someone("teacher"), make.space(name="没人管的")
    text = browser(make.someone("officer")).get("/grids/coverage").page.text("content")
    assert figure("grid_coverage_ratio")[:2] == (2, 3)
    assert "1个部位没有网格员" in text
    assert figure("responsibility_letter_ratio")[:2] == (0, 2)
    assert "2人没签责任书" in text
