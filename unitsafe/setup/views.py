"""The first run: create the school, or load the sample school."""

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from unitsafe import clock
from unitsafe.core import access, once
from unitsafe.core.access import public
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.errors import answer, sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import printable
from unitsafe.grids.actors import actor_of
from unitsafe.people import devices
from unitsafe.people.passwords import hash_password
from unitsafe.school.queries import the_school
from unitsafe.school.rules import FLAGS
from unitsafe.setup import services
from unitsafe.setup.forms import SetupForm

bp = Blueprint("setup", __name__)


@bp.route("/setup", methods=["GET", "POST"])
@public
def index() -> ResponseReturnValue:
    """Two choices while there is no school; afterwards the sign-in page."""
    if the_school() is not None:
        return see_other(url_for("people.login")) if request.method == "GET" else _too_late()
    if request.method == "POST" and request.form.get("do") == "sample":
        return _load_sample()
    term_name, starts_on, ends_on = services.likely_term(clock.today())
    form = SetupForm(term_name=term_name, starts_on=starts_on, ends_on=ends_on)
    has_set_clock = current_app.config["SETTINGS"].now is not None
    if form.validate_on_submit():
        if has_set_clock:
            form.form_errors.append(_no_real_school())
        else:
            try:
                return _found(form)
            except RuleError as error:
                if _is_founded():
                    return _too_late()
                form.form_errors.append(sentence(error))
    return _show(form, has_set_clock=has_set_clock)


def _show(form: SetupForm, *, has_set_clock: bool) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    return render(
        "setup/index.html",
        form=form,
        sample_form=Form(formdata=None),
        flags=FLAGS,
        clock_warning=_no_real_school() if has_set_clock else "",
        status=status,
    )


def _no_real_school() -> str:
    return str(_("现在用 UNITSAFE_NOW 设了时间，只能载入示例学校。要建真实学校，请去掉它再启动。"))


def _too_late() -> ResponseReturnValue:
    return answer(409, _("这里已经有一所学校了，可能刚刚有人建好。请直接登录。"))


def _is_founded() -> bool:
    g.pop("school", None)
    return the_school() is not None


def _found(form: SetupForm) -> ResponseReturnValue:
    hashed = hash_password(form.password.data)
    now, today = clock.now(), clock.today()
    try:
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=None, now=now)
            person = services.found_school(
                tx,
                name=form.name.data,
                short_name=form.short_name.data,
                stage=form.stage.data,
                flags=form.flags,
                person=form.person.data,
                post=form.post.data,
                username=form.username.data,
                password_hash=hashed,
                term=(form.term_name.data, form.starts_on.data, form.ends_on.data),
                buildings=services.read_buildings(form.buildings.data or ""),
                now=now,
            )
            token = devices.begin(
                tx,
                person,
                user_agent=request.user_agent.string or "",
                address=request.remote_addr or "",
                by=Actor(person.id, person.name),
                today=today,
                now=now,
            )
            key.location = "/"
    except sa.exc.IntegrityError:
        if _is_founded():  # somebody else was quicker, on a database that lets both begin
            return _too_late()
        raise
    g.pop("school", None)
    who = actor_of(db.session(), token, today=today)
    if who is None:
        return see_other(url_for("people.login"))
    session.clear()
    session.permanent = True
    login_user(access.Session(who, token))
    if missing := printable(form.person.data):
        flash(
            _(
                "打印字体里没有“%(chars)s”，打印表格时会出错，建议换一个写法。",
                chars="".join(missing),
            ),
            "warning",
        )
    flash(_("学校建好了。接下来添加人员，再到网格里指定谁负责哪里。"))
    return see_other("/")


def _load_sample() -> ResponseReturnValue:
    from unitsafe.sample.load import load_sample  # reads a term's worth of words: only when asked

    if not Form().validate_on_submit():
        return see_other(url_for(".index"))
    try:
        load_sample(db.session(), seed=1, now=clock.now())
    except RuleError:
        if _is_founded():
            return _too_late()
        raise
    g.pop("school", None)
    flash(_("示例学校已载入，请用下面的示例账号登录。"))
    return see_other(url_for("people.login"))
