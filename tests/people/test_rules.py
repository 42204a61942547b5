"""Passwords and safe addresses without HTTP."""

from datetime import UTC, date, datetime, timedelta

import pytest

from unitsafe.people.labels import BY_GRID, post_groups, post_title
from unitsafe.people.passwords import hash_password, is_password, weakness
from unitsafe.people.queries import active_people, told_apart
from unitsafe.people.rules import (
    LinkState,
    device_words,
    last_day_of_link,
    link_state,
    proposed_usernames,
    works_on,
)
from unitsafe.people.services import temporary_password
from unitsafe.people.views.signing_in import safe_path


@pytest.mark.parametrize(
    "path", ["/", "/hazards?state=closed", "/checks/12#item", "/calendar?a=//b"]
)
def test_a_path_of_ours_is_kept(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//evil.test/",
        "http://evil.test/",
        "javascript:alert(1)",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        " //evil.test",
        "evil.test",
    ],
)
def test_a_way_off_this_site_leads_home(path):
    assert safe_path(path) == "/"


@pytest.mark.parametrize(
    ("password", "is_weak"),
    [("short", True), ("12345678", True), ("officer-2026", True), ("青溪小学安全第一", False)],
)
def test_what_is_easy_to_guess_is_refused(password, is_weak):
    assert bool(weakness(password, "officer")) is is_weak


def test_a_password_fits_only_its_own_hash():
    hashed = hash_password("unitsafe-demo")
    assert is_password("unitsafe-demo", hashed)
    assert not is_password("unitsafe-Demo", hashed)
    assert not is_password("unitsafe-demo", None)


def test_a_temporary_password_may_be_used():
    assert weakness(temporary_password()) is None


@pytest.mark.parametrize(
    ("work_days", "there"),
    [("", [True] * 7), ("135", [True, False, True, False, True, False, False])],
)
def test_part_time_staff_are_there_on_their_weekdays(work_days, there):
    week = [date(2026, 11, 23 + n) for n in range(7)]
    assert [works_on(work_days, day) for day in week] == there


def test_posts_that_follow_from_grids_are_not_offered():
    offered = {key for _level, posts in post_groups() for key, _title in posts}
    assert not offered & BY_GRID
    assert {"principal", "safety_officer", "homeroom_teacher"} <= offered
    assert post_title("principal") == "校长"


@pytest.mark.parametrize(
    ("names", "taken", "proposed"),
    [
        (["王芳"], [], ["王芳"]),
        (["王芳", "王芳", "王芳"], [], ["王芳", "王芳2", "王芳3"]),
        (["王芳"], ["王芳", "王芳2"], ["王芳3"]),
        (["阿依古丽·买买提"], [], ["阿依古丽买买提"]),
        (["John Smith"], ["JOHNSMITH"], ["JohnSmith2"]),
        (["王"], [], ["王2"]),
        (["··"], [], ["教师"]),
        (["长" * 40, "长" * 40], [], ["长" * 36, "长" * 36 + "2"]),
    ],
)
def test_an_account_is_called_like_the_person(names, taken, proposed):
    assert list(proposed_usernames(names, taken)) == proposed


NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "voided", "expires_in", "state"),
    [
        (None, None, 1, LinkState.OPEN),
        (None, None, 0, LinkState.EXPIRED),
        (NOON, None, 1, LinkState.USED),
        (None, NOON, 1, LinkState.VOIDED),
        (NOON, NOON, -1, LinkState.USED),
    ],
)
def test_only_a_fresh_link_lets_anybody_in(used, voided, expires_in, state):
    expires_at = NOON + timedelta(minutes=expires_in)
    found = link_state(expires_at=expires_at, used_at=used, voided_at=voided, now=NOON)
    assert found is state


def test_a_link_never_outlives_a_visitors_account():
    today = date(2026, 11, 23)
    assert last_day_of_link(today, 14) == date(2026, 12, 7)
    assert last_day_of_link(today, 14, date(2026, 11, 25)) == date(2026, 11, 25)


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 12; V2166A) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "电脑 Edge"),
        (f"{WINDOWS} Chrome/86.0.4240.198 Safari/537.36", "电脑 Chrome"),
        (f"{WINDOWS} Chrome/86.0.4240.198 Safari/537.36 QIHU 360SE", "电脑 360浏览器"),
        (f"{ANDROID} Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.44", "手机 微信"),
        (f"{ANDROID} Chrome/116 Mobile wxwork/4.1 MicroMessenger/7.0.1", "手机 企业微信"),
        (f"{ANDROID} Chrome/108.0.0.0 Mobile Safari/537.36", "手机 Chrome"),
        (f"{ANDROID} Chrome/108.0.0.0 Safari/537.36", "平板 Chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "手机 Safari"),
        ("Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) Mobile Safari/604.1", "平板 Safari"),
        ("curl/8.0", "其他设备"),
        ("", "其他设备"),
    ],
)
def test_a_device_is_named_in_few_words(user_agent, words):
    assert device_words(user_agent) == words


def test_people_of_one_name_are_told_apart_by_phone_or_account(make, session):
    for phone, account in (("13800001234", "wang1"), ("", "wang2")):
        make.person("王芳", username=account).phone = phone
    make.person("李梅", username="li")
    session.commit()
    assert [name for _id, name in told_apart(active_people(session))] == [
        "李梅",
        "王芳（尾号1234）",
        "王芳（wang2）",
    ]
