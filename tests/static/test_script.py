"""unitsafe.js in a real Chromium, under the strict content policy."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.chromium import hold_time

pytestmark = pytest.mark.browser


def picture(size=(2400, 1200), turned=False):
    """A JPEG as a phone sends it; ``turned`` marks it as taken upright."""
    file, exif = io.BytesIO(), Image.Exif()
    if turned:
        exif[0x0112] = 6
    Image.effect_noise(size, 60).convert("RGB").save(file, "JPEG", quality=95, exif=exif)
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def choose(tab, *files):
    tab.set_input_files("input[name=photo_file]", list(files))


def test_a_photo_is_shrunk_turned_sent_ahead_and_named_in_the_form(tab, seen):
    choose(tab, picture(turned=True))
    expect(tab.locator(".photo-state")).to_have_text("已上传")
    data, fields = seen.photos[0]
    assert Image.open(io.BytesIO(data)).size == (800, 1600)
    assert fields == {"taken_for": "before"}
    expect(tab.locator("input[name=photo]")).to_have_value("1")
    expect(tab.locator("[name=photo_file]")).to_have_js_property("value", "")
    tab.click(".photo-remove")
    expect(tab.locator("input[name=photo]")).to_have_count(0)


def test_a_file_the_browser_cannot_read_goes_as_it_is(tab, seen):
    choose(tab, {"name": "a.heic", "mimeType": "image/heic", "buffer": b"not for the browser"})
    expect(tab.locator(".photo-state")).to_have_text("已上传")
    assert seen.photos[0][0] == b"not for the browser"


def test_a_refused_photo_says_why_and_can_be_sent_again(tab, seen):
    seen.refused_photo = True
    choose(tab, picture((40, 30)))
    expect(tab.locator(".photo-state")).to_contain_text("这不是照片。")
    seen.refused_photo = False
    tab.click(".photo-retry")
    expect(tab.locator(".photo-state")).to_have_text("已上传")


def test_a_form_waits_for_its_photos(tab, seen):
    tab.fill("#place", "实验楼")
    tab.fill("#what", "三张课桌")
    seen.takes_photos.clear()
    choose(tab, picture((60, 40)), picture((60, 40)))
    tab.click("form[action='/save'] button[type=submit]")
    expect(tab.locator(".upload-state")).to_have_text("照片正在上传 1/2…")
    assert seen.saved == []
    expect(tab.locator(".photo canvas")).to_have_count(2)
    seen.takes_photos.set()
    expect(tab.locator("#messages")).to_contain_text("已登记")
    assert sorted(seen.saved[0]["photo"]) == ["1", "2"]


def test_after_a_failed_photo_a_second_press_goes_without_it(tab, seen):
    seen.refused_photo = True
    tab.fill("#place", "实验楼")
    tab.fill("#what", "三张课桌")
    choose(tab, picture((60, 40)))
    expect(tab.locator(".photo-retry")).to_be_visible()
    tab.click("form[action='/save'] button[type=submit]")
    expect(tab.locator(".upload-state")).to_contain_text("1张照片没传上")
    tab.click("form[action='/save'] button[type=submit]")
    expect(tab.locator("#messages")).to_contain_text("已登记")
    assert "photo" not in seen.saved[0]


def test_what_was_typed_survives_a_reload_and_a_refusal_but_not_the_saving(tab, address):
    tab.fill("#what", "三张课桌")
    tab.reload()
    expect(tab.locator("#what")).to_have_value("三张课桌")
    tab.click("form[action='/save'] button[type=submit]")
    expect(tab.locator("#place-error")).to_be_visible()
    expect(tab.locator("#place")).to_be_focused()
    tab.goto(address)
    expect(tab.locator("#what")).to_have_value("三张课桌")
    tab.fill("#place", "实验楼")
    tab.click("form[action='/save'] button[type=submit]")
    expect(tab.locator("#messages")).to_contain_text("已登记")
    expect(tab.locator("#what")).to_have_value("")
    tab.reload()
    expect(tab.locator("#what")).to_have_value("")


def test_a_tap_that_fails_is_marked_and_sent_until_it_is_saved(tab, seen):
    seen.failing = True
    tab.click("#item .ok input")
    expect(tab.locator(".tap-state")).to_have_text("没有保存，正在重试")
    seen.failing = False
    tab.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tab.locator("#item")).to_have_text("已保存 07:58")
    assert seen.taps == [{"once": "k1", "a": "ok"}]


def test_a_tap_without_network_is_sent_when_it_is_back(tab, seen):
    tab.context.set_offline(True)
    tab.click("#item .bad input")
    expect(tab.locator(".tap-state")).to_be_visible()
    tab.click("#item .ok input")
    tab.context.set_offline(False)
    expect(tab.locator("#item")).to_have_text("已保存 07:58")
    assert seen.taps[-1]["a"] == "ok"


def test_a_refusal_by_a_rule_is_read_out_in_the_messages(tab):
    tab.click("#refused")
    expect(tab.locator("#messages")).to_have_text("刚刚有别人改过。")
    expect(tab.locator("#refused")).to_be_visible()


def test_a_form_cannot_be_sent_twice(tab):
    button = tab.locator("form[action='/save'] button[type=submit]")
    tab.evaluate("window.addEventListener('submit', event => event.preventDefault())")
    button.click()
    expect(button).to_be_disabled()
    tab.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(button).to_be_enabled()


def test_two_taps_at_once_send_a_form_once(tab):
    tab.evaluate(
        "addEventListener('submit', event => {"
        " (window.stopped = window.stopped || []).push(event.defaultPrevented);"
        " event.preventDefault(); })"
    )
    tab.evaluate(
        "(button => { button.click(); button.click(); })"
        "(document.querySelector('form[action=\"/save\"] button[type=submit]'))"
    )
    assert tab.evaluate("stopped") == [False, True]


def test_copying_works_on_plain_http(tab):
    hold_time(tab)
    tab.click("#copy")
    expect(tab.locator("#copy")).to_have_text("已复制")


def test_an_icon_is_drawn_from_the_sprite(tab):
    expect(tab.locator(".tabs use").first).to_have_attribute("href", re.compile(r"#today$"))
    assert tab.locator(".tabs .icon").first.bounding_box()["width"] > 15
