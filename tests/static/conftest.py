"""A bare application around the frame, the macros and the script, with nothing of the product."""

import datetime as dt
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, flash, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from tests.chromium import launch, open_page
from unitsafe.core.security import POLICY

ROOT = Path(__file__).parents[2]
PAGE = (
    """{% extends "base.html" %}{% block heading %}登记隐患{% endblock %}
{% block subtitle %}实验楼{% endblock %}{% block content %}"""
    + """
{% call ui.form(form, "/save", "登记") %}{{ ui.photos("/photos", extra={"taken_for": "before"}) }}
{{ ui.fields(form, attrs={"what": {"data_draft": ""}}) }}{% endcall %}
<fieldset id="item" class="item" data-tap hx-post="/tap" hx-trigger="change" hx-target="this"
 hx-swap="outerHTML" hx-include="this"><legend>安全出口</legend>
<input type="hidden" name="once" value="k1">{{ ui.three("a") }}</fieldset>
<button id="refused" type="button" hx-post="/refused">作废</button>
<button id="copy" type="button" data-copy="q/1">复制</button>{% endblock %}"""
)


class Finding(FlaskForm):
    """One field of each kind."""

    once = HiddenField(default="key")
    place = StringField("部位", [DataRequired("请填写部位。")], description="写到房间")
    what = TextAreaField("看到什么", [DataRequired("请填写看到什么。")])
    level = SelectField("等级", choices=[SelectChoice("a", "一般"), SelectChoice("b", "较大")])
    fixer = RadioField(
        "谁来整改", choices=[SelectChoice("a", "我"), SelectChoice("b", "后勤")], default="a"
    )
    stop = BooleanField("停用")


@pytest.fixture
def seen() -> SimpleNamespace:
    """What the bare application was sent, whether it is to fail, and whether photos get through."""
    takes_photos = threading.Event()
    takes_photos.set()
    return SimpleNamespace(
        failing=False,
        photos=[],
        numbers=count(1),
        taps=[],
        saved=[],
        refused_photo=False,
        takes_photos=takes_photos,
    )


@pytest.fixture
def bare(seen: SimpleNamespace) -> Flask:
    """The bare application."""
    app = Flask("bare", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    app.config.update(SECRET_KEY="test")
    Babel(app, default_locale="zh_Hans_CN")
    CSRFProtect(app)
    app.jinja_env.globals["asset"] = lambda name: f"/static/{name}?v=1"
    app.jinja_env.filters.update(dict.fromkeys(("label", "iso", "moment"), str))
    app.jinja_env.filters["clock"] = lambda when: when.strftime("%H:%M")
    app.context_processor(lambda: _frame(app))
    app.after_request(_strict)
    _routes(app, seen)
    return app


def _strict(response: Any) -> Any:
    response.headers["Content-Security-Policy"] = "; ".join(
        f"{name} {sources}" for name, sources in POLICY.items()
    )
    return response


def _frame(app: Flask) -> dict[str, Any]:
    today = {"endpoint": "today.index", "url": "/", "label": "今日", "icon": "today"}
    report = {"endpoint": "hazards.new", "url": "/new", "label": "随手报", "icon": "plus"}
    items = [{**today, "current": True, "tab": 1}, {**report, "current": False, "tab": 2}]
    return {
        "school": SimpleNamespace(name="青溪小学", short_name="青溪", is_sample=True),
        "actor": SimpleNamespace(id=7, name="林晓岚", title="教师"),
        "nav": [{"title": "台账", "items": items}],
        "is_fragment": "fragment" in request.args,
        "now": dt.datetime(2026, 11, 23, 7, 46, tzinfo=dt.UTC),
        "ui": app.jinja_env.get_template("ui.html").module,
    }


def _routes(app: Flask, seen: SimpleNamespace) -> None:
    @app.get("/")
    def page() -> ResponseReturnValue:
        return render_template_string(PAGE, form=Finding())

    @app.post("/save")
    def save() -> ResponseReturnValue:
        form = Finding()
        if not form.validate():
            return render_template_string(PAGE, form=form), 422
        seen.saved.append(request.form.to_dict(flat=False))
        flash("已登记")
        return redirect("/", 303)

    @app.post("/photos")
    def photos() -> ResponseReturnValue:
        seen.takes_photos.wait(60)
        if seen.refused_photo:
            return jsonify(message="这不是照片。"), 422
        data = request.files["photo"].read()
        seen.photos.append((data, request.form.to_dict()))
        return jsonify(
            id=next(seen.numbers), thumb_url="/static/favicon.svg", url="/static/favicon.svg"
        )

    @app.post("/tap")
    def tap() -> ResponseReturnValue:
        if seen.failing:
            return "down", 503
        seen.taps.append(request.form.to_dict())
        return '<p id="item">已保存 07:58</p>'

    @app.post("/refused")
    def refused() -> ResponseReturnValue:
        return '<p class="message bad">刚刚有别人改过。</p>', 409


@pytest.fixture
def address(bare: Flask) -> Iterator[str]:
    """Where the bare application is served."""
    server = make_server("127.0.0.1", 0, bare, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One running Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def tab(address: str, chromium: Any) -> Iterator[Any]:
    """A phone-sized tab at the bare application; what the policy or the script complains of fails."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = open_page(context)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    page.goto(address)
    yield page
    context.close()
    assert complaints == []
