"""Signing in and out, and the text that is large enough."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import follow
from tests.stories.conftest import sign_in

pytestmark = pytest.mark.browser


def test_signing_in_leads_to_the_page_that_was_asked_for(tab):
    page = tab()
    page.goto("/checks?status=done&q=%E6%95%99%E5%AD%A6%E6%A5%BC")
    expect(page.get_by_label("账号")).to_be_visible()
    sign_in(page, "officer")
    expect(page).to_have_url(re.compile(r"/checks\?status=done&q=%E6%95%99%E5%AD%A6%E6%A5%BC$"))


def test_signing_in_never_leads_to_another_site(tab, school):
    page = tab()
    page.goto("/login?next=https://example.org/")
    sign_in(page, "officer")
    expect(page).to_have_url(f"{school.url}/")


def test_a_wrong_password_is_said_and_the_name_is_kept(tab):
    page = tab()
    page.goto("/login")
    page.get_by_label("账号").fill("officer")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("[role=alert]")).to_contain_text("账号或密码不对")
    expect(page.get_by_label("账号")).to_have_value("officer")


def test_signed_out_nothing_can_be_seen_by_going_back(tab):
    page = tab("officer")
    page.goto("/hazards")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("账号")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("账号")).to_be_visible()


def test_large_text_is_switched_on_and_off_by_oneself(tab):
    page = tab("teacher")
    size = "parseFloat(getComputedStyle(document.querySelector('main p, main a')).fontSize)"
    page.goto("/me")
    plain = page.evaluate(size)
    assert plain >= 16
    follow(page.get_by_role("button", name="改成大字显示"))
    expect(page.locator("html")).to_have_class(re.compile("large-text"))
    assert page.evaluate(size) >= plain * 1.15
    for path in ("/", "/checks", "/hazards/new"):
        page.goto(path)
        expect(page.locator("html")).to_have_class(re.compile("large-text"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/me")
    page.get_by_role("button", name="改回普通字号").click()
    expect(page.locator("html")).not_to_have_class(re.compile("large-text"))


def test_the_sample_school_says_that_it_is_one(tab):
    page = tab("principal")
    expect(page.locator("aside.sample")).to_contain_text("示例学校")
