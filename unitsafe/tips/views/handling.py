"""One tip inside the school, and what is done with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other, wants_fragment
from unitsafe.hazards.labels import STATE_KIND as HAZARD_KIND
from unitsafe.hazards.rules import Fix, Level
from unitsafe.hazards.rules import State as HazardState
from unitsafe.places import queries as places
from unitsafe.school.address import public_address
from unitsafe.tips import queries, rules, services
from unitsafe.tips.forms import FORMS, AnswerForm, HazardForm, NoteForm, RegisterForm, RewardForm
from unitsafe.tips.labels import OUTCOME_KIND, RATINGS, STATE_KIND
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import HANDLE, READ, Action, Channel, Outcome
from unitsafe.tips.views import bp
from unitsafe.tips.views.ledger import is_ready

ONE = "/tips/<int:tip_id>"
Act = Callable[[Session, Tip, datetime], None]


def get_tip(session: Session, tip_id: int) -> Tip:
    """The tip, else 404."""
    return queries.tip(session, tip_id) or abort(404)


@bp.get(ONE)
@allow(*READ)
def detail(tip_id: int) -> ResponseReturnValue:
    """One tip: what it says, what was done, what this person may do now."""
    return show(tip_id)


def show(
    tip_id: int, forms: Mapping[Action, Any] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The tip's page with a form for each action that is open to this person."""
    tip = get_tip(db.session(), tip_id)
    given, actions = forms or {}, tip.actions_open_to(actor())
    open_forms = {
        action: given.get(action) or _empty(action, tip) for action in actions if action in FORMS
    }
    sees_sender = holds_any(HANDLE)
    return render(
        "tips/detail.html",
        fragment="panel",
        tip=tip,
        forms=open_forms,
        may_make_hazard=Action.MAKE_HAZARD in actions,
        name=tip.name if sees_sender else rules.masked_name(tip.name),
        phone=tip.phone if sees_sender else rules.masked_phone(tip.phone),
        sees_sender=sees_sender,
        late=rules.days_late(tip.state, tip.due_on, clock.today()),
        is_ready=is_ready(tip),
        state_kind=STATE_KIND,
        outcome_kind=OUTCOME_KIND,
        hazard_kind=HAZARD_KIND,
        ratings=RATINGS,
        status=status,
    )


def _empty(action: Action, tip: Tip) -> Form:
    """A form that nobody has filled yet; an answer begins with what can be said."""
    if action is Action.ANSWER and is_ready(tip):
        return AnswerForm(formdata=None, data=suggested_answer(tip))
    if action is Action.REWARD:
        return RewardForm(formdata=None, data={"text": tip.reward})
    return FORMS[action](formdata=None)


def suggested_answer(tip: Tip) -> dict[str, Any]:
    """What to tell whoever sent it, now that its hazard is at its end."""
    assert tip.hazard is not None
    if tip.hazard.state is HazardState.REJECTED:
        text = _("您反映的情况我们到现场核实过，不构成安全隐患。谢谢您关心学校安全。")
        return {"outcome": Outcome.NO_HAZARD.value, "text": text}
    day = clock.local(tip.hazard.closed_at or tip.received_at).date()
    text = _(
        "您反映的问题已经整改，%(month)s月%(day)s日复查合格。谢谢您关心学校安全。",
        month=day.month,
        day=day.day,
    )
    return {"outcome": Outcome.FIXED.value, "text": text}


def _carry_out(
    tip_id: int, action: Action, form: Form, message: str, act: Act
) -> ResponseReturnValue:
    """The way of all actions: form, key, change, the tip as it is now."""
    if not form.validate():
        get_tip(db.session(), tip_id)
        return show(tip_id, {action: form}, status=422)
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".detail", tip_id=tip_id)
        act(session, get_tip(session, tip_id), now)
    flash(message)
    return show(tip_id) if wants_fragment() else see_other(key.location)


@bp.post(ONE + "/accept")
@allow(*HANDLE)
def accept(tip_id: int) -> ResponseReturnValue:
    """受理."""
    form: Any = FORMS[Action.ACCEPT]()

    def act(session: Session, tip: Tip, now: datetime) -> None:
        services.accept(session, tip, by=actor(), now=now)

    return _carry_out(tip_id, Action.ACCEPT, form, _("已受理。"), act)


@bp.post(ONE + "/answer")
@allow(*HANDLE)
def answer(tip_id: int) -> ResponseReturnValue:
    """Tell whoever sent it."""
    form: Any = AnswerForm()

    def act(session: Session, tip: Tip, now: datetime) -> None:
        outcome = Outcome(form.outcome.data)
        services.answer(session, tip, outcome=outcome, text=form.text.data, by=actor(), now=now)

    return _carry_out(tip_id, Action.ANSWER, form, _("已答复，举报人凭编号能看到。"), act)


@bp.post(ONE + "/note")
@allow(*HANDLE)
def note(tip_id: int) -> ResponseReturnValue:
    """What was done, for the school's own record."""
    form: Any = NoteForm()

    def act(session: Session, tip: Tip, now: datetime) -> None:
        services.note(session, tip, text=form.text.data, by=actor(), now=now)

    return _carry_out(tip_id, Action.NOTE, form, _("已记录。"), act)


@bp.post(ONE + "/reward")
@allow(*HANDLE)
def reward(tip_id: int) -> ResponseReturnValue:
    """What whoever sent it was given."""
    form: Any = RewardForm()

    def act(session: Session, tip: Tip, now: datetime) -> None:
        services.reward(session, tip, text=form.text.data, by=actor(), now=now)

    return _carry_out(tip_id, Action.REWARD, form, _("已登记奖励。"), act)


@bp.route(ONE + "/hazard", methods=["GET", "POST"])
@allow(*HANDLE)
def make_hazard(tip_id: int) -> ResponseReturnValue:
    """The tip becomes a hazard that somebody has to fix."""
    tip = get_tip(db.session(), tip_id)
    start = {"space_id": tip.space_id or 0, "description": tip.text[:500]}
    form: Any = HazardForm(places.space_choices(db.session()), data=start)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render("tips/make_hazard.html", form=form, tip=tip, status=status)
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".detail", tip_id=tip_id)
        hazard = services.make_hazard(
            session,
            get_tip(session, tip_id),
            description=form.description.data,
            category=form.category.data,
            level=Level(form.level.data),
            fix=Fix(form.fix.data),
            space_id=form.space_id.data,
            by=actor(),
            now=now,
        )
    flash(_("已转为隐患%(number)s。", number=hazard.number))
    return see_other(key.location)


@bp.route("/tips/new", methods=["GET", "POST"])
@allow(*HANDLE)
def register() -> ResponseReturnValue:
    """Write down a tip that came by phone, by word or by letter."""
    form: Any = RegisterForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        spaces = [title for _id, title in places.space_choices(db.session())]
        return render("tips/register.html", form=form, spaces=spaces, status=status)
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        space = queries.space_named(session, form.place.data)
        tip = services.receive(
            session,
            text=form.text.data,
            place=form.place.data,
            space_id=space.id if space else None,
            name=form.name.data or "",
            phone=form.phone.data or "",
            channel=Channel(form.channel.data),
            word=rules.new_word(),
            by=actor(),
            now=now,
        )
        key.location = url_for(".detail", tip_id=tip.id)
    flash(
        _(
            "已登记。请告诉举报人查询编号%(number)s，在 %(address)s 查进度。",
            number=tip.address_number,
            address=public_address() + url_for(".new"),
        )
    )
    return see_other(key.location)
