"""Pages of trainings, lessons, meetings, spot checks and certificates."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from tests.activities.ledger import certificate, held, joined, part, signed
from tests.test_pages import statements
from unitsafe import clock
from unitsafe.activities.attendance import sign_word
from unitsafe.activities.models import (
    Activity,
    Attendance,
    Certificate,
    ClassPart,
    Decision,
    SpotAnswer,
)
from unitsafe.activities.rules import Form, State
from unitsafe.core.audit import AuditEntry

TODAY = date(2026, 11, 23)


def planned(make, form, day=TODAY, people=(), **facts):
    """An activity that is still to be held, organised by the officer."""
    facts = {"organiser_id": make.someone("officer").id, **facts}
    made = held(make, form, day, held_on=None, state=State.PLANNED, **facts)
    for person in people:
        signed(make, made, person, signed_at=None, signed_by_id=None)
    return made


def again(session, activity):
    session.expire_all()
    return session.get_one(Activity, activity.id)


def rows(session, activity):
    session.expire_all()
    select = sa.select(Attendance).where(Attendance.activity_id == activity.id)
    return {one.person_id: one for one in session.scalars(select)}


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def address(app):
    """The address that the code of an activity opens."""

    def build(activity):
        return f"/activities/{activity.number}/sign?w={sign_word(activity.number, app.secret_key)}"

    return build


def sign(client, path):
    """Open the page of the code and press its button."""
    page = client.get(path).page
    return client.post(path.partition("?")[0], {"w": page.value("w"), "once": page.value("once")})


def test_planning_a_training_asks_whole_groups(browser, make, session, officer):
    cook = make.person("厨师", ["cook"])
    client = browser(officer)
    page = client.get("/activities/new?kind=training&form=post").page
    sent = {
        "kind": "training",
        "form": "post",
        "title": "食堂消防培训",
        "planned_on": "2026-11-25",
        "organiser_id": officer.id,
        "space_id": "",
        "groups": ["cook"],
        "pass_mark": "60",
        "minutes": "40",
        "once": page.value("once"),
    }
    answer = client.post("/activities/new", sent)
    assert answer.status == 303
    made = session.scalars(sa.select(Activity)).one()
    assert (made.details["pass_mark"], made.minutes) == (60, 40)
    assert [one.person_id for one in rows(session, made).values()] == [cook.id]


def test_a_teacher_signs_in_by_the_code(browser, make, session, address):
    teacher = make.someone("teacher")
    training = planned(make, Form.STAFF, people=[teacher], planned_at=time(8, 10))
    assert sign(browser(teacher), address(training)).status == 303
    row = rows(session, training)[teacher.id]
    assert (row.signed_by_id, row.is_expected, row.signed_at) == (teacher.id, True, make.now())
    assert "已签到" in browser(teacher).get(address(training)).page.text("signed")


def test_who_was_not_asked_signs_in_as_well_and_twice_is_once(browser, make, session, address):
    teacher = make.someone("teacher")
    training = planned(make, Form.STAFF)
    client = browser(teacher)
    path = address(training)
    page = client.get(path).page
    for key in (page.value("once"), "another-key"):
        client.post(path.partition("?")[0], {"w": page.value("w"), "once": key})
    row = rows(session, training)[teacher.id]
    assert row.is_expected is False
    told = sa.select(sa.func.count()).where(AuditEntry.act == "activity.sign")
    assert session.scalar(told) == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"planned_at": time(9)}, "还没有开始签到"),
        ({"planned_at": time(4), "minutes": 60}, "签到时间已过"),
        ({"day": TODAY + timedelta(1)}, "还没有开始签到"),
        ({"state": State.CANCELLED}, "已经取消"),
        ({"state": State.HELD, "held_on": TODAY}, "签到已经结束"),
    ],
)
def test_one_signs_in_only_around_the_time(browser, make, session, address, facts, words):
    training = planned(make, Form.STAFF)
    facts = {"planned_on": facts.get("day", TODAY), **facts}
    facts.pop("day", None)
    for name, value in facts.items():
        setattr(training, name, value)
    make.session.commit()
    client = browser(make.someone("teacher"))
    path = address(training)
    assert words in client.get(path).page.text("signed")
    sent = {"w": path.rpartition("=")[2], "once": "k"}
    assert client.post(path.partition("?")[0], sent).status == 409
    assert rows(session, training) == {}


def test_nobody_guesses_the_word_of_the_code(browser, make, address):
    one, two = planned(make, Form.STAFF), planned(make, Form.STAFF)
    wrong = address(one).rpartition("=")[2]
    client = browser(make.someone("teacher"))
    assert client.get(f"/activities/{two.number}/sign?w={wrong}").status == 404
    assert client.get(f"/activities/{two.number}/sign").status == 404
    assert client.get(f"/activities/{two.number}/sign?w=é").status == 404


def test_without_an_account_one_signs_in_first_and_comes_back(browser, make, address):
    path = address(planned(make, Form.STAFF))
    answer = browser().get(path)
    assert answer.status == 303
    assert answer.location.startswith(f"/login?next={path.partition('=')[0]}%3D")


def test_visitors_do_not_sign_in(browser, make, session, address):
    training = planned(make, Form.STAFF)
    assert "来访人员" in browser(make.someone("inspector")).get(address(training)).page.text(
        "signed"
    )


def test_the_organiser_ticks_the_list_and_enters_tests(browser, make, session, officer):
    one, two, three = (make.person(name) for name in ("甲", "乙", "丙"))
    training = planned(make, Form.STAFF, people=[one, two], details={"pass_mark": 60})
    client = browser(officer)
    path = f"/activities/{training.number}/people"
    page = client.get(path).page
    sent = {
        "came": [one.id, two.id],
        "more": three.id,
        f"score-{one.id}": "85",
        f"score-{two.id}": "40",
        "once": page.value("once"),
    }
    assert client.post(path, sent).location == path
    found = rows(session, training)
    assert {found[p.id].passed for p in (one,)} == {True}
    assert found[two.id].passed is False
    assert found[three.id].is_expected is False
    assert {row.signed_by_id for row in found.values()} == {officer.id}
    shown = client.get(f"/activities/{training.number}").page.text("attendances")
    assert "officer" in shown
    assert "不合格" in shown


def test_unticking_takes_the_sign_in_back_and_says_so(browser, make, session, officer):
    person = make.person("甲")
    training = planned(make, Form.STAFF)
    signed(make, training, person, score=90, passed=True)
    client = browser(officer)
    path = f"/activities/{training.number}/people"
    client.post(path, {"more": "", "once": client.get(path).page.value("once")})
    row = rows(session, training)[person.id]
    assert (row.signed_at, row.score, row.passed) == (None, None, None)
    assert "取消到场" in client.get(f"/activities/{training.number}").page.text()


def test_a_score_that_is_none_is_refused_and_kept(browser, make, session, officer):
    person = make.person("甲")
    training = planned(make, Form.STAFF, people=[person])
    client = browser(officer)
    path = f"/activities/{training.number}/people"
    sent = {"more": "", "came": [person.id], f"score-{person.id}": "优", "once": "k"}
    answer = client.post(path, sent)
    assert answer.status == 422
    assert answer.page.value(f"score-{person.id}") == "优"
    assert rows(session, training)[person.id].signed_at is None
    absent = client.post(path, {"more": "", f"score-{person.id}": "85", "once": "l"})
    assert absent.status == 422
    assert "先勾选到场：甲" in absent.page.text()


def test_nobody_is_ticked_before_the_day(browser, make, officer):
    person = make.person("甲")
    training = planned(make, Form.STAFF, TODAY + timedelta(1), people=[person])
    path = f"/activities/{training.number}/people"
    assert browser(officer).post(path, {"more": "", "came": [person.id], "once": "k"}).status == 409


def test_held_takes_the_heads_from_the_list(browser, make, session, officer):
    people = [make.person() for _ in range(3)]
    training = planned(make, Form.STAFF, people=people)
    client = browser(officer)
    path = f"/activities/{training.number}"
    client.post(f"{path}/people", {"more": "", "came": [people[0].id], "once": "k"})
    client.post(f"{path}/hold", {"held_on": "2026-11-23", "once": "h"})
    found = again(session, training)
    assert (found.state, found.expected, found.present) == (State.HELD, 3, 1)
    client.post(f"{path}/people", {"more": "", "came": [one.id for one in people], "once": "k2"})
    assert again(session, training).present == 3


def test_the_list_of_who_is_asked_is_adjusted(browser, make, session, officer):
    one, two, came = (make.person(name) for name in ("甲", "乙", "丙"))
    make.person("厨师", ["cook"])
    training = planned(make, Form.STAFF, people=[one])
    signed(make, training, came)
    client = browser(officer)
    path = f"/activities/{training.number}/invited"
    page = client.get(path).page
    sent = {"person": [two.id], "groups": ["cook"], "once": page.value("once")}
    assert client.post(path, sent).status == 303
    found = rows(session, training)
    assert one.id not in found
    assert len(found) == 3
    assert found[came.id].is_expected is False


def test_others_may_neither_tick_nor_show_the_code(browser, make):
    teacher = make.someone("teacher")
    training = planned(make, Form.STAFF, people=[teacher])
    client = browser(teacher)
    for page in ("people", "invited", "qr", "invitation.pdf"):
        assert client.get(f"/activities/{training.number}/{page}").status == 403
    assert client.get(f"/activities/{training.number}").status == 200


def test_the_screen_of_the_code_tells_who_signed_in(browser, make, officer):
    training = planned(make, Form.STAFF)
    signed(make, training, make.person("甲"))
    client = browser(officer)
    assert "甲" in client.hx("GET", f"/activities/{training.number}/qr").page.text("signed")
    assert client.get(f"/activities/{training.number}/qr").page.whole


def test_a_letter_counts_by_class_and_refuses_more_back_than_out(browser, make, session, officer):
    one, two = make.school_class("一年级1班", 1), make.school_class("二年级1班", 2)
    letter = planned(make, Form.FAMILY_LETTER)
    for each in (one, two):
        part(make, letter, each)
    client = browser(officer)
    path = f"/activities/{letter.number}/letters"
    sent = {f"sent-{one.id}": "40", f"returned-{one.id}": "38", f"sent-{two.id}": "30", "once": "a"}
    wrong = client.post(path, {**sent, f"returned-{two.id}": "31"})
    assert wrong.status == 422
    assert "收回的不能比发出的多" in wrong.page.text(f"wrong-{two.id}")
    assert wrong.page.value(f"returned-{two.id}") == "31"
    assert client.post(path, {**sent, f"returned-{two.id}": "30"}).status == 303
    parts = session.scalars(sa.select(ClassPart).order_by(ClassPart.class_id)).all()
    assert [(row.sent, row.returned) for row in parts] == [(40, 38), (30, 30)]


def test_a_lesson_needs_classes(browser, make, session, officer):
    room = make.school_class()
    client = browser(officer)
    page = client.get("/activities/new?kind=lesson&form=class_lesson").page
    sent = {
        "kind": "lesson",
        "form": "class_lesson",
        "title": "消防安全课",
        "planned_on": "2026-11-25",
        "organiser_id": officer.id,
        "space_id": "",
        "once": page.value("once"),
    }
    assert "请选班级" in client.post("/activities/new", sent).page.text()
    assert client.post("/activities/new", {**sent, "classes": [room.id]}).status == 303
    assert session.scalars(sa.select(ClassPart.class_id)).all() == [room.id]


def test_a_decision_has_an_owner_who_says_it_is_done(browser, make, session, officer):
    owner, other = make.person("承办人"), make.person("别人")
    meeting = planned(make, Form.SAFETY_MEETING, people=[owner, other])
    client = browser(officer)
    path = f"/activities/{meeting.number}/decisions"
    sent = {"text": "补齐疏散标志", "owner_id": owner.id, "once": "a"}
    early = client.post(path, {**sent, "due_on": "2026-11-22"})
    assert early.status == 422
    assert "不能早于开会的日子" in early.page.text()
    assert client.post(path, {**sent, "due_on": "2026-11-30"}).status == 303
    decision = session.scalars(sa.select(Decision)).one()
    done = f"{path}/{decision.id}"
    assert browser(other).post(done, {"note": "好了", "once": "b"}).status == 403
    assert browser(owner).post(done, {"note": "", "once": "c"}).status == 422
    assert browser(owner).post(done, {"note": "已装好", "once": "d"}).status == 303
    session.expire_all()
    assert (decision.done_on, decision.done_note) == (TODAY, "已装好")


def test_what_one_took_over_waits_under_today(browser, make, officer):
    owner = make.person("承办人")
    meeting = planned(make, Form.SAFETY_MEETING)
    make.session.add_all(
        Decision(
            activity_id=meeting.id, text=text, owner_id=owner.id, due_on=TODAY + timedelta(days)
        )
        for text, days in (("补标志", -2), ("换灯", 2), ("做台账", 10))
    )
    planned(make, Form.STAFF, TODAY + timedelta(1), people=[owner], title="秋季消防培训")
    make.session.commit()
    text = browser(owner).get("/").page.text()
    assert "补标志" in text
    assert "超期2天" in text
    assert "换灯" in text
    assert "做台账" not in text
    assert "秋季消防培训" in text


def test_a_sample_is_drawn_once_and_answered(browser, make, session, officer):
    people = [make.person() for _ in range(3)]
    check = planned(make, Form.STAFF_SKILL)
    client = browser(officer)
    path = f"/activities/{check.number}"
    assert "不到5人" in client.get(path).page.text()
    assert (
        client.post(f"{path}/draw", {"number": "3", "groups": ["all"], "once": "a"}).status == 303
    )
    drawn = list(rows(session, check))
    found = again(session, check)
    assert (len(drawn), found.details["pool"]) == (3, 4)
    assert set(drawn) <= {officer.id, *(one.id for one in people)}
    assert (
        client.post(f"{path}/draw", {"number": "3", "groups": ["all"], "once": "b"}).status == 409
    )
    one = drawn[0]
    half = {f"{one}-alarm": "yes", "once": "c"}
    assert "每一项都要选" in client.post(f"{path}/answers", half).page.text()
    skills = ("risk", "alarm", "extinguisher", "escape")
    sent = {f"{one}-{skill}": "no" if skill == "escape" else "yes" for skill in skills}
    assert client.post(f"{path}/answers", {**sent, "once": "d"}).status == 303
    assert client.post(f"{path}/answers", {**sent, "once": "e"}).status == 409
    found = again(session, check)
    assert (found.state, found.present, found.expected) == (State.HELD, 1, 3)
    answers = session.scalars(sa.select(SpotAnswer)).all()
    assert {row.skill.value: row.passed for row in answers}["escape"] is False


def test_pupils_are_asked_by_class_and_number(browser, make, session, officer):
    room = make.school_class()
    check = planned(make, Form.PUPIL_SKILL)
    client = browser(officer)
    path = f"/activities/{check.number}/answers"
    line = {"class-1": room.id, "pupil-1": "7", "p1-alarm": "yes", "p1-escape": "no"}
    twice = {**line, "class-2": room.id, "pupil-2": "7", "p2-alarm": "yes", "p2-escape": "yes"}
    assert "填了两次" in client.post(path, {**twice, "once": "a"}).page.text()
    assert "填学号" in client.post(path, {**line, "pupil-1": "", "once": "b"}).page.text()
    assert client.post(path, {"once": "c"}).status == 409
    assert client.post(path, {**line, "once": "d"}).status == 303
    assert session.scalars(sa.select(SpotAnswer.pupil)).all() == [7, 7]
    assert (
        client.post(
            f"/activities/{check.number}/draw", {"number": "3", "groups": ["all"], "once": "e"}
        ).status
        == 409
    )


def test_the_year_shows_what_is_missing_and_where_to_plan_it(browser, make, officer):
    make.school_class()
    held(make, Form.SAFETY_MEETING, date(2026, 9, 10))
    coming = planned(make, Form.STAFF, TODAY + timedelta(3))
    page = browser(officer).get("/activities/required").page
    assert f"/activities/{coming.number}" in page.links()
    assert "/activities/new?kind=publicity&form=fire_month" in page.links()
    assert "少1次" in page.text()
    assert browser(officer).get("/activities/required?year=2025").status == 200
    assert browser(make.someone("teacher")).get("/activities/required").status == 403


def test_who_misses_which_training_is_listed_and_filtered(browser, make, officer):
    school = make.school()
    school.created_at = clock.at(date(2026, 8, 25))
    cook = make.person("厨师甲", ["cook"])
    joined(make, "新教师", "subject_teacher", date(2026, 11, 16))
    held(make, Form.STAFF, date(2026, 10, 12), [cook])
    client = browser(officer)
    text = client.get("/activities/missing").page.text("rows")
    assert text.count("厨师甲") == 1
    assert text.count("新教师") == 2
    only = client.get("/activities/missing?need=post&post=cook&q=厨").page
    assert only.rows() == 1
    assert client.get("/activities/missing?need=special&post=cook").page.rows() == 0
    book = client.get("/activities/missing.xlsx?need=post")
    assert book.status == 200


def test_a_renewed_certificate_ends_the_old_one(browser, make, session, officer):
    person = make.person("值班员")
    old = certificate(make, person, expires_on=date(2026, 11, 1))
    client = browser(officer)
    page = client.get("/certificates/new").page
    sent = {
        "person_id": person.id,
        "kind": "control_room",
        "grade": "intermediate",
        "number": "X-1",
        "issued_on": "2026-11-02",
        "expires_on": "2026-11-20",
        "once": page.value("once"),
    }
    assert client.post("/certificates/new", sent).status == 303
    session.expire_all()
    new = session.scalars(sa.select(Certificate).where(Certificate.number == "X-1")).one()
    assert (old.ended_at, new.ended_at) == (make.now(), None)
    text = client.get("/certificates").page.text()
    assert "已经过期" in text
    assert "已过期 1" in text
    assert client.get("/certificates?standing=expired").page.rows() == 1
    assert client.get("/certificates.xlsx").status == 200
    assert "1张培训证书已过期" in client.get("/").page.text()
    assert client.post(f"/certificates/{new.id}/end", {"once": "z"}).status == 303
    session.expire_all()
    assert new.ended_at == make.now()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issued_on": "2026-11-24"}, "不能是以后的日子"),
        ({"expires_on": "2026-11-02"}, "有效期要晚于发证日期"),
        ({"grade": ""}, "请选择证书等级"),
        ({"person_id": ""}, "请选持证人"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_beside_its_field(
    browser, make, session, officer, change, words
):
    sent = {
        "person_id": officer.id,
        "kind": "control_room",
        "grade": "senior",
        "issued_on": "2026-11-02",
        "expires_on": "2030-11-02",
        "once": "k",
    }
    answer = browser(officer).post("/certificates/new", {**sent, **change})
    assert answer.status == 422
    assert words in answer.page.text()
    assert session.scalars(sa.select(Certificate)).all() == []


def test_the_papers_of_a_training_and_a_meeting(browser, make, officer):
    person = make.person("甲")
    training = planned(make, Form.STAFF, people=[person], content="灭火器的使用")
    meeting = held(make, Form.SAFETY_MEETING, TODAY, [person], details={"chair": "校长"})
    make.session.add(
        Decision(activity_id=meeting.id, text="补标志", owner_id=person.id, due_on=TODAY)
    )
    make.session.commit()
    client = browser(officer)
    for path in (
        f"{training.number}/sheet.pdf",
        f"{training.number}/invitation.pdf",
        f"{meeting.number}/sheet.pdf",
        f"{meeting.number}.pdf",
    ):
        answer = client.get(f"/activities/{path}")
        assert answer.response.data.startswith(b"%PDF"), path


def test_changing_a_spot_check_keeps_how_it_was_drawn(browser, make, session, officer):
    check = planned(make, Form.STAFF_SKILL, details={"seed": 7, "pool": 20})
    client = browser(officer)
    path = f"/activities/{check.number}/edit"
    page = client.get(path).page
    sent = {
        "kind": "spot_check",
        "form": "staff_skill",
        "title": "改了名称",
        "planned_on": "2026-11-23",
        "organiser_id": officer.id,
        "space_id": "",
        "version": page.value("version"),
        "once": page.value("once"),
    }
    assert client.post(path, sent).status == 303
    found = again(session, check)
    assert (found.title, found.details) == ("改了名称", {"seed": 7, "pool": 20})


def test_lists_ask_the_database_as_often_for_many_rows_as_for_few(app, browser, make, officer):
    training = planned(make, Form.STAFF)

    def more():
        person = make.person(posts=["cook"])
        certificate(make, person, kind="safety_training")
        signed(make, training, person)

    more()
    client = browser(officer)
    for path in ("/certificates", "/activities/missing", f"/activities/{training.number}"):
        client.get(path)
        few = len(statements(app, lambda path=path: client.get(path)))
        more()
        more()
        client.get(path)
        assert len(statements(app, lambda path=path: client.get(path))) == few, path
