"""Accounts in the browser: opening them, links, devices, visitors, the workbook."""

import io
from datetime import date

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from tests.paper.samples import plain_text
from unitsafe.people.models import Person, SignIn, SignInLink
from unitsafe.people.passwords import hash_password, is_password

PASSWORD = "校园安全人人有责"
TWICE = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def newcomer(make):
    return make.newcomer("唐福生", ["cook"])


def open_link(client, token, **form):
    page = client.get(f"/login/{token}").page
    return client.post(f"/login/{token}", {"once": page.value("once"), **TWICE, **form})


# From the staff list


def test_the_officer_opens_accounts_for_the_ticked(browser, make, session, officer):
    people = [make.newcomer(name) for name in ("王芳", "李强")]
    for person in people:
        person.username = person.account_at = None
    session.commit()
    client = browser(officer)
    page = client.get("/people/accounts").page
    assert "拟用账号" in page.text() and "2人没有账号" in page.text()
    answer = client.post("/people/accounts", {"person": people[0].id})
    assert answer.location == "/people/accounts"
    assert "已开通1个账号" in client.get("/people/accounts").page.text("messages")
    session.expire_all()
    assert [person.username for person in people] == ["王芳", None]


def test_opening_for_nobody_says_what_to_do(browser, make, officer):
    answer = browser(officer).post("/people/accounts", {})
    assert answer.status == 422 and "请先勾选人" in answer.page.text()


def test_slips_are_printed_and_what_was_printed_before_is_void(
    browser, make, session, officer, newcomer
):
    client = browser(officer)
    sent = {"person": newcomer.id}
    first, second = (client.post("/people/slips.pdf", sent) for _ in range(2))
    assert first.response.mimetype == second.response.mimetype == "application/pdf"
    text = plain_text(second.response.data)
    assert "唐福生" in text and "有效期至2026-12-07" in text and "/login/" in text
    links = session.scalars(sa.select(SignInLink).order_by(SignInLink.id)).all()
    assert [link.voided_at is None for link in links] == [False, True]


def test_the_officer_is_warned_that_phones_cannot_open_localhost(browser, make, session, officer):
    client = browser(officer)
    assert "手机扫码打不开" in client.get("/people/accounts").page.text("content")
    make.school().address = "http://192.168.1.20:8000"
    session.commit()
    assert "手机扫码打不开" not in client.get("/people/accounts").page.text("content")


# Links


def test_a_link_is_shown_once_with_the_schools_address(browser, make, session, officer, newcomer):
    make.school().address = "http://192.168.1.20:8000"
    session.commit()
    client = browser(officer)
    page = client.post(f"/people/{newcomer.id}/link", {"once": "k"}).page
    link = page.text("link")
    assert link.startswith("http://192.168.1.20:8000/login/")
    again = client.post(f"/people/{newcomer.id}/link", {"once": "k"})
    assert again.location == f"/people/{newcomer.id}"
    assert session.scalar(sa.select(sa.func.count(SignInLink.id))) == 1


def test_looking_at_a_link_does_not_use_it_up(browser, make, session, newcomer):
    token = make.link(newcomer)
    for _ in range(3):
        page = browser().get(f"/login/{token}").page
        assert "唐福生" in page.text("content")
    assert session.scalars(sa.select(SignInLink.used_at)).one() is None


def test_a_teacher_sets_a_password_and_is_signed_in(browser, make, session, newcomer):
    client, token = browser(), make.link(newcomer)
    answer = open_link(client, token)
    assert (answer.status, answer.location) == (303, "/")
    assert "密码设好了" in client.get("/").page.text("messages")
    session.expire_all()
    assert is_password(PASSWORD, newcomer.password_hash)
    assert newcomer.last_seen_on == date(2026, 11, 23)
    used = browser().get(f"/login/{token}")
    assert used.status == 410 and "已经用过" in used.page.text("content")
    assert browser().post(f"/login/{token}", TWICE, signed_out=True).status == 410


def test_a_double_press_signs_in_once(browser, make, session, newcomer):
    client, token = browser(), make.link(newcomer)
    once = client.get(f"/login/{token}").page.value("once")
    with client.client.session_transaction() as cookie:
        before = dict(cookie)
    first = client.post(f"/login/{token}", {"once": once, **TWICE})
    with client.client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(before)  # the second press left before the first answer came
    second = client.post(f"/login/{token}", {"once": once, **TWICE})
    assert first.location == second.location == "/"
    assert session.scalar(sa.select(sa.func.count(SignIn.id))) == 2  # the officer's, the phone's


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"again": "something else"}, "不一样"),
        ({"password": "123", "again": "123"}, "至少8位"),
        ({"password": "88888888", "again": "88888888"}, "太容易猜到"),
    ],
)
def test_a_weak_password_leaves_the_link_open(browser, make, session, newcomer, form, why):
    token = make.link(newcomer)
    answer = open_link(browser(), token, **form)
    assert answer.status == 422 and why in answer.page.text("content")
    assert session.scalars(sa.select(SignInLink.used_at)).one() is None


def test_a_link_that_is_over_says_whom_to_ask(browser, make, now, newcomer):
    old, new = make.link(newcomer), make.link(newcomer)
    assert "作废" in browser().get(f"/login/{old}").page.text("content")
    now.set("2026-12-08T00:00")
    answer = browser().get(f"/login/{new}")
    assert answer.status == 410
    assert "过期" in answer.page.text("content") and "学校安全员" in answer.page.text("content")


def test_guessing_links_is_stopped(browser, make):
    make.school()
    client = browser()
    answers = [client.client.get(f"/login/{number}").status_code for number in range(301)]
    assert answers[:300] == [404] * 300 and answers[300] == 429


def test_on_a_shared_device_the_link_takes_over(browser, make, session, officer, newcomer):
    client = browser(officer)
    token = make.link(newcomer)
    assert "会换成唐福生" in client.get(f"/login/{token}").page.text("content")
    open_link(client, token)
    assert "唐福生" in client.get("/me").page.text()
    ended = session.scalars(sa.select(SignIn.ended_at).filter_by(person_id=officer.id)).one()
    assert ended is not None


def test_a_reset_signs_out_at_once_and_the_old_password_is_gone(browser, make, session, officer):
    teacher = make.someone("teacher")
    teacher.password_hash = hash_password(PASSWORD)
    session.commit()
    phone = browser(teacher)
    assert phone.get("/me").status == 200
    assert "重置密码" in browser(officer).get(f"/people/{teacher.id}").page.text("content")
    browser(officer).post(f"/people/{teacher.id}/link")
    assert phone.get("/me").status == 303
    client = browser()
    form = {"username": "teacher", "password": PASSWORD}
    assert client.post("/login", form, signed_out=True).status == 422


# Devices


def test_signing_in_notes_the_device_and_signing_out_ends_it(browser, make, session):
    teacher = make.newcomer("新老师")
    teacher.password_hash = hash_password(PASSWORD)
    session.commit()
    client = browser()
    client.client.environ_base["HTTP_USER_AGENT"] = "Android Mobile MicroMessenger/8.0"
    form = {"username": teacher.username, "password": PASSWORD}
    assert client.post("/login", form, signed_out=True).status == 303
    assert "手机 微信 这台" in client.get("/me").page.text("content")
    client.post("/logout")
    assert session.scalars(sa.select(SignIn.ended_at)).one() is not None


def test_one_device_is_ended_and_the_others_stay(browser, make, session):
    teacher = make.someone("teacher")
    here, lost = browser(teacher), browser(teacher, device="丢了的手机")
    assert here.get("/me").status == lost.get("/me").status == 200
    row = session.scalars(sa.select(SignIn.id).filter_by(device="丢了的手机")).one()
    assert here.post(f"/me/devices/{row}/sign_out").location == "/me"
    assert (here.get("/me").status, lost.get("/me").status) == (200, 303)


def test_all_other_devices_are_ended_at_once(browser, make):
    teacher = make.someone("teacher")
    here, others = browser(teacher), [browser(teacher, device=name) for name in ("甲", "乙")]
    here.post("/me/devices/sign_out")
    assert here.get("/me").status == 200
    assert [other.get("/me").status for other in others] == [303, 303]


def test_the_officer_signs_a_lost_phone_out(browser, make, officer):
    phone = browser(make.someone("teacher"), device="手机 微信")
    assert phone.get("/me").status == 200
    page = browser(officer).get(f"/people/{make.someone('teacher').id}").page
    assert "手机 微信" in page.text("content")
    browser(officer).post(f"/people/{make.someone('teacher').id}/sign_out")
    assert phone.get("/me").status == 303


def test_nobody_ends_the_device_of_somebody_else(browser, make, session, officer):
    row = session.scalars(
        sa.select(SignIn.id).filter_by(person_id=make.someone("teacher").id)
    ).one()
    assert browser(officer).post(f"/me/devices/{row}/sign_out").status == 404


def test_a_visit_is_noted_once_a_day(app, browser, make, session, now):
    teacher = make.someone("teacher")
    client = browser(teacher)
    client.get("/me")
    now.set("2026-11-25T09:00")
    client.get("/me")
    session.expire_all()
    assert teacher.last_seen_on == date(2026, 11, 25)
    assert session.scalars(
        sa.select(SignIn.last_seen_on).filter_by(person_id=teacher.id)
    ).one() == date(2026, 11, 25)


# Visitors


def test_an_inspectors_account_ends_by_itself(browser, make, session, now, officer):
    client = browser(officer)
    page = client.get("/people/visitors/new").page
    assert page.value("until_on") == "2026-11-26"
    answer = client.post("/people/visitors/new", {"name": "区教育局", "until_on": "2026-11-26"})
    visitor = session.scalars(sa.select(Person).filter_by(name="区教育局")).one()
    assert answer.location == f"/people/{visitor.id}"
    token = make.link(visitor)
    guest = browser()
    open_link(guest, token)
    assert guest.get("/hazards").status == 200
    now.set("2026-11-26T23:59")
    assert guest.get("/hazards").status == 200
    now.set("2026-11-27T00:00")
    assert guest.get("/hazards").status == 303
    form = {"username": "区教育局", "password": PASSWORD}
    refused = browser().post("/login", form, signed_out=True)
    assert refused.status == 422 and "账号已到期" in refused.page.text("content")
    assert "已到期" in client.get("/people").page.text("content")


@pytest.mark.parametrize(
    ("until_on", "why"),
    [("2026-11-22", "不能早于今天"), ("2026-12-25", "最多开31天"), ("", "请填写到期日")],
)
def test_a_wrong_end_is_refused_beside_the_field(browser, make, session, officer, until_on, why):
    form = {"name": "区教育局", "until_on": until_on}
    answer = browser(officer).post("/people/visitors/new", form)
    assert answer.status == 422 and why in answer.page.text("content")
    assert answer.page.value("name") == "区教育局"
    assert session.scalars(sa.select(Person).filter_by(name="区教育局")).first() is None


def test_an_account_that_has_ended_is_extended(browser, make, session, now, officer):
    visitor = make.visitor(date(2026, 11, 24))
    now.set("2026-11-30T08:00")
    guest = browser(visitor)
    assert guest.get("/hazards").status == 303
    answer = browser(officer).post(f"/people/{visitor.id}/visit", {"until_on": "2026-12-02"})
    assert answer.status == 303
    assert guest.get("/hazards").status == 200
    wrong = browser(officer).post(f"/people/{visitor.id}/visit", {"until_on": "2027-12-02"})
    assert wrong.status == 422 and "最多开31天" in wrong.page.text("content")


# Leaving, the workbook


def test_after_leaving_the_page_lists_what_waits_for_a_successor(browser, make, officer):
    teacher, client = make.someone("teacher"), browser(officer)
    assert client.post(f"/people/{teacher.id}/leave").location == f"/people/{teacher.id}"
    page = client.get(f"/people/{teacher.id}").page
    assert "待交接" in page.text("content")
    assert f"/grids/{make.grid().code}" in page.links()


def test_the_workbook_holds_the_list_that_is_shown(browser, make, officer):
    make.person("王小明", ["gatekeeper"])
    answer = browser(officer).get("/people.xlsx?q=小明")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.data))
    head, *people = rows.get_sheet_by_index(0).to_python()
    assert head[:3] == ["姓名", "岗位", "电话"]
    assert [row[0] for row in people] == ["王小明"]
    assert "filename*=UTF-8''%E8%82%B2%E6%96%B0_" in answer.headers["Content-Disposition"]
    assert (
        "/people.xlsx?q=%E5%B0%8F%E6%98%8E" in browser(officer).get("/people?q=小明").page.links()
    )
