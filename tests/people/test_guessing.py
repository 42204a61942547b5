"""Easy passwords, guessing, temporary passwords, how long a device stays signed in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from unitsafe.people import devices
from unitsafe.people.models import SignIn
from unitsafe.people.passwords import hash_password, is_password, weakness

PASSWORD, OWN = "unitsafe-demo", "操场边有三棵银杏树"


@pytest.fixture
def officer(make, session):
    officer = make.someone("officer")
    officer.password_hash = hash_password(PASSWORD)
    session.commit()
    return officer


def sign_in(client, password=PASSWORD, **more):
    client.get("/login")
    return client.post("/login", {"username": "officer", "password": password, **more})


@pytest.mark.parametrize(
    "password",
    [
        "iloveyou",
        "PassWord1",
        "qwertyuiop",
        "abcdefgh",
        "98765432",
        "11112222",
        "abcabcabc",
        "19780312",
        "13812345678",
        "青溪小学2026",
        "wangfang123",
        "UnitSafe123",
        "unitsafe-王芳123",
        "王芳王芳王芳1",
    ],
)
def test_what_is_tried_first_is_refused(password):
    assert weakness(password, "wangfang", "王芳", "13812345678", "青溪小学", "青溪")


@pytest.mark.parametrize(
    "password", [OWN, "a" * 32 + "b" * 32, "青溪小学的操场有三棵树", " x y z ! 9 "]
)
def test_any_characters_and_length_will_do(password):
    assert weakness(password, "wangfang", "王芳", "青溪小学", "青溪") is None


@pytest.mark.parametrize("password", ["unitsafe-demo", "unitsafe-2026", "UnitSafe!2026"])
def test_the_name_of_the_product_needs_four_other_signs(password):
    assert weakness(password, "admin", "王芳", "青溪小学") is None


def test_guessing_keeps_the_owner_out_only_where_nobody_has_signed_in_before(browser, officer):
    at_home = browser()
    assert sign_in(at_home).status == 303
    at_home.post("/logout")
    at_home.token = ""
    stranger = browser()
    assert [sign_in(stranger, "wrong").status for _ in range(11)] == [422] * 10 + [429]
    assert sign_in(browser()).status == 429
    assert sign_in(at_home).status == 303


def test_a_made_up_mark_of_a_known_browser_counts_for_nothing(browser, officer):
    stranger = browser()
    stranger.client.set_cookie("unitsafe-known", "WyJ4IixbXV0.x.y")
    assert [sign_in(stranger, "wrong").status for _ in range(11)] == [422] * 10 + [429]


def test_a_temporary_password_opens_only_the_page_to_set_ones_own(
    browser, make, session, officer, now
):
    manager, teacher = browser(officer), make.someone("teacher")
    manager.post(f"/people/{teacher.id}/password", {"password": "kqz7mw3x"})
    client = browser()
    given = {"username": teacher.username, "password": "kqz7mw3x"}
    client.get("/login")
    answer = client.post("/login", {**given, "next": "/hazards"})
    assert answer.location.startswith("/login/")
    assert client.get("/me").status == 303
    client.token = ""
    page = client.get(answer.location).page.text("content")
    assert "您用的是临时密码，请先设一个自己的密码。" in page and "链接" not in page
    same = client.post(answer.location, {"password": "kqz7mw3x", "again": "kqz7mw3x"})
    assert same.status == 422 and "临时密码" in same.page.text("content")
    done = client.post(answer.location, {"password": OWN, "again": OWN})
    assert (done.status, done.location) == (303, "/hazards")
    assert "请重新登录" in client.get(answer.location).page.text("content")
    assert client.get("/me").status == 200
    session.refresh(teacher)
    assert teacher.temporary_until is None and is_password(OWN, teacher.password_hash)


def test_a_temporary_password_ends(browser, make, session, officer, now):
    browser(officer).post(f"/people/{officer.id}/password", {"password": "kqz7mw3x"})
    now.set("2026-12-08T08:00")
    assert "已经过期" in sign_in(browser(), "kqz7mw3x").page.text("content")


@pytest.mark.parametrize(
    ("who", "after", "seen", "stays", "is_in"),
    [
        ("teacher", 29, 29, True, True),
        ("teacher", 31, 31, True, False),
        ("teacher", 1, 1, False, True),
        ("teacher", 2, 2, False, False),
        ("teacher", 179, 1, True, True),
        ("teacher", 181, 1, True, False),
        ("officer", 29, 1, True, True),
        ("officer", 31, 1, True, False),
    ],
)
def test_a_device_is_signed_out_after_a_time(
    browser, make, session, now, who, after, seen, stays, is_in
):
    client = browser(make.someone(who))
    row = session.scalars(sa.select(SignIn).order_by(SignIn.id.desc())).first()
    row.made_at = now() - timedelta(days=after)
    row.last_seen_on, row.stays = (now() - timedelta(days=seen)).date(), stays
    session.commit()
    assert (client.get("/me").status == 200) is is_in


@pytest.mark.parametrize(("who", "is_listed"), [("teacher", True), ("officer", False)])
def test_ones_own_page_lists_the_devices_that_still_work(
    browser, make, session, now, who, is_listed
):
    someone = make.someone(who)
    browser(someone, device="上学期的手机").get("/me")
    row = session.scalars(sa.select(SignIn).filter_by(device="上学期的手机")).one()
    row.made_at = now() - timedelta(days=31)
    session.commit()
    page = browser(someone).get("/me").page
    assert ("上学期的手机" in page.text("content")) is is_listed


@pytest.mark.parametrize("what", ["name", "username"])
def test_a_temporary_password_is_not_made_of_its_owner(browser, make, officer, what):
    teacher = make.someone("teacher")
    given = {"password": f"{getattr(teacher, what)}12345"}
    answer = browser(officer).post(f"/people/{teacher.id}/password", given)
    assert answer.status == 422 and "大半是" in answer.page.text("content")


def test_the_database_does_not_hold_what_a_cookie_says(make, session, officer, now):
    token = devices.begin(
        session,
        officer,
        user_agent="",
        address="",
        by=make.actor(officer),
        today=now().date(),
        now=now(),
    )
    number, _, secret = token.partition(".")
    row = session.get_one(SignIn, int(number))
    assert len(secret) == 32 and row.key == devices.key_hash(secret) != secret
