"""The micro station: team, kit, count, duty, musters, figures, papers."""

import io
from datetime import date, time

import pytest
import python_calamine
import sqlalchemy as sa

from tests.paper.samples import plain_text
from unitsafe.core.figures import METRICS, Period
from unitsafe.core.waiting import waiting
from unitsafe.micro_station import queries, rules, services
from unitsafe.micro_station.models import KitCount, KitItem, MicroStation, StationMember
from unitsafe.micro_station.rules import KitState, Role
from unitsafe.roster.rules import ShiftDays
from unitsafe.school.models import SchoolDay

TODAY = date(2026, 11, 23)
QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), TODAY)


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


@pytest.mark.parametrize(
    ("present", "expires_on", "expected"),
    [
        (2, None, KitState.OK),
        (1, None, KitState.SHORT),
        (2, date(2026, 11, 22), KitState.EXPIRED),
        (1, date(2026, 11, 22), KitState.EXPIRED),
        (2, date(2026, 11, 23), KitState.SOON),
        (2, date(2026, 12, 23), KitState.SOON),
        (2, date(2026, 12, 24), KitState.OK),
    ],
)
def test_how_a_line_of_the_kit_stands(present, expires_on, expected):
    found = rules.kit_state(
        expected=2, present=present, expires_on=expires_on, today=TODAY, warn_days=30
    )
    assert found is expected


def test_three_minutes_are_still_in_time():
    assert not rules.is_slow(180, 3) and rules.is_slow(181, 3)
    assert rules.spoken(160) == "2分40秒"


def test_the_team_grows_and_shrinks(client, make, session):
    teacher, other = make.someone("teacher"), make.person()
    path = "/micro-station/members"
    leader = {"person_id": teacher.id, "role": "leader"}
    assert client.post(path, leader).status == 303
    assert "已经在队里了" in client.post(path, leader).page.text()
    second = client.post(path, {"person_id": other.id, "role": "leader"})
    assert second.status == 422 and "站长只有一名" in second.page.text()
    member = session.scalars(sa.select(StationMember)).one()
    assert client.post(f"{path}/{member.id}/end").status == 303
    assert queries.members(session, TODAY) == []
    assert client.post(path, {"person_id": other.id, "role": "leader"}).status == 303


def test_the_usual_kit_is_listed_by_heads_once_and_counted(client, make, session):
    for _ in range(8):
        make.station_member()
    for _ in range(2):
        assert client.post("/micro-station/kit/default").status == 303
    kit = {one.name: one for one in queries.kit(session)}
    assert len(kit) == len(rules.DEFAULT_KIT)
    assert (kit["消防头盔"].expected, kit["消防水带"].expected) == (8, 4)
    counted = {f"n-{one.id}": str(one.expected) for one in kit.values()}
    short = dict(list(counted.items())[1:])
    answer = client.post("/micro-station/count", short)
    assert answer.status == 422 and "还有1样没有填数量" in answer.page.text()
    assert client.post("/micro-station/count", {**counted, "note": "齐全"}).status == 303
    session.rollback()
    assert all(one.present == one.expected for one in queries.kit(session))
    assert len(session.scalars(sa.select(KitCount)).one().counted) == len(kit)


def test_a_line_of_the_kit_is_changed_and_dropped(client, make, session):
    item = make.kit_item()
    path = f"/micro-station/kit/{item.id}"
    sent = {"kit_group": "light", "name": "强光手电", "expected": 4, "present": 3}
    sent |= {"keeper_id": "", "expires_on": "2026-12-01"}
    assert "请填0到999" in client.post(path, {**sent, "present": 1000}).page.text()
    assert client.post(path, sent).status == 303
    text = client.get("/micro-station").page.text()
    assert "3 / 4" in text and "缺少" in text
    assert client.post(path, {**sent, "is_dropped": "y"}).status == 303
    assert client.get(path).status == 404
    assert session.scalars(sa.select(KitItem.is_active)).all() == [False]


def test_a_muster_that_took_too_long_is_marked(client):
    sent = {"day": "2026-11-20", "signal": "16:00", "place": "教学楼前", "arrived": 6}
    late = client.post(
        "/micro-station/musters", {**sent, "day": "2026-11-24", "minutes": 2, "seconds": 40}
    )
    assert late.status == 422 and "抽测时间不能是以后" in late.page.text()
    path = "/micro-station/musters"
    assert client.post(path, {**sent, "minutes": 3, "seconds": 5}).status == 303
    text = client.get("/micro-station").page.text()
    assert "3分05秒" in text and "超时" in text


def test_more_at_a_muster_than_the_team_has_need_a_reason(client, make):
    make.station_member()
    path, sent = "/micro-station/musters", {"day": "2026-11-23", "signal": "07:00"}
    sent |= {"place": "教学楼前", "arrived": 6, "minutes": 2, "seconds": 5}
    more = client.post(path, sent)
    assert more.status == 422 and "队员只有1名，到场6人" in more.page.text()
    assert client.post(path, {**sent, "note": "保安一起集合"}).status == 303


def station_duty(make, session):
    """The station's shift, stood on three days of November by a planned person and a stand-in."""
    shift = make.shift("微站值班", starts=time(7), ends=time(18), days=ShiftDays.EVERY)
    session.add(MicroStation(id=1, shift_id=shift.id, phone="8001191"))
    session.commit()
    for day in (20, 22, 23):  # a Sunday night with boarders among them
        make.turn(make.person(), date(2026, 11, day), shift)
    return shift


def test_one_page_tells_all(client, make, session):
    station_duty(make, session)
    make.station_member(make.someone("teacher"), Role.LEADER)
    make.kit_item(expires_on=date(2026, 12, 1))
    text = plain_text(client.get("/micro-station.pdf").response.data)
    for words in ("微型消防站一览表", "8001191", "teacher站长", "强光手电66", "快到期"):
        assert words in text
    book = io.BytesIO(client.get("/micro-station.xlsx").response.data)
    rows = python_calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["照明", "强光手电"] and rows[1][-1] == "快到期"


def test_who_keeps_the_station_needs_no_other_right(browser, make):
    leader = make.person(posts=["micro_station_leader"])
    kept = browser(leader)
    assert "添加队员" in kept.get("/micro-station").page.text()
    assert kept.post("/micro-station/kit/default").status == 303
    assert "添加队员" not in browser(make.someone("teacher")).get("/micro-station").page.text()


def figure(session, key):
    return METRICS[key](session, QUARTER)


def test_the_figures_of_an_empty_ledger(make, session):
    make.school()
    assert figure(session, "micro_station_members").value == 0
    assert figure(session, "micro_station_kit_ok_ratio").value is None
    assert figure(session, "micro_muster_minutes").value is None
    duty = figure(session, "micro_station_duty_coverage")
    days = session.scalars(sa.select(SchoolDay.day).where(SchoolDay.teaching | SchoolDay.boarding))
    expected = [day for day in days if QUARTER.first <= day <= TODAY]
    assert (duty.amount, duty.whole) == (0, len(expected))


def test_the_figures_of_a_small_ledger(make, session):
    member = make.station_member()
    make.station_member()
    officer = make.actor(make.someone("officer"))
    with make.app.app_context():
        services.end_member(session, member, by=officer, now=make.now())
    found = figure(session, "micro_station_members")
    assert found.amount == len(session.scalars(found.records).all()) == 1
    make.kit_item("消防头盔", expected=6, present=8)
    short = make.kit_item("对讲机", expected=4, present=3)
    expired = make.kit_item("呼吸器", expected=6, present=6, expires_on=date(2026, 11, 22))
    make.kit_item("分水器", expected=4, present=4, is_active=False)
    found = figure(session, "micro_station_kit_ok_ratio")
    assert (found.amount, found.whole) == (6 + 3, 6 + 4 + 6)
    assert {one.id for one in session.scalars(found.records)} == {short.id, expired.id}
    station_duty(make, session)
    found = figure(session, "micro_station_duty_coverage")
    assert found.amount == 3
    missing = {one.day for one in session.scalars(found.records)}
    assert len(missing) == found.whole - 3 and date(2026, 11, 19) in missing
    with make.app.app_context():
        for signal, seconds in (("2026-10-09T16:00", 205), ("2026-11-20T16:00", 150)):
            services.add_muster(
                session,
                signal_at=make.now.set(signal),
                place="东门",
                arrived=6,
                seconds=seconds,
                note="",
                by=officer,
                now=make.now(),
            )
    assert figure(session, "micro_muster_minutes").value == pytest.approx(205 / 60)


def test_kit_that_is_missing_or_ends_waits_for_the_keeper(app, make):
    make.kit_item("对讲机", present=1)
    make.kit_item("呼吸器", expires_on=date(2026, 12, 1))

    def lines(person):
        with app.test_request_context():
            found = waiting(make.session, make.actor(person), TODAY)
            return [(one.line, one.kind) for one in found if "微站" in one.title]

    expected = [("对讲机", "late"), ("还没有点验过", "due"), ("呼吸器", "warn")]
    assert lines(make.someone("officer")) == expected
    assert lines(make.person(posts=["micro_station_leader"])) == expected
    assert lines(make.someone("teacher")) == []


@pytest.mark.parametrize(("day", "expected"), [(16, ["上次点验2026-11-16"]), (17, [])])
def test_the_kit_waits_to_be_counted_after_a_week(app, make, session, day, expected):
    item, officer = make.kit_item(), make.actor(make.someone("officer"))
    at = make.now.set(f"2026-11-{day}T09:00")
    services.count_kit(session, {item.id: 6}, note="", by=officer, now=at)
    session.commit()
    with app.test_request_context():
        found = waiting(session, officer, TODAY)
        assert [one.line for one in found if "微站" in one.title] == expected
