"""Passwords and safe addresses without HTTP."""

from datetime import date

import pytest

from unitsafe.people.labels import BY_GRID, post_groups, post_title
from unitsafe.people.passwords import hash_password, is_password, weakness
from unitsafe.people.rules import works_on
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
