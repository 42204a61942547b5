"""Filters in an address: read with care, written back unchanged."""

from collections import Counter
from datetime import date

import pytest

from unitsafe.core.query import chips, date_arg, here, int_arg, row_id
from unitsafe.school.rules import Stage

DATES = [
    ("2026-11-23", date(2026, 11, 23)),
    ("2026-02-30", None),
    ("23.11.2026", None),
    ("", None),
    ("2026-11-23'--", None),
    ("９９９９-99-99", None),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_a_date_in_an_address_is_read_or_left_out(app, text, expected):
    with app.test_request_context("/hazards", query_string={"first": text}):
        assert date_arg("first") == expected
        assert date_arg("last") is None


NUMBERS = [
    ("7", 7),
    ("007", 7),
    ("999999999", 999999999),
    ("9999999999", None),
    ("-1", None),
    ("1.5", None),
    ("７", None),
    ("²", None),
    ("", None),
    ("1 OR 1=1", None),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_a_row_number_in_an_address_is_one_that_a_database_can_hold(app, text, expected):
    assert row_id(text) == expected
    with app.test_request_context("/checks", query_string={"person": text}):
        assert int_arg("person") == expected


def test_a_link_keeps_the_filters_and_starts_from_the_first_row(app):
    with app.test_request_context("/hazards?q=门&state=closed&after=abc&level="):
        assert (
            here("hazards.index") == "/hazards?q=门&state=closed"
            or here("hazards.index") == "/hazards?q=%E9%97%A8&state=closed"
        )
        assert here("hazards.index", state="") == "/hazards?q=%E9%97%A8"
        assert here("hazards.index", after="x") == "/hazards?q=%E9%97%A8&state=closed&after=x"


TRICKS = [
    "_scheme=javascript&_external=1",
    "_scheme=https",
    "_anchor=x",
    "_method=POST",
    "_external=1",
    "endpoint=people.logout",
    "self=1",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_words_that_mean_something_to_the_program_are_no_filters(app, trick):
    with app.test_request_context(f"/hazards?{trick}&q=a"):
        link = here("hazards.index", after="next")
    assert link.startswith("/hazards?") and "#" not in link
    assert "q=a" in link and link.endswith("after=next")


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("page", ["/hazards", "/checks"])
def test_a_ledger_opens_whatever_stands_in_its_address(browser, make, page, trick):
    answer = browser(make.someone("officer")).get(f"{page}?{trick}")
    assert answer.status == 200
    assert not [link for link in answer.page.links() if link.startswith("javascript")]


ODD = ["q=%00", "grid=%00", "q=%25%5F%5C'", "q=" + "%E9%97%A8" * 300, "first=%00", "state=%00"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("page", ["/hazards", "/checks"])
def test_an_odd_filter_is_never_a_crash(browser, make, page, odd):
    assert browser(make.someone("officer")).get(f"{page}?{odd}").status in (200, 400)


def test_chips_narrow_a_list_and_keep_its_other_filters(app):
    members, counts = (Stage.PRIMARY, Stage.JUNIOR), Counter({Stage.PRIMARY: 3})
    with app.test_request_context("/hazards?q=a&after=x&stage=primary&form=f"):
        found = chips("hazards.index", "stage", members, counts, Stage.PRIMARY, form="")
    assert [(url, is_chosen) for _text, url, is_chosen in found] == [
        ("/hazards?q=a", False),
        ("/hazards?q=a&stage=primary", True),
        ("/hazards?q=a&stage=junior", False),
    ]
    assert [text.split()[-1] for text, _url, _chosen in found] == ["3", "3", "0"]
