"""What people do to a hazard; each view is named after its action."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.images import PhotoRefused
from unitsafe.core.query import row_id
from unitsafe.hazards import services
from unitsafe.hazards.forms import NoteForm, ReasonForm, ReportDoneForm
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action, Level
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.detail import dispatch_form, get_hazard, show, show_changed
from unitsafe.people.models import Person
from unitsafe.photos import services as photos
from unitsafe.photos.views import shown

Act = Callable[[Session, Hazard, datetime], None]


def _carry_out(
    number: str, action: Action, form: Form, message: str, act: Act
) -> ResponseReturnValue:
    """The way of all actions: form, key, change, the hazard as it is now."""
    if not form.validate():
        return show(number, {action: form}, status=422)
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = url_for(".detail", number=number)
            act(session, get_hazard(session, number), now)
    except RuleError as error:
        if action not in get_hazard(db.session(), number).actions_open_to(actor()):
            raise
        form.form_errors.append(sentence(error))
        return show(number, {action: form}, status=422)
    return show_changed(number, message)


@bp.post("/hazards/<number>/dispatch")
@allow()
def dispatch(number: str) -> ResponseReturnValue:
    """Give it to somebody to fix, or to somebody else."""
    form: Any = dispatch_form(get_hazard(db.session(), number))

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.dispatch(
            session,
            hazard,
            to=session.get_one(Person, form.to_id.data),
            level=Level(form.level.data),
            due_on=form.due_on.data,
            measure=form.measure.data or "",
            interim_measure=form.interim_measure.data or "",
            by=actor(),
            now=now,
        )

    return _carry_out(number, Action.DISPATCH, form, _("已派单。"), act)


@bp.post("/hazards/<number>/reject")
@allow()
def reject(number: str) -> ResponseReturnValue:
    """It is no hazard."""
    form: Any = ReasonForm()

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.reject(session, hazard, reason=form.reason.data, by=actor(), now=now)

    return _carry_out(number, Action.REJECT, form, _("已判定不成立。"), act)


@bp.post("/hazards/<number>/report_done")
@allow()
def report_done(number: str) -> ResponseReturnValue:
    """The holder has fixed it and shows the photo."""
    form: Any = ReportDoneForm()
    form.photo_error, ids = "", []
    try:
        ids = sent_photos()
    except PhotoRefused as error:
        form.photo_error = _(error.message, **error.values)
    if not ids and not form.photo_error:
        form.photo_error = _("请先拍一张整改后的照片。")
    form.photos = shown(ids)
    if not form.validate() or form.photo_error:
        return show(number, {Action.REPORT_DONE: form}, status=422)

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.report_done(
            session, hazard, measure=form.measure.data, photo_ids=ids, by=actor(), now=now
        )

    return _carry_out(number, Action.REPORT_DONE, form, _("已上报整改完成，等待复查。"), act)


@bp.post("/hazards/<number>/recheck")
@allow()
def recheck(number: str) -> ResponseReturnValue:
    """Someone else looked again and it is in order."""
    form: Any = NoteForm()

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.recheck(session, hazard, note=form.note.data or "", by=actor(), now=now)

    return _carry_out(number, Action.RECHECK, form, _("已记录复查合格，等待销号。"), act)


@bp.post("/hazards/<number>/send_back")
@allow()
def send_back(number: str) -> ResponseReturnValue:
    """Not in order yet."""
    form: Any = ReasonForm()

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.send_back(session, hazard, reason=form.reason.data, by=actor(), now=now)

    return _carry_out(number, Action.SEND_BACK, form, _("已退回重改。"), act)


@bp.post("/hazards/<number>/close")
@allow()
def close(number: str) -> ResponseReturnValue:
    """销号."""
    form: Any = NoteForm()

    def act(session: Session, hazard: Hazard, now: datetime) -> None:
        services.close(session, hazard, note=form.note.data or "", by=actor(), now=now)

    return _carry_out(number, Action.CLOSE, form, _("已销号。"), act)


def sent_photos() -> list[int]:
    """Photos sent ahead, and those that came with a plain form. Raises PhotoRefused."""
    ids = [number for text in request.form.getlist("photo") if (number := row_id(text))]
    kept = [
        photos.keep_file(sent.stream)
        for sent in request.files.getlist("photo_file")
        if sent.filename
    ]
    if kept:
        with writing() as session:
            for one in kept:
                ids.append(photos.add_photo(session, one, by=actor(), now=clock.now()).id)
    return ids
