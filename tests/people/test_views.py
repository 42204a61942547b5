"""Signing in, one's own page and the register of staff in the browser."""

import pytest

from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus
from unitsafe.people.passwords import hash_password, is_password

PASSWORD = "unitsafe-demo"


@pytest.fixture
def officer(make, session):
    """The officer with a password."""
    officer = make.someone("officer")
    officer.password_hash = hash_password(PASSWORD)
    session.commit()
    return officer


def sign_in(client, password=PASSWORD, username="officer", **more):
    if not client.token:
        client.get("/login")
    return client.post("/login", {"username": username, "password": password, **more})


# Signing in


def test_before_there_is_a_school_signing_in_leads_to_setting_it_up(browser):
    answer = browser().get("/login")
    assert (answer.status, answer.location) == (303, "/setup")


def test_the_officer_signs_in_and_returns_to_the_page_asked_for(browser, officer, session):
    client = browser()
    answer = client.get("/people?q=王")
    assert answer.status == 303 and answer.location.startswith("/login?next=")
    next_page = client.get(answer.location).page.value("next")
    answer = sign_in(client, next=next_page)
    assert answer.status == 303
    assert client.get(answer.location).status == 200
    session.refresh(officer)
    assert officer.last_seen_on.isoformat() == "2026-11-23"


def test_the_way_back_survives_a_wrong_password(browser, officer):
    client = browser()
    answer = sign_in(client, "wrong", next="/people")
    assert answer.status == 422
    assert "账号或密码不对。" in answer.page.text()
    assert (answer.page.value("next"), answer.page.value("username")) == ("/people", "officer")
    assert sign_in(client, next="/people").location == "/people"


def test_an_unknown_account_hears_the_same_as_a_wrong_password(browser, officer):
    unknown = sign_in(browser(), username="nobody").page.text("content")
    wrong = sign_in(browser(), "wrong").page.text("content")
    assert unknown == wrong


@pytest.mark.parametrize("target", ["//evil.test", "http://evil.test/", "/\\evil.test"])
def test_signing_in_never_leads_off_this_site(browser, officer, target):
    assert sign_in(browser(), next=target).location == "/"


def test_blank_fields_are_named(browser, officer):
    answer = sign_in(browser(), password="", username="")
    assert answer.status == 422
    assert "请填写账号。" in answer.page.text() and "请填写密码。" in answer.page.text()


def test_guessing_is_stopped_for_the_account_but_not_for_the_school(
    browser, make, session, officer
):
    client = browser()
    assert [sign_in(client, "wrong").status for _ in range(10)] == [422] * 10
    assert sign_in(client).status == 429
    colleague = make.someone("manager")
    colleague.password_hash = hash_password(PASSWORD)
    session.commit()
    assert sign_in(browser(), username="manager").status == 303


def test_who_has_left_cannot_sign_in(browser, officer, session):
    officer.status = PersonStatus.LEFT
    session.commit()
    assert sign_in(browser()).status == 422


def test_a_session_from_before_signing_in_is_dropped(browser, officer):
    client = browser()
    client.get("/login")
    with client.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client)
    with client.client.session_transaction() as cookie:
        assert "planted" not in cookie and cookie["_user_id"].startswith(f"{officer.id}.")


@pytest.mark.parametrize(("more", "stays"), [({"stay": "y"}, True), ({}, False)])
def test_only_a_device_that_is_told_to_keeps_the_session(browser, officer, more, stays):
    client = browser()
    sign_in(client, **more)
    with client.client.session_transaction() as cookie:
        assert cookie.permanent is stays


def test_signing_out_ends_the_session(browser, officer):
    client = browser(officer)
    assert client.post("/logout").location == "/login"
    assert client.get("/me").status == 303


# One's own page


def test_my_page_shows_posts_and_grids(browser, make):
    text = browser(make.someone("teacher")).get("/me").page.text("content")
    assert "班主任" in text and "网格员" in text and "一层" in text and "01-01-01" in text


def test_large_text_is_switched_on_and_off(browser, make, session):
    teacher = make.someone("teacher")
    client = browser(teacher)
    assert client.post("/me/display", {"large_text": "y"}).location == "/me"
    assert 'class="large-text"' in client.get("/me").page.html
    client.post("/me/display", {})
    session.refresh(teacher)
    assert not teacher.large_text


def test_a_new_password_signs_out_the_other_devices_only(browser, officer, session):
    here, there = browser(officer), browser(officer)
    new = "校园安全人人有责"
    answer = here.post("/me/password", {"current": PASSWORD, "password": new, "again": new})
    assert answer.status == 303
    assert here.get("/me").status == 200
    assert there.get("/me").status == 303
    session.refresh(officer)
    assert is_password(new, officer.password_hash)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"current": "wrong"}, "现在的密码不对"),
        ({"again": "something else"}, "不一样"),
        ({"password": "123", "again": "123"}, "至少8位"),
        ({"password": "my-officer-1", "again": "my-officer-1"}, "太容易猜到"),
    ],
)
def test_a_wrong_change_of_password_is_refused(browser, officer, data, message):
    form = {
        "current": PASSWORD,
        "password": "校园安全人人有责",
        "again": "校园安全人人有责",
        **data,
    }
    answer = browser(officer).post("/me/password", form)
    assert answer.status == 422 and message in answer.page.text()


# The register


def test_the_register_lists_finds_and_filters(browser, make):
    make.person("王小明", ["gatekeeper"]), make.person("李大力", ["cook"])
    client = browser(make.someone("officer"))
    assert client.get("/people").page.rows() == 3
    assert "王小明" in client.get("/people?q=小明").page.text("content")
    assert client.get("/people?q=小明").page.rows() == 1
    assert client.get("/people?post=cook").page.rows() == 1
    assert "没有符合条件的人" in client.get("/people?q=%25").page.text()


def test_the_register_is_only_for_those_who_see_the_whole_school(browser, make):
    person = make.person("王小明")
    client = browser(make.someone("teacher"))
    assert client.get("/people").status == client.get(f"/people/{person.id}").status == 403


@pytest.mark.parametrize("address", ["/people/999", "/people/99999999999999999999", "/people/0"])
def test_somebody_unknown_is_not_found(browser, make, address):
    assert browser(make.someone("officer")).get(address).status == 404


def test_the_officer_adds_somebody_with_an_account(browser, make, session):
    client = browser(make.someone("officer"))
    page = client.get("/people/new").page
    data = {
        "name": "欧阳娜娜",
        "phone": "138 0000 0000",
        "username": "ouyang",
        "password": page.value("password"),
        "posts": ["homeroom_teacher", "duty_teacher"],
        "once": page.value("once"),
    }
    answer = client.post("/people/new", data)
    assert client.post("/people/new", data).location == answer.location
    person = session.query(Person).filter_by(username="ouyang").one()
    assert answer.location == f"/people/{person.id}"
    assert is_password(data["password"], person.password_hash)
    assert "班主任" in client.get(answer.location).page.text("content")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": " "}, "请填写姓名。"),
        ({"username": "有 空格"}, "账号用字母"),
        ({"username": "officer"}, "已经有人用了"),
        ({"username": "wang", "password": "123"}, "至少8位"),
        ({"phone": "call me"}, "电话只填数字"),
        ({"posts": ["emperor"]}, "emperor"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_added(browser, make, session, data, message):
    client = browser(make.someone("officer"))
    form = {"name": "王小明", "phone": "", "username": "", "password": "k3jd92ks", **data}
    answer = client.post("/people/new", form)
    assert answer.status == 422 and message in answer.page.text()
    assert answer.page.value("password") == form["password"]
    assert session.query(Person).count() == 1


def test_the_days_of_part_time_staff_are_noted(browser, make, session):
    person = make.person("走教老师", ["subject_teacher"])
    client, path = browser(make.someone("officer")), f"/people/{person.id}/edit"
    form = {"name": person.name, "username": person.username, "posts": "subject_teacher"}
    assert client.post(path, {**form, "work_days": ["4", "2", "2"]}).status == 303
    session.expire_all()
    assert person.work_days == "24"
    assert "周二、周四" in client.get(f"/people/{person.id}").page.text("content")
    assert client.post(path, {**form, "work_days": list("1234567")}).status == 303
    session.expire_all()
    assert person.work_days == ""
    assert client.post(path, {**form, "work_days": ["8"]}).status == 422


def test_a_character_that_cannot_be_printed_is_warned_of_once(browser, make, session):
    client = browser(make.someone("officer"))
    form = {"name": "王\U0002128a", "username": "", "password": ""}
    answer = client.post("/people/new", form)
    assert answer.status == 422 and "打印字体里没有" in answer.page.text()
    answer = client.post("/people/new", {**form, "name_seen": answer.page.value("name_seen")})
    assert answer.status == 303
    assert "打印字体里没有" in client.get(answer.location).page.text("content")


def test_basic_facts_are_open_to_more_people_than_accounts(browser, make, session):
    info = make.person("信息员", ["grid_info"])
    other = make.person("王小明", ["cook"])
    client = browser(info)
    form = {"name": "王晓明", "phone": "13800000000", "posts": ["principal"], "username": "boss"}
    assert client.post(f"/people/{other.id}/edit", form).status == 303
    session.expire_all()
    assert (other.name, other.username) == ("王晓明", "user2")
    assert [p.post for p in session.query(PersonPost).filter_by(person_id=other.id)] == ["cook"]
    assert client.post(f"/people/{other.id}/password", {"password": "k3jd92ks"}).status == 403
    assert client.post(f"/people/{other.id}/leave").status == 409


def test_posts_are_changed_and_the_history_stays(browser, make):
    person = make.person("王小明", ["cook"])
    client = browser(make.someone("officer"))
    form = {"name": "王小明", "username": person.username, "posts": ["canteen_manager"]}
    assert client.post(f"/people/{person.id}/edit", form).status == 303
    text = client.get(f"/people/{person.id}").page.text("content")
    assert "食堂管理员" in text and "2026-09-01 — 2026-11-22" in text


def test_a_temporary_password_ends_every_session(browser, make, session, officer):
    teacher = make.someone("teacher")
    theirs = browser(teacher)
    assert theirs.get("/me").status == 200
    client = browser(officer)
    password = client.get(f"/people/{teacher.id}/password").page.value("password")
    assert client.post(f"/people/{teacher.id}/password", {"password": password}).status == 303
    assert theirs.get("/me").status == 303
    session.refresh(teacher)
    assert is_password(password, teacher.password_hash)


def test_who_leaves_is_signed_out_and_shown_as_left(browser, make):
    teacher = make.someone("teacher")
    theirs = browser(teacher)
    client = browser(make.someone("officer"))
    assert client.post(f"/people/{teacher.id}/leave").status == 303
    assert theirs.get("/me").status == 303
    assert "已离校" in client.get(f"/people/{teacher.id}").page.text()
    assert client.get("/people?left=1").page.rows() == 1
    assert client.post(f"/people/{teacher.id}/leave").status == 409


def test_nobody_lets_himself_leave(browser, make):
    officer = make.someone("officer")
    answer = browser(officer).post(f"/people/{officer.id}/leave")
    assert answer.status == 409 and "不能把自己设为离校" in answer.page.text()


def test_an_absence_names_a_deputy_and_ends_early(browser, make, session):
    teacher, deputy = make.someone("teacher"), make.person("代班老师")
    client = browser(make.someone("officer"))
    form = {"deputy_id": str(deputy.id), "from_on": "2026-11-20", "until_on": "2026-11-27"}
    assert client.post(f"/people/{teacher.id}/absence", form).status == 303
    assert "代班老师" in browser(teacher).get("/me").page.text("content")
    assert "为teacher代理" in browser(deputy).get("/me").page.text("content")
    absence = session.query(Absence).one()
    assert client.post(f"/people/{teacher.id}/absence", {"absence_id": absence.id}).status == 303
    session.refresh(absence)
    assert absence.until_on.isoformat() == "2026-11-22"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"deputy_id": "0"}, "请选择代理人"),
        ({"until_on": "2026-11-01"}, "不早于"),
        ({"from_on": "0001-01-01"}, "核对年份"),
        ({"deputy_id": "x"}, "请选择代理人"),
    ],
)
def test_a_wrong_absence_is_shown_again(browser, make, session, data, message):
    teacher, deputy = make.someone("teacher"), make.person("代班老师")
    form = {"deputy_id": str(deputy.id), "from_on": "2026-11-20", "until_on": "2026-11-27", **data}
    answer = browser(make.someone("officer")).post(f"/people/{teacher.id}/absence", form)
    assert answer.status == 422 and message in answer.page.text()
    assert session.query(Absence).count() == 0
