"""From the staff list to the teacher's phone, and the phone signed out from afar."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import follow, hold_time
from tests.stories.conftest import DESK, row

pytestmark = pytest.mark.browser
CHAT = (
    "Mozilla/5.0 (Linux; Android 12; V2166A) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.44"
)
OWN_PASSWORD = "三层楼道不要堆物"


def link_of(page, records, name):
    """The officer makes a link on the page of that person."""
    page.goto(f"/people/{row(records, 'SELECT id FROM person WHERE name = :n', n=name)[0]}")
    page.get_by_role("button", name="生成登录链接").click()
    expect(page.locator("#link")).to_be_visible()
    return page.locator("#link").inner_text()


def set_password(phone):
    """The person types a password of their own, twice."""
    phone.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
    phone.get_by_label("再输一次新密码").fill(OWN_PASSWORD)
    phone.get_by_role("button", name="设好密码并登录").click()


def test_from_the_staff_list_to_the_teachers_phone_and_out_again(tab, records):
    office = tab("officer", **DESK)
    office.goto("/people/accounts")
    for other in ("白铁军", "石大勇"):
        office.get_by_label(other, exact=True).uncheck()
    office.get_by_role("button", name="给勾选的人开通账号").click()
    expect(office.locator("#messages")).to_contain_text("已开通1个账号")
    expect(office.get_by_label("侯翠莲", exact=True)).to_be_checked()
    with office.expect_response("**/people/slips.pdf") as printed:
        follow(office.get_by_role("button", name="打印勾选的登录条"))
    assert printed.value.headers["content-type"] == "application/pdf"

    link = link_of(office, records, "侯翠莲")
    phone = tab(user_agent=CHAT)
    phone.goto(link)
    expect(phone.locator("main")).to_contain_text("侯翠莲，您好")
    set_password(phone)
    expect(phone.locator("h1")).to_contain_text("今日")
    expect(phone.locator("#messages")).to_contain_text("密码设好了")
    phone.goto("/me")
    expect(phone.locator("main")).to_contain_text("手机 微信")

    office.goto("/people?q=侯翠莲")
    office.get_by_role("link", name="侯翠莲").click()
    office.get_by_role("button", name="让这些设备都退出登录").click()
    expect(office.locator("#messages")).to_contain_text("1台设备已退出登录")
    phone.locator("nav").get_by_role("link", name="隐患").first.click()
    expect(phone).to_have_url(re.compile("/login"))

    late = tab()
    late.goto(link)
    expect(late.locator("main")).to_contain_text("已经用过")


def test_a_link_is_copied_to_be_sent_by_chat(tab, records):
    office = tab("officer", **DESK)
    link = link_of(office, records, "唐福生")
    hold_time(office)
    office.get_by_role("button", name="复制链接").click()
    copied = office.get_by_role("button", name="已复制")
    expect(copied).to_have_attribute("data-copy", re.compile(re.escape(link)))


def test_inspectors_get_an_account_that_says_when_it_ends(tab):
    office = tab("officer", **DESK)
    office.goto("/people")
    office.get_by_role("link", name="给检查组开账号").click()
    office.get_by_label("名称").fill("区教育局检查组")
    office.get_by_role("button", name="开通账号").click()
    expect(office.locator("main")).to_contain_text("用到11月26日")
    office.get_by_role("button", name="生成登录链接").click()
    guest = tab(**DESK)
    guest.goto(office.locator("#link").inner_text())
    set_password(guest)
    expect(guest.locator("h1")).to_contain_text("今日")
    guest.goto("/hazards")
    expect(guest.locator("main")).to_contain_text("整改")
