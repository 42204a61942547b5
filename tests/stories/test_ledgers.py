"""Story 4: ledgers list, filter and page; a record is only corrected; the month prints."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import follow
from tests.stories.conftest import DESK, row

pytestmark = pytest.mark.browser


def addresses(page):
    return page.locator("#rows tbody a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )


@pytest.mark.parametrize("ledger", ["checks", "hazards"])
def test_a_ledger_pages_from_the_newest_without_repeating_a_row(tab, records, ledger):
    page = tab("officer", **DESK)
    page.goto(f"/{ledger}")
    total = int(re.search(r"共 (\d+) 条", page.locator("header.bar").inner_text())[1])
    seen, pages = [], 1
    seen += addresses(page)
    while page.get_by_role("link", name="下一页").count() and pages < 4:
        follow(page.get_by_role("link", name="下一页"))
        expect(page.get_by_role("link", name="回到最新")).to_be_visible()
        fresh = addresses(page)
        assert not set(fresh) & set(seen)
        seen, pages = seen + fresh, pages + 1
    assert pages > 1
    assert len(seen) == min(total, 25 * pages)
    follow(page.get_by_role("link", name="回到最新"))
    assert addresses(page) == seen[: len(addresses(page))]


def test_the_ledger_of_checks_filters_by_state_building_and_words(tab):
    page = tab("officer", **DESK)
    page.goto("/checks")
    follow(page.locator("nav.chips").get_by_role("link", name="补录"))
    expect(page).to_have_url(re.compile("status=backfill"))
    rows = page.locator("#rows tbody tr")
    assert rows.count() > 0
    assert rows.filter(has_text="补录").count() == rows.count()
    page.goto("/checks?status=done")
    page.locator("details.filters summary").click()
    with page.expect_navigation():
        page.get_by_label("楼栋").select_option(label="综合楼")
    expect(page).to_have_url(re.compile(r"building=\d+"))
    expect(page).to_have_url(re.compile("status=done"))
    assert rows.filter(has_text="综合楼").count() == rows.count() > 0
    page.goto("/checks?q=没有这样的部位")
    expect(page.locator("#rows")).to_contain_text("没有符合条件的检查记录")


def test_the_ledger_of_hazards_filters_by_state_and_level(tab):
    page = tab("officer")
    page.goto("/hazards")
    follow(page.locator("nav.chips").get_by_role("link", name=re.compile("已销号")))
    rows = page.locator("#rows tbody tr")
    assert rows.filter(has_text="已销号").count() == rows.count() > 0
    page.locator("details.filters summary").click()
    with page.expect_navigation():
        page.get_by_label("等级").select_option("serious")
    expect(page).to_have_url(re.compile("level=serious"))
    expect(page).to_have_url(re.compile("state=closed"))
    assert rows.filter(has_text="较大").count() == rows.count() > 0


def test_a_submitted_record_can_only_be_corrected(tab, records):
    check = row(
        records,
        "SELECT c.id FROM check_record c JOIN person p ON p.id = c.submitted_by_id"
        " WHERE p.username = 'officer' AND c.state = 'submitted' AND c.superseded_by_id IS NULL"
        " ORDER BY c.id DESC",
    )[0]
    before = row(records, "SELECT * FROM check_record WHERE id = :id", id=check)
    page = tab("officer")
    page.goto(f"/checks/{check}")
    expect(page.locator("fieldset.item input:enabled")).to_have_count(0)
    posts = page.locator("form[method=post]:not([data-logout])")
    assert posts.evaluate_all("all => all.map(one => one.getAttribute('action'))") == [
        f"/checks/{check}/correct"
    ]
    page.locator("summary").filter(has_text="更正").click()
    page.get_by_label("原因").fill("第三项看错了楼层")
    page.get_by_role("button", name="开始更正").click()
    expect(page.locator("#messages")).to_contain_text("更正版本")
    newer = int(page.url.rsplit("/", 1)[1])
    assert newer != check
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已提交")
    page.goto(f"/checks/{check}")
    expect(page.locator("main")).to_contain_text("已有更正版本")
    after = row(records, "SELECT * FROM check_record WHERE id = :id", id=check)
    assert after.superseded_by_id == newer
    changed = {key for key in before._mapping if before._mapping[key] != after._mapping[key]}
    assert changed == {"superseded_by_id"}


def test_the_month_opens_as_a_pdf(tab):
    page = tab("officer")
    page.goto("/checks/month")
    expect(page.locator(".month-grid")).to_be_visible()
    page.get_by_label("月份").select_option("2026-10")
    expect(page).to_have_url(re.compile("month=2026-10"))
    link = page.get_by_role("link", name="打印 PDF").get_attribute("href")
    answer = page.request.get(link)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert len(answer.body()) > 10_000


@pytest.mark.parametrize("ledger", ["check_record", "hazard"])
def test_one_record_opens_as_a_pdf(tab, records, ledger):
    page = tab("officer", **DESK)
    if ledger == "hazard":
        path = "/hazards/" + row(records, "SELECT number FROM hazard WHERE state = 'closed'")[0]
    else:
        found = row(records, "SELECT id FROM check_record WHERE fail_count > 0 ORDER BY id DESC")
        path = f"/checks/{found[0]}"
    page.goto(path)
    link = page.get_by_role("link", name="打印").first.get_attribute("href")
    assert page.request.get(link).body().startswith(b"%PDF-")


def test_no_page_is_wider_than_the_phone(tab):
    page = tab("officer")
    for path in ("/", "/checks", "/hazards", "/checks/month", "/grids", "/people", "/calendar"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
