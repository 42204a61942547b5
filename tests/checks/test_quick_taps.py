"""The short way of a tap: behind the route, with its answer, and shut as soon as the route is."""

import pytest
import sqlalchemy as sa
from flask import request, request_started

from unitsafe import create_app
from unitsafe.checks import quick_taps
from unitsafe.checks.models import Answer, CheckEvent
from unitsafe.checks.rules import Result, State
from unitsafe.config import Config
from unitsafe.grids.kept_actors import KeptActors
from unitsafe.people import devices

ITEM, OTHER = "dp_fire_use", "dp_exit_clear"
OF_ONE_ANSWER = {"Content-Length", "Date", "Set-Cookie", "Vary", "X-Request-ID"}


@pytest.fixture
def patrol(make):
    return make.patrol()


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def by_the_route(app):
    """The addresses that went through the framework."""
    seen = []

    def note(_app, **_values):
        seen.append(request.path)

    with request_started.connected_to(note, app):
        yield seen


@pytest.fixture
def client(browser, officer):
    return browser(officer)


@pytest.fixture
def tap(client, patrol):
    def send(result="ok", item=ITEM, check_id=patrol.id, by=client):
        path = f"/checks/{check_id}/answers"
        return by.hx("POST", path, {f"answer-{item}": result})

    return send


@pytest.fixture
def let_in(tap, by_the_route):
    """The first tap, by the route; what follows may go the short way."""
    tap()
    by_the_route.clear()


def results(session, item=ITEM):
    session.rollback()
    query = sa.select(Answer.result).where(Answer.item_key == item).order_by(Answer.id)
    return list(session.scalars(query))


def plain(answer):
    return {k: v for k, v in answer.headers.items() if k not in OF_ONE_ANSWER}


def test_the_first_tap_takes_the_route_and_the_next_the_short_way(tap, by_the_route, session):
    tap()
    assert len(by_the_route) == 2  # the page with the token, the tap
    by_the_route.clear()
    answer = tap(item=OTHER)
    assert by_the_route == []
    assert answer.status == 200
    assert results(session, OTHER) == [Result.OK]


def test_another_app_in_this_process_changes_nothing(tap, by_the_route, tmp_path):
    create_app(Config("127.0.0.1", 0, tmp_path, "sqlite:///:memory:", None), TESTING=True)
    tap()
    by_the_route.clear()
    tap(item=OTHER)
    assert by_the_route == []


def test_both_ways_answer_the_same(tap, let_in, browser, officer, patrol, by_the_route):
    short = tap("na")
    assert by_the_route == []
    long = browser(officer).hx("POST", f"/checks/{patrol.id}/answers", {f"answer-{ITEM}": "na"})
    assert by_the_route
    assert short.page.html == long.page.html
    assert plain(short) == plain(long)
    assert int(short.headers["Content-Length"]) == len(short.response.data)


def test_the_short_way_says_who_when_and_begins_the_check(
    tap, let_in, make, by_the_route, session, officer, now
):
    other = next(c for c in make.day() if c.checklist_key == "monthly_facility")
    moment = now.set("2026-11-23T08:07")
    item = "mf_hyd_kit"
    assert tap(check_id=other.id, item=item).status == 200
    assert by_the_route == []
    row = session.scalars(sa.select(Answer).where(Answer.check_id == other.id)).one()
    assert (row.item_key, row.result, row.note) == (item, Result.OK, "")
    assert (row.by_id, row.at) == (officer.id, moment)
    session.refresh(other)
    assert (other.state, other.started_at) == (State.IN_PROGRESS, moment)
    assert len(session.scalars(sa.select(CheckEvent).filter_by(check_id=other.id)).all()) == 1


def test_the_same_tap_again_appends_nothing_and_a_changed_mind_does(tap, let_in, session):
    for result in ("ok", "na", "na", "ok"):
        tap(result)
    assert results(session) == [Result.OK, Result.NA, Result.OK]


def test_a_tap_the_short_way_can_be_undone(tap, let_in, client, patrol, session):
    tap("na")
    assert client.hx("POST", f"/checks/{patrol.id}/undo/{ITEM}").status == 200
    assert results(session) == [Result.OK, Result.NA, Result.OK]


def test_an_item_that_is_or_was_not_in_order_takes_the_route(tap, let_in, by_the_route, session):
    assert "登记隐患" in tap("fail").page.text()
    tap("ok")
    assert len(by_the_route) == 2
    assert results(session) == [Result.OK, Result.FAIL, Result.OK]


@pytest.mark.parametrize(("item", "result"), [("gw_seat", "ok"), (ITEM, "maybe"), (ITEM, "")])
def test_nonsense_gets_the_routes_refusal(tap, let_in, by_the_route, item, result, session):
    assert tap(result, item=item).status in {409, 422}
    assert len(by_the_route) == 1
    assert session.scalar(sa.select(sa.func.count(Answer.id))) == 1


def test_refusals_are_the_routes(tap, let_in, make, by_the_route, client, patrol, officer, session):
    assert tap(check_id=99999).status == 404
    walk = next(c for c in make.day() if c.checklist_key == "grid_walk")
    assert "由别人填写" in tap(check_id=walk.id, item="gw_seat").page.text()
    make.submitted(patrol, officer)
    assert "已经提交" in tap("na").page.text()
    assert len(by_the_route) == 3
    assert results(session) == [Result.OK]


def test_a_check_that_is_not_open_yet_is_refused(browser, make, now, by_the_route, session):
    teacher = browser(make.someone("teacher"))
    morning, evening = (c for c in make.day() if c.checklist_key == "grid_walk")
    item = "gw_rail"
    for check in (morning, evening):
        path = f"/checks/{check.id}/answers"
        answer = teacher.hx("POST", path, {f"answer-{item}": "ok"})
    assert answer.status == 409
    assert "16:00" in answer.page.text()
    assert results(session, item) == [Result.OK]


def test_whoever_has_left_or_signed_out_elsewhere_is_out_at_once(
    tap, let_in, session, make, officer, by_the_route
):
    devices.sign_out_everywhere(session, officer.id, by=make.actor(officer), now=make.now())
    session.commit()
    assert tap("na").status == 401
    assert len(by_the_route) == 1
    assert results(session) == [Result.OK]


def test_a_signed_out_browser_is_asked_to_sign_in(tap, let_in, client, session):
    client.post("/logout")
    assert tap("na").status in {400, 401}
    assert results(session) == [Result.OK]


def test_a_tap_without_the_token_of_the_page_is_refused(
    let_in, client, patrol, by_the_route, session
):
    client.token = "forged"
    answer = client.hx("POST", f"/checks/{patrol.id}/answers", {f"answer-{ITEM}": "na"})
    assert answer.status == 400
    assert len(by_the_route) == 1
    assert results(session) == [Result.OK]


def test_another_browser_with_the_same_token_is_nobody(
    let_in, client, browser, patrol, by_the_route, session
):
    stranger = browser(None)
    stranger.token = client.token
    answer = stranger.hx("POST", f"/checks/{patrol.id}/answers", {f"answer-{ITEM}": "na"})
    assert answer.status in {400, 401}
    assert len(by_the_route) == 1
    assert results(session) == [Result.OK]


def test_after_some_minutes_the_route_looks_again(tap, let_in, monkeypatch, by_the_route):
    later = quick_taps.monotonic() + quick_taps.LET_IN_SECONDS
    monkeypatch.setattr(quick_taps, "monotonic", lambda: later)
    assert tap("na").status == 200
    assert len(by_the_route) == 1


def test_a_database_that_is_away_is_the_routes_to_tell(tap, let_in, monkeypatch, by_the_route):
    def away(*_args, **_values):
        raise sa.exc.OperationalError("", None, Exception("away"))

    monkeypatch.setattr(KeptActors, "known", away)
    assert tap("na").status == 200
    assert len(by_the_route) == 1


@pytest.mark.parametrize(
    "extra",
    [
        {"headers": {"HX-Boosted": "true"}},
        {"query_string": "a=b"},
        {"content_type": "multipart/form-data"},
        {"data": {f"answer-{ITEM}": "na", f"note-{ITEM}": "后门"}},
        {"data": {f"answer-{ITEM}": "na", f"answer-{OTHER}": "na"}},
        {"base_url": "https://localhost"},
    ],
)
def test_whatever_is_more_than_a_tap_takes_the_route(let_in, client, patrol, by_the_route, extra):
    headers = {"HX-Request": "true", "X-CSRFToken": client.token, **extra.get("headers", {})}
    sent = {"data": {f"answer-{ITEM}": "na"}, **extra, "headers": headers}
    client.client.post(f"/checks/{patrol.id}/answers", **sent)
    assert len(by_the_route) == 1


def test_over_https_the_short_way_is_for_the_page_that_the_route_let_in(
    client, patrol, by_the_route
):
    def send(page):
        headers = {"HX-Request": "true", "X-CSRFToken": client.token, "Referer": page}
        path, data = f"/checks/{patrol.id}/answers", {f"answer-{ITEM}": "na"}
        return client.client.post(
            path, data=data, headers=headers, base_url="https://localhost"
        ).status_code

    client.get("/me", base_url="https://localhost")
    by_the_route.clear()
    page = f"https://localhost/checks/{patrol.id}"
    assert [send(page), send(page)] == [200, 200]
    assert len(by_the_route) == 1
    assert send("https://evil.test/") == 400
    assert len(by_the_route) == 2
