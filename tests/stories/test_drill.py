"""Story: a drill is run; a head teacher's phone loses the network and counts all the same."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import DESK, row
from unitsafe import clock

pytestmark = pytest.mark.browser
MINE = "六年级1班"


def at(text):
    clock.set_to(clock.parse(f"2026-11-23T{text}"))


def test_a_count_made_without_network_arrives_afterwards_with_its_own_time(tab, records):
    drill = row(records, "SELECT * FROM activity WHERE state = 'planned' AND kind = 'drill'")
    desk, phone = tab("officer", **DESK, is_mobile=False, has_touch=False), tab("teacher")
    desk.goto(f"/activities/{drill.number}")
    at("09:50:00")
    desk.get_by_role("button", name="开始演练，计时").click()
    expect(desk.locator("[data-timer]")).to_be_visible()
    phone.goto("/")
    phone.get_by_role("link", name="去点名").click()
    card = phone.locator(".is-mine")
    expect(card.locator("h3")).to_have_text(MINE)
    at("09:51:00")
    for other in desk.locator(".card:has(.drill-count)").all():
        if other.locator("h3").inner_text() != MINE:
            other.locator("[name=whole]").click()
    expect(desk.locator("#board")).to_contain_text(f"没有点名：{MINE}")
    at("09:51:30")
    phone.context.set_offline(True)
    card.get_by_role("button", name="齐").click()
    expect(card.locator(".state")).to_have_text("已存在手机上，等网络")
    expect(phone.locator("[data-drill-queue]")).to_contain_text("1条已存在手机上")
    phone.wait_for_timeout(2100)
    phone.context.set_offline(False)
    expect(card.locator(".state")).to_contain_text("实到")
    expect(phone.locator("[data-drill-queue]")).to_be_hidden()
    expect(phone.locator("#board")).to_contain_text("各班都点过名了")
    at("09:52:30")
    desk.get_by_text("结束演练").click()
    desk.get_by_role("button", name="现在结束").click()
    expect(desk.locator("#messages")).to_contain_text("演练结束")
    expect(phone.locator("[data-timer], .drill-count")).to_have_count(0)
    held = row(records, "SELECT * FROM activity WHERE id = :id", id=drill.id)
    assert (held.state, held.present) == ("held", held.expected)
    counted = row(records, "SELECT * FROM head_count ORDER BY id DESC LIMIT 1")
    began, arrived, made = (
        datetime.fromisoformat(text) for text in (held.started_at, counted.at, counted.counted_at)
    )
    assert counted.late_seconds >= 2
    assert (arrived - made).total_seconds() == counted.late_seconds
    assert held.seconds == round((made - began).total_seconds())
