"""Asking for a swap, answering one."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.query import row_id
from unitsafe.people.queries import told_apart
from unitsafe.roster import queries
from unitsafe.roster import swaps as services
from unitsafe.roster.forms import AskForm
from unitsafe.roster.models import RosterEntry, Swap
from unitsafe.roster.rules import SwapState
from unitsafe.roster.views import EDIT, bp
from unitsafe.screen import day as day_words


@bp.get("/roster/swaps")
@allow()
def swaps() -> ResponseReturnValue:
    """Requests of mine and to me; whoever keeps the roster sees everybody's."""
    session, today = db.session(), clock.today()
    sees_all = holds_any(EDIT)
    found = queries.swaps(session, None if sees_all else actor().id)
    return render(
        "roster/swaps.html",
        swaps=[(swap, services.state_of(swap, today)) for swap in found],
        asked=SwapState.ASKED,
        press=lambda: Form(formdata=None),
        sees_all=sees_all,
        most=queries.MOST_SWAPS,
    )


@bp.route("/roster/entries/<int:entry_id>/swap", methods=["GET", "POST"])
@allow()
def ask(entry_id: int) -> ResponseReturnValue:
    """Ask a colleague for a swap of one of my turns."""
    entry = _mine(db.session(), entry_id)
    form = _form(entry)
    if form.validate_on_submit():
        try:
            return _ask(form, entry_id)
        except RuleError as error:
            form.form_errors.append(sentence(error))
            entry = _mine(db.session(), entry_id)
    return render(
        "roster/ask.html",
        entry=entry,
        form=form,
        open_swap=_open(entry),
        is_late=entry.day <= clock.today(),
        press=lambda: Form(formdata=None),
        status=422 if form.is_submitted() else 200,
    )


def _mine(session: Session, entry_id: int) -> RosterEntry:
    """My own turn, else 404."""
    entry = queries.entry(session, entry_id)
    return entry if entry is not None and entry.person_id == actor().id else abort(404)


def _open(entry: RosterEntry) -> Swap | None:
    found = queries.open_swap(db.session(), entry.id)
    is_open = found and services.state_of(found, clock.today()) is SwapState.ASKED
    return found if is_open else None


def _form(entry: RosterEntry) -> AskForm:
    form = AskForm()
    turns, people = _("换对方的一班"), _("请对方替我值")
    offered = []
    offers = list(services.offers(db.session(), entry, clock.today()))
    names = dict(told_apart({offer.person.id: offer.person for offer in offers}.values()))
    for offer in offers:
        theirs, name = offer.entry, names[offer.person.id]
        if theirs is None:
            offered.append(SelectChoice(f"p{offer.person.id}", name, optgroup=people))
        else:
            words = f"{day_words(theirs.day)} {offer.title} · {name}"
            offered.append(SelectChoice(f"e{theirs.id}", words, optgroup=turns))
    offered.sort(key=lambda one: one.optgroup == people)
    form.choice.choices = [SelectChoice("", _("请选择")), *offered]
    return form


def _ask(form: AskForm, entry_id: int) -> ResponseReturnValue:
    now, choice = clock.now(), form.choice.data or ""
    number = row_id(choice[1:])
    if choice[:1] not in ("e", "p") or number is None:
        raise RuleError("请选择和谁换。")
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        entry = _mine(session, entry_id)
        theirs = queries.entry(session, number) if choice[0] == "e" else None
        other_id = theirs.person_id if theirs is not None else number
        if choice[0] == "e" and (theirs is None or other_id is None):
            raise RuleError("对方的这次值班刚刚有变动，请重新选。")
        services.ask(
            session,
            entry,
            other_id=other_id or 0,
            other_entry=theirs,
            note=form.note.data or "",
            by=actor(),
            now=now,
        )
        key.location = url_for(".swaps")
    flash(_("已经问对方了。对方同意后，值班表会自动换过来。"))
    return see_other(key.location)


Act = Callable[..., None]


@bp.post("/roster/swaps/<int:swap_id>/agree")
@allow()
def agree(swap_id: int) -> ResponseReturnValue:
    """I agree: the turns change hands."""
    return _answer(swap_id, services.agree, _("已同意，值班表已经换过来了。"))


@bp.post("/roster/swaps/<int:swap_id>/decline")
@allow()
def decline(swap_id: int) -> ResponseReturnValue:
    """I do not agree: everything stays."""
    return _answer(swap_id, services.decline, _("已回复对方换不了，值班表不变。"))


@bp.post("/roster/swaps/<int:swap_id>/withdraw")
@allow()
def withdraw(swap_id: int) -> ResponseReturnValue:
    """I take my request back."""
    return _answer(swap_id, services.withdraw, _("已撤回。"))


def _answer(swap_id: int, act: Act, message: Any) -> ResponseReturnValue:
    form, now = Form(), clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        swap = queries.swap(session, swap_id, actor().id) or abort(404)
        act(session, swap, by=actor(), now=now)
        key.location = url_for(".swaps")
    flash(message)
    return see_other(key.location)
