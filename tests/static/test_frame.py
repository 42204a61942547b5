"""base.html, ui.html and error.html, drawn without the product around them."""

import html5lib
import pytest
from flask import render_template, render_template_string


def parsed(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_the_frame_is_valid_and_tells_a_sample_school(bare):
    text = bare.test_client().get("/").get_data(as_text=True)
    page = parsed(text)
    assert "示例学校 · 数据为虚构" in text
    assert page.findtext(".//h1") == "登记隐患"
    assert page.findtext(".//title") == "登记隐患 · 青溪"
    assert len(page.findall(".//nav")) == 2
    assert page.find(".//*[@id='messages']").get("aria-live") == "polite"


def test_a_wrong_field_says_so_and_has_the_cursor(bare):
    bare.config["WTF_CSRF_ENABLED"] = False
    answer = bare.test_client().post("/save", data={"place": "", "what": "", "once": "mine"})
    page = parsed(answer.get_data(as_text=True))
    place, what = page.find(".//input[@id='place']"), page.find(".//textarea[@id='what']")
    assert answer.status_code == 422
    assert place.get("aria-invalid") == what.get("aria-invalid") == "true"
    assert "autofocus" in place.attrib and "autofocus" not in what.attrib
    assert place.get("aria-describedby") == "place-help place-error"
    assert page.findtext(".//*[@id='place-error']") == "请填写部位。"
    assert page.find(".//input[@name='once']").get("value") == "mine"


def test_messages_are_put_into_the_open_page_out_of_band(bare):
    with bare.test_request_context("/?fragment=1"):
        text = render_template_string("{% extends 'base.html' %}")
    assert (
        'id="messages" class="messages" role="status" aria-live="polite" hx-swap-oob="innerHTML"'
        in text
    )


@pytest.mark.parametrize("code", [401, 403, 404, 409, 413, 422, 429, 500])
def test_an_error_page_says_what_to_do_next(bare, code):
    with bare.test_request_context("/"):
        text = render_template(
            "error.html",
            code=code,
            title="没有找到",
            message="",
            hint="请查编号",
            actions=[("回到今日", "/")],
        )
    page = parsed(text)
    assert page.findtext(".//h1") == "没有找到"
    assert "请查编号" in text and f"代码 {code}" in text
    assert page.find(".//a[@class='btn btn-primary']").text == "回到今日"


def test_text_from_people_stays_text(bare):
    with bare.test_request_context("/"):
        text = render_template_string(
            "{{ ui.pill('bad', x) }}{{ ui.message(x) }}{{ ui.empty(x, '/', x) }}{{ ui.task('/', x, x, x, x) }}"
            "{{ ui.chips([(x, '/', true)]) }}{{ ui.figure(x, x) }}{{ ui.card_mark('red') }}{{ ui.mark('ok', x) }}"
            "{{ ui.table_head([x, (x, 'num', '/', 'ascending')]) }}",
            x="<b>'\"",
        )
    assert "<b>'" not in text


def test_progress_is_drawn_without_inline_style(bare):
    with bare.test_request_context("/"):
        text = render_template_string("{{ ui.track(4, 1, 17) }}{{ ui.track(0, 0, 0) }}")
    assert 'class="ok" height="8" width="17.65%"' in text
    assert 'x="17.65%" width="5.88%"' in text
    assert "style" not in text


def test_the_pager_shows_only_the_ways_there_are(bare):
    with bare.test_request_context("/"):
        both = render_template_string("{{ ui.pager({'next_url': '/n', 'prev_url': None}) }}")
        none = render_template_string("{{ ui.pager({}) }}")
    assert 'href="/n"' in both and "上一页" not in both
    assert none.strip() == ""
