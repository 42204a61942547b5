"""A permit from the application to the look afterwards, in a browser and by its services."""

import io
from datetime import date, time

import pytest
import python_calamine
import sqlalchemy as sa

from tests.factories import picture
from tests.paper.samples import plain_text
from unitsafe.core.domain import RuleError
from unitsafe.core.waiting import waiting
from unitsafe.hot_work.models import HotWorkEvent, HotWorkPermit
from unitsafe.hot_work.rules import BEFORE_WORK, State
from unitsafe.places.models import BuildingUse

NEW = {
    "work": "烟道支架电焊",
    "worker": "张师傅",
    "certificate_no": "T33",
    "certificate_until": "2027-06-30",
    "day": "2026-11-23",
    "starts": "18:30",
    "ends": "20:30",
    "measures": ["clear", "extinguisher"],
}


def asked(make, **changes):
    space = make.space_in(make.grid())
    watcher = make.someone("officer")
    return {**NEW, "space_id": space.id, "watcher_id": watcher.id, **changes}


def test_from_the_application_to_the_look_afterwards(browser, make, session, now):
    teacher, officer = browser(make.someone("teacher")), browser(make.someone("officer"))
    manager = browser(make.someone("manager"))
    answer = teacher.post("/hot-work/new", asked(make))
    assert answer.status == 303
    path = answer.location
    assert "待审批" in teacher.get(path).page.text()
    assert manager.post(f"{path}/decide", {"decision": "approve"}).status == 303
    site = {f"answer-{key}": "ok" for key in BEFORE_WORK}
    early = officer.post(f"{path}/start", site)
    assert early.status == 422 and "还没有到批准的时段" in early.page.text()
    now.set("2026-11-23T18:40")
    without = officer.post(f"{path}/start", site)
    assert without.status == 422 and "请先在现场拍一张照片" in without.page.text()
    sent = {**site, "photo_file": (picture(), "site.jpg")}
    assert officer.post(f"{path}/start", sent).status == 303
    now.set("2026-11-23T20:00")
    assert officer.post(f"{path}/finish", {"note": "已断电"}).status == 303
    now.set("2026-11-23T20:29")
    soon = officer.post(f"{path}/after_check", {"note": "没有余火"})
    assert soon.status == 422 and "20:30起可以登记" in soon.page.text()
    now.set("2026-11-23T20:30")
    assert officer.post(f"{path}/after_check", {"note": "没有余火"}).status == 303
    permit = session.scalars(sa.select(HotWorkPermit)).one()
    assert permit.state is State.CLOSED
    events = session.scalars(sa.select(HotWorkEvent).order_by(HotWorkEvent.id)).all()
    assert [str(one.action) for one in events] == [
        "apply",
        "approve",
        "start",
        "finish",
        "after_check",
    ]
    assert events[2].answers == dict.fromkeys(BEFORE_WORK, "ok")
    text = plain_text(manager.get(f"{path}.pdf").response.data)
    for words in (
        "动火作业审批表",
        "DH-2026-0001",
        "张师傅",
        "2026-11-2318:30—20:30",
        "完工复查人：officer",
    ):
        assert words in text
    book = io.BytesIO(manager.get("/hot-work.xlsx").response.data)
    rows = python_calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "DH-2026-0001" and rows[1][-1] == "已办结"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": "16:00"}, "11月23日07:00—18:00有学生在"),
        ({"certificate_until": "2026-11-22"}, "2026-11-22到期"),
        ({"day": "2026-11-22", "starts": "10:00"}, "请填还没有开始的时段"),
        ({"ends": "18:00"}, "结束时间要晚于开始时间"),
        ({"measures": []}, "请勾选安全措施"),
        ({"worker": ""}, "请填写作业人员"),
    ],
)
def test_what_is_refused_says_why(browser, make, session, changes, message):
    answer = browser(make.someone("teacher")).post("/hot-work/new", asked(make, **changes))
    assert answer.status == 422 and message in answer.page.text()
    assert session.scalars(sa.select(HotWorkPermit)).all() == []


def test_no_hot_work_in_a_dormitory_while_boarders_are_there(make):
    dormitory = make.building("宿舍楼", BuildingUse.DORM)
    room = make.space(dormitory, "101室", "dorm_room")
    with pytest.raises(RuleError, match="有学生在"):
        make.permit(space_id=room.id, starts=time(18, 30), ends=time(20))
    saturday = date(2026, 11, 28)  # the boarders left on Friday
    assert make.permit(space_id=room.id, day=saturday, starts=time(9), ends=time(10)).id


def test_a_refusal_needs_its_reason_and_ends_the_permit(browser, make, session):
    permit, manager = make.permit(), browser(make.someone("manager"))
    path = f"/hot-work/{permit.id}"
    answer = manager.post(f"{path}/decide", {"decision": "refuse"})
    assert answer.status == 422 and "请写明不同意的原因" in answer.page.text()
    assert manager.post(f"{path}/decide", {"decision": "refuse", "note": "人多"}).status == 303
    assert manager.post(f"{path}/decide", {"decision": "approve"}).status == 409
    session.refresh(permit)
    assert permit.state is State.REFUSED


def test_what_the_manager_applies_for_the_principal_approves(browser, make, session):
    manager, principal = browser(make.someone("manager")), browser(make.someone("principal"))
    path = manager.post("/hot-work/new", asked(make)).location
    assert manager.post(f"{path}/decide", {"decision": "approve"}).status == 403
    assert path in principal.get("/").page.links()
    assert principal.post(f"{path}/decide", {"decision": "approve"}).status == 303
    assert session.scalars(sa.select(HotWorkPermit)).one().state is State.APPROVED


def test_the_applicant_cancels_and_nobody_else(browser, make, session):
    permit = make.permit()
    path = f"/hot-work/{permit.id}/cancel"
    assert browser(make.someone("manager")).post(path, {"reason": "改期"}).status == 403
    assert browser(make.someone("teacher")).post(path, {"reason": "改期"}).status == 303
    session.refresh(permit)
    assert permit.state is State.CANCELLED


def test_the_ledger_shows_what_one_may_see(browser, make):
    permit = make.permit()
    other = browser(make.person(posts=["homeroom_teacher"]))
    assert permit.number not in other.get("/hot-work").page.text()
    assert other.get(f"/hot-work/{permit.id}").status == 404
    officer = browser(make.someone("officer"))
    assert permit.number in officer.get("/hot-work?state=applied&q=电焊").page.text()
    part = officer.hx("GET", "/hot-work?state=closed").page
    assert not part.whole and "没有符合条件的动火单" in part.text()


def lines(app, make, person, day=23):
    with app.test_request_context():
        found = waiting(make.session, make.actor(make.someone(person)), date(2026, 11, day))
        return [one.title for one in found if "动火" in one.title or "现场" in one.title]


def test_a_permit_waits_for_whose_step_is_next(app, make, session, now):
    permit = make.permit()
    assert lines(app, make, "manager") == lines(app, make, "principal") == ["动火单等您审批"]
    assert lines(app, make, "officer") == lines(app, make, "teacher") == []
    permit.state = State.APPROVED
    session.commit()
    assert lines(app, make, "officer") == ["您监护的动火今天进行"]
    permit.state, permit.finished_at = State.FINISHED, now.set("2026-11-23T20:00")
    session.commit()
    assert lines(app, make, "officer") == ["完工后还要复查现场"]
    now.set("2026-11-23T20:31")
    assert lines(app, make, "officer") == lines(app, make, "manager") == ["动火现场该复查了"]


def test_a_permit_whose_window_went_by_waits_for_nobody_and_says_so(app, make, browser, now):
    permit = make.permit()
    now.set("2026-11-24T08:00")
    assert not lines(app, make, "manager", day=24)
    client = browser(make.someone("manager"))
    for path in ("/hot-work", f"/hot-work/{permit.id}"):
        assert "时段已过" in client.get(path).page.text()
