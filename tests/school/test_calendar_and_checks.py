"""What a change of the calendar does to the checks."""

from datetime import date

import sqlalchemy as sa

from unitsafe.checks.models import Check, CheckEvent
from unitsafe.checks.rules import State


def states(session, day):
    query = sa.select(Check.state).where(
        Check.day == date.fromisoformat(day), Check.checklist_key == "grid_walk"
    )
    return set(session.scalars(query))


def set_day(browser, make, day, **data):
    form = {"note": "台风停课", **data}
    return browser(make.someone("officer")).post(f"/calendar/{day}", form)


def test_a_day_declared_free_drops_what_is_due_on_it(browser, make, session, now):
    make.day()
    day = "2026-11-23"
    assert states(session, day) == {State.DUE}
    assert set_day(browser, make, day).status == 303
    assert states(session, day) == set()


def test_a_past_day_declared_free_excuses_what_nobody_did(browser, make, session, now):
    make.day()
    now.set("2026-11-25T08:00")
    assert set_day(browser, make, "2026-11-23").status == 303
    assert states(session, "2026-11-23") == {State.SKIPPED}
    notes = session.scalars(sa.select(CheckEvent.note)).all()
    assert set(notes) == {"校历已改，这一天不用查。"}


def test_a_term_that_began_later_than_typed_leaves_no_missed_check_behind(
    browser, make, session, now
):
    make.day()
    now.set("2026-11-25T08:00")
    make.day()
    answer = browser(make.someone("officer")).post(
        "/calendar/terms/1",
        {"name": "秋季", "starts_on": "2026-11-25", "ends_on": "2027-01-22"},
    )
    assert answer.status == 303
    assert states(session, "2026-11-23") == {State.SKIPPED}
    assert states(session, "2026-11-25") == {State.DUE}
