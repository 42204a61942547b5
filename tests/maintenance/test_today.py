"""What of 维保与检测 waits on the first page, and for whom."""

from datetime import date

import pytest

from unitsafe.maintenance.rules import Kind, Result

TEST = {"result": Result.PASSED, "done_on": date(2026, 5, 6)}


@pytest.fixture
def school(make):
    return make.school(has_fixed_systems=True)


def test_everything_in_order_says_nothing(browser, make, school):
    make.contract()
    make.maintenance()
    for kind in (Kind.ANNUAL_TEST, Kind.LIGHTNING_TEST):
        make.maintenance(kind=kind, **TEST)
    text = browser(make.someone("officer")).get("/").page.text()
    assert "维保" not in text.replace("维保与检测", "") and "检测快到期" not in text


def test_what_is_missing_stands_on_the_officers_first_page(browser, make, school, now):
    make.contract(until_on=date(2026, 12, 31))
    make.maintenance(kind=Kind.ANNUAL_TEST, **{**TEST, "done_on": date(2025, 12, 1)})
    officer, teacher = browser(make.someone("officer")), browser(make.someone("teacher"))
    page = officer.get("/").page
    for words in ("本月还没有维保记录", "检测缺少或过期", "检测快到期", "还有38天"):
        assert words in page.text()
    assert "/maintenance" in page.links()
    assert "维保" not in teacher.get("/").page.text()
    now.set("2026-11-20T08:00")
    assert "本月还没有维保记录" not in officer.get("/").page.text()
    now.set("2027-01-01T08:00")
    assert "维保合同已到期" in officer.get("/").page.text()


def test_no_contract_is_said(browser, make, school):
    assert "没有登记维保合同" in browser(make.someone("officer")).get("/").page.text()


def test_a_school_without_fixed_systems_needs_no_contract(browser, make):
    make.school()
    text = browser(make.someone("officer")).get("/").page.text()
    assert "维保合同" not in text and "防雷检测" in text
