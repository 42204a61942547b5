"""The steps of an activity, one address per form."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import drills, queries, services
from unitsafe.activities.forms import AttachForm, HoldForm, StepForm
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Action
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import page_of
from unitsafe.activities.views.pages import ONE, issue_form, organised, show
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import see_other
from unitsafe.files.views import sent_files
from unitsafe.photos.views import sent_photos

Act = Callable[[Session, Activity, datetime], object]


def carry_out(
    activity: Activity, action: Action, form: Any, act: Act, said: str, **again: Any
) -> ResponseReturnValue:
    """Carry out a step whose form is sound, and back to the activity's page; the page with the form
    again where a rule names a field of it. ``again``: what the page then shows beside it."""
    number, now = activity.number, clock.now()
    if form.validate() and not again.get("errors"):
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=now)
                key.location = url_for(".detail", activity_number=number)
                act(session, queries.by_number(session, number), now)
            flash(said)
            return see_other(key.location)
        except RuleError as error:
            beside = error.values.get("field")
            if beside == "file_upload":
                again["errors"] = {"files": sentence(error)}
            elif isinstance(beside, str) and beside in form:
                form[beside].errors = [sentence(error)]
            else:
                raise
    return show(organised(number), {action: form}, status=422, **again)


@bp.post(ONE + "/step")
@allow()
def step(activity_number: str) -> ResponseReturnValue:
    """Send the notice, start, stop, archive, cancel."""
    activity, form = organised(activity_number), StepForm()
    action = form.chosen
    if action is None:
        return show(activity, status=422)

    def act(session: Session, one: Activity, now: datetime) -> None:
        if action is Action.CANCEL:
            services.cancel(session, one, reason=form.note.data or "", by=actor(), now=now)
        else:
            STEPS[action](session, one, by=actor(), now=now)

    answer = carry_out(activity, action, form, act, str(SAID[action]()))
    if action is Action.START and getattr(answer, "status_code", 0) == 303:
        return see_other(url_for(".run", activity_number=activity_number))
    return answer


STEPS: dict[Action, Callable[..., object]] = {
    Action.NOTIFY: services.notify,
    Action.START: drills.start,
    Action.STOP: drills.stop,
    Action.ARCHIVE: services.archive,
}
SAID: dict[Action, Callable[[], str]] = {
    Action.NOTIFY: lambda: _("已记下通知的时间。"),
    Action.START: lambda: _("演练开始，正在计时。"),
    Action.STOP: lambda: _("演练结束。请写评估。"),
    Action.ARCHIVE: lambda: _("已归档。"),
    Action.CANCEL: lambda: _("已取消。"),
}


@bp.post(ONE + "/hold")
@allow()
def hold(activity_number: str) -> ResponseReturnValue:
    """It was held."""
    activity, form = organised(activity_number), HoldForm()

    def act(session: Session, one: Activity, now: datetime) -> None:
        services.hold(
            session,
            one,
            held_on=form.held_on.data,
            started_at=form.moment("started"),
            ended_at=form.moment("ended"),
            expected=form.expected.data,
            present=form.present.data,
            note=form.note.data or "",
            by=actor(),
            now=now,
        )
        page_of(one.kind).held(session, one)

    return carry_out(activity, Action.HOLD, form, act, _("已登记。"))


@bp.post(ONE + "/evaluate")
@allow()
def evaluate(activity_number: str) -> ResponseReturnValue:
    """How it went."""
    activity = organised(activity_number)
    form = page_of(activity.kind).evaluation()

    def act(session: Session, one: Activity, now: datetime) -> None:
        services.evaluate(
            session,
            one,
            evaluation=form.evaluation.data,
            details=form.details(),
            by=actor(),
            now=now,
        )

    return carry_out(activity, Action.EVALUATE, form, act, _("评估已保存。"))


@bp.post(ONE + "/issues")
@allow()
def add_issue(activity_number: str) -> ResponseReturnValue:
    """Something it showed to be wrong."""
    activity, form = organised(activity_number), issue_form()

    def act(session: Session, one: Activity, now: datetime) -> None:
        services.add_issue(session, one, form.issue(), by=actor(), now=now)

    return carry_out(activity, Action.ADD_ISSUE, form, act, _("已登记为隐患。"))


@bp.post(ONE + "/attach")
@allow()
def attach(activity_number: str) -> ResponseReturnValue:
    """Add photos and files."""
    activity, form = organised(activity_number), AttachForm()
    photo_ids, photo_error = sent_photos()
    file_ids, file_error = sent_files()

    def act(session: Session, one: Activity, now: datetime) -> None:
        services.attach(session, one, photo_ids=photo_ids, file_ids=file_ids, by=actor(), now=now)

    wrong = {name: text for name, text in (("photo", photo_error), ("files", file_error)) if text}
    return carry_out(
        activity,
        Action.ATTACH,
        form,
        act,
        _("已添加。"),
        photo_ids=photo_ids,
        file_ids=file_ids,
        errors=wrong,
    )
