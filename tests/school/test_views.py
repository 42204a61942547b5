"""Settings and calendar in the browser."""

from datetime import date

import pytest

from unitsafe.school import queries
from unitsafe.school.models import School, Term
from unitsafe.school.settings import SETTINGS

FACTS = {"name": "育新小学", "short_name": "育新", "stage": "primary"}
NUMBERS = {f"number_{key}": str(setting.default) for key, setting in SETTINGS.items()}


def test_the_officer_changes_the_settings(browser, make, session):
    client = browser(make.someone("officer"))
    page = client.get("/settings").page
    data = {
        **FACTS,
        **NUMBERS,
        "has_lab": "y",
        "number_days_normal": "5",
        "address": "http://192.168.1.20:8000/",
        "hotline": "0571-8800",
        "once": page.value("once"),
    }
    answer = client.post("/settings", data)
    assert (answer.status, answer.location) == (303, "/settings")
    school = session.get(School, 1)
    assert (school.flags, school.settings) == ({"has_lab": True}, {"days_normal": 5})
    assert (school.address, school.hotline) == ("http://192.168.1.20:8000/", "0571-8800")
    assert "已保存" in client.get("/settings").page.text("messages")


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("name", "", "请填写学校全称"),
        ("address", "192.168.1.20", "http://"),
        ("address", "http://school/app", "不带路径"),
        ("hotline", "打给门卫", "数字"),
        ("number_days_normal", "0", "请填1到90之间的整数"),
        ("number_days_normal", "三", "整数"),
        ("stage", "university", "选择"),
    ],
)
def test_a_wrong_setting_is_named_and_what_was_typed_kept(
    browser, make, session, field, text, message
):
    client = browser(make.someone("officer"))
    answer = client.post("/settings", {**FACTS, **NUMBERS, "short_name": "新名字", field: text})
    assert answer.status == 422
    assert message in answer.page.text()
    assert answer.page.value("short_name") == "新名字"
    assert session.get(School, 1).short_name == "育新"


@pytest.mark.parametrize("role", ["teacher", "principal", "inspector"])
def test_only_those_who_manage_the_school_open_its_settings(browser, make, role):
    assert browser(make.someone(role)).get("/settings").status == 403


def test_everyone_reads_the_calendar_but_only_the_officer_edits_it(browser, make):
    page = browser(make.someone("teacher")).get("/calendar").page
    assert "国庆节" in page.text() and "/calendar/2026-11-23" not in page.links()
    page = browser(make.someone("officer")).get("/calendar").page
    assert "/calendar/2026-11-23" in page.links()
    assert browser(make.someone("teacher")).get("/calendar/2026-11-23").status == 403


def test_a_sports_day_is_set_by_hand(browser, make, session):
    client = browser(make.someone("officer"))
    answer = client.post("/calendar/2026-11-25", {"note": "运动会", "boarding": "y"})
    assert answer.status == 303 and answer.location.startswith("/calendar?term=")
    day = queries.day(session, date(2026, 11, 25))
    assert (day.teaching, day.boarding, day.note, day.edited) == (False, True, "运动会", True)


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "20261125", "2030-01-01", "0000-00-00"])
def test_a_day_that_the_calendar_does_not_know_is_not_found(browser, make, day):
    assert browser(make.someone("officer")).get(f"/calendar/{day}").status == 404


def test_a_term_is_added_once_however_often_it_is_sent(browser, make, session):
    client = browser(make.someone("officer"))
    data = {
        "name": "2027年春季学期",
        "starts_on": "2027-02-22",
        "ends_on": "2027-07-02",
        "once": client.get("/calendar").page.value("once"),
    }
    first, second = client.post("/calendar/terms", data), client.post("/calendar/terms", data)
    assert first.status == second.status == 303
    assert first.location == second.location
    assert session.query(Term).count() == 2
    assert "2027年春季学期" in client.get(first.location).page.text()


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (("2026-12-01", "2027-07-02"), "重叠"),
        (("", "2027-07-02"), "请填写开学日期"),
        (("2027-02-22", "9999-12-31"), "请核对年份"),
        (("2027-02-22", "soon"), "日期"),
    ],
)
def test_a_wrong_term_is_shown_again(browser, make, session, dates, message):
    client = browser(make.someone("officer"))
    data = {"name": "春季", "starts_on": dates[0], "ends_on": dates[1]}
    answer = client.post("/calendar/terms", data)
    assert answer.status == 422
    assert message in answer.page.text("new-term")
    assert session.query(Term).count() == 1
