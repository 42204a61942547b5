"""Closed by default: a view without a mark stops the app, a mark lets only its rights through."""

import pytest
from flask import Flask, Response

from unitsafe.core import access
from unitsafe.core.access import PUBLIC, allow, check_marks, public
from unitsafe.core.domain import Right
from unitsafe.people.models import PersonStatus


def test_an_unmarked_view_stops_the_app():
    app = Flask(__name__)
    app.add_url_rule("/open", "open", public(lambda: "open"))
    app.add_url_rule("/mine", "mine", allow()(lambda: "mine"))
    check_marks(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "oops")
    with pytest.raises(RuntimeError, match="forgotten"):
        check_marks(app)


def test_every_view_of_the_school_carries_a_mark_of_known_kind(app):
    check_marks(app)
    for endpoint, view in app.view_functions.items():
        mark = getattr(view, "access", None)
        assert mark == PUBLIC or isinstance(mark, frozenset), endpoint
        assert mark == PUBLIC or all(isinstance(right, Right) for right in mark), endpoint


OPEN_TO_ALL = {"/login", "/healthz", "/setup"}


def test_only_a_short_list_is_public(app):
    open_views = {
        str(rule)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) == PUBLIC
    }
    assert open_views >= OPEN_TO_ALL
    private = (
        "/hazards",
        "/checks",
        "/people",
        "/grids",
        "/audit",
        "/photos",
        "/plans",
        "/settings",
    )
    assert not [rule for rule in open_views if rule.startswith(private)]


def test_nobody_is_asked_to_sign_in_and_comes_back(browser, make):
    make.school()
    answer = browser().get("/hazards?state=closed")
    assert answer.status == 303
    assert answer.location == "/login?next=/hazards?state%3Dclosed"


def test_a_swap_without_a_session_leads_the_whole_page_to_the_sign_in(app, make):
    make.school()
    client = app.test_client()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/checks/5?a=1"}
    answer = client.get("/hazards", headers=headers)
    assert answer.status_code == 401 and answer.data == b""
    assert answer.headers["HX-Redirect"].endswith("/login?next=/checks/5?a%3D1")


REFERRERS = [
    ("http://localhost/checks/5", "/checks/5"),
    ("http://evil.example/checks/5", "/"),
    ("", "/"),
]


@pytest.mark.parametrize(("referrer", "back"), REFERRERS)
def test_a_form_sent_too_late_comes_back_to_the_page_that_held_it(app, make, referrer, back):
    make.school()
    answer = app.test_client().post("/hazards/new", headers={"Referer": referrer})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next={back}"


def test_without_the_right_the_answer_is_403_and_says_whom_to_ask(browser, make):
    client = browser(make.someone("teacher"))
    answer = client.get("/plans")
    assert answer.status == 403
    assert "请找分管安全的副校长或学校安全员" in answer.page.text()
    assert client.hx("GET", "/plans").status == 403


def test_one_of_several_rights_is_enough(app):
    view = allow(Right.CLOSE_NORMAL, Right.CLOSE_SERIOUS)(lambda: Response())
    assert view.access == {Right.CLOSE_NORMAL, Right.CLOSE_SERIOUS}
    assert allow()(lambda: Response()).access == frozenset()


def test_whoever_left_is_nobody_at_once(browser, make, session):
    person = make.someone("officer")
    client = browser(person)
    assert client.get("/hazards").status == 200
    person.status = PersonStatus.LEFT
    session.commit()
    assert client.get("/hazards").status == 303


@pytest.mark.parametrize("token", ["", "1", "1.", "x.y", "1.wrong", "-1.k", "１.k"])
def test_a_forged_cookie_is_nobodys(app, make, token):
    make.someone("officer")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/hazards").status_code == 303


def test_signed_out_people_have_no_actor(app):
    with app.test_request_context("/login"):
        assert access.actor_or_none() is None
