"""What people do to a hazard: an address per step, named after its action."""

from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField, SelectField

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.labels import label
from unitsafe.core.query import row_id
from unitsafe.hazards import queries, rules, services
from unitsafe.hazards.forms import ActForm
from unitsafe.hazards.labels import DONE_WORDS
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import TRANSITIONS, Action, Need
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.detail import (
    card_of,
    form_of,
    get_hazard,
    open_now,
    show,
    show_changed,
)
from unitsafe.photos.views import sent_photos, shown

TAKES_PHOTOS = (Action.REPORT_DONE, Action.FIX_ON_SPOT)


class Changed(Exception):
    """Somebody, ``who``, took a step between the page and the press."""

    def __init__(self, who: str, step: Action) -> None:
        super().__init__(who, step)
        self.who, self.step = who, step


def carry_out(number: str, action: Action) -> ResponseReturnValue:
    """The way of all steps: form, key, what changed meanwhile, the step, the hazard as it is now."""
    before = get_hazard(db.session(), number)
    refused = rules.refusal(action, before.facts(card_of(before)), actor())
    if refused is not None and refused.is_right:
        raise refused.error
    form: Any = form_of(action, before)
    ids, is_sound = _take_photos(form, action)
    if not form.validate() or not is_sound:
        if refused is not None:
            raise refused.error
        return show(number, {action: form}, status=422)
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = url_for(".detail", number=number)
            hazard = get_hazard(session, number)
            _check_seen(hazard, form)
            given = form.given(session)
            if action in TAKES_PHOTOS:
                given["photo_ids"] = ids
            getattr(services, action.value)(session, hazard, **given, by=actor(), now=now)
    except Changed as change:
        return _tell_change(number, action, form, change)
    except RuleError as error:
        if action not in open_now(get_hazard(db.session(), number)):
            raise
        form.form_errors.append(sentence(error))
        return show(number, {action: form}, status=422)
    return show_changed(number, str(DONE_WORDS[action]))


def _add_view(action: Action) -> None:
    def act(number: str) -> ResponseReturnValue:
        return carry_out(number, action)

    act.__doc__ = TRANSITIONS[action].does
    view = allow()(act)
    bp.add_url_rule(f"/hazards/<number>/{action}", action.value, view, methods=["POST"])


for _action in TRANSITIONS:
    _add_view(_action)


def _check_seen(hazard: Hazard, form: ActForm) -> None:
    """Raises Changed when there is something newer than the page showed."""
    seen, newest = row_id(form.seen.data or ""), queries.newest_event(hazard.events)
    if seen and newest and newest.id > seen:
        raise Changed(newest.by.name if newest.by else _("系统"), newest.action)


def _tell_change(number: str, action: Action, form: Any, change: Changed) -> ResponseReturnValue:
    """The hazard as it is now, with what was typed; nothing was overwritten."""
    told = _(
        "您打开这一页以后，%(who)s刚刚做了“%(step)s”。您的操作没有保存，请看过再决定。",
        who=change.who,
        step=label(change.step),
    )
    if action in open_now(get_hazard(db.session(), number)):
        form.form_errors.append(told)
    elif typed := "；".join(_typed(form)):
        told += _("您填的是：%(words)s", words=typed)
    flash(told, "error")
    answer = show(number, {action: form}, status=409)
    answer.headers["X-In-Place"] = "1"
    return answer


def _typed(form: ActForm) -> list[str]:
    """What was written into the form, field by field."""
    return [
        f"{field.label.text}：{field.data}"
        for field in form
        if field.data and not isinstance(field, HiddenField | SelectField)
    ]


def _take_photos(form: Any, action: Action) -> tuple[list[int], bool]:
    """The photos sent with a step, kept for the page; False when they are wrong or missing."""
    ids: list[int] = []
    form.photo_error = ""
    if action not in TAKES_PHOTOS:
        return ids, True
    ids, form.photo_error = sent_photos()
    if not ids and not form.photo_error and Need.PHOTO in TRANSITIONS[action].needs:
        form.photo_error = _("请先拍一张整改后的照片。")
    form.photos = shown(ids)
    return ids, not form.photo_error
