"""Signing in and out."""

from typing import Any
from urllib.parse import urlsplit

from flask import flash, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user

from unitsafe import clock
from unitsafe.core import access
from unitsafe.core.access import public
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor
from unitsafe.core.htmx import render, see_other
from unitsafe.core.security import limiter
from unitsafe.people import queries, services
from unitsafe.people.forms import (
    SignInForm,
)
from unitsafe.people.models import Person
from unitsafe.people.passwords import is_password
from unitsafe.people.views import bp
from unitsafe.school.queries import the_school


def was_wrong(_response: Any) -> bool:
    """Whether the request counts against a limit on guessing."""
    return bool(g.get("wrong_password"))


def safe_path(text: str | None) -> str:
    """``text`` when it is a path of this site, else ``/``."""
    path = text or ""
    is_plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    if not is_plain or any(ord(sign) < 33 for sign in path):
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"


def _account_key() -> str:
    return f"sign-in:{(request.form.get('username') or '').strip().lower()[:40]}"


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit("10 per 5 minutes", key_func=_account_key, methods=["POST"], deduct_when=was_wrong)
@limiter.limit(
    "300 per 5 minutes", key_func=get_remote_address, methods=["POST"], deduct_when=was_wrong
)
def login() -> ResponseReturnValue:
    """Sign in; limits count wrong tries per account, since a school is one address."""
    if the_school() is None:
        return see_other(url_for("setup.index"))
    form = SignInForm(next=request.args.get("next"))
    back = safe_path(form.next.data)
    if request.method == "GET" and access.actor_or_none():
        return see_other(back)
    if form.validate_on_submit():
        person = queries.person_by_username(db.session(), form.username.data)
        if is_password(form.password.data, person.password_hash if person else None) and person:
            _sign_in(person, stay=form.stay.data)
            return see_other(back)
        g.wrong_password = True
        form.form_errors.append(_("账号或密码不对。"))
    status = 422 if form.is_submitted() else 200
    return render("people/login.html", form=form, status=status)


def _sign_in(person: Person, *, stay: bool) -> None:
    """Begin a fresh session for ``person`` (what the browser brought along is dropped)."""
    origin = f"{request.remote_addr or ''} {(request.user_agent.string or '')[:120]}"
    who = Actor(id=person.id, name=person.name, origin=origin)
    token = queries.token_of(person)
    with writing() as tx:
        if found := tx.get(Person, who.id):
            services.sign_in(tx, found, today=clock.today(), by=who, now=clock.now())
    session.clear()
    session.permanent = stay
    login_user(access.Session(who, token))


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign out on this device."""
    logout_user()
    session.clear()
    flash(_("已退出登录。"))
    return see_other(url_for(".login"))
