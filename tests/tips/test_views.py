"""The pages of tips: for anybody, for those who deal with them, for those who only read."""

import io
import re
from datetime import date

import pikepdf
import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from tests.factories import picture
from tests.writes import controls
from unitsafe.core.blobs import BlobStore
from unitsafe.core.db import db
from unitsafe.core.domain import RuleError
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState
from unitsafe.photos.models import Photo
from unitsafe.tips import services
from unitsafe.tips.models import Tip, TipPhoto
from unitsafe.tips.rules import Channel, Outcome, State

SAID = {"text": "走道堆了纸箱", "place": "东门外"}


@pytest.fixture
def stranger(browser, make):
    """Somebody without an account who has the form open."""
    make.grid()
    client = browser(None)
    client.form = controls(client.get("/tip").page, "/tip")
    return client


def send(client, **changes):
    return client.post("/tip", {**client.form, **SAID, **changes})


def tips(session):
    return session.scalars(sa.select(Tip).order_by(Tip.id)).all()


def files(app):
    store: BlobStore = app.extensions["photos"]
    return {path for path in store.root.rglob("*") if path.is_file()}


def test_anybody_tells_the_school_and_gets_a_number(stranger, session):
    answer = send(stranger)
    tip = tips(session)[0]
    assert answer.status == 303
    assert answer.location == f"/tip/{tip.address_number}?sent=1"
    assert (tip.state, tip.channel, tip.place) == (State.RECEIVED, Channel.WEB, "东门外")
    page = stranger.get(answer.location).page
    assert tip.address_number in page.text("content")
    assert f'data-copy="http://localhost/tip/{tip.address_number}"' in page.html
    assert "请记下编号或收藏本页" in page.text()


def test_the_form_and_the_progress_need_no_script(stranger):
    page = stranger.get("/tip").page
    form = next(f for f in page.root.iter("form") if f.get("method") == "post")
    assert form.get("enctype") == "multipart/form-data"
    assert not [name for name in form.attrib if str(name).startswith("hx-")]
    photo = page.find("photo-file")
    assert photo.get("multiple") is not None and photo.get("capture") is None


def test_a_plate_fills_in_its_place(browser, make, session):
    space = make.space_in(make.grid())
    client = browser(None)
    page = client.get(f"/tip?space={space.plate}").page
    client.form = controls(page, "/tip")
    assert client.form["place"] == "教学楼 一层教室"
    client.post("/tip", {**client.form, "text": "门坏了"})
    assert (tips(session)[0].space_id, tips(session)[0].channel) == (space.id, Channel.PLATE)


def test_a_place_typed_as_it_is_called_is_found(stranger, make, session):
    send(stranger, place="教学楼 一层走道")
    send(stranger, place="教学楼 一层走道旁边", once="another")
    found = tips(session)
    assert found[0].space_id and found[1].space_id is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"text": "  "}, "请填写看到了什么"),
        ({"place": ""}, "请填写在哪里"),
        ({"text": "长" * 10_000}, "最多1000个字"),
        ({"phone": "打我电话"}, "电话只填数字"),
        ({"name": "名" * 41}, "最多40个字"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    stranger, session, changes, word
):
    answer = send(stranger, **changes)
    assert answer.status == 422
    assert word in answer.page.text("content")
    assert "纸箱" in answer.page.html or "text" in changes
    assert tips(session) == []


@pytest.mark.parametrize("phone", ["138 1234 1234", "(0571) 8800-1190", "+86 13812341234"])
def test_a_phone_may_be_written_in_any_way(stranger, session, phone):
    assert send(stranger, phone=phone).status == 303
    assert tips(session)[0].phone == phone


def test_photos_come_along_small_and_clean(stranger, app, session):
    sent = [(picture(colour), f"{colour}.jpg") for colour in ("red", "green", "blue")]
    assert send(stranger, photo_file=sent).status == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(TipPhoto)) == 3
    assert tips(session)[0].photo_bytes > 0
    assert set(session.scalars(sa.select(Photo.by_id))) == {None}


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ([(io.BytesIO(b"just text"), "notes.txt")], "照片"),
        ([(picture("navy"), "a.jpg"), (io.BytesIO(b"text"), "b.jpg")], "照片"),
        ([(picture(), f"{n}.jpg") for n in range(4)], "最多3张"),
    ],
)
def test_a_photo_that_is_refused_leaves_no_tip_and_no_file(stranger, app, session, sent, word):
    before = files(app)
    copies = [(io.BytesIO(one.getvalue()), name) for one, name in sent]
    answer = send(stranger, photo_file=copies)
    assert answer.status == 422
    assert word in answer.page.text("photo-error")
    assert (tips(session), files(app)) == ([], before)


def test_without_room_for_photos_the_words_are_taken(stranger, app, make, session):
    make.school().settings = {"tip_photo_mb": 0}
    session.commit()
    before = files(app)
    assert not stranger.get("/tip").page.has("photo-file")
    answer = send(stranger, photo_file=[(picture("olive"), "a.jpg")])
    assert answer.status == 303
    assert len(tips(session)) == 1 and files(app) == before
    assert "暂时不能存照片" in stranger.get(answer.location).page.text("messages")


def test_a_request_that_is_too_large_is_answered_in_words(stranger, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    answer = send(stranger, text="长" * 900)
    assert answer.status == 413
    assert "文件太大" in answer.page.text()


def test_pressing_twice_makes_one_tip_and_shows_it_again(stranger, app, session):
    first = send(stranger)
    before = files(app)
    second = send(stranger, photo_file=[(picture("teal"), "late.jpg")])
    assert (first.status, second.status) == (303, 303)
    assert first.location == second.location
    assert len(tips(session)) == 1 and files(app) == before


def test_a_program_that_fills_the_trap_is_thanked_and_nothing_is_kept(stranger, session):
    answer = send(stranger, homepage="http://spam.example")
    assert answer.status == 303
    assert re.fullmatch(r"/tip/JB-2026-\d{4}-\w{6}\?sent=1", answer.location)
    assert tips(session) == []
    assert stranger.get(answer.location).status == 404


def test_people_do_not_meet_the_trap(stranger):
    page = stranger.get("/tip").page
    trap = page.find("homepage")
    assert trap.get("tabindex") == "-1"
    around = next(e for e in page.root.iter("div") if e.get("aria-hidden") == "true")
    assert trap in list(around.iter()) and "visually-hidden" in around.get("class")


def test_more_than_people_could_send_is_asked_to_wait(stranger, make, session):
    school = make.school()
    school.settings, school.hotline = {"tips_an_hour": 1}, "66881190"
    session.commit()
    make.tip()
    answer = send(stranger, name="李先生")
    assert answer.status == 429
    assert "现在举报较多，请稍后再试，紧急情况请打66881190" in answer.page.text("content")
    assert answer.page.value("name") == "李先生"
    assert len(tips(session)) == 1


def test_a_form_whose_session_is_lost_is_not_sent_to_the_sign_in(stranger, session):
    stranger.form["csrf_token"] = "forged"
    answer = send(stranger)
    assert (answer.status, tips(session)) == (400, [])


@pytest.mark.parametrize("path", ["/tip/JB-2026-0001-AAAAAA", "/tip/JB-2026-0001", "/tip/%00"])
def test_a_number_that_is_not_known_says_so_and_asks_again(stranger, make, path):
    make.tip()
    answer = stranger.get(path)
    assert answer.status == 404
    assert "没有这个编号" in answer.page.text("content")


def test_guessing_numbers_ends_after_a_while(stranger, make):
    tip = make.tip()
    for _ in range(100):
        stranger.client.get("/tip/JB-2026-0001-AAAAAA").close()
    assert stranger.get(f"/tip/{tip.address_number}").status == 429


def test_a_number_is_looked_up_as_it_was_written_down(stranger, make):
    tip = make.tip()
    typed = tip.address_number.lower().replace("-", " ")
    assert stranger.get(f"/tip?number={typed}").location == f"/tip/{tip.address_number}"
    assert stranger.get("/tip?number=whatever").status == 404


def test_the_sender_sees_what_became_of_it_and_no_name_of_staff(browser, make, session, stranger):
    tip, officer = make.tip(), make.someone("officer")
    officer.name = "周安全"
    make.someone("teacher").name = "林责任"
    session.commit()
    path = f"/tip/{tip.address_number}"
    assert "11月30日前答复" in stranger.get(path).page.text("content")
    client = browser(officer)
    sent = controls(client.get(f"/tips/{tip.id}/hazard").page, f"/tips/{tip.id}/hazard")
    done = client.post(f"/tips/{tip.id}/hazard", {**sent, "category": "evac_blocked"})
    assert done.status == 303
    hazard = session.scalars(sa.select(Hazard)).one()
    text = stranger.get(path).page.text("content")
    assert "正在整改" in text
    with pytest.raises(RuleError, match="还没有销号"):
        make.answered_tip(session.get(Tip, tip.id), officer)
    session.rollback()
    hazard.state, hazard.closed_at = HazardState.CLOSED, make.now()
    session.commit()
    make.answered_tip(session.get(Tip, tip.id), officer)
    text = stranger.get(path).page.text("content")
    assert "纸箱已经清走" in text
    for secret in ("周安全", "林责任", hazard.number, tip.phone, tip.name):
        assert secret not in text
    assert tip.number in client.get(f"/hazards/{hazard.number}").page.text("hazard")
    assert hazard.number in client.get(f"/tips/{tip.id}").page.text("tip")


def test_the_sender_rates_once_and_adds_a_word(stranger, make, session):
    tip = make.answered_tip(make.tip(), make.someone("officer"))
    path = f"/tip/{tip.address_number}"
    sent = controls(stranger.get(path).page, f"{path}/rate")
    assert stranger.post(f"{path}/rate", {**sent, "rating": "9"}).status == 422
    answer = stranger.post(f"{path}/rate", {**sent, "rating": "4", "follow_up": "很快"})
    assert (answer.status, answer.location) == (303, path)
    assert "满意：很快" in stranger.get(path).page.text("content")
    again = stranger.post(f"{path}/rate", {**sent, "once": "another", "rating": "1"})
    assert again.status == 409
    session.refresh(tip)
    assert (tip.rating, tip.follow_up) == (4, "很快")


def test_nobody_rates_what_is_not_answered_or_not_theirs(stranger, make):
    tip = make.tip()
    assert stranger.post(f"/tip/{tip.address_number}/rate", {"rating": "5"}).status == 409
    assert stranger.post(f"/tip/{tip.number}-AAAAAA/rate", {"rating": "5"}).status == 404


def test_the_ledger_shows_the_late_first_and_marks_them(browser, make, session, now):
    late = make.tip(text="很早的一条")
    now.set("2026-12-02T08:00")
    make.tip(text="今天的一条")
    make.answered_tip(make.tip(text="答复过的"), make.someone("officer"))
    client = browser(make.someone("officer"))
    page = client.get("/tips").page
    text = page.text("rows")
    assert text.index("很早的一条") < text.index("今天的一条")
    assert "超期2天" in text and "答复过的" not in text
    assert client.get("/tips?state=late").page.rows() == 1
    assert client.get("/tips?state=all").page.rows() == 3
    assert client.get(f"/tips?state=all&q={late.number}").page.rows() == 1
    assert client.get("/tips?state=all&first=2026-12-01").page.rows() == 2


def test_the_ledger_is_paged(browser, make, session):
    make.tip()
    for serial in range(30):
        session.add(
            Tip(
                number=f"JB-2025-{serial:04d}",
                word="AAAAAA",
                channel=Channel.WEB,
                text="旧的",
                place="某处",
                received_at=make.now(),
                due_on=date(2026, 11, 30),
            )
        )
    session.commit()
    client = browser(make.someone("manager"))
    for start in ("/tips", "/tips?state=all"):
        page = client.get(start).page
        following = next(link for link in page.links() if "after=" in link)
        assert (page.rows(), client.get(following).page.rows()) == (25, 6)


@pytest.mark.parametrize("swaps", [True, False])
def test_the_steps_work_by_swap_and_without(browser, make, session, swaps):
    tip, client = make.tip(), browser(make.someone("officer"))
    path = f"/tips/{tip.id}"

    def press(action, **typed):
        sent = {**controls(client.get(path).page, f"{path}/{action}"), **typed}
        sent.pop("csrf_token", None)
        answer = (
            client.hx("POST", f"{path}/{action}", sent)
            if swaps
            else client.post(f"{path}/{action}", sent)
        )
        session.refresh(tip)
        assert answer.status == (200 if swaps else 303)
        if swaps:
            assert answer.page.has("tip") and not answer.page.whole

    press("accept")
    assert tip.state is State.ACCEPTED
    press("note", text="去现场看了")
    press("answer", outcome="no_hazard", text="是临时堆放，已移走")
    assert (tip.state, tip.outcome) == (State.ANSWERED, Outcome.NO_HAZARD)
    press("reward", text="文具一套")
    text = client.get(path).page.text("tip")
    for word in ("去现场看了", "是临时堆放，已移走", "文具一套", "不构成隐患"):
        assert word in text
    public = browser(None).get(f"/tip/{tip.address_number}").page.text("content")
    assert "是临时堆放" in public and "去现场看了" not in public and "文具" not in public


def test_an_answer_without_words_is_asked_for_again(browser, make, session):
    tip, client = make.tip(), browser(make.someone("officer"))
    answer = client.hx("POST", f"/tips/{tip.id}/answer", {"outcome": "fixed", "text": ""})
    assert answer.status == 422 and "请填写答复内容" in answer.page.text("tip")
    session.refresh(tip)
    assert tip.state is State.RECEIVED


def test_a_step_that_somebody_else_took_is_refused(browser, make, session):
    tip, client = make.tip(), browser(make.someone("officer"))
    assert client.post(f"/tips/{tip.id}/accept", {"once": "a"}).status == 303
    assert client.post(f"/tips/{tip.id}/accept", {"once": "b"}).status == 409


def test_only_those_who_deal_with_tips_see_who_sent_them(browser, make):
    tip = make.tip()
    seen = browser(make.someone("officer")).get(f"/tips/{tip.id}").page.text("tip")
    assert tip.phone in seen and tip.name in seen
    client = browser(make.someone("inspector"))
    for path in (f"/tips/{tip.id}", "/tips?state=all"):
        text = client.get(path).page.text()
        assert tip.phone not in text and tip.name not in text
    assert "138****1234" in client.get(f"/tips/{tip.id}").page.text("tip")
    rows = workbook(client.get("/tips.xlsx"))
    assert "138****1234" in rows[1] and tip.phone not in rows[1]
    assert tip.word not in str(rows) and tip.word not in client.get(f"/tips/{tip.id}").page.html


def test_photos_of_a_tip_are_for_those_who_read_it(stranger, browser, make, session):
    send(stranger, photo_file=[(picture("purple"), "a.jpg")])
    photo = session.scalars(sa.select(TipPhoto.photo_id)).one()
    assert browser(make.someone("officer")).get(f"/photos/{photo}").status == 200
    assert browser(make.someone("inspector")).get(f"/photos/{photo}/thumb").status == 200
    assert browser(make.someone("teacher")).get(f"/photos/{photo}").status == 404
    assert stranger.get(f"/photos/{photo}").status == 303


def test_a_call_is_written_down_with_its_number_for_the_caller(browser, make, session):
    client = browser(make.someone("officer"))
    sent = controls(client.get("/tips/new").page, "/tips/new")
    answer = client.post("/tips/new", {**sent, **SAID, "channel": "phone"})
    tip = tips(session)[0]
    assert (answer.location, tip.channel) == (f"/tips/{tip.id}", Channel.PHONE)
    assert tip.address_number in client.get(answer.location).page.text("messages")
    assert client.post("/tips/new", {**sent, **SAID, "channel": "web", "once": "b"}).status == 422


def workbook(answer):
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.response.data))
        .get_sheet_by_index(0)
        .to_python()
    )


def test_the_workbook_holds_what_the_ledger_shows(browser, make):
    make.answered_tip(make.tip(text="=1+1"), make.someone("officer"))
    make.tip()
    client = browser(make.someone("officer"))
    rows = workbook(client.get("/tips.xlsx"))
    assert rows[0][:4] == ["编号", "收到时间", "来源", "内容"]
    assert len(rows) == 3 and rows[1][3] == "=1+1"
    assert len(workbook(client.get("/tips.xlsx?state=received"))) == 2


def test_the_poster_is_one_page_with_the_schools_address(browser, make, session):
    school = make.school()
    school.address, school.hotline = "http://192.168.1.20:8000", "66881190"
    session.commit()
    answer = browser(make.someone("officer")).get("/tips/poster.pdf")
    assert answer.status == 200 and answer.response.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.response.data)) as document:
        assert len(document.pages) == 1


def test_today_says_what_waits(browser, make, session):
    client = browser(make.someone("officer"))
    assert "举报待" not in client.get("/").page.text("content")
    make.tip()
    page = client.get("/").page
    assert "1条举报待受理" in page.text("content") and "/tips?state=received" in page.links()
    with make.app.app_context():
        services.accept(session, make.tip(), by=make.actor(make.someone("officer")), now=make.now())
    session.commit()
    page = client.get("/").page
    assert "1条举报待受理，1条待答复" in page.text("content") and "/tips" in page.links()
    for other in ("teacher", "inspector"):
        assert "举报待" not in browser(make.someone(other)).get("/").page.text("content")


def test_the_sign_in_page_leads_there(browser, make):
    make.school()
    assert "/tip" in browser(None).get("/login").page.links()


def test_the_ledgers_index_serves_the_unanswered(session, make, app):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's plans only")
    make.school()
    sql = (
        "EXPLAIN QUERY PLAN SELECT * FROM tip WHERE state = 'received' ORDER BY due_on, id LIMIT 26"
    )
    with app.app_context():
        plan = db.session.execute(sa.text(sql)).all()
    assert "USING INDEX ix_tip_state_due_on_id" in plan[0].detail
