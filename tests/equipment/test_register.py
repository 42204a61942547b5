"""Registering and correcting: series of numbers, what each kind asks for, what cannot be."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.writes import controls
from unitsafe.equipment import services
from unitsafe.equipment.labels import COLUMN_NAMES
from unitsafe.equipment.models import Equipment, EquipmentEvent, EquipmentInterval
from unitsafe.equipment.rules import Action, Life, State


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


@pytest.fixture
def place(make):
    return make.space_in(make.grid())


def filled(client, path="/equipment/new", **typed):
    return {**controls(client.get(path).page, path.partition("?")[0]), **typed}


def pieces(session):
    return session.scalars(sa.select(Equipment).order_by(Equipment.number)).all()


@pytest.mark.parametrize("is_swap", [False, True])
def test_twelve_extinguishers_are_registered_at_once(officer, place, session, is_swap):
    sent = filled(
        officer,
        number="MH-A1-08",
        count=12,
        space_id=place.id,
        made_on="2024-03",
        fact_0="ABC干粉",
        fact_1="4 kg",
    )
    answer = (
        officer.hx("POST", "/equipment/new", sent)
        if is_swap
        else officer.post("/equipment/new", sent)
    )
    made = pieces(session)
    assert [one.number for one in made] == [f"MH-A1-{n:02d}" for n in range(8, 20)]
    assert {(one.made_on, one.made_month_only) for one in made} == {(date(2024, 3, 1), True)}
    assert {one.service_on for one in made} == {date(2029, 3, 1)}
    assert made[0].facts == {"灭火剂": "ABC干粉", "充装量": "4 kg"}
    assert len({one.code for one in made}) == 12
    assert len(session.scalars(sa.select(EquipmentEvent)).all()) == 12
    page = officer.get(answer.location).page
    assert "已登记12件" in page.text() and "MH-A1-19" in page.text("rows")
    assert "2024年3月" in officer.get(f"/equipment/{made[0].id}").page.text("content")


def test_one_taken_number_stops_the_whole_series_and_is_named(officer, make, place, session):
    make.equipment(place, "MH-3")
    make.equipment(place, "MH-5")
    answer = officer.post(
        "/equipment/new", filled(officer, number="MH-1", count=6, space_id=place.id)
    )
    text = answer.page.text("content")
    assert answer.status == 422 and "MH-3" in text and "MH-5" in text and "已经用过" in text
    assert len(pieces(session)) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"count": 2, "number": "消防箱"}, "以数字结尾"),
        ({"count": 201}, "1到200"),
        ({"count": 2, "quantity": 2}, "数量填1"),
        ({"made_on": "去年"}, "2024-03-15"),
        ({"made_on": "2024-05", "in_use_on": "2024-04-30"}, "早于出厂日期"),
        ({"number": "M" * 29 + "9", "count": 2}, "编号太长"),
        (
            {"kind": "escape_mask", "made_on": "2026-05-01", "fact_0": "2025-05-01"},
            "有效期早于出厂日期",
        ),
        ({"kind": "escape_mask", "fact_0": "看不清"}, "2024-03-15"),
        ({"kind": "gas_hose", "fact_0": "长" * 61}, "最多60个字"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(officer, place, session, typed, words):
    known = {"number": "MH-1", "kind": "ext_powder", "space_id": place.id, "quantity": 1}
    answer = officer.post("/equipment/new", {**known, **typed})
    assert answer.status == 422 and words in answer.page.text("content")
    assert pieces(session) == []


def test_an_expiry_that_is_past_is_taken_and_flagged(officer, place, session):
    sent = {"number": "FH-1", "kind": "escape_mask", "space_id": place.id, "quantity": 1}
    answer = officer.post("/equipment/new", {**sent, "made_on": "2023-01", "fact_0": "2026-01"})
    assert "有效期已经过了" in officer.get(answer.location).page.text()
    assert "报废已到期" in officer.get(answer.location).page.text("content")
    assert pieces(session)[0].scrap_on == date(2026, 1, 1)


def test_the_form_asks_what_the_kind_needs(officer, session):
    text = officer.get("/equipment/new?kind=kitchen_flue").page.text("content")
    assert "上次清洗日期" in text and "灭火剂" not in text and "电池更换日期" not in text
    assert "电池更换日期" in officer.get("/equipment/new?kind=exit_sign").page.text("content")
    sent = filled(officer, number="MH-7", kind="ext_co2", again="1")
    part = officer.hx("POST", "/equipment/new", sent)
    assert part.status == 200 and not part.page.whole
    assert "标称重" in part.page.text() and part.page.value("number") == "MH-7"
    assert officer.post("/equipment/new", sent).status == 200 and pieces(session) == []


def test_a_correction_keeps_the_old_value_in_the_history(officer, make, place, session):
    life = Life(date(2024, 3, 1), None, date(2025, 1, 1))
    piece = make.equipment(place, "XS-1", "indoor_hydrant", facts={"水带长度": "20 m"}, life=life)
    path = f"/equipment/{piece.id}/edit"
    sent = filled(officer, path, fact_0="0.35 MPa", fact_1="25 m", made_on="2024-02")
    assert officer.post(path, sent).location == f"/equipment/{piece.id}"
    event = session.scalars(
        sa.select(EquipmentEvent).where(EquipmentEvent.action == Action.CHANGE)
    ).one()
    assert event.changes == {
        "made_on": ["2024-03-01", "2024-02"],
        "水带长度": ["20 m", "25 m"],
        "栓口压力": ["", "0.35 MPa"],
    }
    page = officer.get(f"/equipment/{piece.id}").page.text("content")
    assert "水带长度：20 m → 25 m" in page and COLUMN_NAMES["made_on"] in page
    session.expire_all()
    assert pieces(session)[0].last_service_on == date(2025, 1, 1)


def test_what_is_missing_is_marked_until_it_is_there(officer, make, place, session):
    piece = make.equipment(place, "MH-1")
    page = officer.get(f"/equipment/{piece.id}").page.text("content")
    assert "台账还缺：型号规格、生产单位、出厂日期、启用日期、灭火剂、充装量" in page
    path = f"/equipment/{piece.id}/edit"
    whole = {"model": "MFZ/ABC4", "maker": "厂", "made_on": "2024-03", "in_use_on": "2024-05-01"}
    officer.post(path, filled(officer, path, **whole, fact_0="ABC干粉", fact_1="4 kg"))
    session.expire_all()
    assert pieces(session)[0].is_complete
    assert "MH-1" not in officer.get("/equipment?due=lacking").page.text("rows")


def test_a_photo_is_shown_to_those_who_may_see_the_piece(make, browser, officer, place):
    teacher = browser(make.someone("teacher"))
    nobody = browser(make.someone("nobody"))
    piece, photo = make.equipment(place), make.photo(make.someone("officer"))
    assert teacher.get(f"/photos/{photo.id}").status == 404
    path = f"/equipment/{piece.id}/edit"
    officer.post(path, {**filled(officer, path), "photo": photo.id})
    assert f"/photos/{photo.id}" in teacher.get(f"/equipment/{piece.id}").page.links()
    assert teacher.get(f"/photos/{photo.id}").status == 200
    assert nobody.get(f"/photos/{photo.id}").status == 404


def test_the_school_sets_its_own_intervals(officer, make, place, session):
    piece = make.equipment(place, life=Life(date(2024, 3, 1)))
    path = "/equipment/intervals"
    page = officer.get(f"{path}?kind=ext_powder").page
    assert "GB 50444" in page.text("content")
    sent = controls(page, f"{path}?kind=ext_powder")
    assert (sent["n0"], sent["n1"], sent["n2"], sent["n3"]) == ("30", "60", "24", "120")
    answer = officer.post(f"{path}?kind=ext_powder", {**sent, "n1": "36", "n3": "96"})
    assert answer.location == path
    session.expire_all()
    assert (piece.service_on, piece.scrap_on) == (date(2027, 3, 1), date(2032, 3, 1))
    own = session.scalars(sa.select(EquipmentInterval)).all()
    assert {row.what: row.number for row in own} == {"first": 36, "life": 96}
    assert "学校改过" in officer.get(path).page.text("content")
    sent = controls(officer.get(f"{path}?kind=ext_powder").page, f"{path}?kind=ext_powder")
    officer.post(f"{path}?kind=ext_powder", {**sent, "n1": "", "n3": "120"})
    session.expire_all()
    assert piece.service_on == date(2029, 3, 1)
    assert session.scalars(sa.select(EquipmentInterval)).all() == []
    assert officer.post(f"{path}?kind=ext_powder", {"n1": "0"}).status == 422


def test_after_an_update_all_days_are_computed_again(make, place, session):
    piece = make.equipment(place, life=Life(date(2024, 3, 1)))
    piece.service_on = piece.inspect_on = None
    session.commit()
    services.renew_all(session)
    assert (piece.service_on, piece.inspect_on) == (date(2029, 3, 1), date(2026, 11, 30))


def test_a_kind_that_the_content_forgot_keeps_its_row(officer, make, place, session):
    piece = make.equipment(place, "OLD-1")
    piece.kind = "halon"
    session.commit()
    services.renew_all(session)
    assert officer.get(f"/equipment/{piece.id}").status == 200
    assert officer.get("/equipment").status == 200 and piece.state is State.IN_USE
