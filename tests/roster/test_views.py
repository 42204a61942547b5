"""The roster's pages: the month, a turn, a rotation, a swap, the feed."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from tests.writes import controls
from unitsafe.people.models import PersonStatus
from unitsafe.roster.models import CalendarFeed, RosterEntry, Shift, Swap
from unitsafe.roster.rules import SwapState

TODAY, TOMORROW, LATER = (date(2026, 11, day) for day in (23, 24, 26))


@pytest.fixture
def staff(make):
    make.root()
    return [make.person(f"老师{n}", ["homeroom_teacher"]) for n in "甲乙丙"]


def entry(session, day, shift="校门早护导"):
    return session.scalars(
        sa.select(RosterEntry)
        .join(Shift, Shift.id == RosterEntry.shift_id)
        .where(RosterEntry.day == day, Shift.title == shift)
    ).one_or_none()


def test_the_month_shows_names_gaps_and_how_many_each(make, browser, staff):
    make.turn(staff[0], TODAY)
    make.turn(staff[1], TOMORROW)
    make.absent(staff[1], staff[2], TOMORROW, TOMORROW)
    assert browser(staff[0]).get("/roster").location == "/roster/2026-11"
    page = browser(staff[0]).get("/roster/2026-11").page
    assert "老师甲" in page.text("d2026-11-23")
    assert "老师丙 代 老师乙" in page.text("d2026-11-24")
    assert "缺人" in page.text("d2026-11-25")
    assert "缺人" not in page.text("d2026-11-20")
    assert "老师甲111" in page.text("content")
    assert not [link for link in page.links() if link.startswith("/roster/turns/")]


def test_only_mine_shows_my_days(make, browser, staff):
    make.turn(staff[0], TODAY)
    make.turn(staff[1], TOMORROW)
    page = browser(staff[0]).get("/roster/2026-11?mine=1").page
    assert page.has("d2026-11-23") and not page.has("d2026-11-24")


def test_a_school_without_shifts_is_told_what_to_do_first(make, browser, session):
    client = browser(make.someone("officer"))
    assert "/roster/shifts" in client.get("/roster/2026-11").page.links()
    assert client.post("/roster/shifts/defaults").status == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Shift)) == 6


@pytest.mark.parametrize("swapped", [True, False])
def test_the_officer_puts_somebody_on_a_turn(make, browser, session, staff, swapped):
    shift = make.shift()
    client = browser(make.someone("officer"))
    path, data = f"/roster/turns/{shift.id}/2026-11-24/1", {"person_id": staff[1].id}
    if swapped:
        answer = client.hx("POST", path, data)
        assert "老师乙" in answer.page.text(f"t{shift.id}-2026-11-24-1")
        assert not answer.page.whole
    else:
        assert client.post(path, data).location == "/roster/2026-11"
    assert entry(session, TOMORROW).person_id == staff[1].id


def test_a_turn_at_the_same_time_is_refused_until_told_twice(make, browser, session, staff):
    lane = make.shift("校门口车道")
    make.turn(staff[0], TOMORROW)
    client = browser(make.someone("officer"))
    path, data = f"/roster/turns/{lane.id}/2026-11-24/1", {"person_id": staff[0].id}
    answer = client.post(path, data)
    assert answer.status == 422
    assert "同一时间已有别的值班" in answer.page.text("content")
    assert answer.page.value("anyway")
    assert client.post(path, {**data, "anyway": "y"}).status == 303
    assert entry(session, TOMORROW, "校门口车道").person_id == staff[0].id
    assert "时间冲突" in client.get("/roster/2026-11").page.text("d2026-11-24")


def test_a_day_on_which_the_shift_is_not_stood_is_not_found(make, browser, staff):
    shift, client = make.shift(), browser(make.someone("officer"))
    for path in ("2026-11-28/1", "2026-11-24/2", "2026-11-31/1", "x/1"):
        assert client.get(f"/roster/turns/{shift.id}/{path}").status == 404


def test_the_rotation_is_shown_first_and_then_done_once(make, browser, session, staff):
    make.shift()
    client = browser(make.someone("officer"))
    page = client.get("/roster/2026-11/fill").page
    assert "排上这6班" in page.text("preview")
    sent = controls(page, "/roster/2026-11/fill")
    assert client.post("/roster/2026-11/fill", sent).location == "/roster/2026-11"
    client.post("/roster/2026-11/fill", sent)
    rows = session.execute(
        sa.select(RosterEntry.person_id, sa.func.count()).group_by(RosterEntry.person_id)
    ).all()
    assert sorted(tuple(row) for row in rows) == [(person.id, 2) for person in staff]


def test_a_rotation_of_nobody_is_refused_with_the_way_out(make, browser, session, staff):
    shift, client = make.shift(), browser(make.someone("officer"))
    days = {"first": "2026-11-23", "last": "2026-11-30", "shift": shift.id, "keep": "y"}
    shown = client.get(f"/roster/2026-11/fill?first=2026-11-23&last=2026-11-30&shift={shift.id}")
    assert "请勾选参加轮排的老师" in shown.page.text("content")
    answer = client.post("/roster/2026-11/fill", days)
    assert answer.status == 422
    assert "请勾选参加轮排的老师" in answer.page.text("content")
    assert entry(session, TOMORROW) is None


def test_what_changed_since_the_preview_is_shown_before_anything_is_done(
    make, browser, session, staff
):
    shift, client = make.shift(), browser(make.someone("officer"))
    sent = controls(client.get("/roster/2026-11/fill").page, "/roster/2026-11/fill")
    make.turn(staff[2], TOMORROW, shift)
    answer = client.post("/roster/2026-11/fill", sent)
    assert answer.status == 409
    assert "有了变动" in answer.page.text("content")
    assert "排上这5班" in answer.page.text("preview")
    assert entry(session, TODAY) is None


def test_a_swap_is_asked_and_agreed(make, browser, session, staff):
    mine, theirs = make.turn(staff[0], TOMORROW), make.turn(staff[1], LATER)
    asker, other = browser(staff[0]), browser(staff[1])
    path = f"/roster/entries/{mine.id}/swap"
    assert "老师乙" in asker.get(path).page.text("content")
    assert asker.post(path, {"choice": f"e{theirs.id}"}).location == "/roster/swaps"
    assert "老师甲想和您调班" in other.get("/").page.text("content")
    swap = session.scalars(sa.select(Swap)).one()
    assert other.post(f"/roster/swaps/{swap.id}/agree").status == 303
    session.expire_all()
    assert (mine.person_id, theirs.person_id) == (staff[1].id, staff[0].id)
    assert swap.state is SwapState.AGREED
    assert "调" in asker.get("/roster/2026-11").page.text("d2026-11-26")


@pytest.mark.parametrize(
    ("choice", "reason"),
    [("self", "不能和自己换班"), ("stranger", "不在这个班次的人选里"), ("", "请选择和谁换")],
)
def test_a_swap_with_oneself_or_a_stranger_is_refused_with_the_reason(
    make, browser, session, staff, choice, reason
):
    mine, stranger = make.turn(staff[0], TOMORROW), make.person("厨师")
    chosen = {"self": f"p{staff[0].id}", "stranger": f"p{stranger.id}", "": ""}[choice]
    answer = browser(staff[0]).post(f"/roster/entries/{mine.id}/swap", {"choice": chosen})
    assert answer.status == 422
    assert reason in answer.page.text("content")
    assert session.scalars(sa.select(Swap)).all() == []


def test_nobody_swaps_or_answers_for_another(make, browser, staff):
    mine = make.turn(staff[0], TOMORROW)
    swap = make.swap(mine, staff[1])
    client = browser(staff[2])
    assert client.get(f"/roster/entries/{mine.id}/swap").status == 404
    assert client.post(f"/roster/swaps/{swap.id}/agree").status == 404
    assert "老师甲" not in client.get("/roster/swaps").page.text("content")
    assert browser(staff[0]).post(f"/roster/swaps/{swap.id}/agree").status == 409


def test_an_absence_names_the_turns_that_fall_into_it(make, browser, staff):
    make.turn(staff[0], TOMORROW)
    client = browser(make.someone("officer"))
    away = {"deputy_id": staff[1].id, "from_on": "2026-11-24", "until_on": "2026-11-25"}
    answer = client.post(f"/people/{staff[0].id}/absence", away)
    said = client.get(answer.location).page.text("messages")
    assert "11月24日校门早护导" in said


def test_my_turns_stand_on_today_and_on_my_page(make, browser, staff):
    make.turn(staff[0], TODAY)
    make.turn(staff[0], LATER)
    client = browser(staff[0])
    assert "今天值班" in client.get("/").page.text("content")
    assert "07:20–08:00 · 南门" in client.get("/me").page.text("content")


def test_leaders_see_today_who_is_on_and_what_is_open(make, browser, staff):
    make.shift()
    assert "校门早护导 ! 缺人" in browser(make.someone("manager")).get("/").page.text("content")


def test_the_feed_holds_ones_turns_in_the_schools_time(make, browser, session, staff):
    make.turn(staff[0], TOMORROW)
    make.turn(staff[1], LATER)
    client = browser(staff[0])
    assert client.post("/me/calendar").location == "/me/calendar"
    path = next(link for link in client.get("/me/calendar").page.links() if link.endswith(".ics"))
    answer = browser(None).get(path)
    assert answer.response.mimetype == "text/calendar"
    assert "max-age" in answer.headers["Cache-Control"]
    events = Calendar.from_ical(answer.response.get_data()).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["校门早护导"]
    starts = events[0].decoded("dtstart")
    assert starts == datetime(2026, 11, 24, 7, 20, tzinfo=starts.tzinfo)
    assert starts.utcoffset().total_seconds() == 8 * 3600
    again = browser(None).get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


def test_an_old_a_made_up_and_a_leavers_feed_are_not_found(make, browser, session, staff):
    client = browser(staff[0])
    client.post("/me/calendar")
    old = session.scalars(sa.select(CalendarFeed.token)).one()
    client.post("/me/calendar")
    new = session.scalars(sa.select(CalendarFeed.token)).one()
    stranger = browser(None)
    assert [stranger.get(f"/calendar/{t}.ics").status for t in (old, "x", new)] == [404, 404, 200]
    session.get_one(type(staff[0]), staff[0].id).status = PersonStatus.LEFT
    session.commit()
    assert stranger.get(f"/calendar/{new}.ics").status == 404


def test_a_feed_is_not_read_over_and_over(make, browser, staff):
    browser(staff[0]).post("/me/calendar")
    stranger = browser(None)
    statuses = [stranger.get("/calendar/guess.ics").status for _ in range(31)]
    assert statuses[-1] == 429 and set(statuses[:-1]) == {404}
