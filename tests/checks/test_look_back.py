"""Closed hazards come back as checks, once, for somebody who did not fix them."""

from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.checks.models import Check, Plan
from unitsafe.checks.rules import Result
from unitsafe.hazards import look_back
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Level, Source, State
from unitsafe.school.models import School
from unitsafe.startup import ready

MONDAY = date(2026, 11, 23)
CLOSED_ON = MONDAY - timedelta(33)


@pytest.fixture
def all_sampled(make, session):
    """A school that looks at every closed hazard again."""
    make.school().settings = {"look_back_normal": 100, "look_back_serious": 100}
    session.commit()


@pytest.fixture
def closed(make, now, session, all_sampled):
    """A hazard closed thirty-three days before the Monday, and that Monday's checks."""

    def close(on=CLOSED_ON, **values):
        now.set(f"{on}T09:00")
        hazard = make.hazard(State.CLOSED, **values)
        now.set(f"{MONDAY}T09:00")
        return hazard

    return close


def planned(make, day=MONDAY):
    with make.app.app_context():
        planning.plan_day(make.session, day, now=make.now())
    make.session.commit()
    return looked_at(make.session)


def looked_at(session):
    return session.scalars(
        sa.select(Check).where(Check.target == "look_back").order_by(Check.id)
    ).all()


def test_a_closed_hazard_becomes_a_check_of_the_week_with_its_place_and_number(make, closed):
    hazard, officer = closed(), make.someone("officer")
    (check,) = planned(make)
    assert check.place == f"教学楼 一层教室 {hazard.number}"
    assert (check.day, check.grid_id) == (MONDAY, hazard.grid_id)
    assert check.assignee_id == officer.id
    assert check.missed_at == clock.end_of(MONDAY + timedelta(6))


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RECTIFIED, State.REJECTED])
def test_what_was_not_closed_is_not_looked_at_again(make, now, all_sampled, state):
    now.set(f"{CLOSED_ON}T09:00")
    make.hazard(state)
    now.set(f"{MONDAY}T09:00")
    assert planned(make) == []


def test_without_a_share_nothing_is_looked_at(make, closed, session):
    closed()
    session.get_one(School, 1).settings = {"look_back_normal": 0}
    session.commit()
    assert planned(make) == []


def fixed_by(session, hazard, person):
    session.execute(sa.update(Hazard).where(Hazard.id == hazard.id).values(fixed_by_id=person.id))
    session.commit()


def test_who_fixed_it_does_not_look(make, closed, session):
    hazard = closed()
    fixed_by(session, hazard, make.someone("officer"))
    director = make.someone("director")
    (check,) = planned(make)
    assert check.assignee_id == director.id


def test_when_only_the_one_who_fixed_it_holds_the_post_the_leader_of_the_grid_looks(
    make, closed, session
):
    hazard = closed(level=Level.SERIOUS)  # closed by the manager: nobody is director
    fixed_by(session, hazard, make.someone("officer"))
    leader = make.someone("leader")
    (check,) = planned(make)
    assert check.assignee_id == leader.id


def test_who_fixed_it_reads_the_sheet_but_cannot_hand_it_in(make, closed, session, browser):
    hazard = closed()
    fixed_by(session, hazard, make.someone("officer"))
    make.someone("director")
    (check,) = planned(make)
    make.answered(check, make.someone("officer"))
    client = browser(make.someone("officer"))
    page = client.get(f"/checks/{check.id}").page
    assert "这条隐患由您整改" in page.text()
    assert not page.has("check-form")
    answer = client.post(f"/checks/{check.id}/submit", {"source": "screen"})
    assert answer.status == 422
    session.refresh(check)
    assert check.submitted_at is None


def test_a_week_stays_as_it_was_when_it_is_planned_again(make, closed, session, now):
    closed()
    (check,) = planned(make)
    for later in range(5):
        now.set(f"{MONDAY + timedelta(later)}T12:00")
        with make.app.app_context():
            planning.plan_day(session, MONDAY + timedelta(later), now=now())
            planning.plan_again(session, MONDAY + timedelta(later), now())
        session.commit()
        assert [one.id for one in looked_at(session)] == [check.id]


def test_a_longer_wait_does_not_bring_the_same_hazard_again(make, closed, session, now):
    closed()
    planned(make)
    school = session.get_one(School, 1)
    school.settings = {**school.settings, "look_back_days": 37}
    session.commit()
    now.set(f"{MONDAY + timedelta(7)}T09:00")
    assert len(planned(make, MONDAY + timedelta(7))) == 1


def test_a_term_brings_each_sampled_hazard_exactly_once(make, now, session):
    make.school().settings = {"look_back_normal": 50}
    session.commit()
    make.someone("officer"), make.someone("teacher"), make.someone("director")
    space = make.space_in(make.grid())
    first, last = date(2026, 9, 7), date(2026, 12, 20)
    for serial in range(1, 41):  # closed on every weekday and at the edges of days
        closed_on = first + timedelta(serial)
        at = clock.at(closed_on) if serial % 2 else clock.end_of(closed_on) - timedelta(seconds=1)
        session.add(
            Hazard(
                number=f"YH-2026-{serial:04d}",
                state=State.CLOSED,
                level=Level.NORMAL,
                category="other",
                description="x",
                space_id=space.id,
                grid_id=make.grid().id,
                fix="scheduled",
                source=Source.REPORT,
                found_at=at,
                closed_at=at,
            )
        )
    session.execute(sa.update(Plan).where(Plan.target != "look_back").values(is_active=False))
    session.commit()
    day = first
    while day <= last:
        now.set(f"{day}T06:00")
        with make.app.app_context():
            planning.plan_day(session, day, now=now())
            if day.weekday() == 3:
                planning.plan_again(session, day, now())
        day += timedelta(1)
    session.commit()
    seen = Counter(check.target_key for check in looked_at(session))
    rows = session.execute(sa.select(Hazard.id, Hazard.number))
    wanted = {f"h{one}" for one, number in rows if look_back.is_sampled(number, State.CLOSED, 50)}
    assert seen == Counter(wanted)
    assert 0 < len(wanted) < 40


def test_the_page_says_what_it_is_about_and_the_hazard_says_how_it_was(make, closed, browser):
    hazard = closed()
    (check,) = planned(make)
    officer = browser(make.someone("officer"))
    page = officer.get(f"/checks/{check.id}").page
    assert "后门被书柜占住一半" in page.text() and "书柜已搬走" in page.text()
    assert f"/hazards/{hazard.number}" in page.links()
    old = officer.get(f"/hazards/{hazard.number}").page
    assert f"/checks/{check.id}" in old.links() and "待查" in old.text()
    make.submitted(check, make.someone("officer"))
    assert "回头看" in officer.get(f"/hazards/{hazard.number}").page.text("hazard")
    assert "正常" in officer.get(f"/hazards/{hazard.number}").page.text("hazard")


def finding(page, *fields):
    """What the form of the first item holds before anything is typed."""
    names = [f"finding-lk_gone-{field}" for field in fields]
    chosen = {
        select.get("name"): option.get("value")
        for select in page.root.iter("select")
        for option in select.iter("option")
        if option.get("selected") is not None
    }
    return {name: chosen.get(name) or page.value(name).strip() for name in names}


def test_what_is_there_again_becomes_a_hazard_that_names_the_old_one(
    make, closed, session, browser
):
    hazard = closed(level=Level.SERIOUS)
    (check,) = planned(make)
    make.answered(check, make.someone("officer"), lk_gone=Result.FAIL)
    officer = browser(make.someone("officer"))
    page = officer.get(f"/checks/{check.id}").page
    data = finding(page, "space_id", "description", "level", "category", "fix")
    assert data["finding-lk_gone-category"] == "evac_blocked"
    assert data["finding-lk_gone-level"] == "serious"
    assert data["finding-lk_gone-description"] == "又出现：后门被书柜占住一半"
    sent = {**data, "answer-lk_gone": "fail", "finding-lk_gone-without_photo": "y"}
    assert officer.post(f"/checks/{check.id}/findings/lk_gone", sent).status == 303
    again = session.scalars(sa.select(Hazard).order_by(Hazard.id.desc())).first()
    assert (again.source, again.source_ref) == (Source.LOOK_BACK, str(check.id))
    assert (again.recurrence_of_id, again.category) == (hazard.id, "evac_blocked")
    answers = {f"answer-{key}": "ok" for key in ("lk_measure", "lk_nearby", "lk_people")}
    assert (
        officer.post(f"/checks/{check.id}/submit", {**sent, **answers, "source": "screen"}).status
        == 303
    )
    old = officer.get(f"/hazards/{hazard.number}").page
    assert "又出现" in old.text("hazard") and f"/hazards/{again.number}" in old.links()
    assert f"/checks/{check.id}" in officer.get(f"/hazards/{again.number}").page.links()


def test_who_may_not_open_the_check_reads_how_it_was_without_a_link(make, closed, browser):
    hazard = closed()
    (check,) = planned(make)
    make.submitted(check, make.someone("officer"))
    finder = make.person("借调", ["subject_teacher"])
    make.session.execute(
        sa.update(Hazard).where(Hazard.id == hazard.id).values(reporter_id=finder.id)
    )
    make.session.commit()
    page = browser(finder).get(f"/hazards/{hazard.number}").page
    assert "回头看" in page.text("hazard") and f"/checks/{check.id}" not in page.links()


def test_a_school_from_before_gets_the_plan_with_the_new_program_once(app, make, session):
    make.school()
    session.execute(sa.delete(Plan).where(Plan.key == "hazard_look_back"))
    make.plan("grid_walk").is_active = False
    session.commit()

    def start():
        with app.app_context():
            ready(app)
        session.expire_all()

    start()
    assert make.plan("hazard_look_back").is_active
    assert not make.plan("grid_walk").is_active
    make.plan("hazard_look_back").is_active = False
    session.commit()
    start()
    assert not make.plan("hazard_look_back").is_active
    assert len(session.scalars(sa.select(Plan.id)).all()) == 9
