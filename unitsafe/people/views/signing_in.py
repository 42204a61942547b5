"""Signing in and out."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Response, abort, flash, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import access, once
from unitsafe.core.access import public
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.htmx import render, see_other
from unitsafe.core.security import limiter
from unitsafe.people import accounts, devices, queries
from unitsafe.people.forms import NewPasswordForm, SignInForm
from unitsafe.people.models import Person, SignIn
from unitsafe.people.passwords import hash_password, is_password, weakness
from unitsafe.people.rules import LinkState
from unitsafe.people.views import bp, known_device
from unitsafe.people.views.shared import known_words, this_device
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


GUESSES = "10 per 5 minutes;100 per day"
"""Wrong passwords for an account; each browser that its owner has used before has as many of its own."""
log = logging.getLogger("unitsafe.security")


def _account_key() -> str:
    username = (request.form.get("username") or "").strip().lower()[:40]
    return f"sign-in:{username}:{known_device.known_as(username)}"


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES, key_func=_account_key, methods=["POST"], deduct_when=was_wrong)
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
        fits = is_password(form.password.data, person.password_hash if person else None)
        if person is None or not fits:
            g.wrong_password = True
            whose = f"person:{person.id}" if person else "an unknown account"
            log.warning("wrong password for %s from %s", whose, request.remote_addr)
            form.form_errors.append(_("账号或密码不对。"))
        elif why_not := _why_not(person):
            form.form_errors.append(why_not)
        elif person.temporary_until is not None:
            return see_other(_own_password_first(person, back))
        else:
            with writing() as tx:
                token = _begin(tx, tx.get_one(Person, person.id), stays=form.stay.data)
            _let_in(_who(person), token, stay=form.stay.data)
            known_device.remember(form.username.data)
            return see_other(back)
    status = 422 if form.is_submitted() else 200
    return render("people/login.html", form=form, status=status)


def _why_not(person: Person) -> str:
    """Why the right password lets nobody in any more; empty when it does."""
    if person.account_until is not None and person.account_until < clock.today():
        return str(_("账号已到期，请找学校安全员延长。"))
    if person.temporary_until is not None and person.temporary_until <= clock.now():
        return str(_("临时密码已经过期，请找学校安全员要一个新的。"))
    return ""


def _own_password_first(person: Person, back: str) -> str:
    """Where somebody with a temporary password sets one of their own; nobody is signed in before.
    Only this address says where to go afterwards (``next``): no link that is handed out does."""
    with writing() as tx:
        who = _who(person)
        token = accounts.exchange(tx, tx.get_one(Person, person.id), by=who, now=clock.now())
    return url_for(".login_link", token=token, next=back)


@bp.route("/login/<token>", methods=["GET", "POST"])
@public
@limiter.limit("300 per 5 minutes", key_func=get_remote_address, deduct_when=was_wrong)
def login_link(token: str) -> ResponseReturnValue:
    """Set a password by a one-time link. Opening the page uses nothing up: chat programs look at a
    link before anybody taps it."""
    link = queries.link_of(db.session(), token)
    if link is None:
        g.wrong_password = True
        abort(404)
    form, back = NewPasswordForm(), request.args.get("next")
    if form.validate_on_submit():
        if why := _why_refused(form.password.data, link.person):
            form.password.errors = [why]
        else:
            try:
                return _use_link(token, form, safe_path(back))
            except RuleError:  # it was open no more: the page says why
                link = queries.link_of(db.session(), token) or abort(404)
    state = accounts.state_of(link, clock.now())
    is_open = state is LinkState.OPEN
    return render(
        "people/login_link.html",
        form=form,
        person=link.person,
        state=state,
        last_day=clock.local(link.expires_at - timedelta(seconds=1)).date(),
        other=access.actor_or_none() if is_open else None,
        has_typed_one=back is not None,
        action=url_for(".login_link", token=token, next=back),
        status=410 if not is_open else 422 if form.is_submitted() else 200,
    )


def _why_refused(password: str, person: Person) -> str | None:
    is_same = person.temporary_until is not None and is_password(password, person.password_hash)
    if is_same:
        return str(_("这是别人给您的临时密码，请换一个自己的。"))
    return weakness(password, *known_words(person))


def _use_link(token: str, form: NewPasswordForm, back: str) -> ResponseReturnValue:
    hashed = hash_password(form.password.data)
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=None, now=clock.now())
        link = queries.link_of(tx, token) or abort(404)
        by = _who(link.person)
        accounts.use_link(tx, link, hashed, by=by, now=clock.now())
        cookie = _begin(tx, link.person)
        key.location = back
    _let_in(by, cookie, stay=True)
    known_device.remember(link.person.username or "")
    flash(_("密码设好了，以后用账号“%(name)s”和这个密码登录。", name=link.person.username))
    return see_other(back)


def _who(person: Person) -> Actor:
    """Somebody who is about to be signed in, for the log."""
    origin = f"{request.remote_addr or ''} {(request.user_agent.string or '')[:120]}"
    return Actor(id=person.id, name=person.name, origin=origin)


def _begin(tx: Session, person: Person, *, stays: bool = True) -> str:
    """Sign ``person`` in on this device, and out whoever was signed in on it; the cookie's id."""
    now, today = clock.now(), clock.today()
    if before := tx.get(SignIn, this_device()):
        before.ended_at = before.ended_at or now
    return devices.begin(
        tx,
        person,
        user_agent=request.user_agent.string or "",
        address=request.remote_addr or "",
        by=_who(person),
        today=today,
        now=now,
        stays=stays,
    )


def _let_in(who: Actor, token: str, *, stay: bool) -> None:
    """Begin a fresh session (what the browser brought along is dropped)."""
    session.clear()
    session.permanent = stay
    login_user(access.Session(who, token))


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign out on this device."""
    if who := access.actor_or_none():
        with writing() as tx:
            if device := tx.get(SignIn, this_device()):
                devices.sign_out(tx, device, by=who, now=clock.now())
    logout_user()
    session.clear()
    flash(_("已退出登录。"))
    return see_other(url_for(".login"))


@bp.after_app_request
def _note_visit(response: Response) -> Response:
    """Once a day and device, remember that the account is in use; an answer never waits for it."""
    if token := g.pop("first_visit", None):
        with suppress(sa.exc.DBAPIError):  # busy, or the disk takes nothing: then tomorrow
            today = clock.today()
            if not devices.is_seen(db.session(), token, today):
                with writing() as tx:
                    devices.note_visit(tx, token, today)
    return response
