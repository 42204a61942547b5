"""What drills put on 今日."""

from datetime import date

import pytest

from unitsafe.activities.rules import Form, State


@pytest.fixture
def titles(browser):
    def read(person):
        page = browser(person).get("/").page
        return [
            "".join(b.itertext())
            for card in page.root.iter("a")
            if "/activities" in (card.get("href") or "") and "task" in card.get("class", "")
            for b in card.iter("b")
        ]

    return read


@pytest.fixture
def school_class(make):
    room = make.space_in(make.grid())
    return make.school_class(space_id=room.id, head_teacher_id=make.someone("teacher").id)


def test_a_running_drill_calls_everybody_who_may_count(make, session, titles, school_class):
    drill = make.drill(school_class)
    drill.state, drill.started_at = State.RUNNING, make.now()
    session.commit()
    for who in ("officer", "teacher", "leader"):
        assert "十一月疏散演练" in titles(make.someone(who)), who
    for who in ("inspector", "nobody"):
        assert titles(make.someone(who)) == [], who


@pytest.mark.parametrize(("day", "told"), [(25, True), (26, True), (27, False), (20, True)])
def test_the_organiser_hears_of_it_three_days_before_and_when_it_was_forgotten(
    make, titles, day, told
):
    make.drill(planned_on=date(2026, 11, day))
    assert ("十一月疏散演练" in titles(make.someone("officer"))) is told


def test_a_month_without_a_drill_is_told_to_those_who_arrange(make, session, titles, now):
    officer, teacher = make.someone("officer"), make.someone("teacher")
    assert "本月还没有疏散演练" in titles(officer)
    assert titles(teacher) == []
    now.set("2026-11-10T08:00")
    assert titles(officer) == []
    now.set("2026-11-23T08:00")
    small = make.drill(form=Form.FIRE_FIGHTING, planned_on=date(2026, 11, 12))
    small.state, small.held_on = State.HELD, date(2026, 11, 12)
    session.commit()
    assert "本月还没有疏散演练" in titles(officer)
    make.drill(planned_on=date(2026, 11, 30))
    assert titles(officer) == []
