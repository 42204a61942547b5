"""What becomes of a piece: stopped with approval, away at a workshop, scrapped and replaced."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.writes import controls
from unitsafe.equipment.models import Equipment, EquipmentEvent
from unitsafe.equipment.rules import Life, State


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


@pytest.fixture
def piece(make):
    return make.equipment(number="MH-1", life=Life(date(2020, 9, 1)))


def move(client, piece, state, **typed):
    path = f"/equipment/{piece.id}/state"
    once = controls(client.get(f"/equipment/{piece.id}").page, path)["once"]
    return client.post(path, {"once": once, "state": state, **typed})


STOP = {
    "note": "管道检修",
    "approver": "梁校长",
    "since_on": "2026-11-23",
    "until_on": "2026-11-25",
    "measure": "旁边加放2具灭火器",
}
SEND = {
    "service_unit": "浙安维修部",
    "since_on": "2026-11-23",
    "until_on": "2026-12-10",
    "measure": "备用MH-90",
}


def test_a_stop_says_who_allowed_it_and_shows_when_it_is_late(officer, piece, session, now):
    assert move(officer, piece, "stopped", **STOP).status == 303
    session.refresh(piece)
    assert (piece.state, piece.approver) == (State.STOPPED, "梁校长")
    text = officer.get(f"/equipment/{piece.id}").page.text("content")
    assert "梁校长批准停用" in text and "已超过" not in text
    now.set("2026-11-28T08:00")
    assert "已超过3天" in officer.get(f"/equipment/{piece.id}").page.text("content")
    assert move(officer, piece, "stopped", **{**STOP, "until_on": "2026-12-05"}).status == 303
    assert "已超过" not in officer.get(f"/equipment/{piece.id}").page.text("content")
    assert move(officer, piece, "in_use").status == 303
    session.refresh(piece)
    assert (piece.state, piece.approver, piece.until_on) == (State.IN_USE, "", None)


@pytest.mark.parametrize(
    ("state", "typed", "words"),
    [
        ("stopped", {**STOP, "approver": ""}, "请填写批准人"),
        ("stopped", {**STOP, "measure": ""}, "请填写停用期间的防范措施"),
        ("stopped", {**STOP, "until_on": "2026-11-22"}, "结束日期早于开始日期"),
        ("out_for_service", {**SEND, "service_unit": ""}, "请填写送到哪个单位"),
        ("out_for_service", {**SEND, "measure": ""}, "这栋楼共1具灭火器"),
        ("faulty", {}, "请填写哪里坏了"),
        ("scrapped", {}, "请填写报废原因"),
        ("nonsense", {"note": "x"}, ""),
    ],
)
def test_what_is_missing_is_said_beside_the_field(officer, piece, session, state, typed, words):
    answer = move(officer, piece, state, **typed)
    assert answer.status == 422 and words in answer.page.text("content")
    session.refresh(piece)
    assert piece.state is State.IN_USE


def test_a_quarter_may_be_away_and_no_more(officer, make, piece, session):
    others = [make.equipment(number=f"MH-{n}") for n in range(2, 9)]
    plain = {**SEND, "measure": ""}
    assert move(officer, piece, "out_for_service", **plain).status == 303
    assert move(officer, others[0], "out_for_service", **plain).status == 303
    refused = move(officer, others[1], "out_for_service", **plain)
    assert refused.status == 422
    assert "共8具灭火器，已送修2具，再送1具" in refused.page.text("content")
    elsewhere = make.equipment(make.space(make.building("食堂"), "厨房"), "ST-1")
    assert move(officer, elsewhere, "out_for_service", **plain).status == 422
    assert move(officer, others[1], "out_for_service", **SEND).status == 303  # with a substitute


def test_back_from_the_workshop_the_next_service_counts_from_the_real_day(officer, piece, session):
    assert piece.service_on == date(2025, 9, 1)
    move(officer, piece, "out_for_service", **SEND)
    session.refresh(piece)
    assert (piece.service_on, piece.inspect_on) == (None, None)
    refused = move(officer, piece, "in_use", serviced_on="2027-01-01")
    assert refused.status == 422 and "在今天之后" in refused.page.text("content")
    move(officer, piece, "in_use", serviced_on="2026-11-20", note="换粉，水压试验合格")
    session.refresh(piece)
    assert (piece.last_service_on, piece.service_on) == (date(2026, 11, 20), date(2028, 11, 20))
    assert piece.facts["维修单位"] == "浙安维修部"
    changes = [event.changes for event in session.scalars(sa.select(EquipmentEvent))]
    assert any(one.get("service_unit") == ["", "浙安维修部"] for one in changes)


def test_a_scrapped_piece_is_replaced_by_one_with_a_number_of_its_own(
    officer, piece, session, make
):
    photo = make.photo(make.someone("officer"))
    assert move(officer, piece, "scrapped", note="筒体锈穿", photo=photo.id).status == 303
    page = officer.get(f"/equipment/{piece.id}").page
    assert f"/equipment/new?replaces={piece.id}" in page.links()
    assert f"/photos/{photo.id}" in page.links()
    sent = controls(officer.get(f"/equipment/new?replaces={piece.id}").page, "/equipment/new")
    assert (sent["number"], sent["kind"], sent["space_id"]) == (
        "",
        "ext_powder",
        str(piece.space_id),
    )
    assert officer.post("/equipment/new", {**sent, "number": "MH-1"}).status == 422
    officer.post("/equipment/new", {**sent, "number": "MH-1A"})
    fresh = session.scalars(sa.select(Equipment).where(Equipment.number == "MH-1A")).one()
    assert fresh.replaces_id == piece.id
    assert f"/equipment/{fresh.id}" in officer.get(f"/equipment/{piece.id}").page.links()
    assert f"/equipment/{piece.id}" in officer.get(f"/equipment/{fresh.id}").page.links()


def test_a_piece_that_is_not_there_cannot_be_replaced(officer, piece):
    path = f"/equipment/{piece.id}/edit"
    sent = controls(officer.get(path).page, path)
    answer = officer.post(path, {**sent, "replaces_id": "999999999"})
    assert answer.status == 422
    assert "没有找到" in answer.page.text()


def test_the_same_press_twice_is_one_move(officer, piece, session):
    path = f"/equipment/{piece.id}/state"
    sent = {**controls(officer.get(f"/equipment/{piece.id}").page, path), "state": "faulty"}
    sent |= {"note": "漏气"}
    assert officer.post(path, sent).location == officer.post(path, sent).location
    moves = session.scalars(sa.select(EquipmentEvent).where(EquipmentEvent.note == "漏气")).all()
    assert len(moves) == 1


def test_the_history_tells_all_of_it(officer, piece):
    move(officer, piece, "faulty", note="指针回零")
    move(officer, piece, "in_use", note="换新表头")
    text = officer.get(f"/equipment/{piece.id}").page.text("content")
    for words in ("在用 → 故障", "指针回零", "故障 → 在用", "换新表头", "登记"):
        assert words in text
