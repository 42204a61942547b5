"""One's own page."""

from flask import abort, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core import access, once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.security import limiter
from unitsafe.people import devices, queries, services
from unitsafe.people.forms import (
    ChangePasswordForm,
    DisplayForm,
)
from unitsafe.people.models import Person, SignIn
from unitsafe.people.passwords import hash_password, is_password, weakness
from unitsafe.people.views import bp
from unitsafe.people.views.shared import known_words, this_device
from unitsafe.people.views.signing_in import GUESSES, was_wrong


def _own_key() -> str:
    someone = access.actor_or_none()
    return f"password:{someone.id if someone else 0}"


@bp.get("/me")
@allow()
def me() -> ResponseReturnValue:
    """Who I am here: posts, grids, absences, settings of the screen."""
    today = clock.today()
    person = queries.person(db.session(), actor().id) or abort(404)
    pack = content.load()
    posts = sorted(actor().posts, key=lambda key: list(pack.posts).index(key))
    return render(
        "people/me.html",
        person=person,
        posts=[pack.posts[key] for key in posts],
        duties=queries.duty_lines(db.session(), person.id, today),
        coming=queries.coming(db.session(), person.id, today),
        absences=queries.absences(db.session(), person.id, today),
        stands_in=queries.standing_in_for(db.session(), person.id, today),
        papers=[one for of in queries.own_papers for one in of(db.session(), person.id, today)],
        notes=[one for of in queries.own_notes for one in of(db.session(), person.id, today)],
        devices=devices.open_ones(
            db.session(), person.id, today, devices.longest_days(actor().rights)
        ),
        this_device=this_device(),
        press=lambda: Form(formdata=None),
        display=DisplayForm(large_text=not person.large_text),
    )


@bp.post("/me/display")
@allow()
def display() -> ResponseReturnValue:
    """Large text on or off."""
    form = DisplayForm()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = tx.get(Person, actor().id) or abort(404)
        person.large_text = bool(form.large_text.data)
        key.location = url_for(".me")
    return see_other(url_for(".me"))


@bp.post("/me/devices/<int:device_id>/sign_out")
@allow()
def sign_out(device_id: int) -> ResponseReturnValue:
    """End one of one's own devices; this one included, which then asks to sign in."""
    form = Form()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        device = tx.get(SignIn, device_id)
        if device is None or device.person_id != actor().id:
            abort(404)
        devices.sign_out(tx, device, by=actor(), now=clock.now())
        name = device.device
        key.location = url_for(".me")
    flash(_("%(name)s已退出登录。", name=name))
    return see_other(key.location)


@bp.post("/me/devices/sign_out")
@allow()
def sign_out_others() -> ResponseReturnValue:
    """End every device of one's own but this one."""
    form = Form()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        ended = devices.sign_out_everywhere(
            tx, actor().id, by=actor(), now=clock.now(), but=this_device()
        )
        key.location = url_for(".me")
    flash(_("%(n)s台其他设备已退出登录。", n=ended) if ended else _("没有其他设备在登录。"))
    return see_other(key.location)


@bp.route("/me/password", methods=["GET", "POST"])
@allow()
@limiter.limit(GUESSES, key_func=_own_key, methods=["POST"], deduct_when=was_wrong)
def password() -> ResponseReturnValue:
    """Change one's own password; every other device is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _may_change(form):
        hashed = hash_password(form.password.data)
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = tx.get(Person, actor().id) or abort(404)
            services.set_password(
                tx, person, hashed, by=actor(), now=clock.now(), but=this_device()
            )
            key.location = url_for(".me")
        flash(_("密码已修改，其他设备要重新登录。"))
        return see_other(url_for(".me"))
    person = db.session.get(Person, actor().id) or abort(404)
    status = 422 if form.is_submitted() else 200
    return render("people/password.html", form=form, username=person.username, status=status)


def _may_change(form: ChangePasswordForm) -> bool:
    person = db.session.get(Person, actor().id) or abort(404)
    if not is_password(form.current.data, person.password_hash):
        g.wrong_password = True
        form.current.errors = [_("现在的密码不对。")]
        return False
    if why := weakness(form.password.data, *known_words(person)):
        form.password.errors = [why]
        return False
    return True
