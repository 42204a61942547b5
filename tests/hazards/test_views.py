"""A hazard through the hands of those who fix, recheck and close it."""

import pytest
import sqlalchemy as sa

from tests.factories import picture
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import Level, State


def report(make, **changes):
    return {
        "space_id": make.space_in(make.grid()).id,
        "description": "灭火器压力不足",
        "category": "extinguisher",
        "level": "normal",
        "fix": "scheduled",
        **changes,
    }


def test_anyone_on_the_staff_reports_and_the_grids_member_gets_it(browser, make, session):
    teacher, finder = make.someone("teacher"), make.person("发现人", ["subject_teacher"])
    answer = browser(finder).post("/hazards/new", report(make))
    assert answer.status == 303
    hazard = session.scalars(sa.select(Hazard)).one()
    assert (hazard.state, hazard.holder_id) == (State.ASSIGNED, teacher.id)
    assert answer.location == f"/hazards/{hazard.number}"
    assert "灭火器压力不足" in browser(teacher).get("/").page.text()


def test_a_report_without_place_or_words_is_shown_again_with_what_was_typed(browser, make):
    data = report(make, space_id=0, description="")
    answer = browser(make.someone("officer")).post("/hazards/new", data)
    assert answer.status == 422
    assert "请选择在哪里发现的" in answer.page.text()
    assert "请填写看到什么" in answer.page.text()


def test_a_double_tap_reports_once(browser, make, session):
    client = browser(make.someone("officer"))
    key = client.get("/hazards/new").page.value("once")
    first = client.post("/hazards/new", report(make, once=key))
    second = client.post("/hazards/new", report(make, once=key))
    assert first.location == second.location
    assert session.scalar(sa.select(sa.func.count()).select_from(Hazard)) == 1


def test_nobody_but_the_manager_can_call_it_major(browser, make, session):
    browser(make.someone("teacher")).post("/hazards/new", report(make, level="suspected_major"))
    assert session.scalars(sa.select(Hazard.level)).one() is Level.SUSPECTED_MAJOR


def test_the_holder_fixes_it_with_a_photo_by_swap(browser, make, session):
    hazard, teacher = make.hazard(State.ASSIGNED), make.someone("teacher")
    client = browser(teacher)
    photo = client.post("/photos", {"photo": (picture("green"), "after.jpg")}).json["id"]
    answer = client.hx(
        "POST", f"/hazards/{hazard.number}/report_done", {"measure": "书柜已搬走", "photo": photo}
    )
    assert (answer.status, answer.page.whole) == (200, False)
    assert "待复查" in answer.page.text("hazard")
    session.refresh(hazard)
    assert hazard.state is State.RECTIFIED
    assert session.scalars(sa.select(HazardPhoto.is_after)).all() == [True]


def test_done_without_a_photo_is_refused_and_keeps_the_words(browser, make, session):
    hazard = make.hazard(State.ASSIGNED)
    answer = browser(make.someone("teacher")).post(
        f"/hazards/{hazard.number}/report_done", {"measure": "书柜已搬走"}
    )
    assert answer.status == 422
    assert "请先拍一张整改后的照片" in answer.page.text()
    assert answer.page.value("measure").strip() == "书柜已搬走"
    assert session.get(Hazard, hazard.id).state is State.ASSIGNED


def test_a_photo_that_came_along_stays_when_words_are_missing(browser, make):
    hazard = make.hazard(State.ASSIGNED)
    client = browser(make.someone("teacher"))
    for path in (f"/hazards/{hazard.number}/report_done", "/hazards/new"):
        answer = client.post(path, {"photo_file": (picture("green"), "after.jpg")})
        assert answer.status == 422
        kept = answer.page.value("photo")
        assert client.get(f"/photos/{kept}").status == 200


def test_a_deadline_in_the_past_is_said_on_the_form_and_the_words_stay(browser, make):
    hazard = make.hazard(State.ASSIGNED)
    data = {"level": "normal", "due_on": "2026-01-01", "measure": "换锁"}
    data["to_id"] = make.someone("teacher").id
    client = browser(make.someone("director"))
    for send in (client.post, lambda path, data: client.hx("POST", path, data)):
        answer = send(f"/hazards/{hazard.number}/dispatch", data)
        assert answer.status == 422
        assert "不能早于今天（2026-11-23）" in answer.page.text()
        assert answer.page.value("measure").strip() == "换锁"


def test_a_visiting_inspector_is_nobody_to_dispatch_to(browser, make, session):
    hazard, visitor = make.hazard(State.ASSIGNED), make.someone("inspector")
    client = browser(make.someone("director"))
    page = client.get(f"/hazards/{hazard.number}").page
    select = next(one for one in page.root.iter("select") if one.get("name") == "to_id")
    assert str(visitor.id) not in [option.get("value") for option in select.iter("option")]
    data = {"level": "normal", "due_on": "2026-11-30", "to_id": visitor.id}
    assert client.post(f"/hazards/{hazard.number}/dispatch", data).status == 422
    assert session.get(Hazard, hazard.id).holder_id != visitor.id


def test_the_ledger_shows_what_is_not_closed_yet(browser, make):
    still, done = make.hazard(State.ASSIGNED), make.hazard(State.CLOSED)
    links = browser(make.someone("officer")).get("/hazards?state=open").page.links()
    assert f"/hazards/{still.number}" in links and f"/hazards/{done.number}" not in links


def test_the_fixer_cannot_close_their_own(browser, make, session):
    director = make.someone("director")
    hazard = make.hazard(State.ASSIGNED)
    client = browser(director)
    client.post(
        f"/hazards/{hazard.number}/dispatch",
        {"to_id": director.id, "level": "normal", "due_on": "2026-11-26"},
    )
    photo = client.post("/photos", {"photo": (picture("green"), "after.jpg")}).json["id"]
    client.post(f"/hazards/{hazard.number}/report_done", {"measure": "已改", "photo": photo})
    assert client.post(f"/hazards/{hazard.number}/close").status == 403
    assert session.get(Hazard, hazard.id).state is State.RECTIFIED


@pytest.mark.parametrize(
    ("level", "role", "status"),
    [
        (Level.NORMAL, "director", 303),
        (Level.NORMAL, "leader", 303),
        (Level.SERIOUS, "leader", 403),
        (Level.SERIOUS, "manager", 303),
        (Level.SUSPECTED_MAJOR, "manager", 403),
        (Level.SUSPECTED_MAJOR, "principal", 409),
        (Level.MAJOR, "principal", 303),
        (Level.NORMAL, "inspector", 403),
    ],
)
def test_closing_needs_the_right_of_the_level(browser, make, level, role, status):
    hazard = make.hazard(State.RECTIFIED, level=level)
    answer = browser(make.someone(role)).post(f"/hazards/{hazard.number}/close")
    assert answer.status == status


def test_sent_back_it_is_the_holders_again_and_the_attempt_stays(browser, make, session):
    hazard = make.hazard(State.RECTIFIED)
    client = browser(make.someone("director"))
    assert client.post(f"/hazards/{hazard.number}/send_back", {"reason": ""}).status == 422
    client.post(f"/hazards/{hazard.number}/send_back", {"reason": "门还是推不开"})
    session.refresh(hazard)
    assert hazard.state is State.ASSIGNED
    actions = session.scalars(sa.select(HazardEvent.action).order_by(HazardEvent.id)).all()
    assert [str(action) for action in actions] == ["report", "dispatch", "report_done", "send_back"]


def test_a_stale_page_gets_a_clear_no(browser, make):
    hazard = make.hazard(State.CLOSED)
    answer = browser(make.someone("director")).hx("POST", f"/hazards/{hazard.number}/close")
    assert answer.status == 409
    assert "已经销号" in answer.page.text()


def test_a_teacher_sees_only_their_own_hazards(browser, make):
    hazard, other = make.hazard(State.ASSIGNED), make.person("别的老师", ["subject_teacher"])
    assert browser(other).get(f"/hazards/{hazard.number}").status == 404
    assert browser(other).get("/hazards").page.rows() == 0
    assert browser(make.someone("teacher")).get("/hazards").page.rows() == 1


def test_the_ledger_filters_by_state_level_words_and_lateness(browser, make, now):
    make.hazard(State.ASSIGNED)
    make.hazard(State.CLOSED, level=Level.SERIOUS)
    client = browser(make.someone("manager"))
    for query, rows in (
        ("", 2),
        ("?state=closed", 1),
        ("?level=serious", 1),
        ("?q=书柜", 2),
        ("?q=100%25", 0),
        ("?overdue=1", 0),
        ("?state=nonsense", 2),
        ("?first=2026-11-24", 0),
    ):
        assert client.get(f"/hazards{query}").page.rows() == rows, query
    now.set("2026-11-28T08:00")
    late = client.get("/hazards?overdue=1").page
    assert late.rows() == 1
    assert "超期2天" in late.text()


def test_an_unknown_number_is_a_page_that_helps(browser, make):
    answer = browser(make.someone("officer")).get("/hazards/YH-2026-9999")
    assert answer.status == 404
    assert "没有找到" in answer.page.text()


def test_a_photo_is_seen_by_those_who_see_the_hazard(browser, make):
    hazard = make.hazard(State.RECTIFIED)
    page = browser(make.someone("manager")).get(f"/hazards/{hazard.number}").page
    photo = next(link for link in page.links() if link.startswith("/photos/"))
    assert browser(make.someone("manager")).get(photo).status == 200
    assert browser(make.person("外人", ["subject_teacher"])).get(photo).status == 404


def test_one_hazard_prints(browser, make):
    hazard = make.hazard(State.CLOSED)
    answer = browser(make.someone("manager")).get(f"/hazards/{hazard.number}.pdf")
    assert answer.response.data.startswith(b"%PDF")
