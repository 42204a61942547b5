"""Inspecting a piece: what it changes, who may, what is left of the month."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.pages import Browser
from tests.writes import controls
from unitsafe.core.domain import RuleError
from unitsafe.equipment import inspecting, queries
from unitsafe.equipment.inspecting import Found
from unitsafe.equipment.models import Equipment, EquipmentInspection
from unitsafe.equipment.rules import Result, State
from unitsafe.grids.models import Role
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Level, Source

MONTHLY = "逐具月检"
TODAY = date(2026, 11, 23)


@pytest.fixture
def teacher(make, browser) -> Browser:
    return browser(make.someone("teacher"))


@pytest.fixture
def piece(make):
    return make.equipment(number="MH-1")


@pytest.fixture
def look(app, make, session):
    """Inspect a piece as the officer, now."""

    def inspect(piece, result=Result.OK, *, photos=(), on=TODAY, **told):
        with app.app_context():
            officer = make.actor(make.someone("officer"))
            loaded = queries.equipment(session, officer, piece.id, on)
            name = told.pop("name", MONTHLY)
            made = inspecting.inspect(
                session,
                loaded,
                Found(name, result, on, **told),
                photo_ids=photos,
                by=officer,
                now=make.now(),
            )
        session.commit()
        return made

    return inspect


def inspections(session):
    return session.scalars(sa.select(EquipmentInspection)).all()


@pytest.mark.parametrize("is_swap", [False, True])
def test_a_teacher_inspects_in_three_taps(teacher, piece, session, is_swap):
    path = f"/equipment/{piece.id}"
    assert f"{path}/inspect" in teacher.get(path).page.links()  # the first tap
    page = teacher.get(f"{path}/inspect").page
    sent = controls(page, f"{path}/inspect")
    assert "result" not in sent and "failed" not in sent  # nothing is ticked beforehand
    assert "压力指示在绿区" in page.text("content")
    sent["result"] = "ok"  # the second; the third saves
    send = teacher.hx if is_swap else None
    answer = (
        send("POST", f"{path}/inspect", sent) if send else teacher.post(f"{path}/inspect", sent)
    )
    assert answer.location == f"{path}?done=1"
    made = inspections(session)[0]
    assert (made.name, made.result, made.on, made.is_backfilled) == (
        MONTHLY,
        Result.OK,
        TODAY,
        False,
    )
    session.refresh(piece)
    assert (piece.inspected_on, piece.last_result) == (TODAY, Result.OK)
    assert piece.inspect_on == date(2026, 12, 31)
    text = teacher.get(answer.location).page.text("content")
    assert "都查完了" in text and "正常" in text


def test_a_fault_becomes_a_hazard_with_its_photo(teacher, make, piece, session):
    path = f"/equipment/{piece.id}/inspect"
    sent = {**controls(teacher.get(path).page, path), "result": "fail", "note": "指针在红区"}
    sent["failed"] = ["eu_press", "eu_body"]
    answer = teacher.post(path, sent)
    assert answer.status == 422 and "拍一张照片" in answer.page.text("content")
    assert "checked" in str(
        [e.attrib for e in answer.page.root.iter("input") if e.get("value") == "eu_press"]
    )
    sent["photo"] = make.photo(make.someone("teacher")).id
    assert teacher.post(path, sent).status == 303
    hazard = session.scalars(sa.select(Hazard)).one()
    assert (hazard.source, hazard.source_ref, hazard.category) == (
        Source.EQUIPMENT,
        "MH-1",
        "extinguisher",
    )
    assert hazard.level is Level.SERIOUS  # the gravest of the items
    assert "MH-1" in hazard.description and "指针在红区" in hazard.description
    session.refresh(piece)
    assert (piece.state, inspections(session)[0].hazard_id) == (State.FAULTY, hazard.id)
    page = teacher.get(f"/equipment/{piece.id}").page
    assert f"/hazards/{hazard.number}" in page.links()
    assert "MH-1" in teacher.get(f"/hazards/{hazard.number}").page.text("content")


def test_what_still_works_stays_in_use_and_what_is_fine_again_too(look, make, piece, session):
    photo = make.photo(make.someone("officer"))
    look(piece, Result.FAIL, failed=["eu_box"], photos=[photo.id], still_works=True)
    assert piece.state is State.IN_USE
    look(piece, Result.MISSING)
    assert piece.state is State.FAULTY
    hazards = session.scalars(sa.select(Hazard).order_by(Hazard.id)).all()
    assert len(hazards) == 2 and "找不到" in hazards[1].description
    look(piece)
    assert (piece.state, piece.last_result) == (State.IN_USE, Result.OK)


def test_an_inspection_of_the_past_is_marked_and_changes_nothing_newer(look, piece, session):
    look(piece)
    with pytest.raises(RuleError, match="登记日期"):
        look(piece, Result.MISSING, on=date(2026, 11, 20))
    piece.in_use_on = date(2026, 9, 1)
    session.commit()
    with pytest.raises(RuleError, match="补录"):
        look(piece, Result.MISSING, on=date(2026, 11, 20))
    late = look(piece, Result.MISSING, on=date(2026, 11, 20), reason="纸质记录")
    assert late.is_backfilled and late.reason == "纸质记录"
    assert (piece.state, piece.inspected_on) == (State.IN_USE, TODAY)
    yesterday = look(piece, on=date(2026, 11, 22))
    assert not yesterday.is_backfilled  # within a day


@pytest.mark.parametrize("state", [State.STOPPED, State.OUT_FOR_SERVICE, State.SCRAPPED])
def test_what_is_not_in_use_is_not_inspected(look, teacher, piece, session, state):
    piece.state = state
    session.commit()
    with pytest.raises(RuleError):
        look(piece)
    page = teacher.get(f"/equipment/{piece.id}").page
    assert f"/equipment/{piece.id}/inspect" not in page.links()
    assert "恢复在用以后" in teacher.get(f"/equipment/{piece.id}/inspect").page.text("content")


def test_a_firms_inspection_is_entered_with_its_name(look, make, session):
    pump = make.equipment(number="SB-1", kind="fire_pump", name="消防泵")
    assert (pump.inspect_on, pump.upkeep_on) == (None, date(2026, 11, 30))
    made = look(pump, name="月手动启动", done_by="青溪消防维保公司")
    assert made.done_by == "青溪消防维保公司"
    assert pump.upkeep_on == date(2026, 12, 31)
    with pytest.raises(RuleError):
        look(pump, name=MONTHLY)


def test_only_the_keepers_of_the_place_and_of_the_register_inspect(make, browser, piece):
    far = make.equipment(make.space_in(make.grid("二层", block="综合楼片")), "MH-2")
    path = "/equipment/{}/inspect"
    for role, status in (("teacher", 200), ("leader", 200), ("officer", 200), ("inspector", 403)):
        assert browser(make.someone(role)).get(path.format(piece.id)).status == status, role
    teacher = browser(make.someone("teacher"))
    assert teacher.get(path.format(far.id)).status == 404
    assert teacher.post(path.format(far.id), {"result": "ok"}).status == 404
    principal = browser(make.someone("principal"))
    assert principal.post(path.format(piece.id), {"result": "ok"}).status == 403


def test_the_page_of_the_month_leads_from_piece_to_piece(make, browser, look, session):
    here = make.space_in(make.grid())
    first, second = make.equipment(here, "MH-1"), make.equipment(here, "MH-2")
    far = make.equipment(make.space_in(make.grid("二层", block="综合楼片")), "MH-3")
    client = browser(make.someone("teacher"))
    page = client.get("/equipment/inspect").page
    assert "已查0件，共2件" in page.text()
    assert f"/equipment/{far.id}/inspect" not in page.links()
    look(first)
    page = client.get("/equipment/inspect").page
    assert "已查1件，共2件" in page.text() and "1 / 2" in page.text("content")
    assert (
        f"/equipment/{second.id}/inspect"
        in client.get(f"/equipment/{first.id}?done=1").page.links()
    )
    officer = browser(make.someone("officer")).get("/equipment/inspect?building=1").page
    assert f"/equipment/{far.id}/inspect" in officer.links()


def test_today_says_what_is_left_and_what_is_late(make, browser, now, look):
    piece = make.equipment(number="MH-1")
    teacher, officer = browser(make.someone("teacher")), browser(make.someone("officer"))
    make.assign(make.someone("principal"), make.root(), Role.LEADER)
    for client in (teacher, officer):
        assert "器材检查：还有1件" in client.get("/").page.text("content")
    assert "器材检查" not in browser(make.someone("principal")).get("/").page.text("content")
    assert "消防器材已到期" not in officer.get("/").page.text("content")
    now.set("2026-12-01T08:00")
    assert "消防器材已到期" in officer.get("/").page.text("content")
    assert "消防器材已到期" not in teacher.get("/").page.text("content")
    look(piece, on=date(2026, 12, 1))
    assert "器材检查：还有" not in teacher.get("/").page.text("content")
    nobody = browser(make.someone("nobody"))
    assert "器材检查" not in nobody.get("/").page.text("content")


def test_inspections_are_never_rewritten(look, piece, session):
    look(piece)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        session.execute(sa.update(EquipmentInspection).values(result=Result.FAIL))
    session.rollback()


def test_the_code_of_a_label_opens_the_card(make, browser, piece):
    far = make.equipment(make.space_in(make.grid("二层", block="综合楼片")), "MH-2")
    teacher = browser(make.someone("teacher"))
    assert teacher.get(f"/q/{piece.code}").location == f"/equipment/{piece.id}"
    assert teacher.get(f"/q?code={piece.code.lower()}").location == f"/equipment/{piece.id}"
    assert teacher.get(f"/q/{far.code}").location == f"/spaces/{far.space_id}"
    stranger = browser(None).get(f"/q/{piece.code}")
    assert stranger.status == 200 and "匿名举报" in stranger.page.text()
    assert f"/login?next=/q/{piece.code}" in stranger.page.links()


def test_every_piece_has_a_code_of_its_own(make, session):
    place = make.space_in(make.grid())
    for number in range(5):
        make.equipment(place, f"MH-{number}")
    codes = session.scalars(sa.select(Equipment.code)).all()
    assert len(set(codes)) == 5 and {len(code) for code in codes} == {7}
