"""Pages of reminders: the school's channels and outbox, one's own wishes."""

from typing import Any

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.security import limiter
from unitsafe.reminders import queries, sending, services
from unitsafe.reminders.forms import (
    OWN_FORMS,
    SCHOOL_FORMS,
    ChannelForm,
    HoursForm,
    MailToForm,
    WishesForm,
)
from unitsafe.reminders.labels import STATE_KIND
from unitsafe.reminders.models import Channel
from unitsafe.reminders.rules import OF_PERSON, OF_SCHOOL, OPTIONAL, Sort

bp = Blueprint("reminders", __name__)
PAGE = "/settings/reminders"
ONE = PAGE + "/channels/<int:channel_id>"
OWN = "/me/reminders"


def _press() -> Form:
    return Form(formdata=None)


def _test_key() -> str:
    return f"reminders:{actor().id}"


@bp.get(PAGE)
@allow(Right.MANAGE_SCHOOL)
def index() -> ResponseReturnValue:
    """The school's channels, its hours, and what became of the last notices."""
    hours = queries.setting(db.session()).hours
    return _show(HoursForm(formdata=None, data=vars(hours)))


def _show(hours_form: HoursForm, status: int = 200) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    return render(
        "reminders/index.html",
        channels=queries.channels(session),
        own_channels=queries.own_channels(session),
        unsent=queries.unsent(session, now),
        notices=queries.outbox(session),
        most=queries.MOST_SHOWN,
        hours_form=hours_form,
        press=_press,
        state_kind=STATE_KIND,
        address=queries.address(session),
        status=status,
    )


@bp.post(PAGE + "/hours")
@allow(Right.MANAGE_SCHOOL)
def hours() -> ResponseReturnValue:
    """Change the quiet hours."""
    form = HoursForm()
    if not form.validate():
        return _show(form, status=422)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        services.set_hours(session, form.hours, by=actor(), now=clock.now())
        key.location = url_for(".index")
    flash(_("时间已保存。"))
    return see_other(key.location)


@bp.route(PAGE + "/new/<sort>", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def new_channel(sort: str) -> ResponseReturnValue:
    """Add a channel of the school."""
    wanted = _sort(sort, OF_SCHOOL)
    form = SCHOOL_FORMS[wanted]()
    if form.validate_on_submit() and (masked := _masked(form)):
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            services.add_channel(
                session,
                name=str(form.name.data),
                url=form.url,
                masked=masked,
                by=actor(),
                now=clock.now(),
            )
            key.location = url_for(".index")
        flash(_("渠道已添加，请按“发一条测试”看看群里收不收得到。"))
        return see_other(key.location)
    status = 422 if form.is_submitted() else 200
    chips = [(label(one), url_for(".new_channel", sort=one), one is wanted) for one in OF_SCHOOL]
    return render("reminders/new.html", form=form, sort=wanted, chips=chips, status=status)


def _sort(text: str, known: tuple[Sort, ...]) -> Sort:
    return Sort(text) if text in known else abort(404)


def _masked(form: ChannelForm) -> str:
    """The address of the channel without its secrets; empty, with a message beside the field, when
    it is none."""
    if isinstance(form, MailToForm):
        return str(form.mail_to.data)
    masked = sending.masked(form.url)
    if not masked:
        form[form.asks].errors = [_("这不是能用的渠道地址，请核对。")]
    return masked


@bp.post(ONE + "/test")
@allow(Right.MANAGE_SCHOOL)
@limiter.limit("10 per minute", key_func=_test_key)
def test(channel_id: int) -> ResponseReturnValue:
    """Send a test message now, and say what became of it."""
    channel = queries.channel(db.session(), channel_id) or abort(404)
    return _try(channel, url_for(".index"))


def _try(channel: Channel, back: str) -> ResponseReturnValue:
    if not channel.is_active:
        raise RuleError("渠道停用了，请先启用。")
    form, channel_id, name = Form(), channel.id, channel.name
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        found = session.get(Channel, channel_id) or abort(404)
        notice = services.add_trial(session, found, by=actor(), now=clock.now())
        key.location = back
    error = sending.send_one(db.session(), notice.id, now=clock.now())
    if error:
        flash(_("“%(name)s”没有发出去：%(error)s", name=name, error=error), "error")
    else:
        flash(_("“%(name)s”的测试消息已发出，请看看收到没有。", name=name))
    return see_other(back)


@bp.post(ONE + "/switch")
@allow(Right.MANAGE_SCHOOL)
def switch(channel_id: int) -> ResponseReturnValue:
    """Use a channel again, or let it be."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        channel = queries.channel(session, channel_id) or abort(404)
        on = not channel.is_active
        services.switch(session, channel, on=on, by=actor(), now=clock.now())
        key.location = url_for(".index")
    flash(_("渠道已启用。") if on else _("渠道已停用，不再往这里发。"))
    return see_other(key.location)


@bp.post(ONE + "/remove")
@allow(Right.MANAGE_SCHOOL)
def remove(channel_id: int) -> ResponseReturnValue:
    """Take a channel out; what went through it stays on record."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        channel = queries.channel(session, channel_id) or abort(404)
        services.remove(session, channel, by=actor(), now=clock.now())
        key.location = url_for(".index")
    flash(_("渠道已移除，密钥已删掉，发过的记录还在。"))
    return see_other(key.location)


@bp.route(OWN, methods=["GET", "POST"])
@allow()
def mine() -> ResponseReturnValue:
    """What I want to be told, and where."""
    session = db.session()
    muted = queries.muted(session, actor().id)
    form = WishesForm(data={"wanted": [kind for kind in OPTIONAL if kind not in muted]})
    if form.validate_on_submit():
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            services.set_mutes(tx, form.wanted.data or (), by=actor())
            key.location = url_for(".mine")
        flash(_("已保存。"))
        return see_other(key.location)
    return render(
        "reminders/mine.html",
        form=form,
        channel=queries.own_channel(session, actor().id),
        sorts=_own_sorts(),
        hours=queries.setting(session).hours,
        press=_press,
        status=422 if form.is_submitted() else 200,
    )


def _own_sorts() -> list[Sort]:
    """How a person may be told here; by mail only where the school has a mailbox."""
    has_mailbox = bool(queries.mailbox(db.session()))
    return [one for one in OF_PERSON if one is not Sort.MAIL_TO or has_mailbox]


@bp.route(OWN + "/new/<way>", methods=["GET", "POST"])
@allow()
def own_channel(way: str) -> ResponseReturnValue:
    """Set my own channel."""
    wanted = _sort(way, OF_PERSON)
    form: Any = OWN_FORMS[wanted]()
    if form.validate_on_submit() and (masked := _masked(form)):
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                services.set_own_channel(
                    session,
                    name=label(wanted),
                    url=form.url,
                    mail_to=form.mail_to.data if wanted is Sort.MAIL_TO else "",
                    masked=masked,
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".mine")
            flash(_("已设好，请按“发一条测试”看看收不收得到。"))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    status = 422 if form.is_submitted() else 200
    chips = [(label(one), url_for(".own_channel", way=one), one is wanted) for one in _own_sorts()]
    return render("reminders/own.html", form=form, sort=wanted, chips=chips, status=status)


@bp.post(OWN + "/test")
@allow()
@limiter.limit("10 per minute", key_func=_test_key)
def test_own() -> ResponseReturnValue:
    """Send myself a test message."""
    channel = queries.own_channel(db.session(), actor().id)
    if channel is None:
        raise RuleError("您还没有设置接收方式。")
    return _try(channel, url_for(".mine"))


@bp.post(OWN + "/remove")
@allow()
def remove_own() -> ResponseReturnValue:
    """Take my own channel out."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".mine")
        if channel := queries.own_channel(session, actor().id):
            services.remove(session, channel, by=actor(), now=clock.now())
    flash(_("已移除，以后只在“今日”里显示。"))
    return see_other(key.location)
