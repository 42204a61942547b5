"""The first run in the browser."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks.models import Plan
from unitsafe.grids.queries import grids
from unitsafe.people.models import Person
from unitsafe.places.models import Building
from unitsafe.school.models import School, Term

FORM = {
    "name": "青溪市第一实验小学",
    "short_name": "青溪一小",
    "stage": "primary",
    "has_boarding": "y",
    "person": "林晓岚",
    "post": "safety_officer",
    "username": "lin",
    "password": "校园安全人人有责",
    "again": "校园安全人人有责",
    "term_name": "2026年秋季学期",
    "starts_on": "2026-09-01",
    "ends_on": "2027-01-20",
    "buildings": "教学楼A 2\n操场",
}


@pytest.fixture
def client(browser):
    client = browser()
    client.get("/setup")
    return client


def test_the_first_visit_leads_to_two_choices(browser):
    client = browser()
    page = client.get("/setup").page
    assert "建立我们的学校" in page.text() and "载入示例学校" in page.text()
    assert page.value("starts_on") == "2026-09-01"


def test_a_school_is_made_and_its_first_person_signed_in(client, session):
    answer = client.post("/setup", FORM)
    assert (answer.status, answer.location) == (303, "/")
    school, person = session.get(School, 1), session.query(Person).one()
    assert (school.short_name, school.flags) == ("青溪一小", {"has_boarding": True})
    assert session.query(Term).count() == 1 and session.query(Plan).count() > 3
    assert [(grid.code, grid.name) for grid in grids(session)] == [
        ("01", "全校"),
        ("01-01", "教学楼A"),
        ("01-01-01", "教学楼A 1层"),
        ("01-01-02", "教学楼A 2层"),
        ("01-02", "操场"),
        ("01-02-01", "操场"),
    ]
    assert session.query(Building).count() == 2
    assert client.get("/").status == 200
    assert client.get("/settings").status == 200
    assert person.name in client.get("/me").page.text()


def test_a_school_without_buildings_can_begin(client, session):
    assert client.post("/setup", {**FORM, "buildings": ""}).status == 303
    assert [grid.name for grid in grids(session)] == ["全校"]
    assert client.get("/").status == 200


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": ""}, "请填写学校全称"),
        ({"username": "a b"}, "账号用字母"),
        ({"password": "12345678", "again": "12345678"}, "太容易猜到"),
        ({"again": "something else"}, "不一样"),
        ({"ends_on": "2026-08-01"}, "晚于开始日期"),
        ({"starts_on": "2020-09-01"}, "超过一年"),
        ({"ends_on": "9999-12-31"}, "核对年份"),
        ({"buildings": "教学楼 99"}, "第1行的层数"),
        ({"post": "cook"}, "选择"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_made(client, session, data, message):
    answer = client.post("/setup", {**FORM, **data})
    assert answer.status == 422 and message in answer.page.text("content")
    assert answer.page.value("short_name") == "青溪一小"
    assert session.get(School, 1) is None and session.query(Person).count() == 0


def test_the_second_of_two_who_race_is_told_so(browser, client, session):
    slower = browser()
    slower.get("/setup")
    assert client.post("/setup", FORM).status == 303
    answer = slower.post("/setup", {**FORM, "name": "另一所学校"})
    assert answer.status == 409 and "已经有一所学校" in answer.page.text()
    assert session.scalars(sa.select(School.name)).all() == [FORM["name"]]
    assert slower.get("/setup").location == "/login"


def test_a_real_school_is_refused_while_the_clock_is_set(client, app, session, monkeypatch):
    settings = replace(app.config["SETTINGS"], now=clock.now())
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    page = client.get("/setup").page
    assert "UNITSAFE_NOW" in page.text() and not page.has("username")
    answer = client.post("/setup", FORM)
    assert answer.status == 422 and "只能载入示例学校" in answer.page.text("content")
    assert session.get(School, 1) is None


def test_the_sample_school_is_loaded_by_a_button(client, make, monkeypatch):
    asked = []

    def load_sample(_session, *, seed, now):  # the real one is tried in tests/sample
        asked.append((seed, now))
        make.school(is_sample=True)
        return {}

    monkeypatch.setattr("unitsafe.sample.load.load_sample", load_sample)
    answer = client.post("/setup", {"do": "sample"})
    assert (answer.status, answer.location) == (303, "/login")
    assert asked == [(1, clock.now())]
    assert "unitsafe-demo" in client.get("/login").page.text("content")
    assert client.post("/setup", {"do": "sample"}).status == 409
